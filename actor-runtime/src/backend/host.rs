//! What a context asks of the backend that runs its actor.

use core::fmt;
use core::time::Duration;

use crate::actor::Actor;
use crate::call::{Call, Kind, Limit};
use crate::factory::Factory;
use crate::failure::Failure;
use crate::id::{ActorId, Incarnation};
use crate::letter::DeadLetter;
use crate::policy::Route;
#[cfg(any(feature = "tokio", feature = "bare-metal"))]
use crate::reply::Duty;
use crate::reply::Reply;
use crate::supervision::LiveFailure;
#[cfg(feature = "tokio")]
use crate::supervision::Terms;
use crate::time::Instant;

#[cfg(feature = "bare-metal")]
use super::bare_metal;
#[cfg(feature = "tokio")]
use super::tokio;
use super::{Address, Crew, Family, Sink};

/// The runtime side of a [`Context`](crate::context::Context).
pub(crate) enum Host<A: Actor> {
    #[cfg(feature = "tokio")]
    Tokio(tokio::Host<A>),
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Host<A>),
    /// Keeps the type parameter where no backend is on.
    #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
    None(core::convert::Infallible, core::marker::PhantomData<fn() -> A>),
}

/// Hands one call on to whichever backend made the host.
macro_rules! on_host {
    ($self:ident, $host:ident => $call:expr) => {
        match $self {
            #[cfg(feature = "tokio")]
            Host::Tokio($host) => $call,
            #[cfg(feature = "bare-metal")]
            Host::BareMetal($host) => $call,
            #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
            Host::None(never, _) => match *never {},
        }
    };
}

#[cfg(feature = "tokio")]
impl<A: Actor> Host<A> {
    /// The host of an actor on tokio.
    pub(crate) fn tokio(&self) -> Option<&tokio::Host<A>> {
        match self {
            Self::Tokio(host) => Some(host),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(_) => None,
        }
    }

    /// As above, for whoever changes something.
    pub(crate) fn tokio_mut(&mut self) -> Option<&mut tokio::Host<A>> {
        match self {
            Self::Tokio(host) => Some(host),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(_) => None,
        }
    }
}

