use actor::prelude::*;

#[actor]
struct Db;

#[handlers]
#[handlers]
impl Db {
    fn get(&self) {}
}

#[actor]
#[supervise(limit = 3 per 1m)]
#[actor(mailbox = 8)]
struct Store {
    #[child(|| Db)]
    #[child(|| Db, restart = permanent)]
    db: Child<Db>,
}

#[handlers]
impl Store {
    fn get(&self) {
        let _ = self.db.get().tell();
    }
}

#[supervise(limit = 3 per 1m)]
#[actor]
#[supervise(shutdown = 1s)]
struct Watched;

#[handlers]
impl Watched {}

fn main() {}
