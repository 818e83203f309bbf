//! `#[idle]`: called after so long without a message, again and again, by one timer that messages only move on.
#![allow(missing_docs)]

mod common;

use std::time::Duration;

use actor::prelude::*;
use actor::{Kind, Stepper};
use common::{Gate, Journal, everywhere};

#[actor]
struct Session {
    journal: Journal,
    gate: Gate,
}

#[handlers]
impl Session {
    #[idle(30s)]
    fn quiet(&mut self, ctx: &mut Context<Self>) {
        self.journal.note(format!("{}", ctx.now().as_nanos() / 1_000_000_000));
    }
    #[every(7s)]
    fn tick(&mut self) {}
    fn talk(&mut self) {}
    fn ask(&self) -> bool {
        true
    }
    #[handler(passive)]
    fn ping(&self) -> bool {
        true
    }
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn set_idle(&mut self, seconds: u64, ctx: &mut Context<Self>) {
        ctx.set_idle(Duration::from_secs(seconds));
    }
    fn clear_idle(&mut self, ctx: &mut Context<Self>) {
        ctx.clear_idle();
    }
    fn clear_idle_later(&mut self, seconds: u64, ctx: &mut Context<Self>) {
        ctx.after(Duration::from_secs(seconds), |me| me.clear_idle());
    }
    fn panics(&mut self) {
        panic!("restart");
    }
}

struct Stage {
    session: SessionRef,
    journal: Journal,
    gate: Gate,
    stepper: Stepper,
    system: ActorSystem,
}

fn stage() -> Stage {
    let (system, mut stepper) = ActorSystem::builder("idle").stepper();
    let (journal, gate) = (Journal::default(), Gate::default());
    let (kept, closed) = (journal.clone(), gate.clone());
    let factory = move || Session { journal: kept.clone(), gate: closed.clone() };
    let session = stepper.block_on(async { system.spawn(factory).await.unwrap() });
    Stage { session, journal, gate, stepper, system }
}

impl Stage {
    fn wait(&mut self, seconds: u64) -> &mut Self {
        self.stepper.advance(Duration::from_secs(seconds));
        self
    }

    fn send<K: Kind>(&mut self, call: impl Fn(&SessionRef) -> actor::Call<'_, Session, K>) -> &mut Self {
        assert!(call(&self.session).tell().is_ok());
        self.stepper.run();
        self
    }

    fn heard(&self, expected: &[&str]) {
        assert_eq!(self.journal.entries(), expected);
    }
}

#[test]
fn quiet_is_told_after_its_time_and_again() {
    let mut stage = stage();
    stage.wait(29).heard(&[]);
    stage.wait(1).heard(&["30"]);
    stage.wait(60).heard(&["30", "60", "90"]);
}

#[test]
fn a_message_begins_the_time_anew_and_a_passive_one_or_a_tick_does_not() {
    let mut stage = stage();
    stage.wait(20).send(SessionRef::talk).wait(29).heard(&[]);
    stage.wait(1).heard(&["50"]);
    stage.wait(20).send(SessionRef::ping).wait(10).heard(&["50", "80"]);
    stage.wait(25).send(SessionRef::ask).wait(29).heard(&["50", "80"]);
    stage.wait(1).heard(&["50", "80", "135"]);
}

#[test]
fn one_that_is_suspended_beyond_its_time_is_told_once_and_again_after_as_long() {
    let mut stage = stage();
    let held = stage.session.control().suspend("a test");
    stage.stepper.run();
    stage.wait(97).heard(&[]);
    held.resume();
    stage.stepper.run();
    stage.wait(29).heard(&["97"]);
    stage.wait(1).heard(&["97", "127"]);
}

#[test]
fn an_actor_that_is_busy_is_not_idle() {
    let mut stage = stage();
    stage.send(SessionRef::hold).wait(100).heard(&[]);
    stage.gate.open();
    stage.stepper.run();
    stage.wait(29).heard(&[]);
    stage.wait(1).heard(&["130"]);
}

#[test]
fn the_time_is_changed_and_switched_off_for_one_life() {
    let mut stage = stage();
    stage.send(|session| session.set_idle(10)).wait(25).heard(&["10", "20"]);
    stage.send(SessionRef::clear_idle).wait(500).heard(&["10", "20"]);
    stage.send(|session| session.set_idle(40)).wait(40).heard(&["10", "20", "565"]);
    stage.send(|session| session.set_idle(10)).wait(5).send(SessionRef::panics).wait(29).heard(&["10", "20", "565"]);
    stage.wait(1).heard(&["10", "20", "565", "600"]);
}

#[test]
fn one_that_is_due_when_it_is_switched_off_is_told_no_more() {
    let mut stage = stage();
    assert!(stage.session.clear_idle().tell().is_ok());
    // Its time is over while that message waits.
    stage.stepper.pass(Duration::from_secs(30));
    stage.stepper.run();
    stage.heard(&[]);
    stage.wait(500).heard(&[]);
}

#[test]
fn one_that_is_due_along_with_what_switches_it_off_is_told_no_more() {
    let mut stage = stage();
    stage.send(|session| session.clear_idle_later(30));
    stage.wait(30).heard(&[]);
    stage.wait(500).heard(&[]);
}

#[test]
fn no_time_passes_while_the_actor_restarts() {
    let mut stage = stage();
    stage.wait(20);
    for _ in 0..9 {
        stage.send(SessionRef::panics);
    }
    // The delays before its restarts add up to more than ten seconds, of which not one was quiet.
    while stage.system.counts::<Session>().restarts < 9 {
        stage.wait(1);
    }
    let up = stage.stepper.now().as_nanos() / 1_000_000_000;
    assert!(up > 25, "{up}");
    stage.heard(&[]);
    stage.wait(28).heard(&[]);
    stage.wait(3);
    assert_eq!(stage.journal.entries().len(), 1);
}

#[test]
fn quiet_ends_a_session_that_nobody_talks_to() {
    #[actor]
    struct Brief {
        heard: u32,
    }

    #[handlers]
    impl Brief {
        #[idle(20ms)]
        fn quiet(&mut self, ctx: &mut Context<Self>) {
            ctx.stop();
        }
        fn talk(&mut self) -> u32 {
            self.heard += 1;
            self.heard
        }
    }

    everywhere(|system| async move {
        let brief = system.spawn(|| Brief { heard: 0 }).await.unwrap();
        let stopped = brief.control().stopped();
        let mut last = system.now();
        for _ in 0..5 {
            let before = system.now();
            // A slow machine may be quiet for so long by itself.
            if brief.talk().await.is_ok() {
                last = before;
            }
            common::yield_now().await;
        }
        stopped.await;
        assert!(system.now().saturating_since(last) >= Duration::from_millis(20));
    });
}

#[test]
fn waiting_for_quiet_keeps_no_actor_alive() {
    let Stage { session, mut stepper, system, .. } = stage();
    drop(session);
    stepper.run();
    assert_eq!(system.counts::<Session>().stopped, 1);
}
