//! How long each handler ran itself is told, as lines that a flame graph is drawn from; runs with the feature `flame`.
#![cfg(feature = "flame")]
#![allow(missing_docs)]

mod common;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actor::prelude::*;
use actor::{HandlerTime, handler_times};
use common::{Gate, everywhere, poll_once, until};

/// What a handler that works is busy for.
const BUSY: Duration = Duration::from_millis(4);

/// Works, and notes for how long that was in the end.
fn work(worked: &AtomicU64) {
    let begun = Instant::now();
    while begun.elapsed() < BUSY {
        std::hint::spin_loop();
    }
    worked.fetch_add(begun.elapsed().as_nanos() as u64, Ordering::Relaxed);
}

static WORKER: AtomicU64 = AtomicU64::new(0);
static DELEGATE: AtomicU64 = AtomicU64::new(0);
static FAIL: AtomicU64 = AtomicU64::new(0);
static OUTSIDE: AtomicU64 = AtomicU64::new(0);

#[actor]
struct Worker;

#[handlers]
impl Worker {
    fn work(&mut self) -> u32 {
        work(&WORKER);
        1
    }
}

#[actor]
struct Boss {
    worker: WorkerRef,
    gate: Gate,
}

#[handlers]
impl Boss {
    async fn delegate(&mut self) -> u32 {
        let done = self.worker.work().await.unwrap() + self.worker.work().await.unwrap();
        work(&DELEGATE);
        done
    }
    async fn wait(&mut self) {
        self.gate.passed().await;
    }
    fn fail(&mut self) {
        work(&FAIL);
        panic!("as told");
    }
}

/// What is known of a handler of these.
fn time(actor: &str, handler: &str) -> HandlerTime {
    let mut times = handler_times().into_iter();
    times.find(|time| (time.actor, time.handler) == (actor, handler)).expect("it has run")
}

#[test]
fn a_handler_is_charged_with_what_it_ran_itself() {
    everywhere(|system| async move {
        let gate = Gate::default();
        let worker = system.spawn(|| Worker).await.unwrap();
        let boss = {
            let gate = gate.clone();
            system.spawn(move || Boss { worker: worker.clone(), gate: gate.clone() }).await.unwrap()
        };
        assert_eq!(boss.delegate().await, Ok(2));
        let mut waits = boss.wait().done().into_future();
        assert!(poll_once(&mut waits).await.is_none());
        until(|| boss.control().depth() == 0).await;
        work(&OUTSIDE);
        gate.open();
        assert_eq!(waits.await, Ok(()));
        assert!(boss.fail().done().await.is_err());
    });
    let own = [&WORKER, &DELEGATE, &FAIL].map(|worked| Duration::from_nanos(worked.load(Ordering::Relaxed)));
    let [worker, delegate, fail, wait] = [("worker", "work"), ("boss", "delegate"), ("boss", "fail"), ("boss", "wait")]
        .map(|(actor, handler)| time(actor, handler));
    let kinds = worker.runs / 2;
    assert!(kinds > 7 && fail.runs == kinds, "each kind of system has run");
    assert!(wait.runs >= 2 * kinds, "it has waited");
    // A little is theirs beside what they work; none of it is what another has worked.
    let slack = own[0] / 4;
    for (time, own) in [&worker, &delegate].into_iter().zip(own) {
        assert!(time.itself >= own && time.itself < own + slack, "{time:?}, {own:?}");
    }
    assert!(fail.itself >= own[2], "and where it panics, what is said of that: {fail:?}");
    assert!(wait.itself < slack, "nor what it waited: {wait:?}");

    let times = handler_times();
    assert!(times.is_sorted_by(|longer, shorter| longer.itself >= shorter.itself), "{times:?}");
    assert_eq!(worker.to_string(), format!("worker;work {}", worker.itself.as_nanos()), "a folded stack");
}
