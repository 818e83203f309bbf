//! What the macros generate against. Not for users: it changes without notice.

pub use core::clone::Clone;
pub use core::cmp::{Eq, PartialEq};
pub use core::convert::{From, Infallible, Into};
pub use core::fmt::{Debug, Display, Formatter, Result as FmtResult};
pub use core::future::Future;
pub use core::hash::{Hash, Hasher};
pub use core::marker::{Copy, PhantomData, Send, Sync};
pub use core::mem::{ManuallyDrop, size_of};
pub use core::option::Option;
pub use core::primitive::{bool, usize};
pub use core::result::Result;
pub use core::time::Duration;

pub use actor_runtime::actor::{
    Absent, Actor, AllHandlersInOneBlock, AnyError, Anywhere, Configured, DispatcherKind, Handled, Idles, Measured,
    MetricsLevel, Movable, OneError, OneThread, Options, Present, Protocol, Stashing, SupervisorStrategy, Watches,
};
pub use actor_runtime::backend::confine;
pub use actor_runtime::beside::{Beside, Claim, LargeValues, NoValues, Shelf};
pub use actor_runtime::call::{Ask, Call, ResultLike, Tell, TryAsk};
pub use actor_runtime::context::{Context, Nursery};
pub use actor_runtime::error::{ListenersFull, Unanswered};
pub use actor_runtime::failure::{Failure, FailureKind, StopReason};
pub use actor_runtime::figures::{Figures, OwnCounter, OwnHistogram};
pub use actor_runtime::id::ActorId;
pub use actor_runtime::letter::DeadLetter;
pub use actor_runtime::message::{BothLanes, Lane, Message, Mode, UserLane};
pub use actor_runtime::metrics::Dwell;
pub use actor_runtime::policy::{Overflow, Route};
pub use actor_runtime::reference::{ActorRef, Control, Ref, Weak};
pub use actor_runtime::reply::{Owed, Reply};
pub use actor_runtime::size::{Indirect, message_fits, require};
pub use actor_runtime::supervision::{
    Backoff, Decider, Directive, Exhausted, Jitter, LiveFailure, RestartLimit, RestartType, Scope, Strategy,
    Supervision, Terms, default_directive,
};
pub use actor_runtime::telemetry::TelemetryTag;

#[cfg(feature = "bare-metal")]
pub use actor_runtime::backend::bare_metal::crash::keep_in;
#[cfg(feature = "bare-metal")]
pub use actor_runtime::backend::bare_metal::{
    ActorMetrics, Alert, Annex, Brood, Capacity, ChildSlot, Earliest, Level, ListenerSeat, Listeners, Listening, Make,
    Names, NamesOf, NoSlot, Observer, Place, Placed, PoolSlots, Ready, Room, Seat, Sleeper, Slot, Surveyed, System,
    Told, Watch, Watchdog, bits, check, check_figures, count, fits, reference, report_to, tell_of_events, trace_in,
};
#[cfg(feature = "bare-metal")]
use actor_runtime::factory::Factory;
#[cfg(feature = "bare-metal")]
pub use actor_runtime::time::Instant;
#[cfg(feature = "bare-metal")]
pub use core::{future::poll_fn, primitive::u32};

/// Holds where the actor has a stash.
pub const fn stashing<A: Stashing + ?Sized>() {}

/// A type that may be a field of an actor.
#[diagnostic::on_unimplemented(
    message = "actor field `{Self}` is not `Send`",
    label = "this field cannot move to another thread",
    note = "help: use `Arc` for `Rc`, `Mutex` or `RwLock` for what is shared, `Box<dyn Trait + Send>` for trait objects",
    note = "help: or write `#[actor(local)]`, and the actor stays on one thread"
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

/// A type that may stand in a `system!`.
#[cfg(feature = "bare-metal")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "no `#[actor]` on this struct",
    note = "help: put `#[actor]` on `struct {Self}`, and `#[handlers]` on `impl {Self} {{ .. }}`"
)]
pub trait Placeable {
    /// The same: by this way the compiler knows nothing of a type that is no actor, and has no more to say of it.
    type Itself;
}

