//! How a parent treats its declared children: a constant of its type, to which their places point.

use core::sync::atomic::{AtomicBool, Ordering};

use crate::actor::Actor;
use crate::supervision::{Decider, Strategy, Supervision, Terms};

/// See the module.
#[derive(Debug)]
pub(super) struct Upbringing {
    pub(super) supervision: &'static Supervision,
    pub(super) decider: Option<Decider>,
    terms: &'static [Terms],
}

impl Upbringing {
    /// That of actors without a parent.
    pub(super) const OF_NOBODY: Self = Self { supervision: const { &Supervision::DEFAULT }, decider: None, terms: &[] };

    /// That of the children of an `A`.
    pub(super) const fn of<A: Actor>() -> Self {
        Self { supervision: const { &A::SUPERVISION }, decider: A::DECIDER, terms: A::TERMS }
    }

    /// On what terms child `number` is kept.
    #[inline]
    pub(super) fn terms(&self, number: u8) -> Terms {
        Terms::of(self.terms, usize::from(number))
    }
}

/// Where nobody sets it, this is a constant, and what is done about other terms is not linked.
static TOLD_APART: AtomicBool = AtomicBool::new(false);

/// Whether any child has other terms than the default.
#[inline]
pub(super) fn are_told_apart() -> bool {
    TOLD_APART.load(Ordering::Relaxed)
}

/// To be called before an `A` starts a child.
#[inline]
pub(super) fn tell_apart<A: Actor>() {
    if const { !A::TERMS.is_empty() } {
        TOLD_APART.store(true, Ordering::Relaxed);
    }
    if const { shares_count::<A>() } {
        COUNTED_TOGETHER.store(true, Ordering::Relaxed);
    }
}

/// As above, of what is done where children that are restarted one by one are counted together.
static COUNTED_TOGETHER: AtomicBool = AtomicBool::new(false);

/// Whether the declared children of an `A` are restarted one by one, and several of them counted together.
pub(super) const fn shares_count<A: Actor>() -> bool {
    matches!(A::SUPERVISION.strategy, Strategy::OneForOne) && Terms::are_shared(A::TERMS, A::CHILDREN)
}

/// Whether those of any parent are.
#[inline]
pub(super) fn are_counted_together() -> bool {
    COUNTED_TOGETHER.load(Ordering::Relaxed)
}
