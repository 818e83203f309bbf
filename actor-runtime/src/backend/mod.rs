//! The seam: the one place where the backends that are switched on are listed.
//!
//! Everything above holds these enums and calls their methods; each method hands on to the backend that
//! made the value. With one backend on, an enum has one case worth a tag and costs nothing. What both backends
//! have lies in files of the same name, so a diff of those is the porting guide.

use core::fmt;
use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Poll, Waker};
use core::time::Duration;

use crate::actor::{Actor, Handled};
use crate::call::{Batch, Call, Kind, Limit};
use crate::error::{Reason, TellError, Unanswered};
use crate::factory::Factory;
use crate::failure::Failure;
use crate::id::{ActorId, Incarnation};
use crate::letter::DeadLetter;
use crate::metrics::Lanes;
use crate::policy::Route;
use crate::recipient::Recipient;
use crate::reference::Ref;
#[cfg(any(feature = "tokio", feature = "bare-metal"))]
use crate::reply::Duty;
use crate::reply::{Debt, Reply};
use crate::supervision::LiveFailure;
#[cfg(feature = "tokio")]
use crate::supervision::Terms;
use crate::time::Instant;
use crate::topic::Published;

#[cfg(feature = "bare-metal")]
pub mod bare_metal;
#[cfg(any(feature = "tokio", feature = "bare-metal"))]
mod ring;
#[cfg(feature = "tokio")]
pub mod tokio;

#[cfg(any(feature = "tokio", feature = "bare-metal"))]
pub use ring::RingBufferFailureTelemetry;

/// The future of a handler of a local actor, which may hold what is not `Send`: a backend with threads keeps it on one.
/// Where there are no threads there are no local actors, and nobody polls it.
#[doc(hidden)]
pub fn confine<F: Future<Output = Handled>>(future: F) -> impl Future<Output = Handled> + Send {
    #[cfg(feature = "tokio")]
    return tokio::Confined::new(future);
    #[cfg(not(feature = "tokio"))]
    {
        drop(future);
        core::future::pending()
    }
}

/// Where an actor is, without its type.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Address {
    /// Nowhere: answers `Stopped`.
    Nobody,
    #[cfg(feature = "tokio")]
    Tokio(tokio::Address),
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Address),
}

impl Address {
    /// Sends now or never.
    #[inline]
    pub(crate) fn tell<A: Actor>(&self, message: A::Message, limit: Limit) -> Result<(), (A::Message, Reason)> {
        let _ = limit;
        match self {
            Self::Nobody => Err((message, Reason::Stopped)),
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.tell::<A>(message, limit),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.tell::<A>(message, limit),
        }
    }

    /// Takes messages out of `batch`, in order, as long as there is room for them; possibly none.
    pub(crate) fn accept<A: Actor>(&self, batch: &mut Batch<A::Message>) {
        let _ = &batch;
        match self {
            Self::Nobody => {}
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.accept::<A>(batch),
            // One critical section for each, as short as it is for one message alone.
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(_) => {}
        }
    }

    /// Sends now or never, and has `duty` told of the end of the handler.
    #[cfg(any(feature = "tokio", feature = "bare-metal"))]
    pub(crate) fn tell_watched<A: Actor>(
        &self,
        message: A::Message,
        limit: Limit,
        duty: Duty,
    ) -> Result<(), (A::Message, Duty, Reason)> {
        match self {
            Self::Nobody => Err((message, duty, Reason::Stopped)),
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.tell_watched::<A>(message, limit, duty),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.tell_watched::<A>(message, limit, duty),
        }
    }

    pub(crate) fn id(&self) -> Option<ActorId> {
        match self {
            Self::Nobody => None,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => Some(address.id()),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => Some(address.id()),
        }
    }

    /// Whether it is that of an actor on bare metal.
    #[cfg(feature = "tokio")]
    pub(crate) fn is_static(&self) -> bool {
        !matches!(self, Self::Nobody | Self::Tokio(_))
    }

