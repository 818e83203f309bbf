//! The timers of a context: places in the annex, for actors that say how many. Each keeps the closure that makes its
//! message, which is no larger than a message is.
//!
//! When a timer is due lies behind the critical section, because the timer interrupt looks there. All else is touched in the
//! turn of the actor alone.

use core::cell::{Cell, UnsafeCell};
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use core::time::Duration;

use critical_section::Mutex;

use crate::actor::Actor;
use crate::call::{Call, Kind};
use crate::size::require;
use crate::time::{Instant, beat_after};

use super::annex::{self, Marks};
use super::earliest::Earliest;
use super::timers;

/// Whether the context of an `A` has timers.
pub(super) const fn has_agenda<A: Actor>() -> bool {
    default_count::<A>() > 0
}

/// How many of the timers that `#[actor]` says are those of the context.
const fn default_count<A: Actor>() -> usize {
    (A::OPTIONS.timers as usize).saturating_sub(timers::declared::<A>())
}

/// How many there are where `system!` says `timers` in all; zero where it says nothing.
pub(super) const fn count<A: Actor>(timers: usize) -> usize {
    if timers == 0 || !has_agenda::<A>() {
        default_count::<A>()
    } else {
        timers.saturating_sub(timers::declared::<A>())
    }
}

/// The bytes of so many.
pub(super) const fn size<A: Actor>(count: usize) -> usize {
    count * size_of::<Timer<A>>()
}

/// What a timer keeps.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// The closure.
    Call,
    /// The closure, of which a message was not to be handled yet.
    HeldCall,
    /// The message that was not to be handled, and may be now.
    Message,
    /// The message that is not to be handled yet.
    HeldMessage,
}

/// How the closure of a timer is called, and dropped.
pub(super) struct Verbs<A: Actor> {
    make: unsafe fn(NonNull<u8>, &A::Ref) -> A::Message,
    drop: unsafe fn(NonNull<u8>),
}

/// Room for a message, or a closure.
#[repr(C, align(8))]
struct Room<M>(UnsafeCell<MaybeUninit<M>>);

/// All zeros while it is free.
#[repr(C)]
struct Timer<A: Actor> {
    /// In nanoseconds; zero for never.
    due: Mutex<Cell<u64>>,
    /// In nanoseconds; zero for one that fires once.
    period: Cell<u64>,
    /// Of what it keeps; none while it is free.
    verbs: Cell<Option<&'static Verbs<A>>>,
    /// Tells it from those that had the place before. Whoever keeps an errand while 65,536 others have its place, in one
    /// life, cancels the last of them by it: a wider number would cost every timer eight bytes.
    number: Cell<u16>,
    kept: Cell<Kept>,
    /// Of the first one: how many there are, where that is not the default.
    count: Mutex<Cell<u8>>,
    room: Room<A::Message>,
}

impl<A: Actor> Timer<A> {
    fn place(&self) -> NonNull<u8> {
        NonNull::from_ref(&self.room.0).cast()
    }
}

/// The timers of the context of an `A`.
pub(super) struct Agenda<A: Actor + 'static> {
    first: NonNull<Timer<A>>,
    marks: &'static Marks,
}

impl<A: Actor> Agenda<A> {
    /// Those in the part of an `A`, if it has any.
    ///
    /// # Safety
    /// The caller owns the turn of that actor, or calls [`look`](Self::look) or [`next`](Self::next) alone.
    #[inline]
    pub(super) unsafe fn of(part: NonNull<u8>) -> Option<Self> {
        if const { !has_agenda::<A>() } {
            return None;
        }
        // SAFETY: as the caller says.
        let marks = unsafe { annex::marks::<A>(part) }?;
        Some(Self { first: annex::agenda::<A>(part).cast(), marks })
    }

    /// Says how many there are, before the actor is started.
    pub(super) fn set_count(&self, count: u8) {
        critical_section::with(|cs| self.at(0).count.borrow(cs).set(count));
    }

    fn count(&self) -> usize {
        match critical_section::with(|cs| self.at(0).count.borrow(cs).get()) {
            0 => default_count::<A>(),
            count => usize::from(count),
        }
    }

