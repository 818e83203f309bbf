//! What `current_thread`, `pinned` and `single_worker` have in common: a line that one thread runs.

use core::time::Duration;
use std::sync::Arc;

use crate::policy::OverloadHint;

use super::line::{Line, Runner};
use super::residents::Residents;
use super::{Dispatcher, ReadyCell};

/// See the module.
pub(in super::super) struct OneThread {
    line: Arc<Line>,
    label: &'static str,
    /// The thread is that of one actor, and ends with it, whatever refs to it are left.
    ends_with_actor: bool,
}

impl OneThread {
    /// A dispatcher of that label, and what its thread is to run.
    pub(super) fn new(label: &'static str) -> (Self, Runner) {
        Self::with(label, false)
    }

    /// The same, for one actor.
    pub(super) fn of_one_actor(label: &'static str) -> (Self, Runner) {
        Self::with(label, true)
    }

    fn with(label: &'static str, ends_with_actor: bool) -> (Self, Runner) {
        let line = Arc::new(Line::default());
        let runner = Runner::new(Arc::clone(&line));
        (Self { line, label, ends_with_actor }, runner)
    }
}

impl Dispatcher for OneThread {
    fn schedule(&self, cell: ReadyCell) {
        self.line.add(cell);
    }

    fn label(&self) -> &'static str {
        self.label
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

    fn on_end(&self) {
        if self.ends_with_actor {
            self.line.finish();
        }
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

impl Drop for OneThread {
    fn drop(&mut self) {
        self.line.finish();
    }
}
