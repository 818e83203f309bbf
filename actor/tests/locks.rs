//! No user code runs under a lock of the runtime: wherever it is called, it may come back into the system, and panic.
//!
//! Each test is a site. Its user code comes back by every way that takes a lock; a debug build panics where that is done
//! under another, a release build hangs.
#![allow(missing_docs, unsafe_code)]

mod common;

use std::cell::Cell;
use std::fmt::{self, Write};
use std::future::{Future, IntoFuture};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::task::{Context as TaskContext, RawWaker, RawWakerVTable, Waker};
use std::time::Duration;

use actor::prelude::*;
use actor::{
    Builder, DeadLetter, Directive, Dispatcher, DispatcherKind, LiveFailure, OverloadHint, Placement, ReadyCell,
    Recipient, Residents, SpawnError, Topic,
};
use common::{Channel, Gate, on_runtime, yield_now};
use futures_core::Stream;

/// What panics said of locks, wherever they were caught.
static BROKEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let said = panic.to_string();
            if said.contains("a lock is held") {
                BROKEN.lock().unwrap().push(said);
            }
            before(panic);
        }));
    });
}

/// An actor that is only there to be called.
#[actor(mailbox(capacity = 4, overflow = reject))]
struct Bystander;

#[handlers]
impl Bystander {
    fn note(&mut self, value: u32) {
        let _ = value;
    }
    fn up(&self) -> bool {
        true
    }
}

/// The way back into a system, for user code that has no business there.
#[derive(Clone, Default)]
struct Way(Arc<Inside>);

#[derive(Default)]
struct Inside {
    system: Mutex<Option<(ActorSystem, BystanderRef, Topic<u32>)>>,
    visits: AtomicU32,
    panics: bool,
}

thread_local! {
    /// It has come back on this thread, and does not do so again meanwhile.
    static BACK: Cell<bool> = const { Cell::new(false) };
}

impl Way {
    /// Goes back in, by each way that takes a lock. Not for ever: what is sent and started has its own events.
    fn go(&self) {
        let visits = self.0.visits.fetch_add(1, Ordering::SeqCst);
        let inside = self.0.system.lock().unwrap().clone();
        let Some((system, bystander, topic)) = inside.filter(|_| !BACK.replace(true)) else { return };
        let recipient: Recipient<u32> = bystander.recipient(BystanderRef::note);
        if visits < 100 {
            drop(bystander.note(1).tell());
            poll_once(bystander.note(2).into_future());
            poll_once(bystander.up().timeout(Duration::from_secs(9)).into_future());
            poll_once(bystander.up().into_future());
            drop(bystander.tell_many([3, 4], BystanderRef::note));
            drop(bystander.control().suspend("the way"));
            topic.subscribe(recipient.clone());
            topic.publish(3);
            topic.unsubscribe(&recipient);
            drop(system.spawn(|| Bystander).detach());
        }
        poll_once(bystander.control().stopped().into_future());
        assert!(bystander.control().depth() < 99);
        assert!(topic.subscribers() < 99);
        drop(system.find::<BystanderRef>("bystander"));
        assert_eq!(system.counts::<Bystander>().restarts, 0);
        drop(bystander.downgrade().upgrade());
        drop((bystander, recipient, topic, system));
        BACK.set(false);
    }

    /// As [`go`](Self::go), where a panic is nobody's failure.
    fn go_and_panic(&self) {
        self.go();
        assert!(!self.0.panics || std::thread::panicking(), "user code panics");
    }

    fn visits(&self) -> u32 {
        self.0.visits.load(Ordering::SeqCst)
    }
}

fn poll_once(mut future: impl Future + Unpin) {
    let _ = Pin::new(&mut future).poll(&mut TaskContext::from_waker(Waker::noop()));
}

/// A value that comes back when it is cloned or dropped.
struct Nosy(Way);

impl Clone for Nosy {
    fn clone(&self) -> Self {
        self.0.go();
        Self(self.0.clone())
    }
}

