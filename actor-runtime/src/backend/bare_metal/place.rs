//! Where an actor lies in its system, and with whom it shares what.

use core::ptr::NonNull;

use crate::actor::Actor;
use crate::supervision::{RestartType, Scope, Strategy};

use super::annex::{self, Annex, Record, Restarts};
use super::header::Address;
use super::make::Make;
use super::meters::{self, Meters};
use super::siblings::Siblings;
use super::slot::Placed;
use super::system::System;
use super::upbringing::Upbringing;
use super::watch::Watch;

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
    pub(super) const fn of_children<A: Actor + Placed>(&self, parent: Address, own: usize) -> Self {
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
