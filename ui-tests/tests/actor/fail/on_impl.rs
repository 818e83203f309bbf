use actor::prelude::*;

struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    fn add(&mut self, by: u64) {
        self.total += by;
    }
}

fn main() {
    Counter { total: 0 }.add(1);
}
