//! The futures of awaited calls: finding room, waiting for the answer, giving up in time.

use core::cell::UnsafeCell;
use core::future::Future;
use core::mem::{ManuallyDrop, MaybeUninit, forget, replace};
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::sync::atomic::{AtomicBool, Ordering};

use ::tokio::task::coop::poll_proceed;

use crate::actor::Actor;
use crate::call::{Batch, Kind, Limit};
use crate::error::{Reason, TellError, Unanswered};
use crate::message::{Lane, Message, Mode};
use crate::metrics::DeadLetterReason;
use crate::reply::{Duty, Reply};

use super::ambient::{Ambient, Until};
use super::cell::Cell;
use super::header::{Address, Borrowed, Owner};
use super::inquiry::Inquiry;
use super::mailbox::{Deadline, Envelope, Pushed, Waited, signal};
use super::reply::{self, Pending};
use super::spans::{Cause, Trace, Traced};
use super::system::{self, Core, in_runtime};
use super::waits::{Cycle, Wait};

impl Limit {
    #[inline]
    pub(super) fn deadline(self, core: &Core) -> Deadline {
        match self {
            Self::Default => Deadline::NONE,
            Self::Within(limit) => Deadline::at(core.now().saturating_add(limit)),
            Self::Until(moment) => Deadline::at(moment),
        }
    }
}

impl Borrowed<'_> {
    /// Moves the message into the mailbox, if it is let in; schedules the cell where that is due. What the overflow
    /// policy drops becomes a dead letter.
    #[inline(always)]
    fn push<A: Actor>(self, message: &mut Option<Traced<A::Message>>, deadline: Deadline) -> Pushed {
        let cell = self.cell::<A>();
        let (capacity, overflow) = (A::OPTIONS.capacity, A::OPTIONS.overflow);
        let pushed = match message {
            Some(urgent) if A::Message::HAS_URGENT && urgent.lane() == Lane::Urgent => {
                cell.mailbox.push_urgent(message, deadline, capacity, overflow, cell)
            }
            _ => cell.mailbox.push(message, deadline, capacity, overflow, cell),
        };
        match pushed {
            Pushed::QueuedFirst => {
                // SAFETY: the push handed over the turn, and an address has the provenance of the allocation.
                unsafe { Cell::<A>::schedule(self.as_ptr().cast()) };
            }
            Pushed::DroppedNewest | Pushed::DroppedOldest => {
                cell.found_full(message.as_ref().map_or(Lane::User, |message| message.lane()));
                if let Some(victim) = message.take()
                    && cell.dead_letter(victim.message, DeadLetterReason::Dropped)
                    && cell.mailbox.signal(signal::AGENDA)
                {
                    // SAFETY: the signal handed over the turn; as above.
                    unsafe { Cell::<A>::schedule(self.as_ptr().cast()) };
                }
                cell.mailbox.take_lost(deadline, pushed).refuse(Unanswered::Dropped);
                return Pushed::Queued;
            }
            Pushed::Full | Pushed::MustWait => {
                cell.found_full(message.as_ref().map_or(Lane::User, |message| message.lane()));
            }
            Pushed::Queued | Pushed::Closed => {}
        }
        pushed
    }
}

impl Address {
    #[inline(always)]
    pub(crate) fn tell<A: Actor>(&self, message: A::Message, limit: Limit) -> Result<(), (A::Message, Reason)> {
        let deadline = limit.deadline(&self.header().core);
        let mut message = Some(Traced::new::<A>(message, Cause::Told, self.header()));
        let reason = match self.borrow().push::<A>(&mut message, deadline) {
            Pushed::Queued | Pushed::QueuedFirst | Pushed::DroppedNewest | Pushed::DroppedOldest => return Ok(()),
            Pushed::Full | Pushed::MustWait => Reason::Full,
            Pushed::Closed => Reason::Stopped,
        };
        message.map_or(Ok(()), |message| Err((message.message, reason)))
    }

