//! Runs a promise everywhere it must hold: message by message under several seeds, on a current-thread runtime,
//! on multi-thread runtimes with one worker and with several, and on each dispatcher.
#![allow(dead_code, missing_docs, unreachable_pub)]

#[cfg(any(feature = "spans", feature = "console"))]
pub mod spans;

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use actor::{Actor, ActorSystem, Builder, Control, Dispatcher, DispatcherKind, ReadyCell, SingleWorker};

/// Longer than anything here takes. What is not there by then does not come.
pub const PATIENCE: Duration = Duration::from_secs(60);

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

/// A runtime, by how many threads it has, and who runs actors on it.
pub type Kind = (Option<usize>, fn(Builder) -> Builder);

/// The runtimes users have, and each dispatcher.
pub const KINDS: [Kind; 7] = [
    (None, |builder| builder),
    (Some(1), |builder| builder),
    (Some(3), |builder| builder),
    (None, |builder| builder.dispatcher(DispatcherKind::CurrentThread)),
    (Some(1), |builder| builder.dispatcher(DispatcherKind::Pinned)),
    (None, |builder| builder.dispatcher(single_worker())),
    (Some(1), |builder| builder.dispatcher(Channel::start())),
];

/// On the runtimes users have, and on each dispatcher.
pub fn on_runtimes<P, F>(settings: impl Fn(Builder) -> Builder, promise: P)
where
    P: Fn(ActorSystem) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    for (threads, dispatcher) in KINDS {
        on_runtime(threads, dispatcher, &settings, &promise);
    }
}

/// As [`everywhere`], on all runtimes at once: for promises that mostly wait.
pub fn everywhere_at_once<P, F>(promise: P)
where
    P: Fn(ActorSystem) -> F + Sync,
    F: Future<Output = ()> + Send + 'static,
{
    stepped(|builder| builder, &promise);
    at_once(|(threads, dispatcher)| on_runtime(threads, dispatcher, |builder| builder, &promise));
}

/// Runs `promise` for each kind of runtime, each on a thread of its own.
pub fn at_once(promise: impl Fn(Kind) + Sync) {
    std::thread::scope(|scope| {
        for kind in KINDS {
            let promise = &promise;
            scope.spawn(move || promise(kind));
        }
    });
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
pub struct Channel(mpsc::Sender<Option<ReadyCell>>);

impl Channel {
    pub fn start() -> Arc<Self> {
        let (sender, ready) = mpsc::channel::<Option<ReadyCell>>();
        let (again, runtime) = (sender.clone(), tokio::runtime::Handle::current());
        std::thread::spawn(move || {
            let _inside = runtime.enter();
            while let Ok(Some(cell)) = ready.recv() {
                if let Some(cell) = cell.run() {
                    drop(again.send(Some(cell)));
                }
            }
        });
        Arc::new(Self(sender))
    }
}

impl Dispatcher for Channel {
    fn schedule(&self, cell: ReadyCell) {
        drop(self.0.send(Some(cell)));
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        drop(self.0.send(None));
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

    /// What happened since this was asked last.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// How often the handler of this name has run.
pub fn handled<A: Actor>(system: &ActorSystem, handler: &str) -> u64 {
    system.handled::<A>().iter().find(|(name, _)| *name == handler).map_or(0, |(_, times)| *times)
}

/// Lets other tasks and actors run.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Lets others run until it is so.
#[track_caller]
pub fn until(mut so: impl FnMut() -> bool) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    async move {
        let begun = Instant::now();
        while !so() {
            assert!(begun.elapsed() < PATIENCE, "{caller}: still not so after {PATIENCE:?}");
            yield_now().await;
        }
    }
}

/// Waits until the mailbox is empty: the last message sent is in hand, or handled.
#[track_caller]
pub fn in_hand(control: Control<'_>) -> impl Future<Output = ()> {
    until(move || control.depth() == 0)
}

/// Waits for what must come without any time passing on a virtual clock, and fails where it does not.
#[track_caller]
pub fn soon<F: IntoFuture>(future: F) -> impl Future<Output = F::Output> {
    let caller = std::panic::Location::caller();
    async move {
        let (mut future, begun) = (pin!(future.into_future()), Instant::now());
        loop {
            if let Some(output) = poll_once(future.as_mut()).await {
                return output;
            }
            assert!(begun.elapsed() < PATIENCE, "{caller}: waits for ever");
            yield_now().await;
        }
    }
}

/// What `future` has to say at once.
pub async fn poll_once<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
    poll_fn(|cx| match Pin::new(&mut future).poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// Polls `future` once, and finds it waiting.
pub async fn begin<F: Future + Unpin>(future: F) {
    assert!(poll_once(future).await.is_none(), "it does not wait");
}

/// A gate that handlers wait at until it is opened.
#[derive(Clone, Default)]
pub struct Gate(Arc<Mutex<(bool, Vec<Waker>)>>);

impl Gate {
    pub fn open(&self) {
        let wakers = {
            let mut gate = self.0.lock().unwrap();
            gate.0 = true;
            std::mem::take(&mut gate.1)
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    pub async fn passed(&self) {
        poll_fn(|cx| {
            let mut gate = self.0.lock().unwrap();
            if gate.0 {
                return Poll::Ready(());
            }
            gate.1.push(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
