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
use crate::metrics::DeadLetterReason;
use crate::policy::Overflow;
use crate::reply::Duty;
use crate::time::Instant;
use crate::trace_dump::TraceKind;

use super::beside::{self, Packed};
use super::done::{Claim, Watch};
use super::header::{Address, Header, attention};
use super::letters::lose;
use super::mailbox;
use super::reply::{self, Pending};
use super::system::System;
use super::trace_ring;
use super::urgent::{self, Line};
use super::waiting::{self, Ticket, What};

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

/// A message was accepted, and went where nobody handles it.
fn dropped(duty: Option<Duty>) {
    if let Some(duty) = duty {
        duty.refuse(DeadLetterReason::Dropped.into());
    }
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
        self.tell_and_watch::<A, ()>(message, &mut ()).inspect_err(|(_, reason)| self.note_refused(*reason))
    }

    /// As [`tell`](Self::tell), and has `duty` told of the end of the handler.
    pub(crate) fn tell_watched<A: Actor>(
        self,
        message: A::Message,
        _: Limit,
        duty: Duty,
    ) -> Result<(), (A::Message, Duty, Reason)> {
        // The place comes first: a message that was accepted has one.
        let mut watch = match Claim::of(duty, self) {
            Ok(watch) => watch,
            Err(duty) => return Err((message, duty, Reason::Full)),
        };
        match (self.tell_and_watch::<A, _>(message, &mut watch), watch.into_duty()) {
            (Ok(()), left) => {
                dropped(left);
                Ok(())
            }
            (Err((message, reason)), Some(duty)) => {
                self.note_refused(reason);
                Err((message, duty, reason))
            }
            // What is not sent has no place.
            (Err(_), None) => Ok(()),
        }
    }

    #[inline]
    fn tell_and_watch<A: Actor, W: Watch>(
        self,
        message: A::Message,
        watch: &mut W,
    ) -> Result<(), (A::Message, Reason)> {
        let index = message.index();
        let is_urgent = urgent::is_urgent(&message);
        // SAFETY: the address is in a `Ref<A>`, so its slot is that of an `A`.
        let message = match unsafe { beside::pack::<A>(self, message) } {
            Ok(message) => message,
            Err((message, reason)) => return self.without_place::<A>(message, reason),
        };
        if is_urgent {
            // SAFETY: as above, and some of its messages are urgent.
            return unsafe { urgent::push::<A, W>(self, message, index, watch) };
        }
        // SAFETY: the address is in a `Ref<A>`, so its ring holds messages of an `A`.
        match unsafe { mailbox::push::<A, W>(self, message, watch) } {
            Ok(is_traced) => {
                if is_traced {
                    trace_ring::note_of(self, trace_ring::what(TraceKind::Sent, Some(index), 0));
                }
                Ok(())
            }
            Err((message, reason)) => self.overflow::<A, W>(message, index, reason, watch),
        }
    }

    /// Deals with a message of which a part found no place beside the mailbox: it is as one that found no room.
    #[cold]
    fn without_place<A: Actor>(self, message: A::Message, reason: Reason) -> Result<(), (A::Message, Reason)> {
        match (reason, A::OPTIONS.overflow) {
            (Reason::Full, Overflow::DropNewest | Overflow::DropOldest) => {
                lose::<A>(self, message, DeadLetterReason::Dropped)
            }
            (Reason::Full | Reason::Stopped, _) => return Err((message, reason)),
        }
        Ok(())
    }

    /// A message is given back.
    fn note_refused(self, reason: Reason) {
        trace_ring::note_at(self, TraceKind::Refused, None, u8::from(matches!(reason, Reason::Stopped)));
    }

    /// Deals with a message that found no room, as the overflow policy says.
    #[cold]
    fn overflow<A: Actor, W: Watch>(
        self,
        message: Packed<A>,
        index: usize,
        reason: Reason,
        watch: &mut W,
    ) -> Result<(), (A::Message, Reason)> {
        // SAFETY: it was packed for this actor.
        let unpack = |message| unsafe { beside::unpack::<A>(self, message) };
        let lose = |message| lose::<A>(self, message, DeadLetterReason::Dropped);
        match (reason, A::OPTIONS.overflow) {
            (Reason::Full, Overflow::DropNewest) => lose(unpack(message)),
            (Reason::Full, Overflow::DropOldest) => {
                // SAFETY: the address is in a `Ref<A>`, so its ring holds messages of an `A`.
                match unsafe { mailbox::replace_oldest::<A, W>(self, message, watch) } {
                    Ok(oldest) => {
                        trace_ring::note_at(self, TraceKind::Sent, Some(index), 0);
                        oldest.into_iter().for_each(|oldest| lose(unpack(oldest)));
                    }
                    // All room is kept for answers.
                    Err((newest, Reason::Full)) => lose(unpack(newest)),
                    Err((newest, Reason::Stopped)) => return Err((unpack(newest), Reason::Stopped)),
                }
            }
            (reason, _) => return Err((unpack(message), reason)),
        }
        Ok(())
    }

    /// As [`tell`](Self::tell), for somebody who may wait for room, within `limit`: without an error, `waker` is woken.
    #[inline]
    fn tell_or_wait<A: Actor, W: Watch>(
        self,
        message: A::Message,
        limit: &mut Limit,
        ticket: &mut Ticket,
        waker: &Waker,
        watch: &mut W,
    ) -> Result<(), (A::Message, Option<TellError>)> {
        let sent = if ticket.is_some() {
            self.enter::<A, W>(message, limit, ticket, waker, watch)
        } else {
            match self.tell_and_watch::<A, W>(message, watch) {
                Ok(()) => Ok(()),
                Err((message, Reason::Stopped)) => Err((message, Some(TellError::Stopped))),
                Err((message, Reason::Full)) => self.join::<A, W>(message, limit, ticket, waker, watch),
            }
        };
        // One that waits is told of when it is sent, or is not.
        if let Err((_, Some(error))) = &sent {
            self.note_refused(if *error == TellError::Stopped { Reason::Stopped } else { Reason::Full });
        }
        sent
    }

    /// Joins those who wait for room, if they may.
    #[cold]
    fn join<A: Actor, W: Watch>(
        self,
        message: A::Message,
        limit: &mut Limit,
        ticket: &mut Ticket,
        waker: &Waker,
        watch: &mut W,
    ) -> Result<(), (A::Message, Option<TellError>)> {
        if matches!(A::OPTIONS.overflow, Overflow::Reject) {
            return Err((message, Some(TellError::Full)));
        }
        if is_own(waker, self) {
            return Err((message, Some(TellError::WouldDeadlock)));
        }
        let due = self.deadline(*limit);
        *limit = due.map_or(Limit::Default, Limit::Until);
        let waits = if urgent::is_urgent(&message) {
            // SAFETY: the address is in a `Ref<A>`, some of whose messages are urgent.
            unsafe { urgent::join(ticket, self, waker, due) }
        } else {
            ticket.wait_for_room(self, waker, due)
        };
        if !waits {
            return Err((message, Some(TellError::Full)));
        }
        // Room may have come before the place in the table did.
        self.enter::<A, W>(message, limit, ticket, waker, watch)
    }

    /// Enters the mailbox if it is this one's turn, and waits on if it is not.
    #[cold]
    fn enter<A: Actor, W: Watch>(
        self,
        message: A::Message,
        limit: &Limit,
        ticket: &mut Ticket,
        waker: &Waker,
        watch: &mut W,
    ) -> Result<(), (A::Message, Option<TellError>)> {
        let due = self.deadline(*limit);
        ticket.wait(self, What::Room, waker, due);
        let is_urgent = urgent::is_urgent(&message);
        if const { beside::has_values::<A>() } {
            // First of all: a place that is taken and given back would have others look for nothing.
            let turn = if is_urgent {
                // SAFETY: the address is in a `Ref<A>`, some of whose messages are urgent; the ticket is from `join`.
                unsafe { urgent::turn(ticket, self) }
            } else {
                ticket.turn(self)
            };
            if let Err(waits) = turn {
                return Err((message, self.why_outside(waits, due)));
            }
        }
        let index = message.index();
        // SAFETY: the address is in a `Ref<A>`, so its slot is that of an `A`.
        let message = match unsafe { beside::pack::<A>(self, message) } {
            Ok(message) => message,
            // It keeps its turn, and what room it has, until there is a place beside the mailbox as well.
            Err((message, reason)) => return Err((message, self.why_outside(matches!(reason, Reason::Full), due))),
        };
        let entered = if is_urgent {
            // SAFETY: the address is in a `Ref<A>`, some of whose messages are urgent; the ticket is from `join`.
            unsafe { urgent::enter::<A, W>(ticket, self, message, watch) }
        } else {
            // SAFETY: the address is in a `Ref<A>`, so its slot is that of an `A`.
            unsafe { ticket.enter::<A, W>(self, message, watch) }
        };
        let Err((message, waits)) = entered else {
            trace_ring::note_at(self, TraceKind::Sent, Some(index), 0);
            return Ok(());
        };
        // SAFETY: it was packed for this actor.
        let message = unsafe { beside::unpack::<A>(self, message) };
        Err((message, self.why_outside(waits, due)))
    }

    /// Why a message does not enter; nothing where its sender `waits` on.
    fn why_outside(self, waits: bool, due: Option<Instant>) -> Option<TellError> {
        if !waits { Some(TellError::Stopped) } else { self.is_past(due).then_some(TellError::Timeout) }
    }

    pub(crate) fn stopped(self) -> Stopped {
        Stopped { address: self, ticket: Ticket::NONE }
    }
}

