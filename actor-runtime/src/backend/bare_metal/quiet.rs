//! The receive timeout: when it will have been quiet for long enough.
//!
//! A message leaves a mark, and touches neither clock nor deadline. Whoever has the time at hand, the timer interrupt or a
//! worker that has nothing left to do, moves the deadline on for all messages since. The worker looks once more before it
//! tells the actor.

use core::cell::Cell;
use core::sync::atomic::Ordering;
use core::time::Duration;

use critical_section::Mutex;

use crate::time::Instant;

use super::atomic::AtomicU8;

/// Bits of [`Quiet::state`].
mod state {
    /// A message was handled since the deadline was moved.
    pub(super) const HEARD: u8 = 1;
    /// The future of a handler is in hand.
    pub(super) const RUNNING: u8 = 1 << 1;
    /// The actor said itself how long to wait, before it was up.
    pub(super) const SAID: u8 = 1 << 2;
}

/// What an actor with `#[idle]` has in the annex; all zeros while nobody waits for quiet.
pub(super) struct Quiet {
    /// In nanoseconds; zero for never.
    deadline: Mutex<Cell<u64>>,
    /// In milliseconds, so for 49 days at most; zero for never.
    period: Mutex<Cell<u32>>,
    /// Not behind the critical section: to note a message is one store. The worker alone sets bits.
    state: AtomicU8,
}

impl Quiet {
    /// A message was handled, or its handler waits if that `may_wait`.
    #[inline]
    pub(super) fn hear(&self, may_wait: bool) {
        if may_wait {
            self.set(state::HEARD, true);
        } else {
            // Whoever is told something is up, and has said all he could.
            self.state.store(state::HEARD, Ordering::Relaxed);
        }
    }

    /// A handler waits, or does so no more.
    #[inline]
    pub(super) fn set_running(&self, running: bool) {
        self.set(state::RUNNING, running);
    }

    /// An interrupt that comes in between has moved the deadline for nothing.
    #[inline]
    fn set(&self, bit: u8, is_set: bool) {
        let others = self.state.load(Ordering::Relaxed) & !bit;
        self.state.store(if is_set { others | bit } else { others }, Ordering::Relaxed);
    }

    fn has(&self, bit: u8) -> bool {
        self.state.load(Ordering::Relaxed) & bit != 0
    }

    /// Waits for so long from `now` on, or not at all.
    pub(super) fn wait(&self, now: Instant, period: Option<Duration>) {
        self.set(state::SAID, true);
        let millis = period.map_or(0, millis);
        let deadline = deadline(now, millis);
        critical_section::with(|cs| {
            self.period.borrow(cs).set(millis);
            self.deadline.borrow(cs).set(deadline);
        });
    }

    /// The life is up: it waits for so long, unless it has said otherwise.
    pub(super) fn begin(&self, now: Instant, period: Option<Duration>) {
        let has_said = self.has(state::SAID);
        self.state.store(0, Ordering::Relaxed);
        if !has_said {
            self.wait(now, period);
        }
    }

    /// The life is over.
    pub(super) fn end(&self) {
        critical_section::with(|cs| self.deadline.borrow(cs).set(0));
        self.state.store(0, Ordering::Relaxed);
    }

    /// Whether a message was handled of which the deadline knows nothing.
    pub(super) fn has_heard(&self) -> bool {
        self.has(state::HEARD)
    }

    /// Moves the deadline on where a message was handled, or a handler waits beyond it. Returns whether it has passed.
    pub(super) fn look(&self, now: Instant) -> bool {
        // Small cores multiply in software, so not while interrupts are off.
        let millis = critical_section::with(|cs| self.period.borrow(cs).get());
        let next = deadline(now, millis);
        critical_section::with(|cs| {
            let deadline = self.deadline.borrow(cs);
            if deadline.get() == 0 || self.period.borrow(cs).get() != millis {
                return false;
            }
            let has_passed = deadline.get() <= now.as_nanos();
            if self.has(state::RUNNING) {
                // What was heard before it waited counts from its end on.
                if has_passed {
                    deadline.set(next);
                }
                return false;
            }
            let has_heard = self.has_heard();
            if has_heard {
                self.set(state::HEARD, false);
                deadline.set(next);
            }
            has_passed && !has_heard
        })
    }

    /// When it is to be looked at next, in nanoseconds; zero for never.
    pub(super) fn deadline(&self) -> u64 {
        critical_section::with(|cs| self.deadline.borrow(cs).get())
    }

    /// As [`look`](Self::look), for the worker that tells the actor: where it has been quiet for long enough, the time
    /// begins anew, whether the actor `is_busy` or not. Returns whether it is to be told.
    pub(super) fn is_over(&self, now: Instant, is_busy: bool) -> bool {
        let is_over = self.look(now);
        if is_over {
            // The worker alone changes the period.
            let next = deadline(now, critical_section::with(|cs| self.period.borrow(cs).get()));
            critical_section::with(|cs| self.deadline.borrow(cs).set(next));
        }
        is_over && !is_busy
    }
}

/// So many milliseconds after `now`, in nanoseconds; zero for never.
fn deadline(now: Instant, millis: u32) -> u64 {
    if millis == 0 { 0 } else { now.as_nanos().saturating_add(u64::from(millis) * 1_000_000) }
}

/// What is less than a millisecond is one: it would be never.
const fn millis(period: Duration) -> u32 {
    let secs = if period.as_secs() > u32::MAX as u64 { u32::MAX } else { period.as_secs() as u32 };
    secs.saturating_mul(1_000).saturating_add(period.subsec_nanos().div_ceil(1_000_000))
}
