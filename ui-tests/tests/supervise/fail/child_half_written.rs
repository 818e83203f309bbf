use actor::prelude::*;

#[actor]
struct Db;

#[handlers]
impl Db {}

#[actor]
struct Parent {
    #[child()]
    empty: Child<Db>,
    #[child(|_| Db)]
    of_nobody: Child<Db>,
    #[child(async || Db)]
    later: Child<Db>,
    #[child(|| Db, after)]
    after_nobody: Child<Db>,
    #[child(|| Db, after = "empty")]
    quoted: Child<Db>,
    #[child(|| Db pool = 2)]
    no_comma: Pool<Db>,
}

#[handlers]
impl Parent {}

fn main() {}
