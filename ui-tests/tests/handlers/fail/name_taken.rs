use actor::prelude::*;

#[actor]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    fn control(&mut self) {
        self.total = 0;
    }

    fn clone(&self) -> u64 {
        self.total
    }

    fn tell_many(&mut self) {}
}

fn main() {}
