//! The stash on both backends, message by message: what was noted must be the same.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use actor::system;
use common::{Bed, note, noted, now, run};

/// Holds those who ask it until it opens.
#[actor(mailbox = 4)]
struct Gate {
    waiting: Vec<Reply<u32>>,
}

#[handlers]
impl Gate {
    fn pass(&mut self, reply: Reply<u32>) {
        self.waiting.push(reply);
    }
    fn open(&mut self) {
        for reply in self.waiting.drain(..) {
            reply.send(1);
        }
    }
}

/// Is ready for messages up to a number.
#[actor(mailbox = 8, stash = 3)]
struct Store {
    gate: GateRef,
    ready: u32,
}

impl Store {
    fn new(gate: GateRef) -> Self {
        Self { gate, ready: 0 }
    }
}

#[handlers]
impl Store {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        note(format!("started {}", ctx.incarnation()));
    }
    #[handler(stash_unless = self.ready > 0)]
    fn put(&mut self, number: u32) {
        note(format!("put {number}"));
    }
    /// Closes the store again.
    #[handler(stash_unless = self.ready > 0)]
    fn last(&mut self, number: u32) {
        self.ready = 0;
        note(format!("last {number}"));
    }
    #[handler(stash_unless = self.ready > 0)]
    fn get(&mut self, key: u32) -> u32 {
        note(format!("get {key}"));
        key * 10
    }
    #[handler(stash_unless = self.ready > 0)]
    async fn slow_get(&mut self, key: u32) -> u32 {
        let _ = self.gate.pass().await;
        note(format!("slow get {key}"));
        key * 100
    }
    #[handler(stash_unless = self.ready > 0)]
    fn keep(&mut self, reply: Reply<u32>) {
        note("kept");
        reply.send(3);
    }
    #[handler(stash_unless = self.ready > 1, lane = urgent)]
    fn urgent_put(&mut self, number: u32) {
        note(format!("urgent put {number}"));
    }
    fn open(&mut self, ready: u32, ctx: &mut Context<Self>) {
        self.ready = ready;
        ctx.unstash_all();
        note(format!("open {ready}"));
    }
    /// Looks again though nothing has changed.
    fn look(&mut self, ctx: &mut Context<Self>) {
        ctx.unstash_all();
        note("look");
    }
    async fn open_slowly(&mut self, ctx: &mut Context<Self>) {
        self.ready = 1;
        ctx.unstash_all();
        let _ = self.gate.pass().await;
        note("open slowly");
    }
    fn open_unasked(&mut self, ctx: &mut Context<Self>) -> Result<u32, &'static str> {
        self.ready = 1;
        ctx.unstash_all();
        Err("nobody asked")
    }
    fn plain(&mut self, number: u32) {
        note(format!("plain {number}"));
    }
    #[handler(lane = urgent)]
    fn alarm(&mut self) {
        note("alarm");
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        note(format!("stopping {why}"));
    }
}

#[actor(mailbox = 4)]
struct Asker {
    store: StoreRef,
}

#[handlers]
impl Asker {
    async fn get(&mut self, key: u32) {
        let answer = self.store.get(key).await;
        note(format!("got {key} {answer:?}"));
    }
    async fn slow_get(&mut self, key: u32) {
        let answer = self.store.slow_get(key).await;
        note(format!("got {key} {answer:?}"));
    }
    fn get_then(&mut self, key: u32, ctx: &mut Context<Self>) {
        self.store.get(key).then(ctx, AskerRef::got).unwrap();
    }
    fn got(&mut self, answer: Result<u32, AskError>) {
        note(format!("got {answer:?}"));
    }
    async fn keep(&mut self) {
        let answer = self.store.keep().await;
        note(format!("kept {answer:?}"));
    }
}

/// What both backends note, sorted where the order among different actors is nobody's promise.
fn sorted(mut entries: Vec<String>) {
    entries.sort();
    entries.into_iter().for_each(note);
}