/// See [`crate::backend::Sending`].
pub(crate) struct Sending<'a, A: Actor> {
    address: Address,
    borrowed: PhantomData<&'a ()>,
    message: Option<A::Message>,
    limit: Limit,
    line: Line<A>,
}

// Nothing in it is pinned: a message is moved whole.
impl<A: Actor> Unpin for Sending<'_, A> {}

impl<'a, A: Actor> Sending<'a, A> {
    #[inline]
    pub(crate) fn new(address: &'a Address, message: A::Message, limit: Limit) -> Self {
        Self { address: *address, borrowed: PhantomData, message: Some(message), limit, line: Line::NONE }
    }
}

impl<A: Actor> Future for Sending<'_, A> {
    type Output = Result<(), TellError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        // Polled after its end.
        let Some(message) = this.message.take() else { return Poll::Pending };
        match this.address.tell_or_wait::<A, ()>(message, &mut this.limit, &mut this.line.ticket, cx.waker(), &mut ()) {
            Ok(()) => Poll::Ready(Ok(())),
            Err((_, Some(error))) => {
                // Its turn is the next one's, even where this is kept.
                this.line = Line::NONE;
                Poll::Ready(Err(error))
            }
            Err((message, None)) => {
                this.message = Some(message);
                Poll::Pending
            }
        }
    }
}

