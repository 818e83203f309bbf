use actor::prelude::*;

#[actor(mailbx = 64, color = red)]
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
