//! The workloads, each written once for every contender, and how large a run of each is.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinSet, yield_now};
use tokio::time::timeout;

use crate::contender::{Contender, Flavor, Latch, Supervised};
use crate::meter::{Meter, Reading};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Workload {
    /// One producer tells one actor, an ask at the end sees every message.
    Tell,
    /// As `Tell`, with four producers.
    Tell4,
    /// One caller asks one actor, one ask at a time.
    Ask,
    /// As `Ask`, with 64 callers.
    Ask64,
    /// Two actors hand a message to and fro.
    Ping,
    /// A message goes around 1,000 actors.
    Ring,
    /// One producer tells 10,000 actors in turn.
    Fan,
    /// Actors are started and handle a first message each.
    Spawn,
    /// Actors are ended and their states dropped.
    Stop,
    /// An actor panics, is started again and answers the next ask.
    Restart,
    /// As `Tell`, with a handler that computes for about a microsecond.
    WorkTell,
    /// As `Ask`, with a handler that computes for about a microsecond.
    WorkAsk,
}

/// Rounds of `labour` that take about a microsecond at 3 GHz.
pub(crate) const WORK_ROUNDS: u64 = 750;

/// How many messages a producer on one thread sends before it lets others run. Without it an unbounded mailbox
/// would hold the whole burst before its actor runs at all.
const BURST: u64 = 256;

/// A run that takes longer than this has no result.
const PATIENCE: Duration = Duration::from_secs(60);

impl Workload {
    /// All, in the order they are reported.
    pub(crate) const ALL: [Self; 12] = [
        Self::Tell,
        Self::Tell4,
        Self::Ask,
        Self::Ask64,
        Self::Ping,
        Self::Ring,
        Self::Fan,
        Self::Spawn,
        Self::Stop,
        Self::Restart,
        Self::WorkTell,
        Self::WorkAsk,
    ];

    /// Its name on the command line and in keys.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tell => "tell",
            Self::Tell4 => "tell4",
            Self::Ask => "ask",
            Self::Ask64 => "ask64",
            Self::Ping => "ping",
            Self::Ring => "ring",
            Self::Fan => "fan",
            Self::Spawn => "spawn",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::WorkTell => "work-tell",
            Self::WorkAsk => "work-ask",
        }
    }

    /// What the tables call it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Tell => "tell, 1 producer",
            Self::Tell4 => "tell, 4 producers",
            Self::Ask => "ask, one caller",
            Self::Ask64 => "ask, 64 callers",
            Self::Ping => "ping-pong of 2 actors",
            Self::Ring => "ring of 1,000",
            Self::Fan => "fan-out to 10,000",
            Self::Spawn => "spawn, first message handled",
            Self::Stop => "stop, state dropped",
            Self::Restart => "panic → restarted → next ask",
            Self::WorkTell => "tell, handler works 1 µs",
            Self::WorkAsk => "ask, handler works 1 µs",
        }
    }

    /// Whether its handlers compute, so that the message is a small part of the cost.
    pub(crate) fn works(self) -> bool {
        matches!(self, Self::WorkTell | Self::WorkAsk)
    }

    /// Operations of one run at full size.
    pub(crate) fn operations(self) -> u64 {
        match self {
            Self::Tell | Self::Tell4 => 200_000,
            Self::Ask | Self::Ask64 => 64_000,
            Self::Ping | Self::Ring => 100_000,
            Self::Fan => 50 * ACTORS_OF_FAN,
            Self::Spawn | Self::Stop => 20_000,
            Self::Restart => 1_000,
            Self::WorkTell | Self::WorkAsk => 20_000,
        }
    }
}

/// Actors a fan-out goes to.
const ACTORS_OF_FAN: u64 = 10_000;
/// Actors in a ring.
const ACTORS_OF_RING: u64 = 1_000;

/// How a workload is run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) flavor: Flavor,
    /// Operations that are measured.
    pub(crate) operations: u64,
    /// Operations of the same kind that come first and are not.
    pub(crate) warm_up: u64,
}

impl Plan {
    /// A run of `operations`, a quarter as many beforehand.
    pub(crate) fn of(flavor: Flavor, operations: u64) -> Self {
        Self { flavor, operations, warm_up: operations / 4 }
    }
}

