//! The `#[every]` timers: the next beat of each lies in the annex, zero while it is off.
//!
//! The timer interrupt [marks](mark) what is due; the worker runs it, and [arms](arm) the timer for the beat after.

use core::cell::Cell;
use core::ptr::NonNull;
use core::time::Duration;

use critical_section::Mutex;

use crate::actor::Actor;
use crate::time::{Instant, nanos};

use super::header::{Address, attention};

/// The next beats of an actor.
///
/// `part` is that of an `A`.
fn beats<A: Actor>(part: NonNull<u8>) -> &'static [Mutex<Cell<u64>>] {
    let beats = NonNull::slice_from_raw_parts(part.cast::<Mutex<Cell<u64>>>(), A::PROTOCOL.timers.len());
    // SAFETY: the part of an actor begins with its beats, all of them cells and none of them invalid.
    unsafe { beats.as_ref() }
}

/// Marks the timers of the actor at `address` that are due at `now`; in an interrupt, as a rule. An actor that waits
/// for something else than a message is woken: that may be a moment.
pub(super) fn mark<A: Actor>(address: Address, part: NonNull<u8>, now: Instant) {
    let header = address.header();
    critical_section::with(|cs| {
        if header.capacity.get(cs) == 0 {
            return;
        }
        let mut due = header.due.get(cs);
        for (timer, beat) in beats::<A>(part).iter().enumerate() {
            let beat = beat.borrow(cs).get();
            if beat != 0 && beat <= now.as_nanos() {
                due |= 1 << timer;
            }
        }
        let mut bits = header.attention.get(cs);
        if due != header.due.get(cs) {
            header.due.set(cs, due);
            bits |= attention::TICK;
        }
        if bits & attention::BUSY != 0 {
            bits |= attention::WAKE;
        }
        if bits != header.attention.get(cs) {
            header.attention.set(cs, bits);
            header.raise(cs);
        }
    });
}

/// Sets a timer to the beat after `now`. Missed beats are skipped.
pub(super) fn arm<A: Actor>(part: NonNull<u8>, timer: usize, now: Instant) {
    let (Some(beat), Some(period)) = (beats::<A>(part).get(timer), A::PROTOCOL.timers.get(timer)) else { return };
    critical_section::with(|cs| {
        let last = beat.borrow(cs).get();
        let last = if last == 0 { now } else { Instant::from_nanos(last) };
        beat.borrow(cs).set(after(last, now, *period).as_nanos());
    });
}

/// Switches all timers off.
pub(super) fn stop<A: Actor>(part: NonNull<u8>) {
    critical_section::with(|cs| {
        for beat in beats::<A>(part) {
            beat.borrow(cs).set(0);
        }
    });
}

/// The first beat after `now`, counted from `last`. Without a division, which small cores do in software.
fn after(last: Instant, now: Instant, period: Duration) -> Instant {
    let period = nanos(period).max(1);
    let mut left = now.as_nanos().saturating_sub(last.as_nanos());
    let mut doublings = 0;
    while period << doublings <= left >> 1 {
        doublings += 1;
    }
    loop {
        left -= if period << doublings <= left { period << doublings } else { 0 };
        if doublings == 0 {
            break;
        }
        doublings -= 1;
    }
    Instant::from_nanos(now.as_nanos().max(last.as_nanos()) - left).saturating_add(Duration::from_nanos(period))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beats_that_were_missed_are_skipped() {
        fn check(last: u64, now: u64, period: u64, expected: u64) {
            let next = after(Instant::from_nanos(last), Instant::from_nanos(now), Duration::from_nanos(period));
            assert_eq!(next.as_nanos(), expected, "{last} {now} {period}");
        }
        check(100, 100, 10, 110);
        check(100, 109, 10, 110);
        check(100, 110, 10, 120);
        check(100, 195, 10, 200);
        check(100, 200, 10, 210);
        check(0, u64::MAX / 2, 1, u64::MAX / 2 + 1);
        check(7, 1_000_000_007, 3, 1_000_000_009);
    }
}
