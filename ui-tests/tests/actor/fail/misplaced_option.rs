use actor::prelude::*;

#[actor(overflow = reject)]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    fn add(&mut self, by: u64) {
        self.total += by;
    }
}

#[actor(capacity = 8)]
struct Small;

#[handlers]
impl Small {}

fn main() {}