    /// Takes messages out of `batch` under one lock, as long as there is room for them.
    pub(crate) fn accept<A: Actor>(&self, batch: &mut Batch<A::Message>) {
        if Trace::is_wanted() {
            // Each has its span, which is no work for under a lock: they are told one by one.
            return;
        }
        let (capacity, overflow) = (A::OPTIONS.capacity, A::OPTIONS.overflow);
        let cell = self.borrow().cell::<A>();
        if cell.mailbox.accept(batch, capacity, overflow, cell) {
            // SAFETY: the push handed over the turn, and an address has the provenance of the allocation.
            unsafe { Cell::<A>::schedule(self.as_ptr().cast()) };
        }
    }

    /// As [`tell`](Self::tell), and `duty` is told of the end of the handler.
    pub(crate) fn tell_watched<A: Actor>(
        &self,
        message: A::Message,
        limit: Limit,
        duty: Duty,
    ) -> Result<(), (A::Message, Duty, Reason)> {
        let (mailbox, deadline) = (&self.borrow().cell::<A>().mailbox, limit.deadline(&self.header().core));
        let mark = mailbox.watch(duty, deadline);
        let mut message = Some(Traced::new::<A>(message, Cause::Told, self.header()));
        let reason = match self.borrow().push::<A>(&mut message, mark) {
            Pushed::Queued | Pushed::QueuedFirst | Pushed::DroppedNewest | Pushed::DroppedOldest => return Ok(()),
            Pushed::Full | Pushed::MustWait => Reason::Full,
            Pushed::Closed => Reason::Stopped,
        };
        match (message, mailbox.unwatch(mark)) {
            (Some(message), Some((Some(duty), _))) => Err((message.message, duty, reason)),
            // The actor has ended meanwhile, and has said so.
            (_, _) => Ok(()),
        }
    }

    pub(crate) fn stopped(&self) -> Stopped {
        Stopped::of(self.owner())
    }
}

/// A place in the line of senders that wait for room; left when dropped.
struct Line<'a, A: Actor> {
    address: Borrowed<'a>,
    ticket: u64,
    lane: Lane,
    actor: core::marker::PhantomData<fn() -> A>,
}

impl<'a, A: Actor> Line<'a, A> {
    /// Moves the message into the line. `None` leaves it: there is room by now, or the actor has ended.
    fn join(
        address: Borrowed<'a>,
        message: &mut Option<Traced<A::Message>>,
        deadline: Deadline,
        waker: &Waker,
    ) -> Option<Self> {
        let cell = address.cell::<A>();
        let envelope = Envelope { message: message.take()?, deadline };
        let lane = envelope.message.lane();
        match cell.mailbox.wait(envelope, lane, waker.clone(), A::OPTIONS.capacity, cell) {
            Ok(ticket) => Some(Self { address, ticket, lane, actor: core::marker::PhantomData }),
            Err(back) => {
                *message = Some(back.message);
                None
            }
        }
    }

    fn poll(&self, waker: &Waker) -> Waited {
        self.address.cell::<A>().mailbox.poll_wait(self.ticket, self.lane, waker)
    }
}

impl<A: Actor> Drop for Line<'_, A> {
    fn drop(&mut self) {
        let mailbox = &self.address.cell::<A>().mailbox;
        let left = mailbox.cancel_wait(self.ticket, self.lane);
        if let Some(envelope) = &left
            && envelope.deadline.is_set()
            && envelope.deadline.is_watch()
        {
            drop(mailbox.unwatch(envelope.deadline));
        }
    }
}

/// Wakes a task at its deadline, unless dropped before.
struct Alarm<'a> {
    core: &'a Core,
    alarm: system::Alarm,
}

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        self.core.cancel_alarm(self.alarm);
    }
}

/// The end of a wait, if it has one.
struct Patience<'a> {
    deadline: Deadline,
    /// The deadline is the actor's default, and may be kept on the coarse tick.
    default: bool,
    alarm: Option<Alarm<'a>>,
}

impl<'a> Patience<'a> {
    /// Keeps the alarm set. Returns whether the deadline has passed; not asked of a default one at the `first` poll,
    /// which has just counted it from now.
    fn is_over(&mut self, core: &'a Core, waker: &Waker, first: bool) -> bool {
        if !self.deadline.is_set() {
            return false;
        }
        if !(first && self.default) && self.deadline.has_passed(core.now()) {
            return true;
        }
        // The old one first: its place is used again.
        self.alarm = None;
        self.alarm = Some(Alarm { core, alarm: core.set_alarm(self.deadline, self.default, waker) });
        false
    }
}

