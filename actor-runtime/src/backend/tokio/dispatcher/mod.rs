//! Who runs actors that have something to do: the trait, the four dispatchers that come with the crate, and the one
//! rule about runtimes that go.
//!
//! Most actors are [shared](DispatcherKind::Shared): worker tasks on the runtime of their system step them, and
//! nothing on that path is called through a pointer. The others are run by a [`Dispatcher`], which gets each actor
//! that is ready as a [`ReadyCell`].

mod current_thread;
pub(super) mod home;
pub(super) mod homes;
mod line;
mod load;
mod one_thread;
mod owned_runtime;
mod parking;
mod pinned;
pub(super) mod residents;
#[allow(unsafe_code)]
pub(super) mod shared;
mod single_worker;

use core::fmt;
use core::time::Duration;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::id::ActorId;

pub use crate::actor::DispatcherKind;
pub use crate::policy::OverloadHint;
pub use owned_runtime::OwnedRuntime;
pub use residents::Residents;
pub use single_worker::SingleWorker;

use super::runnable::{Allowance, Runnable};
use home::Ready;

/// Who runs actors that have something to do.
///
/// It is told of each such actor once, and gets it as a [`ReadyCell`] to be [run](ReadyCell::run) later, on a thread
/// of its choice. Give it to one actor with [`Spawn::on`](super::Spawn::on), or to a whole system with
/// [`Builder::dispatcher`](super::Builder::dispatcher).
///
/// ```
/// use std::sync::mpsc;
/// use std::time::Duration;
/// use actor_runtime::backend::tokio::{Dispatcher, ReadyCell};
///
/// /// One thread that takes cells from a channel.
/// struct Channel(mpsc::Sender<ReadyCell>);
///
/// impl Channel {
///     fn new() -> Self {
///         let (sender, ready) = mpsc::channel::<ReadyCell>();
///         let again = sender.clone();
///         std::thread::spawn(move || {
///             for cell in ready {
///                 if let Some(cell) = cell.run() {
///                     // It has more to do: others first.
///                     drop(again.send(cell));
///                 }
///             }
///         });
///         Self(sender)
///     }
/// }
///
/// impl Dispatcher for Channel {
///     fn schedule(&self, cell: ReadyCell) {
///         // A cell that comes back because the thread is gone is dropped here, which ends its actor.
///         drop(self.0.send(cell));
///     }
/// }
/// ```
pub trait Dispatcher: Send + Sync + 'static {
    /// Takes an actor that has something to do.
    ///
    /// It must not be run in here: the caller may be a handler, and is not to wait for another. To refuse it, drop it:
    /// that ends its actor, whose messages become dead letters, and is counted.
    fn schedule(&self, cell: ReadyCell);

    /// The most messages of one activation here; an actor's own `throughput` may be less.
    fn throughput(&self) -> u32 {
        u32::MAX
    }

    /// How loaded it is: the higher, the shorter the activations of its actors. Asked at each activation, so it
    /// must be cheap.
    fn overload_hint(&self) -> OverloadHint {
        OverloadHint::Calm
    }

    /// An actor that was run here has nothing more to do.
    fn on_idle(&self) {}

    /// An actor that it ran, or was to run, has ended. Called in the last turn of the actor.
    fn on_end(&self) {}

    /// Whether it still takes cells. A system asks before it starts another actor here, which fails with
    /// [`PlaceError::ShutDown`] where it does not.
    fn is_open(&self) -> bool {
        true
    }

    /// Whether it runs all its cells on one thread, which is always the same. Only such a one is given actors
    /// with `#[actor(local)]`; one that it runs elsewhere nevertheless ends.
    fn stays_on_one_thread(&self) -> bool {
        false
    }

    /// What its [figures](super::ActorSystem::dispatchers) are called.
    fn label(&self) -> &'static str {
        "own"
    }

    /// How often a thread or a task of it went to sleep for want of work, for its figures.
    fn parks(&self) -> u64 {
        0
    }

    /// Told once of each system whose actors it is to run.
    fn on_residents(&self, residents: Residents) {
        drop(residents);
    }

    /// Lets its actors end, for `within` at most where it may block, and takes no more cells.
    ///
    /// A system calls it at the end of its own shutdown, for the dispatchers it was built with; whoever gave a
    /// dispatcher to single actors calls it himself, or drops it after them.
    fn shutdown(&self, within: Duration) {
        let _ = within;
    }
}

