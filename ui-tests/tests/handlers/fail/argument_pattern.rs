use actor::prelude::*;

#[actor]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    fn add(&mut self, (left, right): (u64, u64)) {
        self.total += left + right;
    }

    fn touch(&mut self, _: u64) {}
}

async fn use_it(counter: &CounterRef) {
    let _ = counter.add((1, 2)).await;
}

fn main() {}
