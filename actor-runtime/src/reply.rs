//! The duty to answer one ask: sent once, or dropped and so answered with why there is no answer. Keeps
//! `ask_resolves` on the answering side.
//!
//! A reply is a pointer and a function, whatever waits at the other end: a slot of the tokio backend, a
//! place on an asker's stack, a static slot, or the mailbox of an actor that asked with `.then(..)`.

#[cfg(any(feature = "tokio", feature = "bare-metal"))]
use core::any::TypeId;
use core::fmt;
use core::future::{Future, poll_fn};
use core::marker::PhantomData;
use core::pin::pin;
use core::ptr::NonNull;

use crate::error::Unanswered;

/// Takes an answer to where it is awaited, and frees what was kept for it.
///
/// # Safety
/// Called at most once with the `data` it was registered with.
pub(crate) type Deliver<T> = unsafe fn(data: *const (), answer: Result<T, Unanswered>);

/// The duty to answer an ask with a `T`.
///
/// A handler takes it as a parameter when it cannot answer at once, keeps it, and answers later with
/// [`send`](Reply::send). Sending twice does not compile; dropping it answers the asker with
/// [`AskError::NoReply`](crate::error::AskError::NoReply), or with [`Failed`](crate::error::AskError::Failed) where the
/// handler that was given it drops it and fails.
#[must_use = "an asker waits for this reply; dropping it answers with `NoReply`"]
pub struct Reply<T> {
    data: *const (),
    /// `None` where nobody waits.
    deliver: Option<Deliver<T>>,
    owns: PhantomData<T>,
}

// SAFETY: `from_raw` demands that `deliver` may be called from any thread when `T` is `Send`.
#[allow(unsafe_code)]
unsafe impl<T: Send> Send for Reply<T> {}

// SAFETY: a shared reply can be asked whether it is awaited, and nothing else; so that errors which carry a call can be
// any `Box<dyn Error + Send + Sync>`.
#[allow(unsafe_code)]
unsafe impl<T: Send> Sync for Reply<T> {}

impl<T> Reply<T> {
    /// A reply nobody waits for: what a told ask handler is given.
    pub const fn discarded() -> Self {
        Self { data: core::ptr::null(), deliver: None, owns: PhantomData }
    }

    /// A reply that ends in `deliver(data, answer)`.
    ///
    /// # Safety
    /// `deliver` may be called once with `data`, at any later time, and from any thread if `T: Send`.
    #[allow(unsafe_code)]
    pub(crate) const unsafe fn from_raw(data: *const (), deliver: Deliver<T>) -> Self {
        Self { data, deliver: Some(deliver), owns: PhantomData }
    }

    /// Answers the asker. The value is dropped where nobody waits any more.
    pub fn send(mut self, value: T) {
        self.deliver(Ok(value));
    }

    /// Puts `other` in the place of this one, which comes back.
    #[doc(hidden)]
    pub fn swap(&mut self, other: Self) -> Self {
        core::mem::replace(self, other)
    }

    /// Whether anybody was waiting when the message was sent.
    pub fn is_awaited(&self) -> bool {
        self.deliver.is_some()
    }

    /// Tells the asker why there will be no answer.
    #[doc(hidden)]
    pub fn refuse(mut self, why: Unanswered) {
        self.deliver(Err(why));
    }

    #[inline]
    fn deliver(&mut self, answer: Result<T, Unanswered>) {
        if let Some(deliver) = self.deliver.take() {
            // SAFETY: taken out, so this is the only call with this `data`; see `from_raw`.
            #[allow(unsafe_code)]
            unsafe {
                deliver(self.data, answer);
            }
        }
    }
}

impl<T> Drop for Reply<T> {
    #[inline]
    fn drop(&mut self) {
        if self.deliver.is_some() {
            self.drop_unsent();
        }
    }
}

