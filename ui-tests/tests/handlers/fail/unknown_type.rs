use actor::prelude::*;

#[actor]
struct Store {
    rows: Vec<u64>,
}

#[handlers]
impl Store {
    fn put(&mut self, row: Row) {
        let _ = row;
    }

    fn get(&mut self) -> Option<Row> {
        None
    }
}

fn main() {}
