use actor::prelude::*;

#[actor(mailbox(), fairness())]
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
