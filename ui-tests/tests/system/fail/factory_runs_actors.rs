//! What runs the actors is nothing a factory may hold: a handler would run within another.
use actor::prelude::*;

#[actor]
struct Counter {
    run: fn(u32),
}

#[handlers]
impl Counter {
    fn count(&mut self) {
        (self.run)(1);
    }
}

actor::system! {
    mod plant {
        COUNTER: Counter { mailbox = 2 } = || Counter { run: dispatch },
    }
}

fn main() {}