impl Drop for Nosy {
    fn drop(&mut self) {
        self.0.go_and_panic();
    }
}

impl Write for Nosy {
    fn write_str(&mut self, _: &str) -> fmt::Result {
        self.0.go();
        Ok(())
    }
}

/// Drops what the test itself has, as user code that may panic.
fn let_go<T>(value: T) {
    drop(catch_unwind(AssertUnwindSafe(|| drop(value))));
}

/// A waker that comes back when it is cloned, woken or dropped.
fn waker(way: &Way) -> Waker {
    const TABLE: RawWakerVTable = RawWakerVTable::new(
        |data| {
            // SAFETY: `data` is a way that this waker owns.
            let way = unsafe { &*data.cast::<Way>() };
            way.go();
            RawWaker::new(Box::into_raw(Box::new(way.clone())).cast_const().cast(), &TABLE)
        },
        |data| {
            // SAFETY: `data` is a way that this waker owns and gives up.
            let way = unsafe { Box::from_raw(data.cast_mut().cast::<Way>()) };
            way.go_and_panic();
        },
        |data| {
            // SAFETY: `data` is a way that this waker owns.
            unsafe { &*data.cast::<Way>() }.go_and_panic();
        },
        |data| {
            // SAFETY: `data` is a way that this waker owns and gives up.
            unsafe { Box::from_raw(data.cast_mut().cast::<Way>()) }.go();
        },
    );
    let data = Box::into_raw(Box::new(way.clone())).cast_const().cast();
    // SAFETY: the table's functions take a boxed way, and a way is `Send` and `Sync`.
    unsafe { Waker::from_raw(RawWaker::new(data, &TABLE)) }
}

/// Polls with wakers that come back, twice: the second takes the place of the first.
/// Returns whether it waits still.
fn poll_nosily<F: Future + Unpin>(way: &Way, future: &mut F) -> bool {
    (0..2).all(|_| Pin::new(&mut *future).poll(&mut TaskContext::from_waker(&waker(way))).is_pending())
}

/// A dispatcher that comes back whenever it is called.
struct Desk {
    way: Way,
    channel: Arc<Channel>,
}

impl Dispatcher for Desk {
    fn schedule(&self, cell: ReadyCell) {
        self.way.go();
        self.channel.schedule(cell);
    }
    fn throughput(&self) -> u32 {
        self.way.go();
        4
    }
    fn overload_hint(&self) -> OverloadHint {
        self.way.go();
        OverloadHint::Calm
    }
    fn on_idle(&self) {
        self.way.go();
    }
    fn is_open(&self) -> bool {
        self.way.go();
        true
    }
    fn on_residents(&self, residents: Residents) {
        self.way.go();
        let_go(residents);
        self.way.go_and_panic();
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.way.go();
    }
}

/// An endless stream.
struct Nothing(Nosy);

impl Stream for Nothing {
    type Item = Nosy;

