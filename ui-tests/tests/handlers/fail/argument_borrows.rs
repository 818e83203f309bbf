use std::path::Path;

use actor::prelude::*;

#[actor]
struct Store {
    rows: Vec<String>,
}

#[handlers]
impl Store {
    fn put(&mut self, row: &str) {
        self.rows.push(row.to_owned());
    }

    fn put_all(&mut self, rows: &[String], from: Option<&Path>, ctx: &Context<Self>) {
        self.rows.extend_from_slice(rows);
        let _ = (from, ctx.id());
    }

    fn first(&self) -> &str {
        &self.rows[0]
    }
}

async fn use_it(store: &StoreRef) {
    let _ = store.put("row").await;
}

fn main() {}
