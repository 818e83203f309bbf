//! The static an actor lives in, and how slots lie inside each other: a declared child's inside its parent's.
//!
//! What a parent's step finds in `ready` is its own bit or one of its children's. So the ladder of bit tests that
//! `system!` writes for the actors it names goes on inside them, by static dispatch.
//!
//! What is `#[doc(hidden)]` to users of `system!` trusts its caller: a slot is run with the [`Place`] it was started
//! with, and by the worker of its [`System`] alone.

use core::any::TypeId;
use core::cell::{Cell, UnsafeCell};
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use critical_section::Mutex;

use crate::actor::Actor;
use crate::message::Message;
use crate::reference::Ref;
use crate::size::{refuse_placed, refuse_system};
use crate::supervision::{RestartLimit, RestartType, Scope, Strategy};
use crate::time::Instant;

use super::agenda::{self, Agenda};
use super::annex::{self, Annex, Record, Restarts, annex_size};
use super::beside::{self, Largest, Packed, Rack, Stored};
use super::body::{Body, Urgent};
use super::census::Surveyed;
use super::crew::Crew;
use super::earliest::Earliest;
use super::header::Address;
use super::make::{Build, Make};
use super::meters::{self, Meters};
use super::siblings::Siblings;
use super::system::{Ready, System};
use super::turn::Turn;
use super::upbringing::Upbringing;
use super::watch::Watch;
use super::{mailbox, timers};

mod sealed {
    /// Keeps [`Capacity`](super::Capacity) to those who bring the places they speak of.
    pub trait Sealed {}
}

/// The length of a mailbox, and how many timers there are, as a type.
pub trait Capacity: sealed::Sealed + 'static {
    /// The number of messages.
    const MESSAGES: usize;
    /// The number of timers; zero for as many as the actor says.
    const TIMERS: usize;
    /// So many places.
    type Ring<M>;
    /// How many of them may have `#[indirect]` arguments.
    const INDIRECT: usize;
    /// So many places for those.
    type Beside<V>;
}

/// `N` messages, `INDIRECT` of which may have `#[indirect]` arguments, and `TIMERS` timers.
#[derive(Debug)]
pub struct Room<const N: usize, const TIMERS: usize = 0, const INDIRECT: usize = 0>;

impl<const N: usize, const TIMERS: usize, const INDIRECT: usize> sealed::Sealed for Room<N, TIMERS, INDIRECT> {}

impl<const N: usize, const TIMERS: usize, const INDIRECT: usize> Capacity for Room<N, TIMERS, INDIRECT> {
    const MESSAGES: usize = N;
    const TIMERS: usize = TIMERS;
    type Ring<M> = [M; N];
    const INDIRECT: usize = INDIRECT;
    type Beside<V> = [V; INDIRECT];
}

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

/// Where an actor lies in its system.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub(super) system: &'static System,
    /// The actor's bit; those of its children follow.
    pub(super) bit: u8,
    /// Its number among its siblings.
    number: u8,
    pub(super) watch: Watch,
    pub(super) annex: NonNull<u8>,
    /// Of an actor without a parent, the [`Record`] where its handlers cannot fail, but its factory. Of a child, the
    /// [`Siblings`] with which it is restarted, or the restarts with which its own are counted.
    aside: Option<NonNull<()>>,
    pub(super) parent: Option<Address>,
    /// That of its parent.
    pub(super) upbringing: &'static Upbringing,
}

// SAFETY: what it points to are statics, and used by the worker of the system alone.
unsafe impl Sync for Place {}

impl core::fmt::Debug for Address {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.id().fmt(f)
    }
}

impl Place {
    /// The place of an actor without a parent: bit `bit`, and the annex from byte `offset` on.
    #[must_use]
    pub const fn top<A: Actor, const N: usize>(
        system: &'static System,
        bit: u32,
        annex: &'static Annex<N>,
        offset: usize,
        make: Make<A>,
        watch: Watch,
    ) -> Self {
        let front = make.record() + if watch.counts { meters::size::<A>() } else { 0 };
        assert!(offset + front <= N, "every actor has its part of the annex");
        // SAFETY: the annex is that long.
        let record = unsafe { annex.start().byte_add(offset) };
        // SAFETY: as above.
        let annex = unsafe { record.byte_add(front) };
        let aside = if make.record() == 0 { None } else { Some(record.cast()) };
        Self {
            system,
            bit: bit as u8,
            number: 0,
            watch,
            annex,
            aside,
            parent: None,
            upbringing: const { &Upbringing::OF_NOBODY },
        }
    }

