//! A runtime without what measures, for `./run --off`: takes the place of `turn/measure.rs` there.
#![allow(clippy::all, unused)]

use crate::actor::Actor;
use crate::time::Instant;

use super::super::counts::Tally;
use super::Turn;

impl<A: Actor> Turn<A> {
    #[inline]
    pub(super) fn tally<'a>(self) -> Option<Tally<'a>> {
        None
    }

    #[inline]
    pub(super) fn begins(self) -> Option<Instant> {
        None
    }

    #[inline]
    pub(super) fn ran(self, tally: Option<Tally<'_>>, message: usize, began: Option<Instant>) -> Option<Instant> {
        None
    }

    #[inline]
    pub(super) fn answered(self, message: usize, began: Option<Instant>) {}

    pub(super) fn count_handled(self) {}

    pub(super) fn future_begins(self) {}

    pub(super) fn future_waits(self) {}

    pub(super) fn future_ran(self) {}
}
