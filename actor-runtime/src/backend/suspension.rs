//! An actor held still.

use core::fmt;

use crate::id::ActorId;

#[cfg(feature = "bare-metal")]
use super::bare_metal;
#[cfg(feature = "tokio")]
use super::tokio;

/// An actor that handles nothing for as long as this is kept; from [`control().suspend(..)`](crate::reference::Control::suspend).
///
/// Dropping it resumes the actor, unless others keep theirs. It keeps no actor alive.
#[must_use = "the actor is resumed when this is dropped, and `let _ =` drops at once: write `let held = ..`"]
pub struct Suspension(pub(super) SuspendedOn);

pub(super) enum SuspendedOn {
    /// One of nobody.
    Nobody,
    #[cfg(feature = "tokio")]
    Tokio(tokio::Suspension),
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Suspension),
}

impl Suspension {
    /// Resumes the actor, unless others keep it suspended.
    pub fn resume(self) {}
}

impl fmt::Debug for Suspension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id: Option<ActorId> = match &self.0 {
            SuspendedOn::Nobody => None,
            #[cfg(feature = "tokio")]
            SuspendedOn::Tokio(suspension) => Some(suspension.id()),
            #[cfg(feature = "bare-metal")]
            SuspendedOn::BareMetal(suspension) => Some(suspension.address().id()),
        };
        f.debug_tuple("Suspension").field(&id).finish()
    }
}
