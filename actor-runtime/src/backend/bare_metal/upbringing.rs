//! How a parent treats its declared children: a constant of its type, to which their places point.

use core::sync::atomic::{AtomicBool, Ordering};

use crate::actor::Actor;
use crate::supervision::{Decider, RestartType, Supervision};

/// See the module.
#[derive(Debug)]
pub(super) struct Upbringing {
    pub(super) supervision: &'static Supervision,
    pub(super) decider: Option<Decider>,
    restarts: &'static [RestartType],
}

impl Upbringing {
    /// That of actors without a parent.
    pub(super) const OF_NOBODY: Self =
        Self { supervision: const { &Supervision::DEFAULT }, decider: None, restarts: &[] };

    /// That of the children of an `A`.
    pub(super) const fn of<A: Actor>() -> Self {
        Self { supervision: const { &A::SUPERVISION }, decider: A::DECIDER, restarts: A::RESTARTS }
    }

    /// After which ends child `number` is restarted.
    #[inline]
    pub(super) fn restart(&self, number: u8) -> RestartType {
        RestartType::of(self.restarts, usize::from(number))
    }
}

/// Where nobody sets it, this is a constant, and what is done about other restart types is not linked.
static TOLD_APART: AtomicBool = AtomicBool::new(false);

/// Whether any child has another restart type than the default.
#[inline]
pub(super) fn are_told_apart() -> bool {
    TOLD_APART.load(Ordering::Relaxed)
}

/// To be called before an `A` starts a child.
#[inline]
pub(super) fn tell_apart<A: Actor>() {
    if const { !A::RESTARTS.is_empty() } {
        TOLD_APART.store(true, Ordering::Relaxed);
    }
}
