//! Promise `shutdown`, waited for: `system.stopped()` comes with the end of the system, whoever brought it about, and to
//! whoever asks after it.
#![allow(missing_docs)]

mod common;

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use actor::prelude::{ActorSystem, actor, handlers};
use actor::{Exhausted, SystemStopped};
use common::{Gate, begin, everywhere, everywhere_with, in_hand, poll_once, runtime, soon, stepped};

#[actor]
struct Worker {
    gate: Gate,
}

#[handlers]
impl Worker {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn fail(&mut self) -> Result<(), &'static str> {
        Err("told to")
    }
    async fn waits_for_the_end(&mut self, stopped: SystemStopped) {
        stopped.await;
    }
}

fn worker(gate: &Gate) -> impl Fn() -> Worker + Send + 'static {
    let gate = gate.clone();
    move || Worker { gate: gate.clone() }
}

#[test]
fn it_comes_when_another_handle_has_shut_the_system_down_and_afterwards() {
    everywhere(|system| async move {
        let gate = Gate::default();
        let actor = system.spawn(worker(&gate)).await.unwrap();
        actor.hold().await.unwrap();
        in_hand(actor.control()).await;
        let other = system.clone();
        let mut stopped = system.stopped();
        begin(&mut stopped).await;
        let mut shutdown = Box::pin(async move { other.shutdown().await });
        begin(&mut shutdown).await;
        begin(&mut stopped).await;
        assert!(actor.control().is_alive());
        gate.open();
        soon(shutdown).await.unwrap();
        assert_eq!(poll_once(&mut stopped).await, Some(()), "it is over when the shutdown is");
        assert_eq!(poll_once(system.stopped()).await, Some(()), "and so for whoever comes late");
        assert!(!actor.control().is_alive());
    });
}

/// Whether anybody was woken.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn waits_with(waker: &Waker, stopped: &mut SystemStopped) -> bool {
    Pin::new(stopped).poll(&mut Context::from_waker(waker)).is_pending()
}

#[test]
fn who_waits_is_woken_and_who_waits_no_more_leaves_nothing_behind() {
    everywhere(|system| async move {
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let (mut waits, mut gives_up) = (system.stopped(), system.stopped());
        for _ in 0..3 {
            assert!(waits_with(&waker, &mut gives_up));
        }
        drop(gives_up);
        assert_eq!(Arc::strong_count(&woken), 2, "no waker of it is kept");
        assert!(waits_with(&waker, &mut waits));
        assert!(!woken.0.load(Ordering::SeqCst));
        system.shutdown().await.unwrap();
        assert!(woken.0.load(Ordering::SeqCst));
        assert!(!waits_with(&waker, &mut waits));
        assert_eq!(Arc::strong_count(&woken), 2);
    });
}

#[test]
fn it_is_no_handle_and_comes_when_the_last_one_has_gone() {
    everywhere(|system| async move {
        let actor = system.spawn(worker(&Gate::default())).await.unwrap();
        let mut stopped = system.stopped();
        begin(&mut stopped).await;
        drop(system);
        stopped.await;
        soon(actor.control().stopped()).await;
    });
}

#[test]
fn it_comes_where_the_shutdown_ran_out_of_time() {
    everywhere_with(
        |builder| builder.shutdown_timeout(Duration::from_millis(20)),
        |system| async move {
            let actor = system.spawn(worker(&Gate::default())).await.unwrap();
            actor.hold().await.unwrap();
            in_hand(actor.control()).await;
            let mut stopped = system.stopped();
            begin(&mut stopped).await;
            system.shutdown().await.unwrap_err();
            assert_eq!(poll_once(&mut stopped).await, Some(()));
        },
    );
}

#[test]
fn an_actor_that_waits_for_it_holds_up_nothing_but_itself() {
    everywhere_with(
        |builder| builder.shutdown_timeout(Duration::from_millis(20)),
        |system| async move {
            let actor = system.spawn(worker(&Gate::default())).await.unwrap();
            actor.waits_for_the_end(system.stopped()).await.unwrap();
            in_hand(actor.control()).await;
            let error = system.shutdown().await.unwrap_err();
            assert_eq!(error.stuck().len(), 1);
            soon(system.stopped()).await;
        },
    );
}

/// On the stepper, which waits out the pauses of ten restarts without taking that long.
#[test]
fn it_comes_when_the_system_has_shut_itself_down() {
    stepped(
        |builder| builder.exhausted(Exhausted::Shutdown),
        |system| async move {
            let actor = system.spawn(worker(&Gate::default())).await.unwrap();
            for _ in 0..11 {
                begin(system.stopped()).await;
                actor.fail().await.unwrap();
            }
            soon(system.stopped()).await;
            assert!(!actor.control().is_alive());
        },
    );
}

#[test]
fn it_comes_when_the_runtime_or_the_stepper_of_the_system_goes() {
    for threads in [None, Some(1), Some(3)] {
        let running = runtime(threads);
        let system = running.block_on(async {
            let system = ActorSystem::new("dropped");
            system.spawn(worker(&Gate::default())).await.unwrap();
            system
        });
        let mut stopped = system.stopped();
        let other = runtime(None);
        other.block_on(begin(&mut stopped));
        drop(running);
        other.block_on(soon(stopped));
    }
    let (system, mut stepper) = ActorSystem::builder("dropped").stepper();
    drop(stepper.block_on(system.spawn(worker(&Gate::default())).into_future()).unwrap());
    let stopped = system.stopped();
    drop(stepper);
    runtime(None).block_on(soon(stopped));
}
