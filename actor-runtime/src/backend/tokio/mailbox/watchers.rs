//! Who waits for the end of a message, or for that of the actor. Apart from the mailbox, so that it is compiled once and
//! not for each type of actor.

use std::collections::VecDeque;
use std::task::Waker;
use std::vec::Vec;

use crate::error::Unanswered;
use crate::reply::Duty;

use super::deadline::{Deadline, Sent};

/// What is known of a message that its envelope has no room for.
struct Watch {
    mark: Deadline,
    /// Who waits until it is done.
    duty: Option<Duty>,
    /// What would stand in the envelope otherwise.
    until: Deadline,
    /// When it was sent, if it is measured.
    sent: Option<Sent>,
    /// The message was dropped.
    lost: bool,
}

/// What is known of messages, in order of their marks.
#[derive(Default)]
pub(super) struct Watchers(VecDeque<Watch>);

impl Watchers {
    pub(super) fn add(&mut self, mark: Deadline, duty: Option<Duty>, until: Deadline, sent: Option<Sent>) {
        self.0.push_back(Watch { mark, duty, until, sent, lost: false });
    }

    fn get_mut(&mut self, mark: Deadline) -> Option<&mut Watch> {
        let place = self.place(mark)?;
        self.0.get_mut(place)
    }

    /// The message with this mark is measured no more: what is left of the mark, and when it was sent.
    pub(super) fn measured(&mut self, mark: Deadline) -> (Deadline, Option<Sent>) {
        let Some(watch) = self.get_mut(mark) else { return (mark, None) };
        let sent = watch.sent.take();
        if watch.duty.is_some() {
            return (mark, sent);
        }
        // There was nothing else to know.
        (self.remove(mark).map_or(Deadline::NONE, |(_, until)| until), sent)
    }

    /// The message with this mark is measured from now on.
    pub(super) fn measure(&mut self, mark: Deadline, sent: Sent) {
        if let Some(watch) = self.get_mut(mark) {
            watch.sent = Some(sent);
        }
    }

    fn place(&self, mark: Deadline) -> Option<usize> {
        self.0.binary_search_by(|watch| watch.mark.cmp(&mark)).ok()
    }

    pub(super) fn remove(&mut self, mark: Deadline) -> Option<(Option<Duty>, Deadline)> {
        let Watch { duty, until, .. } = self.0.remove(self.place(mark)?)?;
        Some((duty, until))
    }

    pub(super) fn until(&self, mark: Deadline) -> Option<Deadline> {
        Some(self.0.get(self.place(mark)?)?.until)
    }

    /// The message with this mark was dropped.
    pub(super) fn note_lost(&mut self, mark: Deadline) {
        if let Some(watch) = self.get_mut(mark) {
            watch.lost = true;
        }
    }

    /// Takes out those of messages that were dropped, and the one with this mark.
    pub(super) fn take_lost(&mut self, also: Option<Deadline>) -> Watches {
        let is_lost = |watch: &Watch| watch.lost || also == Some(watch.mark);
        let (lost, kept): (VecDeque<_>, _) = std::mem::take(&mut self.0).into_iter().partition(is_lost);
        self.0 = kept;
        Watches(lost.into())
    }

    pub(super) fn take_all(&mut self) -> Watches {
        Watches(std::mem::take(&mut self.0).into())
    }
}

/// Who waits for the end of the actor, by ticket.
#[derive(Default)]
pub(super) struct Enders(Vec<(u64, Waker)>);

impl Enders {
    /// Puts `waker` in the place of the one with this ticket, if there is one.
    pub(super) fn replace(&mut self, ticket: Option<u64>, waker: &mut Waker) -> Option<u64> {
        let (ticket, old) = self.0.iter_mut().find(|(known, _)| Some(*known) == ticket)?;
        std::mem::swap(old, waker);
        Some(*ticket)
    }

    pub(super) fn add(&mut self, ticket: u64, waker: Waker) {
        self.0.push((ticket, waker));
    }

    pub(super) fn take(&mut self) -> Vec<(u64, Waker)> {
        std::mem::take(&mut self.0)
    }

    pub(super) fn remove(&mut self, ticket: u64) -> Option<Waker> {
        let place = self.0.iter().position(|(known, _)| *known == ticket)?;
        Some(self.0.swap_remove(place).1)
    }
}

/// Watches that nothing will come of.
#[derive(Default)]
pub(in super::super) struct Watches(Vec<Watch>);

impl Watches {
    /// Tells whoever waits why.
    pub(in super::super) fn refuse(self, why: Unanswered) {
        for duty in self.0.into_iter().filter_map(|watch| watch.duty) {
            duty.refuse(why);
        }
    }
}
