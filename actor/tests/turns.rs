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

use actor::prelude::*;
use common::{PATIENCE, everywhere, handled, in_hand, on_runtimes, runtime, soon, until, yield_now};

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
        in_hand(spinner.control()).await;
        releaser.release().await.unwrap();
        assert_eq!(spin.await, Ok(true));
    });
}

/// Three periods of the ticks below.
const LATE: Duration = Duration::from_millis(3);

/// Its ticks take longer than their period, so that the next is due whenever one ends.
#[actor]
struct Late {
    ticks: u32,
}

#[handlers]
impl Late {
    #[every(1ms)]
    fn tick(&mut self, ctx: &mut Context<Self>) {
        self.ticks += 1;
        let begun = ctx.now();
        while ctx.now().saturating_since(begun) < LATE {
            std::hint::spin_loop();
        }
    }
    fn ticks(&self) -> u32 {
        self.ticks
    }
}

/// As [`Late`], beside an await.
#[actor]
struct LateAsync {
    ticks: u32,
}

#[handlers]
impl LateAsync {
    #[every(1ms)]
    async fn tick(&mut self, ctx: &mut Context<Self>) {
        self.ticks += 1;
        let begun = ctx.now();
        while ctx.now().saturating_since(begun) < LATE {
            yield_now().await;
        }
    }
    fn ticks(&self) -> u32 {
        self.ticks
    }
}

#[test]
fn ticks_that_take_longer_than_their_period_do_not_starve_messages() {
    // Asked from a thread that is no worker, so that nothing but the actor decides who is next.
    runtime(Some(3)).block_on(async {
        let system = ActorSystem::new("late");
        let actor = system.spawn(|| Late { ticks: 0 }).await.unwrap();
        until(|| handled::<Late>(&system, "tick") >= 3).await;
        for _ in 0..5 {
            assert!(actor.ticks().timeout(PATIENCE).await.unwrap() >= 3);
        }
    });
}

#[test]
fn ticks_that_take_longer_than_their_period_keep_no_actor_alive() {
    on_runtimes(
        |builder| builder,
        |system| async move {
            let late = system.spawn(|| Late { ticks: 0 }).await.unwrap();
            let late_async = system.spawn(|| LateAsync { ticks: 0 }).await.unwrap();
            while late.ticks().await.unwrap() < 3 || late_async.ticks().await.unwrap() < 3 {}
            let ends = [late.control().stopped(), late_async.control().stopped()];
            drop((late, late_async));
            for end in ends {
                soon(end).await;
            }
        },
    );
}

#[test]
fn ticks_that_take_longer_than_their_period_let_a_drain_end() {
    on_runtimes(
        |builder| builder,
        |system| async move {
            let late = system.spawn(|| Late { ticks: 0 }).await.unwrap();
            let late_async = system.spawn(|| LateAsync { ticks: 0 }).await.unwrap();
            while late.ticks().await.unwrap() < 3 || late_async.ticks().await.unwrap() < 3 {}
            soon(late.control().drain()).await;
            soon(late_async.control().drain()).await;
        },
    );
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
    let runtime = runtime(Some(2));
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
    everywhere(|system| async move {
        let pair = system.spawn(|| Pair { left: Child::default(), right: Child::default() }).await.unwrap();
        pair.both().await.unwrap();
        until(|| system.counts::<Pair>().restarts > 0).await;
        assert_eq!(pair.ready().await, Ok(true));
        // Both have failed, or one was stopped with its message.
        pair.control().stop().await;
        let counts = system.counts::<Pair>();
        assert_eq!((counts.failures, counts.restarts), (0, 1), "what failed is a child");
    });
}
