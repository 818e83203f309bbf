//! A message on its way: what `counter.add(2)` makes, and the verbs that send it.

use core::convert::Infallible;
use core::fmt;
use core::future::{Future, IntoFuture};
use core::marker::PhantomData;
use core::time::Duration;

use crate::actor::Actor;
use crate::backend::{Asking, Sending};
use crate::context::Context;
use crate::error::{AskError, Reason, TellError, Unanswered};
use crate::message::Message;
use crate::reference::Ref;
use crate::reply::Reply;
use crate::time::Instant;

/// A call to an actor, not sent until a verb says how: `.await`, [`tell`](Call::tell) or
/// [`then`](Call::then).
#[must_use = "nothing is sent until the call is awaited, or sent with `.tell()` or `.then(..)`"]
pub struct Call<'a, A: Actor, K: Kind> {
    pub(crate) target: &'a Ref<A>,
    pub(crate) message: A::Message,
    /// Writes the reply of an ask into the message that was built without one.
    pub(crate) attach: K::Attach<A::Message>,
    pub(crate) limit: Limit,
}

/// How long a call may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// As the actor's options say.
    Default,
    /// So long, counted from the moment the call is sent.
    Within(Duration),
    /// Until this moment of the system's clock.
    Until(Instant),
}

/// Writes a reply into a message, and takes out the one it had.
pub type Attach<M, T> = fn(&mut M, Reply<T>) -> Reply<T>;

/// What a call can come to: the three kinds are [`Tell`], [`Ask`] and [`TryAsk`].
pub trait Kind {
    /// What the handler answers with.
    type Value: Send;
    /// What awaiting the call returns.
    type Output;
    /// How the message takes its reply: nothing for a tell.
    type Attach<M>: Copy + Send;
    /// What awaiting the call makes of it.
    type Future<'a, A: Actor>: Future<Output = Self::Output>;

