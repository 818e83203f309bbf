//! What a context asks of this backend: always in the turn of its actor.

use core::fmt;
use core::ptr::NonNull;
use core::time::Duration;
use std::boxed::Box;
use std::sync::Arc;
use std::vec::Vec;

use crate::actor::Actor;
use crate::call::{Call, Kind, Limit};
use crate::factory::Factory;
use crate::failure::{Description, Failure};
use crate::id::{ActorId, Incarnation};
use crate::letter::DeadLetter;
use crate::reply::{Duty, Reply};
use crate::supervision::{LiveFailure, Scope, Terms, directive};
use crate::time::Instant;

use super::address::Address;
use super::agenda::{Make, Source};
use super::ambient::Until;
use super::cell::Cell;
use super::counts::Tally;
use super::header::Parent;
use super::owner::Owner;
use super::spawn::SpawnError;
use super::system::ActorSystem;
use super::then;
use super::turn::Turn;

/// The cell of the actor whose context this is.
pub(crate) struct Host<A: Actor>(NonNull<Cell<A>>);

// SAFETY: the cell may be touched from any thread; the context lies in it, and moves with the turn.
unsafe impl<A: Actor> Send for Host<A> {}
// SAFETY: what is done through a shared host is either done under the mailbox's lock or on atomics, except
// `record`, `last_failure` and `start_child`, which user code of the turn calls, one at a time.
unsafe impl<A: Actor> Sync for Host<A> {}

impl<A: Actor> Host<A> {
    pub(super) fn new(cell: NonNull<Cell<A>>) -> Self {
        Self(cell)
    }

    fn cell(&self) -> &Cell<A> {
        // SAFETY: a context lies in its cell.
        unsafe { self.0.as_ref() }
    }

    pub(crate) fn address(&self) -> Address {
        // SAFETY: a context lies in its cell, which is alive; the pointer has the allocation's provenance.
        unsafe { Address::new(self.0.cast()) }
    }

    pub(crate) fn id(&self) -> ActorId {
        self.cell().header.id
    }

    pub(crate) fn incarnation(&self) -> Incarnation {
        // SAFETY: a context is used by user code of its actor's turn only.
        unsafe { Turn::of(self.0) }.incarnation()
    }

    pub(crate) fn now(&self) -> Instant {
        self.cell().header.core.now()
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        Until::now().moment()
    }

    pub(crate) fn random(&self) -> u64 {
        self.cell().header.core.random()
    }

    pub(crate) fn record(&self, failure: LiveFailure<'_>, error: &dyn fmt::Display) {
        // Asked while the error is whole, in the guard of the handler it comes from.
        let directive = directive(self.cell().header.decider(), &failure);
        // SAFETY: a context is used by user code of its actor's turn only.
        let turn = unsafe { Turn::of(self.0) };
        turn.record(Failure::new(failure.kind(), Description::from_display(error)), Some(directive));
    }