/// A scenario on both backends: a store, its gate, and two who ask.
macro_rules! parity {
    ($test:ident, |$bed:ident, $store:ident, $gate:ident, $asker:ident, $other:ident| $body:block) => {
        mod $test {
            use super::*;

            system! {
                mod system {
                    ASKER: Asker = || Asker { store: system::STORE.clone() },
                    OTHER: Asker = || Asker { store: system::STORE.clone() },
                    STORE: Store = || Store::new(system::GATE.clone()),
                    GATE: Gate = || Gate { waiting: Vec::new() },
                }
            }

            #[allow(unused_variables)]
            fn scenario($bed: &mut Bed, $store: &StoreRef, $gate: &GateRef, $asker: &AskerRef, $other: &AskerRef) {
                $body
            }

            fn on_tokio() -> Vec<String> {
                let (tokio, mut stepper) = ActorSystem::builder("parity").stepper();
                let (gate, store, asker, other) = stepper.block_on(async {
                    let gate = tokio.spawn(|| Gate { waiting: Vec::new() }).await.unwrap();
                    let g = gate.clone();
                    let store = tokio.spawn(move || Store::new(g.clone())).await.unwrap();
                    let (s, t) = (store.clone(), store.clone());
                    let asker = tokio.spawn(move || Asker { store: s.clone() }).await.unwrap();
                    let other = tokio.spawn(move || Asker { store: t.clone() }).await.unwrap();
                    (gate, store, asker, other)
                });
                noted();
                scenario(&mut Bed::Tokio(stepper), &store, &gate, &asker, &other);
                let noted_there = noted();
                drop((gate, store, asker, other, tokio));
                noted();
                noted_there
            }

            #[test]
            fn $test() {
                // Under miri the worker alone: the other backend takes long there, and has tests of its own.
                let on_tokio = if cfg!(miri) { None } else { Some(on_tokio()) };
                system::start(now);
                run(system::step);
                noted();
                let mut bed = Bed::Worker { step: system::step, tick: system::tick };
                scenario(&mut bed, &system::STORE, &system::GATE, &system::ASKER, &system::OTHER);
                let on_worker = noted();
                assert!(!on_worker.is_empty(), "nothing happened");
                assert_eq!(
                    on_tokio.unwrap_or_else(|| on_worker.clone()),
                    on_worker,
                    "tokio on the left, the worker on the right"
                );
            }
        }
    };
}

parity!(stashed_messages_come_before_the_mailbox_in_the_order_they_came, |bed, store, gate, asker, other| {
    for number in 0..3 {
        store.put(number).tell().unwrap();
        store.plain(number).tell().unwrap();
    }
    bed.run();
    store.look().tell().unwrap();
    bed.run();
    store.open(1).tell().unwrap();
    store.plain(3).tell().unwrap();
    bed.run();
    store.put(4).tell().unwrap();
    bed.run();
});

parity!(what_has_to_wait_still_goes_back_in_order, |bed, store, gate, asker, other| {
    for _ in 0..3 {
        store.put(1).tell().unwrap();
        store.last(2).tell().unwrap();
        store.put(3).tell().unwrap();
        bed.run();
        // One is handled, one closes, one goes back.
        store.open(1).tell().unwrap();
        store.put(4).tell().unwrap();
        store.put(5).tell().unwrap();
        bed.run();
        store.look().tell().unwrap();
        store.look().tell().unwrap();
        bed.run();
        store.open(1).tell().unwrap();
        bed.run();
        store.last(6).tell().unwrap();
        bed.run();
    }
});

parity!(a_full_stash_drops_what_comes, |bed, store, gate, asker, other| {
    for number in 0..5 {
        store.put(number).tell().unwrap();
    }
    bed.run();
    asker.get(1).tell().unwrap();
    bed.run();
    store.open(1).tell().unwrap();
    bed.run();
});

parity!(asks_keep_their_replies_in_the_stash, |bed, store, gate, asker, other| {
    asker.get(1).tell().unwrap();
    bed.run();
    other.slow_get(2).tell().unwrap();
    bed.run();
    store.plain(1).tell().unwrap();
    bed.run();
    store.open(1).tell().unwrap();
    bed.run();
    sorted(noted());
    gate.open().tell().unwrap();
    bed.run();
    asker.keep().tell().unwrap();
    bed.run();
});

parity!(an_answer_by_message_to_what_was_stashed, |bed, store, gate, asker, other| {
    asker.get_then(1).tell().unwrap();
    bed.run();
    store.open(1).tell().unwrap();
    bed.run();
});

parity!(an_urgent_message_overtakes_what_comes_out_of_the_stash, |bed, store, gate, asker, other| {
    store.put(1).tell().unwrap();
    store.put(2).tell().unwrap();
    bed.run();
    store.open_slowly().tell().unwrap();
    bed.run();
    store.alarm().tell().unwrap();
    store.plain(3).tell().unwrap();
    bed.run();
    gate.open().tell().unwrap();
    bed.run();
});

parity!(an_urgent_message_may_have_to_wait_too, |bed, store, gate, asker, other| {
    store.put(1).tell().unwrap();
    store.urgent_put(2).tell().unwrap();
    store.put(3).tell().unwrap();
    bed.run();
    store.open(1).tell().unwrap();
    bed.run();
    store.urgent_put(4).tell().unwrap();
    store.urgent_put(5).tell().unwrap();
    bed.run();
    store.open(2).tell().unwrap();
    store.put(6).tell().unwrap();
    bed.run();
});

parity!(a_full_stash_whose_messages_have_their_turn_is_full_still, |bed, store, gate, asker, other| {
    for number in 0..3 {
        store.put(number).tell().unwrap();
    }
    bed.run();
    store.open_slowly().tell().unwrap();
    bed.run();
    // Goes first, has to wait, and finds the stash as full as it was.
    store.urgent_put(3).tell().unwrap();
    gate.open().tell().unwrap();
    bed.run();
    store.open(2).tell().unwrap();
    bed.run();
});