impl<T> Reply<T> {
    #[inline]
    fn drop_unsent(&mut self) {
        if crate::backend::owes() && self.is_owed() {
            self.leave_to_debt();
        } else {
            self.deliver(Err(crate::backend::why_dropped()));
        }
    }

    /// Whether the handler in hand owes it.
    fn is_owed(&self) -> bool {
        let debt = crate::backend::replace_debt(None);
        let is_it = |debt: &Debt| debt.dropped.is_none() && debt.owed.0 == self.data.addr();
        let is_owed = debt.as_ref().is_some_and(is_it);
        crate::backend::replace_debt(debt);
        is_owed
    }

    /// The asker is told when the handler in hand has returned.
    #[cold]
    fn leave_to_debt(&mut self) {
        let Some(deliver) = self.deliver.take().and_then(|deliver| NonNull::new(deliver as *mut ())) else { return };
        let dropped = Some(Dropped { data: self.data, deliver, refuse: Dropped::refuse::<T> });
        let debt = crate::backend::replace_debt(None).map(|debt| Debt { dropped, ..debt });
        crate::backend::replace_debt(debt);
    }
}

/// A reply that was dropped, without the type of its value: somebody has still to be told why.
#[must_use = "an asker waits to be told"]
pub(crate) struct Dropped {
    data: *const (),
    /// A [`Deliver`] for some type.
    deliver: NonNull<()>,
    /// Calls it with what needs no such type.
    refuse: unsafe fn(*const (), NonNull<()>, Unanswered),
}

#[allow(unsafe_code)]
impl Dropped {
    /// # Safety
    /// `deliver` is a `Deliver<T>` that may be called with `data`.
    unsafe fn refuse<T>(data: *const (), deliver: NonNull<()>, why: Unanswered) {
        // SAFETY: as the caller says; a function pointer has the size of a pointer.
        let deliver = unsafe { core::mem::transmute::<*mut (), Deliver<T>>(deliver.as_ptr()) };
        // SAFETY: as the caller says.
        unsafe { deliver(data, Err(why)) };
    }

    /// Tells the asker.
    fn tell(self, why: Unanswered) {
        // SAFETY: the three were taken from one reply, and this is the only call: nothing copies them.
        unsafe { (self.refuse)(self.data, self.deliver, why) };
    }
}

/// Which reply a handler owes that may fail: where it drops it, the asker is told what became of the handler.
#[doc(hidden)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Owed(usize);

/// What the handler in hand owes, and the reply once that was dropped: whether the handler failed is known when it has
/// returned.
pub(crate) struct Debt {
    owed: Owed,
    dropped: Option<Dropped>,
}

#[doc(hidden)]
impl Owed {
    #[inline]
    pub fn of<T>(reply: &Reply<T>) -> Self {
        Self(reply.data.addr())
    }

    /// The handler that owes it runs until what comes back is told how it ended, or dropped.
    #[inline]
    pub fn enter(self) -> InHand {
        InHand { outer: crate::backend::enter_debt(Debt { owed: self, dropped: None }) }
    }

    /// Awaits the handler that owes it. What is dropped before the last poll is told at the end of its poll.
    pub async fn during<F: Future>(self, handler: F) -> (F::Output, InHand) {
        let mut handler = pin!(handler);
        poll_fn(|cx| {
            let in_hand = self.enter();
            handler.as_mut().poll(cx).map(|output| (output, in_hand))
        })
        .await
    }
}

/// A handler that owes a reply runs on this thread, until dropped.
#[doc(hidden)]
pub struct InHand {
    outer: Option<Debt>,
}

impl InHand {
    /// The handler has ended.
    #[inline]
    pub(crate) fn end(mut self, failed: bool) {
        if failed {
            self.settle(Some(Unanswered::Failed));
            // It is empty, and settled once.
            core::mem::forget(self);
        }
    }

