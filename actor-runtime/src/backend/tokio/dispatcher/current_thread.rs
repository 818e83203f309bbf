//! `current_thread`: actors run on the thread that spawned them, as a task of its runtime.
//!
//! The task is woken by senders, and runs when the thread comes back to its runtime: never inside a sender.

use core::time::Duration;
use std::sync::Arc;

use ::tokio::runtime::{Handle, RuntimeFlavor};

use crate::policy::OverloadHint;

use super::super::console;
use super::line::{Line, Runner};
use super::residents::Residents;
use super::{Dispatcher, PlaceError, ReadyCell};

pub(in super::super) struct CurrentThread(Arc<Line>);

impl CurrentThread {
    /// The runtime here, where it is one that stays on its thread.
    pub(in super::super) fn runtime() -> Result<Handle, PlaceError> {
        let runtime = Handle::try_current().map_err(|_| PlaceError::NoRuntime)?;
        match runtime.runtime_flavor() {
            RuntimeFlavor::CurrentThread => Ok(runtime),
            _ => Err(PlaceError::ManyThreads),
        }
    }

    /// Starts the task on `runtime`, for this system.
    pub(in super::super) fn start(runtime: &Handle, system: &str) -> Self {
        let line = Arc::new(Line::default());
        let task = ::tokio::task::unconstrained(Runner::new(Arc::clone(&line)));
        console::spawn(runtime, format_args!("{system} current thread"), task);
        Self(line)
    }
}

impl Dispatcher for CurrentThread {
    fn schedule(&self, cell: ReadyCell) {
        self.0.add(cell);
    }

    fn label(&self) -> &'static str {
        "current_thread"
    }

    fn parks(&self) -> u64 {
        self.0.parks()
    }

    fn overload_hint(&self) -> OverloadHint {
        self.0.overload_hint()
    }

    fn stays_on_one_thread(&self) -> bool {
        true
    }

    fn is_open(&self) -> bool {
        self.0.is_open()
    }

    fn on_residents(&self, residents: Residents) {
        self.0.on_residents(residents);
    }

    fn shutdown(&self, within: Duration) {
        self.0.shut_down(within);
    }
}

impl Drop for CurrentThread {
    fn drop(&mut self) {
        self.0.finish();
    }
}
