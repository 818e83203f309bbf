//! How an actor's state is made: its factory as a plain function.

use core::ptr::NonNull;

use crate::actor::Actor;
use crate::factory::Factory;
use crate::failure::FailureKind;
use crate::size::require;

use super::{annex, telemetry};

/// Makes the state of an `A` in its place.
///
/// # Safety
/// The place is free.
pub(super) type Build<A> = unsafe fn(NonNull<A>) -> Result<(), FailureKind>;

/// How the state of an `A` is made. A constant, so that what is never needed is not linked.
pub struct Make<A> {
    pub(super) build: Build<A>,
    /// Whether making it can fail.
    pub(super) can_fail: bool,
}

impl<A> Clone for Make<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for Make<A> {}

impl<A> core::fmt::Debug for Make<A> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Make").field("can_fail", &self.can_fail).finish_non_exhaustive()
    }
}

impl<A: 'static> Make<A> {
    /// By `factory`, of which nothing is kept but its type.
    #[must_use]
    #[track_caller]
    pub const fn by<F, M>(factory: F) -> Self
    where
        F: Factory<A, M>,
        M: 'static,
    {
        assert!(!F::ASYNC, "on bare metal a factory does not wait; begin what takes time in `#[started]`");
        assert!(size_of::<F>() == 0, "on bare metal a factory captures nothing; let it name statics");
        core::mem::forget(factory);
        Self { build: build::<A, F, M>, can_fail: F::CAN_FAIL }
    }

    /// As [`by`](Self::by), for a declared child.
    ///
    /// # Panics
    /// If the factory has captured something, where its actor may live on tokio as well: else that is an error when
    /// compiled.
    pub(super) fn of_child<F, M>(factory: F) -> Self
    where
        F: Factory<A, M>,
        M: 'static,
    {
        const NO_PLACE: &str = "on bare metal the factory of a child captures nothing and is no pointer, and takes nothing of its parent; write a closure, as `#[child(|| ..)]`, which may name statics of `system!`";
        const { require(size_of::<F>() == 0 || cfg!(feature = "tokio"), NO_PLACE) };
        assert!(const { size_of::<F>() == 0 }, "{NO_PLACE}");
        Self::by(factory)
    }

    /// As a parent's slot keeps it.
    #[inline]
    pub(super) fn kept(build: Option<Build<A>>) -> Self {
        // A child is built after its parent has said how.
        Self { build: build.unwrap_or(nothing), can_fail: true }
    }
}

impl<A: Actor> Make<A> {
    /// The bytes of a record that the factory needs where the handlers do not.
    #[must_use]
    pub const fn record(&self) -> usize {
        if self.can_fail && !annex::can_fail::<A>() { annex::RECORD } else { 0 }
    }
}

/// # Safety
/// The place is free, and a value of `F`, which has no bytes, was forgotten.
unsafe fn build<A, F: Factory<A, M>, M>(place: NonNull<A>) -> Result<(), FailureKind> {
    // SAFETY: as the caller says.
    let factory = unsafe { NonNull::<F>::dangling().as_ref() };
    match factory.build() {
        Ok(state) => {
            // SAFETY: as the caller says.
            unsafe { place.write(state) };
            Ok(())
        }
        Err(failure) => {
            telemetry::say(&failure.description);
            Err(failure.kind)
        }
    }
}

/// # Safety
/// None is needed.
unsafe fn nothing<A>(_: NonNull<A>) -> Result<(), FailureKind> {
    Err(FailureKind::Start)
}
