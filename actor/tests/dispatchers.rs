//! Who runs an actor: the options, the dispatchers that come with the crate, and those of users.
#![allow(missing_docs)]

mod common;

use std::future::IntoFuture;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use actor::prelude::*;
use actor::{
    Dispatcher, DispatcherKind, OverloadHint, PlaceError, ReadyCell, Residents, SingleWorker, SpawnError, SystemEvent,
};
use common::{Gate, Journal, PATIENCE, in_hand, runtime, soon};

/// Says where it runs.
macro_rules! where_am_i {
    ($name:ident $(, $option:meta)*) => {
        #[actor($($option),*)]
        struct $name;

        #[handlers]
        impl $name {
            fn thread(&self) -> ThreadId {
                thread::current().id()
            }
            async fn later(&self) -> (ThreadId, ThreadId) {
                let before = thread::current().id();
                // Woken by another thread, under one of tokio's timers, which must be at hand.
                let elsewhere = tokio::task::spawn_blocking(|| thread::current().id());
                let elsewhere = tokio::time::timeout(PATIENCE, elsewhere).await.unwrap().unwrap();
                assert_ne!(elsewhere, before);
                (before, thread::current().id())
            }
        }
    };
}

where_am_i!(Anywhere);
where_am_i!(Pinned, dispatcher = pinned);
where_am_i!(Here, dispatcher = current_thread);
where_am_i!(Single, dispatcher = single_worker);
where_am_i!(Shared, dispatcher = shared);

#[test]
fn a_pinned_actor_has_a_thread_of_its_own() {
    runtime(Some(2)).block_on(async {
        let system = ActorSystem::new("pinned");
        let (a, b) = (system.spawn(|| Pinned).await.unwrap(), system.spawn(|| Pinned).await.unwrap());
        let (a_thread, b_thread) = (a.thread().await.unwrap(), b.thread().await.unwrap());
        assert_ne!(a_thread, b_thread);
        for _ in 0..20 {
            assert_eq!(a.later().await, Ok((a_thread, a_thread)));
            assert_eq!(b.thread().await, Ok(b_thread));
        }
        system.shutdown().await.unwrap();
    });
}

#[test]
fn a_single_worker_runs_all_its_actors_on_one_thread() {
    for threads in [None, Some(2)] {
        runtime(threads).block_on(async {
            let system = ActorSystem::new("single");
            let (a, b) = (system.spawn(|| Single).await.unwrap(), system.spawn(|| Single).await.unwrap());
            let thread = a.thread().await.unwrap();
            assert_ne!(thread, thread::current().id());
            assert_eq!(b.later().await, Ok((thread, thread)));
            let own = SingleWorker::new("own").unwrap();
            let c = system.spawn(|| Anywhere).on(own.clone()).await.unwrap();
            let d = system.spawn(|| Anywhere).on(own.clone()).await.unwrap();
            assert_ne!(c.thread().await.unwrap(), thread);
            assert_eq!(c.thread().await, d.thread().await);
            system.shutdown().await.unwrap();
        });
    }
}

#[test]
fn a_current_thread_actor_runs_on_the_thread_that_spawned_it_and_never_inside_a_sender() {
    let runtime = runtime(None);
    runtime.block_on(async {
        let system = ActorSystem::new("here");
        let actor = system.spawn(|| Here).await.unwrap();
        assert_eq!(actor.thread().await, Ok(thread::current().id()));
        assert_eq!(actor.later().await, Ok((thread::current().id(), thread::current().id())));
        // Nothing runs before this thread comes back to its runtime.
        let counts = system.counts::<Here>().handled;
        let from_elsewhere = actor.clone();
        thread::spawn(move || from_elsewhere.thread().tell().unwrap()).join().unwrap();
        actor.thread().tell().unwrap();
        assert_eq!(system.counts::<Here>().handled, counts);
        in_hand(actor.control()).await;
        assert_eq!(system.counts::<Here>().handled, counts + 2);
        system.shutdown().await.unwrap();
    });
}

