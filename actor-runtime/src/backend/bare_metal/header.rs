//! The part of a slot that is alike for all actors, and the address that points to it.
//!
//! Every byte is behind the critical section, so any context may look at it, interrupts too.
//!
//! | byte | meaning |
//! |---|---|
//! | `tail` | where the next message goes; those that wait lie right before it |
//! | `room` | places left for messages; zero before the start, after a drain began and after the end |
//! | `capacity` | places of the ring; zero before the start and after the end |
//! | `bit` | the actor's bit in the ready word |
//! | `attention` | why the next step is no plain message: see [`attention`] |
//! | `reserved` | places kept for answers; in a closed mailbox, messages left in it |
//! | `due` | one bit for each timer that is due |

use core::cell::Cell;
use core::ptr::NonNull;

use critical_section::{CriticalSection, Mutex};

use crate::id::{ActorId, Incarnation};

use super::system::System;

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
    /// A timer is due.
    pub(crate) const TICK: u8 = 1 << 4;
    /// A sender waits for room.
    pub(crate) const ROOM: u8 = 1 << 5;
    /// What is to be done now is no plain message: the actor is not up, a future is in hand, or places are kept for
    /// answers.
    pub(crate) const BUSY: u8 = 1 << 6;
    /// The mailbox takes no more.
    pub(crate) const CLOSED: u8 = 1 << 7;

    /// Those that the worker takes and answers.
    pub(crate) const SIGNALS: u8 = STOP | PARENT_STOPPED | ESCALATED | WAKE | TICK;
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

/// See the module.
#[repr(C, align(8))]
pub(super) struct Header {
    pub(super) tail: Byte,
    pub(super) room: Byte,
    pub(super) capacity: Byte,
    pub(super) bit: Byte,
    pub(super) attention: Byte,
    pub(super) reserved: Byte,
    pub(super) due: Byte,
    system: Mutex<Cell<Option<&'static System>>>,
    incarnation: Mutex<Cell<u16>>,
    stage: Mutex<Cell<Stage>>,
}

impl Header {
    /// The header of an actor that is not started: all zeros.
    #[allow(clippy::declare_interior_mutable_const, reason = "it is where a static begins")]
    pub(super) const NEW: Self = Self {
        tail: Byte::ZERO,
        room: Byte::ZERO,
        capacity: Byte::ZERO,
        bit: Byte::ZERO,
        attention: Byte::ZERO,
        reserved: Byte::ZERO,
        due: Byte::ZERO,
        system: Mutex::new(Cell::new(None)),
        incarnation: Mutex::new(Cell::new(0)),
        stage: Mutex::new(Cell::new(Stage::Absent)),
    };

    /// Makes the actor one of `system`, with an empty mailbox and everything to be done.
    pub(super) fn start(&self, system: &'static System, bit: u8, capacity: u8) {
        let bit = bit & 31;
        critical_section::with(|cs| {
            for byte in [&self.tail, &self.reserved, &self.due] {
                byte.set(cs, 0);
            }
            self.bit.set(cs, bit);
            self.room.set(cs, capacity);
            self.capacity.set(cs, capacity);
            self.attention.set(cs, attention::BUSY);
            self.system.borrow(cs).set(Some(system));
            self.stage.borrow(cs).set(Stage::Starting);
            self.raise(cs);
        });
    }

