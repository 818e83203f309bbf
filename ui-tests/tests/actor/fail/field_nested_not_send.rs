use std::cell::RefCell;
use std::rc::Rc;

use actor::prelude::*;

#[actor]
struct Store {
    rows: Vec<Option<Rc<RefCell<u64>>>>,
    on_change: Box<dyn Fn(u64)>,
}

#[handlers]
impl Store {
    fn clear(&mut self) {
        self.rows.clear();
        (self.on_change)(0);
    }
}

fn main() {}