#[test]
fn a_current_thread_actor_runs_in_the_runtime_it_was_spawned_in_though_its_thread_has_another() {
    let workers = runtime(Some(1));
    let inside = workers.enter();
    let system = ActorSystem::new("many");
    drop(inside);
    let (first, second) = (runtime(None), runtime(None));
    let here = thread::current().id();
    let one = first.block_on(async { system.spawn(|| Here).await }).unwrap();
    let two = second.block_on(async { soon(system.spawn(|| Here)).await }).unwrap();
    assert_eq!(first.block_on(one.thread().into_future()), Ok(here));
    assert_eq!(second.block_on(two.thread().into_future()), Ok(here));
    // Nobody drives either of them here.
    let refused = workers.block_on(async { system.spawn(|| Here).await });
    assert!(matches!(refused, Err(SpawnError::NoPlace(PlaceError::ManyThreads))), "{refused:?}");
}

#[test]
fn a_current_thread_actor_needs_a_runtime_that_stays_on_its_thread() {
    runtime(Some(1)).block_on(async {
        let system = ActorSystem::new("many");
        let refused = system.spawn(|| Here).await.unwrap_err();
        assert!(matches!(refused, SpawnError::NoPlace(PlaceError::ManyThreads)), "{refused}");
        let dead = system.spawn(|| Here).detach();
        assert_eq!(dead.thread().await, Err(AskError::Stopped));
    });
}

#[test]
fn a_place_given_at_the_spawn_goes_before_the_option_and_that_before_the_systems() {
    runtime(Some(1)).block_on(async {
        let own = SingleWorker::new("own").unwrap();
        let system = ActorSystem::builder("places").dispatcher(own.clone()).start();
        let anywhere = system.spawn(|| Anywhere).await.unwrap();
        let pinned = system.spawn(|| Pinned).await.unwrap();
        let moved = system.spawn(|| Pinned).on(own).await.unwrap();
        let thread = anywhere.thread().await.unwrap();
        assert_ne!(pinned.thread().await.unwrap(), thread);
        assert_eq!(moved.thread().await, Ok(thread));
        let shared = system.spawn(|| Pinned).on(DispatcherKind::Shared).await.unwrap();
        let explicit = system.spawn(|| Shared).await.unwrap();
        for other in [shared.thread().await.unwrap(), explicit.thread().await.unwrap()] {
            assert_ne!(other, thread);
        }
        system.shutdown().await.unwrap();
    });
}

/// Keeps what it is given until it is told to run it.
#[derive(Default)]
struct ByHand {
    ready: Mutex<Vec<ReadyCell>>,
    idle: AtomicUsize,
    throughput: AtomicUsize,
    hint: Mutex<OverloadHint>,
    residents: Mutex<Vec<Residents>>,
    refuses: std::sync::atomic::AtomicBool,
    shutdowns: AtomicUsize,
}

impl ByHand {
    fn new() -> Arc<Self> {
        let new = Self::default();
        new.throughput.store(usize::MAX, Ordering::Relaxed);
        Arc::new(new)
    }

    /// Runs each ready cell once. Returns how many have more to do.
    fn round(&self) -> usize {
        let ready = std::mem::take(&mut *self.ready.lock().unwrap());
        let again: Vec<_> = ready.into_iter().filter_map(ReadyCell::run).collect();
        let left = again.len();
        self.ready.lock().unwrap().extend(again);
        left
    }
}

impl Dispatcher for ByHand {
    fn schedule(&self, cell: ReadyCell) {
        if !self.refuses.load(Ordering::Relaxed) {
            self.ready.lock().unwrap().push(cell);
        }
    }
    fn throughput(&self) -> u32 {
        u32::try_from(self.throughput.load(Ordering::Relaxed)).unwrap_or(u32::MAX)
    }
    fn overload_hint(&self) -> OverloadHint {
        *self.hint.lock().unwrap()
    }
    fn on_idle(&self) {
        self.idle.fetch_add(1, Ordering::Relaxed);
    }
    fn on_residents(&self, residents: Residents) {
        self.residents.lock().unwrap().push(residents);
    }
    fn shutdown(&self, _: Duration) {
        self.shutdowns.fetch_add(1, Ordering::Relaxed);
    }
}

