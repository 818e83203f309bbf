//! Figures without contention: each thread that runs actors writes its own shard with a plain load and store, and a
//! reader adds the shards up.

use core::fmt;
use core::time::Duration;
use std::boxed::Box;
use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread_local;
use std::vec::Vec;

use super::lock::Lock;
use crate::actor::{Actor, Options, Protocol};
use crate::message::Lane;
use crate::metrics::{AskOutcome, BUCKETS, Counts, Histogram, LaneFigures, LifeEvent, MailboxFigures, bucket};
use crate::telemetry::Storm;

/// Shards that belong to one thread each; threads beyond that share the last one.
const OWN_SHARDS: usize = 16;
/// How deep each lane was seen, behind the counters of life events.
const DEPTHS: usize = LifeEvent::COUNT;
/// The first counter of messages.
const MESSAGES: usize = DEPTHS + LANES;
const LANES: usize = 2;
/// Counters in a cache line pair, so that no two threads write to one.
const LINE: usize = 16;

/// The counters of one actor type in one system.
pub(super) struct TypeCounts {
    pub(super) protocol: &'static Protocol,
    pub(super) options: &'static Options,
    /// Failures that telemetry was told of lately.
    pub(super) storm: Lock<Storm>,
    shards: [OnceLock<Shard>; OWN_SHARDS + 1],
}

/// What one thread writes, made when it first does.
struct Shard {
    /// Of life events, of messages, of handlers that waited, of messages answered on the stack of their asker, and those of
    /// the actor's own.
    counters: Box<[AtomicU64]>,
    /// How long handlers take, by message, those of the actor's own, how long messages wait, by lane, and how long asks
    /// take: each made when something is recorded.
    histograms: Box<[OnceLock<Box<Recorded>>]>,
}

/// A histogram that is written while others read it.
pub(super) struct Recorded {
    counts: [AtomicU64; BUCKETS],
    sum: AtomicU64,
}

/// The figures of one actor type in the hand of the thread that writes them.
#[derive(Clone, Copy)]
pub(crate) struct Tally<'a> {
    counters: &'a [AtomicU64],
    shard: &'a Shard,
    /// How many messages there are: figures of the actor's own come behind.
    messages: usize,
    /// Where the histograms of the lanes begin.
    lanes: usize,
    /// Nobody else writes them.
    own: bool,
    /// Not to be taken to another thread.
    this_thread: PhantomData<*const ()>,
}

impl Tally<'_> {
    /// A message was handled.
    #[inline]
    pub(super) fn handled(self, message: usize) {
        self.add(MESSAGES + message, 1);
    }

    /// Its handler is async, and had to wait.
    pub(super) fn waited(self, message: usize) {
        self.add(MESSAGES + self.messages + message, 1);
    }

    /// Its handler took so many nanoseconds.
    pub(super) fn took(self, message: usize, nanos: u64) {
        self.record(message, nanos);
    }

    /// A message was handled, and answered on the stack of its asker. Counted apart, so that an ask is one addition as well.
    #[inline]
    pub(super) fn answered(self, message: usize) {
        self.add(MESSAGES + 2 * self.messages + message, 1);
    }

    /// An ask that has waited came to this.
    pub(super) fn asked(self, outcome: AskOutcome) {
        self.add(LifeEvent::Asked(outcome).index(), 1);
    }

    /// An ask took so many nanoseconds.
    pub(super) fn answered_in(self, nanos: u64) {
        self.record(self.lanes + LANES, nanos);
    }

    /// A message was in its lane for so many nanoseconds.
    pub(super) fn dwelt(self, lane: Lane, nanos: u64) {
        self.record(self.lanes + lane as usize, nanos);
    }

    /// So many messages were seen in a lane.
    pub(super) fn saw(self, lane: Lane, depth: u32) {
        let (seen, depth) = (&self.counters[DEPTHS + lane as usize], u64::from(depth));
        // Rarely more than before, and then shared or not makes no difference.
        if seen.load(Ordering::Relaxed) < depth {
            seen.fetch_max(depth, Ordering::Relaxed);
        }
    }

    pub(crate) fn add_own(self, counter: usize, by: u64) {
        self.add(MESSAGES + 3 * self.messages + counter, by);
    }

    pub(crate) fn record_own(self, histogram: usize, value: u64) {
        self.record(self.messages + histogram, value);
    }

    #[inline]
    fn add(self, counter: usize, by: u64) {
        self.raise(&self.counters[counter], by);
    }

    fn record(self, histogram: usize, value: u64) {
        let recorded = self.shard.histograms[histogram].get_or_init(Box::default);
        self.raise(&recorded.counts[bucket(value)], 1);
        if self.own {
            recorded.sum.store(recorded.sum.load(Ordering::Relaxed).saturating_add(value), Ordering::Relaxed);
        } else {
            recorded.add(value);
        }
    }

    #[inline]
    fn raise(self, cell: &AtomicU64, by: u64) {
        if self.own {
            cell.store(cell.load(Ordering::Relaxed).wrapping_add(by), Ordering::Relaxed);
        } else {
            cell.fetch_add(by, Ordering::Relaxed);
        }
    }
}

