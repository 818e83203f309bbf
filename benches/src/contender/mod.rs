//! What a framework must be able to do to take part, and the list of those that take part.
//!
//! The workloads are written once, against [`Contender`]; an adapter says how its framework spawns, tells, asks
//! and stops, and nothing else. All futures are named by the compiler and inlined: the adapter costs nothing.

pub(crate) mod actix;
pub(crate) mod kameo;
#[cfg(feature = "ours")]
pub(crate) mod ours;
pub(crate) mod ractor;
pub(crate) mod raw_tokio;

use std::future::Future;
use std::hint::black_box;
use std::panic::panic_any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

use crate::memory::{self, Footprint};
use crate::meter::Reading;
use crate::workload::{self, Plan, Workload};

/// The runtime a workload runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavor {
    /// Two worker threads.
    MultiThread,
    /// The calling thread alone.
    CurrentThread,
}

impl Flavor {
    /// Both, in the order they are reported.
    pub(crate) const ALL: [Self; 2] = [Self::MultiThread, Self::CurrentThread];

    /// The name it has in keys and tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::MultiThread => "mt",
            Self::CurrentThread => "ct",
        }
    }
}

/// On which side of the comparison a contender stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// This project.
    Ours,
    /// Another framework.
    Peer,
    /// A channel and a task, without a framework: what the ratios against raw tokio refer to.
    Raw,
    /// Measured and shown, compared with nobody.
    Shown,
}

/// A framework and how its actors are used. The value is what actors are started from.
pub(crate) trait Contender: Sized + Send + Sync + 'static {
    /// The name in the tables.
    const NAME: &'static str;
    /// Its side of the comparison.
    const ROLE: Role;
    /// The address of an actor that adds up numbers.
    type Counter: Clone + Send + Sync + 'static;
    /// The address of an actor that hands a hop on, and reports to a latch.
    type Node: Clone + Send + Sync + 'static;

    /// Builds the runtime, runs `drive` on it to its end, on a worker where there are workers, and ends all actors.
    fn run<T, D>(flavor: Flavor, drive: impl FnOnce(Arc<Self>) -> D + Send + 'static) -> T
    where
        T: Send + 'static,
        D: Future<Output = T> + Send + 'static;

    /// Starts a counter and returns when it has started, or at once where the framework cannot say.
    fn counter(&self) -> impl Future<Output = Self::Counter> + Send;
    /// Tells a counter to add; on a bounded mailbox it waits for room.
    fn add(counter: &Self::Counter, by: u64) -> impl Future<Output = ()> + Send;
    /// Asks a counter for its total.
    fn total(counter: &Self::Counter) -> impl Future<Output = u64> + Send;
    /// Tells a counter to do so many rounds of [`labour`].
    fn work(counter: &Self::Counter, rounds: u64) -> impl Future<Output = ()> + Send;
    /// Asks a counter for the outcome of so many rounds of [`labour`].
    fn solve(counter: &Self::Counter, rounds: u64) -> impl Future<Output = u64> + Send;

    /// Starts a node without waiting for it.
    fn node(&self, latch: &Arc<Latch>) -> impl Future<Output = Self::Node> + Send;
    /// Tells a node who comes after it.
    fn link(node: &Self::Node, next: Self::Node) -> impl Future<Output = ()> + Send;
    /// Tells a node to hand a hop on; the node where `left` is 0 reports to the latch.
    fn hop(node: &Self::Node, left: u64) -> impl Future<Output = ()> + Send;
    /// Ends a node, whose state reports to the latch when it is dropped.
    fn stop(node: Self::Node) -> impl Future<Output = ()> + Send;
}

/// A framework that starts an actor again after a panic.
pub(crate) trait Supervised: Contender {
    /// The address of a supervised actor that counts and panics on request. It stays valid over a restart.
    type Patient: Send + Sync + 'static;

    /// Starts `count` supervised actors.
    fn patients(&self, count: u64) -> impl Future<Output = Vec<Self::Patient>> + Send;
    /// Tells the actor to count one.
    fn nurse(patient: &Self::Patient) -> impl Future<Output = ()> + Send;
    /// Tells the actor to panic.
    fn crash(patient: &Self::Patient) -> impl Future<Output = ()> + Send;
    /// Asks the actor for its count; `None` when the ask failed and must be tried again.
    fn answer(patient: &Self::Patient) -> impl Future<Output = Option<u64>> + Send;
}

/// A count of events to wait for.
pub(crate) struct Latch {
    left: AtomicU64,
    open: Notify,
}

