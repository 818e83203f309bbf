use actor::prelude::*;

#[actor]
struct Store {
    sum: u64,
}

#[handlers]
impl Store {
    fn put(&mut self, key: u64, rows: [u64; 32]) {
        self.sum += key + rows[0];
    }

    fn put_one(&mut self, key: u64, row: [u64; 8]) {
        self.sum += key + row[0];
    }

    fn put_aside(&mut self, #[indirect] rows: [u64; 32]) {
        self.sum += rows[0];
    }
}

fn main() {}