/// See [`crate::backend::Asking`].
pub(crate) struct Asking<'a, A: Actor, K: Kind> {
    address: Address,
    borrowed: PhantomData<&'a ()>,
    stage: Stage<A, K>,
    /// Of one that waits for a place for its answer, and then for room.
    line: Line<A>,
}

enum Stage<A: Actor, K: Kind> {
    /// There is no place for the answer so far.
    Fresh {
        message: A::Message,
        attach: K::Attach<A::Message>,
        limit: Limit,
    },
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

/// A stage, or what comes of the ask.
type Next<A, K> = Result<Stage<A, K>, <K as Kind>::Output>;

// Nothing in it is pinned: messages and values are moved whole.
impl<A: Actor, K: Kind> Unpin for Asking<'_, A, K> {}

fn handler<A: Actor>(message: &A::Message) -> &'static str {
    A::PROTOCOL.messages.get(message.index()).copied().unwrap_or_default()
}

impl<'a, A: Actor, K: Kind> Asking<'a, A, K> {
    #[inline]
    pub(crate) fn new(address: &'a Address, message: A::Message, attach: K::Attach<A::Message>, limit: Limit) -> Self {
        let stage = Stage::Fresh { message, attach, limit };
        Self { address: *address, borrowed: PhantomData, stage, line: Line::NONE }
    }

    /// Gives the message its reply, or waits for a place for the answer.
    fn begin(
        &mut self,
        mut message: A::Message,
        attach: K::Attach<A::Message>,
        limit: Limit,
        waker: &Waker,
    ) -> Next<A, K> {
        if is_own(waker, self.address) {
            return Err(K::unsent(TellError::WouldDeadlock));
        }
        let timeout = || A::OPTIONS.ask_timeout.map(|timeout| self.address.now().saturating_add(timeout));
        let deadline = self.address.deadline(limit).or_else(timeout);
        let Some((pending, reply)) = reply::pair::<K::Value>(deadline) else {
            return self.queue(message, attach, deadline, waker);
        };
        self.line.ticket.take();
        let handler = handler::<A>(&message);
        let left = K::attach(attach, &mut message, reply);
        if const { K::WATCHED } {
            // It is made again for each try to send the message.
            core::mem::forget(left);
        } else {
            drop(left);
        }
        self.go_on(Waiting { pending, handler, deadline, unsent: Some(message) }, waker)
    }

