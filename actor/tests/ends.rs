//! Ends that are awkward: of actors that wait, that are killed, that hold one another, and of asks nobody answers.
#![allow(missing_docs)]

mod common;

use std::future::{IntoFuture, pending};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actor::prelude::*;
use common::{Gate, Journal, begin, everywhere, everywhere_with, in_hand, soon, yield_now};

#[actor]
struct Leaf {
    name: &'static str,
    journal: Journal,
    gate: Gate,
}

#[handlers]
impl Leaf {
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        self.journal.note(format!("{} {why:?}", self.name));
    }
    async fn hold(&mut self) -> u32 {
        self.gate.passed().await;
        1
    }
}

fn leaf(name: &'static str, journal: &Journal) -> impl Fn() -> Leaf + Send + 'static {
    let journal = journal.clone();
    move || Leaf { name, journal: journal.clone(), gate: Gate::default() }
}

#[actor]
struct Keeper {
    kept: Vec<Reply<u32>>,
}

#[handlers]
impl Keeper {
    fn keep(&mut self, reply: Reply<u32>) {
        self.kept.push(reply);
    }
    fn answer(&mut self) {
        for reply in self.kept.drain(..) {
            reply.send(1);
        }
    }
}

#[actor]
struct Restless {
    journal: Journal,
}

#[handlers]
impl Restless {
    #[stopping]
    async fn stopping(&mut self, ctx: &mut Context<Self>) {
        self.journal.note("stopping");
        ctx.stop();
        yield_now().await;
    }
}

#[test]
fn a_stopping_hook_that_stops_runs_once() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let theirs = journal.clone();
        let actor = system.spawn(move || Restless { journal: theirs.clone() }).await.unwrap();
        actor.control().stop().await;
        assert_eq!(journal.entries(), ["stopping"]);
    });
}

#[actor]
struct Stuck {
    journal: Journal,
}

#[handlers]
impl Stuck {
    #[stopping]
    async fn stopping(&mut self) {
        self.journal.note("stopping");
        pending::<()>().await;
    }
}

#[test]
fn a_stopping_hook_that_is_killed_runs_once() {
    everywhere_with(
        |builder| builder.shutdown_timeout(Duration::from_millis(20)),
        |system| async move {
            let journal = Journal::default();
            let theirs = journal.clone();
            let actor = system.spawn(move || Stuck { journal: theirs.clone() }).await.unwrap();
            system.shutdown().await.unwrap_err();
            actor.control().stopped().await;
            assert_eq!(journal.entries(), ["stopping"]);
        },
    );
}

#[test]
fn a_kill_does_not_wait_for_a_hook_that_begins_after_it() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let theirs = journal.clone();
        let actor = system.spawn(move || Stuck { journal: theirs.clone() }).await.unwrap();
        soon(actor.control().kill()).await;
        assert_eq!(journal.entries(), ["stopping"]);
    });
}

/// What keeps every [`SlowChild`] from its end. Only one test has such children.
static CHILD_GATE: Mutex<Option<Gate>> = Mutex::new(None);

#[actor]
struct SlowChild {
    gate: Gate,
}

impl SlowChild {
    fn open() -> Self {
        Self { gate: CHILD_GATE.lock().unwrap().clone().unwrap() }
    }
}

#[handlers]
impl SlowChild {
    #[stopping]
    async fn stopping(&mut self) {
        self.gate.passed().await;
    }
}

#[actor]
struct Parent {
    #[child(SlowChild::open)]
    child: Child<SlowChild>,
    keeper: KeeperRef,
    journal: Journal,
}

#[handlers]
impl Parent {
    fn ask(&mut self, ctx: &mut Context<Self>) {
        assert!(self.child.control().is_alive());
        self.keeper.keep().then(ctx, ParentRef::got).unwrap();
    }
    fn got(&mut self, answer: Result<u32, AskError>, ctx: &mut Context<Self>) {
        self.journal.note(format!("life {} got {answer:?}", ctx.incarnation()));
    }
    fn boom(&mut self) {
        panic!("boom");
    }
    fn ready(&self) -> bool {
        true
    }
}

#[test]
fn an_answer_to_a_life_that_failed_reaches_no_other_life() {
    for seed in 0..16 {
        let (system, mut stepper) = ActorSystem::builder("lives").seed(seed).stepper();
        let (journal, gate) = (Journal::default(), Gate::default());
        *CHILD_GATE.lock().unwrap() = Some(gate.clone());
        let keeper = stepper.block_on(async { system.spawn(|| Keeper { kept: Vec::new() }).await.unwrap() });
        let factory = {
            let (keeper, journal) = (keeper.clone(), journal.clone());
            move || Parent { child: Child::default(), keeper: keeper.clone(), journal: journal.clone() }
        };
        let parent = stepper.block_on(async { system.spawn(factory).await.unwrap() });
        parent.ask().tell().unwrap();
        stepper.run();
        parent.boom().tell().unwrap();
        stepper.run();
        // The parent has failed, and waits for its child.
        keeper.answer().tell().unwrap();
        stepper.run();
        gate.open();
        assert_eq!(stepper.block_on(async { parent.ready().await }), Ok(true));
        assert!(journal.entries().is_empty(), "seed {seed}: {:?}", journal.entries());
    }
}

