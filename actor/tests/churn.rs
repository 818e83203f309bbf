//! What a hundred thousand ended actors leave of the heap: nothing.
#![allow(missing_docs)]

#[path = "common/counting.rs"]
mod counting;

use actor::prelude::*;
use counting::live;

#[actor]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    fn add(&mut self, by: u64) -> u64 {
        self.total += by;
        self.total
    }
}

#[actor]
struct Parent;

#[handlers]
impl Parent {
    fn hire(&mut self, ctx: &mut Context<Self>) -> CounterRef {
        ctx.spawn(|| Counter { total: 0 }).restart(Restart::Permanent).detach()
    }
}

async fn a_life(system: &ActorSystem, parent: &ParentRef, is_child: bool) {
    let counter =
        if is_child { parent.hire().await.unwrap() } else { system.spawn(|| Counter { total: 0 }).await.unwrap() };
    assert_eq!(counter.add(1).await, Ok(1));
    counter.control().stop().await;
}

#[test]
fn a_hundred_thousand_lives_leave_the_heap_as_it_was() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let system = ActorSystem::new("churn");
        let parent = system.spawn(|| Parent).await.unwrap();
        // What grows once, such as the registry, has grown.
        for round in 0..1_000 {
            a_life(&system, &parent, round % 2 == 0).await;
        }
        let before = live();
        for round in 0..100_000 {
            a_life(&system, &parent, round % 2 == 0).await;
        }
        assert_eq!(live() - before, 0, "bytes left");
        assert_eq!(system.counts::<Counter>().stopped, 101_000);
    });
}
