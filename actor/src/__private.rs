//! What the macros generate against. Not for users: it changes without notice.

pub use core::clone::Clone;
pub use core::cmp::{Eq, PartialEq};
pub use core::convert::{Infallible, Into};
pub use core::fmt::{Debug, Formatter, Result as FmtResult};
pub use core::hash::{Hash, Hasher};
pub use core::marker::{PhantomData, Send};
pub use core::option::Option;
pub use core::primitive::{bool, usize};
pub use core::result::Result;
pub use core::time::Duration;

pub use actor_runtime::actor::{Actor, Configured, Handled, Options, Protocol, Stashing, Supervised};
pub use actor_runtime::call::{Ask, Call, ResultLike, Tell, TryAsk};
pub use actor_runtime::context::{Context, Nursery};
pub use actor_runtime::error::Unanswered;
pub use actor_runtime::failure::{Failure, StopReason};
pub use actor_runtime::message::{Lane, Message, Mode};
pub use actor_runtime::policy::Overflow;
pub use actor_runtime::reference::{ActorRef, Control, Ref};
pub use actor_runtime::reply::Reply;
pub use actor_runtime::supervision::{Backoff, Exhausted, Jitter, RestartLimit, Strategy, Supervision};

#[cfg(feature = "bare-metal")]
pub use actor_runtime::backend::bare_metal::{
    Annex, Brood, Capacity, ChildSlot, NoSlot, Place, Placed, Room, Seat, Slot, System, bits, check, fits, reference,
};
#[cfg(feature = "bare-metal")]
pub use actor_runtime::time::Instant;
#[cfg(feature = "bare-metal")]
pub use core::mem::size_of;
#[cfg(feature = "bare-metal")]
pub use core::primitive::u32;

use core::future::Future;

/// Holds where the actor has a stash.
pub const fn stashing<A: Stashing + ?Sized>() {}

/// A type that may be a field of an actor.
#[diagnostic::on_unimplemented(
    message = "actor field `{Self}` is not `Send`",
    label = "this field cannot move to another thread",
    note = "help: use `Arc` for `Rc`, `Mutex` or `RwLock` for what is shared, `Box<dyn Trait + Send>` for trait objects"
)]
pub trait Field {}
#[diagnostic::do_not_recommend]
impl<T: Send + ?Sized> Field for T {}

/// A type that may be an argument of a handler.
#[diagnostic::on_unimplemented(
    message = "argument `{Self}` is not `Send`",
    label = "a message cannot carry this to another thread",
    note = "help: use `Arc` for `Rc`, `Box<dyn Trait + Send>` for trait objects"
)]
pub trait Argument: Send + 'static {}
#[diagnostic::do_not_recommend]
impl<T: Send + 'static> Argument for T {}

/// A type that may be the reply of a handler.
#[diagnostic::on_unimplemented(
    message = "reply `{Self}` is not `Send`",
    label = "this cannot move to the thread of the asker",
    note = "help: use `Arc` for `Rc`, `Box<dyn Trait + Send>` for trait objects"
)]
pub trait Answer: Send + 'static {}
#[diagnostic::do_not_recommend]
impl<T: Send + 'static> Answer for T {}

/// A struct with a lifetime and `#[actor]`, which has said that it cannot be one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "no `#[actor]` on this struct",
    note = "help: put `#[actor]` on the struct"
)]
pub trait Reported {}

/// What the context of an actor can be lent as: itself.
#[diagnostic::on_unimplemented(
    message = "`&mut {T}` is not the context of this actor",
    label = "every `&mut` parameter of a handler is its context",
    note = "help: write `ctx: &mut Context<Self>`, or take the value itself, which the message then owns"
)]
pub trait Lend<T> {
    /// The same.
    fn lend(&mut self) -> &mut T;
}
impl<A: Actor> Lend<Context<A>> for Context<A> {
    #[inline]
    fn lend(&mut self) -> &mut Context<A> {
        self
    }
}

/// Asserts that a field may be one.
pub const fn actor_field<T: Field + ?Sized>() {}

/// Asserts that `#[actor]` has refused the type of `_actor`.
pub fn is_reported<A: Reported>(_actor: A) {}

/// The future of an async handler, which must move between threads.
#[inline]
pub const fn sendable<F: Future + Send>(future: F) -> F {
    future
}

/// The context, as the type the user wrote.
#[inline]
pub fn lend<A: Actor, T>(ctx: &mut Context<A>) -> &mut T
where
    Context<A>: Lend<T>,
{
    ctx.lend()
}
