//! The `#[every]` timers: the next beat of each lies in the annex, zero while it is off. That of `#[idle]` is one of them.
//!
//! The timer interrupt [marks](mark) what is due; the worker runs it, and [arms](arm) the timer for the beat after.

use core::cell::Cell;
use core::ptr::NonNull;

use critical_section::{CriticalSection, Mutex};

use crate::actor::Actor;
use crate::time::{Instant, next_beat};

use super::agenda::{Agenda, has_agenda};
use super::annex;
use super::earliest::Earliest;
use super::header::{Address, attention};

/// How many timers an `A` declares. Those of `#[every]` come first, then that of `#[idle]`; those of its context follow.
pub(super) const fn declared<A: Actor>() -> usize {
    A::PROTOCOL.timers.len() + A::IDLE.is_some() as usize
}

/// How many timers an `A` has at most.
pub(super) const fn most<A: Actor>() -> usize {
    if has_agenda::<A>() { u8::BITS as usize } else { declared::<A>() }
}

/// Whether an `A` has timers.
pub(super) const fn any<A: Actor>() -> bool {
    declared::<A>() > 0 || has_agenda::<A>()
}

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
    let due = note_due::<A>(part, now);
    critical_section::with(|cs| {
        let mut bits = header.attention.get(cs);
        if !header.stage_in(cs).is_alive() {
            return;
        }
        if due {
            bits |= attention::AHEAD;
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

/// Notes which timers are due at `now`, one by one, so that interrupts are off for a short time only. Returns whether any
/// is that was not before.
fn note_due<A: Actor>(part: NonNull<u8>, now: Instant) -> bool {
    // SAFETY: only `due` is looked at.
    let Some(marks) = (unsafe { annex::marks::<A>(part) }) else { return false };
    let mut any = false;
    for (timer, beat) in beats::<A>(part).iter().enumerate() {
        any |= critical_section::with(|cs| {
            let (beat, due) = (beat.borrow(cs).get(), marks.due.borrow(cs));
            let is_new = beat != 0 && beat <= now.as_nanos() && due.get() & 1 << timer == 0;
            if is_new {
                due.set(due.get() | 1 << timer);
            }
            is_new
        });
    }
    if annex::quiet::<A>(part).is_some_and(|quiet| quiet.look(now)) {
        any |= critical_section::with(|cs| {
            let (bit, due) = (1 << A::PROTOCOL.timers.len(), marks.due.borrow(cs));
            let is_new = due.get() & bit == 0;
            due.set(due.get() | bit);
            is_new
        });
    }
    // SAFETY: nothing else of it is touched.
    any | unsafe { Agenda::<A>::of(part) }.is_some_and(|agenda| agenda.look(now))
}

/// The timers that are due, one bit for each.
pub(super) fn due<A: Actor>(part: NonNull<u8>) -> u8 {
    // SAFETY: only `due` is looked at.
    unsafe { annex::marks::<A>(part) }.map_or(0, |marks| critical_section::with(|cs| marks.due.borrow(cs).get()))
}

/// Shows when the timers of an `A` are due that are not already.
pub(super) fn next<A: Actor>(part: NonNull<u8>, earliest: &Earliest) {
    let noted = due::<A>(part);
    for (timer, beat) in beats::<A>(part).iter().enumerate() {
        if noted & 1 << timer == 0 {
            earliest.see(critical_section::with(|cs| beat.borrow(cs).get()));
        }
    }
    if noted & 1 << A::PROTOCOL.timers.len() == 0
        && let Some(quiet) = annex::quiet::<A>(part)
    {
        earliest.see(quiet.deadline());
    }
    // SAFETY: nothing else of it is touched.
    if let Some(agenda) = unsafe { Agenda::<A>::of(part) } {
        agenda.next(noted, earliest);
    }
}

/// Sets a timer to the beat after `now`, and takes it for no longer due. That of `#[idle]` is set where it is known whether
/// it was quiet.
pub(super) fn arm<A: Actor>(part: NonNull<u8>, timer: usize, now: Instant) {
    let (Some(beat), Some(period)) = (beats::<A>(part).get(timer), A::PROTOCOL.timers.get(timer)) else {
        return forget::<A>(part, timer, |_| ());
    };
    // The worker alone changes beats; what is due stays so until the next one is known, or it would be noted twice.
    let last = critical_section::with(|cs| beat.borrow(cs).get());
    let last = if last == 0 { now } else { Instant::from_nanos(last) };
    set::<A>(part, timer, beat, next_beat(last, *period, now).as_nanos());
}

/// Sets a timer's next beat. It is not due.
fn set<A: Actor>(part: NonNull<u8>, timer: usize, beat: &Mutex<Cell<u64>>, next: u64) {
    forget::<A>(part, timer, |cs| beat.borrow(cs).set(next));
}

/// Takes a timer for no longer due, in one step with `change`.
fn forget<A: Actor>(part: NonNull<u8>, timer: usize, change: impl FnOnce(CriticalSection<'_>)) {
    // SAFETY: only `due` is looked at.
    let marks = unsafe { annex::marks::<A>(part) };
    critical_section::with(|cs| {
        change(cs);
        if let Some(marks) = marks {
            let due = marks.due.borrow(cs);
            due.set(due.get() & !(1 << timer));
        }
    });
}

/// Switches all timers off.
pub(super) fn stop<A: Actor>(part: NonNull<u8>) {
    for (timer, beat) in beats::<A>(part).iter().enumerate() {
        set::<A>(part, timer, beat, 0);
    }
    if let Some(quiet) = annex::quiet::<A>(part) {
        quiet.end();
        forget::<A>(part, A::PROTOCOL.timers.len(), |_| ());
    }
}
