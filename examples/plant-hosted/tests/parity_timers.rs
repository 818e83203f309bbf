//! Timers, limits and ends on both backends, step by step under a virtual clock: what was noted must be the same.
#![allow(missing_docs)]

#[macro_use]
mod common;

use actor::prelude::*;
use common::{note, noted};

#[actor(mailbox = 4)]
struct Store {
    kept: Option<Reply<u32>>,
}

#[handlers]
impl Store {
    fn later(&mut self, reply: Reply<u32>) {
        self.kept = Some(reply);
    }
    fn answer(&mut self) {
        if let Some(reply) = self.kept.take() {
            reply.send(2);
        }
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        note(format!("store {why}"));
    }
}

#[actor(mailbox = 4)]
#[supervise(limit = 1 per 60s, exhausted = stop_child)]
struct StopChild {
    #[child(|| Store { kept: None })]
    store: Child<Store>,
}

#[actor(mailbox = 4)]
#[supervise(limit = 1 per 60s, exhausted = stop_self)]
struct StopSelf {
    #[child(|| Store { kept: None })]
    store: Child<Store>,
}

#[actor(mailbox = 4)]
struct Ticker {
    #[child(|| Store { kept: None })]
    store: Child<Store>,
    beats: u32,
}

fn millis<A: actor::Actor>(ctx: &Context<A>) -> u64 {
    ctx.now().as_nanos() / 1_000_000
}

#[handlers]
impl Ticker {
    #[every(10ms)]
    fn fast(&mut self, ctx: &mut Context<Self>) {
        note(format!("fast {}", millis(ctx)));
    }
    #[every(20ms)]
    fn slow(&mut self, ctx: &mut Context<Self>) {
        note(format!("slow {}", millis(ctx)));
    }
    #[every(30ms)]
    async fn wait(&mut self, ctx: &mut Context<Self>) {
        self.beats += 1;
        note(format!("wait {} {}", millis(ctx), self.beats));
    }
    async fn hold(&mut self) {
        let _ = self.store.later().await;
        note("held");
    }
    fn answer(&mut self) {
        self.store.answer().tell().unwrap();
    }
    fn plain(&mut self) {
        note("plain");
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        note(format!("ticker {why}"));
    }
}

#[handlers]
impl StopChild {
    fn child_fails(&mut self) {
        note(format!("{:?}", self.store.fails().tell().map_err(|rejected| rejected.reason)));
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        note(format!("parent {why}"));
    }
}

#[handlers]
impl StopSelf {
    fn child_fails(&mut self) {
        note(format!("{:?}", self.store.fails().tell().map_err(|rejected| rejected.reason)));
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        note(format!("parent {why}"));
    }
}

parity!(timers_that_are_due_together, Ticker, Ticker { store: Child::default(), beats: 0 }, |bed, me| {
    bed.advance(65);
});

parity!(timers_while_a_handler_waits, Ticker, Ticker { store: Child::default(), beats: 0 }, |bed, me| {
    bed.advance(5);
    me.hold().tell().unwrap();
    bed.advance(66);
    me.plain().tell().unwrap();
    bed.advance(5000);
    noted().into_iter().take(12).for_each(note);
});

parity!(timers_after_a_restart, Ticker, Ticker { store: Child::default(), beats: 0 }, |bed, me| {
    bed.advance(15);
    me.fails().tell().unwrap();
    bed.advance(18);
    me.fails().tell().unwrap();
    bed.run();
    noted();
    bed.advance(100);
    note(format!("{}", noted().len() > 2));
});

parity!(timers_after_a_stop, Ticker, Ticker { store: Child::default(), beats: 0 }, |bed, me| {
    bed.advance(15);
    drop(me.control().stop());
    bed.advance(100);
    note(format!("{}", me.control().is_alive()));
});

parity!(timers_while_an_actor_drains, Ticker, Ticker { store: Child::default(), beats: 0 }, |bed, me| {
    me.hold().tell().unwrap();
    bed.run();
    me.plain().tell().unwrap();
    drop(me.control().drain());
    bed.advance(25);
    note("still");
    bed.advance(5_000);
    note(format!("{}", me.control().is_alive()));
});

parity!(a_child_that_is_stopped_beyond_its_limit, StopChild, StopChild { store: Child::default() }, |bed, me| {
    for _ in 0..3 {
        me.child_fails().tell().unwrap();
        bed.advance(1_000);
    }
    note(format!("{}", me.control().is_alive()));
});

parity!(a_parent_that_is_stopped_beyond_its_limit, StopSelf, StopSelf { store: Child::default() }, |bed, me| {
    for _ in 0..3 {
        let _ = me.child_fails().tell();
        bed.advance(1_000);
    }
    note(format!("{}", me.control().is_alive()));
});

#[actor(mailbox = 4)]
#[supervise(limit = 3 per 60s, exhausted = stop_child, jitter = none)]
struct Top {
    #[child(|| Middle { store: Child::default() })]
    middle: Child<Middle>,
}

#[handlers]
impl Top {
    fn both(&mut self) {
        let _ = self.middle.both().tell();
    }
    fn look(&mut self) {
        note(format!("{}", self.middle.control().is_alive()));
    }
}

#[actor(mailbox = 4)]
#[supervise(limit = 1 per 60s)]
struct Middle {
    #[child(|| Store { kept: None })]
    store: Child<Store>,
}

#[handlers]
impl Middle {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        note(format!("middle {}", ctx.incarnation()));
    }
    /// Its child fails too often while it waits, and then it fails itself.
    async fn both(&mut self, ctx: &mut Context<Self>) {
        let _ = self.store.fails().tell();
        let _ = self.store.fails().tell();
        let _ = self.store.later().await;
        ctx.fail("on purpose");
    }
}

parity!(a_failure_that_comes_during_a_restart_is_folded_into_it, Top, Top { middle: Child::default() }, |bed, me| {
    for _ in 0..3 {
        me.both().tell().unwrap();
        bed.advance(2_000);
        me.look().tell().unwrap();
        bed.run();
    }
});
