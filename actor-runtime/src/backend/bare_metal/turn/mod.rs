//! The turn of an actor: what its worker does for it. A plain message is handled at once; everything else is on the
//! cold side, one task of its life for each step.
//!
//! [`Turn`] is the right to run an actor as a type: all that touches state is a method of it. No reference to the body
//! is held while user code runs, because user code comes back through its context.

mod children;
mod failures;
mod handlers;
mod life;
mod messages;
mod report;
mod signals;
mod ticks;

use core::cell::Cell;
use core::marker::PhantomData;
use core::ptr::NonNull;

use crate::actor::Actor;
use crate::lifecycle::{Lifecycle, Task};
use crate::message::Message;

use super::agenda::Agenda;
use super::annex::{self, Marks, Record};
use super::beside::Packed;
use super::body::Body;
use super::earliest::Earliest;
use super::header::Address;
use super::host::Host;
use super::make::Make;
use super::place::Place;
use super::quiet::Quiet;
use super::siblings::{Member, Siblings};
use super::slot::{Placed, children_of};
use super::{crash, done, in_hand, timers, whereabouts};

/// Whether there is something to do at once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Again,
    /// The task is done, and so the next one is to be done.
    Done,
    /// Not before a signal.
    Wait,
    /// Never again.
    Over,
}

/// The right to run an actor.
pub(super) struct Turn<'p, A> {
    address: Address,
    place: &'p Place,
    actor: PhantomData<fn() -> A>,
}

impl<A> Clone for Turn<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for Turn<'_, A> {}

impl<'p, A: Actor + Placed> Turn<'p, A> {
    /// # Safety
    /// `address` is that of a slot of an `A` that was started at `place`, and the caller owns its turn.
    #[inline]
    pub(super) const unsafe fn new(address: Address, place: &'p Place) -> Self {
        Self { address, place, actor: PhantomData }
    }

    /// Looks at the life. Nothing in `look` runs user code.
    #[inline]
    fn life<R>(self, look: impl FnOnce(&mut Lifecycle) -> R) -> R {
        // SAFETY: the turn is exclusive, and `look` returns before anything else asks for the life.
        let mut life = unsafe { self.address.header().life() };
        // SAFETY: as above; the start wrote it.
        look(unsafe { life.as_mut() })
    }

    /// Looks at the record, if the actor has one. Nothing in `look` runs user code.
    #[inline]
    fn record<R>(self, look: impl FnOnce(&mut Record) -> R) -> Option<R> {
        let mut record = self.place.record::<A>()?;
        // SAFETY: the turn is exclusive, and `look` returns before anything else asks for the record.
        Some(look(unsafe { record.as_mut() }))
    }

