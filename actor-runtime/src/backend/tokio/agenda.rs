//! What one life of an actor has going beside its messages: timers, pipes, streams, the actors it watches. It lies in
//! the turn, and goes with the life.
//!
//! A message is made when its turn comes, so that a cancelled errand leaves none behind. Pipes and streams are polled in
//! turns of their actor: they end with it, whatever runs it, and a stepper that steps the actor steps them.

use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::boxed::Box;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Wake, Waker};
use std::vec::Vec;

use crate::actor::{Actor, AllHandlersInOneBlock, Configured};
use crate::failure::StopReason;
use crate::id::ActorId;
use crate::time::{Instant, next_beat};

use super::guard::contain;
use super::lock::Lock;
use super::mailbox::signal;
use super::owner::Owner;
use super::spans::{Trace, Traced};
use super::timers::Key;
use super::turn::Turn;

/// Makes the message of a timer.
pub(super) type Make<A> = Box<dyn FnMut(&<A as Configured>::Ref) -> <A as AllHandlersInOneBlock>::Message + Send>;

/// A timer of a context.
pub(super) struct Timer<A: Actor> {
    pub(super) make: Make<A>,
    /// `None` for one that fires once.
    pub(super) period: Option<Duration>,
    /// When it is due next.
    due: Instant,
    /// It is due, and its turn has not come.
    queued: bool,
    pub(super) trace: Trace,
}

/// What a pipe or a stream brought.
pub(super) enum Brought<M> {
    /// A message, and there may be more.
    One(M),
    /// The last message.
    Last(M),
    /// Nothing any more.
    End,
}

/// A pipe or a stream, as a source of messages.
pub(super) trait Source<A: Actor>: Send {
    /// Polls for the next message.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Brought<A::Message>>;
}

/// A pipe: its future ends in the message.
pub(super) struct Pipe<F>(pub(super) Pin<Box<F>>);

impl<A: Actor, F: Future<Output = A::Message> + Send> Source<A> for Pipe<F> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Brought<A::Message>> {
        self.0.as_mut().poll(cx).map(Brought::Last)
    }
}

/// A pipe or a stream that runs.
pub(super) struct Running<A: Actor> {
    pub(super) source: Box<dyn Source<A>>,
    pub(super) waker: Arc<Bell>,
    /// Makes the message that says that there are no more.
    pub(super) at_end: Option<Make<A>>,
    /// What it brought waits for its turn.
    brought: bool,
    pub(super) trace: Trace,
}

/// Wakes one pipe or stream.
pub(super) struct Bell {
    cell: Owner,
    number: u64,
    rung: AtomicBool,
    woken: Arc<Lock<Vec<u64>>>,
}

impl Bell {
    /// It is about to be polled: what wakes it from here on is heard.
    pub(super) fn rest(&self) {
        self.rung.store(false, Ordering::SeqCst);
    }

    pub(super) fn waker(self: &Arc<Self>) -> Waker {
        Waker::from(Arc::clone(self))
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.rung.swap(true, Ordering::SeqCst) {
            self.woken.lock().push(self.number);
            self.cell.signal(signal::AGENDA);
        }
    }
}

/// What can be handled now, in the order in which it came.
enum Ready<M> {
    Tick(u64),
    Message(u64, M),
    Quiet,
    Gone(ActorId, StopReason),
}

/// What has its turn.
pub(super) enum Next<A: Actor> {
    /// A timer, which makes its message. One that ticks on is to be put back.
    Tick(u64, Timer<A>),
    /// A message of a pipe or a stream, or one that was held. Where there is a bell, it is to be rung for the next one.
    Message(u64, Traced<A::Message>, Option<Arc<Bell>>),
    /// Nothing was heard for long enough.
    Quiet,
    /// An actor that was watched has ended.
    Gone(ActorId, StopReason),
}

