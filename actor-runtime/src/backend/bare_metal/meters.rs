//! What is counted of an actor: cells in front of its part of the annex, where its system says `metrics = on`. Those of
//! others have none, and nothing of this is linked where no system says so.
//!
//! The worker alone counts, by a plain load and store, and whoever reads may do so at any time. What senders drop is counted
//! with interrupts off, by the worker as well.

use core::marker::PhantomData;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::actor::Actor;
use crate::failure::StopReason;
use crate::metrics::{COARSE, DeadLetterReason};

/// What happens in the life of an actor, by the number of its cell.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(super) enum Life {
    Spawned,
    Restarted,
    Failed,
    /// A hook or a tick, which nobody sent.
    Own,
    /// The most messages that waited at a time.
    HighWater,
    /// Messages in the stash.
    Stashed,
}

/// Reasons of dead letters that there are here, each with a cell behind those of [`Life`].
pub(super) const LETTERS: [DeadLetterReason; 2] = [DeadLetterReason::Stopped, DeadLetterReason::Dropped];
const FIRST_LETTER: usize = Life::Stashed as usize + 1;
/// Reasons of ends that there are here, likewise.
pub(super) const ENDS: [StopReason; 4] =
    [StopReason::Requested, StopReason::Drained, StopReason::Failed, StopReason::ParentStopped];
const FIRST_END: usize = FIRST_LETTER + LETTERS.len();
/// Those of a life.
const LIFE: usize = FIRST_END + ENDS.len();
/// Those of a histogram: its buckets, and the two halves of its sum.
pub(super) const HISTOGRAM: usize = COARSE.buckets() + 2;

/// Set where a system counts. Else it is a constant, and what is done about senders is not linked.
static ANY: AtomicBool = AtomicBool::new(false);

/// Whether any system counts.
#[inline]
pub(super) fn are_any() -> bool {
    ANY.load(Ordering::Relaxed)
}

/// A system counts.
pub fn count() {
    ANY.store(true, Ordering::Relaxed);
}

/// The cells of an `A`.
const fn cells<A: Actor>() -> usize {
    let own = A::OPTIONS.counters.len() + A::OPTIONS.histograms.len() * HISTOGRAM;
    if A::OPTIONS.metrics.is_on() { A::PROTOCOL.messages.len() + LIFE + own } else { 0 }
}

/// The bytes that the cells of an `A` take, in front of its part of the annex.
pub(super) const fn size<A: Actor>() -> usize {
    (cells::<A>() * size_of::<AtomicU32>()).next_multiple_of(super::annex::ALIGN)
}

/// The cells of one actor.
#[derive(Clone, Copy)]
pub(super) struct Meters {
    /// One for each message, where the core reaches them with the fewest instructions.
    messages: &'static [AtomicU32],
    life: &'static [AtomicU32],
    /// Of its own counters, and of its own histograms.
    own: &'static [AtomicU32],
}

impl Meters {
    /// Those in front of the part of an `A`, if its messages are counted at all.
    ///
    /// # Safety
    /// There are cells in front of the part: its system counts.
    #[inline(always)]
    pub(super) unsafe fn before<A: Actor>(part: NonNull<u8>) -> Option<Self> {
        if const { !A::OPTIONS.metrics.is_on() } {
            return None;
        }
        // SAFETY: they lie there, as the caller says.
        let first = unsafe { part.byte_sub(size::<A>()) }.cast();
        // SAFETY: so many lie there, valid as zeros, and nothing else does.
        let cells: &[AtomicU32] = unsafe { NonNull::slice_from_raw_parts(first, cells::<A>()).as_ref() };
        let (messages, others) = cells.split_at_checked(A::PROTOCOL.messages.len())?;
        let (life, own) = others.split_at_checked(LIFE)?;
        Some(Self { messages, life, own })
    }

    fn add(self, cell: usize) {
        if let Some(cell) = self.life.get(cell) {
            add(cell, 1);
        }
    }

    /// A handler is run, that of this message.
    #[inline(always)]
    pub(super) fn handled(self, message: usize) {
        if let Some(cell) = self.messages.get(message) {
            add(cell, 1);
        }
    }