#[actor(throughput = 16)]
struct Tally {
    count: u32,
}

#[handlers]
impl Tally {
    fn add(&mut self) {
        self.count += 1;
    }
    fn count(&self) -> u32 {
        self.count
    }
}

#[test]
fn an_activation_is_as_long_as_actor_and_dispatcher_allow_and_an_idle_cell_is_told() {
    let _inside = runtime(None);
    let _inside = _inside.enter();
    let by_hand = ByHand::new();
    let system = ActorSystem::new("by-hand");
    let actor = system.spawn(|| Tally { count: 0 }).on(Arc::clone(&by_hand)).detach();
    assert_eq!(by_hand.ready.lock().unwrap()[0].label(), "tally");
    assert_eq!(by_hand.ready.lock().unwrap()[0].id(), actor.control().id().unwrap());
    assert_eq!(by_hand.round(), 0);
    assert_eq!(by_hand.idle.load(Ordering::Relaxed), 1);
    let activation = || {
        (0..40).for_each(|_| actor.add().tell().unwrap());
        let before = system.counts::<Tally>().handled;
        assert_eq!(by_hand.round(), 1, "it has more to do");
        let handled = system.counts::<Tally>().handled - before;
        while by_hand.round() > 0 {}
        handled
    };
    assert_eq!(activation(), 16, "the actor's own");
    by_hand.throughput.store(5, Ordering::Relaxed);
    assert_eq!(activation(), 5, "the dispatcher's");
    by_hand.throughput.store(0, Ordering::Relaxed);
    assert_eq!(activation(), 1, "never none");
    by_hand.throughput.store(usize::MAX, Ordering::Relaxed);
    *by_hand.hint.lock().unwrap() = OverloadHint::Busy;
    assert_eq!(activation(), 8, "half");
    *by_hand.hint.lock().unwrap() = OverloadHint::Overloaded;
    assert_eq!(activation(), 4, "a quarter");
    assert_eq!(by_hand.idle.load(Ordering::Relaxed), 6, "told once for each time it ran dry");
    let yields = system.counts::<Tally>().yields;
    assert!(yields.budget > 0 && yields.hint > 0, "{yields:?}");
}

#[test]
fn a_refused_cell_ends_its_actor_is_counted_and_leaves_dead_letters() {
    let runtime = runtime(None);
    let by_hand = ByHand::new();
    let (actor, system) = runtime.block_on(async {
        let system = ActorSystem::new("refusing");
        let actor = system.spawn(|| Tally { count: 0 }).on(Arc::clone(&by_hand)).detach();
        by_hand.round();
        by_hand.refuses.store(true, Ordering::Relaxed);
        assert_eq!(by_hand.residents.lock().unwrap()[0].pending(), 1);
        (actor, system)
    });
    assert_eq!(system.refused(), 0);
    actor.add().tell().unwrap();
    assert_eq!(system.refused(), 1);
    assert!(!actor.control().is_alive());
    let counts = system.counts::<Tally>();
    assert_eq!((counts.handled, counts.dead_letters), (0, 1));
    assert_eq!(by_hand.residents.lock().unwrap()[0].pending(), 0);
    assert_eq!(runtime.block_on(async { actor.count().await }), Err(AskError::Stopped));
}

/// Drops what it is given, once it has panicked.
struct Panics;

impl Dispatcher for Panics {
    fn schedule(&self, _: ReadyCell) {
        panic!("no");
    }
}

