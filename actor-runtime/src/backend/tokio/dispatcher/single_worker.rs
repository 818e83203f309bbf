//! `single_worker`: a thread with a runtime of its own for many actors.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;
use std::thread;

use ::tokio::runtime::{Builder, Handle};

use crate::policy::OverloadHint;

use super::line::{Line, Runner};
use super::owned_runtime::OwnedRuntime;
use super::residents::Residents;
use super::{Dispatcher, Place, PlaceError, Placement, ReadyCell};

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
pub struct SingleWorker(Arc<Worker>);

struct Worker {
    line: Arc<Line>,
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
        let line = Arc::new(Line::default());
        let runner = ::tokio::task::unconstrained(Runner::new(Arc::clone(&line)));
        let owned = runtime.clone();
        let run = move || owned.get().block_on(runner);
        thread::Builder::new().name(name.into()).spawn(run).map_err(no_thread)?;
        Ok(Self(Arc::new(Worker { line, runtime })))
    }

    /// A handle to its runtime, to spawn other work on its thread.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        self.0.runtime.handle()
    }

    /// Lets its actors end, for `within` at most, and takes no more. Inside a runtime it does not wait: actors that
    /// have not ended by then are killed, and reported as
    /// [`DispatcherDropped`](crate::metrics::SystemEvent::DispatcherDropped).
    pub fn shutdown(&self, within: Duration) {
        self.0.shutdown(within);
    }
}

impl Dispatcher for Worker {
    fn schedule(&self, cell: ReadyCell) {
        self.line.add(cell);
    }

    fn label(&self) -> &'static str {
        "single_worker"
    }

    fn parks(&self) -> u64 {
        self.line.parks()
    }

    fn overload_hint(&self) -> OverloadHint {
        self.line.overload_hint()
    }

    fn stays_on_one_thread(&self) -> bool {
        true
    }

    fn is_open(&self) -> bool {
        self.line.is_open()
    }

    fn on_residents(&self, residents: Residents) {
        self.line.on_residents(residents);
    }

    fn shutdown(&self, within: Duration) {
        self.line.shut_down(within);
    }
}

impl From<SingleWorker> for Placement {
    fn from(dispatcher: SingleWorker) -> Self {
        Self(Place::Own(dispatcher.0))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.line.finish();
    }
}

impl fmt::Debug for SingleWorker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SingleWorker")
    }
}
