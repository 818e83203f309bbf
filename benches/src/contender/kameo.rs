//! kameo 0.22, with its default mailbox (64, the sender waits for room) and with an unbounded one.
//!
//! Calls are `.send()` and `.try_send()` rather than `.await` on the request, which boxes a future more.

use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

use kameo::Actor;
use kameo::actor::{ActorRef, Spawn};
use kameo::mailbox::{self, MailboxReceiver, MailboxSender};
use kameo::message::{Context, Message};

use super::{Contender, Farewell, Flavor, Latch, Role, Supervised, collapse, labour, run_on_tokio};

/// kameo's actors, all with one kind of mailbox.
pub(crate) struct Kameo<Mb>(PhantomData<Mb>);

/// Which of kameo's mailboxes.
pub(crate) trait Mailbox: Send + Sync + 'static {
    const NAME: &'static str;

    fn pair<A: Actor>() -> (MailboxSender<A>, MailboxReceiver<A>);
    fn tell<A: Actor + Message<M>, M: Send + 'static>(
        actor: &ActorRef<A>,
        message: M,
    ) -> impl Future<Output = ()> + Send;
}

/// What `spawn` gives: 64 messages, the sender waits.
pub(crate) struct Bounded;

/// `mailbox::unbounded()`, sent to without waiting.
pub(crate) struct Unbounded;

impl Mailbox for Bounded {
    const NAME: &'static str = "kameo";

    fn pair<A: Actor>() -> (MailboxSender<A>, MailboxReceiver<A>) {
        mailbox::bounded(64)
    }

    async fn tell<A: Actor + Message<M>, M: Send + 'static>(actor: &ActorRef<A>, message: M) {
        assert!(actor.tell(message).send().await.is_ok(), "the actor has ended");
    }
}

impl Mailbox for Unbounded {
    const NAME: &'static str = "kameo unbounded";

    fn pair<A: Actor>() -> (MailboxSender<A>, MailboxReceiver<A>) {
        mailbox::unbounded()
    }

    async fn tell<A: Actor + Message<M>, M: Send + 'static>(actor: &ActorRef<A>, message: M) {
        assert!(actor.tell(message).try_send().is_ok(), "the actor has ended");
    }
}

#[derive(Actor)]
pub(crate) struct Counter {
    total: u64,
}

struct Add(u64);
struct Total;
struct Work(u64);
struct Solve(u64);
struct Crash;

impl Message<Add> for Counter {
    type Reply = ();

    async fn handle(&mut self, Add(by): Add, _: &mut Context<Self, Self::Reply>) {
        self.total += by;
    }
}

impl Message<Total> for Counter {
    type Reply = u64;

    async fn handle(&mut self, Total: Total, _: &mut Context<Self, Self::Reply>) -> u64 {
        self.total
    }
}

impl Message<Work> for Counter {
    type Reply = ();

    async fn handle(&mut self, Work(rounds): Work, _: &mut Context<Self, Self::Reply>) {
        self.total = labour(self.total, rounds);
    }
}

impl Message<Solve> for Counter {
    type Reply = u64;

    async fn handle(&mut self, Solve(rounds): Solve, _: &mut Context<Self, Self::Reply>) -> u64 {
        labour(self.total, rounds)
    }
}

impl Message<Crash> for Counter {
    type Reply = ();

    async fn handle(&mut self, Crash: Crash, _: &mut Context<Self, Self::Reply>) {
        collapse()
    }
}

#[derive(Actor)]
pub(crate) struct Node<Mb: Mailbox> {
    next: Option<ActorRef<Node<Mb>>>,
    latch: Farewell,
}

struct Link<Mb: Mailbox>(ActorRef<Node<Mb>>);
struct Hop(u64);

impl<Mb: Mailbox> Message<Link<Mb>> for Node<Mb> {
    type Reply = ();

    async fn handle(&mut self, Link(next): Link<Mb>, _: &mut Context<Self, Self::Reply>) {
        self.next = Some(next);
    }
}

impl<Mb: Mailbox> Message<Hop> for Node<Mb> {
    type Reply = ();

    async fn handle(&mut self, Hop(left): Hop, _: &mut Context<Self, Self::Reply>) {
        match left {
            0 => self.latch.0.arrive(),
            left => Mb::tell(self.next.as_ref().expect("the ring is closed"), Hop(left - 1)).await,
        }
    }
}

/// Restarts those who panic: `OneForOne`, kameo's default.
#[derive(Actor)]
pub(crate) struct Ward;

/// A supervised counter, and what keeps its supervisor alive.
pub(crate) struct Patient {
    counter: ActorRef<Counter>,
    _ward: ActorRef<Ward>,
}

impl<Mb: Mailbox> Contender for Kameo<Mb> {
    const NAME: &'static str = Mb::NAME;
    const ROLE: Role = Role::Peer;
    type Counter = ActorRef<Counter>;
    type Node = ActorRef<Node<Mb>>;

    fn run<T, D>(flavor: Flavor, drive: impl FnOnce(Arc<Self>) -> D + Send + 'static) -> T
    where
        T: Send + 'static,
        D: Future<Output = T> + Send + 'static,
    {
        run_on_tokio(flavor, || drive(Arc::new(Self(PhantomData))))
    }

    async fn counter(&self) -> Self::Counter {
        Counter::spawn_with_mailbox(Counter { total: 0 }, Mb::pair())
    }

    async fn add(counter: &Self::Counter, by: u64) {
        Mb::tell(counter, Add(by)).await;
    }

    async fn total(counter: &Self::Counter) -> u64 {
        counter.ask(Total).send().await.expect("the counter answers")
    }

    async fn work(counter: &Self::Counter, rounds: u64) {
        Mb::tell(counter, Work(rounds)).await;
    }

    async fn solve(counter: &Self::Counter, rounds: u64) -> u64 {
        counter.ask(Solve(rounds)).send().await.expect("the counter answers")
    }

    async fn node(&self, latch: &Arc<Latch>) -> Self::Node {
        Node::spawn_with_mailbox(Node { next: None, latch: Farewell(latch.clone()) }, Mb::pair())
    }

    async fn link(node: &Self::Node, next: Self::Node) {
        Mb::tell(node, Link(next)).await;
    }

    async fn hop(node: &Self::Node, left: u64) {
        Mb::tell(node, Hop(left)).await;
    }

    async fn stop(node: Self::Node) {
        node.stop_gracefully().await.expect("the node is alive");
    }
}

impl<Mb: Mailbox> Supervised for Kameo<Mb> {
    type Patient = Patient;

    async fn patients(&self, count: u64) -> Vec<Self::Patient> {
        let ward = Ward::spawn(Ward);
        let mut patients = Vec::new();
        for _ in 0..count {
            let counter = Counter::supervise_with(&ward, || Counter { total: 0 });
            let counter = counter.spawn_with_mailbox(Mb::pair()).await;
            patients.push(Patient { counter, _ward: ward.clone() });
        }
        patients
    }

    async fn nurse(patient: &Self::Patient) {
        Self::add(&patient.counter, 1).await;
    }

    async fn crash(patient: &Self::Patient) {
        Mb::tell(&patient.counter, Crash).await;
    }

    async fn answer(patient: &Self::Patient) -> Option<u64> {
        patient.counter.ask(Total).send().await.ok()
    }
}
