//! Promises `stop`, `no_silent_loss`, `shutdown` and `runtime_drop`: how actors and whole systems end, and nobody is left.
#![allow(missing_docs)]

mod common;

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context as TaskContext, Wake, Waker};
use std::time::Duration;

use actor::prelude::*;
use common::{Gate, Journal, begin, everywhere, in_hand, soon, until, yield_now};

#[actor]
struct Leaf {
    name: &'static str,
    journal: Journal,
    gate: Gate,
}

impl Drop for Leaf {
    fn drop(&mut self) {
        self.journal.note(format!("{} dropped", self.name));
    }
}

#[handlers]
impl Leaf {
    #[stopping]
    async fn stopping(&mut self, why: StopReason) {
        yield_now().await;
        self.journal.note(format!("{} {why:?}", self.name));
    }
    fn note(&mut self, number: u32) {
        self.journal.note(format!("{} {number}", self.name));
    }
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
}

fn leaf(name: &'static str, journal: &Journal, gate: &Gate) -> impl Fn() -> Leaf + Send + 'static {
    let (journal, gate) = (journal.clone(), gate.clone());
    move || Leaf { name, journal: journal.clone(), gate: gate.clone() }
}

#[test]
fn a_drain_handles_what_waits_and_lets_nothing_more_in() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let actor = system.spawn(leaf("a", &journal, &gate)).await.unwrap();
        actor.hold().tell().unwrap();
        actor.note(1).tell().unwrap();
        actor.note(2).tell().unwrap();
        let drained = actor.control().drain();
        assert_eq!(actor.note(3).await, Err(TellError::Stopped), "from the moment it is asked for");
        gate.open();
        drained.await;
        assert_eq!(actor.note(4).await, Err(TellError::Stopped));
        assert_eq!(journal.entries(), ["a 1", "a 2", "a Drained", "a dropped"]);
        assert_eq!(system.counts::<Leaf>().dead_letters, 0);
    });
}

/// Whether anybody was woken.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn an_end_is_told_to_all_who_wait_for_it_and_to_who_asks_again() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let actor = system.spawn(leaf("a", &journal, &gate)).await.unwrap();
        actor.hold().tell().unwrap();
        in_hand(actor.control()).await;
        let (mut stops, told) = (Vec::new(), [(); 3].map(|()| Arc::<Woken>::default()));
        for told in &told {
            let mut stop = Box::pin(actor.control().stop().into_future());
            let waker = Waker::from(Arc::clone(told));
            assert!(stop.as_mut().poll(&mut TaskContext::from_waker(&waker)).is_pending());
            stops.push(stop);
        }
        gate.open();
        until(|| told.iter().all(|told| told.0.load(Ordering::SeqCst))).await;
        for stop in stops {
            stop.await;
        }
        actor.control().stop().await;
        actor.control().stopped().await;
        assert_eq!(journal.entries(), ["a Requested", "a dropped"]);
        assert_eq!(system.counts::<Leaf>().stopped, 1);
    });
}

#[test]
fn messages_that_wait_at_a_stop_become_dead_letters_and_the_law_holds() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let actor = system.spawn(leaf("a", &journal, &gate)).await.unwrap();
        actor.hold().tell().unwrap();
        for number in 0..10 {
            actor.note(number).tell().unwrap();
        }
        let stopped = actor.control().stop();
        gate.open();
        stopped.await;
        let counts = system.counts::<Leaf>();
        assert_eq!(counts.handled + counts.dead_letters, 11, "{counts:?}");
        assert!(counts.dead_letters >= 9, "{counts:?}");
    });
}

#[test]
fn a_shutdown_stops_the_youngest_first_and_starts_nobody() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let first = system.spawn(leaf("first", &journal, &gate)).await.unwrap();
        let second = system.spawn(leaf("second", &journal, &gate)).await.unwrap();
        system.shutdown().await.unwrap();
        assert_eq!(
            journal.entries(),
            ["second Shutdown", "second dropped", "first Shutdown", "first dropped"],
            "reverse order, each to its end"
        );
        assert_eq!(first.note(1).await, Err(TellError::Stopped));
        assert!(system.spawn(leaf("late", &journal, &gate)).await.is_err());
        assert!(!second.control().is_alive());
        system.shutdown().await.unwrap();
    });
}

#[test]
fn a_shutdown_ends_in_time_and_names_who_did_not() {
    common::everywhere_with(
        |builder| builder.shutdown_timeout(Duration::from_millis(50)),
        |system| async move {
            let (journal, gate) = (Journal::default(), Gate::default());
            let actor = system.spawn(leaf("stuck", &journal, &gate)).await.unwrap();
            actor.hold().await.unwrap();
            in_hand(actor.control()).await;
            let error = system.shutdown().await.unwrap_err();
            assert_eq!(error.stuck().len(), 1);
            assert_eq!(error.stuck()[0].actor, "leaf");
            assert_eq!(Some(error.stuck()[0].id), actor.control().id());
            assert_eq!(error.stuck()[0].handler, Some("hold"));
            let said = error.to_string();
            assert!(said.starts_with("actors did not stop in time: `leaf` (id 0.0, in `hold`) after "), "{said}");
            assert!(said.contains("ms; give them more with `shutdown_timeout`"), "{said}");
            actor.control().stopped().await;
        },
    );
}