    #[inline]
    pub(super) fn system(&self, cs: CriticalSection<'_>) -> Option<&'static System> {
        self.system.borrow(cs).get()
    }

    /// The actor's bit, as a mask.
    #[inline]
    fn mask(&self, cs: CriticalSection<'_>) -> u32 {
        let bit = self.bit.get(cs);
        // SAFETY: a system has at most 32 actors: `system!` asserts it, and `start` does.
        unsafe { core::hint::assert_unchecked(bit < 32) };
        1 << bit
    }

    /// Raises the actor's bit.
    #[inline]
    pub(super) fn raise(&self, cs: CriticalSection<'_>) {
        if let Some(system) = self.system(cs) {
            system.raise(cs, self.mask(cs));
        }
    }

    /// Raises the bit of an actor that has been started.
    ///
    /// # Safety
    /// It has been started.
    #[inline]
    pub(super) unsafe fn raise_started(&self, cs: CriticalSection<'_>) {
        // SAFETY: the start names the system.
        let system = unsafe { self.system(cs).unwrap_unchecked() };
        system.raise(cs, self.mask(cs));
    }

    /// Sets bits of `attention`, and raises the actor's bit. Nothing happens to one that is not there.
    pub(super) fn signal(&self, bits: u8) {
        critical_section::with(|cs| {
            if self.capacity.get(cs) != 0 {
                self.attention.set(cs, self.attention.get(cs) | bits);
                self.raise(cs);
            }
        });
    }

    /// Takes the signals, and the timers that are due.
    pub(super) fn take_signals(&self) -> (u8, u8) {
        critical_section::with(|cs| {
            let bits = self.attention.get(cs);
            self.attention.set(cs, bits & !attention::SIGNALS);
            let due = self.due.get(cs);
            self.due.set(cs, 0);
            (bits & attention::SIGNALS, due)
        })
    }

    pub(super) fn stage(&self) -> Stage {
        critical_section::with(|cs| self.stage.borrow(cs).get())
    }

    pub(super) fn set_stage(&self, stage: Stage) {
        critical_section::with(|cs| self.stage.borrow(cs).set(stage));
    }

    pub(super) fn incarnation(&self) -> Incarnation {
        critical_section::with(|cs| Incarnation::new(u32::from(self.life(cs))))
    }

    /// The present life, as a late answer recognises it.
    pub(super) fn life(&self, cs: CriticalSection<'_>) -> u16 {
        self.incarnation.borrow(cs).get()
    }

    /// Begins the next life: what was kept for answers to this one is given back.
    pub(super) fn end_life(&self) {
        critical_section::with(|cs| {
            self.incarnation.borrow(cs).set(self.life(cs).wrapping_add(1));
            if self.attention.get(cs) & attention::CLOSED == 0 {
                self.room.set(cs, self.room.get(cs) + self.reserved.get(cs));
                self.reserved.set(cs, 0);
            }
            self.due.set(cs, 0);
        });
    }

    /// Whether the actor is started and has not ended.
    pub(super) fn is_alive(&self) -> bool {
        critical_section::with(|cs| self.capacity.get(cs) != 0)
    }

    /// Lowers the bit of an actor that is not there.
    pub(super) fn forget(&self) {
        critical_section::with(|cs| {
            if let Some(system) = self.system(cs) {
                system.lower(cs, self.mask(cs));
            }
        });
    }

    /// Messages that wait.
    pub(super) fn depth(&self, cs: CriticalSection<'_>) -> u8 {
        let reserved = self.reserved.get(cs);
        if self.attention.get(cs) & attention::CLOSED == 0 {
            self.capacity.get(cs) - self.room.get(cs) - reserved
        } else {
            reserved
        }
    }

    /// Takes no more messages; those that wait stay.
    pub(super) fn close(&self) {
        critical_section::with(|cs| {
            let bits = self.attention.get(cs);
            if bits & attention::CLOSED == 0 && self.capacity.get(cs) != 0 {
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
            for byte in [&self.room, &self.capacity, &self.reserved, &self.due] {
                byte.set(cs, 0);
            }
            // Whatever comes to it from here on, it is no plain message.
            self.attention.set(cs, attention::BUSY);
            self.incarnation.borrow(cs).set(self.life(cs).wrapping_add(1));
            self.stage.borrow(cs).set(stage);
            if let Some(system) = self.system(cs) {
                system.lower(cs, self.mask(cs));
            }
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
        ActorId::new(critical_section::with(|cs| u32::from(self.header().bit.get(cs))), 0)
    }

    pub(crate) fn is_alive(self) -> bool {
        self.header().is_alive()
    }

    pub(crate) fn depth(self) -> usize {
        critical_section::with(|cs| usize::from(self.header().depth(cs)))
    }

    pub(crate) fn stop(self) {
        self.header().signal(attention::STOP);
    }

    pub(crate) fn drain(self) {
        self.header().close();
    }
}
