//! The part of a slot that is alike for all actors, and the address that points to it.
//!
//! All but the life is behind the critical section, so any context may look at it, interrupts too.
//!
//! | field | meaning |
//! |---|---|
//! | `system`, `mask` | the ready word, and the actor's bit in it |
//! | `tail` | where the next message goes, from the last place down; those that wait lie right above it. And whether there is an urgent lane |
//! | `last` | the last place of the ring |
//! | `room` | places left for messages; zero before the start, after a drain began and after the end |
//! | `attention` | why the next step is no plain message: see [`attention`] |
//! | `reserved` | places kept for answers and for senders that wait; in a closed mailbox, messages left in it |
//! | `stage` | how far the actor is, as others see it |
//! | `incarnation` | which life it lives, up to the largest number |
//! | `life` | how far the actor is, as the owner of its turn sees it |

use core::cell::{Cell, UnsafeCell};
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use critical_section::{CriticalSection, Mutex};

use crate::actor::Actor;
use crate::error::Reason;
use crate::id::{ActorId, Incarnation};
use crate::lifecycle::Lifecycle;
use crate::message::Message;

use super::system::System;
use super::{detour, urgent, whereabouts};

/// One byte behind the critical section.
pub(super) struct Byte(Mutex<Cell<u8>>);

impl Byte {
    #[allow(clippy::declare_interior_mutable_const, reason = "it is where a static begins")]
    const ZERO: Self = Self(Mutex::new(Cell::new(0)));

    #[inline]
    pub(super) fn get(&self, cs: CriticalSection<'_>) -> u8 {
        self.0.borrow(cs).get()
    }

    #[inline]
    pub(super) fn set(&self, cs: CriticalSection<'_>, value: u8) {
        self.0.borrow(cs).set(value);
    }
}

/// Bits of [`Header::attention`]. While it is zero, the actor handles messages and has nothing else to do.
pub(super) mod attention {
    /// Somebody asked for the end.
    pub(crate) const STOP: u8 = 1;
    /// The parent is on its way to its end.
    pub(crate) const PARENT_STOPPED: u8 = 1 << 1;
    /// A child failed too often.
    pub(crate) const ESCALATED: u8 = 1 << 2;
    /// The future of the handler in hand, or a child, or the clock may have got on.
    pub(crate) const WAKE: u8 = 1 << 3;
    /// Something goes before plain messages: a timer that is due, an urgent message, one out of the stash.
    pub(crate) const AHEAD: u8 = 1 << 4;
    /// A sender waits for room.
    pub(crate) const ROOM: u8 = 1 << 5;
    /// What is to be done now is no plain message: the actor is not up, a future is in hand, or places are kept for
    /// answers.
    pub(crate) const BUSY: u8 = 1 << 6;
    /// The mailbox takes no more.
    pub(crate) const CLOSED: u8 = 1 << 7;

    /// Those that the worker takes and answers.
    pub(crate) const SIGNALS: u8 = STOP | PARENT_STOPPED | ESCALATED | WAKE | AHEAD;
}

/// How far an actor is, as its parent and its refs see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Not started.
    Absent,
    /// Not up for the first time.
    Starting,
    /// Was up once.
    Up,
    /// Has ended after it was up.
    Ended,
    /// Has ended before it was up.
    NeverUp,
}

impl Stage {
    /// Whether the actor is started and has not ended.
    #[inline]
    pub(super) const fn is_alive(self) -> bool {
        match self {
            Self::Starting | Self::Up => true,
            Self::Absent | Self::Ended | Self::NeverUp => false,
        }
    }
}

/// Set in the tail of an actor with an urgent lane. There, because whoever looks at a tail knows the type of the actor: so
/// the others pay nothing for it.
const HAS_URGENT: u8 = 1 << 7;

/// See the module.
#[repr(C)]
pub(super) struct Header {
    tail: Byte,
    pub(super) room: Byte,
    pub(super) last: Byte,
    pub(super) attention: Byte,
    system: Mutex<Cell<Option<&'static System>>>,
    mask: Mutex<Cell<u32>>,
    pub(super) reserved: Byte,
    stage: Mutex<Cell<Stage>>,
    incarnation: Mutex<Cell<u16>>,
    /// Written by the start.
    life: UnsafeCell<MaybeUninit<Lifecycle>>,
}

