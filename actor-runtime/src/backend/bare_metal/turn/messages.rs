//! Which message is next, and what waits in the stash.

use crate::actor::Actor;
use crate::context::Context;
use crate::failure::StopReason;
use crate::message::Message;
use crate::metrics::DeadLetterReason;
use crate::trace_dump::TraceKind;

use super::super::beside::{self, Packed};
use super::super::header::attention;
use super::super::letters::lose;
use super::super::slot::Placed;
use super::super::stash::{Stash, has_stash};
use super::super::whereabouts::{self, Leaves};
use super::super::{annex, done, host, mailbox, timers, urgent, waiting};
use super::{Flow, Turn};

impl<A: Actor + Placed> Turn<'_, A> {
    /// Takes the message of a timer that is due, or the next one, where something else needed attention as well.
    #[inline]
    pub(super) fn receive(self, detour: bool) -> Option<Packed<A>> {
        if detour && self.is_drained() {
            // What is due keeps no actor alive.
            return None;
        }
        let mut is_overdue = false;
        if const { timers::any::<A>() }
            && let Some(marks) = self.marks()
        {
            if let Some(tick) = self.next_tick(marks) {
                self.note_own();
                self.trace(TraceKind::Timer, || Some(tick.index()), 0);
                return beside::pack_small::<A>(tick);
            }
            is_overdue = marks.ticks.get() != 0;
        }
        // Only on a detour or before ticks do messages of the mailbox come here.
        let message = self.next_message(detour || is_overdue)?;
        if let Some(quiet) = self.quiet().filter(|_| !A::Message::is_passive_packed(&message)) {
            quiet.hear(const { annex::is_async::<A>() });
        }
        Some(message)
    }

    /// The first message of those that go before the mailbox, or `any`. Answers to what an earlier life asked are dropped.
    #[inline]
    fn next_message(self, any: bool) -> Option<Packed<A>> {
        loop {
            match self.first_message(any)? {
                (message, false) => return Some(message),
                (answer, true) => drop(self.unpack(answer)),
            }
        }
    }

    /// That message, whatever it is, and whether it is such an answer.
    #[inline]
    fn first_message(self, any: bool) -> Option<(Packed<A>, bool)> {
        if const { A::Message::HAS_URGENT } {
            self.note_depth();
            // SAFETY: the turn is that of a slot of an `A` with an urgent lane, which is alive.
            let message = unsafe { urgent::take::<A>(self.address, Leaves::ToBeHandled) };
            if message.is_some() {
                return message;
            }
        }
        if let Some((message, index)) = self.stashed().and_then(|stash| stash.take()) {
            self.note_stash();
            return Some((message, whereabouts::unstashed(self.address, index, Leaves::ToBeHandled)));
        }
        if !any {
            return None;
        }
        self.note_depth();
        // SAFETY: the turn is that of a slot of an `A`.
        let message = unsafe { mailbox::take_any::<A>(self.address, Leaves::ToBeHandled) }?;
        waiting::room(self.address);
        Some(message)
    }

    /// Messages in the urgent lane.
    #[inline]
    pub(super) fn urgent_depth(self) -> u8 {
        if const { !A::Message::HAS_URGENT } {
            return 0;
        }
        // SAFETY: the turn is that of a slot of an `A` with an urgent lane.
        critical_section::with(|cs| unsafe { urgent::depth(cs, self.address) })
    }

    /// Whether no message waits, and none can come.
    pub(super) fn is_drained(self) -> bool {
        let header = self.address.header();
        header.is_closed()
            && critical_section::with(|cs| header.depth(cs)) == 0
            && self.urgent_depth() == 0
            && !self.is_released()
    }

    /// What follows where there is no message.
    pub(super) fn empty(self, detour: bool) -> Flow {
        if detour && self.is_drained() {
            self.stop(StopReason::Drained);
            return Flow::Again;
        }
        Flow::Wait
    }

    pub(super) fn stashed(self) -> Option<Stash<A>> {
        // SAFETY: the turn is exclusive.
        unsafe { Stash::of(self.place.annex) }
    }

    /// Whether a message out of the stash is to be handled next.
    #[inline]
    pub(super) fn is_released(self) -> bool {
        self.stashed().is_some_and(|stash| stash.is_released())
    }

    /// Puts a message into the stash; where that is full it is a dead letter.
    #[cold]
    pub(super) fn stash(self, message: A::Message, place: Option<beside::Place<A>>) {
        self.trace(TraceKind::Stashed, || Some(message.index()), 0);
        let refused = match beside::close(message, place) {
            Ok(message) => match self.stashed().map(|stash| stash.put(message)) {
                Some(Ok(index)) => {
                    whereabouts::stashed(self.address, index);
                    None
                }
                Some(Err(message)) => Some(self.unpack(message)),
                None => None,
            },
            Err(message) => Some(message),
        };
        self.note_stash();
        if let Some(message) = refused {
            done::settle(self.address, Err(DeadLetterReason::Dropped.into()));
            lose::<A>(self.address, message, DeadLetterReason::Dropped);
        }
    }

    /// The message, whole.
    pub(super) fn unpack(self, message: Packed<A>) -> A::Message {
        // SAFETY: it was in the mailbox of this actor.
        unsafe { beside::unpack::<A>(self.address, message) }
    }

    /// Takes all messages out of the stash, if the handler with this context said so.
    #[inline(always)]
    pub(super) fn unstash_for(self, context: &Context<A>) {
        if const { has_stash::<A>() } && host::unstashes(context) {
            self.unstash_all();
        }
    }

    /// Takes all messages out of the stash, to be handled next.
    #[cold]
    pub(super) fn unstash_all(self) {
        let has_messages = self.stashed().is_some_and(|stash| stash.release());
        let has_errands = self.agenda().is_some_and(|agenda| agenda.release());
        if has_messages || has_errands {
            self.address.header().signal(attention::AHEAD);
        }
    }
}
