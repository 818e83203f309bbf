//! What a failure says is told, whatever others said of whom nobody is told.
#![allow(missing_docs)]

mod common;

use std::sync::Mutex;

use actor::prelude::*;
use actor::{SystemEvent, system};
use common::{now, pass, run};
use interrupts::alone;

#[actor(mailbox = 2)]
struct Pump;

#[handlers]
impl Pump {
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("out of water");
    }
    /// An interrupt comes within, and runs its level.
    fn fails_after_another(&mut self, ctx: &mut Context<Self>) {
        heard::FOURTH.rests().tell().unwrap();
        heard::SSI0.run();
        ctx.fail("out of water");
    }
    /// As above, between what it says and its end.
    fn fails_before_another(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("out of oil");
        heard::FOURTH.fails().tell().unwrap();
        heard::SSI0.run();
    }
    fn rests(&mut self) {}
}

system! {
    mod unheard {
        FIRST: Pump = || Pump,
        SECOND: Pump = || Pump,
    }
}

#[actor(mailbox = 2)]
struct Waiter;

#[handlers]
impl Waiter {
    async fn fails_and_waits(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("out of time");
        std::future::pending().await
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("out of gas");
    }
}

#[actor(mailbox = 2)]
#[supervise(strategy = one_for_all)]
struct Heater {
    #[child(|| Waiter)]
    first: Child<Waiter>,
    #[child(|| Waiter)]
    second: Child<Waiter>,
    #[child(|| Waiter)]
    third: Child<Waiter>,
}

#[handlers]
impl Heater {
    fn fails(&mut self) {
        self.first.fails_and_waits().tell().unwrap();
        self.second.fails_and_waits().tell().unwrap();
        self.third.fails().tell().unwrap();
    }
}

static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn hear(event: &SystemEvent<'_>) {
    if let SystemEvent::Failed { failure, .. } = event {
        HEARD.lock().unwrap().push(failure.to_string());
    }
}

system! {
    mod heard {
        THIRD: Pump = || Pump,
        HEATER: Heater = || Heater { first: Child::default(), second: Child::default(), third: Child::default() },
        level SSI0 { pend = || (), FOURTH: Pump = || Pump },
    }
    event_handler = hear
}

#[test]
fn failures_that_nobody_hears_of_leave_room_for_what_others_say() {
    let _alone = alone();
    heard::start(now);
    unheard::start(now);
    for pump in [&unheard::FIRST, &unheard::SECOND, &heard::THIRD] {
        pump.fails().tell().unwrap();
    }
    run(unheard::step);
    run(heard::step);
    assert_eq!(HEARD.lock().unwrap().split_off(0), ["error in `fails`: out of water"]);
}

#[test]
fn a_failure_is_told_as_that_of_its_own_handler_though_a_level_came_within() {
    let _alone = alone();
    heard::start(now);
    heard::SSI0.run();
    run(heard::step);
    heard::THIRD.fails_after_another().tell().unwrap();
    run(heard::step);
    assert_eq!(HEARD.lock().unwrap().split_off(0), ["error in `fails_after_another`: out of water"]);
}

/// An actor and another one that comes in between, while all are up.
fn assert_both_are_told_what_they_say(before: fn()) {
    let _alone = alone();
    heard::start(now);
    unheard::start(now);
    // Whoever failed in another test is up again.
    run(heard::step);
    run(unheard::step);
    pass(3600);
    heard::tick();
    unheard::tick();
    heard::SSI0.run();
    run(heard::step);
    run(unheard::step);
    before();
    HEARD.lock().unwrap().clear();
    heard::THIRD.fails_before_another().tell().unwrap();
    run(heard::step);
    assert_eq!(
        HEARD.lock().unwrap().split_off(0),
        ["error in `fails`: out of water", "error in `fails_before_another`: out of oil"]
    );
}

#[test]
fn both_are_told_what_they_say_though_others_failed_of_whom_nobody_hears() {
    assert_both_are_told_what_they_say(|| {
        unheard::FIRST.fails().tell().unwrap();
        unheard::SECOND.fails().tell().unwrap();
        run(unheard::step);
    });
}

#[test]
fn both_are_told_what_they_say_though_handlers_were_dropped_that_had_said_something() {
    assert_both_are_told_what_they_say(|| {
        heard::HEATER.fails().tell().unwrap();
        run(heard::step);
        assert_eq!(HEARD.lock().unwrap().split_off(0), ["error in `fails`: out of gas"]);
    });
}