/// The receive timeout of a life.
#[derive(Clone, Copy)]
struct Idle {
    /// `None` while it is switched off.
    period: Option<Duration>,
    /// When it has been quiet for long enough. Moved on by every message, without a look at the timers.
    deadline: Instant,
    /// When the deadline is looked at next.
    check: Instant,
}

/// See the module.
pub(super) struct Agenda<A: Actor> {
    timers: BTreeMap<u64, Timer<A>>,
    due: BTreeSet<(Instant, u64)>,
    running: BTreeMap<u64, Running<A>>,
    woken: Arc<Lock<Vec<u64>>>,
    ready: VecDeque<Ready<Traced<A::Message>>>,
    /// Messages that had their turn before the actor was ready for them. At most one of each errand, which rests
    /// meanwhile.
    held: VecDeque<Ready<Traced<A::Message>>>,
    next_number: u64,
    /// The one entry among the timers of the system, for whatever comes first here.
    armed: Option<Key>,
    idle: Option<Idle>,
    watched: BTreeSet<ActorId>,
}

/// An agenda as the body of a cell holds it. What is done with one is reached by way of it, so that actors that begin
/// nothing beside their messages compile none of that: by the compiler's own estimate two fifths of an actor.
pub(super) trait Held<A: Actor>: Send {
    fn agenda(&mut self) -> &mut Agenda<A>;

    /// What can be handled now.
    fn ready(&self) -> usize;

    /// What the turn does with it; it takes the agenda out of the body itself.
    fn verbs(&self) -> &'static Verbs<A>;
}

/// See [`Held`].
pub(super) struct Verbs<A: Actor> {
    /// Queues what is due.
    pub(super) fire: fn(Turn<A>),
    /// Queues the news of ends.
    pub(super) note_ends: fn(Turn<A>, Vec<(ActorId, StopReason)>),
    /// Polls the pipes and streams that were woken.
    pub(super) poll: fn(Turn<A>),
    /// Handles one thing.
    pub(super) handle: fn(Turn<A>),
    /// Ends all of it.
    pub(super) end: fn(Turn<A>),
}

impl<A: Actor> Held<A> for Agenda<A> {
    fn agenda(&mut self) -> &mut Self {
        self
    }

    fn ready(&self) -> usize {
        self.ready.len()
    }

    fn verbs(&self) -> &'static Verbs<A> {
        Turn::<A>::VERBS
    }
}

impl<A: Actor> Default for Agenda<A> {
    fn default() -> Self {
        Self {
            timers: BTreeMap::new(),
            due: BTreeSet::new(),
            running: BTreeMap::new(),
            woken: Arc::default(),
            ready: VecDeque::new(),
            held: VecDeque::new(),
            next_number: 0,
            armed: None,
            idle: None,
            watched: BTreeSet::new(),
        }
    }
}

