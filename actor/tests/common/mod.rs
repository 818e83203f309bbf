//! Runs a promise everywhere it must hold: message by message under several seeds, on a current-thread runtime,
//! and on multi-thread runtimes with one worker and with several.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::future::Future;
use std::sync::{Arc, Mutex};

use actor::{ActorSystem, Builder};

/// Runs `promise` on every kind of system.
pub fn everywhere<P, F>(promise: P)
where
    P: Fn(ActorSystem) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    everywhere_with(|builder| builder, promise);
}

/// As [`everywhere`], with settings.
pub fn everywhere_with<P, F>(settings: impl Fn(Builder) -> Builder, promise: P)
where
    P: Fn(ActorSystem) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    stepped(&settings, &promise);
    on_runtimes(&settings, &promise);
}

/// Message by message, under several seeds.
pub fn stepped<P, F>(settings: impl Fn(Builder) -> Builder, promise: P)
where
    P: Fn(ActorSystem) -> F,
    F: Future<Output = ()>,
{
    for seed in 0..if cfg!(miri) { 2 } else { 16 } {
        let (system, mut stepper) = settings(ActorSystem::builder("stepped").seed(seed)).stepper();
        stepper.block_on(promise(system));
    }
}

/// On the runtimes users have.
pub fn on_runtimes<P, F>(settings: impl Fn(Builder) -> Builder, promise: P)
where
    P: Fn(ActorSystem) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut current_thread = tokio::runtime::Builder::new_current_thread();
    let mut one_worker = tokio::runtime::Builder::new_multi_thread();
    let mut workers = tokio::runtime::Builder::new_multi_thread();
    for runtime in [&mut current_thread, one_worker.worker_threads(1), workers.worker_threads(3)] {
        let runtime = runtime.enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let system = settings(ActorSystem::builder("real")).start();
            // As a task, so that it shares the workers with the actors.
            tokio::spawn(promise(system)).await.expect("the promise holds");
        });
    }
}

/// What happened, in order.
#[derive(Clone, Default)]
pub struct Journal(Arc<Mutex<Vec<String>>>);

impl Journal {
    pub fn note(&self, entry: impl Into<String>) {
        self.0.lock().unwrap().push(entry.into());
    }

    pub fn entries(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// Lets other tasks and actors run.
pub async fn yield_now() {
    let mut yielded = false;
    std::future::poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return std::task::Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

/// A gate that handlers wait at until it is opened.
#[derive(Clone, Default)]
pub struct Gate(Arc<Mutex<(bool, Vec<std::task::Waker>)>>);

impl Gate {
    pub fn open(&self) {
        let wakers = {
            let mut gate = self.0.lock().unwrap();
            gate.0 = true;
            std::mem::take(&mut gate.1)
        };
        wakers.into_iter().for_each(std::task::Waker::wake);
    }

    pub async fn passed(&self) {
        std::future::poll_fn(|cx| {
            let mut gate = self.0.lock().unwrap();
            if gate.0 {
                return std::task::Poll::Ready(());
            }
            gate.1.push(cx.waker().clone());
            std::task::Poll::Pending
        })
        .await;
    }
}