#[test]
fn dropping_the_last_handle_stops_the_actors() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let actor = system.spawn(leaf("a", &journal, &gate)).await.unwrap();
        let second = system.clone();
        drop(system);
        actor.note(1).await.unwrap();
        drop(second);
        actor.control().stopped().await;
        assert!(!actor.control().is_alive());
    });
}

#[test]
fn dropping_the_runtime_ends_every_actor_and_every_ask() {
    for workers in [0, 1, 2] {
        let runtime = match workers {
            0 => tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap(),
            workers => {
                tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_time().build().unwrap()
            }
        };
        let (journal, gate) = (Journal::default(), Gate::default());
        let (system, holding, idle) = runtime.block_on(async {
            let system = ActorSystem::new("dropped");
            let holding = system.spawn(leaf("holding", &journal, &gate)).await.unwrap();
            let idle = system.spawn(leaf("idle", &journal, &gate)).await.unwrap();
            holding.hold().await.unwrap();
            holding.note(1).await.unwrap();
            (system, holding, idle)
        });
        let stopped = holding.control().stopped();
        drop(runtime);
        assert!(!holding.control().is_alive() && !idle.control().is_alive());
        let other = tokio::runtime::Builder::new_current_thread().build().unwrap();
        other.block_on(async {
            stopped.await;
            assert_eq!(idle.note(1).await, Err(TellError::Stopped));
        });
        let entries = journal.entries();
        assert!(entries.contains(&"holding dropped".to_string()) && entries.contains(&"idle dropped".to_string()));
        drop(system);
    }
}

#[test]
fn a_system_may_be_dropped_inside_and_outside_of_async_code() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let (journal, gate) = (Journal::default(), Gate::default());
    let inside = runtime.block_on(async {
        let system = ActorSystem::new("inside");
        let actor = system.spawn(leaf("a", &journal, &gate)).await.unwrap();
        drop(system);
        actor
    });
    runtime.block_on(inside.control().stopped());
    let system = runtime.block_on(async { ActorSystem::new("outside") });
    let thread = std::thread::spawn(move || drop(system));
    thread.join().unwrap();
}

#[actor(ask_timeout = off)]
struct Hung;

#[handlers]
impl Hung {
    async fn hangs(&mut self) -> bool {
        std::future::pending().await
    }
}

#[actor]
#[supervise(shutdown = off)]
struct Parent;

#[handlers]
impl Parent {
    fn open(&mut self, ctx: &mut Context<Self>) -> HungRef {
        ctx.spawn(|| Hung).restart(Restart::Permanent).detach()
    }
}

/// A parent, and its child that hangs in a handler.
async fn family(system: &ActorSystem) -> (ParentRef, HungRef) {
    let parent = system.spawn(|| Parent).await.unwrap();
    let child = parent.open().await.unwrap();
    child.hangs().tell().unwrap();
    in_hand(child.control()).await;
    (parent, child)
}

#[test]
fn a_kill_ends_a_parent_whose_child_hangs_and_every_ask_of_that() {
    everywhere(|system| async move {
        for stopped_before in [false, true] {
            let (parent, child) = family(&system).await;
            let mut ask = child.hangs().into_future();
            begin(&mut ask).await;
            if stopped_before {
                drop(parent.control().stop());
                for _ in 0..20 {
                    yield_now().await;
                }
                assert!(parent.control().is_alive(), "it waits for its child");
            }
            soon(parent.control().kill()).await;
            assert!(!child.control().is_alive());
            assert_eq!(soon(ask).await, Err(AskError::Stopped));
        }
    });
}

#[test]
fn after_a_shutdown_that_ran_out_of_time_nobody_is_left() {
    common::everywhere_with(
        |builder| builder.shutdown_timeout(Duration::from_millis(50)),
        |system| async move {
            let (parent, child) = family(&system).await;
            system.shutdown().await.unwrap_err();
            soon(child.control().stopped()).await;
            soon(parent.control().stopped()).await;
        },
    );
}

#[actor]
struct Holder;

#[handlers]
impl Holder {
    fn drops(&mut self, system: ActorSystem) {
        drop(system);
    }
    async fn drops_later(&mut self, system: ActorSystem) {
        yield_now().await;
        drop(system);
        yield_now().await;
    }
    fn ping(&self) -> bool {
        true
    }
}

