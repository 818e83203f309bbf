//! What the macros generate for one actor, and nothing a user writes by hand.
//!
//! `#[actor]` implements [`Configured`] and [`SupervisorStrategy`], `#[handlers]` implements [`AllHandlersInOneBlock`]; they meet
//! only in these traits, so neither macro needs to see the other's input.

use core::fmt;
use core::future::Future;
use core::marker::PhantomData;
use core::time::Duration;

use crate::context::{Context, Nursery};
use crate::failure::{Failure, StopReason};
use crate::figures::Figures;
use crate::id::ActorId;
use crate::message::Message;
use crate::metrics::Dwell;
use crate::policy::Overflow;
use crate::reference::ActorRef;
use crate::supervision::{Decider, Directive, LiveFailure, Supervision, Terms, directive};
use crate::telemetry::TelemetryTag;

/// What became of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Handled {
    /// The handler returned.
    Done,
    /// The handler failed; the context holds why.
    Failed,
}

/// The capacity of a mailbox that has none.
pub const UNBOUNDED: u32 = u32::MAX;

/// Who runs an actor on tokio, of those that come with the crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DispatcherKind {
    /// Worker tasks on the runtime its system was started in.
    Shared,
    /// A thread of its own.
    Pinned,
    /// The thread that spawned it, as a task of that thread's runtime.
    CurrentThread,
    /// A thread with a runtime of its own, one for all such actors of a system.
    SingleWorker,
}

/// What is recorded of an actor's messages: the hooks that are compiled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricsLevel {
    /// Nothing, the figures of its own and the events of its life included.
    Off,
    /// How often each thing happened.
    Counts,
    /// That, and how long each handler takes: a reading of the clock for each message.
    Timing,
}

impl MetricsLevel {
    /// Whether anything is recorded.
    #[must_use]
    pub const fn is_on(self) -> bool {
        !matches!(self, Self::Off)
    }

    /// Whether handlers are timed.
    #[must_use]
    pub const fn is_timed(self) -> bool {
        matches!(self, Self::Timing)
    }
}

/// The options of `#[actor(..)]`.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Label in metrics and errors: the type's name in snake case unless `name = ".."` says otherwise.
    pub name: &'static str,
    /// Messages that may wait in a lane; [`UNBOUNDED`] for as many as there is memory for.
    pub capacity: u32,
    /// What happens to a message that finds the mailbox full.
    pub overflow: Overflow,
    /// Messages that may be stashed.
    pub stash: u32,
    /// Timers that may run at a time where their storage is static, those of `#[every]` and `#[idle]` included; zero for
    /// these alone.
    pub timers: u32,
    /// Deadline of asks that set none; `None` switches it off.
    pub ask_timeout: Option<Duration>,
    /// Whether an asker may run a sync handler of an idle actor on its own stack.
    pub inline_ask: bool,
    /// Messages handled in one activation before other actors have their turn.
    pub throughput: u32,
    /// Messages of users for one of the system, while both wait.
    pub fairness: u32,
    /// Who runs the actor on tokio; `None` leaves it to its system.
    pub dispatcher: Option<DispatcherKind>,
    /// What is recorded of its messages.
    pub metrics: MetricsLevel,
    /// Of which messages the time in the queue is measured; of none where nothing is recorded.
    pub dwell: Dwell,
    /// Names of the counters of its own.
    pub counters: &'static [&'static str],
    /// Names of the histograms of its own.
    pub histograms: &'static [&'static str],
    /// What telemetry is told of its failures, beside what is known of every actor.
    pub tags: &'static [TelemetryTag<'static>],
}

/// The messages of one actor, by index.
#[derive(Clone, Copy, Debug)]
pub struct Protocol {
    /// Name of the actor's type, as written.
    pub type_name: &'static str,
    /// Whether any of them keeps an argument beside it.
    pub indirect: bool,
    /// Names of its handlers and hooks, by [`Message::index`].
    pub messages: &'static [&'static str],
    /// The bytes that each of them carries.
    pub sizes: &'static [usize],
    /// Periods of its `#[every]` timers, by timer number.
    pub timers: &'static [Duration],
}

