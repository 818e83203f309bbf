//! `kill()`: a parent does not wait for a child that waits; nothing hangs, nobody is starved.
#![allow(missing_docs, clippy::let_and_return)]

mod common;

use std::future::{Future, IntoFuture};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actor::prelude::*;
use common::{Gate, Journal, runtime, yield_now};

#[actor(stash = 4)]
struct Guarded {
    open: bool,
}

#[handlers]
impl Guarded {
    #[handler(stash_unless = self.open)]
    fn get(&mut self) -> bool {
        self.open
    }
    fn open(&mut self, ctx: &mut Context<Self>) {
        self.open = true;
        ctx.unstash_all();
    }
}

#[test]
fn an_ask_of_an_idle_actor_is_stashed_by_its_guard() {
    runtime(Some(1)).block_on(async {
        let system = ActorSystem::new("guarded");
        let actor = system.spawn(|| Guarded { open: false }).await.unwrap();
        let other = actor.clone();
        let task = tokio::spawn(async move { other.get().await });
        tokio::time::sleep(Duration::from_millis(50)).await;
        actor.open().await.unwrap();
        assert_eq!(task.await.unwrap(), Ok(true));
    });
}

#[actor]
struct Holder;

#[handlers]
impl Holder {
    fn drops(&mut self, system: ActorSystem) {
        drop(system);
    }
    async fn drops_later(&mut self, system: ActorSystem) {
        yield_now().await;
        drop(system);
        yield_now().await;
    }
    fn ping(&self) -> bool {
        true
    }
}

#[test]
fn the_last_handle_may_go_in_a_handler() {
    for seed in 0..8 {
        for later in [false, true] {
            let (system, mut stepper) = ActorSystem::builder("last").seed(seed).stepper();
            let (a, b) = stepper.block_on(async {
                let a = system.spawn(|| Holder).await.unwrap();
                let b = system.spawn(|| Holder).await.unwrap();
                (a, b)
            });
            b.ping().tell().unwrap();
            if later {
                a.drops_later(system).tell().unwrap();
            } else {
                a.drops(system).tell().unwrap();
            }
            b.ping().tell().unwrap();
            for _ in 0..1000 {
                stepper.step();
            }
            assert!(!a.control().is_alive(), "a, {later}");
            assert!(!b.control().is_alive(), "b, {later}");
        }
    }
}

#[actor]
struct Weakly {
    handled: Arc<AtomicUsize>,
}

