//! A system that a task runs: it sleeps where nobody has anything to do, and is woken by the next message, whenever it comes.
#![allow(missing_docs)]

mod common;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as Polling, Wake, Waker};

use actor::prelude::*;
use actor::system;
use common::{Load, Shared, Task, note, noted, now};
use interrupts::{alone, interrupted, sweep};

#[actor(mailbox = 4)]
struct Pump;

#[handlers]
impl Pump {
    fn sample(&mut self, load: Load) {
        note(load.0);
    }
    fn again(&mut self, left: u32) {
        if left > 0 {
            awaited::PUMP.again(left - 1).tell().unwrap();
        } else {
            note(1);
        }
    }
}

system! {
    mod awaited { PUMP: Pump { mailbox = 4 } = || Pump }
}

static WORKER: Shared<Task<()>> = Shared::new();

/// The executor: polls the worker once, if it was woken. Returns whether it was.
fn poll() -> bool {
    let mut worker = WORKER.take().unwrap_or_else(|| Task::new(async { awaited::run_async().await }));
    let polled = worker.polled();
    worker.go_on();
    let is_polled = worker.polled() != polled;
    WORKER.set(worker);
    is_polled
}

fn settle() -> u32 {
    let mut polls = 0;
    while poll() {
        polls += 1;
        assert!(polls < 100, "the worker spins");
    }
    polls
}

#[test]
fn a_message_that_comes_while_the_task_falls_asleep_wakes_it() {
    sweep(
        || drop(awaited::PUMP.sample(Load::new(2)).tell()),
        || {
            awaited::start(now);
            settle();
            awaited::PUMP.sample(Load::new(1)).tell().unwrap();
            interrupted(poll);
            settle();
            let seen = noted();
            assert!(matches!(seen[..], [1] | [1, 2] | [2, 1] | [1, 2, 2] | [2, 1, 2]), "{seen:?}");
            assert_eq!(Load::alive(), 0, "a message waits, and nobody is woken for it");
        },
    );
}

#[test]
fn the_task_gives_way_after_some_messages_and_sleeps_after_the_last() {
    let _alone = alone();
    awaited::start(now);
    settle();
    assert_eq!(settle(), 0, "nobody has anything to do, and it is polled");
    awaited::PUMP.again(100).tell().unwrap();
    assert_eq!(settle(), 4, "32 messages at a time");
    assert_eq!(noted(), [1]);
}

system! {
    mod given_up { LEFT: Pump { mailbox = 4 } = || Pump }
}

struct Nobody;

impl Wake for Nobody {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn a_task_that_is_given_up_leaves_no_waker_behind_and_another_goes_on() {
    let _alone = alone();
    given_up::start(now);
    let nobody = Arc::new(Nobody);
    let waker = Waker::from(Arc::clone(&nobody));
    let mut other = Task::new(async { given_up::run_async().await });
    {
        let mut first = pin!(given_up::run_async());
        assert!(first.as_mut().poll(&mut Polling::from_waker(&waker)).is_pending());
        assert!(!other.go_on());
    }
    drop(waker);
    assert_eq!(Arc::strong_count(&nobody), 1, "its waker is kept after its end");
    given_up::LEFT.sample(Load::new(3)).tell().unwrap();
    other.go_on();
    assert_eq!(noted(), [3], "the other is not woken");
}

#[test]
fn a_task_that_is_given_up_while_it_sleeps_leaves_no_waker_behind() {
    let _alone = alone();
    given_up::start(now);
    let nobody = Arc::new(Nobody);
    let waker = Waker::from(Arc::clone(&nobody));
    {
        let mut first = pin!(given_up::run_async());
        assert!(first.as_mut().poll(&mut Polling::from_waker(&waker)).is_pending());
    }
    drop(waker);
    assert_eq!(Arc::strong_count(&nobody), 1, "its waker is kept after its end");
    assert_eq!(noted(), []);
}
