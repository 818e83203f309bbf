//! What a context asks of this backend: always in the turn of its actor.

use core::any::TypeId;
use core::fmt;
use core::marker::PhantomData;
use core::time::Duration;

use crate::actor::Actor;
use crate::call::{Call, Kind, Limit};
use crate::factory::Factory;
use crate::failure::{Description, Failure, FailureKind};
use crate::id::{ActorId, Incarnation};
use crate::reply::Reply;
use crate::time::Instant;

use super::body::{Core, factory_of};
use super::header::Address;
use super::slot::{Brood, Placed, children_of};
use super::system::System;
use super::then;

/// The slot of the actor whose context this is.
pub(crate) struct Host<A: Actor> {
    address: Address,
    actor: PhantomData<fn() -> A>,
}

impl<A: Actor> Host<A> {
    /// # Safety
    /// `address` is that of a slot of an `A`.
    #[inline]
    pub(super) const unsafe fn new(address: Address) -> Self {
        Self { address, actor: PhantomData }
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

    fn system(&self) -> Option<&'static System> {
        critical_section::with(|cs| self.address.header().system(cs))
    }

    pub(crate) fn now(&self) -> Instant {
        self.system().map_or(Instant::ZERO, System::now)
    }

    pub(crate) fn random(&self) -> u64 {
        self.system().map_or(0, System::random)
    }

    /// Keeps the kind alone: nobody reads the text here.
    #[cold]
    pub(crate) fn record(&self, kind: FailureKind, _: &dyn fmt::Display) {
        // SAFETY: a host is that of a slot of an `A`, and a context is used by user code of its turn only.
        unsafe { Core::<A>::record(self.address, kind) };
    }

    /// No actor with a stash is placed here: see [`check`](super::slot::check).
    #[allow(clippy::unused_self)]
    pub(crate) fn unstash_all(&self) {}

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
        let absent = || Failure::new(FailureKind::Start, Description::empty());
        let build = factory_of::<C, F, M>(factory).ok_or_else(absent)?;
        // SAFETY: a host is that of a slot of an `A`.
        let children = unsafe { children_of::<A>(self.address) };
        let child = children.find(index).filter(|child| child.actor == TypeId::of::<C>()).ok_or_else(absent)?;
        let system = self.system().ok_or_else(absent)?;
        let bit = self.address.id().index() + 1 + child.bit;
        // SAFETY: the slot is that of a `C`, and its parent starts it when it is not started or has ended.
        unsafe { Core::<C>::start(child.address, system, bit as u8, child.messages, build) };
        Ok(child.address)
    }
}
