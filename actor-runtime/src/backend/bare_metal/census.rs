//! What was counted of each actor of a system, as it is read: the same figures by the same names as on tokio, for one actor
//! at a time.

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};

use crate::actor::{Actor, Options, Protocol};
use crate::failure::StopReason;
use crate::id::ActorId;
use crate::metrics::{COARSE, Counts, DeadLetterReason, Yields};

use super::header::Address;
use super::meters::{HISTOGRAM, Life, Meters, whole};

/// What was counted of one actor since its system began; lent by the `metrics` of a `system!` with `metrics = on`.
///
/// Counts have 32 bits, and begin anew after that. They are exact while the worker rests, or in the one who runs it.
pub struct ActorMetrics {
    address: Address,
    meters: Meters,
    protocol: &'static Protocol,
    options: &'static Options,
}

/// One actor, as it is shown to who asks for all of a system.
#[derive(Debug)]
pub struct Surveyed {
    pub(super) address: Address,
    /// Label of the actor.
    pub(super) actor: &'static str,
    /// Names of its messages.
    pub(super) messages: &'static [&'static str],
    metrics: Option<ActorMetrics>,
}

impl Surveyed {
    pub(super) fn of<A: Actor>(address: Address, meters: Option<Meters>) -> Self {
        let metrics = meters.map(|meters| ActorMetrics::of::<A>(address, meters));
        Self { address, actor: A::OPTIONS.name, messages: A::PROTOCOL.messages, metrics }
    }

    /// What was counted of it, if anything was.
    #[must_use]
    pub const fn metrics(&self) -> Option<&ActorMetrics> {
        self.metrics.as_ref()
    }
}

impl ActorMetrics {
    pub(super) const fn of<A: Actor>(address: Address, meters: Meters) -> Self {
        Self { address, meters, protocol: const { &A::PROTOCOL }, options: const { &A::OPTIONS } }
    }

    pub(super) const fn meters(&self) -> Meters {
        self.meters
    }

    /// Label of the actor: that of its type.
    #[must_use]
    pub const fn actor(&self) -> &'static str {
        self.options.name
    }

    /// Its identity.
    #[must_use]
    pub fn id(&self) -> ActorId {
        self.address.id()
    }

    /// What happened to it so far. Nobody yields here.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let of = |event| u64::from(self.meters.get(event));
        Counts {
            spawned: of(Life::Spawned),
            restarts: of(Life::Restarted),
            failures: of(Life::Failed),
            stopped: self.stopped().map(|(_, times)| times).sum(),
            dead_letters: self.dead_letters().map(|(_, times)| times).sum(),
            handled: self.handled().map(|(_, times)| times).sum::<u64>().saturating_sub(of(Life::Own)),
            yields: Yields::default(),
        }
    }

    /// How often each of its handlers ran so far, by name. Its hooks and timers are listed too.
    pub fn handled(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.protocol.messages.iter().copied().zip(self.meters.messages())
    }

    /// How often it ended so far, by reason.
    pub fn stopped(&self) -> impl Iterator<Item = (StopReason, u64)> {
        self.meters.ends()
    }

    /// How many messages it had accepted and no handler saw, by reason.
    pub fn dead_letters(&self) -> impl Iterator<Item = (DeadLetterReason, u64)> {
        self.meters.letters()
    }

    /// Messages that wait in its mailbox now.
    #[must_use]
    pub fn mailbox_depth(&self) -> usize {
        self.address.depth()
    }

    /// The most messages that ever waited in its mailbox.
    #[must_use]
    pub fn mailbox_high_water(&self) -> usize {
        // What came since the worker last looked has not gone since, and of what waited alone the worker takes no note.
        let least = self.mailbox_depth().max(usize::from(self.counts().handled > 0));
        least.max(self.meters.get(Life::HighWater) as usize)
    }

    /// Messages that are in its stash.
    #[must_use]
    pub fn stash_depth(&self) -> usize {
        self.meters.get(Life::Stashed) as usize
    }

    /// What it counted itself so far: its `#[actor(counters(..))]`, in the order of declaration.
    pub fn counters(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.options
            .counters
            .iter()
            .zip(self.meters.own())
            .map(|(name, cell)| (*name, cell.load(Ordering::Relaxed).into()))
    }

    /// What it recorded itself so far: its `#[actor(histograms(..))]`, in the order of declaration.
    pub fn histograms(&self) -> impl Iterator<Item = (&'static str, CoarseHistogram<'static>)> {
        let cells = self.meters.own().get(self.options.counters.len()..).unwrap_or_default().chunks_exact(HISTOGRAM);
        self.options.histograms.iter().zip(cells).map(|(name, cells)| (*name, CoarseHistogram { cells }))
    }
}

impl fmt::Debug for ActorMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ActorMetrics");
        shown.field("actor", &self.actor()).field("id", &self.id()).field("counts", &self.counts());
        shown.finish_non_exhaustive()
    }
}

/// How values are spread: as a [`Histogram`](crate::metrics::Histogram), in 504 bytes.
///
/// It has four buckets to each power of two, so what is read is at most 25 % above what was recorded; a value from 2³² on
/// counts as the largest there is. Its sum is exact all the same.
#[derive(Clone, Copy)]
pub struct CoarseHistogram<'a> {
    /// So many as a [`HISTOGRAM`] has.
    cells: &'a [AtomicU32],
}

impl<'a> CoarseHistogram<'a> {
    fn buckets_in_order(&self) -> impl Iterator<Item = u64> + Clone + use<'a> {
        self.cells.iter().take(COARSE.buckets()).map(|cell| cell.load(Ordering::Relaxed).into())
    }

    /// How many values were recorded.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets_in_order().sum()
    }

    /// The sum of the values.
    #[must_use]
    pub fn sum(&self) -> u64 {
        match self.cells {
            [.., low, high] => critical_section::with(|_| whole(low, high)),
            _ => 0,
        }
    }

    /// The smallest value that so many of all values, from 0.0 to 1.0, do not exceed, and at most 25 % more; nothing where
    /// nothing was recorded.
    #[must_use]
    pub fn quantile(&self, of_all: f64) -> Option<u64> {
        COARSE.quantile(self.buckets_in_order(), of_all)
    }

    /// The buckets that have values: the largest value of each, and how many it has.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64)> + use<'a> {
        COARSE.filled(self.buckets_in_order())
    }
}

impl fmt::Debug for CoarseHistogram<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CoarseHistogram")
            .field("count", &self.count())
            .field("sum", &self.sum())
            .finish_non_exhaustive()
    }
}