    /// Tells the asker whose reply was dropped, if it was; without a reason, of what replies are dropped for now.
    #[inline]
    fn settle(&mut self, why: Option<Unanswered>) {
        let outer = self.outer.take();
        let debt = crate::backend::replace_debt(outer);
        if let Some(dropped) = debt.and_then(|debt| debt.dropped) {
            dropped.tell(why.unwrap_or_else(crate::backend::why_dropped));
        }
    }
}

impl Drop for InHand {
    #[inline]
    fn drop(&mut self) {
        self.settle(None);
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("is_awaited", &self.is_awaited()).finish()
    }
}

/// The reply of a told handler without the type of its error: what somebody waits for with `.done()`.
#[cfg(any(feature = "tokio", feature = "bare-metal"))]
pub struct Duty {
    data: *const (),
    /// A [`Deliver`] for `Result<(), E>`; `None` once it was used.
    deliver: Option<NonNull<()>>,
    /// Calls it with what needs no `E`.
    settle: unsafe fn(*const (), NonNull<()>, Result<(), Unanswered>),
    error: TypeId,
}

// SAFETY: made from a reply that is `Send`.
#[cfg(any(feature = "tokio", feature = "bare-metal"))]
#[allow(unsafe_code)]
unsafe impl Send for Duty {}

#[cfg(any(feature = "tokio", feature = "bare-metal"))]
#[allow(unsafe_code)]
impl Duty {
    /// Takes the type off a reply.
    ///
    /// # Errors
    /// The reply, where nobody waits.
    pub(crate) fn of<E: Send>(mut reply: Reply<Result<(), E>>) -> Result<Self, Reply<Result<(), E>>> {
        match reply.deliver.take().and_then(|deliver| NonNull::new(deliver as *mut ())) {
            Some(deliver) => Ok(Self {
                data: reply.data,
                deliver: Some(deliver),
                settle: Self::settle::<E>,
                error: typeid::of::<E>(),
            }),
            None => Err(reply),
        }
    }

    /// # Safety
    /// `deliver` is a `Deliver<Result<(), E>>` that may be called with `data`.
    unsafe fn settle<E>(data: *const (), deliver: NonNull<()>, outcome: Result<(), Unanswered>) {
        // SAFETY: as the caller says; a function pointer has the size of a pointer.
        let deliver = unsafe { core::mem::transmute::<*mut (), Deliver<Result<(), E>>>(deliver.as_ptr()) };
        // SAFETY: as the caller says.
        unsafe { deliver(data, outcome.map(Ok)) };
    }

    fn end(&mut self, outcome: Result<(), Unanswered>) {
        if let Some(deliver) = self.deliver.take() {
            // SAFETY: the three were taken from one reply, and this is the only call.
            unsafe { (self.settle)(self.data, deliver, outcome) };
        }
    }

    /// The handler has run.
    pub(crate) fn fulfil(mut self) {
        self.end(Ok(()));
    }

    /// Tells whoever waits why the handler has not run to its end.
    pub(crate) fn refuse(mut self, why: Unanswered) {
        self.end(Err(why));
    }

    /// The reply, with its type.
    ///
    /// # Errors
    /// The duty, where `E` is another type than that of the reply.
    pub(crate) fn into_reply<E>(mut self) -> Result<Reply<Result<(), E>>, Self> {
        if self.error != typeid::of::<E>() {
            return Err(self);
        }
        let deliver = self.deliver.take().map(|deliver| {
            // SAFETY: it was made from such a function, for this `E`; what it borrows, if anything, it borrows for ever, as
            // what a handler answers with does.
            unsafe { core::mem::transmute::<*mut (), Deliver<Result<(), E>>>(deliver.as_ptr()) }
        });
        Ok(Reply { data: self.data, deliver, owns: PhantomData })
    }
}

#[cfg(any(feature = "tokio", feature = "bare-metal"))]
impl Drop for Duty {
    fn drop(&mut self) {
        if self.deliver.is_some() {
            self.end(Err(crate::backend::why_dropped()));
        }
    }
}
