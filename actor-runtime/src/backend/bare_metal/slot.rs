//! The static an actor lives in, with the slots of its declared children inside.
//!
//! What is `#[doc(hidden)]` to users of `system!` trusts its caller: a slot is run with the [`Place`] it was started
//! with, and by the worker of its [`System`](super::system::System) alone.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use crate::actor::Actor;
use crate::message::Message;
use crate::reference::Ref;
use crate::time::Instant;

use super::agenda::{self, Agenda};
use super::annex::annex_size;
use super::beside::{self, Largest, Packed, Rack, Stored};
use super::body::{Body, Urgent};
use super::brood::Brood;
use super::capacity::Capacity;
use super::census::Surveyed;
use super::earliest::Earliest;
use super::fit::check;
use super::header::Address;
use super::make::Make;
use super::place::Place;
use super::system::Ready;
use super::turn::Turn;
use super::watch::Watch;
use super::{mailbox, meters, timers};

/// What an actor brings to a slot; from `#[actor]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "no `#[actor]` on this struct",
    note = "help: put `#[actor]` on `struct {Self}`"
)]
pub trait Placed: Sized + 'static {
    /// The length of its mailbox where it is a child; `system!` says its own.
    type Capacity: Capacity;
    /// The slots of its declared children.
    type Children: Brood;
}

/// What a parent must have to start a `C`: a slot inside its own slot.
pub trait Family<C>: Placed {}

impl<A: Placed, C> Family<C> for A {}

/// A slot without its ring: lies alike whatever the length of that.
#[repr(C)]
struct Front<A: Actor + Placed> {
    children: A::Children,
    body: Body<A>,
}

/// As many places as the user lane has, for actors with an urgent lane.
type UrgentRing<A, K> = Urgent<A, <K as Capacity>::Ring<Packed<A>>>;

/// The places of `#[indirect]` arguments, for actors that have any.
type RackOf<A, K> = Stored<A, Rack<<K as Capacity>::Beside<UnsafeCell<MaybeUninit<Largest<A>>>>>>;

/// An actor of a system. All zeros before the start, so that it lies in `.bss`.
#[repr(C)]
pub struct Slot<A: Actor + Placed, K: Capacity> {
    children: A::Children,
    body: Body<A>,
    ring: UnsafeCell<MaybeUninit<K::Ring<Packed<A>>>>,
    /// The places of the urgent lane.
    urgent: UnsafeCell<MaybeUninit<UrgentRing<A, K>>>,
    rack: UnsafeCell<MaybeUninit<RackOf<A, K>>>,
}

// SAFETY: header and ring are behind the critical section; all else is touched in the turn of the actor alone, which
// one worker has. Messages are `Send`, and so is the state of what is started: see `MESSAGES`.
unsafe impl<A: Actor + Placed, K: Capacity> Sync for Slot<A, K> {}
// SAFETY: as above.
unsafe impl<A: Actor + Placed, K: Capacity> Send for Slot<A, K> {}

impl<A: Actor + Placed, K: Capacity> Slot<A, K> {
    pub(super) const MESSAGES: u8 = {
        assert!(A::MOVABLE.is_some(), "the state of an actor is `Send`");
        check::<A, K>();
        assert!(core::mem::offset_of!(Self, body) == core::mem::offset_of!(Front<A>, body));
        assert!(core::mem::offset_of!(Self, body) + size_of::<Body<A>>() == core::mem::offset_of!(Self, ring));
        let ring = K::MESSAGES * size_of::<Packed<A>>();
        assert!(
            !A::Message::HAS_URGENT || core::mem::offset_of!(Self, ring) + ring == core::mem::offset_of!(Self, urgent)
        );
        assert!(
            !beside::has_values::<A>()
                || core::mem::offset_of!(Self, body) + beside::offset::<A>(K::MESSAGES)
                    == core::mem::offset_of!(Self, rack)
        );
        K::MESSAGES as u8
    };

