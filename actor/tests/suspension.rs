//! `suspension`: a suspended actor keeps what comes, in order, and handles none of it; it nests, and is never slept through.
#![allow(missing_docs)]

mod common;

use std::future::IntoFuture;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actor::prelude::*;
use actor::{Suspension, SystemEvent};
use common::{Gate, Journal, begin, everywhere, soon, until, yield_now};

#[actor(ask_timeout = off)]
struct Scribe {
    journal: Journal,
    gate: Gate,
}

#[handlers]
impl Scribe {
    #[started]
    async fn started(&mut self) {
        self.gate.passed().await;
    }
    fn write(&mut self, word: &'static str) {
        self.journal.note(word);
    }
    #[handler(lane = urgent)]
    fn shout(&mut self, word: &'static str) {
        self.journal.note(word);
    }
    async fn hold(&mut self, gate: Gate) {
        self.journal.note("hold");
        gate.passed().await;
        self.journal.note("held");
    }
    async fn fail_behind(&mut self, gate: Gate) -> Result<(), &'static str> {
        self.journal.note("fails");
        gate.passed().await;
        Err("on purpose")
    }
    fn done(&self) -> bool {
        true
    }
    #[stopping]
    fn stopping(&mut self) {
        self.journal.note("stopping");
    }
}

fn scribe(journal: &Journal) -> impl Fn() -> Scribe + Send + Clone + use<> {
    let (journal, gate) = (journal.clone(), Gate::default());
    gate.open();
    move || Scribe { journal: journal.clone(), gate: gate.clone() }
}

/// Lets everybody have a turn who may.
async fn others() {
    for _ in 0..20 {
        yield_now().await;
    }
}

#[test]
fn a_suspended_actor_keeps_what_comes_and_handles_it_afterwards_in_order() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let scribe = system.spawn(scribe(&journal)).await.unwrap();
        let suspension = scribe.control().suspend("test");
        for word in ["a", "b"] {
            scribe.write(word).await.unwrap();
        }
        scribe.shout("now").await.unwrap();
        let mut asked = pin!(scribe.done().into_future());
        begin(asked.as_mut()).await;
        others().await;
        assert_eq!((journal.entries().len(), scribe.control().depth()), (0, 4));
        suspension.resume();
        assert_eq!(asked.await, Ok(true));
        assert_eq!(journal.entries(), ["now", "a", "b"]);
    });
}

#[test]
fn it_ends_when_as_many_have_resumed_as_suspended() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let scribe = system.spawn(scribe(&journal)).await.unwrap();
        let (first, second) = (scribe.control().suspend("first"), scribe.control().suspend("second"));
        scribe.write("a").await.unwrap();
        assert_eq!(scribe.control().suspended_by(), Some("first"));
        first.resume();
        others().await;
        assert_eq!(journal.entries(), [""; 0]);
        assert_eq!(scribe.control().suspended_by(), Some("second"));
        // Dropped, as by a task that panics.
        drop(second);
        assert_eq!(scribe.done().await, Ok(true));
        assert_eq!(journal.entries(), ["a"]);
        // And begins anew.
        let third = scribe.control().suspend("third");
        scribe.write("b").await.unwrap();
        others().await;
        assert_eq!(journal.entries(), ["a"]);
        third.resume();
        assert_eq!(scribe.done().await, Ok(true));
        assert_eq!(scribe.control().mailbox().suspensions, 2);
        assert_eq!(scribe.control().suspended_by(), None);
    });
}

#[test]
fn the_handler_in_hand_finishes() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let scribe = system.spawn(scribe(&journal)).await.unwrap();
        scribe.hold(gate.clone()).await.unwrap();
        until(|| journal.entries() == ["hold"]).await;
        let suspension = scribe.control().suspend("test");
        scribe.write("a").await.unwrap();
        gate.open();
        until(|| journal.entries() == ["hold", "held"]).await;
        others().await;
        assert_eq!(journal.entries(), ["hold", "held"]);
        drop(suspension);
        until(|| journal.entries() == ["hold", "held", "a"]).await;
    });
}

#[test]
fn one_that_begins_while_the_actor_starts_is_not_slept_through() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let scribe = {
            let (journal, gate) = (journal.clone(), gate.clone());
            system.spawn(move || Scribe { journal: journal.clone(), gate: gate.clone() }).detach()
        };
        let suspension = scribe.control().suspend("test");
        scribe.write("a").await.unwrap();
        gate.open();
        others().await;
        assert_eq!(journal.entries(), [""; 0]);
        drop(suspension);
        until(|| journal.entries() == ["a"]).await;
    });
}