/// The handler in hand, if there is one, waits for the actor at `address`. To be called before it is looked whether it has
/// what it waits for: whoever brings that later wakes it, which ends the wait.
fn begin_wait(address: Borrowed<'_>) -> Result<Option<Wait<'_>>, Cycle> {
    // SAFETY: whoever runs an actor keeps it alive meanwhile.
    let asker = Ambient::current().map(|asker| unsafe { asker.as_ref() });
    Wait::begin(asker, address.header())
}

/// Something that few of its owners ever hold: its destructor is kept out of theirs, which are then small enough to
/// be inlined.
struct Rare<T>(ManuallyDrop<T>);

impl<T> Rare<T> {
    fn new(value: T) -> Self {
        Self(ManuallyDrop::new(value))
    }
}

impl<T> Drop for Rare<T> {
    #[cold]
    #[inline(never)]
    fn drop(&mut self) {
        // SAFETY: dropped here, once, and not used after this.
        unsafe { ManuallyDrop::drop(&mut self.0) }
    }
}

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
        let SendStage::Fresh { message, .. } = &mut self.stage else { return self.poll_waiting(waker) };
        let mut message = message.take();
        loop {
            match pushed {
                Pushed::Queued | Pushed::QueuedFirst | Pushed::DroppedNewest | Pushed::DroppedOldest => {
                    return Poll::Ready(Ok(()));
                }
                Pushed::Closed => return Poll::Ready(Err(TellError::Stopped)),
                Pushed::Full => return Poll::Ready(Err(TellError::Full)),
                Pushed::MustWait if Ambient::is(self.address.as_ptr()) => {
                    return Poll::Ready(Err(TellError::WouldDeadlock));
                }
                Pushed::MustWait => {}
            }
            match Line::join(self.address, &mut message, deadline, waker) {
                Some(line) => {
                    let patience = Patience { deadline, default: false, alarm: None };
                    self.stage = SendStage::Waiting(Rare::new(ForRoom { line, wait: None, patience }));
                    return self.poll_waiting(waker);
                }
                None => pushed = self.address.push::<A>(&mut message, deadline),
            }
        }
    }

    #[cold]
    fn poll_waiting(&mut self, waker: &Waker) -> Poll<Result<(), TellError>> {
        let SendStage::Waiting(waiting) = &mut self.stage else {
            panic!("a call is not polled after it has ended");
        };
        let ForRoom { line, patience, wait } = &mut *waiting.0;
        let core = &*self.address.header().core;
        let begun = begin_wait(self.address);
        let result = match line.poll(waker) {
            Waited::Admitted => Ok(()),
            Waited::Closed => Err(TellError::Stopped),
            Waited::Waiting if patience.is_over(core, waker, false) => Err(TellError::Timeout),
            Waited::Waiting => match begun {
                Ok(begun) => {
                    *wait = begun;
                    return Poll::Pending;
                }
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
            return this.poll_waiting(cx.waker());
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
    _line: Option<Line<'a, A>>,
    /// The actor asked has to answer itself.
    holds_up: bool,
    wait: Option<Wait<'a>>,
    /// Index of the message, for the name of its handler.
    message: u16,
    patience: Patience<'a>,
    inquiry: Option<Inquiry<'a, A>>,
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
                Inquiry::<A>::count(address, why);
                K::output(Err(why), A::PROTOCOL.messages[index])
            }
        }
    }

    /// Counts what became of an ask, where asks are counted.
    fn end(inquiry: Option<Inquiry<'_, A>>, answer: &Result<K::Value, Unanswered>) {
        if let Some(inquiry) = inquiry {
            inquiry.end(answer.into());
        }
    }

    /// What an ask comes to whose message never reached the mailbox.
    fn unsent(inquiry: Option<Inquiry<'_, A>>, error: TellError) -> Poll<K::Output> {
        if let Some(inquiry) = inquiry {
            inquiry.end(error.into());
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
        let inquiry = if K::INLINE { Inquiry::begin(self.address) } else { None };
        if Ambient::is(self.address.as_ptr()) {
            return Self::unsent(inquiry, TellError::WouldDeadlock);
        }
        // Whoever has a reply may hand it on, and then it is not the actor asked who answers.
        let holds_up = !matches!(message.mode(), Mode::Delegated);
        let wait = match if holds_up { begin_wait(self.address) } else { Ok(None) } {
            Ok(wait) => wait,
            Err(cycle) => {
                cycle.tell(&self.address.header().core);
                return Self::unsent(inquiry, TellError::WouldDeadlock);
            }
        };
        let core = &self.address.header().core;
        #[allow(clippy::cast_possible_truncation)]
        let index = message.index() as u16;
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
                    return Self::unsent(inquiry, if full { TellError::Full } else { TellError::Stopped });
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
        let patience = Patience { deadline, default, alarm: None };
        let waiting = Waiting { pending, _line: line, holds_up, wait, message: index, patience, inquiry };
        self.stage = AskStage::Waiting(Rare::new(waiting));
        self.poll_waiting(waker, true)
    }

    fn poll_waiting(&mut self, waker: &Waker, first: bool) -> Poll<K::Output> {
        let AskStage::Waiting(waiting) = &mut self.stage else {
            panic!("a call is not polled after it has ended");
        };
        let waiting = &mut *waiting.0;
        let begun = if waiting.holds_up && !first { begin_wait(self.address) } else { Ok(waiting.wait.take()) };
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
                    match begun {
                        Ok(begun) => {
                            waiting.wait = begun;
                            return Poll::Pending;
                        }
                        Err(cycle) => {
                            cycle.tell(core);
                            let unsent = Self::unsent(waiting.inquiry.take(), TellError::WouldDeadlock);
                            self.stage = AskStage::Over;
                            return unsent;
                        }
                    }
                }
            }
        };
        Self::end(waiting.inquiry.take(), &answer);
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

