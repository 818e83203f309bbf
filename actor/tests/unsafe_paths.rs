//! Small systems that reach each place with `unsafe` that calls and generated code come through, for miri: see `.ci/run`.
#![allow(missing_docs)]

mod common;

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Waker};
use std::time::Duration;

use actor::prelude::*;
use actor::{DispatcherKind, Stepper, Topic};
use common::{Channel, Gate};

#[actor(mailbox = 2)]
struct Store {
    gate: Gate,
    rows: Vec<Arc<u32>>,
    kept: Vec<Reply<Arc<u32>>>,
}

#[handlers]
impl Store {
    fn row(&mut self, row: Arc<u32>) {
        self.rows.push(row);
    }
    fn sum(&self) -> u32 {
        self.rows.iter().map(|row| **row).sum()
    }
    fn keep(&mut self, reply: Reply<Arc<u32>>) {
        self.kept.push(reply);
    }
    fn answer(&mut self) {
        self.kept.drain(..).for_each(|reply| reply.send(Arc::new(7)));
    }
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn fail(&mut self, why: String) -> Result<(), String> {
        Err(why)
    }
    fn begin(&mut self, row: Arc<u32>, ctx: &mut Context<Self>) {
        let (once, often) = (Arc::clone(&row), Arc::clone(&row));
        ctx.after(Duration::from_millis(1), move |me| me.row(Arc::clone(&once)));
        let errand = ctx.every(Duration::from_millis(2), move |me| me.row(Arc::clone(&often)));
        ctx.pipe(async move { row }, StoreRef::row);
        ctx.pipe(std::future::pending(), StoreRef::row);
        let dropped = ctx.after(Duration::from_millis(3), |me| me.row(Arc::new(100)));
        dropped.cancel(ctx);
        self.kept.clear();
        let _ = errand;
    }
}

#[actor]
struct Asker {
    store: StoreRef,
    got: Vec<Result<u32, AskError>>,
}

#[handlers]
impl Asker {
    fn ask(&mut self, limit: Duration, ctx: &mut Context<Self>) {
        self.store.keep().timeout(limit).then(ctx, AskerRef::got).unwrap();
        self.store.sum().then(ctx, AskerRef::summed).unwrap();
    }
    fn got(&mut self, answer: Result<Arc<u32>, AskError>) {
        self.got.push(answer.map(|value| *value));
    }
    fn summed(&mut self, answer: Result<u32, AskError>) {
        self.got.push(answer);
    }
    fn all(&self) -> Vec<Result<u32, AskError>> {
        self.got.clone()
    }
}

async fn store(system: &ActorSystem, gate: &Gate) -> StoreRef {
    let gate = gate.clone();
    system.spawn(move || Store { gate: gate.clone(), rows: Vec::new(), kept: Vec::new() }).await.unwrap()
}

fn stepped() -> (ActorSystem, Stepper) {
    ActorSystem::builder("unsafe").stepper()
}

fn is_pending<F: Future + Unpin>(future: &mut F) -> bool {
    Pin::new(future).poll(&mut TaskContext::from_waker(Waker::noop())).is_pending()
}

#[test]
fn calls_that_own_their_ref() {
    let (system, mut stepper) = stepped();
    let gate = Gate::default();
    let store = stepper.block_on(store(&system, &gate));
    let mut ask = Box::new(store.keep().owned());
    assert!(is_pending(&mut *ask));
    stepper.block_on(store.hold().into_future()).unwrap();
    stepper.run();
    stepper.block_on(async {
        store.row(Arc::new(1)).await.unwrap();
        store.row(Arc::new(2)).await.unwrap();
    });
    let (mut waits, mut cancelled) = (store.row(Arc::new(3)).owned(), store.row(Arc::new(4)).owned());
    assert!(is_pending(&mut waits) && is_pending(&mut cancelled));
    drop((store, cancelled));
    let mut moved = vec![waits];
    gate.open();
    stepper.block_on(moved.remove(0)).unwrap();
    drop(moved);
    drop(ask);
    stepper.run();
    assert_eq!(system.counts::<Store>().stopped, 1, "the last ref is gone");
}

#[test]
fn recipients_and_topics() {
    let (system, mut stepper) = stepped();
    let gate = Gate::default();
    let store = stepper.block_on(store(&system, &gate));
    let rows = store.recipient(StoreRef::row);
    let topic = Topic::new();
    assert!(topic.subscribe(rows.clone()) && !topic.subscribe(rows.clone()));
    topic.publish(Arc::new(1));
    stepper.run();
    stepper.block_on(store.hold().into_future()).unwrap();
    stepper.run();
    stepper.block_on(async { rows.send(Arc::new(2)).await.unwrap() });
    rows.send(Arc::new(3)).tell().unwrap();
    assert!(rows.send(Arc::new(4)).tell().is_err());
    let mut waits = rows.send(Arc::new(5)).into_future();
    let mut cancelled = rows.send(Arc::new(6)).into_future();
    assert!(is_pending(&mut waits) && is_pending(&mut cancelled));
    drop(cancelled);
    gate.open();
    stepper.block_on(waits).unwrap();
    assert_eq!(stepper.block_on(store.sum().into_future()), Ok(11));
    assert!(topic.unsubscribe(&rows));
}