    pub(crate) fn tally(&self) -> Tally<'_> {
        self.cell().counts().tally()
    }

    pub(crate) fn tag(&mut self, key: &str, value: &dyn fmt::Display) {
        // SAFETY: a context is used by user code of its actor's turn only.
        unsafe { Turn::of(self.0) }.tag(key, value);
    }

    pub(crate) fn tag_failure(&mut self, key: &str, value: &dyn fmt::Display) {
        // SAFETY: a context is used by user code of its actor's turn only.
        unsafe { Turn::of(self.0) }.tag_failure(key, value);
    }

    pub(crate) fn unstash_all(&self) {
        // SAFETY: a context is used by user code of its actor's turn only.
        unsafe { Turn::of(self.0) }.unstash_all();
    }

    pub(crate) fn take_duty(&self) -> Option<Duty> {
        // SAFETY: a context is used by user code of its actor's turn only.
        unsafe { Turn::of(self.0) }.take_duty()
    }

    pub(crate) fn take_letter(&self) -> Option<DeadLetter<A>> {
        // SAFETY: a context is used by user code of its actor's turn only.
        unsafe { Turn::of(self.0) }.take_letter()
    }

    pub(crate) fn last_failure(&self) -> Option<Failure> {
        // SAFETY: a context is used by user code of its actor's turn only.
        unsafe { Turn::of(self.0) }.last_failure()
    }

    #[allow(clippy::unnecessary_wraps)]
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
        Some(then::reply::<A, K, F, R>(self.address(), self.incarnation(), answered, handler, limit, ask_timeout))
    }

    pub(crate) fn inherited(&self, limit: Limit) -> Limit {
        let Some(left) = Until::now().moment() else { return limit };
        let address = self.address();
        let mine = limit.deadline(address.header().core.core()).moment();
        Limit::Until(mine.map_or(left, |mine| mine.min(left)))
    }

    pub(crate) fn start_child<C, F, M>(&self, index: usize, terms: Terms, factory: F) -> Result<Address, Failure>
    where
        C: Actor,
        F: Factory<C, M>,
        M: 'static,
    {
        let _ = index;
        // SAFETY: a nursery is used by user code of its actor's turn only.
        let turn = unsafe { Turn::of(self.0) };
        let core = &self.cell().header.core;
        let terms = if Turn::<A>::SHARES_COUNT || Turn::<A>::HAS_GROUP {
            terms
        } else {
            Terms::new(terms.restart(), Scope::Child)
        };
        let parent = Parent { cell: self.address().owner(), terms };
        let home = core.for_actor::<C>(None).map_err(|why| Failure::start(&SpawnError::NoPlace(why)))?;
        let child = Cell::<C>::create::<F, M>(home, Some(parent), factory).map_err(|error| Failure::start(&error))?;
        turn.with_children(|children| children.declare(child.clone()));
        if Turn::<A>::HAS_GROUP {
            core.groups().declare(&self.cell().header, A::CHILDREN, child.clone());
        }
        let address = child.address();
        Cell::<C>::start(&child);
        Ok(address)
    }

    /// Whether this life is over, so that nothing new may begin in it.
    pub(super) fn is_going_down(&self) -> bool {
        // SAFETY: a context is used by user code of its actor's turn only.
        unsafe { Turn::of(self.0) }.is_going_down()
    }

    pub(crate) fn after<K, F>(&mut self, delay: Duration, call: F) -> u64
    where
        K: Kind,
        F: for<'r> FnOnce(&'r A::Ref) -> Call<'r, A, K> + Send + 'static,
    {
        let mut call = Some(call);
        let make = move |me: &A::Ref| call.take().expect("a timer fires once")(me).message;
        self.add_timer(delay, None, Box::new(make))
    }

    pub(crate) fn every<K, F>(&mut self, period: Duration, mut call: F) -> u64
    where
        K: Kind,
        F: for<'r> FnMut(&'r A::Ref) -> Call<'r, A, K> + Send + 'static,
    {
        self.add_timer(period, Some(period), Box::new(move |me: &A::Ref| call(me).message))
    }

    fn add_timer(&mut self, after: Duration, period: Option<Duration>, make: Make<A>) -> u64 {
        // SAFETY: a context is used by user code of its actor's turn only.
        unsafe { Turn::of(self.0) }.add_timer(after, period, make)
    }

    pub(super) fn add_source(&mut self, source: Box<dyn Source<A>>) -> u64 {
        // SAFETY: a context is used by user code of its actor's turn only.
        unsafe { Turn::of(self.0) }.add_source(source)
    }

    pub(super) fn set_end(&mut self, number: u64, make: Make<A>) {
        // SAFETY: a context is used by user code of its actor's turn only.
        unsafe { Turn::of(self.0) }.set_end(number, make);
    }

    /// Whether `who` is an actor of this system, in which alone its id is its own.
    fn is_neighbour(&self, who: &Owner) -> bool {
        Arc::ptr_eq(self.cell().header.core.core(), who.header().core.core())
    }

    /// Has the actor told of the end of `who`. Returns whether that is one it can be told of.
    pub(super) fn watch(&mut self, who: &Owner) -> bool {
        let is_neighbour = self.is_neighbour(who);
        if is_neighbour && who.as_ptr() != self.0.cast() {
            // SAFETY: a context is used by user code of its actor's turn only.
            unsafe { Turn::of(self.0) }.watch(who);
        }
        is_neighbour
    }

    pub(super) fn unwatch(&mut self, who: &Owner) {
        if self.is_neighbour(who) {
            // SAFETY: a context is used by user code of its actor's turn only.
            unsafe { Turn::of(self.0) }.unwatch(who.header().id);
        }
    }

    pub(crate) fn set_idle(&mut self, period: Option<Duration>) {
        // SAFETY: a context is used by user code of its actor's turn only.
        unsafe { Turn::of(self.0) }.set_idle(period);
    }

    pub(crate) fn cancel_errand(&mut self, number: u64) {
        // SAFETY: a context is used by user code of its actor's turn only.
        unsafe { Turn::of(self.0) }.cancel_errand(number);
    }

    /// Takes note of a child that the actor started itself.
    pub(super) fn adopt(&mut self, child: Owner) {
        // SAFETY: a context is used by user code of its actor's turn only.
        unsafe { Turn::of(self.0) }.with_children(|children| children.adopt(child));
    }

    pub(super) fn children(&self) -> Vec<ActorId> {
        // SAFETY: a context is used by user code of its actor's turn only.
        unsafe { Turn::of(self.0) }.living_children()
    }

    pub(super) fn parent(&self) -> Option<ActorId> {
        self.cell().header.parent.as_ref().map(|parent| parent.header().id)
    }

    pub(super) fn system(&self) -> ActorSystem {
        self.cell().header.core.system()
    }
}
