//! This project, in its default configuration: mailboxes of 256, tells that wait for room, supervision and counts on.

use std::future::Future;
use std::sync::Arc;

use actor::prelude::*;

use super::{Contender, Farewell, Flavor, Latch, Role, Supervised, collapse, labour, run_on_tokio};

/// The system actors are started in.
pub(crate) struct Ours {
    system: ActorSystem,
}

#[actor]
pub(crate) struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    fn add(&mut self, by: u64) {
        self.total += by;
    }

    fn total(&self) -> u64 {
        self.total
    }

    fn work(&mut self, rounds: u64) {
        self.total = labour(self.total, rounds);
    }

    fn solve(&self, rounds: u64) -> u64 {
        labour(self.total, rounds)
    }

    fn crash(&mut self) {
        collapse()
    }
}

#[actor]
pub(crate) struct Node {
    next: Option<NodeRef>,
    latch: Farewell,
}

#[handlers]
impl Node {
    fn link(&mut self, next: NodeRef) {
        self.next = Some(next);
    }

    fn hop(&mut self, left: u64) {
        match left {
            0 => self.latch.0.arrive(),
            left => {
                let next = self.next.as_ref().expect("the ring is closed");
                next.hop(left - 1).tell().expect("one message at a time is on its way");
            }
        }
    }
}

impl Contender for Ours {
    const NAME: &'static str = "ours";
    const ROLE: Role = Role::Ours;
    type Counter = CounterRef;
    type Node = NodeRef;

    fn run<T, D>(flavor: Flavor, drive: impl FnOnce(Arc<Self>) -> D + Send + 'static) -> T
    where
        T: Send + 'static,
        D: Future<Output = T> + Send + 'static,
    {
        run_on_tokio(flavor, || async move {
            let world = Arc::new(Self { system: ActorSystem::new("bench") });
            let outcome = drive(world.clone()).await;
            world.system.shutdown().await.expect("every actor ends");
            outcome
        })
    }

    async fn counter(&self) -> Self::Counter {
        self.system.spawn(|| Counter { total: 0 }).await.expect("a counter starts")
    }

    async fn add(counter: &Self::Counter, by: u64) {
        counter.add(by).await.expect("the counter is alive");
    }

    async fn total(counter: &Self::Counter) -> u64 {
        counter.total().await.expect("the counter answers")
    }

    async fn work(counter: &Self::Counter, rounds: u64) {
        counter.work(rounds).await.expect("the counter is alive");
    }

    async fn solve(counter: &Self::Counter, rounds: u64) -> u64 {
        counter.solve(rounds).await.expect("the counter answers")
    }

    async fn node(&self, latch: &Arc<Latch>) -> Self::Node {
        let latch = latch.clone();
        self.system.spawn(move || Node { next: None, latch: Farewell(latch.clone()) }).detach()
    }

    async fn link(node: &Self::Node, next: Self::Node) {
        node.link(next).await.expect("the node is alive");
    }

    async fn hop(node: &Self::Node, left: u64) {
        node.hop(left).await.expect("the node is alive");
    }

    async fn stop(node: Self::Node) {
        // The verb acts at once; what it returns would only wait for the end, as the latch does.
        drop(node.control().stop());
    }
}

impl Supervised for Ours {
    type Patient = CounterRef;

    async fn patients(&self, count: u64) -> Vec<Self::Patient> {
        let mut patients = Vec::new();
        for _ in 0..count {
            patients.push(self.counter().await);
        }
        patients
    }

    async fn nurse(patient: &Self::Patient) {
        Self::add(patient, 1).await;
    }

    async fn crash(patient: &Self::Patient) {
        patient.crash().await.expect("the counter is alive");
    }

    async fn answer(patient: &Self::Patient) -> Option<u64> {
        patient.total().await.ok()
    }
}
