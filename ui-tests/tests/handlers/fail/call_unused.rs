#![deny(unused_must_use)]

use actor::prelude::*;

#[actor]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    fn add(&mut self, by: u64) {
        self.total += by;
    }
}

fn forgets(counter: &CounterRef) {
    counter.add(2);
}

fn main() {}