    fn poll_next(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> std::task::Poll<Option<Nosy>> {
        self.0.0.go();
        std::task::Poll::Pending
    }
}

#[actor(mailbox = 2, stash = 1)]
struct Worker {
    gate: Gate,
    /// Dropped with each life.
    _state: Nosy,
    kept: Vec<Reply<Nosy>>,
}

#[handlers]
impl Worker {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn put(&mut self, value: Nosy) {
        let_go(value);
    }
    #[handler(lane = urgent)]
    fn alarm(&mut self, value: Nosy) {
        let_go(value);
    }
    #[handler(stash_unless = self.kept.len() > 9)]
    fn later(&mut self, value: Nosy) {
        let_go(value);
    }
    fn keep(&mut self, reply: Reply<Nosy>) {
        self.kept.push(reply);
    }
    fn answer(&mut self, way: Way) {
        for reply in self.kept.drain(..) {
            let_go(catch_unwind(AssertUnwindSafe(|| reply.send(Nosy(way.clone())))));
        }
    }
    fn begin(&mut self, way: Way, ctx: &mut Context<Self>) {
        let nosy = || Nosy(way.clone());
        let (one, two, three, four) = (nosy(), nosy(), nosy(), nosy());
        let errand = ctx.after(Duration::from_secs(1), move |me| {
            let _captured = &one;
            me.up()
        });
        ctx.every(Duration::from_secs(1), move |me| {
            let _captured = &two;
            me.up()
        });
        ctx.pipe(
            async move {
                let _captured = &three;
                std::future::pending::<()>().await;
            },
            |me: &WorkerRef, ()| me.up(),
        );
        ctx.attach(Nothing(four), WorkerRef::put);
        let_go(catch_unwind(AssertUnwindSafe(|| errand.cancel(ctx))));
    }
    fn up(&self) -> bool {
        true
    }
    fn panics(&mut self, value: Nosy) {
        let _value = value;
        panic!("on purpose");
    }
    fn watch(&mut self, who: BystanderRef, ctx: &mut Context<Self>) {
        ctx.watch(&who);
    }
    #[terminated]
    fn gone(&mut self, who: ActorId, why: StopReason) {
        let _ = (who, why);
    }
}

macro_rules! overflowing {
    ($name:ident, $policy:ident) => {
        #[actor(mailbox(capacity = 1, overflow = $policy))]
        struct $name {
            gate: Gate,
        }

        #[handlers]
        impl $name {
            async fn hold(&mut self) {
                self.gate.passed().await;
            }
            fn put(&mut self, value: Nosy) {
                let_go(value);
            }
            #[handler(lane = urgent)]
            fn alarm(&mut self, value: Nosy) {
                let_go(value);
            }
        }
    };
}

overflowing!(Newest, drop_newest);
overflowing!(Oldest, drop_oldest);

async fn worker(system: &ActorSystem, way: &Way, gate: &Gate) -> WorkerRef {
    let (way, gate) = (way.clone(), gate.clone());
    let worker = move || Worker { gate: gate.clone(), _state: Nosy(way.clone()), kept: Vec::new() };
    system.spawn(worker).await.unwrap()
}

/// Sends it into its gate.
async fn held(system: &ActorSystem, way: &Way, gate: &Gate) -> WorkerRef {
    let worker = worker(system, way, gate).await;
    worker.hold().tell().unwrap();
    while worker.control().depth() > 0 {
        yield_now().await;
    }
    worker
}

/// Runs a site with user code that comes back, and with user code that panics besides: stepped, on one thread and on
/// several, and on each dispatcher, one of the user's among them. At least `visits` times the user code was there.
fn site<F>(visits: u32, run: impl Fn(ActorSystem, Way) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    watch_panics();
    for panics in [false, true] {
        // No system keeps what it is kept by.
        let ways = Mutex::new(Vec::new());
        let settings = |builder: Builder| {
            let way = Way(Arc::new(Inside { panics, ..Inside::default() }));
            ways.lock().unwrap().push(way.clone());
            let sink = Nosy(way);
            let builder = builder.shutdown_timeout(Duration::from_millis(200)).find_cycles(true);
            builder.event_handler(move |_| sink.0.go_and_panic())
        };
        let promise = |system: ActorSystem| {
            let way = ways.lock().unwrap().last().cloned().unwrap();
            let (run, inner) = (run(system.clone(), way.clone()), way.clone());
            async move {
                let bystander = system.spawn(|| Bystander).named("bystander").await.unwrap();
                *inner.0.system.lock().unwrap() = Some((system.clone(), bystander, Topic::new()));
                run.await;
                let_go(system.shutdown().await);
                let back = inner.0.system.lock().unwrap().take();
                drop(back);
            }
        };
        for seed in 0..4 {
            let (system, mut stepper) = settings(ActorSystem::builder("stepped").seed(seed)).stepper();
            stepper.block_on(promise(system));
            let_go(stepper);
        }
        on_runtime(None, |builder| builder, settings, promise);
        on_runtime(Some(2), |builder| builder, settings, promise);
        on_runtime(None, |builder| builder.dispatcher(DispatcherKind::CurrentThread), settings, promise);
        on_runtime(Some(1), |builder| builder.dispatcher(DispatcherKind::Pinned), settings, promise);
        on_runtime(None, |builder| builder.dispatcher(DispatcherKind::SingleWorker), settings, promise);
        on_runtime(
            Some(1),
            |builder| {
                let way = ways.lock().unwrap().last().cloned().unwrap();
                builder.dispatcher(Arc::new(Desk { way, channel: Channel::start() }))
            },
            settings,
            promise,
        );
        for way in ways.into_inner().unwrap() {
            assert!(way.visits() >= visits, "user code was there {} times", way.visits());
        }
    }
    assert_kept();
}

fn assert_kept() {
    let broken = std::mem::take(&mut *BROKEN.lock().unwrap());
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn messages_that_are_dropped_for_room() {
    site(4, |system, way| async move {
        let gate = Gate::default();
        let newest = {
            let gate = gate.clone();
            system.spawn(move || Newest { gate: gate.clone() }).await.unwrap()
        };
        let oldest = {
            let gate = gate.clone();
            system.spawn(move || Oldest { gate: gate.clone() }).await.unwrap()
        };
        for _ in 0..3 {
            newest.hold().await.unwrap();
            oldest.hold().await.unwrap();
            for _ in 0..3 {
                newest.put(Nosy(way.clone())).await.unwrap();
                newest.alarm(Nosy(way.clone())).await.unwrap();
                oldest.put(Nosy(way.clone())).await.unwrap();
                oldest.alarm(Nosy(way.clone())).await.unwrap();
            }
            yield_now().await;
        }
        gate.open();
    });
}

#[test]
fn messages_that_wait_at_the_end() {
    for drained in [false, true] {
        site(6, move |system, way| async move {
            let gate = Gate::default();
            let worker = worker(&system, &way, &gate).await;
            worker.later(Nosy(way.clone())).await.unwrap();
            assert!(worker.up().await.unwrap());
            worker.hold().await.unwrap();
            while worker.control().depth() > 0 {
                yield_now().await;
            }
            for _ in 0..2 {
                worker.put(Nosy(way.clone())).tell().unwrap();
                worker.alarm(Nosy(way.clone())).tell().unwrap();
            }
            let mut senders =
                [worker.put(Nosy(way.clone())).into_future(), worker.alarm(Nosy(way.clone())).into_future()];
            assert!(senders.iter_mut().all(|sender| poll_nosily(&way, sender)));
            let mut end = worker.control().stopped().into_future();
            assert!(poll_nosily(&way, &mut end));
            if drained {
                drop(worker.control().drain());
            } else {
                drop(worker.control().stop());
            }
            gate.open();
            worker.control().stopped().await;
            let_go(senders);
        });
    }
}

#[test]
fn a_kill_with_a_message_in_hand() {
    site(4, |system, way| async move {
        let worker = held(&system, &way, &Gate::default()).await;
        worker.put(Nosy(way.clone())).tell().unwrap();
        worker.control().kill().await;
    });
}

#[test]
fn senders_that_wait_for_room() {
    site(8, |system, way| async move {
        let gate = Gate::default();
        let worker = held(&system, &way, &gate).await;
        worker.put(Nosy(way.clone())).await.unwrap();
        worker.put(Nosy(way.clone())).await.unwrap();
        let mut admitted = worker.put(Nosy(way.clone())).into_future();
        let mut cancelled = worker.put(Nosy(way.clone())).timeout(Duration::from_secs(5)).into_future();
        let mut asks = worker.keep().into_future();
        assert!(poll_nosily(&way, &mut admitted));
        assert!(poll_nosily(&way, &mut cancelled));
        assert!(poll_nosily(&way, &mut asks));
        let_go(cancelled);
        gate.open();
        assert!(admitted.await.is_ok());
        let_go(asks);
    });
}

#[test]
fn asks_that_wait_for_an_answer() {
    site(20, |system, way| async move {
        let worker = worker(&system, &way, &Gate::default()).await;
        for round in 0..3 {
            // The default deadline, and one of its own.
            let mut coarse = worker.keep().into_future();
            let mut exact = worker.keep().timeout(Duration::from_secs(5)).into_future();
            assert!(poll_nosily(&way, &mut coarse));
            assert!(poll_nosily(&way, &mut exact));
            match round {
                0 => let_go((coarse, exact)),
                1 => {
                    worker.answer(way.clone()).await.unwrap();
                    let_go((coarse.await, exact.await));
                }
                _ => {
                    let late = worker.keep().timeout(Duration::from_millis(1)).await;
                    assert!(late.is_err());
                    worker.control().stop().await;
                    let_go((coarse.await, exact.await));
                }
            }
        }
    });
}

#[test]
fn a_deadline_that_passes() {
    site(4, |system, way| async move {
        let worker = worker(&system, &way, &Gate::default()).await;
        let mut ask = worker.keep().timeout(Duration::from_millis(1)).into_future();
        let waits = poll_nosily(&way, &mut ask);
        assert!(worker.keep().timeout(Duration::from_millis(2)).await.is_err());
        if waits {
            assert!(ask.await.is_err());
        }
        // Kept until the system goes down.
        let mut coarse = worker.keep().into_future();
        assert!(poll_nosily(&way, &mut coarse));
        let_go(system.shutdown().await);
        let_go(coarse);
    });
}

#[test]
fn timers_pipes_and_streams() {
    site(8, |system, way| async move {
        let worker = worker(&system, &way, &Gate::default()).await;
        worker.begin(way.clone()).await.unwrap();
        assert!(worker.up().await.unwrap());
        worker.panics(Nosy(way.clone())).await.unwrap();
        assert!(worker.up().await.unwrap());
        worker.begin(way.clone()).await.unwrap();
        worker.control().stop().await;
    });
}

#[test]
fn factories_that_are_refused() {
    site(4, |system, way| async move {
        let spawn = |way: &Way| {
            let nosy = Nosy(way.clone());
            system.spawn(move || {
                let _captured = &nosy;
                Bystander
            })
        };
        let taken = catch_unwind(AssertUnwindSafe(|| spawn(&way).named("bystander").into_future()));
        let_go(taken);
        let mut start = spawn(&way).into_future();
        if Pin::new(&mut start).poll(&mut TaskContext::from_waker(&waker(&way))).is_ready() {
            start = spawn(&way).into_future();
        }
        let_go(start);
        let_go(system.shutdown().await);
        let refused = catch_unwind(AssertUnwindSafe(|| spawn(&way).into_future()));
        if let Ok(refused) = refused {
            assert!(matches!(refused.await, Err(SpawnError::ShutDown)));
        }
        for kind in [DispatcherKind::SingleWorker, DispatcherKind::Pinned] {
            let late = catch_unwind(AssertUnwindSafe(|| spawn(&way).on(kind).into_future()));
            let_go(late);
        }
    });
}

#[test]
fn dispatchers_of_the_users() {
    site(8, |system, way| async move {
        for _ in 0..2 {
            let desk = Arc::new(Desk { way: way.clone(), channel: channel() });
            let first = system.spawn(|| Bystander).on(Arc::clone(&desk)).await.unwrap();
            let second = system.spawn(|| Bystander).on(Placement::from(desk)).await.unwrap();
            assert!(first.up().await.unwrap() && second.up().await.unwrap());
            first.control().stop().await;
            second.control().stop().await;
        }
        drop(system.spawn(|| Bystander).on(Arc::new(Desk { way: way.clone(), channel: channel() })).detach());
        way.go();
        way.go();
    });

    fn channel() -> Arc<Channel> {
        match tokio::runtime::Handle::try_current() {
            Ok(_) => Channel::start(),
            // A stepped system asks no dispatcher.
            Err(_) => common::runtime(None).block_on(async { Channel::start() }),
        }
    }
}

#[test]
fn topics_and_their_subscribers() {
    site(6, |system, way| async move {
        let topic = Topic::new();
        let gate = Gate::default();
        let (one, two) = (worker(&system, &way, &gate).await, worker(&system, &way, &gate).await);
        topic.subscribe(one.recipient(WorkerRef::put));
        topic.subscribe(two.recipient(WorkerRef::put));
        topic.subscribe(two.recipient(WorkerRef::put));
        let_go(catch_unwind(AssertUnwindSafe(|| topic.publish(Nosy(way.clone())))));
        let mut nosy = Nosy(way.clone());
        write!(nosy, "{topic:?}").unwrap();
        // The last ref of its actor.
        let recipient = one.recipient(WorkerRef::put);
        let end = one.control().stopped();
        assert!(topic.unsubscribe(&recipient));
        drop((one.clone(), recipient));
        two.control().stop().await;
        let_go(catch_unwind(AssertUnwindSafe(|| topic.publish(Nosy(way.clone())))));
        one.control().stop().await;
        end.await;
        let_go(nosy);
    });
}

#[test]
fn ends_that_are_watched() {
    site(2, |system, way| async move {
        let worker = worker(&system, &way, &Gate::default()).await;
        let mortal = system.spawn(|| Bystander).await.unwrap();
        worker.watch(mortal.clone()).await.unwrap();
        assert!(worker.up().await.unwrap());
        mortal.control().stop().await;
        worker.watch(mortal).await.unwrap();
        assert!(worker.up().await.unwrap());
        worker.control().stop().await;
    });
}

#[test]
fn letters_of_an_actor_that_lives() {
    #[actor(mailbox(capacity = 1, overflow = drop_oldest))]
    struct Keeper {
        gate: Gate,
        way: Way,
    }

    #[handlers]
    impl Keeper {
        async fn hold(&mut self) {
            self.gate.passed().await;
        }
        fn put(&mut self, value: Nosy) {
            let_go(value);
        }
        #[handler(lane = urgent)]
        fn up(&self) -> bool {
            true
        }
        #[dead_letter]
        fn lost(&mut self, letter: DeadLetter<Self>) {
            let _letter = letter;
            self.way.go_and_panic();
        }
    }

    site(8, |system, way| async move {
        let gate = Gate::default();
        let keeper = {
            let (gate, way) = (gate.clone(), way.clone());
            system.spawn(move || Keeper { gate: gate.clone(), way: way.clone() }).await.unwrap()
        };
        keeper.hold().await.unwrap();
        while keeper.control().depth() > 0 {
            yield_now().await;
        }
        for _ in 0..3 {
            keeper.put(Nosy(way.clone())).await.unwrap();
        }
        gate.open();
        assert!(keeper.up().await.unwrap());
        keeper.control().stop().await;
    });
}

#[test]
fn answers_that_come_as_messages() {
    #[actor]
    struct Asker {
        worker: WorkerRef,
        way: Way,
    }

    #[handlers]
    impl Asker {
        fn ask(&mut self, value: Nosy, ctx: &mut Context<Self>) {
            drop(self.worker.keep().then(ctx, AskerRef::got));
            drop(self.worker.keep().timeout(Duration::from_millis(1)).then(ctx, AskerRef::got));
            drop(self.worker.put(value).done().then(ctx, AskerRef::put));
        }
        fn got(&mut self, answer: Result<Nosy, AskError>) {
            let _answer = answer;
            self.way.go_and_panic();
        }
        fn put(&mut self, done: Result<(), AskError>) {
            let _ = done;
            self.way.go_and_panic();
        }
        fn up(&self) -> bool {
            true
        }
    }

    site(8, |system, way| async move {
        let worker = worker(&system, &way, &Gate::default()).await;
        let asker = {
            let (worker, way) = (worker.clone(), way.clone());
            system.spawn(move || Asker { worker: worker.clone(), way: way.clone() }).await.unwrap()
        };
        asker.ask(Nosy(way.clone())).await.unwrap();
        assert!(asker.up().await.unwrap());
        worker.answer(way.clone()).await.unwrap();
        assert!(worker.up().await.unwrap() && asker.up().await.unwrap());
        // Answered when nobody is there to hear of it, and refused when somebody is.
        asker.ask(Nosy(way.clone())).await.unwrap();
        assert!(asker.up().await.unwrap());
        asker.control().stop().await;
        worker.answer(way.clone()).await.unwrap();
        worker.control().stop().await;
    });
}

#[test]
#[allow(clippy::result_large_err, reason = "what is left is given back")]
fn many_messages_at_once() {
    /// So many values, of which the second may panic.
    struct Values(Nosy, u32);

    impl Iterator for Values {
        type Item = Nosy;

        fn next(&mut self) -> Option<Nosy> {
            self.1 = self.1.checked_sub(1)?;
            if self.1 == 3 {
                self.0.0.go_and_panic()
            } else {
                self.0.0.go()
            }
            Some(Nosy(self.0.0.clone()))
        }
    }

    site(20, |system, way| async move {
        let gate = Gate::default();
        let worker = held(&system, &way, &gate).await;
        let newest = {
            let gate = gate.clone();
            system.spawn(move || Newest { gate: gate.clone() }).await.unwrap()
        };
        let values = |count| Values(Nosy(way.clone()), count);
        for count in [2, 5] {
            let sent = catch_unwind(AssertUnwindSafe(|| {
                worker.tell_many(values(count), |worker: &WorkerRef, value| {
                    way.go();
                    worker.put(value)
                })
            }));
            let_go(sent);
            let_go(catch_unwind(AssertUnwindSafe(|| newest.tell_many(values(count), NewestRef::put))));
        }
        gate.open();
        assert!(worker.up().await.unwrap());
        worker.control().stop().await;
    });
}

#[test]
fn states_that_stay_on_one_thread() {
    #[actor(local)]
    struct Resident {
        gate: Gate,
        way: Way,
        _state: Rc<Nosy>,
    }

    #[handlers]
    impl Resident {
        async fn hold(&mut self) {
            let _across = Rc::new(Nosy(self.way.clone()));
            self.gate.passed().await;
        }
        fn put(&mut self, value: Nosy) {
            let_go(value);
        }
        fn panics(&mut self, value: Nosy) {
            let _value = value;
            panic!("on purpose");
        }
        fn up(&self) -> bool {
            true
        }
    }

    site(8, |system, way| async move {
        let resident = {
            let way = way.clone();
            let state =
                move || Resident { gate: Gate::default(), way: way.clone(), _state: Rc::new(Nosy(way.clone())) };
            system.spawn(state).await.unwrap()
        };
        resident.put(Nosy(way.clone())).await.unwrap();
        resident.panics(Nosy(way.clone())).await.unwrap();
        assert!(resident.up().await.unwrap());
        resident.hold().await.unwrap();
        while resident.control().depth() > 0 {
            yield_now().await;
        }
        resident.put(Nosy(way.clone())).tell().unwrap();
        resident.control().kill().await;
    });
}

/// An error that comes back when it is shown or dropped.
struct Wrong(Nosy);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.0.go();
        f.write_str("wrong")
    }
}