    /// Starts the call.
    #[doc(hidden)]
    fn start<A: Actor>(call: Call<'_, A, Self>) -> Self::Future<'_, A>
    where
        Self: Sized;

    /// Gives the message its reply, and takes out the one it had.
    #[doc(hidden)]
    fn attach<M>(attach: Self::Attach<M>, message: &mut M, reply: Reply<Self::Value>) -> Reply<Self::Value>;

    /// The message is in the mailbox, and `reply` found no place in it.
    #[doc(hidden)]
    fn sent(reply: Reply<Self::Value>) {
        drop(reply);
    }

    /// What the asker is told. `handler` is the name of the handler asked.
    #[doc(hidden)]
    fn output(answer: Result<Self::Value, Unanswered>, handler: &'static str) -> Self::Output;

    /// What the asker is told when the message never reached the mailbox.
    #[doc(hidden)]
    fn unsent(error: TellError) -> Self::Output;
}

/// A tell: the handler returns nothing, or `Result<(), E>`. Awaited until its message is in the mailbox.
pub struct Tell(Infallible);

/// An ask: the handler returns a `T`, or takes a `Reply<T>`. Awaited until it has answered.
pub struct Ask<T>(Infallible, PhantomData<fn() -> T>);

/// An ask whose handler returns `Result<T, E>`: awaited until it has answered, its error flattened into
/// [`AskError::Handler`].
pub struct TryAsk<T, E>(Infallible, PhantomData<fn() -> (T, E)>);

impl Kind for Tell {
    type Value = ();
    type Output = Result<(), TellError>;
    type Attach<M> = ();
    type Future<'a, A: Actor> = Sending<'a, A>;

    fn start<A: Actor>(call: Call<'_, A, Self>) -> Sending<'_, A> {
        Sending::new(call.target, call.message, call.limit)
    }

    fn attach<M>((): (), _: &mut M, reply: Reply<()>) -> Reply<()> {
        reply
    }

    fn sent(reply: Reply<()>) {
        reply.send(());
    }

    fn output(_: Result<(), Unanswered>, _: &'static str) -> Self::Output {
        Ok(())
    }

    fn unsent(error: TellError) -> Self::Output {
        Err(error)
    }
}

impl<T: Send> Kind for Ask<T> {
    type Value = T;
    type Output = Result<T, AskError>;
    type Attach<M> = Attach<M, T>;
    type Future<'a, A: Actor> = Asking<'a, A, Self>;

    fn start<A: Actor>(call: Call<'_, A, Self>) -> Asking<'_, A, Self> {
        Asking::new(call)
    }

    fn attach<M>(attach: Attach<M, T>, message: &mut M, reply: Reply<T>) -> Reply<T> {
        attach(message, reply)
    }

    fn output(answer: Result<T, Unanswered>, handler: &'static str) -> Self::Output {
        answer.map_err(|why| why.into_ask_error(handler))
    }

    fn unsent(error: TellError) -> Self::Output {
        Err(unsent(error))
    }
}

impl<T: Send, E: Send> Kind for TryAsk<T, E> {
    type Value = Result<T, E>;
    type Output = Result<T, AskError<E>>;
    type Attach<M> = Attach<M, Result<T, E>>;
    type Future<'a, A: Actor> = Asking<'a, A, Self>;

    fn start<A: Actor>(call: Call<'_, A, Self>) -> Asking<'_, A, Self> {
        Asking::new(call)
    }

    fn attach<M>(attach: Attach<M, Self::Value>, message: &mut M, reply: Reply<Self::Value>) -> Reply<Self::Value> {
        attach(message, reply)
    }

    fn output(answer: Result<Self::Value, Unanswered>, handler: &'static str) -> Self::Output {
        match answer {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(AskError::Handler(error)),
            Err(why) => Err(why.into_ask_error(handler)),
        }
    }

    fn unsent(error: TellError) -> Self::Output {
        Err(unsent(error))
    }
}

/// An ask that never reached the mailbox, in the words of asks.
fn unsent<E>(error: TellError) -> AskError<E> {
    match error {
        TellError::Stopped => AskError::Stopped,
        TellError::Full => AskError::Full,
        TellError::Timeout => AskError::Timeout,
        TellError::WouldDeadlock => AskError::Cycle,
    }
}

/// The type of a handler's reply, taken apart where it is a `Result`.
///
/// The macros name it so that aliases such as `io::Result<T>` work as well.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is called a `Result` and is none",
    label = "not a `core::result::Result`",
    note = "help: put `#[handler(plain)]` on the handler, and it answers with the value as it is"
)]
pub trait ResultLike {
    /// The value of the `Ok` side.
    type Value;
    /// The error of the `Err` side.
    type Error;
}

impl<T, E> ResultLike for Result<T, E> {
    type Value = T;
    type Error = E;
}

impl<'a, A: Actor> Call<'a, A, Tell> {
    /// A tell of `message`.
    #[doc(hidden)]
    #[inline]
    pub fn told(target: &'a Ref<A>, message: A::Message) -> Self {
        Self { target, message, attach: (), limit: Limit::Default }
    }
}

impl<'a, A: Actor, T: Send> Call<'a, A, Ask<T>> {
    /// An ask by `message`, with what it takes to give it a reply.
    #[doc(hidden)]
    #[inline]
    pub fn asked(target: &'a Ref<A>, message: A::Message, attach: Attach<A::Message, T>) -> Self {
        Self { target, message, attach, limit: Limit::Default }
    }
}

impl<'a, A: Actor, T: Send, E: Send> Call<'a, A, TryAsk<T, E>> {
    /// The same, of a handler that may fail.
    #[doc(hidden)]
    #[inline]
    pub fn tried(target: &'a Ref<A>, message: A::Message, attach: Attach<A::Message, Result<T, E>>) -> Self {
        Self { target, message, attach, limit: Limit::Default }
    }
}

impl<'a, A: Actor, K: Kind> Call<'a, A, K> {
    /// Sends now or never, from anywhere: handlers, destructors and interrupts too. A reply is discarded.
    ///
    /// # Errors
    /// Hands the call back with the [`Reason`], to be awaited, tried again or dropped.
    #[inline]
    pub fn tell(self) -> Result<(), Rejected<'a, A, K>> {
        let Self { target, message, attach, limit } = self;
        target
            .address()
            .tell::<A>(message, limit)
            .map_err(|(message, reason)| Rejected { call: Self { target, message, attach, limit }, reason })
    }

    /// Gives the call `limit` from the moment it is sent: to find room in the mailbox, to have its turn, and
    /// for an ask to be answered. Work whose time is over is skipped.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limit = Limit::Within(limit);
        self
    }

    /// As [`timeout`](Call::timeout), with a moment of the system's clock.
    pub fn deadline(mut self, until: Instant) -> Self {
        self.limit = Limit::Until(until);
        self
    }

    /// Asks from a handler that does not wait: what `.await` would have returned comes back to this actor as
    /// the message `answered`. An answer that arrives after a restart of this actor is discarded.
    /// Where none comes before the call's deadline, or the default one, the answer is
    /// [`AskError::Timeout`].
    ///
    /// # Errors
    /// Hands the call back with the [`Reason`] when the mailbox of the actor asked has no room or the actor
    /// has ended.
    pub fn then<Me, F, R>(self, ctx: &Context<Me>, answered: F) -> Result<(), Rejected<'a, A, K>>
    where
        Me: Actor,
        R: Kind,
        F: for<'r> Fn(&'r Me::Ref, K::Output) -> Call<'r, Me, R> + Copy + Send + 'static,
    {
        let Self { target, mut message, attach, limit } = self;
        let handler = A::PROTOCOL.messages[message.index()];
        let Some(reply) = ctx.host.reply_as_message::<K, F, R>(answered, handler, limit, A::OPTIONS.ask_timeout) else {
            return Err(Rejected { call: Self { target, message, attach, limit }, reason: Reason::Full });
        };
        // A tell has no place for the reply: it is answered as soon as it is sent.
        let kept = K::attach(attach, &mut message, reply);
        match target.address().tell::<A>(message, limit) {
            Ok(()) => {
                K::sent(kept);
                Ok(())
            }
            Err((mut message, reason)) => {
                kept.refuse(Unanswered::Unsent);
                K::attach(attach, &mut message, Reply::discarded()).refuse(Unanswered::Unsent);
                Err(Rejected { call: Self { target, message, attach, limit }, reason })
            }
        }
    }
}