    pub(crate) fn is_alive(&self) -> bool {
        match self {
            Self::Nobody => false,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.is_alive(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.is_alive(),
        }
    }

    /// What the actor has to do, in messages: those that wait, and what it does now.
    pub(crate) fn load(&self) -> usize {
        match self {
            Self::Nobody => 0,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.load(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.load(),
        }
    }

    pub(crate) fn depth(&self) -> usize {
        match self {
            Self::Nobody => 0,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.depth(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.depth(),
        }
    }

    pub(crate) fn lanes(&self) -> Lanes {
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.lanes(),
            Self::Nobody => Lanes::default(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(_) => Lanes::default(),
        }
    }

    /// How many messages may wait in a lane.
    pub(crate) fn capacity(&self) -> Option<u32> {
        match self {
            Self::Nobody => Some(0),
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.capacity(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => Some(address.capacity()),
        }
    }

    pub(crate) fn downgrade(&self) -> WeakAddress {
        match self {
            Self::Nobody => WeakAddress::Nobody,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => WeakAddress::Tokio(address.downgrade()),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => WeakAddress::BareMetal(*address),
        }
    }

    pub(crate) fn suspend(&self, owner: &'static str) -> Suspension {
        let _ = owner;
        Suspension(match self {
            Self::Nobody => SuspendedOn::Nobody,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.suspend(owner).map_or(SuspendedOn::Nobody, SuspendedOn::Tokio),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.suspend(owner).map_or(SuspendedOn::Nobody, SuspendedOn::BareMetal),
        })
    }

    /// Who keeps the actor suspended, the first of them.
    pub(crate) fn suspended_by(&self) -> Option<&'static str> {
        match self {
            Self::Nobody => None,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.suspended_by(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.suspended_by(),
        }
    }

    /// How often the actor was suspended, and for how long in all.
    pub(crate) fn suspended(&self) -> (u64, Duration) {
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.suspended(),
            Self::Nobody => Default::default(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(_) => Default::default(),
        }
    }

    pub(crate) fn kill(&self) {
        match self {
            Self::Nobody => {}
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.kill(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.stop(),
        }
    }

    pub(crate) fn stop(&self) {
        match self {
            Self::Nobody => {}
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.stop(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.stop(),
        }
    }

    pub(crate) fn drain(&self) {
        match self {
            Self::Nobody => {}
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.drain(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.drain(),
        }
    }

    /// A future that ends when the actor has ended.
    pub(crate) fn stopped(&self) -> Stopped {
        Stopped(match self {
            Self::Nobody => WaitingForEnd::Nobody,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => WaitingForEnd::Tokio(address.stopped()),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => WaitingForEnd::BareMetal(address.stopped()),
        })
    }
}

/// An actor that handles nothing for as long as this is kept; from [`control().suspend(..)`](crate::reference::Control::suspend).
///
/// Dropping it resumes the actor, unless others keep theirs. It keeps no actor alive.
#[must_use = "the actor is resumed when this is dropped, and `let _ =` drops at once: write `let held = ..`"]
pub struct Suspension(SuspendedOn);

enum SuspendedOn {
    /// One of nobody.
    Nobody,
    #[cfg(feature = "tokio")]
    Tokio(tokio::Suspension),
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Suspension),
}

impl Suspension {
    /// Resumes the actor, unless others keep it suspended.
    pub fn resume(self) {}
}

impl fmt::Debug for Suspension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id: Option<ActorId> = match &self.0 {
            SuspendedOn::Nobody => None,
            #[cfg(feature = "tokio")]
            SuspendedOn::Tokio(suspension) => Some(suspension.id()),
            #[cfg(feature = "bare-metal")]
            SuspendedOn::BareMetal(suspension) => Some(suspension.address().id()),
        };
        f.debug_tuple("Suspension").field(&id).finish()
    }
}

/// An address that keeps no actor alive.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum WeakAddress {
    Nobody,
    #[cfg(feature = "tokio")]
    Tokio(tokio::WeakAddress),
    /// Static: there is no last ref to it.
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Address),
}

impl WeakAddress {
    pub(crate) fn upgrade(&self) -> Option<Address> {
        match self {
            Self::Nobody => None,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.upgrade().map(Address::Tokio),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.is_alive().then_some(Address::BareMetal(*address)),
        }
    }

    pub(crate) fn write_path(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => f.write_str("nobody"),
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.write_path(f),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => fmt::Display::fmt(&address.id(), f),
        }
    }

    pub(crate) fn id(&self) -> Option<ActorId> {
        match self {
            Self::Nobody => None,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => Some(address.id()),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => Some(address.id()),
        }
    }
}

/// A future that ends when an actor has ended; from [`Control::stopped`](crate::reference::Control::stopped).
#[must_use = "it only waits: await it, or leave it out"]
pub struct Stopped(WaitingForEnd);

enum WaitingForEnd {
    Nobody,
    #[cfg(feature = "tokio")]
    Tokio(tokio::Stopped),
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Stopped),
}