/// The place of an answer on the stack of an asker that runs the handler itself.
struct StackPlace<T> {
    answered: AtomicBool,
    answer: UnsafeCell<MaybeUninit<Result<T, Unanswered>>>,
}

impl<T> StackPlace<T> {
    fn new() -> Self {
        Self { answered: AtomicBool::new(false), answer: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// # Safety
    /// The place must not move or go before [`take`](Self::take) was called.
    unsafe fn reply(&self) -> Reply<T> {
        // SAFETY: `answer` is called once, by this one reply, while the place is there.
        unsafe { Reply::from_raw(core::ptr::from_ref(self).cast(), Self::answer) }
    }

    /// # Safety
    /// `data` is this place, and this is the only call.
    unsafe fn answer(data: *const (), answer: Result<T, Unanswered>) {
        // SAFETY: the place is there until the flag below is set.
        let place = unsafe { &*data.cast::<Self>() };
        // SAFETY: nobody reads the answer before the flag is set, and nobody else writes it.
        unsafe { (*place.answer.get()).write(answer) };
        place.answered.store(true, Ordering::Release);
    }

    /// The answer, read where it was written.
    fn take(&self) -> Result<T, Unanswered> {
        self.check();
        // SAFETY: the answer was written before the flag was set, and nobody writes any more.
        let answer = unsafe { &*self.answer.get() };
        // SAFETY: `take` is called once, at the end of `run_inline`.
        unsafe { answer.assume_init_read() }
    }

    /// A reply that outlives its place would write to a stack that is gone. Generated dispatch sends or drops it;
    /// nothing else may hold one made here.
    fn check(&self) {
        if !self.answered.load(Ordering::Acquire) {
            std::process::abort();
        }
    }
}

impl<T> Drop for StackPlace<T> {
    /// Also where a panic takes the stack down.
    fn drop(&mut self) {
        self.check();
    }
}

/// See [`crate::backend::Stopped`].
pub(crate) struct Stopped {
    cell: Owner,
    ticket: Option<u64>,
}

impl Stopped {
    pub(super) fn of(cell: Owner) -> Self {
        Self { cell, ticket: None }
    }
}

impl Future for Stopped {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        this.ticket = this.cell.wait_for_end(this.ticket, cx.waker());
        if this.ticket.is_none() { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.cell.cancel_wait_for_end(ticket);
        }
    }
}