impl<'a, A: Actor, K: Kind> IntoFuture for Call<'a, A, K> {
    type Output = K::Output;
    type IntoFuture = K::Future<'a, A>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        K::start(self)
    }
}

impl<A: Actor, K: Kind> fmt::Debug for Call<'_, A, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("target", self.target)
            .field("message", &A::PROTOCOL.messages[self.message.index()])
            .field("limit", &self.limit)
            .finish()
    }
}

/// A call that `.tell()` or `.then(..)` handed back, and why.
pub struct Rejected<'a, A: Actor, K: Kind> {
    /// The call, unsent: await it, try again or drop it.
    pub call: Call<'a, A, K>,
    /// Why it was not sent.
    pub reason: Reason,
}

impl<A: Actor, K: Kind> fmt::Debug for Rejected<'_, A, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejected").field("call", &self.call).field("reason", &self.reason).finish()
    }
}

impl<A: Actor, K: Kind> fmt::Display for Rejected<'_, A, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl<A: Actor, K: Kind> core::error::Error for Rejected<'_, A, K> {}

/// Gives the call up and keeps the reason, so that `?` works where the call is of no use any more.
impl<A: Actor, K: Kind> From<Rejected<'_, A, K>> for TellError {
    fn from(rejected: Rejected<'_, A, K>) -> Self {
        match rejected.reason {
            Reason::Full => Self::Full,
            Reason::Stopped => Self::Stopped,
        }
    }
}
