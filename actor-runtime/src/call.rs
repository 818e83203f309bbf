//! A message on its way: what `counter.add(2)` makes, and the verbs that send it.

mod many;
mod owned;
mod rejected;

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
use crate::reference::{Ref, Target};
#[cfg(any(feature = "tokio", feature = "bare-metal"))]
use crate::reply::Duty;
use crate::reply::Reply;
use crate::time::Instant;

pub(crate) use many::Batch;
pub(crate) use many::tell_many;
pub use many::{RejectedMany, Rest};
pub use owned::Owned;
pub use rejected::{Rejected, Returned};

/// A call to an actor, not sent until a verb says how: `.await`, [`tell`](Call::tell),
/// [`then`](Call::then) or [`reply_to`](Call::reply_to).
///
/// It borrows the ref it was made with; one that was handed back is an [`OwnedCall`].
#[must_use = "nothing is sent until the call is awaited, or sent with `.tell()` or `.then(..)`; `let _ =` sends nothing either"]
pub struct Call<'a, A: Actor, K: Kind, T = &'a Ref<A>> {
    pub(crate) target: T,
    pub(crate) message: A::Message,
    /// Writes the reply of an ask into the message that was built without one.
    pub(crate) attach: K::Attach<A::Message>,
    pub(crate) limit: Limit,
    borrows: PhantomData<&'a Ref<A>>,
}

/// A call with a ref of its own: what [`Rejected`] hands back.
pub type OwnedCall<A, K> = Call<'static, A, K, Ref<A>>;

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

/// What a call can come to: the kinds are [`Tell`], [`Ask`], [`TryAsk`] and [`Done`].
pub trait Kind {
    /// Whether an asker may run the handler itself.
    #[doc(hidden)]
    const INLINE: bool = true;

    /// Whether its reply finds no place in the message, and is told of the end of the handler.
    #[doc(hidden)]
    const WATCHED: bool = false;

    /// What the handler answers with.
    type Value: Send;
    /// What awaiting the call returns.
    type Output;
    /// How the message takes its reply: nothing for a tell.
    type Attach<M>: Copy + Send;
    /// What awaiting the call makes of it.
    type Future<'a, A: Actor>: Future<Output = Self::Output> + Unpin;

    /// Starts the call.
    #[doc(hidden)]
    fn start<A: Actor>(call: Call<'_, A, Self>) -> Self::Future<'_, A>
    where
        Self: Sized;

    /// Gives the message its reply, and takes out the one it had.
    #[doc(hidden)]
    fn attach<M>(attach: Self::Attach<M>, message: &mut M, reply: Reply<Self::Value>) -> Reply<Self::Value>;

    /// Makes a duty of `reply`, where it is told of the end of the handler.
    ///
    /// # Errors
    /// The reply, where it is not.
    #[doc(hidden)]
    #[cfg(any(feature = "tokio", feature = "bare-metal"))]
    fn duty(reply: Reply<Self::Value>) -> Result<Duty, Reply<Self::Value>> {
        Err(reply)
    }

    /// The reply that [`duty`](Kind::duty) was given.
    #[doc(hidden)]
    #[cfg(any(feature = "tokio", feature = "bare-metal"))]
    fn reply(duty: Duty) -> Option<Reply<Self::Value>> {
        drop(duty);
        None
    }

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
pub struct Tell<E = Infallible>(Infallible, PhantomData<fn() -> E>);

/// An ask: the handler returns a `T`, or takes a `Reply<T>`. Awaited until it has answered.
pub struct Ask<T>(Infallible, PhantomData<fn() -> T>);

/// An ask whose handler returns `Result<T, E>`: awaited until it has answered, its error flattened into
/// [`AskError::Handler`].
pub struct TryAsk<T, E>(Infallible, PhantomData<fn() -> (T, E)>);

/// A [`Tell`] whose end somebody waits for; from `.done()`.
pub struct Done<E>(Infallible, PhantomData<fn() -> E>);

impl<E> Kind for Tell<E> {
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
        Err(error.into())
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
        Err(error.into())
    }
}

impl<E: Send> Kind for Done<E> {
    const INLINE: bool = false;
    const WATCHED: bool = true;

