//! A ref narrowed to one message, whoever the actor is.

use core::any::TypeId;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;
use core::ptr::NonNull;
use core::time::Duration;

use crate::actor::Actor;
use crate::backend::Address;
use crate::call::{Call, Kind, Limit, RejectedMany, Tell, tell_many};
use crate::error::{Reason, TellError};
use crate::reference::{ActorRef, Ref};
use crate::size::require;
#[cfg(feature = "tokio")]
use core::future::{Future, IntoFuture};
#[cfg(feature = "tokio")]
use core::pin::Pin;
#[cfg(feature = "tokio")]
use core::task::{Context, Poll};
#[cfg(feature = "tokio")]
use std::boxed::Box;

/// An actor that can be told a `T`; from `store.recipient(StoreRef::row)`.
///
/// It is a ref, and keeps its actor alive. Equality and hash are by the identity of actor and handler. What it sends
/// allocates nothing, but where it has to wait for room.
///
/// ```
/// # use actor::prelude::*;
/// # use actor::Recipient;
/// # #[actor]
/// # #[derive(Default)]
/// # struct Store {
/// #     rows: Vec<u64>,
/// # }
/// # #[handlers]
/// # impl Store {
/// #     fn row(&mut self, row: u64) {
/// #         self.rows.push(row);
/// #     }
/// #     fn rows(&self) -> usize {
/// #         self.rows.len()
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let system = ActorSystem::new("example");
/// # let store = system.spawn(Store::default).await?;
/// let rows: Recipient<u64> = store.recipient(StoreRef::row);
/// rows.send(7).await?;
/// assert_eq!(store.rows().await?, 1);
/// # Ok(())
/// # }
/// ```
pub struct Recipient<T: 'static> {
    address: Address,
    table: &'static Table<T>,
}

/// What every ref can do with its handlers named by path; in the prelude.
pub trait RefVerbs: ActorRef<Actor: Actor<Ref = Self>> {
    /// This ref narrowed to the messages of one handler that is told.
    ///
    /// See [`Recipient`] for an example.
    #[must_use]
    fn recipient<T, E, F>(&self, handler: F) -> Recipient<T>
    where
        T: 'static,
        E: 'static,
        F: for<'r> Fn(&'r Self, T) -> Call<'r, Self::Actor, Tell<E>> + Copy + Send + Sync + 'static,
    {
        // Here, the compiler also names the line of whoever calls this.
        const { require(size_of::<F>() == 0, "a recipient captures nothing: pass the method of a ref, or a plain closure") }
        Recipient::of::<Self::Actor, E, F>(self, handler)
    }

    /// Sends a message for each of `values`, now or never, in order, and returns how many there were. Where it can be done,
    /// several are let in under one lock.
    ///
    /// ```
    /// # use actor::prelude::*;
    /// # #[actor]
    /// # #[derive(Default)]
    /// # struct Store {
    /// #     rows: Vec<u64>,
    /// # }
    /// # #[handlers]
    /// # impl Store {
    /// #     fn row(&mut self, row: u64) {
    /// #         self.rows.push(row);
    /// #     }
    /// #     fn rows(&self) -> usize {
    /// #         self.rows.len()
    /// #     }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let system = ActorSystem::new("example");
    /// # let store = system.spawn(Store::default).await?;
    /// let sent = store.tell_many([3, 4, 5], StoreRef::row);
    /// assert_eq!(sent.ok(), Some(3));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// At the first message that is not let in: how many were, why, and the calls that are left.
    fn tell_many<T, K, I, F>(
        &self,
        values: I,
        handler: F,
    ) -> Result<usize, RejectedMany<Self::Actor, K, I::IntoIter, F>>
    where
        I: IntoIterator<Item = T>,
        K: Kind,
        F: for<'r> Fn(&'r Self, T) -> Call<'r, Self::Actor, K>,
    {
        tell_many(self, values.into_iter(), handler)
    }
}

impl<R: ActorRef<Actor: Actor<Ref = R>>> RefVerbs for R {}

/// What is known of actor and handler.
struct Table<T> {
    handler: TypeId,
    tell: fn(&Address, T, Limit) -> Result<(), Reason>,
    #[cfg(feature = "tokio")]
    begin: fn(&Address, T, Limit) -> Result<(), Begun>,
}

/// A call that was not let in at once.
#[cfg(feature = "tokio")]
type Begun = Pin<Box<dyn Future<Output = Result<(), TellError>> + Send>>;

/// The call of one actor's handler.
struct Handler<A, E, F>(PhantomData<A>, PhantomData<E>, PhantomData<F>);

impl<A, E, F> Handler<A, E, F>
where
    A: Actor,
{
    /// Makes the call with a ref of its own.
    fn with<T, R>(address: &Address, value: T, limit: Limit, send: impl for<'r> FnOnce(Call<'r, A, Tell<E>>) -> R) -> R
    where
        F: for<'r> Fn(&'r A::Ref, T) -> Call<'r, A, Tell<E>> + Copy,
    {
        // SAFETY: `F` has no bytes, as `recipient` requires, and is `Copy`; a value of it was there.
        #[allow(unsafe_code)]
        let handler = unsafe { NonNull::<F>::dangling().read() };
        let target = A::Ref::from_ref(Ref::from_address(address.clone()));
        let mut call = handler(&target, value);
        call.limit = limit;
        send(call)
    }
}