fn nosy_decider(failure: &LiveFailure<'_>) -> Directive {
    if let Some(Wrong(nosy)) = failure.error() {
        nosy.0.go_and_panic();
    }
    Directive::Escalate
}

#[test]
fn children_whose_failures_are_decided_and_passed_on() {
    #[actor]
    struct Heir {
        _state: Nosy,
    }

    impl Heir {
        fn of(way: Way) -> Self {
            way.go();
            Self { _state: Nosy(way) }
        }
    }

    #[handlers]
    impl Heir {
        fn fails(&mut self, value: Nosy) -> Result<(), Wrong> {
            Err(Wrong(value))
        }
        fn up(&self) -> bool {
            true
        }
    }

    #[actor]
    #[supervise(decide = nosy_decider)]
    struct Parent {
        way: Way,
        _state: Nosy,
        #[child(|parent: &Parent| Heir::of(parent.way.clone()), restart = permanent)]
        heir: Child<Heir>,
        #[child(|parent: &Parent| Heir::of(parent.way.clone()), pool = 2)]
        heirs: Pool<Heir>,
    }

    #[handlers]
    impl Parent {
        async fn fails(&mut self, value: Nosy) -> bool {
            drop(self.heir.fails(Nosy(self.way.clone())).tell());
            drop(self.heirs.fails(value).tell());
            self.heirs.up().await.is_ok()
        }
        fn up(&self) -> bool {
            true
        }
    }

    site(16, |system, way| async move {
        let way = &way;
        let parent = {
            let way = way.clone();
            let parent = move || Parent {
                way: way.clone(),
                _state: Nosy(way.clone()),
                heir: Child::default(),
                heirs: Pool::default(),
            };
            system.spawn(parent).await.unwrap()
        };
        let _ = parent.fails(Nosy(way.clone())).await;
        assert!(parent.up().await.unwrap());
        parent.control().stop().await;
    });
}