    /// The place of the first child of `A`, whose own part has so many bytes.
    #[inline]
    const fn of_children<A: Actor + Placed>(&self, parent: Address, own: usize) -> Self {
        // SAFETY: the parts of children lie behind that of their parent.
        let annex = unsafe { self.annex.byte_add(own) };
        let upbringing = const { &Upbringing::of::<A>() };
        let aside = match (annex::siblings::<A>(self.annex), annex::shared_count::<A>(self.annex)) {
            (Some(siblings), _) => Some(siblings.cast()),
            (None, Some(count)) => Some(count.cast()),
            (None, None) => None,
        };
        let (system, bit, watch) = (self.system, self.bit + 1, self.watch);
        Self { system, bit, number: 0, watch, annex, aside, parent: Some(parent), upbringing }
    }

    /// The place of the `C` that lies here, behind what is counted of it.
    #[inline]
    pub(super) fn behind_meters<C: Actor>(self) -> Self {
        if !(meters::are_any() && self.watch.counts) {
            return self;
        }
        // SAFETY: the part has these bytes, where the system counts.
        Self { annex: unsafe { self.annex.byte_add(meters::size::<C>()) }, ..self }
    }

    /// What is counted of the `A` that lies here, if anything is.
    #[inline(always)]
    pub(super) fn meters<A: Actor>(&self) -> Option<Meters> {
        if self.watch.counts {
            // SAFETY: the system counts.
            unsafe { Meters::before::<A>(self.annex) }
        } else {
            None
        }
    }

    /// After which ends the actor is restarted.
    #[inline]
    pub(super) fn restart(&self) -> RestartType {
        self.upbringing.terms(self.number).restart()
    }

    /// Whether its restarts are counted by themselves.
    #[inline]
    pub(super) fn counts_alone(&self) -> bool {
        self.upbringing.terms(self.number).scope() == Scope::Child
    }

    /// The record of the `A` that lies here, if it can fail.
    #[inline]
    pub(super) const fn record<A: Actor>(&self) -> Option<NonNull<Record>> {
        match (self.aside, self.parent) {
            _ if annex::can_fail::<A>() => annex::record::<A>(self.annex),
            (Some(record), None) => Some(record.cast()),
            (Some(_) | None, _) => None,
        }
    }

    /// With whom the actor is restarted, if with anybody.
    #[inline]
    pub(super) fn siblings(&self) -> Option<NonNull<Siblings>> {
        self.aside.filter(|_| self.parent.is_some() && !self.is_alone()).map(NonNull::cast)
    }

    /// The restarts with which its own are counted, where it is restarted alone and they are.
    #[inline]
    pub(super) fn shared_count(&self) -> Option<NonNull<Restarts>> {
        self.aside.filter(|_| self.parent.is_some() && self.is_alone() && !self.counts_alone()).map(NonNull::cast)
    }

    /// Whether a restart of it concerns no sibling.
    #[inline]
    fn is_alone(&self) -> bool {
        matches!(self.upbringing.supervision.strategy, Strategy::OneForOne)
    }

    /// The number of the actor among its siblings.
    #[inline]
    pub(super) fn number(&self) -> usize {
        usize::from(self.number)
    }

    /// The bytes of annex of those who need so many, and `meters` more where it is counted what they do.
    #[inline]
    pub(super) fn bytes(&self, annex: usize, meters: usize) -> usize {
        if meters::are_any() && self.watch.counts { annex + meters } else { annex }
    }

    /// The place behind `children` children that lie here, `actors` with their own children, with so many bytes of annex.
    ///
    /// # Safety
    /// They do.
    #[inline]
    pub(super) const unsafe fn after(self, children: u32, actors: u32, annex: usize) -> Self {
        // SAFETY: the parts of siblings lie behind each other.
        let annex = unsafe { self.annex.byte_add(annex) };
        Self { bit: self.bit + actors as u8, number: self.number + children as u8, annex, ..self }
    }
}

impl<A: Actor> Make<A> {
    /// The bytes of a record that the factory needs where the handlers do not.
    #[must_use]
    pub const fn record(&self) -> usize {
        if self.can_fail && !annex::can_fail::<A>() { annex::RECORD } else { 0 }
    }
}

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

