//! Asks that wait under the default deadline: kept on a coarse tick, because most of them end long before it
//! and must not pay for an ordered timer.

use std::task::Waker;
use std::vec::Vec;

use core::time::Duration;

use super::guard::wake;
use super::lock::SpinLock;
use super::mailbox::Deadline;
use crate::time::Instant;

/// Asks that wait in one system.
pub(super) struct Watch {
    shards: [SpinLock<Shard>; SHARDS],
}

const SHARDS: usize = 8;

/// How late a default deadline may be noticed.
pub(super) const TICK: Duration = Duration::from_millis(100);

#[derive(Default)]
struct Shard {
    entries: Vec<Option<(Deadline, Option<Waker>)>>,
    free: Vec<usize>,
}

/// Where an ask is kept until it is [removed](Watch::remove).
#[derive(Clone, Copy)]
pub(super) struct Place {
    shard: u32,
    entry: u32,
}

impl Watch {
    pub(super) fn new() -> Self {
        Self { shards: core::array::from_fn(|_| SpinLock::new(Shard::default())) }
    }

    /// Has `waker` woken some time after `deadline`, until the place is given back.
    pub(super) fn add(&self, deadline: Deadline, waker: &Waker) -> Place {
        let waker = waker.clone();
        let shard = shard_of(&waker);
        let mut asks = self.shards[shard].lock();
        let entry = match asks.free.pop() {
            Some(entry) => {
                asks.entries[entry] = Some((deadline, Some(waker)));
                entry
            }
            None => {
                asks.entries.push(Some((deadline, Some(waker))));
                asks.entries.len() - 1
            }
        };
        drop(asks);
        #[allow(clippy::cast_possible_truncation)]
        Place { shard: shard as u32, entry: entry as u32 }
    }

    /// Forgets an ask; done once for each place.
    pub(super) fn remove(&self, place: Place) {
        let mut asks = self.shards[place.shard as usize].lock();
        let gone = asks.entries[place.entry as usize].take();
        asks.free.push(place.entry as usize);
        drop(asks);
        drop(gone);
    }

    /// Wakes all, for the last time.
    pub(super) fn wake_all(&self) {
        self.sweep(Instant::from_nanos(u64::MAX));
    }

    /// Wakes what is late. Returns whether anybody is left to be woken.
    pub(super) fn sweep(&self, now: Instant) -> bool {
        let mut late = Vec::new();
        let mut left = false;
        for shard in &self.shards {
            let mut shard = shard.lock();
            for (deadline, waker) in shard.entries.iter_mut().flatten() {
                // The waker is taken, because cloning one is foreign code; an ask that waits on brings another.
                match deadline.has_passed(now) {
                    true => late.extend(waker.take()),
                    false => left |= waker.is_some(),
                }
            }
        }
        late.into_iter().for_each(wake);
        left
    }
}

/// Spreads tasks over the shards.
fn shard_of(waker: &Waker) -> usize {
    (waker.data().addr() >> 7) % SHARDS
}
