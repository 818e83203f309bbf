//! A worker without ticks: its alarm is set to when the first of those who wait gives up, and rings for nothing else. Alone in
//! this program, whose tables of those who wait are for all systems.
#![allow(missing_docs)]

mod common;

use std::time::Duration;

use actor::prelude::*;
use actor::{Instant, system};
use common::{Owing, note, noted, now, pass, run};

const fn at(millis: u64) -> Option<Instant> {
    Some(Instant::from_nanos(millis * 1_000_000))
}

/// Waits in every way there is.
#[actor(mailbox = 4)]
struct Waiter {
    #[child(Owing::new)]
    owing: Child<Owing>,
}

#[handlers]
impl Waiter {
    async fn answer(&mut self) {
        note(format!("{:?}", self.owing.first().timeout(Duration::from_millis(7)).await));
    }
    async fn room(&mut self) {
        note(format!("{:?}", lines::FULL.put().timeout(Duration::from_millis(8)).await));
    }
    fn message(&mut self, ctx: &mut Context<Self>) {
        let call = self.owing.first().timeout(Duration::from_millis(9));
        note(format!("{:?}", call.then(ctx, WaiterRef::got).is_ok()));
    }
    fn got(&mut self, answer: Result<u32, AskError>) {
        note(format!("{answer:?}"));
    }
    fn fails(&mut self) -> Result<(), AskError> {
        Err(AskError::Stopped)
    }
}

/// Is held by its first message.
#[actor(mailbox = 1)]
struct Full {
    #[child(Owing::new)]
    owing: Child<Owing>,
}

#[handlers]
impl Full {
    /// A beat that is due meanwhile has been heard of, and is no reason to ring again.
    #[every(5ms)]
    async fn put(&mut self) {
        let _ = self.owing.first().timeout(Duration::from_secs(3_600)).await;
    }
}

system! {
    mod lines {
        WAITER: Waiter = || Waiter { owing: Child::default() },
        FULL: Full = || Full { owing: Child::default() },
    }
}

#[test]
fn whoever_waits_is_woken_when_his_time_is_over() {
    lines::start(now);
    run(lines::step);
    lines::FULL.put().tell().unwrap();
    run(lines::step);
    lines::FULL.put().tell().unwrap();
    let pass = |millis| pass(millis, lines::tick, lines::step, lines::next_deadline);
    assert_eq!(pass(20), 1, "the beat that comes while it is held");
    assert_eq!(lines::next_deadline(), at(3_600_000));
    let ways = [(lines::WAITER.answer(), 7), (lines::WAITER.room(), 8), (lines::WAITER.message(), 9)];
    for (wait, millis) in ways {
        wait.tell().unwrap();
        run(lines::step);
        let due = now().as_nanos() / 1_000_000 + millis;
        assert_eq!(lines::next_deadline(), at(due));
        assert_eq!(pass(20), 1);
        assert_eq!(noted().last().map(String::as_str), Some("Err(Timeout)"));
    }
    for _ in 0..2 {
        lines::WAITER.fails().tell().unwrap();
        run(lines::step);
    }
    let pause = lines::next_deadline().unwrap();
    assert!(pause > now() && pause < Instant::from_nanos(1_000_000_000), "{pause}");
    assert_eq!(pass(1_000), 1);
    assert!(lines::WAITER.control().is_alive());
}