impl<A: Actor> Agenda<A> {
    fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number - 1
    }

    // ---- timers ------------------------------------------------------------------------------------

    /// Adds a timer. Returns its number.
    pub(super) fn add_timer(
        &mut self,
        now: Instant,
        after: Duration,
        period: Option<Duration>,
        make: Make<A>,
        trace: Trace,
    ) -> u64 {
        let number = self.number();
        let due = now.saturating_add(after);
        self.timers.insert(number, Timer { make, period, due, queued: false, trace });
        self.due.insert((due, number));
        number
    }

    /// Queues what is due by `now`. `is_busy` says that there are messages, so that it is not quiet.
    pub(super) fn fire(&mut self, now: Instant, is_busy: bool) {
        if self.armed.is_some_and(|(moment, _)| moment <= now) {
            self.armed = None;
        }
        while let Some((due, number)) = self.due.first().copied().filter(|(due, _)| *due <= now) {
            self.due.remove(&(due, number));
            let Some(timer) = self.timers.get_mut(&number) else { continue };
            if !core::mem::replace(&mut timer.queued, true) {
                self.ready.push_back(Ready::Tick(number));
            }
            if let Some(period) = timer.period {
                timer.due = next_beat(due, period, now);
                self.due.insert((timer.due, number));
            }
        }
        if let Some(Idle { period: Some(period), deadline, check }) = &mut self.idle
            && *check <= now
        {
            if !is_busy && *deadline <= now {
                // One that is suspended is told when it goes on, once.
                if !self.ready.iter().any(|ready| matches!(ready, Ready::Quiet)) {
                    self.ready.push_back(Ready::Quiet);
                }
                *deadline = now.saturating_add(*period);
            } else if is_busy {
                *deadline = now.saturating_add(*period);
            }
            *check = *deadline;
        }
    }

    /// Puts a timer back that ticks on.
    pub(super) fn keep_timer(&mut self, number: u64, timer: Timer<A>) {
        self.timers.insert(number, timer);
    }

    /// What the timers of the system are to know, if it is not what they know: the entry to cancel, and the moment to
    /// be told of.
    pub(super) fn rearm(&self) -> Option<(Option<Key>, Option<Instant>)> {
        let timer = self.due.first().map(|(due, _)| *due);
        let idle = self.idle.filter(|idle| idle.period.is_some()).map(|idle| idle.check);
        let first = timer.into_iter().chain(idle).min();
        (self.armed.map(|(moment, _)| moment) != first).then_some((self.armed, first))
    }

    pub(super) fn armed(&mut self, key: Option<Key>) {
        self.armed = key;
    }

    pub(super) fn take_armed(&mut self) -> Option<Key> {
        self.armed.take()
    }

    // ---- quiet -------------------------------------------------------------------------------------

    /// Begins to wait for quiet, for so long.
    pub(super) fn set_idle(&mut self, now: Instant, period: Option<Duration>) {
        let deadline = period.map_or(now, |period| now.saturating_add(period));
        self.idle = Some(Idle { period, deadline, check: deadline });
        self.ready.retain(|ready| !matches!(ready, Ready::Quiet));
    }

    /// Whether anything was said of quiet in this life.
    pub(super) fn has_idle(&self) -> bool {
        self.idle.is_some()
    }

    /// A message was handled, or the actor is told that it is quiet: one store, as the timer looks at the deadline when it
    /// fires.
    pub(super) fn heard(&mut self, now: Instant) {
        if let Some(idle) = &mut self.idle
            && let Some(period) = idle.period
        {
            idle.deadline = now.saturating_add(period);
        }
    }

    // ---- pipes and streams -------------------------------------------------------------------------

    /// Adds a pipe or a stream, to be polled soon. Returns its number, and what makes it be polled.
    pub(super) fn add_source(&mut self, cell: Owner, source: Box<dyn Source<A>>, trace: Trace) -> (u64, Arc<Bell>) {
        let number = self.number();
        let waker = Arc::new(Bell { cell, number, rung: AtomicBool::new(false), woken: Arc::clone(&self.woken) });
        let running = Running { source, waker: Arc::clone(&waker), at_end: None, brought: false, trace };
        self.running.insert(number, running);
        (number, waker)
    }

    /// Has the end of stream `number` told by a message.
    pub(super) fn set_end(&mut self, number: u64, make: Make<A>) {
        if let Some(running) = self.running.get_mut(&number) {
            running.at_end = Some(make);
        }
    }

    /// The numbers of what was woken.
    pub(super) fn take_woken(&self) -> Vec<u64> {
        core::mem::take(&mut self.woken.lock())
    }

    /// Takes a pipe or a stream out, to poll it.
    pub(super) fn take_running(&mut self, number: u64) -> Option<Running<A>> {
        // One whose message still waits has brought enough.
        if self.running.get(&number)?.brought {
            return None;
        }
        self.running.remove(&number)
    }

    /// Puts it back.
    pub(super) fn keep_running(&mut self, number: u64, running: Running<A>) {
        self.running.insert(number, running);
    }

    /// Queues what it brought.
    pub(super) fn brought(&mut self, number: u64, message: Traced<A::Message>) {
        self.rest(number, true);
        self.ready.push_back(Ready::Message(number, message));
    }

    // ---- holding back ------------------------------------------------------------------------------

    /// Holds a message back until it is [released](Self::release), and its errand with it.
    pub(super) fn hold(&mut self, number: u64, message: Traced<A::Message>) {
        self.rest(number, true);
        self.held.push_back(Ready::Message(number, message));
    }

    /// Has what was held back come next.
    pub(super) fn release(&mut self) {
        self.held.append(&mut self.ready);
        core::mem::swap(&mut self.held, &mut self.ready);
    }

    /// Says whether a message of errand `number` waits.
    fn rest(&mut self, number: u64, waits: bool) {
        if let Some(running) = self.running.get_mut(&number) {
            running.brought = waits;
        }
        if let Some(timer) = self.timers.get_mut(&number) {
            timer.queued = waits;
        }
    }

    // ---- watching ----------------------------------------------------------------------------------

    /// Queues the news of an end.
    pub(super) fn gone(&mut self, who: ActorId, why: StopReason) {
        self.watched.remove(&who);
        self.ready.push_back(Ready::Gone(who, why));
    }

    /// Takes note of an actor that is watched. Returns whether it was not before.
    pub(super) fn watch(&mut self, who: ActorId) -> bool {
        let waits = self.ready.iter().any(|ready| matches!(ready, Ready::Gone(whose, _) if *whose == who));
        !waits && self.watched.insert(who)
    }

    /// Forgets it, and the news of its end.
    pub(super) fn unwatch(&mut self, who: ActorId) {
        self.watched.remove(&who);
        self.ready.retain(|ready| !matches!(ready, Ready::Gone(whose, _) if *whose == who));
    }

    /// Who is watched.
    pub(super) fn watched(&self) -> impl Iterator<Item = ActorId> {
        self.watched.iter().copied()
    }

    // ---- all of them -------------------------------------------------------------------------------

    /// What has its turn now.
    pub(super) fn next(&mut self) -> Option<Next<A>> {
        loop {
            match self.ready.pop_front()? {
                Ready::Quiet => return Some(Next::Quiet),
                Ready::Gone(who, why) => return Some(Next::Gone(who, why)),
                Ready::Message(number, message) => {
                    self.rest(number, false);
                    let more = self.running.get(&number).map(|running| Arc::clone(&running.waker));
                    return Some(Next::Message(number, message, more));
                }
                Ready::Tick(number) => {
                    // Cancelled meanwhile, if there is none.
                    let Some(mut timer) = self.timers.remove(&number) else { continue };
                    timer.queued = false;
                    return Some(Next::Tick(number, timer));
                }
            }
        }
    }

    /// Takes out all that belongs to errand `number`, to be dropped outside of the body.
    #[must_use]
    pub(super) fn cancel(&mut self, number: u64) -> Remains<A> {
        let timer = self.timers.remove(&number);
        if let Some(timer) = &timer {
            self.due.remove(&(timer.due, number));
        }
        let running = self.running.remove(&number);
        let message = [&mut self.ready, &mut self.held].into_iter().find_map(|waiting| {
            let is_its = |ready: &Ready<_>| matches!(ready, Ready::Message(whose, _) if *whose == number);
            waiting.remove(waiting.iter().position(is_its)?)
        });
        Remains { timer, running, message }
    }

    /// Drops everything. Each drop runs user code, whose panic is nobody's failure.
    pub(super) fn end(self) {
        self.timers.into_values().for_each(|timer| contain(|| drop(timer)));
        self.running.into_values().for_each(|running| contain(|| drop(running)));
        self.ready.into_iter().chain(self.held).for_each(|ready| contain(|| drop(ready)));
    }
}

/// What is left of an errand that was cancelled: dropping it runs user code.
#[allow(dead_code, reason = "kept to be dropped")]
pub(super) struct Remains<A: Actor> {
    timer: Option<Timer<A>>,
    running: Option<Running<A>>,
    message: Option<Ready<Traced<A::Message>>>,
}
