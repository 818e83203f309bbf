use actor::prelude::*;

#[actor(mailbox(capacity = many, overflow = drop_eldest), inline_ask = yes, name = counter)]
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