/// Says what is wrong with an actor that fits no slot, at the line of whoever calls this in a constant.
#[track_caller]
pub const fn check<A: Actor + Placed, K: Capacity>() {
    let (capacity, timers) = (K::MESSAGES, K::TIMERS);
    /// The most bytes of a message on a 32-bit machine; pointers of others are longer.
    const MESSAGE: usize = 4 * size_of::<usize>();
    assert!(capacity >= 1, "a mailbox without room takes no message");
    assert!(
        capacity != crate::actor::UNBOUNDED as usize,
        "on bare metal a mailbox has a capacity; write `mailbox = 8` in `system!`, in place of `unbounded`"
    );
    assert!(
        A::OPTIONS.stash <= 128,
        "on bare metal a stash holds at most 128 messages; write `#[actor(stash = 8)]` on the actor"
    );
    assert!(
        capacity <= 128,
        "on bare metal a mailbox holds at most 128 messages; write `mailbox = 8` in `system!`, or `#[actor(mailbox = 8)]` on a child"
    );
    assert!(
        !A::PROTOCOL.indirect || K::INDIRECT > 0,
        "on bare metal there is no heap for `#[indirect]`, and no place beside the mailbox\nhelp: write `indirect = 2` in `system!`, or `#[actor(indirect = 2)]` on a child: so many such messages may wait"
    );
    assert!(
        A::PROTOCOL.indirect || K::INDIRECT == 0,
        "no handler has an `#[indirect]` argument, so nothing lies beside the mailbox; leave `indirect` out"
    );
    assert!(
        K::INDIRECT <= beside::PLACES,
        "on bare metal at most 32 messages have `#[indirect]` arguments at a time; write `indirect = 2`"
    );
    assert!(
        !A::PROTOCOL.indirect || !agenda::has_agenda::<A>(),
        "on bare metal each timer of a context has room for a message with its arguments; an actor whose handlers take any `#[indirect]` has none: leave `timers` out"
    );
    if size_of::<Packed<A>>() > MESSAGE {
        refuse_placed(&A::PROTOCOL);
    }
    assert!(
        align_of::<Packed<A>>() <= 8,
        "on bare metal a message is aligned to 8 bytes at most; send a reference to a static"
    );
    assert!(
        align_of::<A>() <= 8,
        "on bare metal the state of an actor is aligned to 8 bytes at most; keep a reference to a static in it"
    );
    assert!(!A::LOCAL, "`local` is there on tokio; on bare metal one worker runs all actors, whose states are `Send`");
    assert!(
        !A::HEARS_OF_ENDS,
        "`#[terminated]` is there on tokio; on bare metal have an actor tell of its end, in its `#[stopping]`"
    );
    assert!(!A::TAKES_LETTERS, "`#[dead_letter]` is there on tokio; keep the actor out of `system!`");
    assert!(
        !matches!(A::SUPERVISION.limit, RestartLimit::AtMost { restarts, .. } if restarts > annex::RESTARTS_KEPT as u32),
        "on bare metal at most 10 restarts are counted; write a lower `limit` in `#[supervise]`, or `unlimited`"
    );
    check_timers::<A>(timers);
    assert!(
        A::CHILDREN == <A::Children as Brood>::CHILDREN as usize,
        "on bare metal an actor has at most 8 declared children and pools, each of a type that is known; give some of them to another"
    );
}

/// Says at the line of whoever calls this in a constant, where it is not said whether anything is counted, that an actor or
/// one of its children has figures of its own.
#[track_caller]
pub const fn check_figures<A: Actor + Placed, K: Capacity>() {
    assert!(
        !Slot::<A, K>::HAS_FIGURES,
        "this actor, or a child of it, has `counters(..)` or `histograms(..)`; write `metrics = on` behind the module, or \
         `metrics = off` to record nothing"
    );
}