    fn at(&self, index: usize) -> &'static Timer<A> {
        // SAFETY: the part has so many places; whoever asks knows of the place.
        let timer = unsafe { self.first.add(index) };
        // SAFETY: it is made of cells, valid as zeros, and nothing else lies there.
        unsafe { timer.as_ref() }
    }

    /// The bit of a timer among those of its actor.
    const fn bit(index: usize) -> u8 {
        1 << (timers::declared::<A>() + index)
    }

    fn free(&self) -> Option<usize> {
        (0..self.count()).find(|index| self.at(*index).verbs.get().is_none())
    }

    /// Whether one of them does not run.
    pub(super) fn has_room(&self) -> bool {
        self.free().is_some()
    }

    /// Has `call` make a message after so long, and each `period` from then on unless that is zero. Returns what it can be
    /// cancelled by; nothing where all timers run.
    ///
    /// # Safety
    /// The verbs are those of an `F`.
    pub(super) unsafe fn begin<F>(
        &self,
        now: Instant,
        after: Duration,
        period: u64,
        call: F,
        verbs: &'static Verbs<A>,
    ) -> Option<u64> {
        const TOO_LARGE: &str = "on bare metal what a timer captures is no larger than a message of its actor; capture \
            less, and keep the rest in the actor";
        const { require(fits::<A, F>() || cfg!(feature = "tokio"), TOO_LARGE) };
        assert!(const { fits::<A, F>() }, "{TOO_LARGE}");
        let index = self.free()?;
        let timer = self.at(index);
        // SAFETY: the place is free, and the closure fits it.
        unsafe { timer.place().cast().write(call) };
        let number = timer.number.get().wrapping_add(1);
        timer.number.set(number);
        timer.kept.set(Kept::Call);
        timer.period.set(period);
        timer.verbs.set(Some(verbs));
        critical_section::with(|cs| {
            timer.due.borrow(cs).set(now.saturating_add(after).as_nanos().max(1));
            if after.is_zero() {
                let due = self.marks.due.borrow(cs);
                due.set(due.get() | Self::bit(index));
            }
        });
        Some(u64::from(number) << 8 | index as u64)
    }

    /// Ends what was begun under this number, if it runs.
    pub(super) fn cancel(&self, number: u64) {
        let index = (number & 0xff) as usize;
        if index < self.count() && u64::from(self.at(index).number.get()) == number >> 8 {
            self.end(index);
        }
    }

    /// Ends all of them.
    pub(super) fn end_all(&self) {
        (0..self.count()).for_each(|index| self.end(index));
    }

    fn end(&self, index: usize) {
        let timer = self.at(index);
        let Some(verbs) = timer.verbs.take() else { return };
        self.set(index, |_| 0);
        self.marks.ticks.set(self.marks.ticks.get() & !Self::bit(index));
        match timer.kept.get() {
            // SAFETY: a closure of these verbs is there, and nobody knows of it any more.
            Kept::Call | Kept::HeldCall => unsafe { (verbs.drop)(timer.place()) },
            // SAFETY: a message is there, and nobody knows of it any more.
            Kept::Message | Kept::HeldMessage => unsafe { timer.place().cast::<A::Message>().drop_in_place() },
        }
    }

    /// Notes which timers are due at `now`, one by one, so that interrupts are off for a short time only. Returns whether any
    /// is that was not before.
    pub(super) fn look(&self, now: Instant) -> bool {
        let mut any = false;
        for index in 0..self.count() {
            any |= critical_section::with(|cs| {
                let (moment, due) = (self.at(index).due.borrow(cs).get(), self.marks.due.borrow(cs));
                let is_new = moment != 0 && moment <= now.as_nanos() && due.get() & Self::bit(index) == 0;
                if is_new {
                    due.set(due.get() | Self::bit(index));
                }
                is_new
            });
        }
        any
    }

    /// Shows when those are due that are not among the `noted` ones.
    pub(super) fn next(&self, noted: u8, earliest: &Earliest) {
        for index in (0..self.count()).filter(|index| noted & Self::bit(*index) == 0) {
            earliest.see(critical_section::with(|cs| self.at(index).due.borrow(cs).get()));
        }
    }

    /// Sets a timer that is due to its beat after `now`; one that fires once has none.
    pub(super) fn arm(&self, index: usize, now: Instant) {
        let period = self.at(index).period.get();
        self.set(
            index,
            |last| {
                if period == 0 { 0 } else { beat_after(Instant::from_nanos(last), period, now).as_nanos() }
            },
        );
    }

    /// Sets when a timer is due next. It is not now.
    fn set(&self, index: usize, next: impl FnOnce(u64) -> u64) {
        // The worker alone changes it.
        let last = critical_section::with(|cs| self.at(index).due.borrow(cs).get());
        let next = next(last);
        critical_section::with(|cs| {
            self.at(index).due.borrow(cs).set(next);
            let due = self.marks.due.borrow(cs);
            due.set(due.get() & !Self::bit(index));
        });
    }

    /// The message of a timer whose turn it is, unless it was cancelled, or `must_wait`: then it is kept.
    pub(super) fn fire(
        &self,
        index: usize,
        me: &A::Ref,
        must_wait: impl FnOnce(&A::Message) -> bool,
    ) -> Option<A::Message> {
        let timer = self.at(index);
        let verbs = timer.verbs.get()?;
        let message = match timer.kept.get() {
            // SAFETY: a closure of these verbs is there; one that fires once is forgotten below.
            Kept::Call => unsafe { (verbs.make)(timer.place(), me) },
            // SAFETY: a message is there, and is forgotten below.
            Kept::Message => unsafe { timer.place().cast::<A::Message>().read() },
            Kept::HeldCall | Kept::HeldMessage => return None,
        };
        let is_last = timer.period.get() == 0;
        match (must_wait(&message), is_last) {
            (true, true) => {
                // SAFETY: what was there has been taken out.
                unsafe { timer.place().cast().write(message) };
                timer.kept.set(Kept::HeldMessage);
                None
            }
            // Made anew when it may be handled.
            (true, false) => {
                timer.kept.set(Kept::HeldCall);
                None
            }
            (false, is_last) => {
                if is_last {
                    timer.verbs.set(None);
                }
                Some(message)
            }
        }
    }

    /// Has what was kept come next. Returns whether there is any.
    pub(super) fn release(&self) -> bool {
        let before = self.marks.ticks.get();
        for index in 0..self.count() {
            let timer = self.at(index);
            let released = match timer.kept.get() {
                Kept::HeldCall => Kept::Call,
                Kept::HeldMessage => Kept::Message,
                Kept::Call | Kept::Message => continue,
            };
            if timer.verbs.get().is_some() {
                timer.kept.set(released);
                self.marks.ticks.set(self.marks.ticks.get() | Self::bit(index));
            }
        }
        self.marks.ticks.get() != before
    }
}

