//! Losses: how many lines each client missed. The system says so: a message that an overflow policy drops is a dead
//! letter, and the event handler hears of each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actor::{ActorId, DeadLetterReason, SystemEvent};

/// Lines that were dropped, by the client that did not see them. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Losses(Arc<Mutex<HashMap<ActorId, u64>>>);

impl Losses {
    /// Takes note of what happened. Called where it happens: by whoever tells a client a line too many.
    pub(crate) fn note(&self, event: &SystemEvent<'_>) {
        match event {
            SystemEvent::DeadLetter { id, reason: DeadLetterReason::Dropped, .. } => {
                *self.lock().entry(*id).or_default() += 1;
            }
            SystemEvent::Stopped { id, .. } => {
                self.lock().remove(id);
            }
            _ => {}
        }
    }

    /// How many lines this client missed since it was last asked.
    pub(crate) fn take(&self, client: ActorId) -> u64 {
        self.lock().remove(&client).unwrap_or(0)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ActorId, u64>> {
        // Whole at every moment: a panic elsewhere left nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
