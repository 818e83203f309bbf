//! How an actor's state is made, and made again after a failure.

use core::cell::Cell;
use core::fmt::Display;
use core::future::{Future, pending};

use crate::actor::Actor;
use crate::failure::Failure;

/// Makes the state of an actor: `Fn() -> A`, `Fn() -> Result<A, E>`, or an async one of either.
///
/// `Marker` tells the forms apart and is always inferred.
#[diagnostic::on_unimplemented(
    message = "this is not a factory of the actor",
    label = "expected a function that takes nothing and returns the state, or a `Result` of it; async or not",
    note = "help: a restart makes the state anew: pass a closure, such as `|| Counter {{ .. }}`, or use `spawn_once(state)`"
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

    /// Whether a state is made by [`building`](Factory::building).
    #[doc(hidden)]
    const ASYNC: bool = false;

    /// Whether there is one state, and no second one after a failure.
    #[doc(hidden)]
    const ONCE: bool = false;

    /// The future that makes a fresh state, of an async factory.
    #[doc(hidden)]
    fn building(&self) -> impl Future<Output = Result<A, Failure>> + Send {
        pending()
    }
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

/// Marks async factories that cannot fail, by their future.
pub struct Async<Fut>(Fut);

/// Marks async factories that can fail with an `E`, by their future.
pub struct AsyncFallible<Fut, E>(Fut, E);

/// What is said where nothing waits for a future.
fn not_awaited() -> Failure {
    Failure::start(&"an async factory is for actors on tokio; make the state without waiting")
}

impl<A, F, Fut> Factory<A, Async<Fut>> for F
where
    A: Actor,
    F: Fn() -> Fut + Send + 'static,
    Fut: Future<Output = A> + Send,
{
    const CAN_FAIL: bool = true;
    const ASYNC: bool = true;

    fn build(&self) -> Result<A, Failure> {
        Err(not_awaited())
    }

    fn building(&self) -> impl Future<Output = Result<A, Failure>> + Send {
        let state = self();
        async { Ok(state.await) }
    }
}

impl<A, E, F, Fut> Factory<A, AsyncFallible<Fut, E>> for F
where
    A: Actor,
    E: Display,
    F: Fn() -> Fut + Send + 'static,
    Fut: Future<Output = Result<A, E>> + Send,
{
    const CAN_FAIL: bool = true;
    const ASYNC: bool = true;

    fn build(&self) -> Result<A, Failure> {
        Err(not_awaited())
    }

    fn building(&self) -> impl Future<Output = Result<A, Failure>> + Send {
        let state = self();
        async { state.await.map_err(|error| Failure::start(&error)) }
    }
}

/// The one state of an actor that is never built anew.
pub struct Once<A>(Cell<Option<A>>);

/// Marks a state that was given.
pub struct Given;

impl<A> Once<A> {
    /// Hands out `state`, once.
    pub const fn new(state: A) -> Self {
        Self(Cell::new(Some(state)))
    }
}

#[diagnostic::do_not_recommend]
impl<A: Actor + Send> Factory<A, Given> for Once<A> {
    const CAN_FAIL: bool = true;
    const ONCE: bool = true;

    fn build(&self) -> Result<A, Failure> {
        self.0.take().ok_or_else(|| Failure::start(&"there is one state; spawn with a factory to have it built anew"))
    }
}
