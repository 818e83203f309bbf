//! What the actors of one `system!` share: the ready word, the clock, and the right to run them.

use core::cell::Cell;
use core::marker::PhantomData;
use core::sync::atomic::Ordering;
use core::task::{Poll, Waker};

use critical_section::{CriticalSection, Mutex};

#[cfg(not(feature = "tokio"))]
use crate::error::Unanswered;
use crate::time::Instant;

use super::atomic::{AtomicBool, AtomicU8, AtomicU32};
use super::earliest::Earliest;
use super::sleeper::Sleeper;
use super::{alert, idle, level, reply, then, waiting};

/// Steps that a task makes before it gives way.
const AT_A_TIME: u32 = 32;

/// Tells the time.
pub(super) type Now = fn() -> Instant;

/// The ready word and the clock of one system. All zeros before [`start`](System::start).
pub struct System {
    /// One bit for each actor that has something to do, the first in priority lowest. Written under the lock only.
    ready: AtomicU32,
    now: Mutex<Cell<Option<Now>>>,
    seed: Mutex<Cell<u32>>,
    /// Whether somebody runs the actors. Set under the lock.
    busy: AtomicBool,
    /// Whether a panic went through an actor, where that is survived.
    #[cfg(panic = "unwind")]
    has_panicked: AtomicBool,
    /// Tells it from other systems; zero before anybody asked.
    number: Mutex<Cell<u8>>,
    /// Whether the list of alerts has one for it.
    has_alert: Mutex<Cell<bool>>,
    /// Its number in the trace of the program, from one on.
    traced_as: AtomicU8,
}

/// Systems that were asked for their number.
static NUMBERED: Mutex<Cell<u8>> = Mutex::new(Cell::new(0));

/// Which actors have something to do, and the right to run one of them: none is run within another.
pub struct Ready<'s> {
    bits: u32,
    /// It is good for as long as the system says, and where it says so.
    here: PhantomData<(&'s mut (), *const ())>,
}

impl Ready<'_> {
    /// Whether any of those actors has something to do.
    #[must_use]
    #[inline(always)]
    pub const fn any(&self, of: u32) -> bool {
        self.bits & of != 0
    }

    /// The bit of the one that is run.
    pub(super) const fn first(&self) -> u32 {
        self.bits & self.bits.wrapping_neg()
    }
}

impl core::fmt::Debug for Ready<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Ready").field(&self.bits).finish()
    }
}