#[test]
fn the_last_handle_may_go_in_a_handler() {
    everywhere(|system| async move {
        let (holder, other) = (system.spawn(|| Holder).await.unwrap(), system.spawn(|| Holder).await.unwrap());
        other.ping().tell().unwrap();
        // Of two handles in one mailbox the second is the last.
        holder.drops_later(system.clone()).tell().unwrap();
        holder.drops(system).tell().unwrap();
        // Refused where it has stopped by now: it is the younger one.
        let _ = other.ping().tell();
        soon(holder.control().stopped()).await;
        soon(other.control().stopped()).await;
    });
    everywhere(|system| async move {
        let holder = system.spawn(|| Holder).await.unwrap();
        holder.drops_later(system).tell().unwrap();
        soon(holder.control().stopped()).await;
    });
}

#[actor]
struct Deaf {
    /// Kept open for as long as the handler is to block.
    until: std::sync::mpsc::Receiver<()>,
}

#[handlers]
impl Deaf {
    fn block(&mut self) {
        let _ = self.until.recv();
    }
}

#[test]
fn a_shutdown_beside_another_ends_with_it() {
    common::runtime(Some(2)).block_on(async {
        let system = ActorSystem::builder("deaf").shutdown_timeout(Duration::from_millis(50)).start();
        let (release, until) = std::sync::mpsc::channel();
        let deaf = system.spawn_once(Deaf { until }).await.unwrap();
        deaf.block().await.unwrap();
        in_hand(deaf.control()).await;
        // Begun by hand: the first ends no earlier than somebody polls it again, however busy the machine is.
        let shut_down = || {
            let system = system.clone();
            Box::pin(async move { system.shutdown().await })
        };
        let mut first = shut_down();
        begin(&mut first).await;
        // The second has more time left when the first has none.
        let begun = system.now();
        while system.now() < begun.saturating_add(Duration::from_millis(25)) {
            yield_now().await;
        }
        let mut second = shut_down();
        begin(&mut second).await;
        let (first, second) = (tokio::spawn(first), tokio::spawn(second));
        let both = async { tokio::join!(first, second) };
        let (first, second) = tokio::time::timeout(common::PATIENCE, both).await.expect("both end");
        let (first, second) = (first.unwrap(), second.unwrap());
        assert!(first.is_err() && second.is_err(), "the actor is stuck: {first:?}, {second:?}");
        drop(release);
        soon(deaf.control().stopped()).await;
    });
}

/// Waits for whoever it is told to, in a handler; whoever waits for it waits as long as that takes.
#[actor(ask_timeout = off, inline_ask = off)]
struct Elder {
    gate: Gate,
    /// Whom its last hook asks.
    asked_last: Option<JuniorRef>,
}

#[handlers]
impl Elder {
    fn open(&mut self, ctx: &mut Context<Self>) -> JuniorRef {
        ctx.spawn(|| Junior).detach()
    }
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn ask_last(&mut self, junior: JuniorRef) {
        self.asked_last = Some(junior);
    }
    fn answer(&self) -> u32 {
        42
    }
    #[stopping]
    async fn stopping(&mut self) {
        if let Some(junior) = &self.asked_last {
            assert_eq!(junior.ping().await, Ok(true));
        }
    }
}

#[actor(ask_timeout = off)]
struct Junior;

#[handlers]
impl Junior {
    async fn ask(&mut self, elder: ElderRef) -> Result<u32, AskError> {
        elder.answer().await
    }
    fn ping(&self) -> bool {
        true
    }
}

async fn elder(system: &ActorSystem) -> (ElderRef, Gate) {
    let gate = Gate::default();
    let theirs = gate.clone();
    let elder = system.spawn(move || Elder { gate: theirs.clone(), asked_last: None }).await.unwrap();
    (elder, gate)
}

/// A stop that comes while a handler of `junior` waits for an answer of `elder`, which has another message in hand.
async fn stop_while_asked_by(junior: &JuniorRef, elder: &ElderRef, gate: &Gate) {
    elder.hold().tell().unwrap();
    in_hand(elder.control()).await;
    let mut asked = pin!(junior.ask(elder.clone()).into_future());
    begin(asked.as_mut()).await;
    until(|| elder.control().depth() == 1).await;
    let stopped = elder.control().stop();
    gate.open();
    assert_eq!(soon(asked).await, Err(AskError::Handler(AskError::Stopped)));
    soon(stopped).await;
}

#[test]
fn a_child_that_asks_its_parent_while_that_stops_is_answered_and_holds_up_nobody() {
    everywhere(|system| async move {
        let (elder, gate) = elder(&system).await;
        let child = elder.open().await.unwrap();
        stop_while_asked_by(&child, &elder, &gate).await;
    });
}

#[test]
fn whoever_the_last_hook_asks_is_not_waiting_for_an_answer_itself() {
    everywhere(|system| async move {
        let (elder, gate) = elder(&system).await;
        let junior = system.spawn(|| Junior).await.unwrap();
        elder.ask_last(junior.clone()).await.unwrap();
        stop_while_asked_by(&junior, &elder, &gate).await;
        assert_eq!(system.counts::<Elder>().failures, 0, "its last hook had its answer");
    });
}
