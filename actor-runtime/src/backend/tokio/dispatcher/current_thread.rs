//! `current_thread`: actors run on the thread that spawned them, as a task of its runtime.
//!
//! The task is woken by senders, and runs when the thread comes back to its runtime: never inside a sender.

use ::tokio::runtime::{Handle, RuntimeFlavor};

use super::super::console;
use super::PlaceError;
use super::one_thread::OneThread;

/// The runtime here, where it is one that stays on its thread.
pub(in super::super) fn runtime() -> Result<Handle, PlaceError> {
    let runtime = Handle::try_current().map_err(|_| PlaceError::NoRuntime)?;
    match runtime.runtime_flavor() {
        RuntimeFlavor::CurrentThread => Ok(runtime),
        _ => Err(PlaceError::ManyThreads),
    }
}

/// Starts the task on `runtime`, for this system.
pub(super) fn start(runtime: &Handle, system: &str) -> OneThread {
    let (dispatcher, runner) = OneThread::new("current_thread");
    console::spawn(runtime, format_args!("{system} current thread"), ::tokio::task::unconstrained(runner));
    dispatcher
}