#[test]
fn a_stop_ends_it_and_waits_for_nobody() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let scribe = system.spawn(scribe(&journal)).await.unwrap();
        let suspension = scribe.control().suspend("test");
        let mut asked = pin!(scribe.done().into_future());
        begin(asked.as_mut()).await;
        scribe.control().stop().await;
        assert_eq!(asked.await, Err(AskError::Stopped));
        assert_eq!(journal.entries(), ["stopping"]);
        drop(suspension);
        assert!(format!("{:?}", scribe.control().suspend("late")).contains("None"), "there is nobody to suspend");
    });
}

#[test]
fn a_drain_waits_for_it() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let scribe = system.spawn(scribe(&journal)).await.unwrap();
        let suspension = scribe.control().suspend("test");
        scribe.write("a").await.unwrap();
        let drained = scribe.control().drain();
        others().await;
        assert!(scribe.control().is_alive());
        drop(suspension);
        drained.await;
        assert_eq!(journal.entries(), ["a", "stopping"]);
    });
}

#[test]
fn it_keeps_nobody_who_has_nothing_to_do() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let scribe = system.spawn(scribe(&journal)).await.unwrap();
        let suspension = scribe.control().suspend("test");
        others().await;
        let end = scribe.control().stopped();
        drop(scribe);
        soon(end).await;
        assert_eq!(journal.entries(), ["stopping"]);
        drop(suspension);
    });
    everywhere(|system| async move {
        let journal = Journal::default();
        let scribe = system.spawn(scribe(&journal)).await.unwrap();
        let suspension = scribe.control().suspend("test");
        others().await;
        soon(scribe.control().drain()).await;
        assert_eq!(journal.entries(), ["stopping"]);
        drop(suspension);
    });
}

#[test]
fn a_restart_ends_it() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let scribe = system.spawn(scribe(&journal)).await.unwrap();
        scribe.fail_behind(gate.clone()).tell().unwrap();
        until(|| journal.entries() == ["fails"]).await;
        let old = scribe.control().suspend("old");
        scribe.write("a").await.unwrap();
        gate.open();
        until(|| journal.entries() == ["fails", "a"]).await;
        // What an earlier life was told ends nothing of this one.
        let new = scribe.control().suspend("new");
        drop(old);
        scribe.write("b").await.unwrap();
        others().await;
        assert_eq!(journal.entries(), ["fails", "a"]);
        drop(new);
        until(|| journal.entries() == ["fails", "a", "b"]).await;
    });
}

/// Pauses between its lives.
#[actor]
#[supervise(backoff = 1s..1s)]
struct Parent {
    journal: Journal,
    #[child(|parent: &Parent| Fragile { journal: parent.journal.clone() })]
    fragile: Child<Fragile>,
}

#[handlers]
impl Parent {
    fn fragile(&self) -> FragileRef {
        (*self.fragile).clone()
    }
}

#[actor]
struct Fragile {
    journal: Journal,
}

#[handlers]
impl Fragile {
    fn fails(&mut self) -> Result<(), &'static str> {
        self.journal.note("fails");
        Err("on purpose")
    }
}

#[test]
fn one_that_begins_in_the_pause_before_a_restart_does_not_end_the_pause() {
    let (system, mut stepper) = ActorSystem::builder("pauses").stepper();
    let journal = Journal::default();
    let fragile = stepper.block_on(async {
        let journal = journal.clone();
        let factory = move || Parent { journal: journal.clone(), fragile: Child::default() };
        let parent = system.spawn(factory).detach();
        let fragile = parent.fragile().await.unwrap();
        // The first restart is at once.
        fragile.fails().tell().unwrap();
        fragile.fails().tell().unwrap();
        fragile.fails().tell().unwrap();
        (parent, fragile)
    });
    let (_parent, fragile) = fragile;
    stepper.run();
    assert_eq!(journal.entries().len(), 2, "the second pause is a second long");
    let suspension = fragile.control().suspend("test");
    drop(suspension);
    stepper.run();
    assert_eq!(journal.entries().len(), 2);
    stepper.advance(Duration::from_secs(1));
    assert_eq!(journal.entries().len(), 3);
}

