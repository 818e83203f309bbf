//! Many messages at once: let in by the batch, and handed back from the first one that is not.

use core::fmt;

use heapless::Deque;

use super::{Call, Kind, Limit, OwnedCall};
use crate::actor::Actor;
use crate::error::{Reason, TellError};
use crate::message::{Lane, Message};
use crate::reference::ActorRef;

/// Messages that are let in under one lock.
pub(crate) const BATCH: usize = 16;

/// Messages on their way, in order.
pub(crate) type Batch<M> = Deque<M, BATCH>;

/// Sends a message for each of `values`, now or never, in order.
///
/// # Errors
/// At the first message that is not let in: how many were, why, and the rest.
pub(crate) fn tell_many<A, T, K, I, F>(
    target: &A::Ref,
    values: I,
    handler: F,
) -> Result<usize, RejectedMany<A, K, I, F>>
where
    A: Actor,
    K: Kind,
    I: Iterator<Item = T>,
    F: for<'r> Fn(&'r A::Ref, T) -> Call<'r, A, K>,
{
    let mut values = values;
    let (mut batch, mut made, mut let_in) = (Batch::new(), Made::<K::Attach<A::Message>>::new(), 0);
    let address = target.as_ref().address();
    loop {
        while !batch.is_full()
            && let Some(value) = values.next()
        {
            let call = handler(target, value);
            let noted = made.push_back((call.attach, call.limit));
            let pushed = batch.push_back(call.message);
            debug_assert!(noted.is_ok() && pushed.is_ok(), "there was room");
        }
        let before = batch.len();
        // Calls with a lane or a limit of their own go one by one.
        let is_plain = made.iter().all(|(_, limit)| *limit == Limit::Default)
            && (!A::Message::HAS_URGENT || batch.iter().all(|message| message.lane() == Lane::User));
        if is_plain {
            address.accept::<A>(&mut batch);
        }
        for _ in batch.len()..before {
            made.pop_front();
            let_in += 1;
        }
        // The overflow policy has a word on the first one for which there was no room.
        let Some((message, (attach, limit))) = batch.pop_front().zip(made.pop_front()) else {
            if before == 0 {
                return Ok(let_in);
            }
            continue;
        };
        match address.tell::<A>(message, limit) {
            Ok(()) => let_in += 1,
            Err((message, reason)) => {
                let first = Some((message, (attach, limit)));
                let rest = Rest { target: target.clone(), first, batch, made, values, handler };
                return Err(RejectedMany { let_in, reason, rest });
            }
        }
    }
}

/// What belongs to the messages of a batch, besides them.
type Made<F> = Deque<(F, Limit), BATCH>;

/// Where `tell_many` came to, and why it went no further.
pub struct RejectedMany<A: Actor, K: Kind, I, F> {
    /// Messages that were let in, or dealt with by an overflow policy that drops.
    pub let_in: usize,
    /// Why the next one was not.
    pub reason: Reason,
    /// The calls that are left, the rejected one first: await them, try again or drop them.
    pub rest: Rest<A, K, I, F>,
}

impl<A: Actor, K: Kind, I, F> fmt::Debug for RejectedMany<A, K, I, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RejectedMany")
            .field("let_in", &self.let_in)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

impl<A: Actor, K: Kind, I, F> fmt::Display for RejectedMany<A, K, I, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "after {} messages: {}", self.let_in, self.reason)
    }
}

impl<A: Actor, K: Kind, I, F> core::error::Error for RejectedMany<A, K, I, F> {}

/// Gives the rest up and keeps the reason.
impl<A: Actor, K: Kind, I, F> From<RejectedMany<A, K, I, F>> for TellError {
    fn from(rejected: RejectedMany<A, K, I, F>) -> Self {
        rejected.reason.into()
    }
}

/// The calls that `tell_many` did not send, made as they are asked for.
pub struct Rest<A: Actor, K: Kind, I, F> {
    target: A::Ref,
    #[allow(clippy::type_complexity, reason = "a message and what belongs to it")]
    first: Option<(A::Message, (K::Attach<A::Message>, Limit))>,
    batch: Batch<A::Message>,
    made: Made<K::Attach<A::Message>>,
    values: I,
    handler: F,
}

impl<A, T, K, I, F> Iterator for Rest<A, K, I, F>
where
    A: Actor,
    K: Kind,
    I: Iterator<Item = T>,
    F: for<'r> Fn(&'r A::Ref, T) -> Call<'r, A, K>,
{
    type Item = OwnedCall<A, K>;

    fn next(&mut self) -> Option<OwnedCall<A, K>> {
        let (message, (attach, limit)) =
            match self.first.take().or_else(|| self.batch.pop_front().zip(self.made.pop_front())) {
                Some(next) => next,
                None => {
                    let call = (self.handler)(&self.target, self.values.next()?);
                    (call.message, (call.attach, call.limit))
                }
            };
        Some(Call::with(self.target.as_ref().clone(), message, attach, limit))
    }
}

impl<A: Actor, K: Kind, I, F> fmt::Debug for Rest<A, K, I, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rest").field("target", &self.target).finish_non_exhaustive()
    }
}
