use actor::prelude::*;

trait Count {
    fn add(&mut self, by: u64);
}

#[actor]
struct Counter {
    total: u64,
}

#[handlers]
impl Count for Counter {
    fn add(&mut self, by: u64) {
        self.total += by;
    }
}

#[handlers]
impl Counter {}

fn main() {}
