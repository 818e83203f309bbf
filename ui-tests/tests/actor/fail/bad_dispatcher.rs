use actor::prelude::*;

#[actor(dispatcher = thread, fairness(system = 2, user = 0), throughput = many, stash = 0)]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    fn add(&mut self, by: u64) {
        self.total += by;
    }
}

fn main() {}