impl<T: 'static> Recipient<T> {
    fn of<A, E, F>(target: &A::Ref, handler: F) -> Self
    where
        A: Actor,
        E: 'static,
        F: for<'r> Fn(&'r A::Ref, T) -> Call<'r, A, Tell<E>> + Copy + Send + Sync + 'static,
    {
        let _ = handler;
        let table = const {
            &Table {
                handler: TypeId::of::<F>(),
                tell: |address, value, limit| {
                    Handler::<A, E, F>::with(address, value, limit, |call| {
                        call.tell().map_err(|rejected| rejected.reason)
                    })
                },
                #[cfg(feature = "tokio")]
                begin: |address, value, limit| {
                    Handler::<A, E, F>::with(address, value, limit, |call| {
                        call.tell().map_err(|rejected| Box::pin(rejected.call.owned()) as Begun)
                    })
                },
            }
        };
        Self { address: target.as_ref().address().clone(), table }
    }

    /// A message to the actor, sent by a verb: `.await` or [`tell`](Parcel::tell).
    pub fn send(&self, value: T) -> Parcel<'_, T> {
        Parcel { recipient: self, value, limit: Limit::Default }
    }

    /// Whether the actor has not ended.
    pub fn is_alive(&self) -> bool {
        self.address.is_alive()
    }
}

impl<T: 'static> Clone for Recipient<T> {
    fn clone(&self) -> Self {
        Self { address: self.address.clone(), table: self.table }
    }
}

impl<T: 'static> PartialEq for Recipient<T> {
    fn eq(&self, other: &Self) -> bool {
        self.address == other.address && self.table.handler == other.table.handler
    }
}

impl<T: 'static> Eq for Recipient<T> {}

impl<T: 'static> Hash for Recipient<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.address.hash(state);
        self.table.handler.hash(state);
    }
}

impl<T: 'static> fmt::Debug for Recipient<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Recipient").field(&self.address.id()).finish()
    }
}

/// A message on its way to a [`Recipient`], not sent until a verb says how.
#[must_use = "nothing is sent until it is awaited, or sent with `.tell()`"]
pub struct Parcel<'a, T: 'static> {
    recipient: &'a Recipient<T>,
    value: T,
    limit: Limit,
}

impl<T: 'static> Parcel<'_, T> {
    /// Sends now or never, from anywhere. What is not sent is dropped: clone it before, where it is needed.
    ///
    /// # Errors
    /// When the mailbox has no room, or the actor has ended.
    pub fn tell(self) -> Result<(), TellError> {
        (self.recipient.table.tell)(&self.recipient.address, self.value, self.limit).map_err(TellError::from)
    }

    /// Gives the message `limit` from the moment it is sent: to find room in the mailbox, and to have its turn.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limit = Limit::Within(limit);
        self
    }
}

#[cfg(feature = "tokio")]
impl<T: 'static> IntoFuture for Parcel<'_, T> {
    type Output = Result<(), TellError>;
    type IntoFuture = Delivery<T>;

    fn into_future(self) -> Delivery<T> {
        Delivery { stage: Stage::Fresh(Some((self.recipient.clone(), self.value, self.limit))) }
    }
}

impl<T: 'static> fmt::Debug for Parcel<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parcel").field("recipient", self.recipient).field("limit", &self.limit).finish()
    }
}

/// The future of a [`Parcel`]: ends when the message is in the mailbox.
///
/// # Cancel safety
/// Dropped while it waits for room, the message is not sent and nothing is left behind.
#[cfg(feature = "tokio")]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Delivery<T: 'static> {
    stage: Stage<T>,
}

#[cfg(feature = "tokio")]
enum Stage<T: 'static> {
    /// Not sent; nothing is left when the call is over.
    Fresh(Option<(Recipient<T>, T, Limit)>),
    /// Waits for room.
    Begun(Begun),
}

// Nothing in it is pinned: values are moved whole.
#[cfg(feature = "tokio")]
impl<T: 'static> Unpin for Delivery<T> {}

#[cfg(feature = "tokio")]
impl<T: 'static> Future for Delivery<T> {
    type Output = Result<(), TellError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let stage = &mut self.get_mut().stage;
        if let Stage::Fresh(fresh) = stage {
            let Some((recipient, value, limit)) = fresh.take() else {
                panic!("a call is not polled after it has ended");
            };
            match (recipient.table.begin)(&recipient.address, value, limit) {
                Ok(()) => return Poll::Ready(Ok(())),
                Err(begun) => *stage = Stage::Begun(begun),
            }
        }
        let Stage::Begun(begun) = stage else { return Poll::Pending };
        begun.as_mut().poll(cx)
    }
}

#[cfg(feature = "tokio")]
impl<T: 'static> fmt::Debug for Delivery<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").field("waits", &matches!(self.stage, Stage::Begun(_))).finish()
    }
}