/// What `#[actor]` says about a struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "no `#[actor]` on this struct",
    note = "help: put `#[actor]` on `struct {Self}`"
)]
pub trait Configured: SupervisorStrategy {
    /// The generated ref.
    type Ref: ActorRef<Actor = Self>;

    /// On which threads its state may be.
    type Residence: Residence;

    /// Whether it says how many timers it has.
    type Timers: Presence;

    /// What the errors of its hooks, its timers and those who were told are as failures.
    type Errors;

    /// Whether it has figures of its own.
    type Figures: Presence;

    /// Whether that is one thread alone.
    const LOCAL: bool = <Self::Residence as Residence>::LOCAL;

    /// The options of the attribute.
    const OPTIONS: Options;
}

/// How an actor treats its children: what `#[supervise(..)]` says, or the defaults.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an actor",
    label = "no `#[actor]` on this struct",
    note = "help: put `#[actor]` on `struct {Self}`"
)]
pub trait SupervisorStrategy: Sized {
    /// Number of declared children.
    const CHILDREN: usize;

    /// The decisions `#[supervise(..)]` asks for.
    const SUPERVISION: Supervision;

    /// The directives for the failures of its children, where `#[supervise(..)]` says something about them.
    #[doc(hidden)]
    const DECIDER: Option<Decider> = None;

    /// The terms of its declared children, in the order of their start, where not all have the default.
    #[doc(hidden)]
    const TERMS: &'static [Terms] = &[];

    /// The directive for this failure of a child. A pure function, so a plain test can call it; what is done in the end
    /// depends on the limit as well, and on what is [possible](Directive::possible_after).
    ///
    /// ```
    /// # use actor::prelude::*;
    /// use actor::{Directive, FailureKind, LiveFailure, SupervisorStrategy};
    ///
    /// #[actor]
    /// #[supervise(on(panic => stop))]
    /// struct Store;
    /// # #[handlers]
    /// # impl Store {}
    ///
    /// assert_eq!(Store::decide(&LiveFailure::new(FailureKind::Panic)), Directive::Stop);
    /// ```
    #[must_use]
    fn decide(failure: &LiveFailure<'_>) -> Directive {
        directive(Self::DECIDER, failure)
    }

    /// Starts declared child `index`, counted in order of declaration, and stores its ref in its field.
    ///
    /// # Errors
    /// The failure of the child's first start.
    fn start_child(&mut self, index: usize, nursery: &mut Nursery<'_, Self>) -> Result<(), Failure>
    where
        Self: Actor;
}

/// Shown to the compiler where a type is known to be `Send`: there is no other way to make one.
#[derive(Clone, Copy, Debug)]
pub struct Movable<A: ?Sized>(PhantomData<fn(&A)>);

impl<A: Send + ?Sized> Movable<A> {
    /// The proof.
    pub const PROOF: Self = Self(PhantomData);
}

/// On which threads the state of an actor may be.
pub trait Residence {
    /// On one thread alone.
    const LOCAL: bool;
}

/// On any, one at a time.
#[derive(Clone, Copy, Debug)]
pub enum Anywhere {}
impl Residence for Anywhere {
    const LOCAL: bool = false;
}

/// On the one that made it: `#[actor(local)]`.
#[derive(Clone, Copy, Debug)]
pub enum OneThread {}
impl Residence for OneThread {
    const LOCAL: bool = true;
}

/// How an actor fails with an error: which its supervisor is shown.
pub trait Fails<E> {
    /// The error as a failure.
    type As: fmt::Display + 'static;

    /// Makes it one.
    fn fail(error: E) -> Self::As;
}

/// As it is.
#[derive(Debug)]
pub enum AnyError {}
impl<E: fmt::Display + 'static> Fails<E> for AnyError {
    type As = E;