    #[inline]
    fn marks(self) -> Option<&'static Marks> {
        // SAFETY: the turn is exclusive.
        unsafe { annex::marks::<A>(self.place.annex) }
    }

    #[inline]
    fn is_running(self) -> bool {
        (const { annex::is_async::<A>() }) && self.marks().is_some_and(|marks| marks.running.get() != 0)
    }

    /// Notes whether the future of a handler is in hand, and of which.
    fn set_running(self, handler: Option<u8>) {
        if let Some(marks) = self.marks() {
            marks.running.set(handler.unwrap_or(0));
        }
        if let Some(quiet) = self.quiet() {
            quiet.set_running(handler.is_some());
        }
    }

    #[inline]
    fn agenda(self) -> Option<Agenda<A>> {
        // SAFETY: the turn is exclusive.
        unsafe { Agenda::of(self.place.annex) }
    }

    #[inline]
    fn quiet(self) -> Option<&'static Quiet> {
        annex::quiet::<A>(self.place.annex)
    }

    /// Timers whose messages are to be handled, one bit for each.
    #[inline]
    fn ticks(self) -> Option<&'static Cell<u8>> {
        if !timers::any::<A>() { None } else { self.marks().map(|marks| &marks.ticks) }
    }

    /// The number of declared children that were started in this life.
    #[inline]
    fn started_children(self) -> Option<&'static Cell<u8>> {
        if A::CHILDREN == 0 { None } else { self.marks().map(|marks| &marks.children) }
    }

    #[inline]
    fn state(self) -> NonNull<A> {
        // SAFETY: the turn is that of a slot of an `A`.
        unsafe { Body::<A>::state_at(self.address) }
    }

    fn children(self) -> &'static A::Children {
        // SAFETY: the turn is that of a slot of an `A`.
        unsafe { children_of::<A>(self.address) }
    }

    fn host(self) -> crate::backend::Host<A> {
        // SAFETY: the turn is that of a slot of an `A`.
        crate::backend::Host::BareMetal(unsafe {
            Host::new(self.address, self.place.upbringing.decider, self.place.annex, self.place.watch.counts)
        })
    }

    /// The actor as one of those who are restarted together, if it is.
    #[inline]
    fn member(self) -> Option<Member<'p>> {
        // SAFETY: the turn is exclusive, and nobody keeps what a look at the group finds.
        unsafe { Member::at(self.place) }
    }

    /// The group of its children, if they are restarted together and one of them was started.
    #[inline]
    fn group(self) -> Option<NonNull<Siblings>> {
        annex::siblings::<A>(self.place.annex).filter(|_| self.started_children().is_some_and(|count| count.get() > 0))
    }

    /// Inlined, so that what an actor never does is left out of it.
    #[inline(always)]
    fn task(self) -> Task {
        self.life(|life| life.task(A::CHILDREN))
    }

    /// Handles a message of the mailbox. The actor is up, and no future is in hand.
    #[inline(always)]
    pub(super) fn take_in_hand(self, message: Packed<A>) {
        let is_heard = const { A::IDLE.is_some() } && !A::Message::is_passive_packed(&message);
        self.handle(message);
        if is_heard && let Some(quiet) = self.quiet() {
            quiet.hear(const { annex::is_async::<A>() });
        }
    }

    /// Looks at what needs attention, and does the next thing.
    #[cold]
    #[inline(always)]
    pub(super) fn attend(self, make: Make<A>) {
        let before = in_hand::take::<A>(self.address, || in_hand::NO_HANDLER);
        if crash::is_kept() {
            self.recall();
        }
        // Apart from what follows, and from what knows the type by its name: so it is linked once for actors that differ in
        // their handlers alone.
        let message = self.next(make);
        in_hand::put_back(before);
        if let Some(message) = message {
            self.handle_apart(message);
        }
    }

    /// Handles a message on the cold side.
    #[cold]
    #[inline(never)]
    fn handle_apart(self, message: Packed<A>) {
        self.handle(message);
        whereabouts::handled(self.address);
        if !self.is_running() {
            done::settle(self.address, Ok(()));
        }
    }

    /// Does the next thing, or returns the message that is next to be handled.
    #[cold]
    #[inline(never)]
    fn next(self, make: Make<A>) -> Option<Packed<A>> {
        let (bits, detour) = self.address.header().take_signals();
        self.heed(bits, detour);
        let mut message = None;
        let flow = if self.is_running() {
            self.resume(bits, detour)
        } else if self.life(|life| life.receives()) {
            message = self.receive(detour);
            if message.is_some() { Flow::Again } else { self.empty(detour) }
        } else {
            self.perform(make, detour)
        };
        match flow {
            // Before a detour nobody goes down.
            Flow::Done if detour => self.life(|life| life.done(A::CHILDREN)),
            Flow::Done => self.life(|life| life.rise(A::CHILDREN)),
            Flow::Again | Flow::Wait | Flow::Over => {}
        }
        self.rest(flow);
        message
    }

    /// Leaves the turn: decides whether the next step is a plain message, and whether there is one at all.
    #[inline]
    fn rest(self, flow: Flow) {
        let again = match flow {
            Flow::Again | Flow::Done => !self.is_running(),
            Flow::Wait => false,
            Flow::Over => return,
        };
        let receives = self.life(|life| life.receives()) && !self.is_running();
        let no_tick = self.ticks().is_none_or(|ticks| ticks.get() == 0 && timers::due::<A>(self.place.annex) == 0);
        let up = receives && no_tick && self.urgent_depth() == 0 && !self.is_released();
        // SAFETY: the turn is that of an actor that has been started.
        unsafe { self.address.header().rest(up, again) };
    }

    /// The worker has nothing left to do: it has been quiet since now, if anything was heard.
    pub(super) fn rest_from_messages(self) {
        if let Some(quiet) = self.quiet().filter(|quiet| quiet.has_heard()) {
            quiet.look(self.place.system.now());
        }
    }

    /// Shows when the clock has something for the actor.
    pub(super) fn next_deadline(self, earliest: &Earliest) {
        if !self.address.is_alive() {
            return;
        }
        if timers::any::<A>() {
            timers::next::<A>(self.place.annex, earliest);
        }
        let resume_at = match self.member() {
            Some(member) => member.due(),
            None => self.record(|record| record.resume_at),
        };
        if let Some(resume_at) = resume_at
            && self.task() == Task::Pause
        {
            // A pause that is over at the beginning of time is over all the same.
            earliest.see(resume_at.as_nanos().max(1));
        }
    }
}
