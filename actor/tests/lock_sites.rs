//! What the runtime's locks cost is told by the place that takes them; runs with the feature `instrument-locks`.
#![cfg(feature = "instrument-locks")]
#![allow(missing_docs)]

use actor::prelude::*;
use actor::{LockMode, lock_sites};

#[actor]
struct Counter(u64);

#[handlers]
impl Counter {
    fn add(&mut self, by: u64) {
        self.0 += by;
    }
    fn total(&self) -> u64 {
        self.0
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_locks_on_the_way_of_a_message_are_named_and_counted() {
    const MESSAGES: u64 = 1_000;
    let system = ActorSystem::new("warm");
    let counter = system.spawn(|| Counter(0)).await.unwrap();
    for _ in 0..MESSAGES {
        counter.add(1).await.unwrap();
    }
    assert_eq!(counter.total().await, Ok(MESSAGES));
    let sites = lock_sites();
    assert!(sites.is_sorted_by(|hotter, colder| hotter.waited >= colder.waited));
    let mailbox = sites.iter().find(|at| at.taken >= MESSAGES).expect("whoever sends locks the mailbox");
    assert_eq!(mailbox.mode, LockMode::Spin);
    let line = mailbox.to_string();
    assert!(line.contains("mailbox.rs:") && line.contains("(spin): taken "), "{line}");
    system.shutdown().await.unwrap();
}