/// What is asked of the factory of an `A` in a `system!`.
#[cfg(feature = "bare-metal")]
pub struct Maker<A>(PhantomData<A>);
#[cfg(feature = "bare-metal")]
impl<A> Maker<A> {
    /// The one there is.
    pub const HERE: Self = Self(PhantomData);
}
#[cfg(feature = "bare-metal")]
impl<A: Actor> Maker<A> {
    /// How the state is made.
    #[must_use]
    #[track_caller]
    pub const fn by<F, M>(self, factory: F) -> Make<A>
    where
        F: Factory<A, M>,
        M: 'static,
    {
        Make::by(factory)
    }
}

/// What takes the place of [`Maker::by`] where the type is no actor, which has been said.
#[cfg(feature = "bare-metal")]
pub trait NoMake: Sized {
    /// Never called.
    fn by<T, F>(self, factory: F) -> T;
}
#[cfg(feature = "bare-metal")]
impl<A> NoMake for Maker<A> {
    fn by<T, F>(self, _: F) -> T {
        unreachable!("a factory is asked by its own function")
    }
}

/// What takes the place of a ref's own function where there is no ref, which has been said.
#[cfg(feature = "bare-metal")]
pub trait NoRef: Sized {
    /// Never called.
    fn __of<T>(inner: T) -> Self;
}
#[cfg(feature = "bare-metal")]
impl<R> NoRef for R {
    fn __of<T>(_: T) -> Self {
        unreachable!("refs are made by their own function")
    }
}

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

/// A function that decides about failures, by the type it is called with.
#[diagnostic::on_unimplemented(
    message = "`decide` names a function that takes `&LiveFailure<'_>` and returns a `Directive`",
    label = "this is `{Self}`",
    note = "help: write `fn decide(failure: &LiveFailure<'_>) -> Directive`; `failure.error::<DbError>()` is the error"
)]
pub trait Decide<F> {
    /// The directive for `failure`.
    fn decide(self, failure: F) -> Directive;
}
#[diagnostic::do_not_recommend]
impl<'a, 'b> Decide<&'a LiveFailure<'b>> for fn(&'a LiveFailure<'b>) -> Directive {
    #[inline]
    fn decide(self, failure: &'a LiveFailure<'b>) -> Directive {
        self(failure)
    }
}
// Were there but one, the compiler would take its type for granted, and compare the function with that.
#[diagnostic::do_not_recommend]
impl<F> Decide<F> for fn(Infallible) -> Infallible {
    fn decide(self, _: F) -> Directive {
        unreachable!("nobody can call it")
    }
}

/// The directive of `decide`, which `#[supervise(decide = ..)]` names.
#[inline]
pub fn decide_by<A, R, F>(decide: fn(A) -> R, failure: F) -> Directive
where
    fn(A) -> R: Decide<F>,
{
    decide.decide(failure)
}

/// What the letter of an actor can be given as: itself.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not the dead letter of this actor",
    label = "`#[dead_letter]` is given a message of its own actor",
    note = "help: write `letter: DeadLetter<Self>`"
)]
pub trait Deliver<T> {
    /// The same.
    fn deliver(self) -> T;
}
impl<A: Actor> Deliver<DeadLetter<A>> for DeadLetter<A> {
    fn deliver(self) -> DeadLetter<A> {
        self
    }
}

/// Asserts that `#[actor]` has refused the type of `_actor`.
pub fn is_reported<A: Reported>(_actor: A) {}

/// Looks at an actor whose type is known. What it has of its own it has where that type is `Send`; where it is not, the
/// same names are found in [`Immovable`], which blames the fields and keeps quiet about everything that follows.
pub struct Probe<A: ?Sized>(PhantomData<A>);

impl<A: Send + ?Sized> Probe<A> {
    /// The proof.
    pub const MOVABLE: Option<Movable<A>> = Some(Movable::PROOF);

    /// Asks nothing of a field: the whole is `Send`.
    pub const fn field<T: ?Sized>() {}
}

impl<A: Send + Configured<Residence = Anywhere>> Probe<A> {
    /// The future of an async handler, which must move between threads.
    #[inline]
    pub const fn sendable<F: Future + Send>(future: F) -> F {
        future
    }