impl System {
    /// A system that is not started.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self {
            ready: AtomicU32::new(0),
            now: Mutex::new(Cell::new(None)),
            seed: Mutex::new(Cell::new(0)),
            busy: AtomicBool::new(false),
            #[cfg(panic = "unwind")]
            has_panicked: AtomicBool::new(false),
            number: Mutex::new(Cell::new(0)),
            has_alert: Mutex::new(Cell::new(false)),
            traced_as: AtomicU8::new(0),
        }
    }

    /// Sets the clock. Returns whether this is the first start.
    pub fn start(&self, now: fn() -> Instant) -> bool {
        critical_section::with(|cs| self.now.borrow(cs).replace(Some(now)).is_none())
    }

    /// The moment, by the clock of the system.
    pub fn now(&self) -> Instant {
        critical_section::with(|cs| self.clock(cs)).map_or(Instant::ZERO, |now| now())
    }

    #[inline]
    pub(super) fn clock(&self, cs: CriticalSection<'_>) -> Option<Now> {
        self.now.borrow(cs).get()
    }

    /// As [`now`](Self::now), for whoever moves the clock: what waits for an answer and is late is told.
    pub fn tick(&self) -> Instant {
        let now = self.now();
        then::tick(self, now);
        reply::tick(now);
        waiting::tick(now);
        now
    }

    /// As [`tick`](Self::tick), for a level: what is of the whole program has been told by the system it is a level of.
    pub fn tick_level(&self, now: Instant) {
        then::tick(self, now);
    }

    /// The next number of a xorshift generator: the same in every run.
    pub(super) fn random(&self) -> u64 {
        u64::from(self.random_word()) << 32 | u64::from(self.random_word())
    }

    fn random_word(&self) -> u32 {
        critical_section::with(|cs| {
            let seed = self.seed.borrow(cs);
            // Zero would stay zero.
            let mut next = if seed.get() == 0 { 0x9e37_79b9 } else { seed.get() };
            next ^= next << 13;
            next ^= next >> 17;
            next ^= next << 5;
            seed.set(next);
            next
        })
    }

    /// Which actors have something to do.
    #[inline]
    pub(super) fn ready(&self) -> u32 {
        self.ready.load(Ordering::Relaxed)
    }

    /// Notes that the actors of `bits` have something to do.
    #[inline]
    pub(super) fn raise(&self, cs: CriticalSection<'_>, bits: u32) {
        self.ready.store(self.ready.load(Ordering::Relaxed) | bits, Ordering::Relaxed);
        alert::raised(cs, self);
    }

    /// Whether somebody is called when it is raised.
    #[inline]
    pub(super) fn has_alert(&self, cs: CriticalSection<'_>) -> bool {
        self.has_alert.borrow(cs).get()
    }

    /// From here on somebody is.
    pub(super) fn put_alert(&self, cs: CriticalSection<'_>) {
        self.has_alert.borrow(cs).set(true);
    }

    /// Its actors are traced, with this number.
    pub(super) fn trace_as(&self, number: u8) {
        self.traced_as.store(number, Ordering::Relaxed);
    }

    /// Its number in the trace of the program; zero where it is in none.
    #[inline]
    pub(super) fn traced_as(&self) -> u8 {
        self.traced_as.load(Ordering::Relaxed)
    }

    /// Notes that the actors of `bits` have nothing to do.
    #[inline]
    pub(super) fn lower(&self, _: CriticalSection<'_>, bits: u32) {
        self.ready.store(self.ready.load(Ordering::Relaxed) & !bits, Ordering::Relaxed);
    }

    /// Its number among the systems of the program, in the order in which they were asked.
    #[cold]
    pub(super) fn number(&self) -> u32 {
        critical_section::with(|cs| {
            let number = self.number.borrow(cs);
            if number.get() == 0 {
                let next = NUMBERED.borrow(cs).get().saturating_add(1);
                NUMBERED.borrow(cs).set(next);
                number.set(next);
            }
            u32::from(number.get() - 1)
        })
    }

    /// Lets one actor do one thing, or `rest` where none has anything to do. Returns whether any had; false as well while
    /// another caller runs the actors, such as the one whose handler calls this.
    ///
    /// # Panics
    /// If an actor panicked before: its system is in no state to go on.
    #[inline]
    pub fn step(&self, dispatch: impl FnOnce(Ready<'_>), rest: impl FnOnce()) -> bool {
        let mut bits = 0;
        if !self.enter(|| bits = self.ready()) {
            #[cfg(panic = "unwind")]
            assert!(
                !self.has_panicked.load(Ordering::Acquire),
                "an actor of this system has panicked, and on bare metal nobody goes on after that"
            );
            return false;
        }
        #[cfg(panic = "unwind")]
        let watch = Watch(self);
        match bits {
            0 => rest(),
            bits => dispatch(Ready { bits, here: PhantomData }),
        }
        #[cfg(panic = "unwind")]
        core::mem::forget(watch);
        // Not reached when a handler panics: its actors are in no state to go on.
        self.busy.store(false, Ordering::Release);
        bits != 0
    }

    /// As [`step`](Self::step), for a level, which may come within handlers of others.
    ///
    /// # Panics
    /// As for that.
    #[inline]
    pub fn preempt(&self, dispatch: impl FnOnce(Ready<'_>), rest: impl FnOnce()) -> bool {
        #[cfg(not(feature = "tokio"))]
        let (owed, why) =
            (super::owes().then(|| super::replace_debt(None)), super::dropped::replace(Unanswered::NoReply));
        let had = self.step(dispatch, rest);
        #[cfg(not(feature = "tokio"))]
        {
            super::dropped::replace(why);
            if let Some(owed) = owed {
                super::replace_debt(owed);
            }
        }
        if had {
            level::ran();
        }
        had
    }

    /// Runs the actors for as long as a task should without giving way, then gives way, or sleeps where none has anything
    /// to do. Never done. `sleeper` is woken by the alert of this system.
    pub fn poll(&self, sleeper: &Sleeper, waker: &Waker, dispatch: impl Fn(Ready<'_>), rest: impl Fn()) -> Poll<()> {
        for _ in 0..AT_A_TIME {
            if self.step(&dispatch, &rest) {
                continue;
            }
            let mine = waker.clone();
            let (sleeps, _outside) = critical_section::with(|cs| match self.ready() {
                0 => (true, sleeper.sleep(cs, mine)),
                _ => (false, Some(mine)),
            });
            if sleeps {
                return Poll::Pending;
            }
        }
        waker.wake_by_ref();
        Poll::Pending
    }

    /// The moment at which the clock has something for the actors that `look` is shown, or for one who waits; none while
    /// another caller runs the actors.
    pub fn next_deadline(&self, look: impl FnOnce(&Earliest)) -> Option<Instant> {
        if !self.enter(|| ()) {
            return None;
        }
        let earliest = self.earliest(look);
        self.busy.store(false, Ordering::Release);
        earliest
    }

    /// Shows when the clock has something for the actors of this system, a level: with interrupts off, as another one could
    /// run them.
    pub fn next_of_level(&self, look: impl FnOnce(&Earliest), earliest: &Earliest) {
        critical_section::with(|_| {
            if self.enter(|| ()) {
                look(earliest);
                then::next(self, earliest);
                self.busy.store(false, Ordering::Release);
            }
        });
    }

    fn earliest(&self, look: impl FnOnce(&Earliest)) -> Option<Instant> {
        let earliest = Earliest::new();
        look(&earliest);
        then::next(self, &earliest);
        reply::next(&earliest);
        waiting::next(&earliest);
        earliest.moment()
    }

    /// Takes the right to run the actors, and looks at them. Returns whether it was to be had.
    #[inline]
    fn enter(&self, look: impl FnOnce()) -> bool {
        critical_section::with(|_| {
            let is_free = !self.busy.load(Ordering::Acquire);
            if is_free {
                self.busy.store(true, Ordering::Relaxed);
                look();
            }
            is_free
        })
    }

    /// Runs the actors for ever; while none has anything to do, it lets them `rest` and sleeps.
    #[inline]
    pub fn run(&self, dispatch: impl Fn(Ready<'_>), rest: impl Fn()) -> ! {
        self.run_or(dispatch, || {
            rest();
            idle::until(|| self.ready() != 0);
        })
    }

    /// As [`run`](Self::run), without ticks: has an alarm set to the [next deadline](Self::next_deadline) before it sleeps,
    /// and ticks itself where that has come.
    #[inline]
    pub fn run_tickless(
        &self,
        dispatch: impl Fn(Ready<'_>),
        rest: impl Fn(),
        look: impl Fn(&Earliest),
        tick: impl Fn(),
        alarm: impl Fn(Option<Instant>),
    ) -> ! {
        self.run_or(dispatch, || {
            rest();
            level::look();
            let next = self.earliest(&look);
            if next.is_some_and(|next| next <= self.now()) {
                tick();
            } else {
                alarm(next);
                idle::until(|| self.ready() != 0 || level::has_run());
            }
        })
    }

    /// Runs the actors for ever, and does `otherwise` while none has anything to do.
    #[inline(always)]
    fn run_or(&self, dispatch: impl Fn(Ready<'_>), otherwise: impl Fn()) -> ! {
        while !self.enter(|| ()) {
            core::hint::spin_loop();
        }
        loop {
            match self.ready() {
                0 => otherwise(),
                bits => dispatch(Ready { bits, here: PhantomData }),
            }
        }
    }
}

/// Takes note of a panic that goes through a step.
#[cfg(panic = "unwind")]
struct Watch<'s>(&'s System);

#[cfg(panic = "unwind")]
impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.0.has_panicked.store(true, Ordering::Release);
    }
}

impl core::fmt::Debug for System {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("System").field("ready", &self.ready()).finish_non_exhaustive()
    }
}