/// As [`check`], of the timers: `said` are those of `system!`.
#[track_caller]
const fn check_timers<A: Actor>(said: usize) {
    let (declared, options) = (timers::declared::<A>(), A::OPTIONS.timers as usize);
    assert!(
        options == 0 || options >= declared,
        "this actor has more `#[every]` and `#[idle]` than its `#[actor(timers = ..)]` says; write as many, or more"
    );
    assert!(
        said == 0 || said == declared || agenda::has_agenda::<A>(),
        "`timers` in `system!` is for the timers of `ctx.after(..)` and `ctx.every(..)`, and this actor has none; write \
         `#[actor(timers = 4)]` on it, with more than its `#[every]` and `#[idle]`"
    );
    assert!(
        said == 0 || said > declared || !agenda::has_agenda::<A>(),
        "`timers` in `system!` counts those of `#[every]` and `#[idle]` as well, and leaves `ctx.after(..)` none; write more"
    );
    assert!(
        declared + agenda::count::<A>(said) <= 8,
        "on bare metal an actor has at most 8 timers, those of `#[every]` and `#[idle]` included; let one of them count ticks \
         for the others"
    );
}

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

/// Refuses a system of `bytes` that takes more than `limit` where pointers have 32 bits, as on the target. Where they are
/// twice as long nothing is more than twice as large, so what is found there is found early; unless what is on for other
/// backends makes it larger.
///
/// # Panics
/// If it takes more.
#[track_caller]
pub const fn fits(bytes: usize, limit: usize) {
    let least = bytes.div_ceil(size_of::<usize>() / size_of::<u32>());
    if least > limit && !cfg!(feature = "tokio") {
        refuse_system(least, limit);
    }
}

/// The bits of `actors` actors from bit `first` on.
#[must_use]
#[inline(always)]
pub const fn bits(first: u32, actors: u32) -> u32 {
    (u32::MAX >> (32 - actors)) << first
}

/// Keeps how a child is made; a named actor's factory is part of the code.
pub(super) type Kept<C> = Mutex<Cell<Option<Build<C>>>>;

/// The slot of a declared child.
pub struct ChildSlot<C: Actor + Placed> {
    build: Kept<C>,
    slot: Slot<C, C::Capacity>,
}

impl<C: Actor + Placed> core::fmt::Debug for ChildSlot<C> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.slot.fmt(f)
    }
}

