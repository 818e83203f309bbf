//! Asks that wait under the default deadline: kept on a coarse tick, because most of them end long before it
//! and must not pay for an ordered timer.

use std::task::Waker;
use std::vec::Vec;

use core::time::Duration;

use super::guard::wake;
use super::mailbox::Deadline;
use super::spin::SpinLock;
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

/// An ask on watch, until dropped.
pub(super) struct Watched<'a> {
    shard: &'a SpinLock<Shard>,
    entry: usize,
}

impl Watch {
    pub(super) fn new() -> Self {
        Self { shards: core::array::from_fn(|_| SpinLock::new(Shard::default())) }
    }

    /// Has `waker` woken some time after `deadline`.
    pub(super) fn add(&self, deadline: Deadline, waker: &Waker) -> Watched<'_> {
        let waker = waker.clone();
        let shard = &self.shards[shard_of(&waker)];
        let mut asks = shard.lock();
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
        Watched { shard, entry }
    }

    /// Wakes all, for the last time.
    pub(super) fn wake_all(&self) {
        self.sweep(Instant::from_nanos(u64::MAX));
    }

    /// Wakes what is late. Returns whether any ask is left.
    pub(super) fn sweep(&self, now: Instant) -> bool {
        let mut late = Vec::new();
        let mut left = false;
        for shard in &self.shards {
            let mut shard = shard.lock();
            left |= shard.free.len() < shard.entries.len();
            let entries = shard.entries.iter_mut().flatten();
            // The waker is taken, because cloning one is foreign code; an ask that waits on brings another.
            late.extend(entries.filter(|(deadline, _)| deadline.has_passed(now)).filter_map(|(_, waker)| waker.take()));
        }
        late.into_iter().for_each(wake);
        left
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        let mut asks = self.shard.lock();
        let gone = asks.entries[self.entry].take();
        asks.free.push(self.entry);
        drop(asks);
        drop(gone);
    }
}

/// Spreads tasks over the shards.
fn shard_of(waker: &Waker) -> usize {
    (waker.data().addr() >> 7) % SHARDS
}