#[test]
fn timers_and_pipes() {
    let (system, mut stepper) = stepped();
    let store = stepper.block_on(store(&system, &Gate::default()));
    let row = Arc::new(1);
    store.begin(Arc::clone(&row)).tell().unwrap();
    stepper.advance(Duration::from_millis(5));
    assert_eq!(stepper.block_on(store.sum().into_future()), Ok(4), "one pipe, one timer, two ticks");
    store.fail("again".into()).tell().unwrap();
    stepper.run();
    assert_eq!(Arc::strong_count(&row), 1, "all of it ends with the life");
    store.begin(Arc::clone(&row)).tell().unwrap();
    stepper.run();
    drop(store);
    stepper.run();
    assert_eq!(Arc::strong_count(&row), 1);
}

#[test]
fn weak_refs() {
    let (system, mut stepper) = stepped();
    let store = stepper.block_on(store(&system, &Gate::default()));
    let weak = store.downgrade();
    let again = weak.clone();
    let strong = weak.upgrade().unwrap();
    drop(store);
    stepper.run();
    // The last ref goes, and another one comes before the actor has looked.
    drop(strong);
    let strong = again.upgrade().unwrap();
    stepper.run();
    assert_eq!(stepper.block_on(strong.sum().into_future()), Ok(0));
    drop(strong);
    stepper.run();
    assert!(weak.upgrade().is_none());
    drop((system, stepper));
    assert!(again.upgrade().is_none(), "the memory is there for as long as this");
}

#[test]
fn answers_by_message() {
    let (system, mut stepper) = stepped();
    let store = stepper.block_on(store(&system, &Gate::default()));
    let asker = {
        let store = store.clone();
        stepper.block_on(async { system.spawn(move || Asker { store: store.clone(), got: Vec::new() }).await.unwrap() })
    };
    asker.ask(Duration::from_millis(9)).tell().unwrap();
    stepper.run();
    store.answer().tell().unwrap();
    stepper.run();
    // One that is late, answered afterwards, and one that is dropped.
    asker.ask(Duration::from_millis(2)).tell().unwrap();
    stepper.advance(Duration::from_millis(5));
    store.answer().tell().unwrap();
    stepper.run();
    asker.ask(Duration::from_millis(9)).tell().unwrap();
    stepper.run();
    store.begin(Arc::new(0)).tell().unwrap();
    stepper.run();
    let got = stepper.block_on(asker.all().into_future()).unwrap();
    assert_eq!(got.iter().filter(|answer| **answer == Ok(7)).count(), 1, "{got:?}");
    assert!(got.contains(&Err(AskError::Timeout)), "{got:?}");
    assert!(got.iter().any(|answer| matches!(answer, Err(AskError::NoReply { .. }))), "{got:?}");
    // An answer to nobody.
    asker.ask(Duration::from_secs(9)).tell().unwrap();
    stepper.run();
    drop(asker);
    stepper.run();
    store.answer().tell().unwrap();
    stepper.run();
}

#[test]
fn dispatchers() {
    common::runtime(None).block_on(async {
        let system = ActorSystem::builder("unsafe").start();
        let gate = Gate::default();
        gate.open();
        let spawn = || {
            let gate = gate.clone();
            system.spawn(move || Store { gate: gate.clone(), rows: Vec::new(), kept: Vec::new() })
        };
        let shared = spawn().await.unwrap();
        let here = spawn().on(DispatcherKind::CurrentThread).await.unwrap();
        let worker = spawn().on(DispatcherKind::SingleWorker).await.unwrap();
        let channel = spawn().on(Channel::start()).await.unwrap();
        for store in [&shared, &here, &worker, &channel] {
            store.hold().await.unwrap();
            store.row(Arc::new(1)).await.unwrap();
            assert_eq!(store.sum().await, Ok(1));
        }
        system.shutdown().await.unwrap();
    });
}

/// Aligned to more than an allocator aligns by itself.
#[derive(Debug, PartialEq)]
#[repr(align(64))]
struct Aligned(u32);

#[actor]
struct Shapes {
    seen: Vec<Aligned>,
}

#[handlers]
impl Shapes {
    fn aligned(&mut self, value: Aligned) {
        self.seen.push(value);
    }
    fn seen(&mut self) -> Vec<Aligned> {
        std::mem::take(&mut self.seen)
    }
}

#[test]
fn messages_that_are_aligned_to_more_than_others() {
    let (system, mut stepper) = stepped();
    stepper.block_on(async {
        let shapes = system.spawn(|| Shapes { seen: Vec::new() }).await.unwrap();
        (0..9).for_each(|number| shapes.aligned(Aligned(number)).tell().unwrap());
        assert_eq!(shapes.seen().await.unwrap(), Vec::from_iter((0..9).map(Aligned)));
    });
}
