use actor::prelude::*;

struct Broken;

#[actor]
struct Store {
    rows: Vec<u64>,
}

#[handlers]
impl Store {
    fn put(&mut self, row: u64) -> Result<(), Broken> {
        self.rows.push(row);
        Err(Broken)
    }
}

fn main() {}