    #[inline]
    fn fail(error: E) -> E {
        error
    }
}

/// As an `M`: `#[actor(error = M)]`.
#[derive(Debug)]
pub struct OneError<M: fmt::Display + 'static>(PhantomData<M>);
impl<E: Becomes<M>, M: fmt::Display + 'static> Fails<E> for OneError<M> {
    type As = M;

    #[inline]
    fn fail(error: E) -> M {
        error.become_one()
    }
}

/// An error that can be made an `M`.
#[diagnostic::on_unimplemented(
    message = "this actor fails with `{M}`, which a `{Self}` does not become",
    label = "no `From<{Self}>` for `{M}`",
    note = "help: write `impl From<{Self}> for {M} {{ .. }}`, or return a `{M}`"
)]
pub trait Becomes<M> {
    /// The `M`.
    fn become_one(self) -> M;
}
#[diagnostic::do_not_recommend]
impl<E: Into<M>, M> Becomes<M> for E {
    #[inline]
    fn become_one(self) -> M {
        self.into()
    }
}

/// Whether an actor has something, as a type: what that takes is there for those who have it.
pub trait Presence: 'static {
    /// A `T`, or nothing.
    type Of<T: Copy>: Copy;

    /// Whether it has this or the other.
    type Or<P: Presence>: Presence;

    /// `value`, where it is kept.
    fn of<T: Copy>(value: T) -> Self::Of<T>;

    /// The value that was kept.
    fn get<T: Copy>(kept: Self::Of<T>) -> Option<T>;
}

/// It has.
#[derive(Debug)]
pub enum Present {}
impl Presence for Present {
    type Of<T: Copy> = T;
    type Or<P: Presence> = Self;

    #[inline]
    fn of<T: Copy>(value: T) -> T {
        value
    }

    #[inline]
    fn get<T: Copy>(kept: T) -> Option<T> {
        Some(kept)
    }
}

/// It has not.
#[derive(Debug)]
pub enum Absent {}
impl Presence for Absent {
    type Of<T: Copy> = ();
    type Or<P: Presence> = P;

    #[inline]
    fn of<T: Copy>(_: T) {}

    #[inline]
    fn get<T: Copy>((): ()) -> Option<T> {
        None
    }
}

/// An actor: a struct with `#[actor]` and one block of `#[handlers]`.
///
/// Nobody implements it by hand; it follows from what the macros say. Every actor that can be spawned is `Send`, or local.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no handlers",
    label = "this actor has no `#[handlers]` block",
    note = "help: add `#[handlers] impl {Self} {{ .. }}`, with one method per message"
)]
pub trait Actor: AllHandlersInOneBlock {}
impl<A: AllHandlersInOneBlock> Actor for A {}