impl Header {
    /// The header of an actor that is not started: all zeros.
    #[allow(clippy::declare_interior_mutable_const, reason = "it is where a static begins")]
    pub(super) const NEW: Self = Self {
        tail: Byte::ZERO,
        room: Byte::ZERO,
        last: Byte::ZERO,
        attention: Byte::ZERO,
        system: Mutex::new(Cell::new(None)),
        mask: Mutex::new(Cell::new(0)),
        reserved: Byte::ZERO,
        stage: Mutex::new(Cell::new(Stage::Absent)),
        incarnation: Mutex::new(Cell::new(0)),
        life: UnsafeCell::new(MaybeUninit::zeroed()),
    };

    /// Has the worker of `system` build the actor, an `A`, with an empty mailbox of `capacity`.
    ///
    /// # Safety
    /// The actor is not alive. The caller is the worker, or comes before it.
    #[inline]
    pub(super) unsafe fn start_as<A: Actor>(&self, system: &'static System, mask: u32, capacity: u8) {
        // SAFETY: as the caller says.
        unsafe { self.start(system, mask, capacity) };
        if const { A::Message::HAS_URGENT } {
            critical_section::with(|cs| self.set_tail::<A>(cs, self.tail::<A>(cs)));
        }
    }

    /// What [`start_as`](Self::start_as) does for all actors alike.
    ///
    /// # Safety
    /// As for that.
    #[inline(never)]
    unsafe fn start(&self, system: &'static System, mask: u32, capacity: u8) {
        let life = self.life.get();
        // SAFETY: nobody runs an actor that is not started.
        unsafe { life.write(MaybeUninit::new(Lifecycle::new())) };
        critical_section::with(|cs| {
            self.tail.set(cs, 0);
            self.last.set(cs, capacity - 1);
            self.room.set(cs, capacity);
            self.attention.set(cs, attention::BUSY);
            self.reserved.set(cs, 0);
            self.stage.borrow(cs).set(Stage::Starting);
            self.system.borrow(cs).set(Some(system));
            self.mask.borrow(cs).set(mask);
            system.raise(cs, mask);
        });
    }

    /// The life of an actor that has been started.
    ///
    /// # Safety
    /// It has been started. The caller owns its turn, and keeps no reference from an earlier call.
    #[inline]
    pub(super) unsafe fn life(&self) -> NonNull<Lifecycle> {
        // SAFETY: a cell is somewhere.
        unsafe { NonNull::new_unchecked(self.life.get()) }.cast()
    }