/// Runs a workload once, in a fresh runtime; `None` when it did not end in time.
pub(crate) fn measure<C: Contender>(workload: Workload, plan: &Plan) -> Option<Reading> {
    let plan = *plan;
    match workload {
        Workload::Tell => run::<C, _>(plan, move |world| tell(world, plan)),
        Workload::Tell4 => run::<C, _>(plan, move |world| tell_from_many(world, plan, 4)),
        Workload::Ask => run::<C, _>(plan, move |world| ask(world, plan)),
        Workload::Ask64 => run::<C, _>(plan, move |world| ask_from_many(world, plan, 64)),
        Workload::Ping => run::<C, _>(plan, move |world| ring(world, plan, 2)),
        Workload::Ring => run::<C, _>(plan, move |world| ring(world, plan, ACTORS_OF_RING)),
        Workload::Fan => run::<C, _>(plan, move |world| fan_out(world, plan)),
        Workload::Spawn => run::<C, _>(plan, move |world| spawn(world, plan)),
        Workload::Stop => run::<C, _>(plan, move |world| stop(world, plan)),
        Workload::WorkTell => run::<C, _>(plan, move |world| work_tell(world, plan)),
        Workload::WorkAsk => run::<C, _>(plan, move |world| work_ask(world, plan)),
        Workload::Restart => None,
    }
}

/// Runs the crash workload once, for those who start an actor again after a panic.
pub(crate) fn restart<C: Supervised>(plan: &Plan) -> Option<Reading> {
    let plan = *plan;
    run::<C, _>(plan, move |world| recover(world, plan))
}

fn run<C: Contender, D>(plan: Plan, drive: impl FnOnce(Arc<C>) -> D + Send + 'static) -> Option<Reading>
where
    D: Future<Output = Reading> + Send + 'static,
{
    C::run(plan.flavor, move |world| async move { timeout(PATIENCE, drive(world)).await.ok() })
}

async fn tell<C: Contender>(world: Arc<C>, plan: Plan) -> Reading {
    let counter = world.counter().await;
    produce::<C>(&counter, plan.warm_up, plan.flavor).await;
    assert_eq!(C::total(&counter).await, plan.warm_up);

    let meter = Meter::start();
    produce::<C>(&counter, plan.operations, plan.flavor).await;
    let total = C::total(&counter).await;
    let reading = meter.stop(plan.operations);
    assert_eq!(total, plan.warm_up + plan.operations, "{} lost a message", C::NAME);
    reading
}

async fn produce<C: Contender>(counter: &C::Counter, count: u64, flavor: Flavor) {
    for sent in 1..=count {
        C::add(counter, 1).await;
        breathe(sent, flavor).await;
    }
}

/// Lets the actors have the thread after every burst, where there is only one.
async fn breathe(sent: u64, flavor: Flavor) {
    if flavor == Flavor::CurrentThread && sent.is_multiple_of(BURST) {
        yield_now().await;
    }
}

async fn tell_from_many<C: Contender>(world: Arc<C>, plan: Plan, producers: u64) -> Reading {
    let counter = world.counter().await;
    produce::<C>(&counter, plan.warm_up, plan.flavor).await;
    assert_eq!(C::total(&counter).await, plan.warm_up);

    let share = plan.operations / producers;
    let meter = Meter::start();
    let mut tasks = JoinSet::new();
    for _ in 0..producers {
        let counter = counter.clone();
        tasks.spawn(async move { produce::<C>(&counter, share, plan.flavor).await });
    }
    tasks.join_all().await;
    let total = C::total(&counter).await;
    let reading = meter.stop(share * producers);
    assert_eq!(total, plan.warm_up + share * producers, "{} lost a message", C::NAME);
    reading
}

async fn ask<C: Contender>(world: Arc<C>, plan: Plan) -> Reading {
    let counter = world.counter().await;
    C::add(&counter, 1).await;
    inquire::<C>(&counter, plan.warm_up).await;

    let meter = Meter::start();
    inquire::<C>(&counter, plan.operations).await;
    meter.stop(plan.operations)
}

async fn inquire<C: Contender>(counter: &C::Counter, count: u64) {
    for _ in 0..count {
        assert_eq!(C::total(counter).await, 1);
    }
}

async fn ask_from_many<C: Contender>(world: Arc<C>, plan: Plan, callers: u64) -> Reading {
    let counter = world.counter().await;
    C::add(&counter, 1).await;
    inquire::<C>(&counter, plan.warm_up).await;

    let share = plan.operations / callers;
    let meter = Meter::start();
    let mut tasks = JoinSet::new();
    for _ in 0..callers {
        let counter = counter.clone();
        tasks.spawn(async move { inquire::<C>(&counter, share).await });
    }
    tasks.join_all().await;
    meter.stop(share * callers)
}

async fn ring<C: Contender>(world: Arc<C>, plan: Plan, actors: u64) -> Reading {
    round::<C>(&world, actors, plan.warm_up).await;
    round::<C>(&world, actors, plan.operations).await
}

/// Builds a ring, hands a message on `hops` times and takes the ring apart; measures the hops.
async fn round<C: Contender>(world: &C, actors: u64, hops: u64) -> Reading {
    let latch = Latch::new(1);
    let mut nodes = Vec::new();
    for _ in 0..actors {
        nodes.push(world.node(&latch).await);
    }
    for (node, next) in nodes.iter().zip(nodes.iter().cycle().skip(1)) {
        C::link(node, next.clone()).await;
    }
    let meter = Meter::start();
    C::hop(&nodes[0], hops).await;
    latch.opened().await;
    let reading = meter.stop(hops);
    for node in nodes {
        C::stop(node).await;
    }
    reading
}

async fn fan_out<C: Contender>(world: Arc<C>, plan: Plan) -> Reading {
    let mut counters = Vec::new();
    for _ in 0..ACTORS_OF_FAN {
        counters.push(world.counter().await);
    }
    let warm_up = plan.warm_up.div_ceil(ACTORS_OF_FAN);
    let each = plan.operations.div_ceil(ACTORS_OF_FAN);
    sweep::<C>(&counters, warm_up, warm_up, plan.flavor).await;

    let meter = Meter::start();
    sweep::<C>(&counters, each, warm_up + each, plan.flavor).await;
    meter.stop(each * ACTORS_OF_FAN)
}

/// Tells every counter `each` times, in turn, and asks each whether its total is what it should be.
async fn sweep<C: Contender>(counters: &[C::Counter], each: u64, total: u64, flavor: Flavor) {
    let mut sent = 0;
    for _ in 0..each {
        for counter in counters {
            C::add(counter, 1).await;
            sent += 1;
            breathe(sent, flavor).await;
        }
    }
    for counter in counters {
        assert_eq!(C::total(counter).await, total, "{} lost a message", C::NAME);
    }
}

async fn spawn<C: Contender>(world: Arc<C>, plan: Plan) -> Reading {
    drop(populate(&*world, plan.warm_up, plan.flavor).await);
    populate(&*world, plan.operations, plan.flavor).await.1
}

/// Starts `count` nodes and waits until each has handled a message.
async fn populate<C: Contender>(world: &C, count: u64, flavor: Flavor) -> (Vec<C::Node>, Reading) {
    let latch = Latch::new(count);
    let mut nodes = Vec::with_capacity(count as usize);
    let meter = Meter::start();
    for started in 1..=count {
        let node = world.node(&latch).await;
        C::hop(&node, 0).await;
        nodes.push(node);
        breathe(started, flavor).await;
    }
    latch.opened().await;
    (nodes, meter.stop(count))
}

async fn stop<C: Contender>(world: Arc<C>, plan: Plan) -> Reading {
    retire(&*world, plan.warm_up, plan.flavor).await;
    retire(&*world, plan.operations, plan.flavor).await
}

/// Starts `count` nodes, ends them and waits until each has dropped its state; measures the ending.
async fn retire<C: Contender>(world: &C, count: u64, flavor: Flavor) -> Reading {
    // Each node arrives twice: for its first message, and at its end.
    let latch = Latch::new(2 * count);
    let mut nodes = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let node = world.node(&latch).await;
        C::hop(&node, 0).await;
        nodes.push(node);
    }
    while latch.left() > count {
        yield_now().await;
    }

    let meter = Meter::start();
    for (stopped, node) in (1..).zip(nodes) {
        C::stop(node).await;
        breathe(stopped, flavor).await;
    }
    latch.opened().await;
    meter.stop(count)
}

