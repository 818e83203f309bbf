//! What an actor has beside header, state and ring: its life, its history, and how it is built anew.

use core::cell::UnsafeCell;
use core::mem::{MaybeUninit, offset_of};
use core::ptr::NonNull;

use crate::factory::Factory;
use crate::failure::FailureKind;
use crate::lifecycle::Lifecycle;
use crate::supervision::History;
use crate::time::Instant;

use super::header::{Address, Header};
use super::system::System;

/// Restarts that a history remembers.
const RESTARTS_KEPT: usize = 4;

/// Makes the state of an `A` in its place.
///
/// # Safety
/// The place is free.
pub(super) type Build<A> = unsafe fn(NonNull<A>) -> Result<(), FailureKind>;

/// A factory as a function, or nothing where it has captured something: there is no place to keep that.
pub(super) fn factory_of<A, F, M>(factory: F) -> Option<Build<A>>
where
    F: Factory<A, M>,
    M: 'static,
{
    /// # Safety
    /// The place is free.
    unsafe fn build<A, F: Factory<A, M>, M>(place: NonNull<A>) -> Result<(), FailureKind> {
        // SAFETY: `F` has no bytes, and a value of it was forgotten below.
        let factory = unsafe { NonNull::<F>::dangling().as_ref() };
        match factory.build() {
            Ok(state) => {
                // SAFETY: as the caller says.
                unsafe { place.write(state) };
                Ok(())
            }
            Err(failure) => Err(failure.kind),
        }
    }
    let is_empty = size_of::<F>() == 0;
    core::mem::forget(factory);
    if is_empty { Some(build::<A, F, M>) } else { None }
}

/// What lies right in front of the ring: alike for all slots of an `A`. The header comes first, because small cores
/// reach the first bytes of a static with shorter instructions.
#[repr(C)]
pub(super) struct Core<A> {
    header: Header,
    /// Written by the start.
    body: UnsafeCell<MaybeUninit<Body<A>>>,
    state: UnsafeCell<MaybeUninit<A>>,
}

/// What the owner of the turn works with.
pub(super) struct Body<A> {
    pub(super) build: Build<A>,
    /// When the pause before the next life is over.
    pub(super) resume_at: Instant,
    pub(super) history: History<RESTARTS_KEPT>,
    pub(super) life: Lifecycle,
    /// Why the handler in hand fails.
    pub(super) failure: Option<FailureKind>,
    /// Declared children that were started in this life.
    pub(super) children: u8,
    /// Timers that are due.
    pub(super) ticks: u8,
    /// Whether the future of a handler is in hand.
    pub(super) running: bool,
}

impl<A> Core<A> {
    /// That of an actor which is not started: all zeros.
    #[allow(clippy::declare_interior_mutable_const, reason = "it is where a static begins")]
    pub(super) const NEW: Self = Self {
        header: Header::NEW,
        body: UnsafeCell::new(MaybeUninit::zeroed()),
        state: UnsafeCell::new(MaybeUninit::zeroed()),
    };

    /// # Safety
    /// `address` is that of a slot of an `A`.
    #[inline]
    pub(super) unsafe fn body_at(address: Address) -> NonNull<Body<A>> {
        // SAFETY: the body lies so far behind the header.
        unsafe { address.as_ptr().byte_add(offset_of!(Self, body)) }.cast()
    }

    /// # Safety
    /// `address` is that of a slot of an `A`.
    #[inline]
    pub(super) unsafe fn state_at(address: Address) -> NonNull<A> {
        // SAFETY: the state lies so far behind the header.
        unsafe { address.as_ptr().byte_add(offset_of!(Self, state)) }.cast()
    }

    /// Notes why the handler in hand fails.
    ///
    /// # Safety
    /// `address` is that of a slot of an `A`, and the caller is its user code.
    pub(super) unsafe fn record(address: Address, kind: FailureKind) {
        // SAFETY: as the caller says.
        let mut body = unsafe { Self::body_at(address) };
        // SAFETY: user code runs in the turn, and nobody holds the body meanwhile.
        unsafe { body.as_mut() }.failure = Some(kind);
    }

    /// Has the worker build the actor.
    ///
    /// # Safety
    /// `address` is that of a slot of an `A` with a ring of `messages`, which is not started or has ended.
    pub(super) unsafe fn start(address: Address, system: &'static System, bit: u8, messages: u8, build: Build<A>) {
        if address.is_alive() {
            return;
        }
        let body = Body {
            build,
            resume_at: Instant::ZERO,
            history: History::new(),
            life: Lifecycle::new(),
            failure: None,
            children: 0,
            ticks: 0,
            running: false,
        };
        // SAFETY: as the caller says.
        let place = unsafe { Self::body_at(address) };
        // SAFETY: nobody runs an actor that is not started.
        unsafe { place.write(body) };
        address.header().start(system, bit, messages);
    }
}