/// One slot among its siblings.
pub trait Seat: 'static {
    /// One whose actor is not started.
    const NEW: Self;
    /// Children in it: one, or the members of a pool.
    const CHILDREN: u32 = 1;
    /// Actors in it: those, and their children.
    const ACTORS: u32;
    /// Bytes of annex they need.
    const ANNEX: usize;
    /// And those that they need where it is counted what they do.
    const METERS: usize;
    /// Whether any of them has figures of its own.
    const HAS_FIGURES: bool;

    /// Lets one of them do one thing.
    fn seat_run(&'static self, ready: Ready<'_>, place: Place);
    /// Notes their timers that are due.
    fn seat_tick(&'static self, now: Instant, place: Place);
    /// The worker has nothing to do for them.
    fn seat_rest(&'static self, place: Place);
    /// Shows when the clock has something for them.
    fn seat_next(&'static self, place: Place, earliest: &Earliest);
    /// Shows them.
    fn seat_survey(&'static self, place: Place, visit: &mut dyn FnMut(&Surveyed));
    /// The type of child `child` of it, and where it is.
    #[doc(hidden)]
    fn seat(&'static self, child: usize) -> Option<Found>;
    /// The crew of the pool it is, whose refs are `R`.
    #[doc(hidden)]
    fn crew<R: 'static>(&'static self) -> Option<Crew<R>> {
        None
    }
}

/// The seat of a child.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    pub(super) actor: TypeId,
    /// The [`Kept`] of a child of that type.
    pub(super) build: NonNull<()>,
    pub(super) messages: u8,
    pub(super) indirect: u8,
    pub(super) address: Address,
    /// Its bit, counted from that of the first child.
    pub(super) bit: u32,
}

impl Found {
    /// Has the worker build the child, or does nothing where it is no `C`.
    ///
    /// # Safety
    /// The caller owns the turn of the parent.
    pub(super) unsafe fn start<C: Actor>(self, system: &'static System, bit: u32, make: Make<C>) -> Option<()> {
        if self.actor != TypeId::of::<C>() {
            return None;
        }
        // SAFETY: it is that of a `C`, in a static.
        let build = unsafe { self.build.cast::<Kept<C>>().as_ref() };
        critical_section::with(|cs| build.borrow(cs).set(Some(make.build)));
        if !self.address.is_alive() {
            // SAFETY: the slot is that of a `C`, with so many places.
            unsafe { beside::furnish::<C>(self.address, self.messages, self.indirect) };
            // SAFETY: the parent's turn is the worker's.
            unsafe { self.address.header().start_as::<C>(system, 1 << (bit & 31), self.messages) };
        }
        Some(())
    }
}

impl<C: Actor + Placed> Seat for ChildSlot<C> {
    const NEW: Self = {
        let _ = Slot::<C, C::Capacity>::MESSAGES;
        Self { build: Mutex::new(Cell::new(None)), slot: Slot::new() }
    };
    const ACTORS: u32 = Slot::<C, C::Capacity>::ACTORS;
    const ANNEX: usize = Slot::<C, C::Capacity>::ANNEX;
    const METERS: usize = Slot::<C, C::Capacity>::METERS;
    const HAS_FIGURES: bool = Slot::<C, C::Capacity>::HAS_FIGURES;

    #[inline(always)]
    fn seat_run(&'static self, ready: Ready<'_>, place: Place) {
        self.slot.run(ready, &place.behind_meters::<C>(), || {
            Make::kept(critical_section::with(|cs| self.build.borrow(cs).get()))
        });
    }

    #[inline]
    fn seat_tick(&'static self, now: Instant, place: Place) {
        self.slot.tick(now, &place.behind_meters::<C>());
    }

    #[inline(always)]
    fn seat_rest(&'static self, place: Place) {
        self.slot.rest(&place.behind_meters::<C>());
    }

    fn seat_next(&'static self, place: Place, earliest: &Earliest) {
        self.slot.next(&place.behind_meters::<C>(), earliest);
    }

    fn seat_survey(&'static self, place: Place, visit: &mut dyn FnMut(&Surveyed)) {
        self.slot.survey(&place.behind_meters::<C>(), visit);
    }

    fn seat(&'static self, _: usize) -> Option<Found> {
        // Not `MESSAGES`: this is compiled for families of other backends too, which fit no slot.
        let messages = <C::Capacity as Capacity>::MESSAGES as u8;
        let indirect = <C::Capacity as Capacity>::INDIRECT as u8;
        let build = NonNull::from_ref(&self.build).cast();
        Some(Found { actor: TypeId::of::<C>(), build, messages, indirect, address: self.slot.address(), bit: 0 })
    }
}

/// The slots of an actor's declared children, in order: a tuple.
pub trait Brood: 'static {
    /// Children that are not started.
    const NEW: Self;
    /// How many there are.
    const CHILDREN: u32;
    /// Actors among them, with their own children.
    const ACTORS: u32;
    /// Bytes of annex they need.
    const ANNEX: usize;
    /// And those that they need where it is counted what they do.
    const METERS: usize;
    /// Whether any of them has figures of its own.
    const HAS_FIGURES: bool;

    /// Lets one of them do one thing. `place` is that of the first.
    fn run(&'static self, ready: Ready<'_>, place: Place);
    /// Notes their timers that are due. `place` is that of the first.
    fn tick(&'static self, now: Instant, place: Place);
    /// The worker has nothing to do for them. `place` is that of the first.
    fn rest(&'static self, place: Place);
    /// Shows when the clock has something for them. `place` is that of the first.
    fn next(&'static self, place: Place, earliest: &Earliest);
    /// Shows them. `place` is that of the first.
    fn survey(&'static self, place: Place, visit: &mut dyn FnMut(&Surveyed));
    /// The seat of child `index`.
    #[doc(hidden)]
    fn find(&'static self, index: usize) -> Option<Found>;
    /// The crew of which child `index` is a member, whose refs are `R`.
    #[doc(hidden)]
    fn crew<R: 'static>(&'static self, index: usize) -> Option<Crew<R>>;
}

/// Stands for a child whose type is a parameter: such a family fits no slot.
#[derive(Debug)]
pub struct NoSlot;

macro_rules! brood {
    ($($child:ident $index:tt)*) => {
        impl<$($child: Seat),*> Brood for ($($child,)*) {
            const NEW: Self = ($($child::NEW,)*);
            const CHILDREN: u32 = 0 $(+ $child::CHILDREN)*;
            const ACTORS: u32 = 0 $(+ $child::ACTORS)*;
            const ANNEX: usize = 0 $(+ $child::ANNEX)*;
            const METERS: usize = 0 $(+ $child::METERS)*;
            const HAS_FIGURES: bool = false $(|| $child::HAS_FIGURES)*;

            #[inline(always)]
            #[allow(unused_variables, unused_assignments, unused_mut)]
            fn run(&'static self, ready: Ready<'_>, mut place: Place) {
                $(
                    if ready.any(bits(u32::from(place.bit), $child::ACTORS)) {
                        return self.$index.seat_run(ready, place);
                    }
                    // SAFETY: the child's slot has its place here.
                    place = unsafe { place.after($child::CHILDREN, $child::ACTORS, place.bytes($child::ANNEX, $child::METERS)) };
                )*
            }

            #[inline]
            #[allow(unused_variables, unused_assignments, unused_mut)]
            fn tick(&'static self, now: Instant, mut place: Place) {
                $(
                    self.$index.seat_tick(now, place);
                    // SAFETY: the child's slot has its place here.
                    place = unsafe { place.after($child::CHILDREN, $child::ACTORS, place.bytes($child::ANNEX, $child::METERS)) };
                )*
            }

            #[inline(always)]
            #[allow(unused_variables, unused_assignments, unused_mut)]
            fn rest(&'static self, mut place: Place) {
                $(
                    self.$index.seat_rest(place);
                    // SAFETY: the child's slot has its place here.
                    place = unsafe { place.after($child::CHILDREN, $child::ACTORS, place.bytes($child::ANNEX, $child::METERS)) };
                )*
            }

            #[allow(unused_variables, unused_assignments, unused_mut)]
            fn next(&'static self, mut place: Place, earliest: &Earliest) {
                $(
                    self.$index.seat_next(place, earliest);
                    // SAFETY: the child's slot has its place here.
                    place = unsafe { place.after($child::CHILDREN, $child::ACTORS, place.bytes($child::ANNEX, $child::METERS)) };
                )*
            }

            #[allow(unused_variables, unused_assignments, unused_mut)]
            fn survey(&'static self, mut place: Place, visit: &mut dyn FnMut(&Surveyed)) {
                $(
                    self.$index.seat_survey(place, visit);
                    // SAFETY: the child's slot has its place here.
                    place = unsafe { place.after($child::CHILDREN, $child::ACTORS, place.bytes($child::ANNEX, $child::METERS)) };
                )*
            }

            #[allow(unused_variables, unused_assignments, unused_mut)]
            fn find(&'static self, mut index: usize) -> Option<Found> {
                let mut bit = 0;
                $(
                    if index < $child::CHILDREN as usize {
                        let found = self.$index.seat(index)?;
                        return Some(Found { bit: bit + found.bit, ..found });
                    }
                    index -= $child::CHILDREN as usize;
                    bit += $child::ACTORS;
                )*
                None
            }

            #[allow(unused_variables, unused_assignments, unused_mut)]
            fn crew<R: 'static>(&'static self, mut index: usize) -> Option<Crew<R>> {
                $(
                    if index < $child::CHILDREN as usize {
                        return self.$index.crew();
                    }
                    index -= $child::CHILDREN as usize;
                )*
                None
            }
        }
    };
}

brood!();
brood!(A 0);
brood!(A 0 B 1);
brood!(A 0 B 1 C 2);
brood!(A 0 B 1 C 2 D 3);
brood!(A 0 B 1 C 2 D 3 E 4);
brood!(A 0 B 1 C 2 D 3 E 4 F 5);
brood!(A 0 B 1 C 2 D 3 E 4 F 5 G 6);
brood!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);

impl Brood for NoSlot {
    const NEW: Self = Self;
    const CHILDREN: u32 = u32::MAX;
    const ACTORS: u32 = 0;
    const ANNEX: usize = 0;
    const METERS: usize = 0;
    const HAS_FIGURES: bool = false;

    fn run(&'static self, _: Ready<'_>, _: Place) {}
    fn tick(&'static self, _: Instant, _: Place) {}
    fn rest(&'static self, _: Place) {}
    fn next(&'static self, _: Place, _: &Earliest) {}
    fn survey(&'static self, _: Place, _: &mut dyn FnMut(&Surveyed)) {}
    fn find(&'static self, _: usize) -> Option<Found> {
        None
    }
    fn crew<R: 'static>(&'static self, _: usize) -> Option<Crew<R>> {
        None
    }
}
