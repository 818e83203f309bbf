//! Incidents: failures of actors, as the system tells of them. Keeps the words of the first, and keeps the panics
//! behind them from writing to standard error one by one.

use std::panic;
use std::sync::{Arc, OnceLock};
use std::thread;

use actor::SystemEvent;

/// Remembers the first failure. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Incidents {
    first: Arc<OnceLock<String>>,
}

impl Incidents {
    /// Takes note of what happened.
    pub(crate) fn note(&self, event: &SystemEvent<'_>) {
        if let SystemEvent::Failed { actor, failure, .. } = event {
            self.first.get_or_init(|| format!("first: {actor}, {failure}"));
        }
    }

    /// What the first failure said.
    pub(crate) fn first(&self) -> Option<String> {
        self.first.get().cloned()
    }
}

/// Leaves panics on the threads of actors to supervision. Those of the main thread are ours, and still shown.
pub(crate) fn hush_panics_of_actors() {
    let show = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if thread::current().name() == Some("main") {
            show(panic);
        }
    }));
}
