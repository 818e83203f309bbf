//! What a context asks of this backend: always in the turn of its actor.

use core::fmt;
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicU8, Ordering};
use core::time::Duration;

use crate::actor::{Actor, AllHandlersInOneBlock, Configured, Presence};
use crate::call::{Call, Kind, Limit};
use crate::context::Context;
use crate::factory::Factory;
use crate::failure::{Description, Failure, FailureKind};
use crate::id::{ActorId, Incarnation};
use crate::policy::Route;
use crate::reply::{Duty, Reply};
use crate::size::require;
use crate::supervision::{Decider, Directive, LiveFailure, directive};
use crate::time::{Instant, nanos};

use super::agenda::{self, Agenda, has_agenda};
use super::annex;
use super::brood::Brood;
use super::crew::Crew;
use super::header::{Address, attention};
use super::make::Make;
use super::meters::Tally;
use super::slot::{Placed, children_of};
use super::stash::has_stash;
use super::system::System;
use super::{done, telemetry, then, upbringing};

/// Bits of what a handler leaves behind in its context.
mod note {
    /// It fails by an error that nobody asked for.
    pub(super) const UNASKED: u8 = 1;
    /// All messages in the stash are to be handled next.
    pub(super) const UNSTASH: u8 = 1 << 1;
    /// The lowest of the bits that number, in [`DIRECTIVES`](super::DIRECTIVES), what the supervisor wishes.
    pub(super) const DIRECTIVE: u32 = 2;
}

/// What a supervisor may say, by number.
const DIRECTIVES: [Directive; 4] = [Directive::Restart, Directive::Resume, Directive::Stop, Directive::Escalate];

/// A pointer to the part of an `A`, where there is one.
type Part<A> = <Reaches<A> as Presence>::Of<NonNull<u8>>;

/// Whether the context of an `A` reaches something there.
type Reaches<A> = <<A as AllHandlersInOneBlock>::Idling as Presence>::Or<<A as Configured>::Timers>;

/// The slot of the actor whose context this is.
pub(crate) struct Host<A: Actor> {
    address: Address,
    /// What is to be known when the handler has returned: bits of [`note`]. An atomic, because a context may be shared where
    /// it is on other backends.
    notes: AtomicU8,
    /// What the supervisor wishes for failures of this actor, if it says anything. Written where the actor can fail alone:
    /// one more store for each async message is 4 instructions on a Cortex-M0.
    decider: MaybeUninit<Option<Decider>>,
    /// The actor's part of the annex, where its context reaches something there.
    part: Part<A>,
    /// The same, where figures of its own are recorded in front of it.
    figures: <A::Figures as Presence>::Of<Option<NonNull<u8>>>,
    actor: PhantomData<fn() -> A>,
}

// SAFETY: the actor's part of the annex is reached in its turn alone, which only one thread has, as its context.
unsafe impl<A: Actor> Send for Host<A> {}
// SAFETY: what changes something there is lent the context alone.
unsafe impl<A: Actor> Sync for Host<A> {}

impl<A: Actor> Host<A> {
    /// # Safety
    /// `address` is that of a slot of an `A`, which has this `part` of the annex, with cells in front if the system `counts`.
    #[inline]
    pub(super) unsafe fn new(address: Address, decider: Option<Decider>, part: NonNull<u8>, counts: bool) -> Self {
        let decider = if const { A::CAN_FAIL } { MaybeUninit::new(decider) } else { MaybeUninit::uninit() };
        Self {
            address,
            notes: AtomicU8::new(0),
            decider,
            part: Reaches::<A>::of(part),
            figures: A::Figures::of(counts.then_some(part)),
            actor: PhantomData,
        }
    }

    pub(crate) fn address(&self) -> Address {
        self.address
    }

    pub(crate) fn id(&self) -> ActorId {
        self.address.id()
    }

    pub(crate) fn incarnation(&self) -> Incarnation {
        self.address.header().incarnation()
    }

