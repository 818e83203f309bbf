use actor::prelude::*;

#[actor]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    fn new() -> Self {
        Self { total: 0 }
    }

    fn add(&mut self, by: u64) {
        self.total += by;
    }
}

async fn use_it(counter: &CounterRef) {
    let _ = counter.add(1).await;
}

fn main() {
    let _ = Counter::new();
}