async fn recover<C: Supervised>(world: Arc<C>, plan: Plan) -> Reading {
    // Every actor crashes once: limits and backoff of the frameworks are theirs, not part of the question.
    let patients = world.patients(plan.warm_up + plan.operations).await;
    for patient in &patients {
        C::nurse(patient).await;
        assert_eq!(C::answer(patient).await, Some(1));
    }
    let (warm_up, patients) = patients.split_at(plan.warm_up as usize);
    treat::<C>(warm_up).await;
    let meter = Meter::start();
    treat::<C>(patients).await;
    meter.stop(plan.operations)
}

async fn treat<C: Supervised>(patients: &[C::Patient]) {
    for patient in patients {
        C::crash(patient).await;
        let count = loop {
            match C::answer(patient).await {
                Some(count) => break count,
                None => yield_now().await,
            }
        };
        assert_eq!(count, 0, "{} kept the state of an actor that panicked", C::NAME);
    }
}

async fn work_tell<C: Contender>(world: Arc<C>, plan: Plan) -> Reading {
    let counter = world.counter().await;
    C::total(&counter).await;
    let meter = Meter::start();
    for sent in 1..=plan.operations {
        C::work(&counter, WORK_ROUNDS).await;
        breathe(sent, plan.flavor).await;
    }
    C::total(&counter).await;
    meter.stop(plan.operations)
}

async fn work_ask<C: Contender>(world: Arc<C>, plan: Plan) -> Reading {
    let counter = world.counter().await;
    C::total(&counter).await;
    let meter = Meter::start();
    for _ in 0..plan.operations {
        C::solve(&counter, WORK_ROUNDS).await;
    }
    meter.stop(plan.operations)
}
