use std::rc::Rc;

use actor::prelude::*;

#[actor]
struct Store {
    rows: Vec<u64>,
}

#[handlers]
impl Store {
    fn put(&mut self, row: Rc<u64>) {
        self.rows.push(*row);
    }

    fn put_all(&mut self, rows: Vec<Rc<u64>>) {
        self.rows.extend(rows.iter().map(|row| **row));
    }
}

fn main() {}
