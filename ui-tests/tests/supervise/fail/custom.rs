// Whom a failed child takes along is asked when this is compiled.
use actor::prelude::*;

#[actor]
struct Db;

#[handlers]
impl Db {}

fn at_run_time(failed: usize, sibling: usize) -> bool {
    failed < sibling
}

#[actor]
#[supervise(strategy = custom(at_run_time))]
struct Late {
    #[child(|| Db)]
    db: Child<Db>,
}

#[handlers]
impl Late {}

const fn of_two(failed: usize, sibling: usize) -> bool {
    [[true, false], [true, true]][failed][sibling]
}

#[actor]
#[supervise(strategy = custom)]
struct Nameless {
    #[child(|| Db)]
    db: Child<Db>,
}

#[handlers]
impl Nameless {}

#[actor]
#[supervise(strategy = custom(of_two))]
struct Childless;

#[handlers]
impl Childless {}

fn main() {}
