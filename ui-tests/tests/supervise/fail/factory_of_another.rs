use actor::prelude::*;

#[actor]
struct Db;

#[handlers]
impl Db {}

#[actor]
struct Parent {
    #[child(|| 5)]
    db: Child<Db>,
}

#[handlers]
impl Parent {}

fn main() {}
