//! The future of an ask: answered on the stack of who asks, or in its turn.

use core::future::Future;
use core::mem::{forget, replace};
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use ::tokio::task::coop::poll_proceed;

use crate::actor::Actor;
use crate::call::{Kind, Limit};
use crate::error::{TellError, Unanswered};
use crate::message::{Message, Mode};

use super::super::address::{Address, Borrowed};
use super::super::ambient::{Ambient, Until};
use super::super::ask::Ask;
use super::super::cell::Cell;
use super::super::mailbox::{Deadline, Pushed, Waited};
use super::super::reply::{self, Pending};
use super::super::spans::{Cause, Traced};
use super::super::system::in_runtime;
use super::super::waits::{Cycle, Wait};
use super::stack_place::StackPlace;
use super::waiting::{Line, Patience, Rare, begin_wait, look_for_circle, prepare_wait};

/// See [`crate::backend::Asking`].
pub(crate) struct Asking<'a, A: Actor, K: Kind> {
    address: Borrowed<'a>,
    stage: AskStage<'a, A, K>,
}

enum AskStage<'a, A: Actor, K: Kind> {
    /// The message is gone when the ask was answered on the spot.
    Fresh {
        message: Option<A::Message>,
        attach: K::Attach<A::Message>,
        limit: Limit,
    },
    Waiting(Rare<Waiting<'a, A, K>>),
    Over,
}

struct Waiting<'a, A: Actor, K: Kind> {
    pending: Pending<K::Value>,
    /// Where the message still waits for room. Its answer comes through `pending` all the same.
    line: Option<Line<'a, A>>,
    /// Whoever has the reply may hand it on, and then it is not the actor asked who answers.
    delegated: bool,
    wait: Option<Wait<'a>>,
    /// Index of the message, for the name of its handler.
    message: u16,
    patience: Patience<'a>,
    ask: Option<Ask<'a, A>>,
}

impl<A: Actor, K: Kind> Waiting<'_, A, K> {
    /// Whether the actor asked has to go on before this does.
    fn holds_up(&self) -> bool {
        !self.delegated || self.line.is_some()
    }

    /// The answer is not there yet.
    ///
    /// # Errors
    /// The actor asked waits for the handler in hand already.
    fn begin(&mut self, waker: &Waker) -> Result<(), Cycle> {
        if self.delegated {
            // Once it is in, anybody may answer.
            self.line = self.line.take().filter(|line| line.poll(waker) == Waited::Waiting);
        }
        if !self.holds_up() {
            self.wait = None;
        }
        begin_wait(self.wait.as_ref(), waker)
    }
}

// Nothing in it is pinned: messages and values are moved whole.
impl<A: Actor, K: Kind> Unpin for Asking<'_, A, K> {}

impl<'a, A: Actor, K: Kind> Asking<'a, A, K> {
    #[inline]
    pub(crate) fn new(address: &'a Address, message: A::Message, attach: K::Attach<A::Message>, limit: Limit) -> Self {
        Self { address: address.borrow(), stage: AskStage::Fresh { message: Some(message), attach, limit } }
    }

    /// Whether a message may run on this stack: see `ask_inline`.
    #[inline]
    fn may_run_inline(address: Borrowed<'_>, message: &A::Message, limit: Limit) -> bool {
        K::INLINE
            && A::OPTIONS.inline_ask
            && matches!(limit, Limit::Default)
            && matches!(message.mode(), Mode::Sync)
            && address.header().core.allows_inline_asks()
            && !Until::now().is_set()
            && Ambient::has_room()
            && in_runtime()
    }

    /// Runs the handler on this stack. The turn was claimed.
    #[inline(always)]
    fn run_inline(address: Borrowed<'_>, mut message: A::Message, attach: K::Attach<A::Message>) -> K::Output {
        let index = message.index();
        let place = StackPlace::<K::Value>::new();
        // SAFETY: `place` outlives the handler, and `take` makes sure that no reply outlives it.
        let reply = unsafe { place.reply() };
        drop(K::attach(attach, &mut message, reply));
        // SAFETY: the turn was claimed, and an address has the provenance of the allocation.
        unsafe { Cell::<A>::run_inline(address.as_ptr().cast(), message) };
        match place.take() {
            Ok(value) => K::output(Ok(value), ""),
            Err(why) => {
                // One that was answered is counted with its handler.
                Ask::<A>::count(address, why);
                K::output(Err(why), A::PROTOCOL.messages[index])
            }
        }
    }

    /// Counts what became of an ask, where asks are counted.
    fn end(ask: Option<Ask<'_, A>>, answer: &Result<K::Value, Unanswered>) {
        if let Some(ask) = ask {
            ask.end(answer.into());
        }
    }

    /// What an ask comes to whose message never reached the mailbox.
    fn unsent(ask: Option<Ask<'_, A>>, error: TellError) -> Poll<K::Output> {
        if let Some(ask) = ask {
            ask.end(error.into());
        }
        Poll::Ready(K::unsent(error))
    }