    #[inline]
    pub(super) fn system(&self, cs: CriticalSection<'_>) -> Option<&'static System> {
        self.system.borrow(cs).get()
    }

    /// The number of the actor's bit; zero before the start.
    pub(super) fn bit(&self) -> u32 {
        critical_section::with(|cs| self.bit_in(cs))
    }

    #[inline]
    pub(super) fn bit_in(&self, cs: CriticalSection<'_>) -> u32 {
        self.mask.borrow(cs).get().checked_ilog2().unwrap_or(0)
    }

    /// Raises the actor's bit.
    #[inline]
    pub(super) fn raise(&self, cs: CriticalSection<'_>) {
        if let Some(system) = self.system(cs) {
            system.raise(cs, self.mask.borrow(cs).get());
        }
    }

    /// Where the bit of an actor is that has been started, and which.
    ///
    /// # Safety
    /// It has been started.
    #[inline]
    unsafe fn started(&self, cs: CriticalSection<'_>) -> (&'static System, u32) {
        // SAFETY: the start names the system.
        let system = unsafe { self.system(cs).unwrap_unchecked() };
        (system, self.mask.borrow(cs).get())
    }

    /// Raises the bit of an actor that has been started.
    ///
    /// # Safety
    /// It has been started.
    #[inline]
    pub(super) unsafe fn raise_started(&self, cs: CriticalSection<'_>) {
        // SAFETY: as the caller says.
        let (system, mask) = unsafe { self.started(cs) };
        system.raise(cs, mask);
    }

    /// Lowers the actor's bit.
    fn lower(&self, cs: CriticalSection<'_>) {
        if let Some(system) = self.system(cs) {
            system.lower(cs, self.mask.borrow(cs).get());
        }
    }

    /// Sets bits of `attention`, and raises the actor's bit. Nothing happens to one that is not there.
    pub(super) fn signal(&self, bits: u8) {
        critical_section::with(|cs| {
            if self.stage_in(cs).is_alive() {
                self.attention.set(cs, self.attention.get(cs) | bits);
                self.raise(cs);
            }
        });
    }

    /// Takes the signals, and looks whether there may be others than those of a start.
    #[inline(never)]
    pub(super) fn take_signals(&self) -> (u8, bool) {
        critical_section::with(|cs| {
            let bits = self.attention.get(cs);
            self.attention.set(cs, bits & !attention::SIGNALS);
            (bits & attention::SIGNALS, detour::is_open(cs))
        })
    }

    /// Notes that a sender waits for room. Raises nothing. Returns whether the actor is alive.
    pub(super) fn want_room(&self) -> bool {
        critical_section::with(|cs| {
            let alive = self.stage_in(cs).is_alive();
            if alive {
                self.attention.set(cs, self.attention.get(cs) | attention::ROOM);
            }
            alive
        })
    }

    /// Ends a step of an actor that is alive. It is `up` if a message may be handled now; else there is something to do
    /// `again`, or nothing before a signal.
    ///
    /// # Safety
    /// It has been started.
    #[inline(never)]
    pub(super) unsafe fn rest(&self, up: bool, again: bool) {
        // In steps, to have interrupts off for a short time only: whoever sends in between raises the bit again, and what
        // waits is taken away by the worker alone.
        let (plain, system, mask) = critical_section::with(|cs| {
            let bits = self.attention.get(cs);
            let detained = detour::is_open(cs)
                && (bits & attention::CLOSED != 0 || self.reserved.get(cs) != 0 || whereabouts::any_waits(cs));
            let plain = up && !detained;
            self.attention.set(cs, if plain { bits & !attention::BUSY } else { bits | attention::BUSY });
            // SAFETY: as the caller says.
            let (system, mask) = unsafe { self.started(cs) };
            system.lower(cs, mask);
            (plain, system, mask)
        });
        critical_section::with(|cs| {
            let is_signalled = self.attention.get(cs) & attention::SIGNALS != 0;
            let waits =
                if plain { self.room.get(cs) <= self.last.get(cs) } else { again || (up && self.depth(cs) > 0) };
            if is_signalled || waits {
                system.raise(cs, mask);
            }
        });
    }

    /// Takes note that an actor that has been started is up. Returns whether it is for the first time.
    #[inline]
    pub(super) fn come_up(&self) -> bool {
        critical_section::with(|cs| self.stage.borrow(cs).replace(Stage::Up)) == Stage::Starting
    }

    /// Whether a sender waits for room; who asks is expected to wake it.
    pub(super) fn take_room(&self) -> bool {
        critical_section::with(|cs| {
            let bits = self.attention.get(cs);
            self.attention.set(cs, bits & !attention::ROOM);
            bits & attention::ROOM != 0
        })
    }

    /// Whether the mailbox takes no more.
    pub(super) fn is_closed(&self) -> bool {
        critical_section::with(|cs| self.attention.get(cs)) & attention::CLOSED != 0
    }

    pub(super) fn stage(&self) -> Stage {
        critical_section::with(|cs| self.stage_in(cs))
    }

    #[inline]
    pub(super) fn stage_in(&self, cs: CriticalSection<'_>) -> Stage {
        self.stage.borrow(cs).get()
    }

    pub(super) fn incarnation(&self) -> Incarnation {
        critical_section::with(|cs| Incarnation::new(u32::from(self.incarnation_in(cs))))
    }

    fn incarnation_in(&self, cs: CriticalSection<'_>) -> u16 {
        self.incarnation.borrow(cs).get()
    }

    /// Counts one more life.
    pub(super) fn end_life(&self) {
        critical_section::with(|cs| self.incarnation.borrow(cs).set(self.incarnation_in(cs).saturating_add(1)));
    }

    /// Whether the actor is started and has not ended.
    pub(super) fn is_alive(&self) -> bool {
        self.stage().is_alive()
    }

    /// Why there is no room.
    #[cold]
    pub(super) fn why_full(&self, cs: CriticalSection<'_>) -> Reason {
        if self.takes_more(cs) { Reason::Full } else { Reason::Stopped }
    }

    /// Whether the mailbox takes messages where it has room for them.
    #[inline]
    pub(super) fn takes_more(&self, cs: CriticalSection<'_>) -> bool {
        self.attention.get(cs) & attention::CLOSED == 0 && self.stage_in(cs).is_alive()
    }

    /// Where the next message of an `A` goes.
    #[inline(always)]
    pub(super) fn tail<A: Actor>(&self, cs: CriticalSection<'_>) -> u8 {
        let tail = self.tail.get(cs);
        if const { A::Message::HAS_URGENT } { tail & !HAS_URGENT } else { tail }
    }

    /// The next message of an `A` goes to `tail`.
    #[inline(always)]
    pub(super) fn set_tail<A: Actor>(&self, cs: CriticalSection<'_>, tail: u8) {
        self.tail.set(cs, if const { A::Message::HAS_URGENT } { tail | HAS_URGENT } else { tail });
    }

    /// Whether the actor, which has been started, has an urgent lane: for those who do not know its type.
    fn has_urgent(&self, cs: CriticalSection<'_>) -> bool {
        self.tail.get(cs) & HAS_URGENT != 0
    }

    /// Places of the ring of an actor that is alive.
    pub(super) fn capacity(&self, cs: CriticalSection<'_>) -> u8 {
        self.last.get(cs) + 1
    }

    /// Messages that wait, in the mailbox of an actor that is alive.
    pub(super) fn depth(&self, cs: CriticalSection<'_>) -> u8 {
        let reserved = self.reserved.get(cs);
        if self.attention.get(cs) & attention::CLOSED == 0 {
            self.capacity(cs) - self.room.get(cs) - reserved
        } else {
            reserved
        }
    }

    /// Takes no more messages; those that wait stay.
    pub(super) fn close(&self) {
        critical_section::with(|cs| {
            let bits = self.attention.get(cs);
            if bits & attention::CLOSED == 0 && self.stage_in(cs).is_alive() {
                self.reserved.set(cs, self.depth(cs));
                self.room.set(cs, 0);
                self.attention.set(cs, bits | attention::CLOSED);
                self.raise(cs);
            }
        });
    }

    /// Ends the actor, whose mailbox is empty.
    pub(super) fn end(&self, stage: Stage) {
        critical_section::with(|cs| {
            self.room.set(cs, 0);
            self.reserved.set(cs, 0);
            // Whatever comes to it from here on, it is no plain message.
            self.attention.set(cs, attention::BUSY);
            self.incarnation.borrow(cs).set(0);
            self.stage.borrow(cs).set(stage);
            self.lower(cs);
        });
    }
}

/// Where an actor of this backend is: a pointer to the header of a slot that is a static, with the provenance of
/// that slot.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Address(NonNull<Header>);

// SAFETY: it points to a static; the header is behind the critical section, and so is the ring.
unsafe impl Send for Address {}
// SAFETY: as above.
unsafe impl Sync for Address {}

impl core::fmt::Debug for Address {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.id().fmt(f)
    }
}

