use std::rc::Rc;

use actor::prelude::*;

#[actor]
struct Store<T> {
    rows: Vec<T>,
}

#[handlers]
impl<T: Clone> Store<T> {
    fn put(&mut self, row: T) {
        self.rows.push(row);
    }

    fn rows(&self) -> Vec<T> {
        self.rows.clone()
    }
}

#[allow(dead_code)]
async fn calls(store: &StoreRef<Rc<u8>>) {
    let _ = store.put(Rc::new(1)).await;
}

fn main() {}