    /// The future of whatever handler it is.
    #[inline]
    pub const fn dispatched<F: Future<Output = Handled> + Send>(future: F) -> F {
        future
    }
}

/// What [`Probe`] has for an actor that is not `Send`, which runs where it is local, or for one that is local.
pub trait Immovable<A: ?Sized> {
    /// No proof.
    const MOVABLE: Option<Movable<A>> = None;

    /// Asserts that a field may be one.
    fn field<T: Field + ?Sized>() {}

    /// Asks nothing of it: it stays where the actor is.
    fn sendable<F: Future>(future: F) -> F {
        future
    }

    /// The same, as something that is.
    fn dispatched<F: Future<Output = Handled>>(future: F) -> impl Future<Output = Handled> + Send {
        confine(future)
    }
}
impl<A: ?Sized> Immovable<A> for Probe<A> {}

/// What a handler returned that seems to return a `Result`.
pub struct Outcome<T>(pub T);

impl<T, E: Display + 'static> Outcome<Result<T, E>> {
    /// Answers the asker, or fails where nobody asked.
    #[inline]
    pub fn settle<A: Actor>(self, ctx: &mut Context<A>, reply: Reply<Result<T, E>>) -> Handled {
        ctx.answer(reply, self.0, |error| error)
    }
}

/// What [`Outcome`] has for an error that cannot be shown: its type is.
pub trait SettleUnseen<R> {
    /// As that of an error that can.
    fn settle<A: Actor>(self, ctx: &mut Context<A>, reply: Reply<R>) -> Handled;
}
impl<T, E: 'static> SettleUnseen<Result<T, E>> for Outcome<Result<T, E>> {
    #[inline]
    fn settle<A: Actor>(self, ctx: &mut Context<A>, reply: Reply<Result<T, E>>) -> Handled {
        ctx.answer(reply, self.0, |_| &NameOf::<E>(PhantomData))
    }
}

/// Shows the name of a type.
struct NameOf<T>(PhantomData<fn() -> T>);
impl<T> Display for NameOf<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> FmtResult {
        f.write_str(core::any::type_name::<T>())
    }
}

/// What [`Outcome`] has for a type that is called a `Result` and is none, which is said at that type, and once.
pub trait Settle<T> {
    /// Never called.
    fn settle<A: Actor>(self, ctx: &mut Context<A>, reply: Reply<T>) -> Handled;
}
impl<T> Settle<T> for &Outcome<T> {
    fn settle<A: Actor>(self, _: &mut Context<A>, _: Reply<T>) -> Handled {
        Handled::Done
    }
}

/// What a handler returned that does not seem to return a `Result`.
pub struct Returned<T>(PhantomData<T>);

impl<T, E> Returned<Result<T, E>> {
    /// It does.
    pub const NO_RESULT: bool = false;
}

/// What [`Returned`] has for every other type.
pub trait NoResult {
    /// It does not.
    const NO_RESULT: bool = true;
}
impl<T> NoResult for Returned<T> {}

/// Where a message keeps the reply of a handler that seems to return a `Result`.
pub struct ReplyPlace<'a, T>(pub &'a mut Reply<T>);

impl<T, E> ReplyPlace<'_, Result<T, E>> {
    /// Puts `reply` there, and takes out the one it had.
    #[inline]
    pub fn swap(self, reply: Reply<Result<T, E>>) -> Reply<Result<T, E>> {
        self.0.swap(reply)
    }
}

/// What [`ReplyPlace`] has where there is no `Result`, which has been said.
pub trait Unplaced<R>: Sized {
    /// Leaves everything as it is.
    fn swap(self, reply: R) -> R {
        reply
    }
}
impl<T, R> Unplaced<R> for ReplyPlace<'_, T> {}

/// A letter, as the type the user wrote.
pub fn letter<A: Actor, T>(letter: DeadLetter<A>) -> T
where
    DeadLetter<A>: Deliver<T>,
{
    letter.deliver()
}

/// The context, as the type the user wrote.
#[inline]
pub fn lend<A: Actor, T>(ctx: &mut Context<A>) -> &mut T
where
    Context<A>: Lend<T>,
{
    ctx.lend()
}
