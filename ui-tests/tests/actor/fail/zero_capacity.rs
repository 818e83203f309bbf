use actor::prelude::*;

#[actor(mailbox = 0, throughput = 0)]
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
