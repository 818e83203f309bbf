//! The receive timeout on both backends, step by step under a virtual clock: what was noted must be the same.
#![allow(missing_docs)]

#[macro_use]
mod common;

use std::time::Duration;

use actor::prelude::*;
use common::{Owing, OwingRef, note};

fn millis<A: actor::Actor>(ctx: &Context<A>) -> u64 {
    ctx.now().as_nanos() / 1_000_000
}

#[actor(mailbox = 8, stash = 2)]
struct Session {
    #[child(Owing::new)]
    owing: Child<Owing>,
    ready: bool,
}

impl Session {
    fn new() -> Self {
        Self { owing: Child::default(), ready: true }
    }
}

#[handlers]
impl Session {
    #[idle(30ms)]
    fn quiet(&mut self, ctx: &mut Context<Self>) {
        note(format!("quiet {}", millis(ctx)));
    }
    #[every(7ms)]
    fn tick(&mut self) {}
    fn talk(&mut self) {}
    #[handler(lane = urgent)]
    fn shout(&mut self) {}
    #[handler(stash_unless = self.ready)]
    fn wait(&mut self) {
        note("waited");
    }
    fn set_ready(&mut self, ready: bool, ctx: &mut Context<Self>) {
        self.ready = ready;
        ctx.unstash_all();
    }
    #[handler(passive)]
    fn ping(&mut self) {
        note("ping");
    }
    async fn hold(&mut self) {
        let _ = self.owing.first().timeout(Duration::from_secs(3_600)).await;
        note("held");
    }
    #[handler(passive)]
    async fn hold_passively(&mut self) {
        let _ = self.owing.first().timeout(Duration::from_secs(3_600)).await;
        note("held");
    }
    fn ask(&mut self, ctx: &mut Context<Self>) {
        let call = self.owing.first().timeout(Duration::from_secs(3_600));
        note(format!("{}", call.then(ctx, SessionRef::got).is_ok()));
    }
    fn got(&mut self, answer: Result<u32, AskError>) {
        note(format!("{answer:?}"));
    }
    fn owing(&self) -> OwingRef {
        self.owing.clone()
    }
    #[handler(passive)]
    fn release(&mut self) {
        let _ = self.owing.answer_first().tell();
    }
    fn set_idle(&mut self, millis: u32, ctx: &mut Context<Self>) {
        ctx.set_idle(Duration::from_millis(u64::from(millis)));
    }
    fn clear_idle(&mut self, ctx: &mut Context<Self>) {
        ctx.clear_idle();
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
}

parity!(quiet_is_told_after_its_time_and_again, Session, Session::new(), |bed, me| {
    bed.advance(29);
    note("not yet");
    bed.advance(61);
});

parity!(a_message_begins_the_time_anew_and_a_passive_one_or_a_tick_does_not, Session, Session::new(), |bed, me| {
    for pause in [20, 25, 29] {
        bed.advance(pause);
        me.talk().tell().unwrap();
    }
    bed.advance(29);
    me.ping().tell().unwrap();
    bed.advance(20);
    me.shout().tell().unwrap();
    bed.advance(40);
});

parity!(a_message_that_waits_in_the_stash_was_heard_when_it_came, Session, Session::new(), |bed, me| {
    me.set_ready(false).tell().unwrap();
    bed.advance(20);
    me.wait().tell().unwrap();
    bed.advance(20);
    me.set_ready(true).tell().unwrap();
    bed.advance(40);
});

parity!(an_actor_whose_handler_waits_is_not_idle, Session, Session::new(), |bed, me| {
    let owing = bed.ask(me.owing());
    bed.advance(5);
    me.hold().tell().unwrap();
    bed.advance(100);
    owing.answer_first().tell().unwrap();
    bed.advance(40);
});

parity!(one_that_waits_passively_is_not_idle_either, Session, Session::new(), |bed, me| {
    let owing = bed.ask(me.owing());
    bed.advance(5);
    me.hold_passively().tell().unwrap();
    bed.advance(100);
    owing.answer_first().tell().unwrap();
    bed.advance(40);
});

parity!(one_that_waits_for_an_answer_by_message_may_be_idle, Session, Session::new(), |bed, me| {
    me.ask().tell().unwrap();
    bed.advance(40);
    me.release().tell().unwrap();
    bed.advance(40);
});

parity!(the_time_is_changed_and_switched_off_for_one_life, Session, Session::new(), |bed, me| {
    me.set_idle(10).tell().unwrap();
    bed.advance(25);
    me.clear_idle().tell().unwrap();
    bed.advance(500);
    me.talk().tell().unwrap();
    bed.advance(500);
    me.set_idle(40).tell().unwrap();
    bed.advance(45);
    me.set_idle(10).tell().unwrap();
    bed.advance(5);
    me.fails().tell().unwrap();
    bed.advance(40);
});

#[actor(mailbox = 2)]
struct Brief {
    first: u32,
}

#[handlers]
impl Brief {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        if self.first == 0 {
            ctx.clear_idle();
        } else {
            ctx.set_idle(Duration::from_millis(u64::from(self.first)));
        }
    }
    #[idle(20ms)]
    fn quiet(&mut self, ctx: &mut Context<Self>) {
        note(format!("quiet {}", ctx.now().as_nanos() / 1_000_000));
        ctx.stop();
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        note(format!("{why}"));
    }
}

parity!(one_that_is_started_says_how_long, Brief, Brief { first: 7 }, |bed, me| {
    bed.advance(100);
    note(format!("{}", me.control().is_alive()));
});

parity!(one_that_is_started_switches_it_off, Brief, Brief { first: 0 }, |bed, me| {
    bed.advance(100);
    drop(me.control().drain());
    bed.advance(100);
    note(format!("{}", me.control().is_alive()));
});

parity!(suspended_beyond_its_time_it_is_told_once, Session, Session::new(), |bed, me| {
    let held = me.control().suspend("a test");
    bed.run();
    bed.advance(97);
    note("goes on");
    held.resume();
    bed.run();
    for _ in 0..11 {
        bed.advance(3);
        note("3 ms");
    }
});

parity!(one_that_is_suspended_with_messages_is_not_quiet, Session, Session::new(), |bed, me| {
    let held = me.control().suspend("a test");
    bed.run();
    me.talk().tell().unwrap();
    bed.advance(57);
    note("goes on");
    held.resume();
    bed.run();
    for _ in 0..10 {
        bed.advance(3);
        note("3 ms");
    }
});
