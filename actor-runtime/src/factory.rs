//! How an actor's state is made, and made again after a failure.

use core::fmt::Display;

use crate::actor::Actor;
use crate::failure::Failure;

/// Makes the state of an actor: `Fn() -> A`, or `Fn() -> Result<A, E>`.
///
/// `Marker` tells the forms apart and is always inferred.
#[diagnostic::on_unimplemented(
    message = "this is not a factory of `{A}`",
    label = "expected `Fn() -> {A}` or `Fn() -> Result<{A}, E>`",
    note = "help: a restart makes the state anew, so pass a closure, such as `|| {A} {{ .. }}`"
)]
pub trait Factory<A, Marker>: Send + 'static {
    /// Whether making a state can fail.
    #[doc(hidden)]
    const CAN_FAIL: bool;

    /// Makes a fresh state.
    ///
    /// # Errors
    /// A failure of kind `start`, with the text of the factory's own error.
    fn build(&self) -> Result<A, Failure>;
}

/// Marks factories that cannot fail.
pub struct Plain;

/// Marks factories that can fail with an `E`.
pub struct Fallible<E>(E);

// `A: Actor` stands in both impls so that rustc tells the forms apart by the returned type alone.
impl<A, F> Factory<A, Plain> for F
where
    A: Actor,
    F: Fn() -> A + Send + 'static,
{
    const CAN_FAIL: bool = false;

    #[inline]
    fn build(&self) -> Result<A, Failure> {
        Ok(self())
    }
}

impl<A, E, F> Factory<A, Fallible<E>> for F
where
    A: Actor,
    E: Display,
    F: Fn() -> Result<A, E> + Send + 'static,
{
    const CAN_FAIL: bool = true;

    fn build(&self) -> Result<A, Failure> {
        self().map_err(|error| Failure::start(&error))
    }
}
