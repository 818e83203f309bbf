use actor::prelude::*;

#[actor(mailbox = 0)]
struct Store {
    rows: Vec<String>,
}

#[handlers]
impl Store {
    fn new() -> Self {
        Self { rows: Vec::new() }
    }

    fn put(&mut self, row: &str) {
        self.keep(row);
    }

    #[handler(plan)]
    fn take(self) -> Vec<String> {
        self.rows
    }

    fn clone(&self) -> usize {
        self.helper()
    }
}

impl Store {
    fn keep(&mut self, row: &str) {
        self.rows.push(row.to_owned());
    }

    fn helper(&self) -> usize {
        self.rows.len()
    }
}

async fn use_it(store: &StoreRef) {
    let _ = store.put("row").await;
    let _ = store.take().await;
}

fn main() {
    let _ = Store::new();
}
