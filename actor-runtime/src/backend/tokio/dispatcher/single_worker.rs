//! `single_worker`: a thread with a runtime of its own for many actors.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;
use std::thread;

use ::tokio::runtime::{Builder, Handle};

use super::one_thread::OneThread;
use super::owned_runtime::OwnedRuntime;
use super::{Dispatcher, Place, PlaceError, Placement};

/// A thread with a tokio runtime of its own that runs actors one after the other.
///
/// Clones are handles to the same thread. It ends when the last of them and the last actor on it are gone, and may be
/// dropped anywhere, inside async code as well.
///
/// ```
/// use actor_runtime::backend::tokio::{ActorSystem, SingleWorker};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
/// # let _inside = runtime.enter();
/// // For all actors of a system; for one, `system.spawn(..).on(worker.clone())`.
/// let system = ActorSystem::builder("storage").dispatcher(SingleWorker::new("storage")?).start();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SingleWorker {
    dispatcher: Arc<OneThread>,
    runtime: OwnedRuntime,
}

impl SingleWorker {
    /// Starts the thread, called `name`, and its runtime, with timers and what else is switched on in tokio.
    ///
    /// # Errors
    /// Where the operating system gives no thread or no runtime.
    pub fn new(name: &str) -> Result<Self, PlaceError> {
        let no_thread = |error: std::io::Error| PlaceError::NoThread(error.kind());
        let runtime = OwnedRuntime::from(Builder::new_current_thread().enable_all().build().map_err(no_thread)?);
        let (dispatcher, runner) = OneThread::new("single_worker");
        let owned = runtime.clone();
        let run = move || owned.get().block_on(::tokio::task::unconstrained(runner));
        thread::Builder::new().name(name.into()).spawn(run).map_err(no_thread)?;
        Ok(Self { dispatcher: Arc::new(dispatcher), runtime })
    }

    /// A handle to its runtime, to spawn other work on its thread.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        self.runtime.handle()
    }

    /// Lets its actors end, for `within` at most, and takes no more. Inside a runtime it does not wait: actors that
    /// have not ended by then are killed, and reported as
    /// [`DispatcherDropped`](crate::metrics::SystemEvent::DispatcherDropped).
    pub fn shutdown(&self, within: Duration) {
        self.dispatcher.shutdown(within);
    }
}

impl From<SingleWorker> for Placement {
    fn from(dispatcher: SingleWorker) -> Self {
        Self(Place::Own(dispatcher.dispatcher))
    }
}

impl fmt::Debug for SingleWorker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SingleWorker")
    }
}
