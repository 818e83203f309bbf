//! Runs a promise everywhere it must hold: message by message under several seeds, on a current-thread runtime,
//! on multi-thread runtimes with one worker and with several, and on each dispatcher.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::future::Future;
use std::sync::{Arc, Mutex, mpsc};

use actor::{ActorSystem, Builder, Dispatcher, DispatcherKind, ReadyCell, SingleWorker};

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

/// On the runtimes users have, and on each dispatcher.
pub fn on_runtimes<P, F>(settings: impl Fn(Builder) -> Builder, promise: P)
where
    P: Fn(ActorSystem) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    for threads in [None, Some(1), Some(3)] {
        on_runtime(threads, |builder| builder, &settings, &promise);
    }
    on_runtime(None, |builder| builder.dispatcher(DispatcherKind::CurrentThread), &settings, &promise);
    on_runtime(Some(1), |builder| builder.dispatcher(DispatcherKind::Pinned), &settings, &promise);
    on_runtime(None, |builder| builder.dispatcher(single_worker()), &settings, &promise);
    on_runtime(Some(1), |builder| builder.dispatcher(Channel::start()), &settings, &promise);
}

fn single_worker() -> SingleWorker {
    SingleWorker::new("single-worker").expect("a thread")
}

/// On a runtime with this many worker threads, or on the current thread.
pub fn on_runtime<P, F>(
    threads: Option<usize>,
    dispatcher: impl Fn(Builder) -> Builder,
    settings: impl Fn(Builder) -> Builder,
    promise: P,
) where
    P: Fn(ActorSystem) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    runtime(threads).block_on(async {
        let system = dispatcher(settings(ActorSystem::builder("real"))).start();
        // As a task, so that it shares the workers with the actors.
        tokio::spawn(promise(system)).await.expect("the promise holds");
    });
}

/// A runtime with this many worker threads, or one for the current thread.
pub fn runtime(threads: Option<usize>) -> tokio::runtime::Runtime {
    let mut builder = match threads {
        None => tokio::runtime::Builder::new_current_thread(),
        Some(threads) => {
            let mut builder = tokio::runtime::Builder::new_multi_thread();
            builder.worker_threads(threads);
            builder
        }
    };
    builder.enable_time().build().expect("a runtime")
}

/// A dispatcher as a user would write it: one thread that takes cells from a channel.
pub struct Channel(mpsc::Sender<ReadyCell>);

impl Channel {
    pub fn start() -> Arc<Self> {
        let (sender, ready) = mpsc::channel::<ReadyCell>();
        let (again, runtime) = (Mutex::new(sender.clone()), tokio::runtime::Handle::current());
        let dispatcher = Arc::new(Self(sender));
        let alive = Arc::downgrade(&dispatcher);
        std::thread::spawn(move || {
            let _inside = runtime.enter();
            let pause = std::time::Duration::from_millis(50);
            while alive.strong_count() > 0 {
                let Ok(cell) = ready.recv_timeout(pause) else { continue };
                if let Some(cell) = cell.run() {
                    drop(again.lock().unwrap().send(cell));
                }
            }
        });
        dispatcher
    }
}

impl Dispatcher for Channel {
    fn schedule(&self, cell: ReadyCell) {
        drop(self.0.send(cell));
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
