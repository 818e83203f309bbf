use std::rc::Rc;

use actor::prelude::*;

#[actor]
struct Counter {
    name: String,
    total: Rc<u64>,
}

#[handlers]
impl Counter {
    fn total(&self) -> u64 {
        *self.total
    }

}

async fn use_it(counter: &CounterRef) {
    let _ = counter.total().await;
}

fn main() {}