impl Future for Stopped {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut core::task::Context<'_>) -> Poll<()> {
        let _ = &cx;
        match &mut self.get_mut().0 {
            WaitingForEnd::Nobody => Poll::Ready(()),
            #[cfg(feature = "tokio")]
            WaitingForEnd::Tokio(stopped) => Pin::new(stopped).poll(cx),
            #[cfg(feature = "bare-metal")]
            WaitingForEnd::BareMetal(stopped) => Pin::new(stopped).poll(cx),
        }
    }
}

impl fmt::Debug for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stopped")
    }
}

/// The future of an awaited tell: ends when the message is in the mailbox.
///
/// # Cancel safety
/// Dropped while it waits for room, the message is not sent and nothing is left behind. Once there was room the message
/// is in the mailbox, even if the future was not polled again.
pub struct Sending<'a, A: Actor>(SendingOn<'a, A>);

enum SendingOn<'a, A: Actor> {
    Nobody(PhantomData<&'a Ref<A>>),
    #[cfg(feature = "tokio")]
    Tokio(tokio::Sending<'a, A>),
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Sending<'a, A>),
}

impl<'a, A: Actor> Sending<'a, A> {
    #[inline]
    pub(crate) fn new(target: &'a Ref<A>, message: A::Message, limit: Limit) -> Self {
        let _ = limit;
        Self(match target.address() {
            Address::Nobody => {
                drop(message);
                SendingOn::Nobody(PhantomData)
            }
            #[cfg(feature = "tokio")]
            Address::Tokio(address) => SendingOn::Tokio(tokio::Sending::new(address, message, limit)),
            #[cfg(feature = "bare-metal")]
            Address::BareMetal(address) => SendingOn::BareMetal(bare_metal::Sending::new(address, message, limit)),
        })
    }
}

impl<A: Actor> Future for Sending<'_, A> {
    type Output = Result<(), TellError>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut core::task::Context<'_>) -> Poll<Self::Output> {
        let _ = &cx;
        match &mut self.get_mut().0 {
            SendingOn::Nobody(_) => Poll::Ready(Err(TellError::Stopped)),
            #[cfg(feature = "tokio")]
            SendingOn::Tokio(sending) => Pin::new(sending).poll(cx),
            #[cfg(feature = "bare-metal")]
            SendingOn::BareMetal(sending) => Pin::new(sending).poll(cx),
        }
    }
}

/// The future of an awaited ask: ends with the reply, or with why there is none.
///
/// # Cancel safety
/// Dropped before it ends, nothing leaks: the handler may still run, and its reply is discarded.
pub struct Asking<'a, A: Actor, K: Kind>(AskingOn<'a, A, K>);

