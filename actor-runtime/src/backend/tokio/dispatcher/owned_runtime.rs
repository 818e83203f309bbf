//! A runtime that may be dropped anywhere: the one place with the policy of `runtime_drop`.

use std::sync::Arc;

use ::tokio::runtime::{Handle, Runtime};

/// A tokio runtime that is owned by whoever holds a clone of this.
///
/// tokio's own runtime panics when it is dropped inside async code, because it waits for its tasks. This one is let go
/// by its last owner, wherever that is, and waits for nobody: tasks are dropped at their next await, blocking ones
/// run on by themselves.
///
/// ```
/// # use actor_runtime::backend::tokio::OwnedRuntime;
/// let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build()?;
/// let inner = OwnedRuntime::from(tokio::runtime::Builder::new_multi_thread().worker_threads(1).build()?);
/// runtime.block_on(async move { drop(inner) }); // no panic
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct OwnedRuntime(Option<Arc<Runtime>>);

impl From<Runtime> for OwnedRuntime {
    fn from(runtime: Runtime) -> Self {
        Self(Some(Arc::new(runtime)))
    }
}

impl OwnedRuntime {
    /// The runtime.
    ///
    /// # Panics
    /// Never: only `drop` takes the runtime out.
    #[must_use]
    pub fn get(&self) -> &Runtime {
        self.0.as_deref().expect("only `drop` takes the runtime out")
    }

    /// A handle to the runtime, which does not keep it.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        self.get().handle()
    }
}

impl Drop for OwnedRuntime {
    fn drop(&mut self) {
        // `into_inner` makes one of several owners that go at once the last: a look at the count would not.
        if let Some(runtime) = self.0.take().and_then(Arc::into_inner) {
            runtime.shutdown_background();
        }
    }
}
