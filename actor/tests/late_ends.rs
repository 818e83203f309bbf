//! Ends beside what is always due, starts that are given up, and what many messages at once keep of their calls.
#![allow(missing_docs, clippy::let_and_return)]

mod common;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context as TaskContext, Poll};
use std::time::{Duration, Instant};

use actor::prelude::*;
use common::{Gate, Journal, runtime, yield_now};
use futures_core::Stream;
use std::future::{Future, IntoFuture};

struct Endless;
impl Stream for Endless {
    type Item = u32;
    fn poll_next(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<u32>> {
        Poll::Ready(Some(1))
    }
}

#[derive(Clone, Default)]
struct Gone(Arc<AtomicBool>);
struct OnDrop(Gone);
impl Drop for OnDrop {
    fn drop(&mut self) {
        (self.0).0.store(true, Ordering::SeqCst);
    }
}

#[actor]
struct Busy {
    _gone: OnDrop,
    handled: Arc<AtomicUsize>,
}

#[handlers]
impl Busy {
    fn attach(&mut self, ctx: &mut Context<Self>) {
        let _ = ctx.attach(Endless, BusyRef::row).errand();
    }
    fn row(&mut self, _row: u32) {
        self.handled.fetch_add(1, Ordering::SeqCst);
    }
    fn go_on(&mut self, ctx: &mut Context<Self>) {
        self.handled.fetch_add(1, Ordering::SeqCst);
        ctx.after(Duration::ZERO, |me| me.go_on());
    }
    fn ping(&self) -> bool {
        true
    }
}

/// Whether the actor has ended some time after its end was asked for.
fn ends(begin: fn(&BusyRef), drains: bool) -> (bool, usize) {
    let runtime = runtime(Some(2));
    let result = runtime.block_on(async {
        let system = ActorSystem::new("busy");
        let (gone, handled) = (Gone::default(), Arc::new(AtomicUsize::new(0)));
        let (flag, count) = (gone.clone(), Arc::clone(&handled));
        let actor =
            system.spawn(move || Busy { _gone: OnDrop(flag.clone()), handled: Arc::clone(&count) }).await.unwrap();
        begin(&actor);
        assert_eq!(actor.ping().await, Ok(true));
        let control = drains.then(|| actor.control());
        if let Some(control) = control {
            let _ = tokio::time::timeout(Duration::from_millis(1), control.drain()).await;
        }
        drop(actor);
        let begun = Instant::now();
        while !gone.0.load(Ordering::SeqCst) && begun.elapsed() < Duration::from_secs(2) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        (gone.0.load(Ordering::SeqCst), handled.load(Ordering::SeqCst))
    });
    runtime.shutdown_background();
    result
}

#[test]
fn a_ready_stream_keeps_no_actor_alive() {
    let (ended, handled) = ends(|actor| actor.attach().tell().unwrap(), false);
    assert!(ended, "alive 2 s after the last ref went, {handled} rows");
}

#[test]
fn a_drain_ends_beside_a_ready_stream() {
    let (ended, handled) = ends(|actor| actor.attach().tell().unwrap(), true);
    assert!(ended, "alive 2 s after drain(), {handled} rows");
}

#[test]
fn a_timer_of_zero_keeps_no_actor_alive() {
    let (ended, handled) = ends(|actor| actor.go_on().tell().unwrap(), false);
    assert!(ended, "alive 2 s after the last ref went, {handled} ticks");
}

#[actor]
struct Slow {
    _gone: OnDrop,
}

#[handlers]
impl Slow {
    #[every(1ms)]
    fn tick(&mut self) {
        std::thread::sleep(Duration::from_millis(2));
    }
    fn ping(&self) -> bool {
        true
    }
}

#[test]
fn a_slow_tick_keeps_no_actor_alive() {
    let runtime = runtime(Some(2));
    let ended = runtime.block_on(async {
        let system = ActorSystem::new("slow");
        let gone = Gone::default();
        let flag = gone.clone();
        let actor = system.spawn(move || Slow { _gone: OnDrop(flag.clone()) }).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(actor.ping().await, Ok(true));
        drop(actor);
        tokio::time::sleep(Duration::from_secs(1)).await;
        gone.0.load(Ordering::SeqCst)
    });
    runtime.shutdown_background();
    assert!(ended, "alive 1 s after the last ref went");
}

#[actor(mailbox = 1, ask_timeout = off)]
struct Narrow {
    gate: Gate,
}

#[handlers]
impl Narrow {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn set(&mut self, _value: u32) {}
}

#[test]
fn who_waits_for_room_with_done_hears_of_a_drain_at_once() {
    let (system, mut stepper) = ActorSystem::builder("narrow").stepper();
    let gate = Gate::default();
    let told = Gone::default();
    let done = Gone::default();
    stepper.block_on(async {
        let held = gate.clone();
        let actor = system.spawn(move || Narrow { gate: held.clone() }).await.unwrap();
        actor.hold().tell().unwrap();
        yield_now().await;
        for _ in 0..100 {
            yield_now().await;
        }
        actor.set(1).tell().unwrap();
        let mut first = std::pin::pin!(actor.set(2).into_future());
        let mut second = std::pin::pin!(actor.set(3).done().into_future());
        let drain = actor.control();
        let mut drained = std::pin::pin!(drain.drain().into_future());
        for turn in 0..1000 {
            std::future::poll_fn(|cx| {
                if !told.0.load(Ordering::SeqCst) && first.as_mut().poll(cx).is_ready() {
                    told.0.store(true, Ordering::SeqCst);
                }
                if !done.0.load(Ordering::SeqCst) && second.as_mut().poll(cx).is_ready() {
                    done.0.store(true, Ordering::SeqCst);
                }
                if turn == 500 {
                    let _ = drained.as_mut().poll(cx);
                }
                Poll::Ready(())
            })
            .await;
            yield_now().await;
        }
    });
    let (told, done) = (told.0.load(Ordering::SeqCst), done.0.load(Ordering::SeqCst));
    assert!(told, "the tell was refused");
    assert!(done, "the tell with `.done()` was not refused: told {told}, done {done}");
}

#[actor(mailbox = 1, ask_timeout = 100ms)]
struct Many {
    journal: Journal,
    gate: Gate,
}

#[handlers]
impl Many {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn one(&mut self, value: u32) -> u32 {
        self.journal.note(format!("one {value}"));
        value
    }
    fn two(&mut self, value: u32) -> u32 {
        self.journal.note(format!("two {value}"));
        value
    }
}

#[test]
fn tell_many_may_use_two_handlers() {
    let (system, mut stepper) = ActorSystem::builder("many").stepper();
    stepper.block_on(async {
        let journal = Journal::default();
        let gate = Gate::default();
        let (kept, held) = (journal.clone(), gate.clone());
        let actor = system.spawn(move || Many { journal: kept.clone(), gate: held.clone() }).await.unwrap();
        actor.hold().tell().unwrap();
        for _ in 0..100 {
            yield_now().await;
        }
        let rejected = actor.tell_many(0..4, |me, value| if value < 2 { me.one(value) } else { me.two(value) });
        let rest: Vec<_> = rejected.unwrap_err().rest.collect();
        gate.open();
        let mut answers = Vec::new();
        for call in rest {
            answers.push(call.await);
        }
        assert_eq!(answers, [Ok(1), Ok(2), Ok(3)], "{:?}", journal.entries());
    });
}

#[actor(mailbox = 100)]
struct Lanes {
    journal: Journal,
    gate: Gate,
}

#[handlers]
impl Lanes {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn plain(&mut self, value: u32) {
        self.journal.note(format!("plain {value}"));
    }
    #[handler(lane = urgent)]
    fn urgent(&mut self, value: u32) {
        self.journal.note(format!("urgent {value}"));
    }
    fn ping(&self) -> bool {
        true
    }
}

fn lanes(send: impl FnOnce(&LanesRef)) -> Vec<String> {
    let (system, mut stepper) = ActorSystem::builder("many").stepper();
    let journal = Journal::default();
    stepper.block_on(async {
        let gate = Gate::default();
        let (kept, held) = (journal.clone(), gate.clone());
        let actor = system.spawn(move || Lanes { journal: kept.clone(), gate: held.clone() }).await.unwrap();
        actor.hold().tell().unwrap();
        for _ in 0..100 {
            yield_now().await;
        }
        send(&actor);
        gate.open();
        assert_eq!(actor.ping().await, Ok(true));
    });
    journal.entries()
}

#[test]
fn tell_many_keeps_lanes() {
    let handled = lanes(|actor| {
        let sent = actor.tell_many(0..4, |me, value| if value == 3 { me.urgent(value) } else { me.plain(value) });
        assert_eq!(sent.unwrap(), 4);
    });
    assert_eq!(handled, ["urgent 3", "plain 0", "plain 1", "plain 2"]);
}

#[test]
fn tell_many_keeps_the_limit_of_its_calls() {
    let handled = lanes(|actor| {
        actor.plain(9).timeout(Duration::ZERO).tell().unwrap();
        actor.tell_many(0..2, |me, value| me.plain(value).timeout(Duration::ZERO)).unwrap();
    });
    assert_eq!(handled, Vec::<String>::new(), "expired work is skipped");
}

#[actor(dispatcher = pinned)]
struct Alone;

#[handlers]
impl Alone {
    fn ping(&self) -> bool {
        true
    }
}

#[test]
fn a_start_that_was_given_up_leaves_no_actor_and_no_name() {
    let (system, mut stepper) = ActorSystem::builder("start").stepper();
    let gone = Gone::default();
    stepper.block_on(async {
        let flag = gone.clone();
        let mut starting = Box::pin(
            system
                .spawn(move || {
                    let guard = OnDrop(flag.clone());
                    async move {
                        std::future::pending::<()>().await;
                        Busy { _gone: guard, handled: Arc::default() }
                    }
                })
                .named("busy")
                .into_future(),
        );
        for _ in 0..100 {
            std::future::poll_fn(|cx| {
                assert!(starting.as_mut().poll(cx).is_pending());
                Poll::Ready(())
            })
            .await;
            yield_now().await;
        }
        drop(starting);
        for _ in 0..1000 {
            yield_now().await;
        }
    });
    assert!(gone.0.load(Ordering::SeqCst), "its factory still runs; name: {:?}", {
        let again = stepper.block_on(async {
            tokio_free(
                system
                    .spawn_once(Lanes { journal: Journal::default(), gate: Gate::default() })
                    .named("busy")
                    .into_future(),
            )
            .await
        });
        again
    });
}

async fn tokio_free(start: impl Future<Output = Result<LanesRef, actor::SpawnError>>) -> String {
    match start.await {
        Ok(_) => "free".into(),
        Err(error) => error.to_string(),
    }
}

#[actor(mailbox = unbounded, ask_timeout = off)]
struct Sink;

#[handlers]
impl Sink {
    async fn hold(&mut self, gate: Gate) {
        gate.passed().await;
    }
    fn take(&mut self, _value: u32) {}
}