    type Value = Result<(), E>;
    type Output = Result<(), AskError<E>>;
    type Attach<M> = ();
    type Future<'a, A: Actor> = Asking<'a, A, Self>;

    fn start<A: Actor>(call: Call<'_, A, Self>) -> Asking<'_, A, Self> {
        Asking::new(call)
    }

    fn attach<M>((): (), _: &mut M, reply: Reply<Self::Value>) -> Reply<Self::Value> {
        reply
    }

    #[cfg(any(feature = "tokio", feature = "bare-metal"))]
    fn duty(reply: Reply<Self::Value>) -> Result<Duty, Reply<Self::Value>> {
        Duty::of(reply)
    }

    #[cfg(any(feature = "tokio", feature = "bare-metal"))]
    fn reply(duty: Duty) -> Option<Reply<Self::Value>> {
        duty.into_reply().ok()
    }

    fn output(answer: Result<Self::Value, Unanswered>, handler: &'static str) -> Self::Output {
        TryAsk::output(answer, handler)
    }

    fn unsent(error: TellError) -> Self::Output {
        Err(error.into())
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

impl<'a, A: Actor, E> Call<'a, A, Tell<E>> {
    /// A tell of `message`.
    #[doc(hidden)]
    #[inline]
    pub fn told(target: &'a Ref<A>, message: A::Message) -> Self {
        Self::new(target, message, ())
    }
}

impl<'a, A: Actor, T: Send> Call<'a, A, Ask<T>> {
    /// An ask by `message`, with what it takes to give it a reply.
    #[doc(hidden)]
    #[inline]
    pub fn asked(target: &'a Ref<A>, message: A::Message, attach: Attach<A::Message, T>) -> Self {
        Self::new(target, message, attach)
    }
}

impl<'a, A: Actor, T: Send, E: Send> Call<'a, A, TryAsk<T, E>> {
    /// The same, of a handler that may fail.
    #[doc(hidden)]
    #[inline]
    pub fn tried(target: &'a Ref<A>, message: A::Message, attach: Attach<A::Message, Result<T, E>>) -> Self {
        Self::new(target, message, attach)
    }
}

impl<'a, A: Actor, K: Kind> Call<'a, A, K> {
    #[inline]
    fn new(target: &'a Ref<A>, message: A::Message, attach: K::Attach<A::Message>) -> Self {
        Self { target, message, attach, limit: Limit::Default, borrows: PhantomData }
    }
}

impl<'a, A: Actor, K: Kind, T: Target<A>> Call<'a, A, K, T> {
    /// Sends now or never, from anywhere: handlers, destructors and interrupts too. A reply is discarded.
    ///
    /// # Errors
    /// Hands the call back with the [`Reason`], to be awaited, tried again or dropped.
    // Whoever does not look at what is handed back must not pay for handing it back.
    #[cfg_attr(not(feature = "tokio"), inline(always))]
    #[cfg_attr(feature = "tokio", inline)]
    pub fn tell(self) -> Result<(), Rejected<A, K>> {
        let Self { target, message, attach, limit, borrows: _ } = self;
        match target.get().address().tell::<A>(message, limit) {
            Ok(()) => Ok(()),
            Err((message, reason)) => Err(Rejected::new(target.keep(), message, attach, limit, reason)),
        }
    }

    /// Gives the call `limit` from the moment it is sent: to find room in the mailbox, to have its turn, and
    /// for an ask to be answered. Work whose time is over is skipped.
    ///
    /// On bare metal a message that is in the mailbox has its turn whatever its limit: there is no place to keep one.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limit = Limit::Within(limit);
        self
    }

    /// As [`timeout`](Call::timeout), with a moment of the system's clock.
    pub fn deadline(mut self, until: Instant) -> Self {
        self.limit = Limit::Until(until);
        self
    }

    /// The future of this call with a ref of its own, for whoever spawns or joins: it is `'static`.
    ///
    /// ```
    /// # use actor::prelude::*;
    /// # #[actor]
    /// # struct Counter {
    /// #     total: u64,
    /// # }
    /// # #[handlers]
    /// # impl Counter {
    /// #     fn total(&self) -> u64 {
    /// #         self.total
    /// #     }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let system = ActorSystem::new("example");
    /// # let counter = system.spawn(|| Counter { total: 1 }).await?;
    /// # let other = system.spawn(|| Counter { total: 2 }).await?;
    /// let task = tokio::spawn(counter.total().owned());
    /// let (first, second) = tokio::join!(counter.total().owned(), other.total().owned());
    /// assert_eq!((task.await??, first?, second?), (1, 1, 2));
    /// # Ok(())
    /// # }
    /// ```
    pub fn owned(self) -> Owned<A, K> {
        let Self { target, message, attach, limit, borrows: _ } = self;
        Owned::new(target.keep(), message, attach, limit)
    }

    /// Asks from a handler that does not wait: what `.await` would have returned comes back to this actor as
    /// the message `answered`. An answer that arrives after a restart of this actor is discarded.
    /// Where none comes before the call's deadline, or the default one, the answer is
    /// [`AskError::Timeout`].
    ///
    /// # Errors
    /// Hands the call back with the [`Reason`] when the mailbox of the actor asked has no room or the actor
    /// has ended. On bare metal it is [`Full`](Reason::Full) as well where this actor's own mailbox has no place to keep
    /// for the answer, and where eight such asks of the program are under way, or answered and not heard.
    pub fn then<Me, F, R>(self, ctx: &Context<Me>, answered: F) -> Result<(), Rejected<A, K>>
    where
        Me: Actor,
        R: Kind,
        F: for<'r> Fn(&'r Me::Ref, K::Output) -> Call<'r, Me, R> + Copy + Send + 'static,
    {
        let handler = A::PROTOCOL.messages[self.message.index()];
        let limit = self.limit;
        let Some(reply) = ctx.host.reply_as_message::<K, F, R>(answered, handler, limit, A::OPTIONS.ask_timeout) else {
            let Self { target, message, attach, limit, borrows: _ } = self;
            return Err(Rejected::new(target.keep(), message, attach, limit, Reason::Full));
        };
        let sent = Self { limit: ctx.host.inherited(limit), ..self }.reply_to(reply);
        sent.map_err(|Returned { call, reason, reply }| {
            reply.refuse(Unanswered::Unsent);
            Rejected { call: Call { limit, ..call }, reason }
        })
    }

    /// Hands on the duty to answer: whoever waits for `reply` hears from the handler of this call, and this
    /// actor has nothing more to do with it. Sent now or never, as with [`tell`](Call::tell). A tell answers as soon as
    /// it is in the mailbox, and one with `.done()` when its handler has run.
    ///
    /// ```
    /// # use actor::prelude::*;
    /// # #[actor]
    /// # struct Shard;
    /// # #[handlers]
    /// # impl Shard {
    /// #     fn get(&self, key: u64) -> u64 {
    /// #         key * 2
    /// #     }
    /// # }
    /// #[actor]
    /// struct Router {
    ///     shards: Vec<ShardRef>,
    /// }
    ///
    /// #[handlers]
    /// impl Router {
    ///     fn get(&mut self, key: u64, reply: Reply<u64>) {
    ///         let shard = &self.shards[key as usize % self.shards.len()];
    ///         if let Err(returned) = shard.get(key).reply_to(reply) {
    ///             drop(returned.reply); // the asker hears `NoReply`
    ///         }
    ///     }
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let system = ActorSystem::new("example");
    /// # let shards = vec![system.spawn(|| Shard).await?];
    /// # let router = system.spawn(move || Router { shards: shards.clone() }).await?;
    /// # assert_eq!(router.get(7).await, Ok(14));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Hands back the call, the reply and the [`Reason`]; dropping them answers with `NoReply`.
    pub fn reply_to(self, reply: Reply<K::Value>) -> Result<(), Returned<A, K>> {
        let Self { target, mut message, attach, limit, borrows: _ } = self;
        // A tell has no place for the reply: it is answered as soon as it is sent.
        let kept = K::attach(attach, &mut message, reply);
        #[cfg(any(feature = "tokio", feature = "bare-metal"))]
        let kept = match K::duty(kept) {
            Err(reply) => reply,
            Ok(duty) => {
                let sent = target.get().address().tell_watched::<A>(message, limit, duty);
                return sent.map_err(|(message, duty, reason)| Returned {
                    call: Call::with(target.keep(), message, attach, limit),
                    reason,
                    reply: K::reply(duty).unwrap_or(Reply::discarded()),
                });
            }
        };
        match target.get().address().tell::<A>(message, limit) {
            Ok(()) => {
                K::sent(kept);
                Ok(())
            }
            Err((mut message, reason)) => {
                let discarded = K::attach(attach, &mut message, Reply::discarded());
                // One of the two is the reply; the other is nobody's.
                let reply = if kept.is_awaited() { kept } else { discarded };
                Err(Returned { call: Call::with(target.keep(), message, attach, limit), reason, reply })
            }
        }
    }
}

impl<A: Actor, K: Kind> OwnedCall<A, K> {
    fn with(target: Ref<A>, message: A::Message, attach: K::Attach<A::Message>, limit: Limit) -> Self {
        Self { target, message, attach, limit, borrows: PhantomData }
    }
}

#[cfg(any(feature = "tokio", feature = "bare-metal"))]
impl<'a, A: Actor, E: Send + 'static, T: Target<A>> Call<'a, A, Tell<E>, T> {
    /// Makes an ask of a tell: awaited until the handler has run. The `Err` of a handler that returns
    /// `Result<(), E>` is the answer then, and no failure.
    ///
    /// ```
    /// # use actor::prelude::*;
    /// # #[actor]
    /// # struct Counter {
    /// #     total: u64,
    /// # }
    /// #[handlers]
    /// impl Counter {
    ///     fn set(&mut self, total: u64) -> Result<(), String> {
    ///         if total > 100 {
    ///             return Err(format!("{total} is too much"));
    ///         }
    ///         self.total = total;
    ///         Ok(())
    ///     }
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let system = ActorSystem::new("example");
    /// # let counter = system.spawn(|| Counter { total: 0 }).await?;
    /// counter.set(7).done().await?;
    /// assert_eq!(counter.set(101).done().await, Err(AskError::Handler("101 is too much".to_owned())));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// On bare metal eight such calls of the program may be under way; the ninth is `Full`.
    pub fn done(self) -> Call<'a, A, Done<E>, T> {
        let Self { target, message, attach: (), limit, borrows } = self;
        Call { target, message, attach: (), limit, borrows }
    }
}

