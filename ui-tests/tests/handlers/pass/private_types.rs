//! A public actor whose private handlers carry private types.
#![deny(warnings)]

pub mod store {
    use actor::prelude::*;

    struct Row(u64);
    struct Missing;

    #[actor]
    pub struct Store {
        rows: Vec<Row>,
    }

    #[handlers]
    impl Store {
        pub fn open(&mut self, first: u64) {
            self.rows.push(Row(first));
        }

        fn put(&mut self, row: Row) {
            self.rows.push(row);
        }

        fn take(&mut self) -> Result<Row, Missing> {
            self.rows.pop().ok_or(Missing)
        }

        fn later(&mut self, reply: Reply<Row>) {
            reply.send(Row(1));
        }
    }

    pub async fn fill(store: &StoreRef) {
        let _ = store.put(Row(1)).await;
        if let Ok(row) = store.take().await {
            let _ = store.open(row.0).await;
        }
        let _ = store.later().await;
    }

    pub fn new() -> Store {
        Store { rows: Vec::new() }
    }
}

async fn use_it(store: &store::StoreRef) {
    let _ = store.open(1).await;
    store::fill(store).await;
}

fn main() {
    let _ = use_it;
    let _ = store::new();
}