    #[cold]
    fn queue(
        &mut self,
        message: A::Message,
        attach: K::Attach<A::Message>,
        deadline: Option<Instant>,
        waker: &Waker,
    ) -> Next<A, K> {
        if self.address.is_past(deadline) {
            return Err(K::output(Err(Unanswered::Expired), handler::<A>(&message)));
        }
        if !self.line.ticket.wait(self.address, What::Answer, waker, deadline) {
            return Err(K::unsent(TellError::Full));
        }
        // A place may have come before this one stood in the line.
        if reply::has_room() {
            waiting::answer();
        }
        Ok(Stage::Fresh { message, attach, limit: deadline.map_or(Limit::Default, Limit::Until) })
    }

    /// Sends the message if it may, and has the end of its handler be the answer where it has no place for a reply.
    #[inline]
    fn send(
        &mut self,
        message: A::Message,
        limit: &mut Limit,
        pending: &Pending<K::Value>,
        waker: &Waker,
    ) -> Result<(), (A::Message, Option<TellError>)> {
        let ticket = &mut self.line.ticket;
        if const { !K::WATCHED } {
            return self.address.tell_or_wait::<A, ()>(message, limit, ticket, waker, &mut ());
        }
        let Some(Ok(mut watch)) = K::duty(pending.reply()).ok().map(|duty| Claim::of(duty, self.address)) else {
            return Err((message, Some(TellError::Full)));
        };
        let sent = self.address.tell_or_wait::<A, _>(message, limit, ticket, waker, &mut watch);
        match (&sent, watch.into_duty()) {
            (Ok(()), left) => dropped(left),
            // It would answer; the next try makes it again.
            (Err(_), left) => core::mem::forget(left),
        }
        sent
    }

    /// Sends what has not been sent, and looks for the answer.
    fn go_on(&mut self, mut waiting: Waiting<A, K>, waker: &Waker) -> Next<A, K> {
        if let Some(message) = waiting.unsent.take() {
            let mut limit = waiting.deadline.map_or(Limit::Default, Limit::Until);
            match self.send(message, &mut limit, &waiting.pending, waker) {
                Ok(()) => {}
                Err((message, None)) => waiting.unsent = Some(message),
                Err((_, Some(error))) => return Err(K::unsent(error)),
            }
        }
        if let Poll::Ready(answer) = waiting.pending.poll(waker) {
            return Err(K::output(answer, waiting.handler));
        }
        if self.address.is_past(waiting.deadline) {
            return Err(K::output(Err(Unanswered::Expired), waiting.handler));
        }
        Ok(Stage::Waiting(waiting))
    }
}

impl<A: Actor, K: Kind> Future for Asking<'_, A, K> {
    type Output = K::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<K::Output> {
        let this = self.get_mut();
        let next = match replace(&mut this.stage, Stage::Over) {
            Stage::Fresh { message, attach, limit } => this.begin(message, attach, limit, cx.waker()),
            Stage::Waiting(waiting) => this.go_on(waiting, cx.waker()),
            // Polled after its end.
            Stage::Over => return Poll::Pending,
        };
        match next {
            Ok(stage) => {
                this.stage = stage;
                Poll::Pending
            }
            Err(output) => {
                // As above.
                this.line = Line::NONE;
                Poll::Ready(output)
            }
        }
    }
}

/// See [`crate::backend::Stopped`].
pub(crate) struct Stopped {
    address: Address,
    ticket: Ticket,
}

impl Future for Stopped {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let waits = this.ticket.wait(this.address, What::End, cx.waker(), None);
        // An actor that has ended may have been started again meanwhile; a ticket knows.
        if !this.address.is_alive() || (waits && this.ticket.has_come()) {
            this.ticket.leave();
            return Poll::Ready(());
        }
        // Where the table is full, whoever waits looks again: a handler as often as the clock ticks.
        if !waits && !core::ptr::eq(cx.waker().vtable(), &raw const WAKER) {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}
