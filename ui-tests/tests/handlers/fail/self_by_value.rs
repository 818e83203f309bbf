use actor::prelude::*;

#[actor]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    fn finish(self) -> u64 {
        self.total
    }

    fn boxed(self: Box<Self>) -> u64 {
        self.total
    }
}

fn main() {}