    /// Puts the ask into the mailbox.
    #[inline(never)]
    fn send(&mut self, waker: &Waker) -> Poll<K::Output> {
        let AskStage::Fresh { message: Some(mut message), attach, limit } = replace(&mut self.stage, AskStage::Over)
        else {
            panic!("a call is not polled after it has ended");
        };
        // `.done()` is no ask; neither does it run on the stack of who waits.
        let ask = if K::INLINE { Ask::begin(self.address) } else { None };
        let core = &self.address.header().core;
        #[allow(clippy::cast_possible_truncation)]
        let index = message.index() as u16;
        let delegated = matches!(message.mode(), Mode::Delegated);
        let is_own = Ambient::is(self.address.as_ptr());
        if (is_own || !delegated)
            && let Err(cycle) = look_for_circle(self.address)
        {
            cycle.tell(core);
            return Self::unsent(ask, TellError::WouldDeadlock);
        }
        if is_own {
            return Self::unsent(ask, TellError::WouldDeadlock);
        }
        let wait = prepare_wait(self.address, None, waker);
        let (pending, reply) = reply::pair::<K::Value>();
        // What is asked while a message is handled has no more time than that message.
        let mut deadline = limit.deadline(core).min(Until::now());
        // What goes with the message: the deadline, or the mark of its watch.
        let sent_with = match K::duty(K::attach(attach, &mut message, reply)) {
            Ok(duty) => self.address.cell::<A>().mailbox.watch(duty, deadline),
            Err(_) => deadline,
        };
        let message = Traced::new::<A>(message, Cause::Asked, self.address.header());
        let mut message = Some(message);
        let line = loop {
            match self.address.push::<A>(&mut message, sent_with) {
                Pushed::Queued | Pushed::QueuedFirst | Pushed::DroppedNewest | Pushed::DroppedOldest => break None,
                pushed @ (Pushed::Full | Pushed::Closed) => {
                    if sent_with != deadline {
                        drop(self.address.cell::<A>().mailbox.unwatch(sent_with));
                    }
                    let full = pushed == Pushed::Full;
                    return Self::unsent(ask, if full { TellError::Full } else { TellError::Stopped });
                }
                Pushed::MustWait => {
                    let line = Line::join(self.address, &mut message, sent_with, waker);
                    if line.is_some() {
                        break line;
                    }
                }
            }
        };
        let default = matches!(limit, Limit::Default);
        let inherited = deadline;
        if default && let Some(timeout) = A::OPTIONS.ask_timeout {
            deadline = Deadline::at(core.now().saturating_add(timeout)).min(inherited);
        }
        let default = default && deadline != inherited;
        let patience = Patience::new(deadline, default);
        let waiting = Waiting { pending, line, delegated, wait, message: index, patience, ask };
        self.stage = AskStage::Waiting(Rare::new(waiting));
        self.poll_waiting(waker, true)
    }

    fn poll_waiting(&mut self, waker: &Waker, first: bool) -> Poll<K::Output> {
        let AskStage::Waiting(waiting) = &mut self.stage else {
            panic!("a call is not polled after it has ended");
        };
        let waiting = &mut *waiting.0;
        if !first && waiting.holds_up() {
            waiting.wait = prepare_wait(self.address, waiting.wait.take(), waker);
        }
        let answer = match waiting.pending.poll(waker) {
            Poll::Ready(answer) => answer,
            Poll::Pending => {
                let core = &*self.address.header().core;
                let late = waiting.patience.is_over(core, waker, first);
                // Looked at after the deadline was set: who goes down first wakes everybody who has set one.
                if core.is_down() {
                    Err(Unanswered::Stopped)
                } else if late {
                    Err(Unanswered::Expired)
                } else {
                    match waiting.begin(waker) {
                        Ok(()) => return Poll::Pending,
                        Err(cycle) => {
                            cycle.tell(core);
                            let unsent = Self::unsent(waiting.ask.take(), TellError::WouldDeadlock);
                            self.stage = AskStage::Over;
                            return unsent;
                        }
                    }
                }
            }
        };
        Self::end(waiting.ask.take(), &answer);
        let output = K::output(answer, A::PROTOCOL.messages[usize::from(waiting.message)]);
        self.stage = AskStage::Over;
        Poll::Ready(output)
    }
}

impl<A: Actor, K: Kind> Future for Asking<'_, A, K> {
    type Output = K::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<K::Output> {
        let this = self.get_mut();
        let AskStage::Fresh { message, attach, limit } = &mut this.stage else {
            return this.poll_waiting(cx.waker(), false);
        };
        if message.as_ref().is_some_and(|message| Self::may_run_inline(this.address, message, *limit)) {
            // As `consume_budget().await` does, whose future costs more than the budget. Dropped, what was taken would
            // be given back.
            let Poll::Ready(taken) = poll_proceed(cx) else { return Poll::Pending };
            forget(taken);
            if this.address.cell::<A>().mailbox.claim_idle()
                && let Some(message) = message.take()
            {
                return Poll::Ready(Self::run_inline(this.address, message, *attach));
            }
        }
        this.send(cx.waker())
    }
}