/// What `#[handlers]` says about an actor: its protocol and its dispatch. Called as it should be read where a second
/// block conflicts with the first.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no handlers",
    label = "this actor has no `#[handlers]` block",
    note = "help: add `#[handlers] impl {Self} {{ .. }}`, with one method per message"
)]
pub trait AllHandlersInOneBlock: Configured + 'static {
    /// The generated message enum.
    type Message: Message;

    /// Whether there is an `#[idle]`.
    type Idling: Presence;

    /// That its state may move to another thread. Not a supertrait: the struct macro says which field keeps it from
    /// that, and says it alone. Nothing without the proof is ever placed in a slot, or in a cell unless it is local.
    const MOVABLE: Option<Movable<Self>>;

    /// Names and timers.
    const PROTOCOL: Protocol;

    /// Fails to compile where a message of an actor with parameters is too large; those of others are looked at where
    /// they are declared.
    const FITS: () = ();

    /// After how long without a message `#[idle]` is called.
    const IDLE: Option<Duration> = None;

    /// Whether there is a `#[dead_letter]`.
    const TAKES_LETTERS: bool = false;

    /// Whether there is a `#[terminated]`.
    const HEARS_OF_ENDS: bool = false;

    /// Whether a handler or hook may fail by other than a panic, or stop its actor: one returns a `Result`, or is lent the
    /// context. Where none does, a backend without panics keeps nothing that only failures need.
    const CAN_FAIL: bool = true;

    /// Runs a message of mode `Sync` or `Delegated`.
    fn handle(&mut self, message: Self::Message, ctx: &mut Context<Self>) -> Handled;

    /// Whether a message has to wait in the stash, as its handler's `stash_unless` says now.
    #[inline]
    fn stashes(&self, message: &Self::Message) -> bool {
        let _ = message;
        false
    }

    /// Runs a message of mode `Async`.
    fn handle_async<'a>(
        &'a mut self,
        message: Self::Message,
        ctx: &'a mut Context<Self>,
    ) -> impl Future<Output = Handled> + Send + 'a {
        // Reached by no message where no handler is async.
        core::future::ready(self.handle(message, ctx))
    }

    /// The message that calls `#[started]`, if there is one.
    #[inline]
    fn started() -> Option<Self::Message> {
        None
    }

    /// The message that calls `#[stopping]`, if there is one.
    #[inline]
    fn stopping(why: StopReason) -> Option<Self::Message> {
        let _ = why;
        None
    }

    /// The message that calls `#[restarting]`, if there is one.
    #[inline]
    fn restarting() -> Option<Self::Message> {
        None
    }

    /// The message that calls `#[idle]`, if there is one.
    #[inline]
    fn idle() -> Option<Self::Message> {
        None
    }

    /// The message that calls `#[terminated]`, if there is one.
    #[inline]
    fn terminated(who: ActorId, why: StopReason) -> Option<Self::Message> {
        let _ = (who, why);
        None
    }

    /// The message that calls `#[dead_letter]`, if there is one.
    #[inline]
    fn dead_letter() -> Option<Self::Message> {
        None
    }

    /// The message of `#[every]` timer `timer`.
    #[inline]
    fn tick(timer: usize) -> Option<Self::Message> {
        let _ = timer;
        None
    }
}

/// An actor with figures of its own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no figures of its own",
    label = "there is nothing to record",
    note = "help: write `#[actor(counters(parsed))]` on `struct {Self}`, with the names of what it counts, or `histograms(..)`"
)]
pub trait Measured {
    /// The figures, by name.
    type Metrics<'a>: From<Figures<'a>>;
}

/// An actor with a stash.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no stash",
    label = "there is no stash to take messages from",
    note = "help: write `#[actor(stash = 64)]` on `struct {Self}`, with the number of messages it may keep"
)]
pub trait Stashing {}

/// An actor with an `#[idle]` hook.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `#[idle]` hook",
    label = "nothing would be called",
    note = "help: add `#[idle(30s)] fn quiet(&mut self) {{ .. }}` to its handlers"
)]
pub trait Idles: Actor {}

/// An actor whose context has timers: where there is a heap each of them.
#[diagnostic::on_unimplemented(
    message = "the context of `{Self}` has no timers",
    label = "there is no place for one",
    note = "help: write `#[actor(timers = 1)]` on `struct {Self}`: how many run at a time, those of `#[every]` and `#[idle]` \
            included"
)]
pub trait Timing: Actor {}
#[cfg(feature = "tokio")]
impl<A: Actor> Timing for A {}
#[cfg(not(feature = "tokio"))]
#[diagnostic::do_not_recommend]
impl<A: Actor + Configured<Timers = Present>> Timing for A {}

/// An actor with a `#[terminated]` hook.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `#[terminated]` hook",
    label = "nobody would hear of the end",
    note = "help: add `#[terminated] fn gone(&mut self, who: ActorId, why: StopReason) {{ .. }}` to its handlers"
)]
pub trait Watches: Actor {}