parity!(the_stash_survives_a_restart_and_comes_before_the_mailbox, |bed, store, gate, asker, other| {
    store.put(0).tell().unwrap();
    asker.get(1).tell().unwrap();
    bed.run();
    store.fails().tell().unwrap();
    store.plain(2).tell().unwrap();
    bed.run();
    store.open(1).tell().unwrap();
    bed.run();
    sorted(noted());
});

parity!(a_second_restart_after_a_pause_keeps_it_too, |bed, store, gate, asker, other| {
    store.put(0).tell().unwrap();
    store.put(1).tell().unwrap();
    for _ in 0..3 {
        store.fails().tell().unwrap();
        bed.advance(200);
    }
    store.open(1).tell().unwrap();
    bed.run();
});

parity!(a_resumed_failure_takes_out_what_it_took_out, |bed, store, gate, asker, other| {
    store.put(0).tell().unwrap();
    store.open_unasked().tell().unwrap();
    store.plain(1).tell().unwrap();
    bed.run();
});

parity!(a_stop_gives_up_the_stash, |bed, store, gate, asker, other| {
    store.put(0).tell().unwrap();
    bed.run();
    asker.get(1).tell().unwrap();
    other.slow_get(2).tell().unwrap();
    bed.run();
    drop(store.control().stop());
    bed.run();
    sorted(noted());
});

parity!(a_stop_gives_up_what_was_taken_out, |bed, store, gate, asker, other| {
    asker.get(1).tell().unwrap();
    bed.run();
    store.open_slowly().tell().unwrap();
    bed.run();
    drop(store.control().stop());
    gate.open().tell().unwrap();
    bed.run();
    sorted(noted());
});

parity!(a_drain_handles_what_was_taken_out_and_gives_up_the_rest, |bed, store, gate, asker, other| {
    asker.get(1).tell().unwrap();
    bed.run();
    store.open_slowly().tell().unwrap();
    bed.run();
    store.last(2).tell().unwrap();
    store.put(3).tell().unwrap();
    drop(store.control().drain());
    gate.open().tell().unwrap();
    bed.run();
    sorted(noted());
});

/// A child with a stash, whose parent restarts; and what the stash takes beside timers.
#[actor(mailbox = 4)]
struct Parent {
    #[child(|| Kept { ready: false })]
    kept: Child<Kept>,
}

#[handlers]
impl Parent {
    fn put(&mut self, number: u32) {
        self.kept.put(number).tell().unwrap();
    }
    fn open(&mut self) {
        self.kept.open().tell().unwrap();
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
}

#[actor(mailbox = 4, stash = 2, fairness(system = 1, user = 2))]
struct Kept {
    ready: bool,
}

#[handlers]
impl Kept {
    #[handler(stash_unless = self.ready)]
    fn put(&mut self, number: u32) {
        note(format!("put {number}"));
    }
    fn open(&mut self, ctx: &mut Context<Self>) {
        self.ready = true;
        ctx.unstash_all();
    }
    #[every(10ms)]
    fn beat(&mut self) {
        note("beat");
    }
}

macro_rules! family {
    ($test:ident, |$bed:ident, $parent:ident| $body:block) => {
        mod $test {
            use super::*;

            system! { mod system { PARENT: Parent = || Parent { kept: Child::default() } } }

            fn scenario($bed: &mut Bed, $parent: &ParentRef) {
                $body
            }

            fn on_tokio() -> Vec<String> {
                let (tokio, mut stepper) = ActorSystem::builder("family").stepper();
                let parent = stepper.block_on(tokio.spawn(|| Parent { kept: Child::default() }).into_future()).unwrap();
                scenario(&mut Bed::Tokio(stepper), &parent);
                let noted_there = noted();
                drop((parent, tokio));
                noted();
                noted_there
            }

            #[test]
            fn $test() {
                // Under miri the worker alone: the other backend takes long there, and has tests of its own.
                let on_tokio = if cfg!(miri) { None } else { Some(on_tokio()) };
                system::start(now);
                run(system::step);
                scenario(&mut Bed::Worker { step: system::step, tick: system::tick }, &system::PARENT);
                let on_worker = noted();
                assert!(!on_worker.is_empty(), "nothing happened");
                assert_eq!(
                    on_tokio.unwrap_or_else(|| on_worker.clone()),
                    on_worker,
                    "tokio on the left, the worker on the right"
                );
            }
        }
    };
}

family!(the_stash_of_a_child_that_ended_is_not_that_of_the_next, |bed, parent| {
    parent.put(1).tell().unwrap();
    parent.put(2).tell().unwrap();
    bed.run();
    parent.fails().tell().unwrap();
    bed.run();
    parent.put(3).tell().unwrap();
    parent.open().tell().unwrap();
    bed.run();
});

family!(a_timer_has_its_share_beside_the_stash, |bed, parent| {
    parent.put(1).tell().unwrap();
    parent.put(2).tell().unwrap();
    bed.advance(10);
    parent.open().tell().unwrap();
    parent.put(3).tell().unwrap();
    bed.advance(10);
});
