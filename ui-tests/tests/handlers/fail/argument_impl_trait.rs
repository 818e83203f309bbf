use actor::prelude::*;

#[actor]
struct Store {
    rows: Vec<String>,
}

#[handlers]
impl Store {
    fn put(&mut self, row: impl Into<String>) {
        self.rows.push(row.into());
    }

    fn put_all(&mut self, rows: impl Iterator<Item = String>) {
        self.rows.extend(rows);
    }

    fn rows(&self) -> impl Iterator<Item = String> {
        self.rows.clone().into_iter()
    }
}

async fn use_it(store: &StoreRef) {
    let _ = store.put("row").await;
}

fn main() {}
