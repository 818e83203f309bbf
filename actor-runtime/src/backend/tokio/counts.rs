//! Counters without contention: each thread that runs actors writes its own shard with a plain load and
//! store, and a reader adds the shards up.

use std::boxed::Box;
use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread_local;
use std::vec::Vec;

use super::lock::Lock;
use crate::actor::{Actor, Protocol};
use crate::metrics::{Counts, Yields};

/// Shards that belong to one thread each; threads beyond that share the last one.
const OWN_SHARDS: usize = 16;
/// Counters of life events in front of those of messages.
const LIFE: usize = 9;
/// Counters in a cache line pair, so that no two threads write to one.
const LINE: usize = 16;

/// A life event that is counted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Life {
    Spawned,
    Restarted,
    Failed,
    Stopped,
    DeadLetter,
    /// A hook or a tick, which nobody sent.
    Own,
    YieldedBudget,
    YieldedHint,
    YieldedBacklog,
}

/// The counters of one actor type in one system.
pub(super) struct TypeCounts {
    pub(super) protocol: &'static Protocol,
    shards: [Shard; OWN_SHARDS + 1],
}

/// The counters that one thread writes, made when it first does.
struct Shard(std::sync::OnceLock<Box<[AtomicU64]>>);

/// The counters of one actor type in the hand of the thread that writes them.
#[derive(Clone, Copy)]
pub(super) struct Tally<'a> {
    counters: &'a [AtomicU64],
    /// Nobody else writes them.
    own: bool,
    /// Not to be taken to another thread.
    this_thread: PhantomData<*const ()>,
}

impl Tally<'_> {
    /// A message was handled.
    #[inline]
    pub(super) fn handled(self, message: usize) {
        self.add(LIFE + message);
    }

    #[inline]
    fn add(self, counter: usize) {
        let counter = &self.counters[counter];
        if self.own {
            counter.store(counter.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        } else {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl TypeCounts {
    pub(super) fn of<A: Actor>() -> Self {
        Self { protocol: const { &A::PROTOCOL }, shards: [const { Shard(std::sync::OnceLock::new()) }; OWN_SHARDS + 1] }
    }

    /// The counters that this thread writes. To be asked for once per activation: finding them costs more than
    /// counting does.
    #[inline]
    pub(super) fn tally(&self) -> Tally<'_> {
        let slot = NUMBER.get();
        if slot < OWN_SHARDS
            && let Some(counters) = self.shards[slot].0.get()
        {
            return Tally { counters, own: true, this_thread: PhantomData };
        }
        self.first_tally()
    }

    #[cold]
    #[inline(never)]
    fn first_tally(&self) -> Tally<'_> {
        let slot = ThreadSlot::current().min(OWN_SHARDS);
        Tally { counters: self.fill(&self.shards[slot]), own: slot < OWN_SHARDS, this_thread: PhantomData }
    }

    fn fill<'a>(&self, shard: &'a Shard) -> &'a [AtomicU64] {
        shard.0.get_or_init(|| {
            let len = (LIFE + self.protocol.messages.len()).next_multiple_of(LINE);
            (0..len).map(|_| AtomicU64::new(0)).collect()
        })
    }

    pub(super) fn life(&self, event: Life) {
        self.tally().add(event as usize);
    }

    fn sum(&self, counter: usize) -> u64 {
        self.shards
            .iter()
            .filter_map(|shard| shard.0.get())
            .map(|counters| counters[counter].load(Ordering::Relaxed))
            .sum()
    }

    /// How often each handler ran, by message index.
    pub(super) fn messages(&self) -> Vec<(&'static str, u64)> {
        let names = self.protocol.messages.iter().enumerate();
        names.map(|(index, name)| (*name, self.sum(LIFE + index))).collect()
    }

    pub(super) fn totals(&self) -> Counts {
        Counts {
            spawned: self.sum(Life::Spawned as usize),
            restarts: self.sum(Life::Restarted as usize),
            failures: self.sum(Life::Failed as usize),
            stopped: self.sum(Life::Stopped as usize),
            dead_letters: self.sum(Life::DeadLetter as usize),
            yields: Yields {
                budget: self.sum(Life::YieldedBudget as usize),
                hint: self.sum(Life::YieldedHint as usize),
                backlog: self.sum(Life::YieldedBacklog as usize),
            },
            // Hooks and ticks have a counter each, like any message, but were never accepted from anybody.
            handled: (0..self.protocol.messages.len())
                .map(|index| self.sum(LIFE + index))
                .sum::<u64>()
                .saturating_sub(self.sum(Life::Own as usize)),
        }
    }
}

/// The number of a living thread, reused when the thread has ended.
struct ThreadSlot(usize);

static FREE: Lock<(Vec<usize>, usize)> = Lock::new((Vec::new(), 0));

thread_local! {
    /// The number once more, without the check of a destructor.
    static NUMBER: Cell<usize> = const { Cell::new(usize::MAX) };
    static SLOT: ThreadSlot = ThreadSlot::claim();
}

impl ThreadSlot {
    #[inline]
    fn current() -> usize {
        let number = NUMBER.get();
        if number == usize::MAX { Self::first() } else { number }
    }

    #[cold]
    fn first() -> usize {
        // A thread that is going down already shares the last shard.
        let number = SLOT.try_with(|slot| slot.0).unwrap_or(OWN_SHARDS);
        NUMBER.set(number);
        number
    }

    fn claim() -> Self {
        let (free, next) = &mut *FREE.lock();
        Self(free.pop().unwrap_or_else(|| {
            *next += 1;
            *next - 1
        }))
    }
}

impl Drop for ThreadSlot {
    fn drop(&mut self) {
        NUMBER.set(OWN_SHARDS);
        FREE.lock().0.push(self.0);
    }
}
