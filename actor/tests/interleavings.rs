//! What two threads do to an actor at once, in every order: the whole runtime runs beneath a model checker, stepped by
//! several threads. Built only with `RUSTFLAGS="--cfg actor_loom"`.
#![cfg(actor_loom)]
#![allow(missing_docs)]

mod common;

use std::future::IntoFuture;
use std::pin::pin;
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::Duration;

use actor::Stepper;
use actor::prelude::*;
use common::Journal;
use loom::thread::{JoinHandle, spawn};

/// Runs `model` in every order of what its threads do, with as many preemptions as `LOOM_MAX_PREEMPTIONS` says.
fn in_every_order(model: impl Fn(ActorSystem, Stepper) + Sync + Send + 'static) {
    let mut checker = loom::model::Builder::new();
    // A system has many locks, most of which nobody waits for.
    checker.max_branches = 100_000;
    checker.check(move || {
        let (system, stepper) = ActorSystem::builder("model").stepper();
        model(system, stepper);
    });
}

/// Another thread that runs whoever is ready, until nobody is. What it returns is kept: dropped, it ends the system.
fn runs(stepper: &Stepper) -> JoinHandle<Stepper> {
    let mut beside = stepper.beside();
    spawn(move || {
        beside.run();
        beside
    })
}

/// Notes when its state is made and dropped, and what it handles in which life.
#[actor(ask_timeout = off)]
struct Scribe {
    name: &'static str,
    journal: Journal,
}

impl Scribe {
    fn new(name: &'static str, journal: &Journal) -> Self {
        journal.note(format!("{name} up"));
        Self { name, journal: journal.clone() }
    }

    fn note(&self, what: &str) {
        self.journal.note(format!("{} {what}", self.name));
    }
}

impl Drop for Scribe {
    fn drop(&mut self) {
        self.note("gone");
    }
}

#[handlers]
impl Scribe {
    fn write(&mut self, ctx: &mut Context<Self>) {
        self.note(&format!("writes in {}", ctx.incarnation().get()));
    }
    fn read(&self) -> u32 {
        7
    }
    fn fail(&mut self) -> Result<(), &'static str> {
        Err("told to")
    }
}

