//! What an actor has going beside its messages has its turns here: it is polled, becomes due, is handled, and ends.

use core::time::Duration;
use std::boxed::Box;
use std::task::Wake;
use std::vec::Vec;

use crate::actor::Actor;
use crate::failure::{Failure, StopReason};
use crate::id::ActorId;
use crate::message::Message;
use crate::reference::{ActorRef, Ref};
use crate::supervision::Decision;

use super::super::agenda::{Agenda, Brought, Make, Next, Running, Source, Verbs};
use super::super::ambient::Ambient;
use super::super::guard::{contain, guard};
use super::super::mailbox::signal;
use super::super::owner::Owner;
use super::super::spans::{Cause, Trace, Traced};
use super::super::timers::Due;
use super::Turn;

impl<A: Actor> Turn<A> {
    /// It has an `#[idle]` hook. An actor without one compiles nothing of this, where it is asked first.
    pub(in super::super) const WAITS_FOR_QUIET: bool = A::IDLE.is_some();

    /// It has `#[every]` timers. As above.
    pub(super) const HAS_TICKS: bool = !A::PROTOCOL.timers.is_empty();

    pub(in super::super) const VERBS: &'static Verbs<A> = &Verbs {
        fire: Self::fire,
        note_ends: Self::note_ends,
        poll: Self::poll,
        handle: Self::handle_next,
        end: Self::end_agenda,
    };

    /// What can be done with the agenda, if there is one.
    fn verbs(mut self) -> Option<&'static Verbs<A>> {
        self.body().cold.as_ref()?.agenda.as_ref().map(|agenda| agenda.verbs())
    }

    /// For what user code begins, and for the [verbs](Self::VERBS).
    fn with_agenda<R>(mut self, look: impl FnOnce(&mut Agenda<A>) -> R) -> R {
        look(self.body().cold().agenda.get_or_insert_with(|| Box::<Agenda<A>>::default()).agenda())
    }

    /// This actor as its own messages are made for. It counts as a ref for that long.
    fn me(self) -> A::Ref {
        A::Ref::from_ref(Ref::from_address(crate::backend::Address::Tokio(self.owner().address())))
    }

    /// Has the loop look at the agenda before the next message.
    pub(super) fn call_attention(self, bits: u32) {
        // The turn is held, so nobody has to be scheduled.
        let _ = self.cell().mailbox.signal(bits);
    }

    // ---- begun by user code of this turn -----------------------------------------------------------

    /// Adds a timer. Returns its number.
    pub(in super::super) fn add_timer(self, after: Duration, period: Option<Duration>, make: Make<A>) -> u64 {
        let now = self.cell().header.core.now();
        let trace = Trace::of_errand(&self.cell().header, "timer");
        let number = self.with_agenda(|agenda| agenda.add_timer(now, after, period, make, trace));
        if after.is_zero() {
            self.call_attention(signal::AGENDA);
        } else {
            self.rearm();
        }
        number
    }

    /// Adds a pipe or a stream. Returns its number.
    pub(in super::super) fn add_source(self, source: Box<dyn Source<A>>) -> u64 {
        let owner = self.owner();
        let trace = Trace::of_errand(owner.header(), "source");
        let (number, bell) = self.with_agenda(|agenda| agenda.add_source(owner, source, trace));
        bell.wake();
        number
    }

    /// Has the end of a stream told by a message.
    pub(in super::super) fn set_end(self, number: u64, make: Make<A>) {
        self.with_agenda(|agenda| agenda.set_end(number, make));
    }

    /// Has the actor told of the end of another.
    pub(in super::super) fn watch(self, who: &Owner) {
        if self.with_agenda(|agenda| agenda.watch(who.header().id)) {
            self.cell().header.core.terminations().watch(&self.owner(), who);
        }
    }

    pub(in super::super) fn unwatch(self, who: ActorId) {
        self.with_agenda(|agenda| agenda.unwatch(who));
        let header = &self.cell().header;
        header.core.terminations().unwatch(header.id, core::iter::once(who));
    }

    /// Waits for quiet, for so long or not at all.
    pub(in super::super) fn set_idle(self, period: Option<Duration>) {
        let now = self.cell().header.core.now();
        self.with_agenda(|agenda| agenda.set_idle(now, period));
        self.rearm();
    }

    pub(in super::super) fn cancel_errand(self, number: u64) {
        let remains = self.with_agenda(|agenda| agenda.cancel(number));
        contain(|| drop(remains));
        self.rearm();
    }

    // ---- signals -----------------------------------------------------------------------------------

    /// Keeps one entry among the timers of the system, for what is due first.
    fn rearm(self) {
        let Some((armed, moment)) = self.with_agenda(|agenda| agenda.rearm()) else { return };
        let timers = self.cell().header.core.timers();
        if let Some(key) = armed {
            timers.cancel(key);
        }
        let key = moment.map(|moment| timers.add(moment, Due::Signal(self.owner(), signal::AGENDA)));
        self.with_agenda(|agenda| agenda.armed(key));
    }

    /// Queues what is due.
    pub(super) fn heed_timer(self) {
        if let Some(verbs) = self.verbs() {
            (verbs.fire)(self);
        }
    }

    fn fire(self) {
        let now = self.cell().header.core.now();
        let is_busy = Self::WAITS_FOR_QUIET && self.is_busy();
        self.with_agenda(|agenda| agenda.fire(now, is_busy));
        self.note_errands();
        self.rearm();
    }

    /// Queues the news of ends.
    pub(super) fn heed_news(self) {
        let header = &self.cell().header;
        let news = header.core.terminations().take_news(header.id);
        if let Some(verbs) = self.verbs() {
            (verbs.note_ends)(self, news);
        }
    }

    fn note_ends(self, news: Vec<(ActorId, StopReason)>) {
        self.with_agenda(|agenda| news.into_iter().for_each(|(who, why)| agenda.gone(who, why)));
        self.note_errands();
    }

    /// The life is up, and waits for quiet unless its `#[started]` has said otherwise.
    pub(super) fn begin_to_idle(mut self) {
        if Self::WAITS_FOR_QUIET {
            self.body().was_heard = false;
            if !self.with_agenda(|agenda| agenda.has_idle()) {
                self.set_idle(A::IDLE);
            }
        }
    }

    /// A message was handled outside of a hand.
    #[cold]
    pub(in super::super) fn was_heard(mut self) {
        self.body().was_heard = true;
        if !self.is_going_down() {
            self.note_heard();
        }
    }

    /// Moves the receive timeout on if a message was handled. Once for all of a hand: this reads the clock.
    #[cold]
    pub(in super::super) fn note_heard(mut self) {
        if core::mem::take(&mut self.body().was_heard) {
            let now = self.cell().header.core.now();
            self.with_agenda(|agenda| agenda.heard(now));
        }
    }

    /// Whether a message is in hand, or waits.
    fn is_busy(mut self) -> bool {
        self.future_is_live()
            || self.body().was_heard
            || !self.body().hand.is_empty()
            || self.cell().mailbox.depth() > 0
    }

    pub(super) fn note_errands(mut self) {
        let are_due = self.body().ticks != 0 || self.on_agenda() != 0 || self.letters() != 0;
        self.cell().mailbox.set(signal::DUE, are_due);
    }

    /// Polls the pipes and streams that were woken.
    pub(super) fn poll_sources(self) {
        if let Some(verbs) = self.verbs()
            && !self.is_going_down()
        {
            (verbs.poll)(self);
        }
    }

    fn poll(self) {
        // They are nobody's handler: a question of theirs to this actor is no circle.
        let ambient = Ambient::leave();
        for number in self.with_agenda(|agenda| agenda.take_woken()) {
            if let Some(running) = self.with_agenda(|agenda| agenda.take_running(number)) {
                self.poll_source(number, running);
            }
        }
        drop(ambient);
        self.note_errands();
    }

    fn poll_source(self, number: u64, mut running: Running<A>) {
        running.waker.rest();
        let waker = running.waker.waker();
        let mut cx = core::task::Context::from_waker(&waker);
        let entered = running.trace.enter();
        let polled = guard(|| running.source.poll(&mut cx));
        drop(entered);
        let (message, is_over) = match polled {
            Ok(core::task::Poll::Pending) => (None, false),
            Ok(core::task::Poll::Ready(Brought::One(message))) => (Some(message), false),
            Ok(core::task::Poll::Ready(Brought::Last(message))) => (Some(message), true),
            Ok(core::task::Poll::Ready(Brought::End)) => (self.last_message(&mut running), true),
            Err(panic) => {
                self.report(&panic);
                (None, true)
            }
        };
        let message = message.map(|message| self.brought_by(&running.trace, message));
        if is_over {
            contain(|| drop(running));
        } else {
            self.with_agenda(|agenda| agenda.keep_running(number, running));
        }
        if let Some(message) = message {
            self.with_agenda(|agenda| agenda.brought(number, message));
        }
    }

    /// A message of an errand.
    fn brought_by(self, errand: &Trace, message: A::Message) -> Traced<A::Message> {
        Traced::new::<A>(message, Cause::Errand(errand), &self.cell().header)
    }

    /// The message that says that a stream has ended.
    fn last_message(self, running: &mut Running<A>) -> Option<A::Message> {
        let make = running.at_end.as_mut()?;
        let me = self.me();
        match guard(|| make(&me)) {
            Ok(message) => Some(message),
            Err(panic) => {
                self.report(&panic);
                None
            }
        }
    }

    /// A pipe or a stream panicked: it ends, and the actor lives on.
    fn report(self, panic: &str) {
        self.tell_of(&Failure::panic(&panic).in_handler("pipe"), None, Decision::Resume);
    }

    // ---- handling ----------------------------------------------------------------------------------

    /// How much of the agenda can be handled now.
    pub(super) fn on_agenda(mut self) -> usize {
        self.body().cold.as_ref().and_then(|cold| cold.agenda.as_ref()).map_or(0, |agenda| agenda.ready())
    }

    /// Handles one tick, one letter, or one thing on the agenda.
    pub(super) fn run_errand(mut self) {
        if Self::HAS_TICKS && self.body().ticks != 0 {
            self.tick();
        } else if A::TAKES_LETTERS
            && let Some(letter) = self.next_letter(self.on_agenda())
        {
            self.deliver(letter);
        } else if let Some(verbs) = self.verbs() {
            (verbs.handle)(self);
        }
        self.note_errands();
    }

    fn handle_next(mut self) {
        let Some(next) = self.with_agenda(|agenda| agenda.next()) else { return };
        match next {
            Next::Tick(number, mut timer) => {
                let me = self.me();
                let made = guard(|| (timer.make)(&me)).map(|message| self.brought_by(&timer.trace, message));
                drop(me);
                if timer.period.is_some() && made.is_ok() {
                    self.with_agenda(|agenda| agenda.keep_timer(number, timer));
                } else {
                    contain(|| drop(timer));
                }
                match made {
                    Ok(message) => drop(self.run_unless_held(number, message)),
                    Err(panic) => self.fail(Failure::panic(&panic).in_handler("timer"), true),
                }
            }
            Next::Message(number, message, more) => {
                if Self::WAITS_FOR_QUIET && !message.is_passive() {
                    self.body().was_heard = true;
                }
                let has_run = self.run_unless_held(number, message);
                if let Some(bell) = more.filter(|_| has_run) {
                    bell.rest();
                    bell.wake();
                }
            }
            Next::Quiet => {
                // A message may have come since.
                if !self.is_busy()
                    && let Some(message) = A::idle()
                {
                    // It may come late, and again after as long.
                    let now = self.cell().header.core.now();
                    self.with_agenda(|agenda| agenda.heard(now));
                    self.run_own(message);
                }
            }
            Next::Gone(who, why) => {
                if let Some(message) = A::terminated(who, why) {
                    self.run_own(message);
                }
            }
        }
    }

    /// Runs a message of errand `number`, unless its guard has it wait. Returns whether the errand may go on.
    fn run_unless_held(self, number: u64, message: Traced<A::Message>) -> bool {
        match self.must_stash(&message) {
            Ok(false) => drop(self.run_traced(message)),
            Ok(true) => {
                self.with_agenda(|agenda| agenda.hold(number, message));
                return false;
            }
            Err(panic) => self.guard_failed(message, panic),
        }
        true
    }

    /// Has what the actor was not ready for come next.
    pub(super) fn release_held(mut self) {
        if let Some(held) = self.body().cold.as_mut().and_then(|cold| cold.agenda.as_mut()) {
            held.agenda().release();
        }
        self.note_errands();
    }

    /// Ends all of it, with the life it belongs to.
    pub(super) fn end_errands(self) {
        self.cell().mailbox.set(signal::DUE, false);
        if let Some(verbs) = self.verbs() {
            (verbs.end)(self);
        }
    }

    fn end_agenda(mut self) {
        let held = self.body().cold.as_mut().and_then(|cold| cold.agenda.take());
        let Some(mut held) = held else { return };
        let mut agenda = core::mem::take(held.agenda());
        if let Some(key) = agenda.take_armed() {
            self.cell().header.core.timers().cancel(key);
        }
        let header = &self.cell().header;
        let watched: Vec<ActorId> = agenda.watched().collect();
        if !watched.is_empty() {
            header.core.terminations().unwatch(header.id, watched.into_iter());
        }
        agenda.end();
    }
}
