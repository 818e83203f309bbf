//! What an actor has going beside its messages: how long it waits for quiet.

use core::time::Duration;

use crate::actor::{Actor, Idles};

use super::Context;

impl<A: Actor> Context<A> {
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
