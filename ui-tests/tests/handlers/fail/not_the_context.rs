use actor::prelude::*;

#[actor]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    fn add(&mut self, rows: &mut Vec<u64>) {
        self.total += rows.drain(..).sum::<u64>();
    }
}

fn main() {}
