use actor::prelude::*;

#[actor]
struct Store {
    rows: Vec<String>,
}

#[handlers]
impl Store {
    fn put<T: ToString>(&mut self, row: T) {
        self.rows.push(row.to_string());
    }
}

async fn use_it(store: &StoreRef) {
    let _ = store.put(5).await;
}

fn main() {}