impl Address {
    /// # Safety
    /// `header` is that of a slot that lives for ever, and has the provenance of the slot.
    pub(super) const unsafe fn new(header: NonNull<Header>) -> Self {
        Self(header)
    }

    pub(super) const fn as_ptr(self) -> NonNull<Header> {
        self.0
    }

    #[inline]
    pub(super) fn header(self) -> &'static Header {
        // SAFETY: an address points to a static.
        unsafe { self.0.as_ref() }
    }

    pub(crate) fn id(self) -> ActorId {
        let system = critical_section::with(|cs| self.header().system(cs)).map_or(0, System::number);
        ActorId::new(system * u32::BITS + self.header().bit(), 0)
    }

    pub(crate) fn is_alive(self) -> bool {
        self.header().is_alive()
    }

    pub(crate) fn depth(self) -> usize {
        let header = self.header();
        critical_section::with(|cs| {
            if !header.stage_in(cs).is_alive() {
                return 0;
            }
            // SAFETY: the lane is there.
            let urgent = if header.has_urgent(cs) { unsafe { urgent::depth(cs, self) } } else { 0 };
            usize::from(header.depth(cs)) + usize::from(urgent)
        })
    }

    /// What the actor has to do, in messages: those that wait, and what it is at.
    pub(crate) fn load(self) -> usize {
        let header = self.header();
        let is_busy = critical_section::with(|cs| {
            let is_raised = |system: &System| system.ready() & header.mask.borrow(cs).get() != 0;
            header.attention.get(cs) & attention::BUSY != 0 || header.system(cs).is_some_and(is_raised)
        });
        self.depth() + usize::from(is_busy)
    }

    pub(crate) fn capacity(self) -> u32 {
        let header = self.header();
        critical_section::with(|cs| if header.stage_in(cs).is_alive() { u32::from(header.capacity(cs)) } else { 0 })
    }

    pub(crate) fn stop(self) {
        detour::open();
        self.header().signal(attention::STOP);
    }

    pub(crate) fn drain(self) {
        detour::open();
        self.header().close();
    }
}