/// An actor that has something to do, and the right to run it.
///
/// Dropped before it was run, it ends its actor without calling hooks, so that nothing is left waiting; its messages
/// become dead letters.
#[must_use = "a cell that is dropped unrun ends its actor"]
pub struct ReadyCell(Runnable);

impl ReadyCell {
    pub(super) fn new(runnable: Runnable) -> Self {
        Self(runnable)
    }

    /// Runs one activation: messages until none waits, or until the budget of the actor is used, which the
    /// [`throughput`](Dispatcher::throughput) and the [`overload_hint`](Dispatcher::overload_hint) of its dispatcher
    /// shorten. Returns the cell where it has more to do; it should go behind others that are ready.
    ///
    /// A panic of the actor does not come so far.
    pub fn run(self) -> Option<Self> {
        let home = Arc::clone(&self.0.header().core);
        home.load().begun.fetch_add(1, Ordering::Relaxed);
        let Ready::Own(dispatcher) = home.ready() else {
            return self.0.run(Allowance::default()).map(Self);
        };
        let allowance = Allowance::new(dispatcher.throughput(), dispatcher.overload_hint());
        let again = self.0.run(allowance);
        if again.is_none() {
            dispatcher.on_idle();
        } else {
            home.load().scheduled.fetch_add(1, Ordering::Relaxed);
        }
        again.map(Self)
    }

    /// The identity of the actor.
    #[must_use]
    pub fn id(&self) -> ActorId {
        self.0.header().id
    }

    /// The label of the actor, as in metrics.
    #[must_use]
    pub fn label(&self) -> &'static str {
        (self.0.header().table.label)()
    }
}

impl fmt::Debug for ReadyCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadyCell").field("actor", &self.label()).field("id", &self.id()).finish()
    }
}

/// Where an actor runs: on one of the dispatchers that come with the crate, or on one of the user's.
#[derive(Clone)]
pub struct Placement(pub(super) Place);

#[derive(Clone)]
pub(super) enum Place {
    Kind(DispatcherKind),
    Own(Arc<dyn Dispatcher>),
}

impl Place {
    /// Whether what runs there is never moved to another thread.
    pub(super) fn stays_on_one_thread(&self) -> bool {
        match self {
            Self::Kind(DispatcherKind::Shared) => false,
            Self::Kind(DispatcherKind::Pinned | DispatcherKind::CurrentThread | DispatcherKind::SingleWorker) => true,
            Self::Own(dispatcher) => dispatcher.stays_on_one_thread(),
        }
    }
}

impl From<DispatcherKind> for Placement {
    fn from(kind: DispatcherKind) -> Self {
        Self(Place::Kind(kind))
    }
}

impl<D: Dispatcher> From<Arc<D>> for Placement {
    fn from(dispatcher: Arc<D>) -> Self {
        Self(Place::Own(dispatcher))
    }
}

impl From<Arc<dyn Dispatcher>> for Placement {
    fn from(dispatcher: Arc<dyn Dispatcher>) -> Self {
        Self(Place::Own(dispatcher))
    }
}

impl fmt::Debug for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Kind(kind) => kind.fmt(f),
            Place::Own(_) => f.write_str("a dispatcher of the user's"),
        }
    }
}

/// Why an actor has no place to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlaceError {
    /// `current_thread` where the runtime moves tasks between threads.
    ManyThreads,
    /// `current_thread` outside of a runtime.
    NoRuntime,
    /// The operating system gave no thread.
    NoThread(std::io::ErrorKind),
    /// The dispatcher was shut down.
    ShutDown,
    /// A local actor where actors are moved between threads.
    Moves,
}

impl fmt::Display for PlaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ManyThreads => f.write_str(
                "`current_thread` needs a runtime that stays on one thread; \
                 use `single_worker`, or a runtime from `Builder::new_current_thread`",
            ),
            Self::NoRuntime => {
                f.write_str("`current_thread` needs the runtime of this thread; spawn the actor inside it")
            }
            Self::NoThread(why) => {
                write!(
                    f,
                    "no thread for the actor: {why}; use `shared`, or fewer dispatchers with a thread of their own"
                )
            }
            Self::Moves => f.write_str(
                "a local actor stays on one thread, and actors are moved there; use `current_thread`, `pinned` or \
                 `single_worker`, or a dispatcher that `stays_on_one_thread`",
            ),
            Self::ShutDown => f.write_str("its dispatcher was shut down; start actors before that, or on another"),
        }
    }
}

impl core::error::Error for PlaceError {}
