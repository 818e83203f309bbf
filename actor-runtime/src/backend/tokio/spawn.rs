//! Starting an actor, and waiting until it is up. Keeps `start_failure` for first starts.

use core::fmt;
use core::future::{Future, IntoFuture};
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::string::String;
use std::sync::Arc;

use crate::actor::Actor;
use crate::factory::Factory;
use crate::failure::{Failure, StopReason};
use crate::reference::{ActorRef, Ref};

use super::address::Address;
use super::cell::Cell;
use super::dispatcher::home::Home;
use super::dispatcher::{Place, PlaceError, Placement};
use super::owner::Owner;

/// An actor that is about to start: await it for its ref, or [`detach`](Spawn::detach) it.
#[must_use = "nothing is started until this is awaited or detached; `let _ =` starts nothing either"]
pub struct Spawn<'a, A, F, M> {
    home: &'a Arc<Home>,
    place: Option<Place>,
    factory: F,
    name: Option<String>,
    /// Kept, so that what is no factory is said once, where it is given, and not again at an `.await`.
    start: fn(Self) -> Result<(Owner, Address), SpawnError>,
    actor: PhantomData<fn() -> (A, M)>,
}

impl<'a, A: Actor, F, M> Spawn<'a, A, F, M> {
    pub(super) fn new(home: &'a Arc<Home>, factory: F) -> Self
    where
        F: Factory<A, M>,
        M: 'static,
    {
        Self { home, place: None, factory, name: None, start: Self::start, actor: PhantomData }
    }

    /// Names the actor, for [`find`](super::ActorSystem::find), paths and events. The name is its own until it has ended. Any
    /// text is one, an empty one too.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Has the actor run by `dispatcher`, whatever its `#[actor(dispatcher = ..)]` says: one of
    /// [`DispatcherKind`](crate::actor::DispatcherKind), a [`SingleWorker`](super::SingleWorker), or an `Arc` of a
    /// [`Dispatcher`](super::Dispatcher) of your own.
    pub fn on(mut self, dispatcher: impl Into<Placement>) -> Self {
        self.place = Some(dispatcher.into().0);
        self
    }

    /// Starts the actor and returns its ref at once. If the start fails, the event handler is told, and calls
    /// answer `Stopped`. Where it cannot begin, because the name is in use for one, the event is
    /// [`NotStarted`](crate::metrics::SystemEvent::NotStarted).
    pub fn detach(self) -> A::Ref {
        let (home, start) = (self.home, self.start);
        match start(self) {
            Ok((_, address)) => A::Ref::from_ref(Ref::from_address(crate::backend::Address::Tokio(address))),
            Err(why) => {
                home.not_started(A::OPTIONS.name, &why);
                A::Ref::from_ref(Ref::nobody())
            }
        }
    }

    fn start(self) -> Result<(Owner, Address), SpawnError>
    where
        F: Factory<A, M>,
        M: 'static,
    {
        let home = self.home.for_actor::<A>(self.place.as_ref());
        // A system that closes takes its dispatchers along.
        let home =
            home.map_err(|why| if self.home.is_closing() { SpawnError::ShutDown } else { SpawnError::NoPlace(why) })?;
        let name = match self.name {
            Some(name) => Some(home.registry().reserve(&name).ok_or(SpawnError::NameTaken(name))?),
            None => None,
        };
        let cell = match Cell::<A>::create::<F, M>(home, None, self.factory) {
            Ok(cell) => cell,
            Err(error) => {
                if let Some(name) = name {
                    self.home.registry().give_name(&name, None);
                }
                return Err(error);
            }
        };
        if let Some(name) = name {
            self.home.registry().give_name(&name, Some(cell.header().id));
        }
        let address = cell.address();
        Cell::<A>::start(&cell);
        Ok((cell, address))
    }
}

impl<A: Actor, F, M> IntoFuture for Spawn<'_, A, F, M> {
    type Output = Result<A::Ref, SpawnError>;
    type IntoFuture = Spawning<A>;

    fn into_future(self) -> Spawning<A> {
        let start = self.start;
        Spawning::new(start(self))
    }
}