impl Latch {
    /// A latch that opens at the `count`-th arrival.
    pub(crate) fn new(count: u64) -> Arc<Self> {
        Arc::new(Self { left: AtomicU64::new(count), open: Notify::new() })
    }

    /// Counts one event. Those after the last one are ignored.
    pub(crate) fn arrive(&self) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.open.notify_one();
        }
    }

    /// Arrivals still missing.
    pub(crate) fn left(&self) -> u64 {
        self.left.load(Ordering::Acquire)
    }

    /// Waits for the last arrival; for one waiter.
    pub(crate) async fn opened(&self) {
        self.open.notified().await;
    }
}

/// The part of a node's state that reports its end.
pub(crate) struct Farewell(pub(crate) Arc<Latch>);

impl Drop for Farewell {
    fn drop(&mut self) {
        self.0.arrive();
    }
}

/// What every `crash` handler does; the panic hook of this binary keeps quiet about it.
pub(crate) fn collapse() -> ! {
    panic_any(DELIBERATE)
}

/// The payload of the panics that are part of a workload.
pub(crate) const DELIBERATE: &str = "a panic that is part of the workload";

/// Arithmetic that cannot be skipped, simplified or done in parallel: each round waits for the one before.
pub(crate) fn labour(seed: u64, rounds: u64) -> u64 {
    (0..rounds).fold(black_box(seed | 1), |value, _| (value ^ (value >> 29)).wrapping_mul(6_364_136_223_846_793_005))
}

/// The tokio runtime of a flavor, as `#[tokio::main]` would build it, with two workers where there are several.
pub(crate) fn tokio_runtime(flavor: Flavor) -> Runtime {
    let mut builder = match flavor {
        Flavor::MultiThread => Builder::new_multi_thread(),
        Flavor::CurrentThread => Builder::new_current_thread(),
    };
    builder.worker_threads(2).enable_all().build().expect("a tokio runtime can be built")
}

/// Runs `drive` on the tokio runtime of a flavor: in a task, so that no send comes from outside the runtime and no
/// wake-up takes the longer way to the future of `block_on`.
pub(crate) fn run_on_tokio<T, D>(flavor: Flavor, drive: impl FnOnce() -> D + Send + 'static) -> T
where
    T: Send + 'static,
    D: Future<Output = T> + Send + 'static,
{
    let runtime = tokio_runtime(flavor);
    runtime.block_on(runtime.spawn(async { drive().await })).expect("the driver does not panic")
}

/// A contender without its type, so that all fit one list.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    measure: fn(Workload, &Plan) -> Option<Reading>,
    restart: Option<fn(&Plan) -> Option<Reading>>,
    /// Memory of so many idle actors.
    pub(crate) footprint: fn(u64) -> Footprint,
}

impl Entry {
    fn of<C: Contender>() -> Self {
        Self {
            name: C::NAME,
            role: C::ROLE,
            measure: workload::measure::<C>,
            restart: None,
            footprint: memory::footprint::<C>,
        }
    }

    fn supervised<C: Supervised>() -> Self {
        Self { restart: Some(workload::restart::<C>), ..Self::of::<C>() }
    }

    /// Runs a workload once; `None` where the contender has no such thing or did not end in time.
    pub(crate) fn measure(&self, workload: Workload, plan: &Plan) -> Option<Reading> {
        match workload {
            Workload::Restart => self.restart.and_then(|restart| restart(plan)),
            other => (self.measure)(other, plan),
        }
    }

    /// Whether the contender takes part in a workload.
    pub(crate) fn takes(&self, workload: Workload) -> bool {
        workload != Workload::Restart || self.restart.is_some()
    }
}

/// Everybody who takes part, in the order of the tables.
pub(crate) fn everybody() -> Vec<Entry> {
    vec![
        #[cfg(feature = "ours")]
        Entry::supervised::<ours::Ours>(),
        Entry::supervised::<raw_tokio::RawTokio<raw_tokio::Unbounded>>(),
        Entry::of::<raw_tokio::RawTokio<raw_tokio::Bounded>>(),
        Entry::of::<actix::Actix>(),
        Entry::supervised::<kameo::Kameo<kameo::Bounded>>(),
        Entry::of::<kameo::Kameo<kameo::Unbounded>>(),
        Entry::supervised::<ractor::Ractor>(),
    ]
}

/// The contender of a name.
pub(crate) fn named(name: &str) -> Option<Entry> {
    everybody().into_iter().find(|entry| entry.name == name)
}