#[handlers]
impl Weakly {
    fn hit(&mut self) {
        self.handled.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn what_an_upgraded_ref_was_told_is_handled() {
    let runtime = runtime(Some(2));
    runtime.block_on(async {
        let system = ActorSystem::new("weak");
        let handled = Arc::new(AtomicUsize::new(0));
        let mut told = 0;
        for _ in 0..3000 {
            let count = Arc::clone(&handled);
            let actor = system.spawn(move || Weakly { handled: Arc::clone(&count) }).await.unwrap();
            let weak = actor.downgrade();
            let racer = std::thread::spawn(move || {
                let mut told = 0;
                while let Some(actor) = weak.upgrade() {
                    told += usize::from(actor.hit().tell().is_ok());
                    if told > 50 {
                        break;
                    }
                }
                told
            });
            let stopped = actor.control().stopped();
            drop(actor);
            stopped.await;
            told += racer.join().unwrap();
        }
        assert_eq!(handled.load(Ordering::SeqCst), told);
    });
}

#[actor(mailbox(capacity = 4, overflow = drop_oldest))]
struct Dropping {
    handled: Arc<AtomicUsize>,
}

#[handlers]
impl Dropping {
    fn hit(&mut self, _value: usize) {
        self.handled.fetch_add(1, Ordering::SeqCst);
        std::hint::spin_loop();
    }
    async fn later(&mut self, _value: usize) {
        tokio::task::yield_now().await;
        self.handled.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn accepted_is_handled_or_a_dead_letter() {
    let runtime = runtime(Some(2));
    runtime.block_on(async {
        let system = ActorSystem::new("dropping");
        let handled = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&handled);
        let actor = system.spawn(move || Dropping { handled: Arc::clone(&count) }).await.unwrap();
        let threads: Vec<_> = (0..3)
            .map(|thread| {
                let actor = actor.clone();
                std::thread::spawn(move || {
                    for value in 0..50_000 {
                        if (value + thread) % 7 == 0 {
                            actor.later(value).tell().unwrap();
                        } else {
                            actor.hit(value).tell().unwrap();
                        }
                    }
                })
            })
            .collect();
        for thread in threads {
            while !thread.is_finished() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            thread.join().unwrap();
        }
        actor.control().drain().await;
        let counts = system.counts::<Dropping>();
        println!("{counts:?}");
        let dead = format!("{counts:?}");
        let handled = handled.load(Ordering::SeqCst);
        assert!(dead.contains(&(150_000 - handled).to_string()), "handled {handled}: {dead}");
    });
}

#[actor]
struct Urgently {
    ticks: Arc<AtomicUsize>,
    rounds: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

#[handlers]
impl Urgently {
    #[every(1ms)]
    fn tick(&mut self) {
        self.ticks.fetch_add(1, Ordering::SeqCst);
    }
    #[handler(lane = urgent)]
    fn again(&mut self, ctx: &mut Context<Self>) {
        self.rounds.fetch_add(1, Ordering::SeqCst);
        if !self.stop.load(Ordering::SeqCst) {
            ctx.this().again().tell().unwrap();
        }
    }
}

#[test]
fn a_flood_of_urgent_messages_does_not_starve_timers() {
    runtime(Some(2)).block_on(async {
        let system = ActorSystem::new("urgent");
        let (ticks, rounds, stop) =
            (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (a, b, c) = (Arc::clone(&ticks), Arc::clone(&rounds), Arc::clone(&stop));
        let actor = system
            .spawn(move || Urgently { ticks: Arc::clone(&a), rounds: Arc::clone(&b), stop: Arc::clone(&c) })
            .await
            .unwrap();
        actor.again().tell().unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let seen = (ticks.load(Ordering::SeqCst), rounds.load(Ordering::SeqCst));
        stop.store(true, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(seen.0 > 0, "(ticks, urgent messages) in 300 ms: {seen:?}");
    });
}

#[actor]
struct Child;

#[handlers]
impl Child {
    async fn hangs(&mut self) {
        std::future::pending::<()>().await;
    }
}

#[actor]
struct Parent {
    journal: Journal,
}

#[handlers]
impl Parent {
    fn open(&mut self, ctx: &mut Context<Self>) -> ChildRef {
        ctx.spawn(|| Child).restart(Restart::Permanent).detach()
    }
    #[stopping]
    fn stopping(&mut self) {
        self.journal.note("stopping");
    }
}

#[test]
fn a_kill_ends_a_parent_whose_child_waits() {
    let (system, mut stepper) = ActorSystem::builder("kill").stepper();
    let parent = stepper.block_on(async {
        let parent = system.spawn(|| Parent { journal: Journal::default() }).await.unwrap();
        let child = parent.open().await.unwrap();
        child.hangs().tell().unwrap();
        parent
    });
    stepper.run();
    parent.control().kill();
    for _ in 0..100 {
        stepper.advance(Duration::from_secs(1));
    }
    assert!(!parent.control().is_alive(), "alive 100 s after kill()");
}

#[test]
fn after_a_shutdown_that_ran_out_of_time_nobody_is_left() {
    runtime(Some(2)).block_on(async {
        let system = ActorSystem::builder("kill").shutdown_timeout(Duration::from_millis(200)).start();
        let parent = system.spawn(|| Parent { journal: Journal::default() }).await.unwrap();
        let child = parent.open().await.unwrap();
        child.hangs().tell().unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        let result = system.shutdown().await;
        let both = async {
            child.control().stopped().await;
            parent.control().stopped().await;
        };
        let stopped = tokio::time::timeout(Duration::from_secs(2), both).await;
        assert!(
            stopped.is_ok(),
            "{result:?}; child alive {}, parent alive {}",
            child.control().is_alive(),
            parent.control().is_alive()
        );
    });
}

#[actor(dispatcher = pinned, ask_timeout = 500ms)]
struct Blocking {
    journal: Journal,
}

#[handlers]
impl Blocking {
    fn start(&mut self, ctx: &mut Context<Self>) {
        let me = ctx.this();
        ctx.pipe(async move { me.ping().blocking() }, |me, answer| me.answered(answer));
    }
    fn answered(&mut self, answer: Result<bool, AskError>) {
        self.journal.note(format!("{answer:?}"));
    }
    fn ping(&self) -> bool {
        true
    }
}

#[test]
fn blocking_in_a_pipe_panics_on_every_dispatcher() {
    runtime(Some(2)).block_on(async {
        let system = ActorSystem::new("blocking");
        let journal = Journal::default();
        let kept = journal.clone();
        let actor = system.spawn(move || Blocking { journal: kept.clone() }).await.unwrap();
        actor.start().tell().unwrap();
        let begun = Instant::now();
        let mut answer = actor.ping().timeout(Duration::from_secs(3)).await;
        while journal.entries().is_empty() && begun.elapsed() < Duration::from_secs(2) {
            answer = actor.ping().await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(journal.entries(), Vec::<String>::new(), "waited {:?}, last {answer:?}", begun.elapsed());
        let failures = system.counts::<Blocking>().failures;
        assert_eq!(failures, 1);
    });
}

#[actor]
struct Hung {
    _gate: Gate,
}

#[handlers]
impl Hung {
    #[started]
    async fn started(&mut self) {
        std::future::pending::<()>().await;
    }
}

#[test]
fn after_a_shutdown_that_ran_out_of_time_nobody_is_left_on_any_dispatcher() {
    use actor::DispatcherKind;
    let mut left = Vec::new();
    for kind in
        [DispatcherKind::Shared, DispatcherKind::CurrentThread, DispatcherKind::Pinned, DispatcherKind::SingleWorker]
    {
        let runtime = runtime(Some(2));
        let name = format!("{kind:?}");
        let result = runtime.block_on(async {
            tokio::spawn(async move {
                let system =
                    ActorSystem::builder("kill").dispatcher(kind).shutdown_timeout(Duration::from_millis(200)).start();
                let Ok(parent) = system.spawn(|| Parent { journal: Journal::default() }).await else { return true };
                let child = parent.open().await.unwrap();
                child.hangs().tell().unwrap();
                tokio::time::sleep(Duration::from_millis(20)).await;
                let _ = system.shutdown().await;
                let both = async {
                    child.control().stopped().await;
                    parent.control().stopped().await;
                };
                tokio::time::timeout(Duration::from_secs(2), both).await.is_ok()
            })
            .await
            .unwrap()
        });
        runtime.shutdown_background();
        left.push((name, result));
    }
    assert!(left.iter().all(|(_, ended)| *ended), "whether all have ended: {left:?}");
}

#[actor(ask_timeout = off)]
struct Outer;

#[actor(ask_timeout = off)]
struct Inner;

#[handlers]
impl Inner {
    async fn hangs(&mut self) -> bool {
        std::future::pending::<()>().await;
        true
    }
}

#[handlers]
impl Outer {
    fn open(&mut self, ctx: &mut Context<Self>) -> InnerRef {
        ctx.spawn(|| Inner).restart(Restart::Permanent).detach()
    }
}

#[test]
fn an_ask_of_the_child_of_a_killed_parent_ends() {
    let (system, mut stepper) = ActorSystem::builder("kill").stepper();
    let mut ended = false;
    stepper.block_on(async {
        let outer = system.spawn(|| Outer).await.unwrap();
        let inner = outer.open().await.unwrap();
        let mut ask = Box::pin(inner.hangs().into_future());
        for turn in 0..1000 {
            if turn == 100 {
                drop(outer.control().kill());
            }
            std::future::poll_fn(|cx| {
                ended |= !ended && ask.as_mut().poll(cx).is_ready();
                std::task::Poll::Ready(())
            })
            .await;
            if ended {
                break;
            }
            yield_now().await;
        }
    });
    assert!(ended, "the ask waits for ever");
}
