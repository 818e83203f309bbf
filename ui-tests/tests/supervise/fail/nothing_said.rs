use actor::prelude::*;

#[actor]
struct Db;

#[handlers]
impl Db {}

impl Db {
    fn open() -> Self {
        Self
    }
}

#[actor]
#[supervise(on(), limit = unlimited, backoff = 1s, exhausted = stop_child)]
struct Store {
    #[child(Db::open)]
    db: Child<Db>,
    #[child(Db::open, after(db, db))]
    cache: Child<Db>,
}

#[handlers]
impl Store {}

fn main() {}
