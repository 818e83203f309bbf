//! What is counted and told of an actor, where it happens: nothing where no system does that, known when compiled.

use crate::actor::Actor;
use crate::failure::StopReason;
use crate::trace_dump::{self, TraceKind};

use super::super::header::Stage;
use super::super::meters::{self, Life, Meters};
use super::super::slot::Placed;
use super::super::stash::has_stash;
use super::super::{events, observer, trace_ring};
use super::Turn;

impl<A: Actor + Placed> Turn<'_, A> {
    /// What is counted of this actor, if anything is.
    fn meters(self) -> Option<Meters> {
        if meters::are_any() { self.place.meters::<A>() } else { None }
    }

    /// Something happened to the actor, or to this message of it.
    #[inline(always)]
    pub(super) fn trace(self, kind: TraceKind, message: impl FnOnce() -> Option<usize>, detail: u8) {
        if trace_ring::is_on() {
            let what = trace_ring::what(kind, message(), detail);
            trace_ring::note(self.place.system, u32::from(self.place.bit), what);
        }
    }

    /// A handler or hook is about to be run, that of this message.
    #[inline(always)]
    pub(super) fn note_handled(self, message: impl FnOnce() -> usize) {
        // Not by way of the flag: where an actor lies is known when compiled, and what is a constant costs nothing.
        if let Some(meters) = self.place.meters::<A>() {
            meters.handled(message());
        }
    }

    /// A plain message was taken, with which so many waited. That one did is known of who handles one; it may go into a stash.
    #[inline(always)]
    pub(in super::super) fn note_waiting(self, messages: u32) {
        if (messages > 1 || const { has_stash::<A>() })
            && let Some(meters) = self.place.meters::<A>()
        {
            core::hint::cold_path();
            meters.saw(messages);
        }
    }

    /// A message is about to be taken on the cold side.
    #[inline]
    pub(super) fn note_depth(self) {
        if let Some(meters) = self.meters() {
            meters.saw(self.address.depth() as u32);
        }
    }

    /// What is run next is a hook or a tick, which nobody sent.
    #[inline]
    pub(super) fn note_own(self) {
        if let Some(meters) = self.meters() {
            meters.count(Life::Own);
        }
    }

    /// Something was put into the stash, or taken out.
    #[inline]
    pub(super) fn note_stash(self) {
        if const { has_stash::<A>() }
            && let Some(meters) = self.meters()
        {
            meters.stashed(self.stashed().map_or(0, |stash| stash.len()));
        }
    }

    /// The actor comes up, for the first time or once more: asked where it counts, as an answer would be kept for nobody.
    #[inline]
    pub(super) fn note_up(self) {
        let is_first = || self.address.header().stage() == Stage::Starting;
        if let Some(meters) = self.meters() {
            meters.count(if is_first() { Life::Spawned } else { Life::Restarted });
        }
        if trace_ring::is_on() {
            let kind = if is_first() { TraceKind::Up } else { TraceKind::Restarted };
            trace_ring::note_at(self.address, kind, None, 0);
        }
        if events::are_any() && !is_first() {
            observer::tell_restarted(self.address);
        }
    }

    /// The actor failed; counted where a failure begins.
    #[inline]
    pub(super) fn note_failed(self) {
        if let Some(meters) = self.meters() {
            meters.count(Life::Failed);
        }
    }

    /// The actor has ended; one that was never up was never counted.
    #[inline]
    pub(super) fn note_ended(self, reason: StopReason, was_up: bool) {
        if was_up && let Some(meters) = self.meters() {
            meters.ended(reason);
        }
        trace_ring::note_at(self.address, TraceKind::Stopped, None, trace_dump::stopped(reason));
        if events::are_any() {
            observer::tell_stopped(self.address, reason);
        }
    }
}