fn scribe(name: &'static str, journal: &Journal) -> impl Fn() -> Scribe + Send + 'static {
    let journal = journal.clone();
    move || Scribe::new(name, &journal)
}

/// One that is up and idle.
fn up(system: &ActorSystem, stepper: &mut Stepper, journal: &Journal) -> ScribeRef {
    let scribe = system.spawn(scribe("scribe", journal)).detach();
    stepper.run();
    assert_eq!(journal.take(), ["scribe up"]);
    scribe
}

// ---- restart --------------------------------------------------------------------------------------------------------

#[test]
fn a_message_that_comes_during_a_restart_is_handled_once_by_the_next_life() {
    in_every_order(|system, mut stepper| {
        let journal = Journal::default();
        let scribe = up(&system, &mut stepper, &journal);
        scribe.fail().tell().unwrap();
        let theirs = scribe.clone();
        let sender = spawn(move || theirs.write().tell().unwrap());
        stepper.run();
        sender.join().unwrap();
        stepper.run();
        assert_eq!(journal.entries(), ["scribe gone", "scribe up", "scribe writes in 1"]);
    });
}

#[test]
fn a_message_that_comes_when_the_pause_of_a_restart_ends_is_handled_once() {
    in_every_order(|system, mut stepper| {
        let journal = Journal::default();
        let scribe = up(&system, &mut stepper, &journal);
        for _ in 0..2 {
            scribe.fail().tell().unwrap();
            stepper.run();
        }
        assert_eq!(journal.take(), ["scribe gone", "scribe up", "scribe gone"], "the second restart waits");
        let theirs = scribe.clone();
        let sender = spawn(move || theirs.write().tell().unwrap());
        stepper.advance(Duration::from_secs(1));
        sender.join().unwrap();
        stepper.run();
        assert_eq!(journal.entries(), ["scribe up", "scribe writes in 2"]);
    });
}

#[test]
fn a_stop_that_comes_during_a_restart_or_its_pause_ends_the_actor_once() {
    in_every_order(|system, mut stepper| {
        let journal = Journal::default();
        let scribe = up(&system, &mut stepper, &journal);
        // The second restart waits.
        scribe.fail().tell().unwrap();
        scribe.fail().tell().unwrap();
        let theirs = scribe.clone();
        let stopper = spawn(move || drop(theirs.control().stop()));
        stepper.run();
        stopper.join().unwrap();
        stepper.run();
        assert!(!scribe.control().is_alive());
        let entries = journal.entries();
        assert!(entries == ["scribe gone"] || entries == ["scribe gone", "scribe up", "scribe gone"], "{entries:?}");
        assert_eq!(system.counts::<Scribe>().stopped, 1);
    });
}

// ---- ends -----------------------------------------------------------------------------------------------------------

#[actor]
struct Watcher {
    journal: Journal,
}

#[handlers]
impl Watcher {
    fn watch(&mut self, who: ScribeRef, ctx: &mut Context<Self>) {
        ctx.watch(&who);
    }
    fn unwatch(&mut self, who: ScribeRef, ctx: &mut Context<Self>) {
        ctx.unwatch(&who);
        self.journal.note("unwatched");
    }
    #[terminated]
    fn gone(&mut self, _who: ActorId, why: StopReason) {
        self.journal.note(format!("told {why:?}"));
    }
}

fn watcher(system: &ActorSystem, journal: &Journal) -> WatcherRef {
    let journal = journal.clone();
    system.spawn(move || Watcher { journal: journal.clone() }).detach()
}

#[test]
fn an_end_is_told_once_whenever_the_watch_begins() {
    in_every_order(|system, mut stepper| {
        let (journal, told) = (Journal::default(), Journal::default());
        let scribe = up(&system, &mut stepper, &journal);
        let watcher = watcher(&system, &told);
        stepper.run();
        watcher.watch(scribe.clone()).tell().unwrap();
        drop(scribe.control().stop());
        let other = runs(&stepper);
        stepper.run();
        let _beside = other.join().unwrap();
        stepper.run();
        assert_eq!(told.entries(), ["told Requested"]);
    });
}

#[test]
fn an_end_is_told_once_or_before_the_watch_is_over() {
    in_every_order(|system, mut stepper| {
        let (journal, told) = (Journal::default(), Journal::default());
        let scribe = up(&system, &mut stepper, &journal);
        let watcher = watcher(&system, &told);
        watcher.watch(scribe.clone()).tell().unwrap();
        stepper.run();
        watcher.unwatch(scribe.clone()).tell().unwrap();
        drop(scribe.control().stop());
        let other = runs(&stepper);
        stepper.run();
        let _beside = other.join().unwrap();
        stepper.run();
        let told = told.entries();
        assert!(told == ["unwatched"] || told == ["told Requested", "unwatched"], "{told:?}");
    });
}

#[test]
fn an_ask_that_races_a_stop_is_answered() {
    in_every_order(|system, mut stepper| {
        let journal = Journal::default();
        let scribe = up(&system, &mut stepper, &journal);
        let theirs = scribe.clone();
        let stopper = spawn(move || drop(theirs.control().stop()));
        let other = runs(&stepper);
        let mut ask = pin!(scribe.read().into_future());
        let mut cx = TaskContext::from_waker(Waker::noop());
        let first = ask.as_mut().poll(&mut cx);
        stopper.join().unwrap();
        let _beside = other.join().unwrap();
        stepper.run();
        let answer = if first.is_ready() { first } else { ask.as_mut().poll(&mut cx) };
        assert!(matches!(answer, Poll::Ready(Ok(7) | Err(AskError::Stopped))), "{answer:?}");
    });
}

#[test]
fn a_shutdown_misses_nobody_who_starts_meanwhile() {
    in_every_order(|system, mut stepper| {
        let journal = Journal::default();
        let (theirs, noted) = (system.clone(), journal.clone());
        let spawner = spawn(move || theirs.spawn(scribe("scribe", &noted)).detach());
        stepper.block_on(system.shutdown()).unwrap();
        let scribe = spawner.join().unwrap();
        stepper.run();
        assert!(!scribe.control().is_alive());
        let entries = journal.entries();
        assert!(entries.is_empty() || entries == ["scribe up", "scribe gone"], "{entries:?}");
    });
}

// ---- refs -----------------------------------------------------------------------------------------------------------

#[test]
fn a_ref_that_is_upgraded_when_the_last_one_goes_is_one_to_a_living_actor() {
    in_every_order(|system, mut stepper| {
        let journal = Journal::default();
        let scribe = up(&system, &mut stepper, &journal);
        let weak = scribe.downgrade();
        let last = spawn(move || drop(scribe));
        let other = runs(&stepper);
        let upgraded = weak.upgrade();
        last.join().unwrap();
        let _beside = other.join().unwrap();
        stepper.run();
        match upgraded {
            Some(scribe) => {
                scribe.write().tell().unwrap();
                stepper.run();
                assert_eq!(journal.take(), ["scribe writes in 0"]);
                drop(scribe);
                stepper.run();
            }
            None => assert_eq!(weak.upgrade(), None),
        }
        assert_eq!(journal.entries(), ["scribe gone"]);
        assert_eq!(system.counts::<Scribe>().stopped, 1);
    });
}

#[test]
fn what_the_last_ref_sent_is_handled_before_the_actor_ends() {
    in_every_order(|system, mut stepper| {
        let journal = Journal::default();
        let scribe = up(&system, &mut stepper, &journal);
        let another = scribe.clone();
        let other = runs(&stepper);
        let sender = spawn(move || {
            another.write().tell().unwrap();
            drop(another);
        });
        drop(scribe);
        sender.join().unwrap();
        let _beside = other.join().unwrap();
        stepper.run();
        assert_eq!(journal.entries(), ["scribe writes in 0", "scribe gone"]);
    });
}

// ---- suspension -----------------------------------------------------------------------------------------------------

#[test]
fn a_message_that_comes_when_a_suspension_begins_or_ends_is_handled_once() {
    in_every_order(|system, mut stepper| {
        let journal = Journal::default();
        let scribe = up(&system, &mut stepper, &journal);
        let theirs = scribe.clone();
        let sleeper = spawn(move || drop(theirs.control().suspend("a model")));
        let other = runs(&stepper);
        scribe.write().tell().unwrap();
        sleeper.join().unwrap();
        let _beside = other.join().unwrap();
        stepper.run();
        assert_eq!(journal.entries(), ["scribe writes in 0"]);
    });
}

#[test]
fn a_suspension_that_goes_on_keeps_what_comes_until_it_ends() {
    in_every_order(|system, mut stepper| {
        let journal = Journal::default();
        let scribe = up(&system, &mut stepper, &journal);
        let first = scribe.control().suspend("the first");
        let theirs = scribe.clone();
        let second = spawn(move || theirs.control().suspend("the second"));
        drop(first);
        stepper.run();
        let second = second.join().unwrap();
        stepper.run();
        scribe.write().tell().unwrap();
        stepper.run();
        assert_eq!(journal.entries(), [""; 0]);
        drop(second);
        stepper.run();
        assert_eq!(journal.entries(), ["scribe writes in 0"]);
    });
}

#[test]
fn a_stop_ends_one_that_is_suspended_at_the_same_time() {
    in_every_order(|system, mut stepper| {
        let journal = Journal::default();
        let scribe = up(&system, &mut stepper, &journal);
        let theirs = scribe.clone();
        let sleeper = spawn(move || theirs.control().suspend("a model"));
        let other = runs(&stepper);
        drop(scribe.control().stop());
        let suspension = sleeper.join().unwrap();
        let _beside = other.join().unwrap();
        stepper.run();
        assert_eq!(journal.entries(), ["scribe gone"]);
        assert_eq!(scribe.control().suspended_by(), None, "who has ended is suspended by nobody");
        drop(suspension);
    });
}

// ---- parents and children -------------------------------------------------------------------------------------------

#[actor]
#[supervise(on(other => escalate))]
struct Desk {
    #[child(|desk: &Desk| Scribe::new("child", &desk.journal))]
    child: Child<Scribe>,
    journal: Journal,
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.journal.note("desk gone");
    }
}