    /// Where its own figures are recorded, if they are.
    pub(crate) fn tally(&self) -> Option<Tally<'_>> {
        let part = A::Figures::get(self.figures)??;
        // SAFETY: there are cells in front of the part, as whoever made this said.
        unsafe { Tally::before::<A>(part) }
    }

    fn system(&self) -> Option<&'static System> {
        critical_section::with(|cs| self.address.header().system(cs))
    }

    pub(crate) fn now(&self) -> Instant {
        self.system().map_or(Instant::ZERO, System::now)
    }

    #[allow(clippy::unused_self, reason = "a message keeps none")]
    pub(crate) fn deadline(&self) -> Option<Instant> {
        None
    }

    pub(crate) fn random(&self) -> u64 {
        self.system().map_or(0, System::random)
    }

    /// Keeps the kind, and the beginning of the text where failures are told.
    #[cold]
    pub(crate) fn record(&self, failure: LiveFailure<'_>, text: &dyn fmt::Display) {
        telemetry::say(text);
        let unasked = if failure.kind() == FailureKind::Unasked { note::UNASKED } else { 0 };
        // SAFETY: written where the actor can fail.
        let decider = if const { A::CAN_FAIL } { unsafe { self.decider.assume_init() } } else { None };
        let directive = directive(decider, &failure);
        let number = DIRECTIVES.iter().position(|known| *known == directive).unwrap_or(0) as u8;
        let others = if const { has_stash::<A>() } { self.notes.load(Ordering::Relaxed) & note::UNSTASH } else { 0 };
        self.notes.store(others | unasked | number << note::DIRECTIVE, Ordering::Relaxed);
    }

    /// Done when the handler has returned: nothing is handled before.
    pub(crate) fn unstash_all(&self) {
        self.notes.store(self.notes.load(Ordering::Relaxed) | note::UNSTASH, Ordering::Relaxed);
    }

    pub(crate) fn set_idle(&mut self, period: Option<Duration>) {
        if let Some(quiet) = self.part().and_then(annex::quiet::<A>) {
            quiet.wait(self.now(), period);
        }
    }

    /// Who is to be told of the end of the handler in hand, if anybody.
    pub(crate) fn take_duty(&self) -> Option<Duty> {
        done::in_hand(self.address)
    }

    fn part(&self) -> Option<NonNull<u8>> {
        Reaches::<A>::get(self.part)
    }

    /// The timers of this context.
    ///
    /// # Panics
    /// If the actor says of none, where it may live on tokio as well: else that is an error when compiled.
    fn agenda(&self) -> Option<Agenda<A>> {
        const NONE: &str = "on bare metal a context has the timers that its actor says; write `#[actor(timers = 4)]`, with \
            more than its `#[every]` and `#[idle]`";
        const { require(has_agenda::<A>() || cfg!(feature = "tokio"), NONE) };
        assert!(const { has_agenda::<A>() }, "{NONE}");
        // SAFETY: a context is lent in the turn of its actor.
        self.part().and_then(|part| unsafe { Agenda::of(part) })
    }

    pub(crate) fn after<K, F>(&mut self, delay: Duration, call: F) -> Option<u64>
    where
        K: Kind,
        F: for<'r> FnOnce(&'r A::Ref) -> Call<'r, A, K> + Send + 'static,
    {
        // SAFETY: the verbs are those of the closure.
        let number = unsafe { self.agenda()?.begin(self.now(), delay, 0, call, agenda::once::<A, K, F>()) };
        if delay.is_zero() {
            self.address.header().signal(attention::AHEAD);
        }
        number
    }

    pub(crate) fn every<K, F>(&mut self, period: Duration, call: F) -> Option<u64>
    where
        K: Kind,
        F: for<'r> FnMut(&'r A::Ref) -> Call<'r, A, K> + Send + 'static,
    {
        // SAFETY: the verbs are those of the closure.
        unsafe { self.agenda()?.begin(self.now(), period, nanos(period), call, agenda::again::<A, K, F>()) }
    }

    pub(crate) fn has_free_timer(&self) -> bool {
        self.agenda().is_some_and(|agenda| agenda.has_room())
    }

    pub(crate) fn cancel_errand(&mut self, number: u64) {
        // SAFETY: a context is lent in the turn of its actor.
        if let Some(agenda) = self.part().and_then(|part| unsafe { Agenda::<A>::of(part) }) {
            agenda.cancel(number);
        }
    }

    /// Nothing of it is kept here but that there was one.
    #[cold]
    #[allow(clippy::unused_self, clippy::unnecessary_wraps)]
    pub(crate) fn last_failure(&self) -> Option<Failure> {
        Some(Failure::new(FailureKind::Error, Description::empty()))
    }

    pub(crate) fn reply_as_message<K, F, R>(
        &self,
        answered: F,
        handler: &'static str,
        limit: Limit,
        ask_timeout: Option<Duration>,
    ) -> Option<Reply<K::Value>>
    where
        K: Kind,
        R: Kind,
        F: for<'r> Fn(&'r A::Ref, K::Output) -> Call<'r, A, R> + Copy + Send + 'static,
    {
        // SAFETY: a host is that of a slot of an `A`.
        unsafe { then::reply::<A, K, F, R>(self.address, answered, handler, limit, ask_timeout) }
    }

    pub(crate) fn start_child<C, F, M>(&self, index: usize, factory: F) -> Result<Address, Failure>
    where
        A: Placed,
        C: Actor,
        F: Factory<C, M>,
        M: 'static,
    {
        let make = Make::of_child(factory);
        // SAFETY: a host is that of a slot of an `A`.
        let children = unsafe { children_of::<A>(self.address) };
        let child = children.find(index).ok_or_else(absent)?;
        let system = self.system().ok_or_else(absent)?;
        let bit = self.address.header().bit() + 1 + child.bit;
        upbringing::tell_apart::<A>();
        // SAFETY: a parent starts its child in its own turn, by the worker of both.
        unsafe { child.start::<C>(system, bit, make) }.ok_or_else(absent)?;
        Ok(child.address)
    }

    /// The crew to which `member` belongs, which was started as declared child `index`.
    pub(crate) fn enlist<C>(&self, index: usize, route: Route, member: C::Ref) -> Result<Crew<C::Ref>, Failure>
    where
        A: Placed,
        C: Actor,
    {
        // SAFETY: a host is that of a slot of an `A`.
        let children = unsafe { children_of::<A>(self.address) };
        let crew = children.crew::<C::Ref>(index).ok_or_else(absent)?;
        // SAFETY: a parent starts its children in its own turn.
        unsafe { crew.enlist(route, member) };
        Ok(crew)
    }
}

/// The failure of a start for which there is no slot.
#[cold]
fn absent() -> Failure {
    Failure::new(FailureKind::Start, Description::empty())
}

/// Why the handler whose context this is fails, if it does, and what its supervisor wishes for that.
pub(super) fn failure<A: Actor>(context: &Context<A>) -> (FailureKind, Directive) {
    let notes = match &context.host {
        crate::backend::Host::BareMetal(host) => host.notes.load(Ordering::Relaxed),
        #[cfg(feature = "tokio")]
        crate::backend::Host::Tokio(_) => 0,
    };
    let kind = if notes & note::UNASKED == 0 { FailureKind::Error } else { FailureKind::Unasked };
    (kind, DIRECTIVES[usize::from(notes >> note::DIRECTIVE) % DIRECTIVES.len()])
}

/// Whether the handler whose context this is has taken all messages out of the stash.
#[allow(irrefutable_let_patterns, reason = "other backends are not always on")]
pub(super) fn unstashes<A: Actor>(context: &Context<A>) -> bool {
    if let crate::backend::Host::BareMetal(host) = &context.host {
        host.notes.load(Ordering::Relaxed) & note::UNSTASH != 0
    } else {
        false
    }
}