#[test]
fn a_dispatcher_that_panics_ends_the_actor_and_nobody_else() {
    runtime(Some(1)).block_on(async {
        let system = ActorSystem::new("panics");
        let bystander = system.spawn(|| Tally { count: 0 }).await.unwrap();
        assert!(matches!(system.spawn(|| Tally { count: 0 }).on(Arc::new(Panics)).await, Err(SpawnError::Stopped)));
        bystander.add().await.unwrap();
        assert_eq!(bystander.count().await, Ok(1));
        system.shutdown().await.unwrap();
    });
}

#[actor]
struct Holds {
    journal: Journal,
    gate: Gate,
}

#[handlers]
impl Holds {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        self.journal.note(format!("{why:?}"));
    }
}

fn holds(journal: &Journal, gate: &Gate) -> impl Fn() -> Holds + Send + 'static {
    let (journal, gate) = (journal.clone(), gate.clone());
    move || Holds { journal: journal.clone(), gate: gate.clone() }
}

/// Notes every dispatcher that goes too early.
fn noting(journal: &Journal) -> impl Fn(&SystemEvent<'_>) + Send + Sync + 'static {
    let journal = journal.clone();
    move |event| {
        if let SystemEvent::DispatcherDropped { pending } = event {
            journal.note(format!("dropped with {pending}"));
        }
    }
}

#[test]
fn a_worker_may_be_given_all_the_time_there_is_and_none() {
    let runtime = runtime(Some(1));
    for (time, left) in [(Duration::MAX, 0), (Duration::ZERO, 1)] {
        let (journal, gate) = (Journal::default(), Gate::default());
        let worker = SingleWorker::new("worker").unwrap();
        let (_system, holds) = runtime.block_on(async {
            let system = ActorSystem::builder("early").event_handler(noting(&journal)).start();
            let holds = system.spawn(holds(&journal, &gate)).on(worker.clone()).await.unwrap();
            holds.hold().tell().unwrap();
            in_hand(holds.control()).await;
            (system, holds)
        });
        if left == 0 {
            gate.open();
        }
        worker.shutdown(time);
        runtime.block_on(async { holds.control().stopped().await });
        let dropped = journal.entries().iter().filter(|entry| *entry == "dropped with 1").count();
        assert_eq!(dropped, left, "{time:?}: {:?}", journal.entries());
    }
}

#[test]
fn a_worker_that_is_shut_down_lets_its_actors_end_or_says_how_many_did_not() {
    let runtime = runtime(Some(1));
    let (journal, gate) = (Journal::default(), Gate::default());
    let worker = SingleWorker::new("worker").unwrap();
    let (system, idle, busy) = runtime.block_on(async {
        let system = ActorSystem::builder("early").event_handler(noting(&journal)).start();
        let idle = system.spawn(holds(&journal, &gate)).on(worker.clone()).await.unwrap();
        let busy = system.spawn(holds(&journal, &gate)).on(worker.clone()).await.unwrap();
        busy.hold().tell().unwrap();
        in_hand(busy.control()).await;
        (system, idle, busy)
    });
    // This thread may block, so the idle one ends in order; the other never comes to it.
    worker.shutdown(Duration::from_millis(1500));
    runtime.block_on(async { busy.control().stopped().await });
    assert!(!idle.control().is_alive());
    let mut entries = journal.entries();
    entries.sort();
    // The first reason stays, also for the one that had to be killed.
    assert_eq!(entries, ["Shutdown", "Shutdown", "dropped with 1"]);
    assert_eq!(runtime.block_on(async { idle.hold().await }), Err(TellError::Stopped));
    let late = runtime.block_on(async { system.spawn(holds(&journal, &gate)).on(worker).await });
    assert!(matches!(late, Err(SpawnError::NoPlace(PlaceError::ShutDown))), "{late:?}");
}

#[test]
fn a_system_shuts_down_the_dispatcher_it_was_built_with_and_no_other() {
    runtime(Some(1)).block_on(async {
        let (own, other) = (ByHand::new(), ByHand::new());
        let system = ActorSystem::builder("own").dispatcher(Arc::clone(&own)).start();
        drop(system.spawn(|| Tally { count: 0 }).on(Arc::clone(&other)).detach());
        while other.round() > 0 {}
        system.shutdown().await.unwrap();
        assert_eq!(own.shutdowns.load(Ordering::Relaxed), 1);
        assert_eq!(other.shutdowns.load(Ordering::Relaxed), 0);
    });
}

#[actor]
struct Places;

#[handlers]
impl Places {
    async fn place(&mut self, own: SingleWorker, ctx: &mut Context<Self>) -> Vec<ThreadId> {
        let mut threads = Vec::new();
        for child in [
            ctx.spawn(|| Anywhere).on(DispatcherKind::Pinned).await.unwrap(),
            ctx.spawn(|| Anywhere).on(own.clone()).await.unwrap(),
            ctx.spawn(|| Anywhere).restart(Restart::Temporary).on(own.clone()).detach(),
        ] {
            threads.push(child.thread().await.unwrap());
        }
        let refused = ctx.spawn(|| Anywhere).on(DispatcherKind::CurrentThread).await.unwrap_err();
        assert!(matches!(refused, SpawnError::NoPlace(PlaceError::ManyThreads)), "{refused}");
        threads
    }
}

#[test]
fn a_child_runs_on_the_dispatcher_it_is_given() {
    runtime(Some(1)).block_on(async {
        let system = ActorSystem::new("children");
        let own = SingleWorker::new("own").unwrap();
        let single = system.spawn(|| Anywhere).on(own.clone()).await.unwrap().thread().await.unwrap();
        let places = system.spawn(|| Places).await.unwrap();
        let threads = places.place(own).await.unwrap();
        assert!(threads[0] != single && threads[0] != thread::current().id());
        assert_eq!(threads[1..], [single, single]);
        system.shutdown().await.unwrap();
    });
}

thread_local! {
    /// Gone with its thread.
    static UNTIL_THE_END: std::cell::RefCell<Option<std::sync::mpsc::Sender<()>>> = const { std::cell::RefCell::new(None) };
}

#[actor(dispatcher = pinned)]
struct Marked;

#[handlers]
impl Marked {
    fn mark(&self, until_the_end: std::sync::mpsc::Sender<()>) {
        UNTIL_THE_END.set(Some(until_the_end));
    }

    fn panic(&self) {
        panic!("as asked");
    }
}

#[test]
fn the_thread_of_a_pinned_actor_ends_with_the_actor_whatever_refs_are_left() {
    runtime(Some(1)).block_on(async {
        let system = ActorSystem::new("pinned");
        let actor = system.spawn(|| Marked).await.unwrap();
        // A restart is no end.
        actor.panic().await.unwrap();
        let (sender, thread) = std::sync::mpsc::channel();
        actor.mark(sender).done().await.unwrap();
        assert_eq!(thread.try_recv(), Err(std::sync::mpsc::TryRecvError::Empty));
        actor.control().stop();
        let end = tokio::task::spawn_blocking(move || thread.recv_timeout(Duration::from_secs(60)));
        assert_eq!(end.await.unwrap(), Err(std::sync::mpsc::RecvTimeoutError::Disconnected));
        assert_eq!(actor.panic().await, Err(TellError::Stopped));
        system.shutdown().await.unwrap();
    });
}

#[test]
fn a_system_that_is_down_keeps_no_single_worker() {
    runtime(Some(1)).block_on(async {
        let kept = Arc::new(());
        let held = Arc::clone(&kept);
        let system = ActorSystem::builder("down").event_handler(move |_| drop(Arc::clone(&held))).start();
        system.shutdown().await.unwrap();
        let late = system.spawn(|| Anywhere).on(DispatcherKind::SingleWorker).await;
        assert!(matches!(late, Err(SpawnError::ShutDown)));
        drop(system);
        // What its tasks hold goes when they have ended.
        common::soon(async {
            while Arc::strong_count(&kept) > 1 {
                common::yield_now().await;
            }
        })
        .await;
    });
}