/// The future of a start: ends when `#[started]` has returned.
///
/// # Cancel safety
/// Dropping it drops the only ref, and so stops the actor: a `#[started]` that waits is not waited for.
pub struct Spawning<A> {
    started: Result<(Owner, Address), SpawnError>,
    ticket: Option<u64>,
    actor: PhantomData<fn() -> A>,
}

impl<A> Spawning<A> {
    pub(super) fn new(started: Result<(Owner, Address), SpawnError>) -> Self {
        Self { started, ticket: None, actor: PhantomData }
    }
}

impl<A: Actor> Future for Spawning<A> {
    type Output = Result<A::Ref, SpawnError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let (cell, address) = match &this.started {
            Ok(started) => started,
            Err(error) => return Poll::Ready(Err(error.clone())),
        };
        let header = cell.header();
        if header.start.is_on() && !header.has_ended() {
            this.ticket = cell.wait_for_end(this.ticket, cx.waker());
            // Looked at once more: the start may have ended before the waker was there.
            if this.ticket.is_some() && header.start.is_on() {
                return Poll::Pending;
            }
        }
        if header.start.is_on() {
            let failure = cell.take_start_failure();
            return Poll::Ready(Err(failure.map_or_else(
                || SpawnError::ended(header.end()),
                |escalation| SpawnError::Failed(escalation.failure),
            )));
        }
        let address = crate::backend::Address::Tokio(address.clone());
        Poll::Ready(Ok(A::Ref::from_ref(Ref::from_address(address))))
    }
}

impl<A> Drop for Spawning<A> {
    fn drop(&mut self) {
        let Ok((cell, _)) = &self.started else { return };
        // Said before the ref goes, which has the actor look.
        cell.header().start.give_up();
        if let Some(ticket) = self.ticket {
            cell.cancel_wait_for_end(ticket);
        }
    }
}

/// Why an actor could not be started.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SpawnError {
    /// Its factory, a declared child or its `#[started]` hook failed.
    Failed(Failure),
    /// It stopped itself before it was up, or was stopped.
    Stopped,
    /// The system is shutting down.
    ShutDown,
    /// Another actor has the name.
    NameTaken(String),
    /// The actor that was to be its parent is on its way to its end, or to its next life.
    ParentStops,
    /// The actor that was to be its parent runs on bare metal, whose actors are declared.
    FixedActors,
    /// Nobody can run it where it was to run.
    NoPlace(PlaceError),
}

impl SpawnError {
    /// Why an actor was not up when it ended for this reason, without a failure.
    fn ended(reason: Option<StopReason>) -> Self {
        match reason {
            Some(StopReason::Shutdown) => Self::ShutDown,
            Some(StopReason::ParentStopped) => Self::ParentStops,
            Some(StopReason::Requested | StopReason::Drained | StopReason::Killed | StopReason::Failed) | None => {
                Self::Stopped
            }
        }
    }
}

impl fmt::Display for SpawnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(failure) => write!(f, "actor did not start: {failure}"),
            Self::Stopped => {
                f.write_str("actor was stopped before it was up; a `#[started]` that cannot go on returns an error")
            }
            Self::NameTaken(name) => {
                write!(f, "an actor named `{name}` is there already; `find` it, or choose another name")
            }
            Self::NoPlace(why) => write!(f, "actor has no place to run: {why}"),
            Self::ShutDown => f.write_str("system is shutting down; start actors before that"),
            Self::ParentStops => f.write_str("the parent stops; start children before that, or in `#[started]`"),
            Self::FixedActors => f.write_str("actors on bare metal start no others; declare them in `system!`"),
        }
    }
}

impl core::error::Error for SpawnError {}

/// Why an actor was not found by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FindError {
    /// No actor has the name now.
    Unknown,
    /// The actor of that name is of another type, whose label this is.
    OtherActor(&'static str),
    /// The actor of that name is on its way to its end; the name is free when it has ended.
    Stopping,
}

impl fmt::Display for FindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("no actor has this name; give it with `spawn(..).named(..)`"),
            Self::OtherActor(label) => {
                write!(f, "the actor of this name is a `{label}`; find it by the ref of that type")
            }
            Self::Stopping => {
                f.write_str("the actor of this name is on its way to its end; find the next one after that")
            }
        }
    }
}

impl core::error::Error for FindError {}
