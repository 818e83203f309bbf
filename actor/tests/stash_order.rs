//! The stash keeps the order in which messages came, over restarts too; owned calls in every state.
#![allow(missing_docs, clippy::let_and_return)]

mod common;

use std::future::{Future, IntoFuture};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actor::prelude::*;
use common::{Gate, Journal, runtime, yield_now};

#[actor(stash = 8)]
struct Store {
    ready: bool,
    journal: Journal,
}

#[handlers]
impl Store {
    #[handler(stash_unless = self.ready)]
    fn put(&mut self, number: u32) {
        self.journal.note(format!("put {number}"));
    }
    fn look(&mut self, ctx: &mut Context<Self>) {
        self.journal.note("look");
        ctx.unstash_all();
    }
    #[handler(lane = urgent)]
    fn open(&mut self, ctx: &mut Context<Self>) {
        self.ready = true;
        ctx.unstash_all();
    }
    #[handler(lane = urgent)]
    fn fails(&mut self) {
        panic!("on purpose");
    }
}

/// Puts 1, 2 and 3 into the stash, takes them out in vain, and sends `then` when `back` of them have gone back.
fn order(then: fn(&StoreRef), back: usize, lives: bool) -> Vec<String> {
    let (system, mut stepper) = ActorSystem::builder("order").stepper();
    let journal = Journal::default();
    let (kept, life) = (journal.clone(), Arc::new(AtomicUsize::new(0)));
    let store = stepper.block_on(async {
        system
            .spawn(move || Store { ready: lives && life.fetch_add(1, Ordering::SeqCst) > 0, journal: kept.clone() })
            .await
            .unwrap()
    });
    for number in 1..4 {
        store.put(number).tell().unwrap();
    }
    stepper.run();
    store.look().tell().unwrap();
    while journal.entries().is_empty() {
        stepper.step();
    }
    for _ in 0..back {
        stepper.step();
    }
    then(&store);
    stepper.run();
    journal.entries()[1..].to_vec()
}

#[test]
fn what_goes_back_into_the_stash_keeps_its_order() {
    for back in 0..4 {
        let handled = order(|store| store.open().tell().unwrap(), back, false);
        assert_eq!(handled, ["put 1", "put 2", "put 3"], "opened after {back} steps");
    }
}

#[test]
fn a_restart_keeps_the_order_of_the_stash() {
    for back in 0..4 {
        let handled = order(|store| store.fails().tell().unwrap(), back, true);
        assert_eq!(handled, ["put 1", "put 2", "put 3"], "failed after {back} steps");
    }
}

#[test]
fn a_delivery_that_is_never_polled_sends_nothing() {
    let (system, mut stepper) = ActorSystem::builder("lazy").stepper();
    let journal = Journal::default();
    let kept = journal.clone();
    stepper.block_on(async {
        let store = system.spawn(move || Store { ready: true, journal: kept.clone() }).await.unwrap();
        drop(store.put(1).into_future());
        drop(store.recipient(StoreRef::put).send(2).into_future());
        for _ in 0..100 {
            yield_now().await;
        }
    });
    assert_eq!(journal.entries(), Vec::<String>::new());
}

#[actor]
struct Child;

#[handlers]
impl Child {
    async fn hangs(&mut self) {
        std::future::pending::<()>().await;
    }
    fn ping(&self) -> bool {
        true
    }
}

#[actor]
struct Parent {
    gate: Gate,
}

#[handlers]
impl Parent {
    fn open(&mut self, ctx: &mut Context<Self>) -> ChildRef {
        ctx.spawn(|| Child).restart(Restart::Permanent).detach()
    }
    async fn serve(&mut self, ctx: &mut Context<Self>) -> usize {
        for _ in 0..20_000 {
            let child = ctx.spawn(|| Child).await.unwrap();
            assert_eq!(child.ping().await, Ok(true));
        }
        self.gate.passed().await;
        ctx.children().len()
    }
}

fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4
}

