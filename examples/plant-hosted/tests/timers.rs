//! Timers against an interrupt at the worst moment, and against a slow handler.
#![allow(missing_docs)]

mod common;

use std::cell::Cell;
use std::time::Duration;

use actor::prelude::*;
use actor::{Instant, system};
use common::{advance, note, noted, now, pass, run};

thread_local! {
    /// Whether the next look at the clock is interrupted.
    static INTERRUPT: Cell<Option<fn()>> = const { Cell::new(None) };
    static SLOW: Cell<u64> = const { Cell::new(0) };
}

fn interrupted() -> Instant {
    if let Some(interrupt) = INTERRUPT.take() {
        interrupt();
    }
    now()
}

#[actor]
struct Clock;

#[handlers]
impl Clock {
    #[every(10ms)]
    fn beat(&mut self, ctx: &mut Context<Self>) {
        note(format!("beat {}", ctx.now().as_nanos() / 1_000_000));
    }
}

system! {
    mod beats { CLOCK: Clock { mailbox = 2 } = || Clock }
}

#[test]
fn a_beat_that_is_noted_twice_ticks_once() {
    beats::start(interrupted);
    run(beats::step);
    advance(9, beats::tick, beats::step);
    // The timer interrupt notes the beat; a second one comes after the worker has taken the signal, and before it has
    // armed the timer anew: it looks at the clock there.
    common::later(1);
    beats::tick();
    INTERRUPT.set(Some(|| {
        common::later(1);
        beats::tick();
    }));
    run(beats::step);
    advance(29, beats::tick, beats::step);
    assert_eq!(noted(), ["beat 11", "beat 20", "beat 30", "beat 40"]);
}

#[actor]
struct Slow;

#[handlers]
impl Slow {
    #[every(10ms)]
    fn scan(&mut self) {
        // Takes a little longer than its period; the timer interrupt goes on meanwhile.
        SLOW.set(SLOW.get() + 1);
        for _ in 0..11 {
            common::later(1);
            slow::tick();
        }
    }
    fn plain(&mut self) {
        note("plain");
    }
}

system! {
    mod slow { SLOW_ONE: Slow { mailbox = 2 } = || Slow }
}

#[test]
fn a_slow_timer_leaves_messages_their_turn() {
    slow::start(now);
    run(slow::step);
    for _ in 0..10 {
        common::later(1);
        slow::tick();
    }
    slow::SLOW_ONE.plain().tell().unwrap();
    for _ in 0..20 {
        slow::step();
    }
    assert_eq!(noted(), ["plain"], "{} ticks came first", SLOW.get());
}

#[actor(mailbox = 2, timers = 2)]
struct Alarm;

#[handlers]
impl Alarm {
    #[every(10ms)]
    fn beat(&mut self) {
        note("beat");
        assert_eq!(alarms::next_deadline(), None, "somebody runs the actors");
    }
    fn hear(&mut self) {
        note("heard");
    }
    fn later(&mut self, ctx: &mut Context<Self>) {
        ctx.after(Duration::from_millis(33), |me| me.hear());
    }
}

system! {
    mod alarms { ALARM: Alarm = || Alarm }
}

const fn millis(millis: u64) -> Instant {
    Instant::from_nanos(millis * 1_000_000)
}

/// Of a worker without ticks.
#[test]
fn the_alarm_rings_once_for_each_moment() {
    assert_eq!(alarms::next_deadline(), None);
    alarms::start(now);
    run(alarms::step);
    assert_eq!(alarms::next_deadline(), Some(millis(10)));
    alarms::ALARM.later().tell().unwrap();
    assert_eq!(pass(35, alarms::tick, alarms::step, alarms::next_deadline), 4);
    assert_eq!(noted(), ["beat", "beat", "beat", "heard"]);
    assert_eq!(alarms::next_deadline(), Some(millis(40)));
    drop(alarms::ALARM.control().stop());
    run(alarms::step);
    assert_eq!(alarms::next_deadline(), None);
}