/// Whether an `F` fits where a message of `A` does.
const fn fits<A: Actor, F>() -> bool {
    size_of::<F>() <= size_of::<Room<A::Message>>() && align_of::<F>() <= align_of::<Room<A::Message>>()
}

/// The verbs of a closure that is called once.
pub(super) const fn once<A, K, F>() -> &'static Verbs<A>
where
    A: Actor,
    K: Kind,
    F: for<'r> FnOnce(&'r A::Ref) -> Call<'r, A, K> + Send + 'static,
{
    /// # Safety
    /// An `F` lies there, and is forgotten.
    unsafe fn make<A: Actor, K: Kind, F: for<'r> FnOnce(&'r A::Ref) -> Call<'r, A, K>>(
        place: NonNull<u8>,
        me: &A::Ref,
    ) -> A::Message {
        // SAFETY: as the caller says.
        let call = unsafe { place.cast::<F>().read() };
        call(me).message
    }
    const { &Verbs { make: make::<A, K, F>, drop: drop::<F> } }
}

/// The verbs of a closure that is called again and again.
pub(super) const fn again<A, K, F>() -> &'static Verbs<A>
where
    A: Actor,
    K: Kind,
    F: for<'r> FnMut(&'r A::Ref) -> Call<'r, A, K> + Send + 'static,
{
    /// # Safety
    /// An `F` lies there, and nobody else has it.
    unsafe fn make<A: Actor, K: Kind, F: for<'r> FnMut(&'r A::Ref) -> Call<'r, A, K>>(
        place: NonNull<u8>,
        me: &A::Ref,
    ) -> A::Message {
        // SAFETY: as the caller says.
        let call = unsafe { place.cast::<F>().as_mut() };
        call(me).message
    }
    const { &Verbs { make: make::<A, K, F>, drop: drop::<F> } }
}

/// # Safety
/// An `F` lies there, and is forgotten.
unsafe fn drop<F>(place: NonNull<u8>) {
    // SAFETY: as the caller says.
    unsafe { place.cast::<F>().drop_in_place() };
}
