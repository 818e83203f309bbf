//! Waiting for those who are told to end: a child that its parent stops, a sibling that a restart takes along. How long is
//! [`Supervision::patience`](crate::supervision::Supervision::patience).

use core::time::Duration;
use std::boxed::Box;

use crate::actor::Actor;
use crate::error::Unanswered;
use crate::id::ActorId;
use crate::lifecycle::{EndOfChildren, Task};
use crate::metrics::SystemEvent;
use crate::supervision::Patience;
use crate::time::Instant;

use super::super::mailbox::signal;
use super::super::owner::Owner;
use super::super::timers::{Due, Key};
use super::Turn;

/// The child that its parent waits for.
pub(in super::super) struct Told {
    child: ActorId,
    since: Instant,
    is_killed: bool,
    /// Says when to look again. Left as it is for the next child, whose time ends later: one timer serves a row of children
    /// that stop in time.
    alarm: Option<Key>,
}

impl<A: Actor> Turn<A> {
    /// What `child`, the one that is to end next, is told.
    pub(super) fn word_for(mut self, child: &Owner) -> u32 {
        let now = self.cell().header.core.now();
        let id = child.header().id;
        if self.is_killed() {
            // A child is killed with its parent: it must not wait for a handler that its parent no longer waits for.
            if self.body().cold().told.as_ref().is_some_and(|told| told.child == id) {
                self.kill_late(child, now);
            }
            return signal::KILL;
        }
        if self.body().life.end_of_children() == EndOfChildren::Drain {
            return signal::DRAIN;
        }
        let since = self.told(id, now).since;
        match A::SUPERVISION.patience(Some(since), now) {
            Patience::Endless => signal::PARENT_STOPPED,
            Patience::Until(end) => {
                if self.told(id, now).alarm.is_none_or(|(due, _)| due <= now) {
                    let alarm = Due::Signal(self.owner(), signal::CHILD);
                    self.told(id, now).alarm = Some(self.cell().header.core.timers().add(end, alarm));
                }
                signal::PARENT_STOPPED
            }
            Patience::Over => {
                self.kill_late(child, now);
                signal::KILL
            }
        }
    }

    /// The child that is waited for: this one, from now on if it was another.
    fn told(&mut self, child: ActorId, now: Instant) -> &mut Told {
        let new = |alarm| Told { child, since: now, is_killed: false, alarm };
        let told = self.body().cold().told.get_or_insert_with(|| Box::new(new(None)));
        if told.child != child {
            **told = new(told.alarm);
        }
        told
    }

    /// Tells once of a child that had its time.
    fn kill_late(mut self, child: &Owner, now: Instant) {
        let Some(told) = self.body().cold().told.as_mut().filter(|told| !told.is_killed) else { return };
        told.is_killed = true;
        let elapsed = now.saturating_since(told.since);
        tell_of_stuck(child, elapsed);
    }

    /// There is no next stop of children, whose alarm this could be.
    pub(super) fn wait_no_longer(mut self) {
        let told = self.body().cold.as_mut().and_then(|cold| cold.told.take());
        if let Some(alarm) = told.and_then(|told| told.alarm) {
            self.cell().header.core.timers().cancel(alarm);
        }
    }

    /// Begins the time that siblings give this actor to go down, if they wait for it.
    pub(super) fn fall_in_time(mut self) {
        let header = &self.cell().header;
        let is_down = matches!(self.body().life.task(A::CHILDREN), Task::Pause | Task::End(_));
        // Told once: who has been killed for being late is not late again.
        if is_down || self.body().cold.as_ref().is_some_and(|cold| cold.resume.is_some() || cold.killed) {
            return;
        }
        let Some(Patience::Until(end)) = header.core.groups().patience(header) else { return };
        let key = header.core.timers().add(end, Due::Signal(self.owner(), signal::RESUME));
        self.body().cold().resume = Some(key);
    }

    /// Siblings wait for this actor no longer: it goes on to where it is going as if it were killed.
    pub(super) fn fall_at_once(mut self) {
        let header = &self.cell().header;
        let Some(parent) = header.parent.as_ref().filter(|_| self.is_going_down()) else { return };
        let elapsed = parent.header().table.supervision.shutdown;
        tell_of_stuck(&self.owner(), elapsed);
        self.body().cold().killed = true;
        if self.future_is_live() {
            self.cut_short(Unanswered::Failed);
        }
    }
}

/// Tells the event handler of a child that is killed because it did not end in time.
fn tell_of_stuck(cell: &Owner, elapsed: Duration) {
    let child = cell.header();
    let name = child.core.name_in_event(child.id);
    let (actor, name, handler, waiting) = ((child.table.label)(), name.as_deref(), cell.begun(), cell.depth());
    child.core.event(&SystemEvent::Stuck { actor, name, id: child.id, handler, waiting, elapsed });
}