impl<A: Actor> Host<A> {
    /// This actor's own address, as one more ref.
    pub(crate) fn address(&self) -> Address {
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(host) => Address::Tokio(host.address()),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(host) => Address::BareMetal(host.address()),
            #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
            Self::None(never, _) => match *never {},
        }
    }

    pub(crate) fn id(&self) -> ActorId {
        on_host!(self, host => host.id())
    }

    pub(crate) fn incarnation(&self) -> Incarnation {
        on_host!(self, host => host.incarnation())
    }

    pub(crate) fn now(&self) -> Instant {
        on_host!(self, host => host.now())
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        on_host!(self, host => host.deadline())
    }

    pub(crate) fn random(&self) -> u64 {
        on_host!(self, host => host.random())
    }

    /// Where its own figures are recorded, by the thread that asks.
    pub(crate) fn sink(&self) -> Sink<'_> {
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(host) => Sink::Tokio(host.tally()),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(host) => host.tally().map_or(Sink::NOWHERE, Sink::BareMetal),
            #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
            Self::None(never, _) => match *never {},
        }
    }

    /// Takes all messages out of the stash, to be handled next.
    pub(crate) fn unstash_all(&self) {
        on_host!(self, host => host.unstash_all());
    }

    /// Has `call` make a message, so much later. Returns the number of the timer; none where there is no place for it.
    pub(crate) fn after<K, F>(&mut self, delay: Duration, call: F) -> Option<u64>
    where
        K: Kind,
        F: for<'r> FnOnce(&'r A::Ref) -> Call<'r, A, K> + Send + 'static,
    {
        let _ = (delay, &call);
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(host) => Some(host.after(delay, call)),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(host) => host.after(delay, call),
            #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
            Self::None(never, _) => match *never {},
        }
    }

    /// Has `call` make a message, once each period. As above.
    pub(crate) fn every<K, F>(&mut self, period: Duration, call: F) -> Option<u64>
    where
        K: Kind,
        F: for<'r> FnMut(&'r A::Ref) -> Call<'r, A, K> + Send + 'static,
    {
        let _ = (period, &call);
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(host) => Some(host.every(period, call)),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(host) => host.every(period, call),
            #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
            Self::None(never, _) => match *never {},
        }
    }

    /// Whether there is a place for one more timer.
    pub(crate) fn has_free_timer(&self) -> bool {
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(_) => true,
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(host) => host.has_free_timer(),
            #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
            Self::None(never, _) => match *never {},
        }
    }

    /// Ends what was begun under this number in this life.
    pub(crate) fn cancel_errand(&mut self, number: u64) {
        let _ = number;
        on_host!(self, host => host.cancel_errand(number));
    }

    /// Waits for quiet for so long, or not at all.
    pub(crate) fn set_idle(&mut self, period: Option<Duration>) {
        let _ = period;
        on_host!(self, host => host.set_idle(period));
    }

    /// Notes why the handler in hand fails. The error is alive here, and formatted only where somebody reads it.
    #[cold]
    pub(crate) fn record(&self, failure: LiveFailure<'_>, error: &dyn fmt::Display) {
        let _ = (failure, error);
        on_host!(self, host => host.record(failure, error));
    }

    /// Tags every failure of the life in hand. On bare metal tags are those of `#[actor(tags(..))]`.
    pub(crate) fn tag(&mut self, key: &str, value: &dyn fmt::Display) {
        let _ = (key, value);
        #[cfg(feature = "tokio")]
        if let Some(host) = self.tokio_mut() {
            host.tag(key, value);
        }
    }

    /// Tags the failure that was just noted.
    pub(crate) fn tag_failure(&mut self, key: &str, value: &dyn fmt::Display) {
        let _ = (key, value);
        #[cfg(feature = "tokio")]
        if let Some(host) = self.tokio_mut() {
            host.tag_failure(key, value);
        }
    }

    /// Who is to be told of the end of the handler in hand, if anybody.
    #[cfg(any(feature = "tokio", feature = "bare-metal"))]
    #[cold]
    pub(crate) fn take_duty(&self) -> Option<Duty> {
        on_host!(self, host => host.take_duty())
    }

    /// The failure that leads to the next life, for whoever asks first.
    #[cold]
    pub(crate) fn last_failure(&self) -> Option<Failure> {
        on_host!(self, host => host.last_failure())
    }

    /// The message that was lost, for `#[dead_letter]`. No actor with that hook is placed on bare metal.
    #[cold]
    pub(crate) fn take_letter(&self) -> Option<DeadLetter<A>> {
        #[cfg(feature = "tokio")]
        return self.tokio().and_then(tokio::Host::take_letter);
        #[cfg(not(feature = "tokio"))]
        None
    }

    /// A reply that comes back to this actor as the message `answered`, or `None` where it has no room to
    /// keep one. `limit` ends the wait; a default one is `ask_timeout`, that of the actor asked.
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
        let _ = (answered, handler, limit, ask_timeout);
        on_host!(self, host => host.reply_as_message::<K, F, R>(answered, handler, limit, ask_timeout))
    }

    /// `limit`, or what is left of the message in hand where that is less. On bare metal none is kept with a message.
    pub(crate) fn inherited(&self, limit: Limit) -> Limit {
        let _ = limit;
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(host) => host.inherited(limit),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(_) => limit,
            #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
            Self::None(never, _) => match *never {},
        }
    }

    /// The crew of before, and `member`, which was started as declared child `index`.
    pub(crate) fn enlist<C>(
        &self,
        index: usize,
        before: &Crew<C::Ref>,
        route: Route,
        member: C::Ref,
    ) -> Result<Crew<C::Ref>, Failure>
    where
        C: Actor,
        A: Family<C>,
    {
        let _ = (index, before, route, &member);
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(_) => Ok(Crew::Tokio(tokio::Crew::with(before.members(), route, member))),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(host) => host.enlist::<C>(index, route, member).map(Crew::BareMetal),
            #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
            Self::None(never, _) => match *never {},
        }
    }

    /// Starts declared child `index`.
    pub(crate) fn start_child<C, F, M>(&self, index: usize, factory: F) -> Result<Address, Failure>
    where
        C: Actor,
        A: Family<C>,
        F: Factory<C, M>,
        M: 'static,
    {
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(host) => {
                let terms = Terms::of(A::TERMS, index);
                host.start_child::<C, F, M>(index, terms, factory).map(Address::Tokio)
            }
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(host) => host.start_child::<C, F, M>(index, factory).map(Address::BareMetal),
            #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
            Self::None(never, _) => {
                let _ = (index, factory);
                match *never {}
            }
        }
    }
}
