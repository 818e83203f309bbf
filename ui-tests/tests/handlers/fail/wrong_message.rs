use actor::prelude::*;

#[actor]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    fn add(&mut self, by: u64) {
        self.total += by;
    }
}

#[allow(dead_code)]
async fn calls(counter: &CounterRef) -> Result<(), TellError> {
    counter.add("2").await?;
    counter.ad(2).await?;
    counter.add().await
}

fn main() {}
