//! Who gets the next turn: a handler that wakes itself, a timer that is late and a full mailbox keep nobody out, and
//! failures that come together are one.
#![allow(missing_docs)]

mod common;

use std::future::{Future, IntoFuture, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::thread::ThreadId;
use std::time::Duration;

use actor::SystemEvent;
use actor::prelude::*;
use common::{Journal, everywhere, yield_now};

#[actor]
struct Spinner {
    released: Arc<AtomicBool>,
}

#[handlers]
impl Spinner {
    /// Wakes itself until it is released, or gives up.
    async fn spin(&mut self) -> bool {
        for _ in 0..1_000_000 {
            if self.released.load(Ordering::SeqCst) {
                return true;
            }
            yield_now().await;
        }
        false
    }
}

#[actor]
struct Releaser {
    released: Arc<AtomicBool>,
}

#[handlers]
impl Releaser {
    fn release(&mut self) {
        self.released.store(true, Ordering::SeqCst);
    }
}

#[test]
fn a_handler_that_wakes_itself_lets_others_have_their_turn() {
    everywhere(|system| async move {
        let released = Arc::new(AtomicBool::new(false));
        let (theirs, ours) = (released.clone(), released.clone());
        let spinner = system.spawn(move || Spinner { released: theirs.clone() }).await.unwrap();
        let releaser = system.spawn(move || Releaser { released: ours.clone() }).await.unwrap();
        let mut spin = spinner.spin().into_future();
        poll_fn(|cx| {
            assert!(Pin::new(&mut spin).poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        while spinner.control().depth() > 0 {
            yield_now().await;
        }
        releaser.release().await.unwrap();
        assert_eq!(spin.await, Ok(true));
    });
}

#[actor]
struct Late {
    ticks: u32,
}

#[handlers]
impl Late {
    /// Takes longer than its period, on the wall clock.
    #[every(1ms)]
    fn tick(&mut self) {
        self.ticks += 1;
        std::thread::sleep(Duration::from_millis(3));
    }
    fn ticks(&self) -> u32 {
        self.ticks
    }
}

#[test]
fn ticks_that_take_longer_than_their_period_do_not_starve_messages() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(3).enable_time().build().unwrap();
    // Asked from a thread that is no worker, so that nothing but the actor decides who is next.
    runtime.block_on(async {
        let system = ActorSystem::new("late");
        let actor = system.spawn(|| Late { ticks: 0 }).await.unwrap();
        while system.handled::<Late>().iter().all(|(name, times)| *name != "tick" || *times < 3) {
            tokio::task::yield_now().await;
        }
        for _ in 0..5 {
            assert!(actor.ticks().timeout(Duration::from_secs(3)).await.unwrap() >= 3);
        }
    });
}

#[actor(mailbox = 1)]
struct Small {
    sum: u32,
}

#[handlers]
impl Small {
    fn add(&mut self) {
        self.sum += 1;
    }
    fn thread(&self) -> ThreadId {
        std::thread::current().id()
    }
}

#[test]
fn an_idle_actor_answers_on_the_thread_of_its_asker_after_its_mailbox_was_full() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    runtime.block_on(async {
        let here = std::thread::current().id();
        let system = ActorSystem::builder("inline").workers(1).start();
        let actor = system.spawn(|| Small { sum: 0 }).await.unwrap();
        for _ in 0..20 {
            let add = || actor.add().into_future();
            let (first, second, third, fourth) = tokio::join!(add(), add(), add(), add());
            assert!([first, second, third, fourth].iter().all(Result::is_ok));
        }
        let mut inline = false;
        for _ in 0..10_000 {
            inline = actor.thread().await.unwrap() == here;
            if inline {
                break;
            }
            tokio::task::yield_now().await;
        }
        assert!(inline, "no ask of an idle actor ran on the thread of its asker");
    });
}

#[actor]
struct Fragile {
    failures: u32,
}

impl Fragile {
    fn open() -> Self {
        Self { failures: 0 }
    }
}

#[handlers]
impl Fragile {
    fn boom(&mut self) {
        self.failures += 1;
        panic!("boom");
    }
}

#[actor]
#[supervise(limit = 0 per 60s, exhausted = escalate)]
struct Pair {
    #[child(Fragile::open)]
    left: Child<Fragile>,
    #[child(Fragile::open)]
    right: Child<Fragile>,
}

#[handlers]
impl Pair {
    fn both(&mut self) {
        self.left.boom().tell().unwrap();
        self.right.boom().tell().unwrap();
    }
    fn ready(&self) -> bool {
        true
    }
}

#[test]
fn two_children_that_fail_at_once_are_one_restart_of_their_parent() {
    for seed in 0..16 {
        let journal = Journal::default();
        let events = journal.clone();
        let builder = ActorSystem::builder("folded").seed(seed).event_handler(move |event| {
            if let SystemEvent::Failed { actor, decision, .. } = event {
                events.note(format!("{actor} {decision:?}"));
            }
        });
        let (system, mut stepper) = builder.stepper();
        stepper.block_on(async {
            let pair = system.spawn(|| Pair { left: Child::default(), right: Child::default() }).await.unwrap();
            pair.both().await.unwrap();
            while system.counts::<Pair>().failures == 0 {
                yield_now().await;
            }
            assert_eq!(pair.ready().await, Ok(true));
        });
        let restarts = journal.entries().iter().filter(|entry| entry.starts_with("pair Restart")).count();
        assert_eq!(restarts, 1, "seed {seed}: {:?}", journal.entries());
    }
}