enum AskingOn<'a, A: Actor, K: Kind> {
    Nobody(PhantomData<&'a Ref<A>>, PhantomData<fn() -> K>),
    #[cfg(feature = "tokio")]
    Tokio(tokio::Asking<'a, A, K>),
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Asking<'a, A, K>),
}

impl<'a, A: Actor, K: Kind> Asking<'a, A, K> {
    #[inline]
    pub(crate) fn new(call: Call<'a, A, K>) -> Self {
        Self(match call.target.address() {
            Address::Nobody => AskingOn::Nobody(PhantomData, PhantomData),
            #[cfg(feature = "tokio")]
            Address::Tokio(address) => {
                AskingOn::Tokio(tokio::Asking::new(address, call.message, call.attach, call.limit))
            }
            #[cfg(feature = "bare-metal")]
            Address::BareMetal(address) => {
                AskingOn::BareMetal(bare_metal::Asking::new(address, call.message, call.attach, call.limit))
            }
        })
    }
}

impl<A: Actor, K: Kind> Future for Asking<'_, A, K> {
    type Output = K::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut core::task::Context<'_>) -> Poll<K::Output> {
        let _ = &cx;
        match &mut self.get_mut().0 {
            AskingOn::Nobody(..) => Poll::Ready(K::unsent(TellError::Stopped)),
            #[cfg(feature = "tokio")]
            AskingOn::Tokio(asking) => Pin::new(asking).poll(cx),
            #[cfg(feature = "bare-metal")]
            AskingOn::BareMetal(asking) => Pin::new(asking).poll(cx),
        }
    }
}

/// The runtime side of a [`Context`](crate::context::Context).
pub(crate) enum Host<A: Actor> {
    #[cfg(feature = "tokio")]
    Tokio(tokio::Host<A>),
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Host<A>),
    /// Keeps the type parameter where no backend is on.
    #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
    None(core::convert::Infallible, PhantomData<fn() -> A>),
}

/// Where the figures of an actor's own are recorded.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sink<'a> {
    #[cfg(feature = "tokio")]
    Tokio(tokio::Tally<'a>),
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Tally<'a>),
    /// Where its system says so, nothing is recorded.
    #[allow(dead_code, reason = "made where bare metal is on")]
    Nowhere(PhantomData<&'a *const ()>),
}

impl Sink<'_> {
    pub(crate) fn add(self, counter: usize, by: u64) {
        let _ = (counter, by);
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(tally) => tally.add_own(counter, by),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(tally) => tally.add_own(counter, by),
            Self::Nowhere(_) => {}
        }
    }

    pub(crate) fn record(self, histogram: usize, value: u64) {
        let _ = (histogram, value);
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(tally) => tally.record_own(histogram, value),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(tally) => tally.record_own(histogram, value),
            Self::Nowhere(_) => {}
        }
    }
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
            Self::BareMetal(host) => host.tally().map_or(Sink::Nowhere(PhantomData), Sink::BareMetal),
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

#[cfg(feature = "tokio")]
pub(crate) use tokio::block_on;

/// The subscribers of a topic, shared by its clones.
pub(crate) enum Hub<T: 'static> {
    #[cfg(feature = "tokio")]
    Tokio(tokio::Topic<T>),
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Board<T>),
    /// Keeps the type parameter where no backend is on.
    #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
    None(core::convert::Infallible, PhantomData<T>),
}

/// Hands one call on to whichever backend has the subscribers.
macro_rules! on_hub {
    ($self:ident, $hub:ident => $call:expr) => {
        match $self {
            #[cfg(feature = "tokio")]
            Hub::Tokio($hub) => $call,
            #[cfg(feature = "bare-metal")]
            Hub::BareMetal($hub) => $call,
            #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
            Hub::None(never, _) => match *never {},
        }
    };
}

impl<T: 'static> Hub<T> {
    #[cfg(feature = "tokio")]
    pub(crate) fn new() -> Self {
        Self::Tokio(tokio::Topic::new())
    }

    pub(crate) fn subscribe(&self, recipient: Recipient<T>) -> bool {
        let _ = &recipient;
        on_hub!(self, hub => hub.subscribe(recipient))
    }

    pub(crate) fn unsubscribe(&self, recipient: &Recipient<T>) -> bool {
        let _ = recipient;
        on_hub!(self, hub => hub.unsubscribe(recipient))
    }

    pub(crate) fn subscribers(&self) -> usize {
        on_hub!(self, hub => hub.subscribers())
    }

    pub(crate) fn missed(&self) -> u64 {
        on_hub!(self, hub => hub.missed())
    }

    pub(crate) fn publish(&self, value: T) -> Published
    where
        T: Clone,
    {
        let _ = &value;
        on_hub!(self, hub => hub.publish(value))
    }
}

