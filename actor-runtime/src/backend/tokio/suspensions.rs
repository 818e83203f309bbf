//! Who is suspended, by whom, and for how long. Keeps `suspension`.
//!
//! What stands here is the truth; a cell that is told to look takes it over into its life.

use core::any::TypeId;
use core::time::Duration;
use std::collections::BTreeMap;
use std::vec::Vec;

use crate::id::ActorId;
use crate::time::Instant;

use super::header::Header;
use super::lock::Lock;
use super::mailbox::signal;
use super::owner::Owner;
use super::sync::{AtomicBool, Ordering, fence};
use super::timers::{Due, Key};

/// See [`crate::backend::Suspension`].
pub(crate) struct Suspension {
    cell: Owner,
    ticket: u64,
}

impl Suspension {
    /// Whom it suspends.
    pub(crate) fn id(&self) -> ActorId {
        self.cell.header().id
    }
}

impl Drop for Suspension {
    fn drop(&mut self) {
        self.cell.header().core.suspensions().resume(&self.cell, self.ticket);
    }
}

/// How often an actor was suspended, and for how long in all.
#[derive(Clone, Copy, Default)]
pub(super) struct Past {
    pub(super) times: u64,
    pub(super) total: Duration,
}

impl Past {
    fn add(&mut self, other: Self) {
        self.times += other.times;
        self.total += other.total;
    }
}

/// The suspension of an actor, from the first who wants it to the last.
struct Open {
    since: Instant,
    /// What was before this is in the past of its actor already.
    counted: Instant,
    /// Who keeps it, in order of their tickets.
    owners: Vec<(u64, &'static str)>,
    /// The timer that says that it is too long, until it has.
    alarm: Option<Key>,
}

/// What is known of one actor that was ever suspended.
struct Entry {
    /// Its type.
    actor: TypeId,
    open: Option<Open>,
    past: Past,
}

impl Entry {
    /// Nobody keeps it suspended any more. Returns its alarm.
    fn close(&mut self, now: Instant) -> Option<Key> {
        self.past(now);
        self.open.take()?.alarm
    }

    /// What it has seen of it, the open one included. What was told stays so, whoever looked at the clock before.
    fn past(&mut self, now: Instant) -> Past {
        if let Some(open) = &mut self.open {
            self.past.total += now.saturating_since(open.counted);
            open.counted = open.counted.max(now);
        }
        self.past
    }
}

#[derive(Default)]
struct Entries {
    actors: BTreeMap<ActorId, Entry>,
    /// What those have seen of it that have ended, by type.
    ended: Vec<(TypeId, Past)>,
    next_ticket: u64,
}

/// The suspensions of one system.
pub(super) struct Suspensions {
    entries: Lock<Entries>,
    /// Whether anybody was ever suspended. Most systems never need the lock.
    any: AtomicBool,
    /// How long is too long.
    limit: Duration,
}

impl Suspensions {
    pub(super) fn new(limit: Duration) -> Self {
        Self { entries: Lock::default(), any: AtomicBool::new(false), limit }
    }

    /// Suspends the actor of `cell` for `owner`, unless it has ended.
    pub(super) fn suspend(&self, cell: Owner, owner: &'static str) -> Option<Suspension> {
        let header = cell.header();
        let now = header.core.now();
        let timers = header.core.timers();
        let alarm = timers.add(now.saturating_add(self.limit), Due::Signal(cell.clone(), signal::RESUME));
        // Between this and an end one of the two sees the other's write.
        self.any.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let mut entries = self.entries.lock();
        if header.end().is_some() {
            drop(entries);
            timers.cancel(alarm);
            return None;
        }
        let ticket = entries.next_ticket;
        entries.next_ticket += 1;
        let fresh = || Entry { actor: (header.table.actor)(), open: None, past: Past::default() };
        let Entry { open, past, .. } = entries.actors.entry(header.id).or_insert_with(fresh);
        let spare = match open {
            Some(open) => {
                open.owners.push((ticket, owner));
                Some(alarm)
            }
            None => {
                *open = Some(Open { since: now, counted: now, owners: std::vec![(ticket, owner)], alarm: Some(alarm) });
                past.times += 1;
                None
            }
        };
        drop(entries);
        spare.into_iter().for_each(|alarm| timers.cancel(alarm));
        cell.signal(signal::RESUME);
        Some(Suspension { cell, ticket })
    }

