use std::cell::Cell;

use actor::prelude::*;

#[actor]
struct Counter {
    total: Cell<u64>,
}

#[handlers]
impl Counter {
    async fn total(&self) -> u64 {
        std::future::ready(()).await;
        self.total.get()
    }

    async fn add(&mut self, by: u64) {
        std::future::ready(()).await;
        self.total.set(self.total.get() + by);
    }
}

fn main() {}