#[handlers]
impl Desk {
    fn child(&self) -> ScribeRef {
        (*self.child).clone()
    }
}

/// A desk that is up, and its child.
fn desk(system: &ActorSystem, stepper: &mut Stepper, journal: &Journal) -> (DeskRef, ScribeRef) {
    let theirs = journal.clone();
    let factory = move || {
        theirs.note("desk up");
        Desk { child: Child::default(), journal: theirs.clone() }
    };
    let desk = system.spawn(factory).detach();
    stepper.run();
    assert_eq!(journal.entries(), ["desk up", "child up"]);
    let child = stepper.block_on(desk.child().into_future()).unwrap();
    (desk, child)
}

/// A life of a desk, and within it that of its child.
const LIFE: [&str; 4] = ["desk up", "child up", "child gone", "desk gone"];

#[test]
fn an_escalation_that_races_a_stop_ends_the_parent_once_after_its_child() {
    in_every_order(|system, mut stepper| {
        let journal = Journal::default();
        let (desk, child) = desk(&system, &mut stepper, &journal);
        child.fail().tell().unwrap();
        let other = runs(&stepper);
        drop(desk.control().stop());
        stepper.run();
        let _beside = other.join().unwrap();
        stepper.run();
        assert!(!desk.control().is_alive() && !child.control().is_alive());
        let entries = journal.entries();
        let next = entries.strip_prefix(&LIFE.map(String::from)).expect("the first life");
        // It may be over before there is a child.
        assert!(next.is_empty() || next == LIFE || next == ["desk up", "desk gone"], "{next:?}");
        assert_eq!(system.counts::<Desk>().stopped, 1);
    });
}