#[test]
fn one_that_takes_too_long_is_told_once_with_who_keeps_it() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let (system, mut stepper) = {
        let told = Arc::clone(&told);
        let handler = move |event: &SystemEvent<'_>| {
            if let SystemEvent::SuspendedTooLong { actor, owners, elapsed, .. } = event {
                told.lock().unwrap().push(format!("{actor}: {owners:?} after {elapsed:?}"));
            }
        };
        ActorSystem::builder("late").suspension_limit(Duration::from_secs(2)).event_handler(handler).stepper()
    };
    let journal = Journal::default();
    let scribe = stepper.block_on(async { system.spawn(scribe(&journal)).await.unwrap() });
    // In time.
    let short = scribe.control().suspend("soon");
    stepper.advance(Duration::from_millis(1_999));
    drop(short);
    stepper.advance(Duration::from_secs(10));
    assert!(told.lock().unwrap().is_empty());
    // Too late, twice.
    for _ in 0..2 {
        let (first, second) = (scribe.control().suspend("backup"), scribe.control().suspend("audit"));
        stepper.advance(Duration::from_secs(2));
        assert_eq!(std::mem::take(&mut *told.lock().unwrap()), [r#"scribe: ["backup", "audit"] after 2s"#]);
        drop(first);
        let third = scribe.control().suspend("third");
        stepper.advance(Duration::from_secs(10));
        assert!(told.lock().unwrap().is_empty(), "once for each");
        drop((second, third));
        stepper.run();
    }
}

#[test]
fn its_time_is_measured_and_so_is_the_one_that_goes_on() {
    let (system, mut stepper) = ActorSystem::builder("times").stepper();
    let scribe = stepper.block_on(async { system.spawn(scribe(&Journal::default())).await.unwrap() });
    let measured = || (scribe.control().mailbox().suspensions, scribe.control().mailbox().suspended.as_secs());
    assert_eq!(measured(), (0, 0));
    let suspension = scribe.control().suspend("test");
    stepper.advance(Duration::from_secs(3));
    assert_eq!(measured(), (1, 3));
    drop(suspension);
    stepper.advance(Duration::from_secs(5));
    assert_eq!(measured(), (1, 3));
    let _suspension = scribe.control().suspend("test");
    stepper.advance(Duration::from_secs(4));
    assert_eq!(measured(), (2, 7));
}

#[actor]
struct Clock;

#[handlers]
impl Clock {
    #[every(1s)]
    fn tick(&mut self) {}
}

#[test]
fn ticks_pause_and_what_was_missed_is_one() {
    let (system, mut stepper) = ActorSystem::builder("ticks").stepper();
    let clock = stepper.block_on(async { system.spawn(|| Clock).await.unwrap() });
    stepper.advance(Duration::from_millis(2_500));
    let suspension = clock.control().suspend("test");
    stepper.advance(Duration::from_secs(10));
    assert_eq!(common::handled::<Clock>(&system, "tick"), 2);
    drop(suspension);
    stepper.run();
    assert_eq!(common::handled::<Clock>(&system, "tick"), 3);
    stepper.advance(Duration::from_secs(1));
    assert_eq!(common::handled::<Clock>(&system, "tick"), 4);
}

#[test]
fn it_costs_no_step() {
    let (system, mut stepper) = ActorSystem::builder("steps").stepper();
    let journal = Journal::default();
    let scribe = stepper.block_on(async { system.spawn(scribe(&journal)).await.unwrap() });
    let suspension = scribe.control().suspend("test");
    stepper.run();
    for _ in 0..100 {
        scribe.write("a").tell().unwrap();
        scribe.shout("b").tell().unwrap();
    }
    assert!(!stepper.step(), "a suspended actor is not scheduled by messages");
    drop(suspension);
    stepper.run();
    assert_eq!(journal.entries().len(), 200);
}

/// Suspends itself, and goes on when somebody it told of it says so.
#[actor]
struct Narcissus {
    journal: Journal,
}

#[handlers]
impl Narcissus {
    fn sleep(&mut self, keep: Arc<Mutex<Option<Suspension>>>, ctx: &mut Context<Self>) {
        *keep.lock().unwrap() = Some(ctx.this().control().suspend("myself"));
        self.journal.note("sleeps");
    }
    fn wake(&mut self) {
        self.journal.note("awake");
    }
}

#[test]
fn an_actor_may_suspend_itself() {
    everywhere(|system| async move {
        let (journal, keep) = (Journal::default(), Arc::default());
        let narcissus = {
            let journal = journal.clone();
            system.spawn(move || Narcissus { journal: journal.clone() }).await.unwrap()
        };
        narcissus.sleep(Arc::clone(&keep)).await.unwrap();
        narcissus.wake().await.unwrap();
        until(|| journal.entries() == ["sleeps"]).await;
        others().await;
        assert_eq!(journal.entries(), ["sleeps"]);
        let suspension = keep.lock().unwrap().take();
        drop(suspension);
        until(|| journal.entries() == ["sleeps", "awake"]).await;
    });
}