    /// A slot whose actor is not started. That the actor fits is said by [`check`], and again when it is started.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self {
            children: <A::Children as Brood>::NEW,
            body: Body::NEW,
            ring: UnsafeCell::new(MaybeUninit::zeroed()),
            urgent: UnsafeCell::new(MaybeUninit::zeroed()),
            rack: UnsafeCell::new(MaybeUninit::zeroed()),
        }
    }

    #[inline]
    pub(super) const fn address(&'static self) -> Address {
        // SAFETY: the body lies there, and the header in front of it.
        let header = unsafe { NonNull::from_ref(self).byte_add(core::mem::offset_of!(Self, body)) }.cast();
        // SAFETY: the slot lives for ever, and the pointer was made of a reference to it.
        unsafe { Address::new(header) }
    }

    /// Has the worker build the actor, with its bit in the ready word.
    #[inline]
    pub fn start(&'static self, place: &'static Place) {
        if const { K::TIMERS > 0 }
            // SAFETY: nobody has the turn before the start.
            && let Some(agenda) = unsafe { Agenda::<A>::of(place.annex) }
        {
            agenda.set_count(agenda::count::<A>(K::TIMERS) as u8);
        }
        // SAFETY: the slot is that of an `A`, with so many places.
        unsafe { beside::furnish::<A>(self.address(), Self::MESSAGES, K::INDIRECT as u8) };
        // SAFETY: a system starts its actors before it runs them.
        unsafe { self.address().header().start_as::<A>(place.system, 1 << place.bit, Self::MESSAGES) };
    }

    /// Lets this actor or one of its children do one thing; one of them is in `ready`.
    #[inline(always)]
    pub fn run(&'static self, ready: Ready<'_>, place: &Place, make: impl FnOnce() -> Make<A>) {
        if <A::Children as Brood>::ACTORS > 0 && !ready.any(1 << place.bit) {
            self.children.run(ready, place.of_children::<A>(self.address(), Self::OWN));
            return;
        }
        // SAFETY: the worker of the system is the caller, and the turn of its actors is its own.
        let turn = unsafe { Turn::<A>::new(self.address(), place) };
        // SAFETY: the worker owns the turn, and the bit was found raised.
        let message = unsafe { mailbox::take::<A>(self.address(), Self::MESSAGES, place.system, 1 << place.bit) };
        match message {
            Some((message, waiting)) => {
                turn.note_waiting(waiting);
                turn.take_in_hand(message);
            }
            None => turn.attend(make()),
        }
    }

    /// Notes the timers of this actor and its children that are due at `now`.
    #[inline]
    pub fn tick(&'static self, now: Instant, place: &Place) {
        timers::mark::<A>(self.address(), place.annex, now);
        if <A::Children as Brood>::ACTORS > 0 {
            self.children.tick(now, place.of_children::<A>(self.address(), Self::OWN));
        }
    }

    /// The worker has nothing to do for this actor and its children.
    #[inline(always)]
    pub fn rest(&'static self, place: &Place) {
        if const { A::IDLE.is_some() } {
            // SAFETY: the worker of the system is the caller, and the turn of its actors is its own.
            unsafe { Turn::<A>::new(self.address(), place) }.rest_from_messages();
        }
        if <A::Children as Brood>::ACTORS > 0 {
            self.children.rest(place.of_children::<A>(self.address(), Self::OWN));
        }
    }

    /// Shows when the clock has something for this actor and its children.
    pub fn next(&'static self, place: &Place, earliest: &Earliest) {
        // SAFETY: the worker of the system is the caller, and the turn of its actors is its own.
        unsafe { Turn::<A>::new(self.address(), place) }.next_deadline(earliest);
        if <A::Children as Brood>::ACTORS > 0 {
            self.children.next(place.of_children::<A>(self.address(), Self::OWN), earliest);
        }
    }

    /// Shows this actor and its children.
    pub fn survey(&'static self, place: &Place, visit: &mut dyn FnMut(&Surveyed)) {
        visit(&Surveyed::of::<A>(self.address(), place.meters::<A>()));
        if <A::Children as Brood>::ACTORS > 0 {
            self.children.survey(place.of_children::<A>(self.address(), Self::OWN), visit);
        }
    }

    /// Actors in it: one, and its children.
    pub const ACTORS: u32 = 1 + <A::Children as Brood>::ACTORS;

    /// Bytes of annex they need.
    pub const ANNEX: usize = Self::OWN + <A::Children as Brood>::ANNEX;

    /// And those that they need where it is counted what they do.
    pub const METERS: usize = meters::size::<A>() + <A::Children as Brood>::METERS;

    /// Whether any of them has figures of its own.
    pub const HAS_FIGURES: bool =
        !(A::OPTIONS.counters.is_empty() && A::OPTIONS.histograms.is_empty()) || <A::Children as Brood>::HAS_FIGURES;

    /// Bytes of annex they need in a system that is observed so.
    #[must_use]
    pub const fn annex(watch: Watch) -> usize {
        Self::ANNEX + if watch.counts { Self::METERS } else { 0 }
    }

    /// Those of the actor itself.
    const OWN: usize = annex_size::<A>() + agenda::size::<A>(agenda::count::<A>(K::TIMERS));
}

impl<A: Actor + Placed, K: Capacity> core::fmt::Debug for Slot<A, K> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(A::PROTOCOL.type_name)
    }
}

/// The ref of the actor in a slot.
#[must_use]
pub const fn reference<A: Actor + Placed, K: Capacity>(slot: &'static Slot<A, K>) -> Ref<A> {
    Ref::from_address(crate::backend::Address::BareMetal(slot.address()))
}

/// The children of the actor at `parent`.
///
/// # Safety
/// `parent` is the address of a slot of an `A`.
pub(super) unsafe fn children_of<A: Actor + Placed>(parent: Address) -> &'static A::Children {
    let back = core::mem::offset_of!(Front<A>, body);
    // SAFETY: the body, and with it the header, lies so far behind the start of the slot, where the children are.
    let children = unsafe { parent.as_ptr().byte_sub(back) }.cast();
    // SAFETY: the slot is a static; all of its parts are cells.
    unsafe { children.as_ref() }
}
