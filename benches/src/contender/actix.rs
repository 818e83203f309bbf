//! actix 0.13. An actor lives on one thread, its arbiter; the multi-thread flavor has two arbiters, filled in turn,
//! and the driver beside them in a tokio runtime of its own, so that every send crosses threads as it would there.
//!
//! Tells are `do_send`, which ignores the capacity of the mailbox (16 by default). There is no restart after a panic.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix::prelude::{Actor, Addr, Arbiter, ArbiterHandle, Context, Handler, Message, System};

use super::{Contender, Farewell, Flavor, Latch, Role, labour, run_on_tokio};

/// The arbiters actors are started on; none means the current one.
pub(crate) struct Actix {
    arbiters: Vec<ArbiterHandle>,
    next: AtomicUsize,
}

pub(crate) struct Counter {
    total: u64,
}

impl Actor for Counter {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype(result = "()")]
struct Add(u64);

#[derive(Message)]
#[rtype(result = "u64")]
struct Total;

#[derive(Message)]
#[rtype(result = "()")]
struct Work(u64);

#[derive(Message)]
#[rtype(result = "u64")]
struct Solve(u64);

impl Handler<Add> for Counter {
    type Result = ();

    fn handle(&mut self, Add(by): Add, _: &mut Self::Context) {
        self.total += by;
    }
}

impl Handler<Total> for Counter {
    type Result = u64;

    fn handle(&mut self, Total: Total, _: &mut Self::Context) -> u64 {
        self.total
    }
}

impl Handler<Work> for Counter {
    type Result = ();

    fn handle(&mut self, Work(rounds): Work, _: &mut Self::Context) {
        self.total = labour(self.total, rounds);
    }
}

impl Handler<Solve> for Counter {
    type Result = u64;

    fn handle(&mut self, Solve(rounds): Solve, _: &mut Self::Context) -> u64 {
        labour(self.total, rounds)
    }
}

pub(crate) struct Node {
    next: Option<Addr<Node>>,
    latch: Farewell,
}

impl Actor for Node {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype(result = "()")]
struct Link(Addr<Node>);

#[derive(Message)]
#[rtype(result = "()")]
struct Hop(u64);

impl Handler<Link> for Node {
    type Result = ();

    fn handle(&mut self, Link(next): Link, _: &mut Self::Context) {
        self.next = Some(next);
    }
}

impl Handler<Hop> for Node {
    type Result = ();

    fn handle(&mut self, Hop(left): Hop, _: &mut Self::Context) {
        match left {
            0 => self.latch.0.arrive(),
            left => self.next.as_ref().expect("the ring is closed").do_send(Hop(left - 1)),
        }
    }
}

impl Actix {
    fn start<A>(&self, actor: A) -> Addr<A>
    where
        A: Actor<Context = Context<A>> + Send,
    {
        if self.arbiters.is_empty() {
            return actor.start();
        }
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        A::start_in_arbiter(&self.arbiters[turn % self.arbiters.len()], |_| actor)
    }
}

impl Contender for Actix {
    const NAME: &'static str = "actix";
    const ROLE: Role = Role::Peer;
    type Counter = Addr<Counter>;
    type Node = Addr<Node>;

    fn run<T, D>(flavor: Flavor, drive: impl FnOnce(Arc<Self>) -> D + Send + 'static) -> T
    where
        T: Send + 'static,
        D: Future<Output = T> + Send + 'static,
    {
        let system = System::new();
        let on = |arbiters| Arc::new(Self { arbiters, next: AtomicUsize::new(0) });
        match flavor {
            Flavor::CurrentThread => {
                let world = on(Vec::new());
                let driver = async { tokio::task::spawn_local(async { drive(world).await }).await };
                system.block_on(driver).expect("the driver does not panic")
            }
            Flavor::MultiThread => {
                let arbiters = [Arbiter::new(), Arbiter::new()];
                let world = on(arbiters.iter().map(Arbiter::handle).collect());
                let outcome = run_on_tokio(flavor, || drive(world));
                for arbiter in arbiters {
                    arbiter.stop();
                    arbiter.join().expect("an arbiter does not panic");
                }
                outcome
            }
        }
    }

    async fn counter(&self) -> Self::Counter {
        self.start(Counter { total: 0 })
    }

    async fn add(counter: &Self::Counter, by: u64) {
        counter.do_send(Add(by));
    }

    async fn total(counter: &Self::Counter) -> u64 {
        counter.send(Total).await.expect("the counter answers")
    }

    async fn work(counter: &Self::Counter, rounds: u64) {
        counter.do_send(Work(rounds));
    }

    async fn solve(counter: &Self::Counter, rounds: u64) -> u64 {
        counter.send(Solve(rounds)).await.expect("the counter answers")
    }

    async fn node(&self, latch: &Arc<Latch>) -> Self::Node {
        self.start(Node { next: None, latch: Farewell(latch.clone()) })
    }

    async fn link(node: &Self::Node, next: Self::Node) {
        node.do_send(Link(next));
    }

    async fn hop(node: &Self::Node, left: u64) {
        node.do_send(Hop(left));
    }

    async fn stop(node: Self::Node) {
        drop(node);
    }
}
