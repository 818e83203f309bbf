//! The floor: a tokio channel, an enum, a task and a oneshot for the answer, as people write it by hand.

use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::{Contender, Farewell, Flavor, Latch, Role, Supervised, collapse, labour, run_on_tokio};

/// Tasks with a channel each.
pub(crate) struct RawTokio<Ch>(PhantomData<Ch>);

/// Which of tokio's channels.
pub(crate) trait Channel: Send + Sync + 'static {
    const NAME: &'static str;
    const ROLE: Role;
    type Sender<M: Send + 'static>: Clone + Send + Sync + 'static;
    type Receiver<M: Send + 'static>: Send + 'static;

    fn pair<M: Send + 'static>() -> (Self::Sender<M>, Self::Receiver<M>);
    fn send<M: Send + 'static>(sender: &Self::Sender<M>, message: M) -> impl Future<Output = ()> + Send;
    fn receive<M: Send + 'static>(receiver: &mut Self::Receiver<M>) -> impl Future<Output = Option<M>> + Send;
}

/// `mpsc::unbounded_channel`.
pub(crate) struct Unbounded;

/// `mpsc::channel(256)`; the sender waits for room.
pub(crate) struct Bounded;

/// Room in a bounded channel: what this project's mailboxes hold by default.
const CAPACITY: usize = 256;

impl Channel for Unbounded {
    const NAME: &'static str = "raw tokio";
    const ROLE: Role = Role::Raw;
    type Sender<M: Send + 'static> = mpsc::UnboundedSender<M>;
    type Receiver<M: Send + 'static> = mpsc::UnboundedReceiver<M>;

    fn pair<M: Send + 'static>() -> (Self::Sender<M>, Self::Receiver<M>) {
        mpsc::unbounded_channel()
    }

    async fn send<M: Send + 'static>(sender: &Self::Sender<M>, message: M) {
        assert!(sender.send(message).is_ok(), "the task has ended");
    }

    async fn receive<M: Send + 'static>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.recv().await
    }
}

impl Channel for Bounded {
    const NAME: &'static str = "raw tokio 256";
    const ROLE: Role = Role::Shown;
    type Sender<M: Send + 'static> = mpsc::Sender<M>;
    type Receiver<M: Send + 'static> = mpsc::Receiver<M>;

    fn pair<M: Send + 'static>() -> (Self::Sender<M>, Self::Receiver<M>) {
        mpsc::channel(CAPACITY)
    }

    async fn send<M: Send + 'static>(sender: &Self::Sender<M>, message: M) {
        assert!(sender.send(message).await.is_ok(), "the task has ended");
    }

    async fn receive<M: Send + 'static>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.recv().await
    }
}

/// The messages of a counter.
pub(crate) enum Count {
    Add(u64),
    Total(oneshot::Sender<u64>),
    Work(u64),
    Solve(u64, oneshot::Sender<u64>),
    Crash,
}

#[derive(Default)]
struct Counter {
    total: u64,
}

impl Counter {
    fn handle(&mut self, message: Count) {
        match message {
            Count::Add(by) => self.total += by,
            Count::Total(reply) => drop(reply.send(self.total)),
            Count::Work(rounds) => self.total = labour(self.total, rounds),
            Count::Solve(rounds, reply) => drop(reply.send(labour(self.total, rounds))),
            Count::Crash => collapse(),
        }
    }
}

/// The messages of a node. The sender's type is a parameter, for a node is sent the sender of another node.
pub(crate) enum Step<Ch: Channel> {
    Link(Ch::Sender<Step<Ch>>),
    Hop(u64),
}

struct Node<Ch: Channel> {
    next: Option<Ch::Sender<Step<Ch>>>,
    latch: Farewell,
}

impl<Ch: Channel> Node<Ch> {
    async fn handle(&mut self, message: Step<Ch>) {
        match message {
            Step::Link(next) => self.next = Some(next),
            Step::Hop(0) => self.latch.0.arrive(),
            Step::Hop(left) => {
                let next = self.next.as_ref().expect("the ring is closed");
                Ch::send(next, Step::Hop(left - 1)).await;
            }
        }
    }
}

async fn ask<Ch: Channel>(counter: &Ch::Sender<Count>, message: impl FnOnce(oneshot::Sender<u64>) -> Count) -> u64 {
    let (reply, answer) = oneshot::channel();
    Ch::send(counter, message(reply)).await;
    answer.await.expect("the counter answers")
}

impl<Ch: Channel> Contender for RawTokio<Ch> {
    const NAME: &'static str = Ch::NAME;
    const ROLE: Role = Ch::ROLE;
    type Counter = Ch::Sender<Count>;
    type Node = Ch::Sender<Step<Ch>>;

    fn run<T, D>(flavor: Flavor, drive: impl FnOnce(Arc<Self>) -> D + Send + 'static) -> T
    where
        T: Send + 'static,
        D: Future<Output = T> + Send + 'static,
    {
        run_on_tokio(flavor, || drive(Arc::new(Self(PhantomData))))
    }

    async fn counter(&self) -> Self::Counter {
        let (sender, mut receiver) = Ch::pair();
        tokio::spawn(async move {
            let mut counter = Counter::default();
            while let Some(message) = Ch::receive(&mut receiver).await {
                counter.handle(message);
            }
        });
        sender
    }

    async fn add(counter: &Self::Counter, by: u64) {
        Ch::send(counter, Count::Add(by)).await;
    }

    async fn total(counter: &Self::Counter) -> u64 {
        ask::<Ch>(counter, Count::Total).await
    }

    async fn work(counter: &Self::Counter, rounds: u64) {
        Ch::send(counter, Count::Work(rounds)).await;
    }

    async fn solve(counter: &Self::Counter, rounds: u64) -> u64 {
        ask::<Ch>(counter, |reply| Count::Solve(rounds, reply)).await
    }

    async fn node(&self, latch: &Arc<Latch>) -> Self::Node {
        let (sender, mut receiver) = Ch::pair();
        let mut node = Node::<Ch> { next: None, latch: Farewell(latch.clone()) };
        tokio::spawn(async move {
            while let Some(message) = Ch::receive(&mut receiver).await {
                node.handle(message).await;
            }
        });
        sender
    }

    async fn link(node: &Self::Node, next: Self::Node) {
        Ch::send(node, Step::Link(next)).await;
    }

    async fn hop(node: &Self::Node, left: u64) {
        Ch::send(node, Step::Hop(left)).await;
    }

    async fn stop(node: Self::Node) {
        drop(node);
    }
}

/// The least a task can do about a panic: catch it and begin again with a fresh state.
impl<Ch: Channel> Supervised for RawTokio<Ch> {
    type Patient = Ch::Sender<Count>;

    async fn patients(&self, count: u64) -> Vec<Self::Patient> {
        (0..count).map(|_| patient::<Ch>()).collect()
    }

    async fn nurse(patient: &Self::Patient) {
        Self::add(patient, 1).await;
    }

    async fn crash(patient: &Self::Patient) {
        Ch::send(patient, Count::Crash).await;
    }

    async fn answer(patient: &Self::Patient) -> Option<u64> {
        Some(Self::total(patient).await)
    }
}

fn patient<Ch: Channel>() -> Ch::Sender<Count> {
    let (sender, mut receiver) = Ch::pair();
    tokio::spawn(async move {
        let mut counter = Counter::default();
        while let Some(message) = Ch::receive(&mut receiver).await {
            if catch_unwind(AssertUnwindSafe(|| counter.handle(message))).is_err() {
                counter = Counter::default();
            }
        }
    });
    sender
}
