//! Promise `runtime_drop`: whoever owns a runtime may be dropped anywhere, and whoever ran on one that goes ends.
#![allow(missing_docs)]

mod common;

use std::thread;
use std::time::Duration;

use actor::prelude::*;
use actor::{DispatcherKind, OwnedRuntime, SingleWorker, SystemEvent};
use common::{Gate, Journal, runtime, yield_now};

fn owned() -> OwnedRuntime {
    runtime(Some(1)).into()
}

#[test]
fn a_runtime_may_be_dropped_inside_async_code() {
    for threads in [None, Some(1)] {
        runtime(threads).block_on(async {
            drop(owned());
            tokio::spawn(async { drop(owned()) }).await.unwrap();
        });
    }
}

#[test]
fn a_runtime_may_be_dropped_by_one_of_its_own_tasks() {
    let inner = owned();
    let (handle, done) = (inner.handle().clone(), Gate::default());
    let theirs = done.clone();
    handle.spawn(async move {
        drop(inner);
        theirs.open();
    });
    runtime(None).block_on(done.passed());
}

#[test]
fn a_runtime_may_be_dropped_from_another_thread_and_outside_of_any() {
    let inner = owned();
    thread::spawn(move || drop(inner)).join().unwrap();
    drop(owned());
}

#[test]
fn a_cloned_runtime_lives_as_long_as_its_last_owner_whichever_goes_first() {
    for _ in 0..50 {
        let inner = owned();
        let clones: Vec<_> = (0..4).map(|_| inner.clone()).collect();
        let task = inner.handle().spawn(async { 7 });
        drop(inner);
        assert_eq!(clones[0].get().block_on(task).unwrap(), 7);
        // All at once: exactly one of them is the last.
        let gone: Vec<_> = clones.into_iter().map(|clone| thread::spawn(move || drop(clone))).collect();
        gone.into_iter().for_each(|gone| gone.join().unwrap());
    }
}

#[test]
fn a_runtime_with_a_blocked_task_is_dropped_without_waiting_for_it() {
    let inner = owned();
    let (sender, blocked) = std::sync::mpsc::channel::<()>();
    let task = inner.handle().spawn_blocking(move || blocked.recv());
    drop(inner);
    drop(sender);
    drop(task);
}

#[actor]
struct Leaf {
    journal: Journal,
    gate: Gate,
}

impl Drop for Leaf {
    fn drop(&mut self) {
        self.journal.note("dropped");
    }
}

#[handlers]
impl Leaf {
    async fn hold(&mut self) -> u32 {
        self.gate.passed().await;
        1
    }
    fn ready(&self) -> bool {
        true
    }
}

fn leaf(journal: &Journal) -> impl Fn() -> Leaf + Send + 'static {
    let journal = journal.clone();
    move || Leaf { journal: journal.clone(), gate: Gate::default() }
}

#[test]
fn a_worker_may_be_dropped_in_async_code_before_and_after_its_actors() {
    for threads in [None, Some(2)] {
        runtime(threads).block_on(async {
            let journal = Journal::default();
            let worker = SingleWorker::new("worker").unwrap();
            drop((SingleWorker::new("unused").unwrap(), worker.clone()));
            let system = ActorSystem::new("worker");
            let first = system.spawn(leaf(&journal)).on(worker.clone()).await.unwrap();
            drop(worker);
            assert_eq!(first.ready().await, Ok(true), "the actor keeps the thread");
            first.control().stop().await;
            assert_eq!(journal.entries(), ["dropped"]);
            system.shutdown().await.unwrap();
        });
    }
}

/// Drops the runtime under a busy actor, and sees everything resolved and reported.
fn under_load(threads: Option<usize>, kind: DispatcherKind) {
    let (journal, events) = (Journal::default(), Journal::default());
    let noting = {
        let events = events.clone();
        move |event: &SystemEvent<'_>| match event {
            SystemEvent::DispatcherDropped { pending } => events.note(format!("{pending}")),
            SystemEvent::Stopped { actor, reason: StopReason::Killed, .. } => events.note(format!("{actor} killed")),
            _ => {}
        }
    };
    let runtime = runtime(threads);
    let (system, actor) = runtime.block_on(async {
        let system = ActorSystem::builder("load").dispatcher(kind).event_handler(noting).start();
        let actor = system.spawn(leaf(&journal)).await.unwrap();
        actor.hold().tell().unwrap();
        actor.ready().tell().unwrap();
        while actor.control().depth() > 1 {
            yield_now().await;
        }
        (system, actor)
    });
    drop(runtime);
    let other = common::runtime(None);
    other.block_on(async {
        actor.control().stopped().await;
        assert_eq!(actor.ready().timeout(Duration::from_secs(9)).await, Err(AskError::Stopped));
    });
    assert_eq!(journal.entries(), ["dropped"], "{kind:?}");
    let counts = system.counts::<Leaf>();
    assert_eq!(counts.handled + counts.dead_letters, 2, "{kind:?}: {counts:?}");
    match kind {
        // Who they are is told of each.
        DispatcherKind::Shared | DispatcherKind::CurrentThread => {
            assert_eq!(events.entries(), ["1", "leaf killed"], "{kind:?}");
        }
        // Their threads are their own, and ended the actor in order.
        DispatcherKind::Pinned | DispatcherKind::SingleWorker => {
            assert!(!events.entries().contains(&"1".to_owned()), "{kind:?}");
        }
    }
    drop((system, actor));
}

#[test]
fn whoever_runs_on_a_runtime_that_goes_is_ended_and_reported() {
    under_load(None, DispatcherKind::Shared);
    under_load(Some(2), DispatcherKind::Shared);
    under_load(None, DispatcherKind::CurrentThread);
    under_load(None, DispatcherKind::Pinned);
    under_load(Some(1), DispatcherKind::Pinned);
    under_load(None, DispatcherKind::SingleWorker);
    under_load(Some(1), DispatcherKind::SingleWorker);
}

#[test]
fn a_system_may_end_with_its_thread() {
    #[actor]
    struct Ready;

    #[handlers]
    impl Ready {
        fn ping(&self) -> bool {
            true
        }
    }

    /// A system with a ready actor.
    fn stepped() -> (ReadyRef, ActorSystem, actor::Stepper) {
        let (system, mut stepper) = ActorSystem::builder("thread").stepper();
        let ready = stepper.block_on(async { system.spawn(|| Ready).await.unwrap() });
        ready.ping().tell().unwrap();
        (ready, system, stepper)
    }

    thread_local! {
        static KEPT: std::cell::RefCell<Option<(ReadyRef, ActorSystem, actor::Stepper)>> =
            const { std::cell::RefCell::new(None) };
    }
    let ready = thread::spawn(|| {
        let kept = stepped();
        let ready = kept.0.clone();
        KEPT.set(Some(kept));
        // What the runtime itself keeps by thread is made after the user's, and so goes first.
        drop(stepped());
        ready
    });
    let ready = ready.join().expect("the thread ends");
    assert!(!ready.control().is_alive());
}