#[test]
fn children_that_came_and_went_leave_nothing() {
    runtime(Some(1)).block_on(async {
        let system = ActorSystem::new("growth");
        let gate = Gate::default();
        gate.open();
        let kept = gate.clone();
        let parent = system.spawn(move || Parent { gate: kept.clone() }).await.unwrap();
        let mut sizes = Vec::new();
        for _ in 0..5 {
            let left = parent.serve().timeout(Duration::from_secs(60)).await.unwrap();
            sizes.push((left, resident()));
        }
        println!("{sizes:?}");
        assert!(sizes[4].1 < sizes[0].1 + 4000, "(children, KiB): {sizes:?}");
    });
}

#[test]
fn a_kill_after_a_stop_ends_a_parent_whose_child_waits() {
    let (system, mut stepper) = ActorSystem::builder("kill").stepper();
    let (parent, child) = stepper.block_on(async {
        let parent = system.spawn(|| Parent { gate: Gate::default() }).await.unwrap();
        let child = parent.open().await.unwrap();
        child.hangs().tell().unwrap();
        (parent, child)
    });
    stepper.run();
    parent.control().stop();
    stepper.run();
    parent.control().kill();
    stepper.run();
    assert!(
        !child.control().is_alive() && !parent.control().is_alive(),
        "child {}, parent {}",
        child.control().is_alive(),
        parent.control().is_alive()
    );
}

/// For miri: calls with refs of their own, dropped in every state.
#[actor(mailbox = 1)]
struct Narrow {
    gate: Gate,
}

#[handlers]
impl Narrow {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn set(&mut self, _value: String) {}
    fn get(&self) -> String {
        "got".into()
    }
    fn load(&mut self, ctx: &mut Context<Self>) {
        let text = String::from("piped");
        let _ = ctx.pipe(
            async move {
                yield_now().await;
                text
            },
            NarrowRef::set,
        );
        let _ = ctx.after(Duration::from_millis(1), |me| me.set("later".into()));
        let errand = ctx.every(Duration::from_millis(1), |me| me.set("often".into()));
        let _ = ctx.every(Duration::from_millis(2), |me| me.set("again".into()));
        errand.cancel(ctx);
    }
    fn boom(&mut self) {
        panic!("boom");
    }
}

#[test]
fn owned_calls_in_every_state() {
    for seed in 0..3 {
        for opened in [false, true] {
            let (system, mut stepper) = ActorSystem::builder("owned").seed(seed).stepper();
            stepper.block_on(async {
                let gate = Gate::default();
                let kept = gate.clone();
                let actor = system
                    .spawn(move || {
                        let gate = kept.clone();
                        async move {
                            yield_now().await;
                            Narrow { gate }
                        }
                    })
                    .await
                    .unwrap();
                actor.load().await.unwrap();
                let weak = actor.downgrade();
                actor.hold().await.unwrap();
                for _ in 0..20 {
                    yield_now().await;
                }
                let mut calls: Vec<std::pin::Pin<Box<dyn Future<Output = String>>>> = Vec::new();
                macro_rules! add {
                    ($call:expr) => {{
                        let call = $call;
                        calls.push(Box::pin(async move { format!("{:?}", call.await) }));
                    }};
                }
                for _ in 0..2 {
                    add!(actor.get().owned());
                    add!(actor.set("told".into()).owned());
                    add!(actor.set("done".into()).done().owned());
                    add!(
                        actor
                            .get()
                            .tell()
                            .map_err(|rejected| rejected.call)
                            .err()
                            .map_or_else(|| actor.get().owned(), IntoFuture::into_future)
                    );
                    add!(actor.recipient(NarrowRef::set).send("sent".into()).into_future());
                    add!(actor.boom().done().owned());
                }
                drop(calls.remove(0));
                for call in calls.iter_mut().take(7) {
                    std::future::poll_fn(|cx| {
                        let _ = call.as_mut().poll(cx);
                        std::task::Poll::Ready(())
                    })
                    .await;
                }
                drop(calls.remove(2));
                drop(actor);
                if opened {
                    gate.open();
                    for call in calls {
                        println!("{}", call.await);
                    }
                } else {
                    calls.truncate(2);
                    drop(weak.upgrade().map(|actor| actor.control().kill()));
                    for call in calls {
                        println!("{}", call.await);
                    }
                }
                drop(weak.upgrade());
            });
            stepper.advance(Duration::from_millis(5));
        }
    }
}
