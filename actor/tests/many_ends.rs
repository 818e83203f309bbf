//! Many ends at once, beside slow ticks and in races: nothing hangs, and the counts add up.
#![allow(missing_docs, clippy::let_and_return)]

mod common;

use std::future::{Future, IntoFuture};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actor::prelude::*;
use common::runtime;

#[actor]
struct Slow;

#[handlers]
impl Slow {
    #[every(1ms)]
    fn tick(&mut self) {
        std::thread::sleep(Duration::from_millis(6));
    }
    fn ping(&self) -> bool {
        true
    }
}

#[actor]
struct SlowAsync;

#[handlers]
impl SlowAsync {
    #[every(1ms)]
    async fn tick(&mut self) {
        tokio::time::sleep(Duration::from_millis(6)).await;
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
        let actor = system.spawn(|| Slow).await.unwrap();
        let stopped = actor.control().stopped();
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(actor.ping().await, Ok(true));
        drop(actor);
        tokio::time::timeout(Duration::from_secs(1), stopped).await.is_ok()
    });
    runtime.shutdown_background();
    assert!(ended, "alive 1 s after the last ref went");
}

#[test]
fn a_slow_async_tick_lets_a_drain_end() {
    let runtime = runtime(Some(2));
    let ended = runtime.block_on(async {
        let system = ActorSystem::new("slow");
        let actor = system.spawn(|| SlowAsync).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(actor.ping().await, Ok(true));
        tokio::time::timeout(Duration::from_secs(1), actor.control().drain()).await.is_ok()
    });
    runtime.shutdown_background();
    assert!(ended, "alive 1 s after drain()");
}

/// A slow tick that takes virtual time, so that it is due again whenever it ends.
#[actor]
struct Beat {
    taken: Arc<AtomicUsize>,
}

#[actor(mailbox = 2, ask_timeout = off)]
struct Narrow;

#[handlers]
impl Narrow {
    fn set(&mut self, value: u32) -> Result<(), u32> {
        if value.is_multiple_of(5) { Err(value) } else { Ok(()) }
    }
    async fn later(&mut self, value: u32) {
        if value.is_multiple_of(2) {
            tokio::task::yield_now().await;
        }
    }
    fn boom(&mut self) {
        panic!("boom");
    }
    fn get(&self, value: u32) -> u32 {
        value
    }
}

#[handlers]
impl Beat {
    fn taken(&mut self) {
        self.taken.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn every_done_ends_whatever_happens_to_its_actor() {
    std::panic::set_hook(Box::new(|_| {}));
    let runtime = runtime(Some(3));
    runtime.block_on(async {
        for round in 0..150_u32 {
            let system = ActorSystem::builder("narrow").shutdown_timeout(Duration::from_secs(1)).start();
            let actor = system.spawn(|| Narrow).await.unwrap();
            let mut tasks = Vec::new();
            for task in 0..6_u32 {
                let actor = actor.clone();
                tasks.push(tokio::spawn(async move {
                    for value in 0..30 {
                        let number = value * 7 + task;
                        match number % 6 {
                            0 => drop(actor.set(number).done().await),
                            1 => drop(actor.later(number).done().await),
                            2 => {
                                drop(tokio::time::timeout(Duration::from_micros(50), actor.later(number).done()).await)
                            }
                            3 => drop(actor.get(number).await),
                            4 if number % 4 == 0 => drop(actor.boom().done().await),
                            _ => {
                                let mut call = Box::pin(actor.later(number).done().owned());
                                std::future::poll_fn(|cx| {
                                    let _ = call.as_mut().poll(cx);
                                    std::task::Poll::Ready(())
                                })
                                .await;
                            }
                        }
                    }
                }));
            }
            let weak = actor.downgrade();
            drop(actor);
            tokio::time::sleep(Duration::from_micros(u64::from(round) * 20)).await;
            if let Some(actor) = weak.upgrade() {
                match round % 4 {
                    0 => drop(actor.control().stop().into_future()),
                    1 => drop(actor.control().drain().into_future()),
                    2 => drop(actor.control().kill().into_future()),
                    _ => drop(system.shutdown().await),
                }
            }
            for (place, task) in tasks.into_iter().enumerate() {
                let ended = tokio::time::timeout(Duration::from_secs(3), task).await;
                assert!(ended.is_ok(), "round {round}: task {place} waits");
                ended.unwrap().unwrap();
            }
        }
    });
}

#[actor]
struct Mortal;

#[handlers]
impl Mortal {
    fn ping(&self) -> bool {
        true
    }
}

#[actor]
struct Watcher {
    told: Arc<AtomicUsize>,
}

#[handlers]
impl Watcher {
    fn watch(&mut self, who: MortalRef, ctx: &mut Context<Self>) {
        ctx.watch(&who);
    }
    #[terminated]
    fn gone(&mut self, _who: ActorId, _why: StopReason) {
        self.told.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn each_end_is_told_once_to_each_watcher_and_names_are_free_again() {
    runtime(Some(3)).block_on(async {
        let system = ActorSystem::new("watch");
        let told = Arc::new(AtomicUsize::new(0));
        let mut watchers = Vec::new();
        for _ in 0..3 {
            let told = Arc::clone(&told);
            watchers.push(system.spawn(move || Watcher { told: Arc::clone(&told) }).await.unwrap());
        }
        for round in 0..3000 {
            let mortal = system.spawn(|| Mortal).named("mortal").await.unwrap();
            for watcher in &watchers {
                watcher.watch(mortal.clone()).tell().unwrap();
            }
            let stopped = mortal.control().stopped();
            if round % 2 == 0 {
                drop(mortal);
            } else {
                drop(mortal.control().stop().into_future());
                drop(mortal);
            }
            stopped.await;
        }
        for _ in 0..200 {
            if told.load(Ordering::SeqCst) == 9000 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(told.load(Ordering::SeqCst), 9000);
    });
}