impl fmt::Debug for Tally<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tally").field("own", &self.own).finish_non_exhaustive()
    }
}

impl Recorded {
    /// Records one value, whoever else does.
    pub(super) fn record(&self, value: u64) {
        self.counts[bucket(value)].fetch_add(1, Ordering::Relaxed);
        self.add(value);
    }

    /// Adds to the sum, which stays at the largest number there is: it must not begin anew while the counts go on.
    fn add(&self, value: u64) {
        let more = |sum: u64| Some(sum.saturating_add(value));
        let _ = self.sum.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    fn add_to(&self, all: &mut Histogram) {
        let counts = self.counts.iter().map(|count| count.load(Ordering::Relaxed));
        all.merge_raw(counts, self.sum.load(Ordering::Relaxed));
    }

    pub(super) fn read(&self) -> Histogram {
        let mut all = Histogram::new();
        self.add_to(&mut all);
        all
    }
}

impl Default for Recorded {
    fn default() -> Self {
        Self { counts: [const { AtomicU64::new(0) }; BUCKETS], sum: AtomicU64::new(0) }
    }
}

impl TypeCounts {
    pub(super) fn of<A: Actor>() -> Self {
        Self {
            protocol: const { &A::PROTOCOL },
            options: const { &A::OPTIONS },
            storm: Lock::default(),
            shards: [const { OnceLock::new() }; OWN_SHARDS + 1],
        }
    }

    /// The figures that this thread writes. To be asked for once per activation: finding them costs more than
    /// counting does.
    #[inline]
    pub(super) fn tally(&self) -> Tally<'_> {
        let slot = NUMBER.get();
        if slot < OWN_SHARDS
            && let Some(shard) = self.shards[slot].get()
        {
            return self.tally_of(shard, true);
        }
        self.first_tally()
    }

