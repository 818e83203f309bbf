//! The futures of awaited calls: finding room, waiting for the answer, giving up in time.
//!
//! Deadlines are looked at when a future is polled. The timer interrupt wakes every actor whose handler waits, so a
//! deadline is kept as exactly as that ticks.

use core::future::Future;
use core::marker::PhantomData;
use core::mem::replace;
use core::pin::Pin;
use core::ptr::NonNull;
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use crate::actor::Actor;
use crate::call::{Kind, Limit};
use crate::error::{Reason, TellError, Unanswered};
use crate::message::Message;
use crate::policy::Overflow;
use crate::time::Instant;

use super::detour;
use super::header::{Address, Header, attention};
use super::mailbox;
use super::reply::{self, Pending};
use super::system::System;
use super::waiting::{self, What};

/// The waker of the handler that the actor at `address` has in hand.
pub(super) fn waker(address: Address) -> Waker {
    // SAFETY: the table's functions are for the headers of statics.
    unsafe { Waker::from_raw(raw_waker(address.as_ptr().as_ptr().cast_const().cast())) }
}

const fn raw_waker(data: *const ()) -> RawWaker {
    RawWaker::new(data, &WAKER)
}

static WAKER: RawWakerVTable = RawWakerVTable::new(raw_waker, wake, wake, |_| {});

/// # Safety
/// `data` is the header of a static.
unsafe fn wake(data: *const ()) {
    // SAFETY: as the caller says.
    unsafe { &*data.cast::<Header>() }.signal(attention::WAKE);
}

/// Whether `waker` is that of the actor at `address`: it waits for itself.
fn is_own(waker: &Waker, address: Address) -> bool {
    core::ptr::eq(waker.vtable(), &raw const WAKER)
        && NonNull::new(waker.data().cast_mut().cast()) == Some(address.as_ptr())
}

impl Address {
    fn now(self) -> Instant {
        critical_section::with(|cs| self.header().system(cs)).map_or(Instant::ZERO, System::now)
    }

    pub(super) fn deadline(self, limit: Limit) -> Option<Instant> {
        match limit {
            Limit::Default => None,
            Limit::Within(limit) => Some(self.now().saturating_add(limit)),
            Limit::Until(moment) => Some(moment),
        }
    }

    fn is_past(self, deadline: Option<Instant>) -> bool {
        deadline.is_some_and(|moment| self.now() >= moment)
    }

    /// A message in the mailbox has its turn whatever its `limit`: there is no place to keep one.
    #[inline]
    pub(crate) fn tell<A: Actor>(self, message: A::Message, _: Limit) -> Result<(), (A::Message, Reason)> {
        // SAFETY: the address is in a `Ref<A>`, so its ring holds messages of an `A`.
        match unsafe { mailbox::push::<A>(self, message) } {
            Ok(()) => Ok(()),
            Err((message, reason)) => self.overflow::<A>(message, reason),
        }
    }

    /// Deals with a message that found no room, as the overflow policy says.
    #[cold]
    fn overflow<A: Actor>(self, message: A::Message, reason: Reason) -> Result<(), (A::Message, Reason)> {
        match (reason, A::OPTIONS.overflow) {
            (Reason::Full, Overflow::DropNewest) => message.refuse(Unanswered::Dropped),
            (Reason::Full, Overflow::DropOldest) => {
                // SAFETY: the address is in a `Ref<A>`, so its ring holds messages of an `A`.
                let (oldest, pushed) = unsafe { mailbox::replace_oldest::<A>(self, message) };
                oldest.into_iter().for_each(|oldest| oldest.refuse(Unanswered::Dropped));
                // There is no oldest where all room is kept for answers.
                pushed.into_iter().for_each(|newest| newest.refuse(Unanswered::Dropped));
            }
            (reason, _) => return Err((message, reason)),
        }
        Ok(())
    }

    /// As [`tell`](Self::tell), for somebody who may wait for room: `Full` then means that `waker` is woken.
    fn tell_or_wait<A: Actor>(self, message: A::Message, waker: &Waker) -> Result<(), (A::Message, TellError, bool)> {
        let (message, reason) = match self.tell::<A>(message, Limit::Default) {
            Ok(()) => return Ok(()),
            Err(refused) => refused,
        };
        match (reason, A::OPTIONS.overflow) {
            (Reason::Stopped, _) => return Err((message, TellError::Stopped, false)),
            (Reason::Full, Overflow::Reject) => return Err((message, TellError::Full, false)),
            (Reason::Full, Overflow::Wait | Overflow::DropNewest | Overflow::DropOldest) => {}
        }
        if is_own(waker, self) {
            return Err((message, TellError::WouldDeadlock, false));
        }
        if !waiting::wait(self, What::Room, waker) {
            return Err((message, TellError::Full, false));
        }
        detour::open();
        self.header().signal(attention::ROOM);
        // Room may have come before the place in the table did.
        self.tell::<A>(message, Limit::Default).map_err(|(message, reason)| match reason {
            Reason::Full => (message, TellError::Full, true),
            Reason::Stopped => (message, TellError::Stopped, false),
        })
    }

    pub(crate) fn stopped(self) -> Stopped {
        Stopped(self)
    }
}

