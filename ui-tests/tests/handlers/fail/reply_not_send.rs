use std::rc::Rc;

use actor::prelude::*;

#[actor]
struct Store {
    rows: Vec<u64>,
}

#[handlers]
impl Store {
    fn row(&self) -> Rc<u64> {
        Rc::new(self.rows[0])
    }
}

fn main() {}
