use actor::prelude::*;

#[actor]
struct Counter {
    total: u64,
}

impl Counter {
    fn add(&mut self, by: u64) {
        self.total += by;
    }
}

fn main() {}
