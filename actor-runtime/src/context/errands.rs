//! What an actor has going beside its messages: timers, and how long it waits for quiet.

use core::time::Duration;

use crate::actor::{Actor, Idles, Timing};
use crate::call::{Call, Kind};
use crate::error::TimersFull;
use crate::id::{ActorId, Incarnation};

use super::Context;

impl<A: Actor> Context<A> {
    /// Calls one of this actor's own handlers once, so much later: `ctx.after(d, |me| me.expire(key))`.
    ///
    /// The message is made when its time has come, and does not wait behind others in the mailbox. The timer ends with
    /// this life of the actor, and keeps it from nothing. With a time of zero it is the way to go on later with
    /// something: messages that wait have their turn in between, and a restart leaves none behind.
    ///
    /// On bare metal as many timers run at a time as `#[actor(timers = 4)]` says, or `system!` does; what they capture is no
    /// larger than a message of the actor. Where all run, the handler fails by a [`TimersFull`] when it has returned, and those
    /// that run are as they were: ask [`has_free_timer`](Context::has_free_timer) before.
    ///
    /// # Panics
    /// In an actor that runs on bare metal and says of no such timer, or with a closure that is too large: errors when
    /// compiled where there is no other backend.
    pub fn after<K, F>(&mut self, delay: Duration, call: F) -> Errand
    where
        A: Timing,
        K: Kind,
        F: for<'r> FnOnce(&'r A::Ref) -> Call<'r, A, K> + Send + 'static,
    {
        let number = self.host.after(delay, call);
        self.begun(number)
    }

    /// Calls one of this actor's own handlers each time a `period` has passed, as `#[every]` does: first after one
    /// period, and without the ticks it was too busy for. Has a place as a timer of [`after`](Context::after) has.
    ///
    /// # Panics
    /// With a period of zero, and as [`after`](Context::after).
    pub fn every<K, F>(&mut self, period: Duration, call: F) -> Errand
    where
        A: Timing,
        K: Kind,
        F: for<'r> FnMut(&'r A::Ref) -> Call<'r, A, K> + Send + 'static,
    {
        assert!(!period.is_zero(), "a timer with a period of zero never rests; give it 1 ms or more");
        let number = self.host.every(period, call);
        self.begun(number)
    }

    /// Whether there is a place for one more timer: always, but on bare metal.
    pub fn has_free_timer(&self) -> bool
    where
        A: Timing,
    {
        self.host.has_free_timer()
    }

    fn begun(&mut self, number: Option<u64>) -> Errand {
        if number.is_none() {
            self.fail(TimersFull);
        }
        Errand::new(self, number.unwrap_or(Errand::NONE))
    }

    /// Changes after how long without a message `#[idle]` is called, counted from now, for this life of the actor. On bare
    /// metal that is 49 days at most.
    ///
    /// # Panics
    /// With a time of zero.
    pub fn set_idle(&mut self, quiet: Duration)
    where
        A: Idles,
    {
        assert!(!quiet.is_zero(), "an actor that is idle at once never rests; give it 1 ms or more");
        self.host.set_idle(Some(quiet));
    }

    /// Has `#[idle]` called no more in this life of the actor, until [`set_idle`](Context::set_idle).
    pub fn clear_idle(&mut self)
    where
        A: Idles,
    {
        self.host.set_idle(None);
    }
}

/// Something an actor has going beside its messages: a timer, a pipe or a stream. Dropping this ends nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errand {
    actor: ActorId,
    incarnation: Incarnation,
    number: u64,
}

impl Errand {
    /// The number of what was not begun.
    const NONE: u64 = u64::MAX;

    pub(crate) fn new<A: Actor>(ctx: &Context<A>, number: u64) -> Self {
        Self { actor: ctx.id(), incarnation: ctx.incarnation(), number }
    }

    /// Its number among those of its life.
    #[cfg(feature = "tokio")]
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// Ends it: no message of it is handled from here on. One that has ended, by itself or with an earlier life of the
    /// actor, stays so.
    pub fn cancel<A: Actor>(self, ctx: &mut Context<A>) {
        if (self.actor, self.incarnation) == (ctx.id(), ctx.incarnation()) {
            ctx.host.cancel_errand(self.number);
        }
    }
}