impl<T: 'static> Clone for Hub<T> {
    fn clone(&self) -> Self {
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(topic) => Self::Tokio(topic.clone()),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(board) => Self::BareMetal(*board),
            #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
            Self::None(never, _) => match *never {},
        }
    }
}

/// The members of a pool, shared by its clones.
pub(crate) enum Crew<R: 'static> {
    /// None so far.
    Nobody(PhantomData<R>),
    #[cfg(feature = "tokio")]
    Tokio(std::sync::Arc<tokio::Crew<R>>),
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Crew<R>),
}

impl<R> Crew<R> {
    pub(crate) const NOBODY: Self = Self::Nobody(PhantomData);

    /// In the order of their start.
    pub(crate) fn members(&self) -> &[R] {
        match self {
            Self::Nobody(_) => &[],
            #[cfg(feature = "tokio")]
            Self::Tokio(crew) => crew.members(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(crew) => crew.members(),
        }
    }

    /// How the next call finds its member, and the one whose turn it is.
    pub(crate) fn turn(&self) -> (Route, usize) {
        match self {
            Self::Nobody(_) => (Route::RoundRobin, 0),
            #[cfg(feature = "tokio")]
            Self::Tokio(crew) => crew.turn(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(crew) => crew.turn(),
        }
    }
}

impl<R> Clone for Crew<R> {
    fn clone(&self) -> Self {
        match self {
            Self::Nobody(_) => Self::NOBODY,
            #[cfg(feature = "tokio")]
            Self::Tokio(crew) => Self::Tokio(std::sync::Arc::clone(crew)),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(crew) => Self::BareMetal(*crew),
        }
    }
}

/// What a parent must have to start a `C`: on bare metal a slot inside its own slot, elsewhere nothing.
#[cfg(not(feature = "bare-metal"))]
pub trait Family<C> {}

#[cfg(not(feature = "bare-metal"))]
impl<A, C> Family<C> for A {}

#[cfg(feature = "bare-metal")]
pub use bare_metal::Family;

/// What an asker is told whose reply is dropped at this moment.
#[cold]
pub(crate) fn why_dropped() -> Unanswered {
    #[cfg(feature = "tokio")]
    {
        tokio::WhyDropped::now()
    }
    #[cfg(all(feature = "bare-metal", not(feature = "tokio")))]
    {
        bare_metal::why_dropped()
    }
    #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
    Unanswered::NoReply
}

/// Runs `drops`, whose replies are dropped because of `why`. Where there are threads, it holds for this one alone.
#[cfg(feature = "bare-metal")]
fn dropped_because(why: Unanswered, drops: impl FnOnce()) {
    #[cfg(feature = "tokio")]
    {
        let _dropped = tokio::WhyDropped::because(why);
        drops();
    }
    #[cfg(not(feature = "tokio"))]
    bare_metal::because(why, drops);
}

/// Whether a reply that is dropped may be one that the handler in hand owes.
#[inline]
pub(crate) fn owes() -> bool {
    #[cfg(all(feature = "bare-metal", not(feature = "tokio")))]
    return bare_metal::owes();
    #[cfg(not(all(feature = "bare-metal", not(feature = "tokio"))))]
    return cfg!(feature = "tokio");
}

/// A handler begins, that owes this. What that one owes within which it runs comes back.
#[inline]
pub(crate) fn enter_debt(debt: Debt) -> Option<Debt> {
    #[cfg(all(feature = "bare-metal", not(feature = "tokio")))]
    return bare_metal::enter_debt(debt);
    #[cfg(not(all(feature = "bare-metal", not(feature = "tokio"))))]
    return replace_debt(Some(debt));
}

/// Puts `debt` in the place of what the handler in hand owes, which comes back.
#[inline]
pub(crate) fn replace_debt(debt: Option<Debt>) -> Option<Debt> {
    #[cfg(feature = "tokio")]
    return tokio::replace_debt(debt);
    #[cfg(all(feature = "bare-metal", not(feature = "tokio")))]
    return bare_metal::replace_debt(debt);
    #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
    return debt;
}

/// Runs `waker` where there is one.
#[allow(dead_code)]
pub(crate) fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}
