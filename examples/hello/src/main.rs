//! The counter: one actor, a tell and an ask.

use actor::prelude::*;

/// Counts.
#[actor]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    /// Adds `by`.
    fn add(&mut self, by: u64) {
        self.total += by;
    }

    /// The total so far.
    fn total(&self) -> u64 {
        self.total
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::new("demo");
    let counter = system.spawn(|| Counter { total: 0 }).await?;
    counter.add(2).await?;
    println!("the total is {}", counter.total().await?);
    system.shutdown().await?;
    Ok(())
}