#[test]
fn an_escalation_is_heard_once_by_a_parent_that_is_running() {
    in_every_order(|system, mut stepper| {
        let journal = Journal::default();
        let (desk, child) = desk(&system, &mut stepper, &journal);
        child.fail().tell().unwrap();
        desk.child().tell().unwrap();
        let other = runs(&stepper);
        stepper.run();
        let _beside = other.join().unwrap();
        stepper.run();
        assert_eq!(journal.entries(), [&LIFE[..], &["desk up", "child up"]].concat());
        assert_eq!((system.counts::<Desk>().restarts, system.counts::<Scribe>().failures), (1, 1));
    });
}

#[test]
fn a_child_that_ends_while_its_parent_stops_is_waited_for_once() {
    in_every_order(|system, mut stepper| {
        let journal = Journal::default();
        let (desk, child) = desk(&system, &mut stepper, &journal);
        drop(child.control().stop());
        let other = runs(&stepper);
        drop(desk.control().stop());
        stepper.run();
        let _beside = other.join().unwrap();
        stepper.run();
        assert_eq!(journal.entries(), LIFE);
        assert!(!desk.control().is_alive());
    });
}

#[actor]
#[supervise(strategy = one_for_all)]
struct Pair {
    #[child(|pair: &Pair| Scribe::new("a", &pair.journal))]
    a: Child<Scribe>,
    #[child(|pair: &Pair| Scribe::new("b", &pair.journal))]
    b: Child<Scribe>,
    journal: Journal,
}

#[handlers]
impl Pair {
    fn both(&self) -> (ScribeRef, ScribeRef) {
        ((*self.a).clone(), (*self.b).clone())
    }
}

/// Both siblings of a pair, which is kept with them.
fn pair(system: &ActorSystem, stepper: &mut Stepper, journal: &Journal) -> (PairRef, ScribeRef, ScribeRef) {
    let theirs = journal.clone();
    let factory = move || Pair { a: Child::default(), b: Child::default(), journal: theirs.clone() };
    let pair = system.spawn(factory).detach();
    stepper.run();
    assert_eq!(journal.take(), ["a up", "b up"]);
    let (a, b) = stepper.block_on(pair.both().into_future()).unwrap();
    (pair, a, b)
}

#[test]
fn siblings_that_fail_at_once_are_restarted_together_once() {
    in_every_order(|system, mut stepper| {
        let journal = Journal::default();
        let (_pair, a, b) = pair(&system, &mut stepper, &journal);
        a.fail().tell().unwrap();
        b.fail().tell().unwrap();
        let other = runs(&stepper);
        stepper.run();
        let _beside = other.join().unwrap();
        // One whose message the restart overtook fails in its next life: that is another restart, after a pause.
        stepper.advance(Duration::from_secs(1));
        journal.take();
        a.write().tell().unwrap();
        b.write().tell().unwrap();
        stepper.run();
        let entries = journal.entries();
        let writes = |name: &str| entries.iter().filter(|entry| entry.starts_with(&format!("{name} writes"))).count();
        assert_eq!((entries.len(), writes("a"), writes("b")), (2, 1, 1), "both live, once: {entries:?}");
    });
}

#[test]
fn a_sibling_that_stops_while_the_other_fails_is_no_hindrance() {
    in_every_order(|system, mut stepper| {
        let journal = Journal::default();
        let (_pair, a, b) = pair(&system, &mut stepper, &journal);
        a.fail().tell().unwrap();
        drop(b.control().stop());
        let other = runs(&stepper);
        stepper.run();
        let _beside = other.join().unwrap();
        stepper.advance(Duration::from_secs(1));
        journal.take();
        a.write().tell().unwrap();
        stepper.run();
        assert_eq!(journal.entries(), ["a writes in 1"]);
        assert!(!b.control().is_alive());
    });
}
