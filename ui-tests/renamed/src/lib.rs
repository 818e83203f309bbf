//! The facade under another name: whatever the macros write finds it by `crate = stage`, or this does not compile.
#![deny(warnings, clippy::pedantic)]
#![forbid(unsafe_code)]

use stage::prelude::*;
use stage::{DeadLetter, Failure};

/// Every hook, option and kind of handler.
#[actor(crate = stage, mailbox = 8, stash = 4, ask_timeout = 1s, throughput = 16, fairness(system = 1, user = 4))]
#[supervise(limit = 3 per 1m, backoff = 1s)]
pub struct Clerk {
    /// A child.
    #[child(|| Scribe { written: Vec::new() })]
    pub scribe: Child<Scribe>,
    /// A pool.
    #[child(|| Scribe { written: Vec::new() }, pool = 2, route = least_loaded, after = scribe)]
    pub scribes: Pool<Scribe>,
    /// Whether it takes orders.
    pub open: bool,
}

#[handlers(crate = stage)]
impl Clerk {
    #[started]
    fn started(&mut self) {
        self.open = true;
    }
    #[stopping]
    async fn stopping(&mut self, _why: StopReason, _ctx: &mut Context<Self>) -> Result<(), String> {
        Ok(())
    }
    #[restarting]
    fn restarting(&mut self, _failure: &Failure) {}
    #[idle(30s)]
    fn quiet(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
    #[terminated]
    fn gone(&mut self, _who: ActorId, _why: StopReason) {}
    #[dead_letter]
    fn lost(&mut self, letter: DeadLetter<Self>) {
        drop(letter);
    }
    #[every(5s)]
    fn tick(&mut self) {}

    /// Told.
    #[handler(stash_unless = self.open)]
    fn order(&mut self, #[into] what: Vec<u8>) {
        let _ = self.scribe.write(what).tell();
    }
    /// Told, and may fail.
    fn file(&mut self, #[indirect] rows: [u64; 20]) -> Result<(), String> {
        rows.first().map(|_| ()).ok_or_else(|| "no rows".into())
    }
    /// Goes first.
    #[handler(lane = urgent)]
    fn close(&mut self) {
        self.open = false;
    }
    /// Asked.
    fn is_open(&self) -> bool {
        self.open
    }
    /// Asked, and may fail.
    async fn count(&mut self, least: usize) -> Result<usize, String> {
        self.scribe.written().await.map_err(|why| why.to_string()).map(|count| count.max(least))
    }
    /// Answers by way of another.
    fn written(&mut self, reply: Reply<usize>, ctx: &mut Context<Self>) {
        let _ = self.scribes.written().then(ctx, ClerkRef::counted);
        reply.send(0);
    }
    fn counted(&mut self, count: Result<usize, AskError>) {
        self.open = count.is_ok();
    }
}

/// A child, with type parameters aside and a named message enum.
#[actor(crate = stage)]
pub struct Scribe {
    written: Vec<Vec<u8>>,
}

#[handlers(pub enum ScribeMessage, crate = stage)]
impl Scribe {
    /// Told.
    fn write(&mut self, what: Vec<u8>) {
        self.written.push(what);
    }
    /// Asked.
    fn written(&self) -> usize {
        self.written.len()
    }
}

/// Generic.
#[actor(crate = stage)]
pub struct Shelf<T: Send + 'static> {
    things: Vec<T>,
}

#[handlers(crate = stage)]
impl<T: Send + 'static> Shelf<T> {
    /// Told.
    fn put(&mut self, thing: T) {
        self.things.push(thing);
    }
}