#[test]
fn a_shutdown_names_only_who_is_stuck() {
    everywhere_with(
        |builder| builder.shutdown_timeout(Duration::from_millis(20)),
        |system| async move {
            let journal = Journal::default();
            let _idle = system.spawn(leaf("idle", &journal)).await.unwrap();
            let holding = system.spawn(leaf("holding", &journal)).await.unwrap();
            holding.hold().tell().unwrap();
            in_hand(holding.control()).await;
            let error = system.shutdown().await.unwrap_err();
            let stuck: Vec<_> = error.stuck().iter().map(|stuck| Some(stuck.id)).collect();
            assert_eq!(stuck, [holding.control().id()]);
        },
    );
}

#[test]
fn an_ask_whose_handler_is_killed_says_stopped_and_the_law_holds() {
    everywhere_with(
        |builder| builder.shutdown_timeout(Duration::from_millis(20)),
        |system| async move {
            let journal = Journal::default();
            let actor = system.spawn(leaf("holding", &journal)).await.unwrap();
            let mut ask = actor.hold().timeout(Duration::from_secs(9)).into_future();
            begin(&mut ask).await;
            in_hand(actor.control()).await;
            system.shutdown().await.unwrap_err();
            assert_eq!(ask.await, Err(AskError::Stopped));
            actor.control().stopped().await;
            let counts = system.counts::<Leaf>();
            assert_eq!(counts.handled + counts.dead_letters, 1, "{counts:?}");
        },
    );
}

#[test]
fn a_reply_kept_by_an_actor_that_stops_says_stopped() {
    everywhere(|system| async move {
        let keeper = system.spawn(|| Keeper { kept: Vec::new() }).await.unwrap();
        let mut ask = keeper.keep().into_future();
        begin(&mut ask).await;
        in_hand(keeper.control()).await;
        keeper.control().stop().await;
        assert_eq!(ask.await, Err(AskError::Stopped));
    });
}

#[actor]
struct Holder {
    holds: Option<HeldRef>,
}

#[handlers]
impl Holder {
    fn holds(&self) -> bool {
        self.holds.is_some()
    }
}

#[actor]
struct Held {
    by: Option<HolderRef>,
}

#[handlers]
impl Held {
    fn set(&mut self, by: HolderRef) {
        self.by = Some(by);
    }
}

#[test]
fn the_factory_of_an_ended_actor_keeps_nobody_alive() {
    everywhere(|system| async move {
        let held = system.spawn(|| Held { by: None }).await.unwrap();
        let holder = {
            let held = held.clone();
            system.spawn(move || Holder { holds: Some(held.clone()) }).await.unwrap()
        };
        assert_eq!(holder.holds().await, Ok(true));
        held.set(holder.clone()).await.unwrap();
        holder.control().stop().await;
        drop(holder);
        let stopped = held.control().stopped();
        drop(held);
        stopped.await;
        assert_eq!(system.counts::<Held>().stopped, 1);
    });
}

/// Keeps its replies where they outlive it.
#[actor(ask_timeout = 300ms)]
struct Lender {
    lent: Arc<Mutex<Vec<Reply<u32>>>>,
}

#[handlers]
impl Lender {
    fn lend(&mut self, reply: Reply<u32>) {
        self.lent.lock().unwrap().push(reply);
    }
}

#[test]
fn an_ask_that_outlives_its_system_says_stopped() {
    everywhere(|system| async move {
        let lent = Arc::new(Mutex::new(Vec::new()));
        let theirs = lent.clone();
        let actor = system.spawn(move || Lender { lent: theirs.clone() }).await.unwrap();
        let mut exact = actor.lend().timeout(Duration::from_millis(300)).into_future();
        let mut coarse = actor.lend().into_future();
        begin(&mut exact).await;
        begin(&mut coarse).await;
        in_hand(actor.control()).await;
        system.shutdown().await.unwrap();
        assert_eq!(exact.await, Err(AskError::Stopped));
        assert_eq!(coarse.await, Err(AskError::Stopped));
        assert_eq!(lent.lock().unwrap().len(), 2, "the replies are still there");
    });
}

#[actor]
struct Link {
    next: Option<LinkRef>,
}

#[handlers]
impl Link {
    fn is_last(&self) -> bool {
        self.next.is_none()
    }
}

#[test]
fn a_runtime_may_be_dropped_under_a_long_chain_of_actors() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let (system, head) = runtime.block_on(async {
        let system = ActorSystem::new("chain");
        let mut head = system.spawn(|| Link { next: None }).await.unwrap();
        assert_eq!(head.is_last().await, Ok(true));
        for _ in 1..20_000 {
            let next = head;
            head = system.spawn(move || Link { next: Some(next.clone()) }).await.unwrap();
        }
        (system, head)
    });
    drop(runtime);
    assert!(!head.control().is_alive());
    drop((system, head));
}