    #[cold]
    #[inline(never)]
    fn first_tally(&self) -> Tally<'_> {
        let slot = ThreadSlot::current().min(OWN_SHARDS);
        let shard = self.shards[slot].get_or_init(|| self.shard());
        self.tally_of(shard, slot < OWN_SHARDS)
    }

    #[inline]
    fn tally_of<'a>(&'a self, shard: &'a Shard, own: bool) -> Tally<'a> {
        let messages = self.protocol.messages.len();
        let lanes = messages + self.options.histograms.len();
        Tally { counters: &shard.counters, shard, messages, lanes, own, this_thread: PhantomData }
    }

    fn shard(&self) -> Shard {
        let messages = self.protocol.messages.len();
        let counters = (MESSAGES + 3 * messages + self.options.counters.len()).next_multiple_of(LINE);
        let histograms = messages + self.options.histograms.len() + LANES + 1;
        Shard {
            counters: (0..counters).map(|_| AtomicU64::new(0)).collect(),
            histograms: (0..histograms).map(|_| OnceLock::new()).collect(),
        }
    }

    pub(super) fn life(&self, event: LifeEvent) {
        self.tally().add(event.index(), 1);
    }

    /// How often something happened in the lives of these actors.
    pub(super) fn lives(&self, event: LifeEvent) -> u64 {
        self.sum(event.index())
    }

    fn sum(&self, counter: usize) -> u64 {
        let shards = self.shards.iter().filter_map(OnceLock::get);
        shards.map(|shard| shard.counters[counter].load(Ordering::Relaxed)).fold(0, u64::wrapping_add)
    }

    fn spread(&self, histogram: usize) -> Histogram {
        let shards = self.shards.iter().filter_map(OnceLock::get);
        let mut all = Histogram::new();
        for recorded in shards.filter_map(|shard| shard.histograms[histogram].get()) {
            recorded.add_to(&mut all);
        }
        all
    }

    /// How often a handler ran.
    fn handled(&self, message: usize) -> u64 {
        self.sum(MESSAGES + message).wrapping_add(self.answered_inline(message))
    }

    fn answered_inline(&self, message: usize) -> u64 {
        self.sum(MESSAGES + 2 * self.protocol.messages.len() + message)
    }

    /// How many asks were answered on the stacks of their askers.
    pub(super) fn inline_asks(&self) -> u64 {
        (0..self.protocol.messages.len()).map(|message| self.answered_inline(message)).sum()
    }

    /// How often each handler ran, by message index.
    pub(super) fn messages(&self) -> Vec<(&'static str, u64)> {
        self.protocol.messages.iter().enumerate().map(|(index, name)| (*name, self.handled(index))).collect()
    }

    /// How often each async handler had to wait, by message index.
    pub(super) fn pending(&self) -> Vec<(&'static str, u64)> {
        self.counters_from(MESSAGES + self.protocol.messages.len(), self.protocol.messages)
    }

    /// How long each handler took, by message index.
    pub(super) fn durations(&self) -> Vec<(&'static str, Histogram)> {
        self.histograms_from(0, self.protocol.messages)
    }

    /// The counters of the actor's own, in the order of their declaration.
    pub(super) fn counters(&self) -> Vec<(&'static str, u64)> {
        self.counters_from(MESSAGES + 3 * self.protocol.messages.len(), self.options.counters)
    }

    /// The histograms of the actor's own, in the order of their declaration.
    pub(super) fn histograms(&self) -> Vec<(&'static str, Histogram)> {
        self.histograms_from(self.protocol.messages.len(), self.options.histograms)
    }

    /// The most messages that were seen in a lane of one of its actors.
    pub(super) fn high_water(&self, lane: Lane) -> u64 {
        let shards = self.shards.iter().filter_map(OnceLock::get);
        shards.map(|shard| shard.counters[DEPTHS + lane as usize].load(Ordering::Relaxed)).max().unwrap_or(0)
    }

    /// How long messages were in a lane.
    pub(super) fn dwell(&self, lane: Lane) -> Histogram {
        self.spread(self.protocol.messages.len() + self.options.histograms.len() + lane as usize)
    }

    /// How long asks took.
    pub(super) fn asks(&self) -> Histogram {
        self.spread(self.protocol.messages.len() + self.options.histograms.len() + LANES)
    }

    fn lane(&self, lane: Lane) -> LaneFigures {
        let high_water = usize::try_from(self.high_water(lane)).unwrap_or(usize::MAX);
        LaneFigures { depth: 0, high_water, dwell: self.dwell(lane) }
    }

    /// The mailboxes of its actors, but for what is to be asked of each of them.
    pub(super) fn mailboxes(&self) -> MailboxFigures {
        MailboxFigures {
            actor: self.options.name,
            dwell: self.options.dwell,
            user: self.lane(Lane::User),
            urgent: self.lane(Lane::Urgent),
            yields: self.totals().yields,
            suspensions: 0,
            suspended: Duration::ZERO,
        }
    }

    fn counters_from(&self, first: usize, names: &[&'static str]) -> Vec<(&'static str, u64)> {
        names.iter().enumerate().map(|(index, name)| (*name, self.sum(first + index))).collect()
    }

    fn histograms_from(&self, first: usize, names: &[&'static str]) -> Vec<(&'static str, Histogram)> {
        names.iter().enumerate().map(|(index, name)| (*name, self.spread(first + index))).collect()
    }

    pub(super) fn totals(&self) -> Counts {
        // Hooks and ticks have a counter each, like any message, but were never accepted from anybody.
        let ran = (0..self.protocol.messages.len()).map(|message| self.handled(message)).sum::<u64>();
        Counts::of(|event| self.lives(event), ran)
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
