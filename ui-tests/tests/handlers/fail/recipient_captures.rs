use actor::Recipient;
use actor::prelude::*;

#[actor]
struct Store {
    rows: Vec<u64>,
}

#[handlers]
impl Store {
    fn put(&mut self, row: u64, twice: bool) {
        self.rows.push(if twice { row * 2 } else { row });
    }
}

fn narrowed(store: &StoreRef, twice: bool) -> Recipient<u64> {
    store.recipient(move |store, row| store.put(row, twice))
}

fn main() {
    let _ = narrowed as fn(&StoreRef, bool) -> Recipient<u64>;
}