    /// The one with this ticket keeps the actor of `cell` suspended no more.
    fn resume(&self, cell: &Owner, ticket: u64) {
        let core = &cell.header().core;
        let now = core.now();
        let mut entries = self.entries.lock();
        let Some(entry) = entries.actors.get_mut(&cell.header().id) else { return };
        let Some(open) = &mut entry.open else { return };
        open.owners.retain(|(known, _)| *known != ticket);
        if !open.owners.is_empty() {
            return;
        }
        let alarm = entry.close(now);
        drop(entries);
        alarm.into_iter().for_each(|alarm| core.timers().cancel(alarm));
        cell.signal(signal::RESUME);
    }

    /// The life in hand is over, and its suspension with it.
    pub(super) fn end_life(&self, header: &Header) {
        if self.any.load(Ordering::Relaxed) {
            let now = header.core.now();
            let alarm = self.entries.lock().actors.get_mut(&header.id).and_then(|entry| entry.close(now));
            alarm.into_iter().for_each(|alarm| header.core.timers().cancel(alarm));
        }
    }

    /// The actor has ended.
    pub(super) fn forget(&self, header: &Header) {
        if self.any.load(Ordering::Relaxed) {
            self.end_life(header);
            let mut entries = self.entries.lock();
            if let Some(Entry { actor, past, .. }) = entries.actors.remove(&header.id) {
                match entries.ended.iter_mut().find(|(known, _)| *known == actor) {
                    Some((_, all)) => all.add(past),
                    None => entries.ended.push((actor, past)),
                }
            }
        }
    }

    pub(super) fn is_suspended(&self, id: ActorId) -> bool {
        self.any.load(Ordering::Relaxed)
            && self.entries.lock().actors.get(&id).is_some_and(|entry| entry.open.is_some())
    }

    /// Who keeps the actor suspended, the first of them.
    pub(super) fn first_owner(&self, id: ActorId) -> Option<&'static str> {
        let entries = self.entries.lock();
        let (_, owner) = entries.actors.get(&id)?.open.as_ref()?.owners.first()?;
        Some(owner)
    }

    /// Who has kept the actor suspended for too long, and since how long; told once for each suspension.
    pub(super) fn take_overdue(&self, id: ActorId, now: Instant) -> Option<(Vec<&'static str>, Duration)> {
        let mut entries = self.entries.lock();
        let open = entries.actors.get_mut(&id)?.open.as_mut()?;
        open.alarm.take_if(|alarm| alarm.0 <= now)?;
        let owners = open.owners.iter().map(|(_, owner)| *owner).collect();
        Some((owners, now.saturating_since(open.since)))
    }

    /// What the actor has seen of it, the open one included.
    pub(super) fn past(&self, id: ActorId, now: Instant) -> Past {
        self.entries.lock().actors.get_mut(&id).map(|entry| entry.past(now)).unwrap_or_default()
    }

    /// What all actors of these types have seen of it since the system began, the open ones included.
    pub(super) fn past_of(&self, is_one: impl Fn(TypeId) -> bool, now: Instant) -> Past {
        let Entries { actors, ended, .. } = &mut *self.entries.lock();
        let living = actors.values_mut().map(|entry| (entry.actor, entry.past(now)));
        let mut all = Past::default();
        let of_them = living.chain(ended.iter().copied()).filter(|(actor, _)| is_one(*actor));
        of_them.for_each(|(_, past)| all.add(past));
        all
    }
}
