//! Everything that happens later: ticks of `#[every]`, pauses before a restart, deadlines of calls.
//!
//! One ordered map per system, keyed by moment, so that real time and virtual time fire the same entries in the
//! same order. A timer is removed when what it serves ends, so none keeps anything alive.

use std::collections::BTreeMap;
use std::task::Waker;
use std::vec::Vec;

use crate::time::Instant;

use super::guard::wake;
use super::lock::Lock;
use super::mailbox::signal;
use super::owner::Owner;

/// The name of a timer: when it is due, and a number that tells those of one moment apart.
pub(super) type Key = (Instant, u64);

/// What is done when a timer is due.
pub(super) enum Due {
    /// Sets signal bits of a cell.
    Signal(Owner, u32),
    /// Wakes a task.
    Wake(Waker),
}

impl Due {
    fn fire(self) {
        match self {
            Self::Signal(cell, bits) => cell.signal(bits),
            // A waker is foreign code, and time must go on.
            Self::Wake(waker) => wake(waker),
        }
    }
}

#[derive(Default)]
struct Entries {
    due: BTreeMap<Key, Due>,
    next_number: u64,
    /// Who sleeps until the first entry is due.
    sleeper: Option<Waker>,
}

/// The timers of one system.
#[derive(Default)]
pub(super) struct Timers(Lock<Entries>);

impl Timers {
    /// Has `due` happen at `moment`.
    pub(super) fn add(&self, moment: Instant, due: Due) -> Key {
        let mut entries = self.0.lock();
        let key = (moment, entries.next_number);
        entries.next_number += 1;
        let first = entries.due.first_key_value().is_none_or(|(first, _)| key < *first);
        entries.due.insert(key, due);
        let sleeper = if first { entries.sleeper.take() } else { None };
        drop(entries);
        sleeper.into_iter().for_each(wake);
        key
    }

    /// Forgets a timer.
    pub(super) fn cancel(&self, key: Key) {
        let removed = self.0.lock().due.remove(&key);
        drop(removed);
    }

    /// The moment of the first timer.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.lock().due.first_key_value().map(|((moment, _), _)| *moment)
    }

    /// The moment of the first timer; `waker` is woken when an earlier one is added.
    pub(super) fn next_or_wake(&self, waker: &Waker) -> Option<Instant> {
        let mut waker = Some(waker.clone());
        let mut entries = self.0.lock();
        std::mem::swap(&mut entries.sleeper, &mut waker);
        let next = entries.due.first_key_value().map(|((moment, _), _)| *moment);
        drop(entries);
        next
    }

    /// Wakes whoever sleeps until the first timer.
    pub(super) fn wake_sleeper(&self) {
        let sleeper = self.0.lock().sleeper.take();
        sleeper.into_iter().for_each(wake);
    }

    /// Fires what is due by `now`, in order.
    pub(super) fn fire(&self, now: Instant) {
        let mut due = Vec::new();
        let mut entries = self.0.lock();
        while let Some(first) = entries.due.first_entry()
            && first.key().0 <= now
        {
            due.push(first.remove());
        }
        drop(entries);
        for due in due {
            due.fire();
        }
    }

    /// Drops every timer, and wakes whoever waits for one: nothing will fire any more.
    pub(super) fn clear(&self) {
        let left = std::mem::take(&mut self.0.lock().due);
        for due in left.into_values() {
            match due {
                Due::Signal(..) => {}
                Due::Wake(waker) => wake(waker),
            }
        }
    }
}

/// The signal bit of `#[every]` timer `timer`.
pub(super) fn tick_bit(timer: usize) -> u32 {
    1 << (signal::FIRST_TICK + timer as u32)
}
