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

#[handlers]
impl Counter {
    fn total(&self) -> u64 {
        self.total
    }
}

fn main() {}
