use actor::prelude::*;

#[actor]
struct Parent {
    rows: Vec<u64>,
}

#[supervise(limit = 3 per 1m)]
#[handlers]
impl Parent {
    fn rows(&self) -> usize {
        self.rows.len()
    }
}

fn main() {}