    /// So many messages wait.
    #[inline(always)]
    pub(super) fn saw(self, waiting: u32) {
        if let Some(most) = self.life.get(Life::HighWater as usize) {
            most.store(most.load(Ordering::Relaxed).max(waiting), Ordering::Relaxed);
        }
    }

    pub(super) fn count(self, event: Life) {
        self.add(event as usize);
    }

    /// So many messages are in the stash.
    pub(super) fn stashed(self, messages: usize) {
        if let Some(cell) = self.life.get(Life::Stashed as usize) {
            cell.store(messages as u32, Ordering::Relaxed);
        }
    }

    pub(super) fn ended(self, reason: StopReason) {
        if let Some(place) = ENDS.iter().position(|known| *known == reason) {
            self.add(FIRST_END + place);
        }
    }

    /// A message was lost, to a sender or to the worker.
    pub(super) fn lost(self, reason: DeadLetterReason) {
        if let Some(place) = LETTERS.iter().position(|known| *known == reason) {
            critical_section::with(|_| self.add(FIRST_LETTER + place));
        }
    }

    pub(super) fn get(self, event: Life) -> u32 {
        self.read(event as usize)
    }

    fn read(self, cell: usize) -> u32 {
        self.life.get(cell).map_or(0, |cell| cell.load(Ordering::Relaxed))
    }

    /// How often this became of a message, by reason.
    pub(super) fn letters(self) -> impl Iterator<Item = (DeadLetterReason, u64)> {
        LETTERS.into_iter().zip(FIRST_LETTER..).map(move |(reason, cell)| (reason, self.read(cell).into()))
    }

    /// How often it ended, by reason.
    pub(super) fn ends(self) -> impl Iterator<Item = (StopReason, u64)> {
        ENDS.into_iter().zip(FIRST_END..).map(move |(reason, cell)| (reason, self.read(cell).into()))
    }

    /// How often each message was handled.
    pub(super) fn messages(self) -> impl Iterator<Item = u64> {
        self.messages.iter().map(|cell| cell.load(Ordering::Relaxed).into())
    }

    /// Those of the actor's own.
    pub(super) const fn own(self) -> &'static [AtomicU32] {
        self.own
    }
}

/// What the worker alone counts, or somebody with interrupts off.
#[inline(always)]
fn add(cell: &AtomicU32, by: u32) {
    cell.store(cell.load(Ordering::Relaxed).wrapping_add(by), Ordering::Relaxed);
}

/// The figures of an actor's own, in the hand of the handler that records them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tally<'a> {
    cells: &'a [AtomicU32],
    /// How many of them are counters: histograms lie behind.
    counters: usize,
    /// Not to be kept by another than the worker.
    here: PhantomData<*const ()>,
}

impl Tally<'_> {
    /// Those of an `A`.
    ///
    /// # Safety
    /// As for [`Meters::before`].
    pub(super) unsafe fn before<A: Actor>(part: NonNull<u8>) -> Option<Self> {
        // SAFETY: as the caller says.
        let cells = unsafe { Meters::before::<A>(part) }?.own();
        Some(Self { cells, counters: A::OPTIONS.counters.len(), here: PhantomData })
    }

    #[inline]
    pub(crate) fn add_own(self, counter: usize, by: u64) {
        if let Some(cell) = self.cells.get(counter) {
            add(cell, by as u32);
        }
    }

    pub(crate) fn record_own(self, histogram: usize, value: u64) {
        let first = self.counters + histogram * HISTOGRAM;
        if let Some(([.., low, high], buckets)) =
            self.cells.get(first..first + HISTOGRAM).map(|cells| (cells, &cells[..COARSE.buckets()]))
        {
            if let Some(bucket) = buckets.get(COARSE.bucket(value)) {
                add(bucket, 1);
            }
            // In one step, for whoever reads it from an interrupt.
            critical_section::with(|_| {
                let sum = whole(low, high).saturating_add(value);
                low.store(sum as u32, Ordering::Relaxed);
                high.store((sum >> u32::BITS) as u32, Ordering::Relaxed);
            });
        }
    }
}

/// A sum in two halves.
pub(super) fn whole(low: &AtomicU32, high: &AtomicU32) -> u64 {
    u64::from(high.load(Ordering::Relaxed)) << u32::BITS | u64::from(low.load(Ordering::Relaxed))
}
