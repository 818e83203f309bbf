//! Children that an actor starts while it runs. Keeps `scope` for them: their supervisor is the actor whose context they
//! were started with, and each has a limit of its own.

use core::future::IntoFuture;
use core::marker::PhantomData;

use crate::actor::Actor;
use crate::context::Context;
use crate::factory::Factory;
use crate::reference::{ActorRef, Ref};
use crate::supervision::{RestartType, Scope, Terms};

use super::address::Address;
use super::cell::Cell;
use super::dispatcher::{Place, Placement};
use super::header::Parent;
use super::owner::Owner;
use super::spawn::{SpawnError, Spawning};

/// A child that is about to start: await it for its ref, or [`detach`](SpawnChild::detach) it. From
/// [`Context::spawn`].
#[must_use = "nothing is started until this is awaited or detached; `let _ =` starts nothing either"]
pub struct SpawnChild<'a, P: Actor, A, F, M> {
    parent: &'a mut Context<P>,
    factory: F,
    restart: RestartType,
    place: Option<Place>,
    /// As in [`Spawn`](super::Spawn).
    start: fn(Self) -> Result<(Owner, Address), SpawnError>,
    actor: PhantomData<fn() -> (A, M)>,
}

impl<'a, P: Actor, A: Actor, F, M> SpawnChild<'a, P, A, F, M> {
    pub(super) fn new(parent: &'a mut Context<P>, factory: F) -> Self
    where
        F: Factory<A, M>,
        M: 'static,
    {
        let restart = RestartType::Transient;
        Self { parent, factory, restart, place: None, start: Self::start, actor: PhantomData }
    }

    /// After which ends the child is started again: after a failure, unless this says otherwise.
    pub fn restart(self, restart: RestartType) -> Self {
        Self { restart, ..self }
    }

    /// Has the child run by `dispatcher`, whatever its `#[actor(dispatcher = ..)]` says; as
    /// [`Spawn::on`](super::Spawn::on).
    pub fn on(self, dispatcher: impl Into<Placement>) -> Self {
        Self { place: Some(dispatcher.into().0), ..self }
    }

    /// Starts the child and returns its ref at once. If the start fails, the event handler is told, and calls answer
    /// `Stopped`.
    pub fn detach(self) -> A::Ref {
        let parent = self.parent.host.tokio().map(|host| host.address().owner());
        let start = self.start;
        match start(self) {
            Ok((_, address)) => A::Ref::from_ref(Ref::from_address(crate::backend::Address::Tokio(address))),
            Err(why) => {
                parent.into_iter().for_each(|parent| parent.header().core.not_started(A::OPTIONS.name, &why));
                A::Ref::from_ref(Ref::nobody())
            }
        }
    }

    fn start(self) -> Result<(Owner, Address), SpawnError>
    where
        F: Factory<A, M>,
        M: 'static,
    {
        let Some(host) = self.parent.host.tokio_mut() else { return Err(SpawnError::FixedActors) };
        if host.is_going_down() {
            return Err(SpawnError::ParentStops);
        }
        let terms = Terms::new(self.restart, Scope::Child);
        let parent = Parent { cell: host.address().owner(), terms };
        let core = &parent.cell.header().core.clone();
        let home = core.for_actor::<A>(self.place.as_ref()).map_err(SpawnError::NoPlace)?;
        let child = Cell::<A>::create::<F, M>(home, Some(parent), self.factory)?;
        let address = child.address();
        host.adopt(child.clone());
        Cell::<A>::start(&child);
        Ok((child, address))
    }
}

impl<P: Actor, A: Actor, F, M> IntoFuture for SpawnChild<'_, P, A, F, M> {
    type Output = Result<A::Ref, SpawnError>;
    type IntoFuture = Spawning<A>;

    fn into_future(self) -> Spawning<A> {
        let start = self.start;
        Spawning::new(start(self))
    }
}
