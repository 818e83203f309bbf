// With whom restarts are counted is said of a child that has some, and in words that are known.
use actor::prelude::*;

#[actor]
struct Db;

#[handlers]
impl Db {}

#[actor]
#[supervise(scope = child)]
struct Everywhere {
    #[child(|| Db)]
    db: Child<Db>,
}

#[handlers]
impl Everywhere {}

#[actor]
struct Mistaken {
    #[child(|| Db, scope = actor)]
    db: Child<Db>,
    #[child(|| Db, scope)]
    cache: Child<Db>,
    #[child(|| Db, scope = child, restart = temporary)]
    guest: Child<Db>,
    #[child(|| Db, pool = 2, restart = temporary, scope = group)]
    guests: Pool<Db>,
}

#[handlers]
impl Mistaken {}

fn main() {
    let _ = Everywhere { db: Child::default() };
}