#[test]
fn actors_that_rest() {
    site(6, |system, way| async move {
        let gate = Gate::default();
        let worker = held(&system, &way, &gate).await;
        let (first, second) = (worker.control().suspend("first"), worker.control().suspend("second"));
        worker.put(Nosy(way.clone())).tell().unwrap();
        worker.put(Nosy(way.clone())).tell().unwrap();
        let mut waits = worker.put(Nosy(way.clone())).into_future();
        assert!(poll_nosily(&way, &mut waits));
        gate.open();
        let_go(first);
        let_go(second);
        assert!(waits.await.is_ok());
        assert!(worker.up().await.unwrap());
        // Ended by a restart, and by a stop.
        let third = worker.control().suspend("third");
        worker.put(Nosy(way.clone())).tell().unwrap();
        worker.control().stop().await;
        let_go(third);
    });
}

#[test]
fn handlers_that_wait_in_a_circle() {
    #[actor(ask_timeout = off)]
    struct Link {
        next: Option<LinkRef>,
        way: Way,
    }

    #[handlers]
    impl Link {
        fn join(&mut self, next: LinkRef) {
            self.next = Some(next);
        }
        fn part(&mut self) {
            self.next = None;
        }
        async fn ask_on(&mut self, value: Nosy) -> bool {
            let _value = value;
            let Some(next) = &self.next else { return false };
            let ask = next.ask_on(Nosy(self.way.clone())).await;
            ask.unwrap_or_else(|error| error == AskError::Cycle)
        }
    }

    site(4, |system, way| async move {
        let link = |way: &Way| {
            let way = way.clone();
            system.spawn(move || Link { next: None, way: way.clone() })
        };
        let (first, second) = (link(&way).await.unwrap(), link(&way).await.unwrap());
        first.join(second.clone()).await.unwrap();
        second.join(first.clone()).await.unwrap();
        let _ = first.ask_on(Nosy(way.clone())).await;
        let _ = first.part().await;
        first.control().stop().await;
        second.control().stop().await;
    });
}

#[test]
fn a_system_that_is_let_go() {
    watch_panics();
    let way = Way::default();
    let sink = Nosy(way.clone());
    let (system, mut stepper) = ActorSystem::builder("let go")
        .event_handler(move |_| {
            sink.0.go();
        })
        .stepper();
    let (worker, bystander) = stepper
        .block_on(async { (worker(&system, &way, &Gate::default()).await, system.spawn(|| Bystander).await.unwrap()) });
    *way.0.system.lock().unwrap() = Some((system.clone(), bystander, Topic::new()));
    worker.put(Nosy(way.clone())).tell().unwrap();
    let mut ask = worker.keep().into_future();
    assert!(poll_nosily(&way, &mut ask));
    let before = way.visits();
    drop(stepper);
    assert!(way.visits() > before);
    let_go((ask, system));
    let back = way.0.system.lock().unwrap().take();
    drop((back, worker));
    assert_eq!(Arc::strong_count(&way.0), 1, "the event handler went with the system");
    assert_kept();
}
