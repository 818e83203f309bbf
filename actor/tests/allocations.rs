//! What is allocated, counted exactly: nothing by any verb of a call or for a failure that is told, and nothing kept of
//! actors that have ended.
#![allow(missing_docs)]

#[path = "common/counting.rs"]
mod counting;

use std::future::{Future, IntoFuture};

use actor::prelude::*;
use actor::{FailureTelemetryObservationConfig, RingBufferFailureTelemetry, StormLimit};
use counting::{allocations, live};

#[actor]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    fn add(&mut self, by: u64) {
        self.total += by;
    }
    fn total(&self) -> u64 {
        self.total
    }
    async fn slow(&mut self) -> u64 {
        tokio::task::yield_now().await;
        self.total
    }
}

#[actor]
struct Asker {
    counter: CounterRef,
    answers: u64,
}

#[handlers]
impl Asker {
    fn ask(&mut self, ctx: &mut Context<Self>) {
        self.counter.slow().then(ctx, AskerRef::got).unwrap();
    }
    fn got(&mut self, answer: Result<u64, AskError>) {
        answer.unwrap();
        self.answers += 1;
    }
    fn answers(&self) -> u64 {
        self.answers
    }
}

async fn asks_of_handlers(asker: &AskerRef) {
    let before = asker.answers().await.unwrap();
    for _ in 0..10_000 {
        asker.ask().await.unwrap();
        tokio::task::yield_now().await;
    }
    while asker.answers().await.unwrap() - before < 10_000 {
        tokio::task::yield_now().await;
    }
}

async fn tells(counter: &CounterRef) {
    for _ in 0..40 {
        for _ in 0..250 {
            counter.add(1).await.unwrap();
        }
        tokio::task::yield_now().await;
    }
    while counter.control().depth() > 0 {
        tokio::task::yield_now().await;
    }
}

async fn asks(counter: &CounterRef) {
    for _ in 0..10_000 {
        counter.total().await.unwrap();
    }
}

async fn waiting_asks(counter: &CounterRef) {
    for _ in 0..10_000 {
        counter.slow().await.unwrap();
    }
}

async fn many_actors(system: &ActorSystem) {
    let mut counters = Vec::with_capacity(10_000);
    for _ in 0..10_000 {
        counters.push(system.spawn(|| Counter { total: 0 }).await.unwrap());
    }
    for counter in &counters {
        counter.add(1).await.unwrap();
        assert_eq!(counter.total().await, Ok(1));
    }
    for counter in counters {
        counter.control().stop().await;
    }
}

#[actor(ask_timeout = off)]
struct Parent;

#[handlers]
impl Parent {
    /// Children that come and go. Returns how many are there in the end.
    async fn serve(&mut self, ctx: &mut Context<Self>) -> usize {
        for _ in 0..10_000 {
            let child = ctx.spawn(|| Counter { total: 0 }).await.unwrap();
            assert_eq!(child.total().await, Ok(0));
            let stopped = child.control().stopped();
            drop(child);
            stopped.await;
        }
        ctx.children().len()
    }
}

#[actor]
struct Clerk {
    counter: CounterRef,
}

#[handlers]
impl Clerk {
    fn total(&mut self, reply: Reply<u64>) {
        self.counter.total().reply_to(reply).unwrap();
    }
}

/// Allocations of a thousand runs of `call`, after as many to warm up.
async fn of_a_thousand(counter: &CounterRef, call: impl AsyncFn()) -> u64 {
    let run = async || {
        for _ in 0..1_000 {
            call().await;
            while counter.control().depth() > 0 {
                tokio::task::yield_now().await;
            }
        }
    };
    run().await;
    let before = allocations();
    run().await;
    allocations() - before
}

#[actor(tags(component = "storage"))]
struct Db;

#[handlers]
impl Db {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.tag("endpoint", format_args!("10.0.0.{}", 3));
    }
    fn read(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("torn page").tag("table", "accounts");
    }
    fn done(&self) -> u64 {
        0
    }
}

#[actor]
#[supervise(on(other => resume))]
struct Store {
    #[child(|| Db)]
    db: Child<Db>,
}

#[handlers]
impl Store {
    fn db(&self) -> DbRef {
        self.db.clone()
    }
}

/// Failures that are listened to and kept, of an actor with tags of each kind.
async fn failures() {
    static RING: RingBufferFailureTelemetry<16> = RingBufferFailureTelemetry::new();
    let builder = ActorSystem::builder("failing").with_failure_telemetry(&RING);
    let builder = builder.with_failure_telemetry_observation(FailureTelemetryObservationConfig::new());
    let system = builder.with_failure_storm_limit(StormLimit::OFF).start();
    let _listener = system.listen(|event| {
        std::hint::black_box(event);
    });
    let store = system.spawn(|| Store { db: Child::default() }).named("store").await.unwrap();
    let db = store.db().await.unwrap();
    let run = async || {
        for _ in 0..1_000 {
            db.read().await.unwrap();
            db.done().await.unwrap();
        }
    };
    run().await;
    let before = allocations();
    run().await;
    RING.dump_to(|failure| assert_eq!((failure.path(), failure.tags().count()), ("store/db", 3)));
    assert_eq!(allocations() - before, 0, "1,000 failures");
    assert_eq!((RING.seen(), system.telemetry_counts().calls), (2_000, 2_000));
}

