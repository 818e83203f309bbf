//! The future of a tell: it waits for room, where the overflow policy wants that.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use crate::actor::Actor;
use crate::call::Limit;
use crate::error::TellError;

use super::super::address::{Address, Borrowed};
use super::super::ambient::Ambient;
use super::super::mailbox::{Deadline, Pushed, Waited};
use super::super::spans::{Cause, Trace, Traced};
use super::super::waits::Wait;
use super::waiting::{Line, Patience, Rare, begin_wait, look_for_circle, prepare_wait};

/// See [`crate::backend::Sending`].
pub(crate) struct Sending<'a, A: Actor> {
    address: Borrowed<'a>,
    stage: SendStage<'a, A>,
}

enum SendStage<'a, A: Actor> {
    /// The message is gone when the call is over. It is moved from here into the queue at once: taking the stage
    /// apart cost two copies of it.
    Fresh {
        message: Option<Traced<A::Message>>,
        limit: Limit,
    },
    Waiting(Rare<ForRoom<'a, A>>),
}

/// A sender that waits for room.
struct ForRoom<'a, A: Actor> {
    line: Line<'a, A>,
    wait: Option<Wait<'a>>,
    patience: Patience<'a>,
}

impl<A: Actor> SendStage<'_, A> {
    const OVER: Self = Self::Fresh { message: None, limit: Limit::Default };
}

// Nothing in it is pinned: a message is moved whole.
impl<A: Actor> Unpin for Sending<'_, A> {}

impl<'a, A: Actor> Sending<'a, A> {
    #[inline]
    pub(crate) fn new(address: &'a Address, message: A::Message, limit: Limit) -> Self {
        Self { address: address.borrow(), stage: SendStage::Fresh { message: Some(message.into()), limit } }
    }

    /// Deals with a push that did not let the message in at once.
    #[cold]
    #[inline(never)]
    fn refused(&mut self, mut pushed: Pushed, deadline: Deadline, waker: &Waker) -> Poll<Result<(), TellError>> {
        let SendStage::Fresh { message, .. } = &mut self.stage else { return self.poll_waiting(waker, false) };
        let mut message = message.take();
        loop {
            match pushed {
                Pushed::Queued | Pushed::QueuedFirst | Pushed::DroppedNewest | Pushed::DroppedOldest => {
                    return Poll::Ready(Ok(()));
                }
                Pushed::Closed => return Poll::Ready(Err(TellError::Stopped)),
                Pushed::Full => return Poll::Ready(Err(TellError::Full)),
                Pushed::MustWait if Ambient::is(self.address.as_ptr()) => {
                    if let Err(cycle) = look_for_circle(self.address) {
                        cycle.tell(&self.address.header().core);
                    }
                    return Poll::Ready(Err(TellError::WouldDeadlock));
                }
                Pushed::MustWait => {}
            }
            let wait = prepare_wait(self.address, None, waker);
            match Line::join(self.address, &mut message, deadline, waker) {
                Some(line) => {
                    let patience = Patience::new(deadline, false);
                    self.stage = SendStage::Waiting(Rare::new(ForRoom { line, wait, patience }));
                    return self.poll_waiting(waker, true);
                }
                None => pushed = self.address.push::<A>(&mut message, deadline),
            }
        }
    }

    #[cold]
    fn poll_waiting(&mut self, waker: &Waker, first: bool) -> Poll<Result<(), TellError>> {
        let SendStage::Waiting(waiting) = &mut self.stage else {
            panic!("a call is not polled after it has ended");
        };
        let ForRoom { line, patience, wait } = &mut *waiting.0;
        let core = &*self.address.header().core;
        if !first {
            *wait = prepare_wait(self.address, wait.take(), waker);
        }
        let result = match line.poll(waker) {
            Waited::Admitted => Ok(()),
            Waited::Closed => Err(TellError::Stopped),
            Waited::Waiting if patience.is_over(core, waker, false) => Err(TellError::Timeout),
            Waited::Waiting => match begin_wait(wait.as_ref(), waker) {
                Ok(()) => return Poll::Pending,
                Err(cycle) => {
                    cycle.tell(core);
                    Err(TellError::WouldDeadlock)
                }
            },
        };
        self.stage = SendStage::OVER;
        Poll::Ready(result)
    }
}

impl<A: Actor> Future for Sending<'_, A> {
    type Output = Result<(), TellError>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let SendStage::Fresh { message: message @ Some(_), limit } = &mut this.stage else {
            return this.poll_waiting(cx.waker(), false);
        };
        if Trace::is_wanted()
            && let Some(message) = message
        {
            message.begin::<A>(Cause::Told, this.address.header());
        }
        let deadline = limit.deadline(&this.address.header().core);
        match this.address.push::<A>(message, deadline) {
            Pushed::Queued | Pushed::QueuedFirst | Pushed::DroppedNewest | Pushed::DroppedOldest => Poll::Ready(Ok(())),
            pushed @ (Pushed::Full | Pushed::MustWait | Pushed::Closed) => this.refused(pushed, deadline, cx.waker()),
        }
    }
}