#[cfg(feature = "tokio")]
impl<A: Actor, K: Kind, T: Target<A>> Call<'_, A, K, T> {
    /// Waits on this thread for what `.await` would have returned: for threads outside of any runtime, and for
    /// `spawn_blocking`.
    ///
    /// ```
    /// # use actor::prelude::*;
    /// # #[actor]
    /// # struct Counter {
    /// #     total: u64,
    /// # }
    /// # #[handlers]
    /// # impl Counter {
    /// #     fn total(&self) -> u64 {
    /// #         self.total
    /// #     }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let system = ActorSystem::new("example");
    /// # let counter = system.spawn(|| Counter { total: 7 }).await?;
    /// let total = tokio::task::spawn_blocking(move || counter.total().blocking());
    /// assert_eq!(total.await?, Ok(7));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// In a handler, and in async code: its thread has other work, which may be what this would wait for. And when it is
    /// sent to an actor on bare metal, which runs only while somebody steps its system.
    #[track_caller]
    pub fn blocking(self) -> K::Output {
        let Self { target, message, attach, limit, borrows: _ } = self;
        let is_static = target.get().address().is_static();
        assert!(!is_static, "an actor on bare metal has no `.blocking()`; `.await` the call, or `.tell()`");
        let call = Call::<'_, A, K>::new(target.get(), message, attach);
        crate::backend::block_on(Call { limit, ..call }.into_future())
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

impl<A: Actor, K: Kind> IntoFuture for OwnedCall<A, K> {
    type Output = K::Output;
    type IntoFuture = Owned<A, K>;

    fn into_future(self) -> Self::IntoFuture {
        self.owned()
    }
}

impl<A: Actor, K: Kind, T: Target<A>> fmt::Debug for Call<'_, A, K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("target", self.target.get())
            .field("message", &A::PROTOCOL.messages[self.message.index()])
            .field("limit", &self.limit)
            .finish()
    }
}