/// See [`crate::backend::Sending`].
pub(crate) struct Sending<'a, A: Actor> {
    address: Address,
    borrowed: PhantomData<&'a ()>,
    message: Option<A::Message>,
    limit: Limit,
}

// Nothing in it is pinned: a message is moved whole.
impl<A: Actor> Unpin for Sending<'_, A> {}

impl<'a, A: Actor> Sending<'a, A> {
    #[inline]
    pub(crate) fn new(address: &'a Address, message: A::Message, limit: Limit) -> Self {
        Self { address: *address, borrowed: PhantomData, message: Some(message), limit }
    }
}

impl<A: Actor> Future for Sending<'_, A> {
    type Output = Result<(), TellError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        // Polled after its end.
        let Some(message) = this.message.take() else { return Poll::Pending };
        match this.address.tell_or_wait::<A>(message, cx.waker()) {
            Ok(()) => Poll::Ready(Ok(())),
            Err((message, _, true)) => {
                let deadline = this.address.deadline(this.limit);
                if this.address.is_past(deadline) {
                    return Poll::Ready(Err(TellError::Timeout));
                }
                this.limit = deadline.map_or(Limit::Default, Limit::Until);
                this.message = Some(message);
                Poll::Pending
            }
            Err((_, error, false)) => Poll::Ready(Err(error)),
        }
    }
}

/// See [`crate::backend::Asking`].
pub(crate) struct Asking<'a, A: Actor, K: Kind> {
    address: Address,
    borrowed: PhantomData<&'a ()>,
    stage: Stage<A, K>,
}

enum Stage<A: Actor, K: Kind> {
    Fresh { message: A::Message, attach: K::Attach<A::Message>, limit: Limit },
    Waiting(Waiting<A, K>),
    Over,
}

struct Waiting<A: Actor, K: Kind> {
    pending: Pending<K::Value>,
    handler: &'static str,
    deadline: Option<Instant>,
    /// The message, while it waits for room.
    unsent: Option<A::Message>,
}

// Nothing in it is pinned: messages and values are moved whole.
impl<A: Actor, K: Kind> Unpin for Asking<'_, A, K> {}

impl<'a, A: Actor, K: Kind> Asking<'a, A, K> {
    #[inline]
    pub(crate) fn new(address: &'a Address, message: A::Message, attach: K::Attach<A::Message>, limit: Limit) -> Self {
        Self { address: *address, borrowed: PhantomData, stage: Stage::Fresh { message, attach, limit } }
    }

    /// Gives the message its reply.
    fn begin(
        &self,
        mut message: A::Message,
        attach: K::Attach<A::Message>,
        limit: Limit,
        waker: &Waker,
    ) -> Result<Waiting<A, K>, TellError> {
        if is_own(waker, self.address) {
            return Err(TellError::WouldDeadlock);
        }
        let (pending, reply) = reply::pair::<K::Value>().ok_or(TellError::Full)?;
        let handler = A::PROTOCOL.messages.get(message.index()).copied().unwrap_or_default();
        drop(K::attach(attach, &mut message, reply));
        let timeout = || A::OPTIONS.ask_timeout.map(|timeout| self.address.now().saturating_add(timeout));
        let deadline = self.address.deadline(limit).or_else(timeout);
        Ok(Waiting { pending, handler, deadline, unsent: Some(message) })
    }

    fn poll_waiting(&self, waiting: &mut Waiting<A, K>, waker: &Waker) -> Poll<K::Output> {
        if let Some(message) = waiting.unsent.take() {
            match self.address.tell_or_wait::<A>(message, waker) {
                Ok(()) => {}
                Err((message, _, true)) => waiting.unsent = Some(message),
                Err((_, error, false)) => return Poll::Ready(K::unsent(error)),
            }
        }
        if let Poll::Ready(answer) = waiting.pending.poll(waker) {
            return Poll::Ready(K::output(answer, waiting.handler));
        }
        if self.address.is_past(waiting.deadline) {
            return Poll::Ready(K::output(Err(Unanswered::Expired), waiting.handler));
        }
        Poll::Pending
    }
}

impl<A: Actor, K: Kind> Future for Asking<'_, A, K> {
    type Output = K::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<K::Output> {
        let this = self.get_mut();
        let mut waiting = match replace(&mut this.stage, Stage::Over) {
            Stage::Fresh { message, attach, limit } => match this.begin(message, attach, limit, cx.waker()) {
                Ok(waiting) => waiting,
                Err(error) => return Poll::Ready(K::unsent(error)),
            },
            Stage::Waiting(waiting) => waiting,
            // Polled after its end.
            Stage::Over => return Poll::Pending,
        };
        let polled = this.poll_waiting(&mut waiting, cx.waker());
        if polled.is_pending() {
            this.stage = Stage::Waiting(waiting);
        }
        polled
    }
}

/// See [`crate::backend::Stopped`].
pub(crate) struct Stopped(Address);

impl Future for Stopped {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let address = self.get_mut().0;
        if !address.is_alive() {
            return Poll::Ready(());
        }
        // Where the table is full, whoever waits looks again and again.
        if !waiting::wait(address, What::End, cx.waker()) {
            cx.waker().wake_by_ref();
        }
        if address.is_alive() { Poll::Pending } else { Poll::Ready(()) }
    }
}