/// Never has room.
#[actor(mailbox = 1)]
struct Full;

#[handlers]
impl Full {
    async fn hold(&mut self) {
        std::future::pending::<()>().await;
    }
    fn add(&mut self) {}
}

/// Who gives up waiting for room, and for the end of its message, leaves nothing behind.
async fn given_up(system: &ActorSystem) {
    let full = system.spawn(|| Full).await.unwrap();
    full.hold().await.unwrap();
    while full.control().depth() > 0 {
        tokio::task::yield_now().await;
    }
    full.add().await.unwrap();
    let run = || {
        for _ in 0..1_000 {
            let (mut sends, mut asks) = (Box::pin(full.add().into_future()), Box::pin(full.add().done().into_future()));
            let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(sends.as_mut().poll(&mut cx).is_pending() && asks.as_mut().poll(&mut cx).is_pending());
        }
    };
    run();
    let before = live();
    run();
    assert_eq!(live() - before, 0, "bytes kept of 2,000 senders");
    full.control().kill().await;
}

/// No verb of a call allocates, nor what is asked of a ref.
async fn verbs(system: &ActorSystem, counter: &CounterRef) {
    let long = std::time::Duration::from_secs(60);
    let rows = counter.recipient(CounterRef::add);
    let topic = actor::Topic::new();
    topic.subscribe(rows.clone());
    let clerk = {
        let counter = counter.clone();
        system.spawn(move || Clerk { counter: counter.clone() }).await.unwrap()
    };
    let weak = counter.downgrade();
    macro_rules! check {
        ($call:expr) => {
            let counted = of_a_thousand(counter, async || {
                std::hint::black_box($call);
            })
            .await;
            assert_eq!(counted, 0, "a thousand times: {}", stringify!($call));
        };
    }
    check!(counter.add(1).await.unwrap());
    check!(counter.add(1).tell().unwrap());
    check!(counter.add(1).timeout(long).await.unwrap());
    check!(counter.add(1).deadline(system.now().saturating_add(long)).await.unwrap());
    check!(counter.add(1).done().await.unwrap());
    check!(counter.add(1).owned().await.unwrap());
    check!(counter.total().await.unwrap());
    check!(counter.total().tell().unwrap());
    check!(counter.total().timeout(long).await.unwrap());
    check!(counter.total().owned().await.unwrap());
    check!(counter.slow().await.unwrap());
    check!(counter.slow().timeout(long).await.unwrap());
    check!(clerk.total().await.unwrap());
    check!(rows.send(1).await.unwrap());
    check!(rows.send(1).tell().unwrap());
    check!(counter.tell_many([1, 2, 3], CounterRef::add).unwrap());
    check!(topic.publish(1));
    check!(counter.clone());
    check!(weak.upgrade().unwrap());
    check!(counter.control().mailbox());
    // A message of 16 bytes, whose it is, until when, and how the reply gets into it.
    assert_eq!((size_of_val(&counter.add(1)), size_of_val(&counter.total())), (48, 56), "bytes of a call");
}

#[test]
fn a_message_allocates_nothing_and_an_ended_actor_keeps_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let system = ActorSystem::new("counted");
        let counter = system.spawn(|| Counter { total: 0 }).await.unwrap();
        // Once to warm up: buffers, pools and counters are made at first use.
        tells(&counter).await;
        asks(&counter).await;
        waiting_asks(&counter).await;
        let asker = {
            let counter = counter.clone();
            system.spawn(move || Asker { counter: counter.clone(), answers: 0 }).await.unwrap()
        };
        asks_of_handlers(&asker).await;
        many_actors(&system).await;
        // Once more, because many small activations give the large buffers of a burst back, once.
        tells(&counter).await;

        let before = allocations();
        tells(&counter).await;
        assert_eq!(allocations() - before, 0, "10,000 tells");
        let before = allocations();
        asks(&counter).await;
        assert_eq!(allocations() - before, 0, "10,000 asks of an idle actor");
        asks_of_handlers(&asker).await;
        let before = allocations();
        asks_of_handlers(&asker).await;
        assert_eq!(allocations() - before, 0, "10,000 asks with `.then(..)`");
        waiting_asks(&counter).await;
        let before = allocations();
        waiting_asks(&counter).await;
        assert_eq!(allocations() - before, 0, "10,000 asks that wait for an async handler");

        let before = live();
        many_actors(&system).await;
        assert_eq!(live() - before, 0, "bytes kept of 10,000 actors");

        let parent = system.spawn(|| Parent).await.unwrap();
        for _warm_up in 0..2 {
            assert_eq!(parent.serve().await, Ok(0));
        }
        let before = live();
        assert_eq!(parent.serve().await, Ok(0));
        assert_eq!(live() - before, 0, "bytes kept of 10,000 children");

        verbs(&system, &counter).await;
        given_up(&system).await;
        failures().await;
    });
}
