//! The facade under another name.
#![deny(warnings)]

mod vendor {
    pub use actor as stage;
}

use vendor::stage::prelude::*;

#[actor(crate = vendor::stage)]
#[supervise(limit = unlimited, backoff = 1s)]
struct Counter {
    total: u64,
}

#[handlers(crate = crate::vendor::stage)]
impl Counter {
    fn add(&mut self, by: u64, ctx: &mut vendor::stage::Context<Self>) {
        self.total += by;
        ctx.stop();
    }
}

async fn use_it(counter: &CounterRef) {
    let _ = counter.add(1).await;
}

fn main() {
    let _ = use_it;
    let _ = Counter { total: 0 };
}
