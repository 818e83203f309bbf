//! The same actors and the same calls on both backends, step by step under a virtual clock: what was noted must be the
//! same.
#![allow(missing_docs)]

mod common;

use std::time::Duration;

use actor::prelude::*;
use actor::system;
use common::{Bed, note, noted, now, run};

#[actor(mailbox = 2)]
struct Store {
    first: Option<Reply<u32>>,
    second: Option<Reply<u32>>,
}

impl Store {
    fn new() -> Self {
        Self { first: None, second: None }
    }
}

#[handlers]
impl Store {
    fn later(&mut self, reply: Reply<u32>) {
        self.first = Some(reply);
    }
    fn second(&mut self, reply: Reply<u32>) {
        self.second = Some(reply);
    }
    fn answer_second(&mut self) {
        if let Some(reply) = self.second.take() {
            reply.send(2);
        }
    }
    fn get(&mut self, key: u32) -> u32 {
        note(format!("get {key}"));
        key
    }
    fn put(&mut self, value: u32) {
        note(format!("put {value}"));
    }
    fn fails_asked(&mut self, ctx: &mut Context<Self>) -> u32 {
        ctx.fail("while asked");
        7
    }
    fn fails_owing(&mut self, reply: Reply<u32>, ctx: &mut Context<Self>) {
        let _reply = reply;
        ctx.fail("while owing");
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
    /// Holds the actor until `answer_second` of another one.
    async fn hold(&mut self, other: StoreRef) {
        let _ = other.second().await;
    }
}

#[actor(mailbox = 4)]
struct Asker {
    name: &'static str,
    store: StoreRef,
}

#[handlers]
impl Asker {
    async fn later(&mut self) {
        note(format!("later {:?}", self.store.later().await));
    }
    async fn get_soon(&mut self) {
        note(format!("soon {:?}", self.store.get(1).timeout(Duration::from_millis(5)).await));
    }
    async fn fails_asked(&mut self) {
        note(format!("asked {:?}", self.store.fails_asked().await));
    }
    async fn fails_owing(&mut self) {
        note(format!("owing {:?}", self.store.fails_owing().await));
    }
    async fn put(&mut self, value: u32) {
        let sent = self.store.put(value).await;
        note(format!("{} sent {value} {sent:?}", self.name));
    }
    fn then_later(&mut self, ctx: &mut Context<Self>) {
        if let Err(rejected) = self.store.later().then(ctx, AskerRef::got) {
            note(format!("then {:?}", rejected.reason));
        }
    }
    fn got(&mut self, answer: Result<u32, AskError>, ctx: &mut Context<Self>) {
        note(format!("life {} got {answer:?}", ctx.incarnation()));
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
}

/// A scenario on both backends: two askers, the first of higher priority where there are priorities, a store for both,
/// and another store.
macro_rules! parity {
    ($test:ident, |$bed:ident, $high:ident, $low:ident, $store:ident, $other:ident| $body:block) => {
        mod $test {
            use super::*;

            system! {
                mod system {
                    HIGH: Asker { mailbox = 4 } = || Asker { name: "high", store: system::STORE.clone() },
                    LOW: Asker { mailbox = 4 } = || Asker { name: "low", store: system::STORE.clone() },
                    STORE: Store { mailbox = 2 } = Store::new,
                    OTHER: Store { mailbox = 2 } = Store::new,
                }
            }

            #[allow(unused_variables)]
            fn scenario($bed: &mut Bed, $high: &AskerRef, $low: &AskerRef, $store: &StoreRef, $other: &StoreRef) {
                $body
            }

            #[test]
            #[cfg_attr(miri, ignore = "takes long, and does nothing that other tests do not")]
            fn $test() {
                let (tokio, mut stepper) = ActorSystem::builder("parity").stepper();
                let (high, low, store, other) = stepper.block_on(async {
                    let store = tokio.spawn(Store::new).await.unwrap();
                    let other = tokio.spawn(Store::new).await.unwrap();
                    let (s, t) = (store.clone(), store.clone());
                    let high = tokio.spawn(move || Asker { name: "high", store: s.clone() }).await.unwrap();
                    let low = tokio.spawn(move || Asker { name: "low", store: t.clone() }).await.unwrap();
                    (high, low, store, other)
                });
                scenario(&mut Bed::Tokio(stepper), &high, &low, &store, &other);
                let on_tokio = noted();
                drop((high, low, store, other, tokio));
                noted();

                system::start(now);
                run(system::step);
                let mut bed = Bed::Worker { step: system::step, tick: system::tick };
                scenario(&mut bed, &system::HIGH, &system::LOW, &system::STORE, &system::OTHER);
                let on_worker = noted();
                assert_eq!(on_tokio, on_worker, "tokio on the left, the worker on the right");
            }
        }
    };
}

parity!(a_kept_reply_when_its_actor_fails, |bed, high, low, store, other| {
    high.later().tell().unwrap();
    bed.run();
    store.fails().tell().unwrap();
    bed.run();
});

parity!(a_kept_reply_when_its_actor_stops, |bed, high, low, store, other| {
    high.later().tell().unwrap();
    bed.run();
    drop(store.control().stop());
    bed.run();
});

parity!(an_ask_whose_handler_fails, |bed, high, low, store, other| {
    high.fails_asked().tell().unwrap();
    bed.run();
    high.fails_owing().tell().unwrap();
    bed.advance(200);
});

parity!(five_failures_a_second_apart, |bed, high, low, store, other| {
    for _ in 0..5 {
        store.fails().tell().unwrap();
        bed.advance(2_000);
    }
    note(format!("alive {}", store.control().is_alive()));
});

parity!(senders_that_wait_are_let_in_in_order, |bed, high, low, store, other| {
    store.hold(other.clone()).tell().unwrap();
    bed.run();
    store.put(1).tell().unwrap();
    store.put(2).tell().unwrap();
    low.put(3).tell().unwrap();
    bed.run();
    high.put(4).tell().unwrap();
    bed.run();
    other.answer_second().tell().unwrap();
    bed.run();
    noted().into_iter().filter(|entry| entry.starts_with("put")).for_each(note);
});

parity!(an_ask_from_a_message_that_a_drain_handles, |bed, high, low, store, other| {
    high.then_later().tell().unwrap();
    bed.run();
    high.then_later().tell().unwrap();
    drop(high.control().drain());
    bed.run();
    note(format!("alive {}", high.control().is_alive()));
});

parity!(an_answer_that_waits_when_the_asker_fails, |bed, high, low, store, other| {
    // The asker is to fail first, and finds the answer in its mailbox in the next life.
    high.then_later().tell().unwrap();
    bed.run();
    store.fails().tell().unwrap();
    high.fails().tell().unwrap();
    bed.run();
});

parity!(answers_for_all_places_of_the_mailbox, |bed, high, low, store, other| {
    for _ in 0..3 {
        high.then_later().tell().unwrap();
        high.then_later().tell().unwrap();
        bed.run();
    }
});

/// A parent that asks its child by `.then`, hears of nothing but what comes back, and waits in hooks.
#[actor(mailbox = 4)]
struct Parent {
    #[child(Store::new)]
    child: Child<Store>,
}

#[handlers]
impl Parent {
    #[started]
    async fn started(&mut self, ctx: &mut Context<Self>) {
        note(format!("started {} {:?}", ctx.incarnation(), self.child.get(1).await));
    }
    fn ask(&mut self, ctx: &mut Context<Self>) {
        self.child.later().then(ctx, ParentRef::got).unwrap();
    }
    fn ask_and_fail(&mut self, ctx: &mut Context<Self>) {
        self.child.get(2).then(ctx, ParentRef::got).unwrap();
        ctx.fail("on purpose");
    }
    async fn hold(&mut self) {
        note(format!("held {:?}", self.child.second().await));
    }
    fn child_fails(&mut self) {
        self.child.fails().tell().unwrap();
    }
    fn answer_child(&mut self) {
        self.child.answer_second().tell().unwrap();
    }
    fn got(&mut self, answer: Result<u32, AskError>, ctx: &mut Context<Self>) {
        note(format!("life {} got {answer:?}", ctx.incarnation()));
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
    fn stop(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
    #[stopping]
    async fn stopping(&mut self, why: StopReason) {
        note(format!("stopping {why} {:?}", self.child.get(3).await));
    }
}

macro_rules! family {
    ($test:ident, |$bed:ident, $parent:ident| $body:block) => {
        mod $test {
            use super::*;

            system! { mod system { PARENT: Parent { mailbox = 4 } = || Parent { child: Child::default() } } }

            fn scenario($bed: &mut Bed, $parent: &ParentRef) {
                $body
            }

            #[test]
            #[cfg_attr(miri, ignore = "takes long, and does nothing that other tests do not")]
            fn $test() {
                let (tokio, mut stepper) = ActorSystem::builder("family").stepper();
                let parent =
                    stepper.block_on(tokio.spawn(|| Parent { child: Child::default() }).into_future()).unwrap();
                scenario(&mut Bed::Tokio(stepper), &parent);
                let on_tokio = noted();
                drop((parent, tokio));
                noted();

                system::start(now);
                run(system::step);
                scenario(&mut Bed::Worker { step: system::step, tick: system::tick }, &system::PARENT);
                assert_eq!(on_tokio, noted(), "tokio on the left, the worker on the right");
            }
        }
    };
}

family!(an_answer_made_by_the_end_of_a_child, |bed, parent| {
    parent.ask().tell().unwrap();
    bed.run();
    parent.fails().tell().unwrap();
    bed.run();
});

family!(a_message_given_up_by_the_end_of_a_child, |bed, parent| {
    parent.ask_and_fail().tell().unwrap();
    bed.run();
});

family!(a_parent_that_waits_while_its_child_fails_too_often, |bed, parent| {
    parent.hold().tell().unwrap();
    bed.run();
    bed.advance(6_000);
});

family!(a_stop_from_within, |bed, parent| {
    parent.stop().tell().unwrap();
    bed.run();
    note(format!("alive {}", parent.control().is_alive()));
});

family!(a_drain_while_a_handler_waits, |bed, parent| {
    parent.hold().tell().unwrap();
    bed.run();
    drop(parent.control().drain());
    bed.advance(11_000);
    note(format!("alive {}", parent.control().is_alive()));
});

family!(a_stop_while_a_handler_waits, |bed, parent| {
    parent.hold().tell().unwrap();
    bed.run();
    drop(parent.control().stop());
    bed.advance(4_900);
    note("almost five seconds");
    bed.advance(5_200);
    note(format!("alive {}", parent.control().is_alive()));
});

std::thread_local!(static CHILD: std::cell::RefCell<Option<LifeRef>> = const { std::cell::RefCell::new(None) });

/// Says which life it is in.
#[actor(mailbox = 2)]
struct Life;

#[handlers]
impl Life {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        note(format!("child started {}", ctx.incarnation()));
    }
    fn put(&mut self, value: u32) {
        note(format!("put {value}"));
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        note(format!("child {why}"));
    }
}

#[actor(mailbox = 4)]
struct Owner {
    #[child(|| Life)]
    child: Child<Life>,
}

#[handlers]
impl Owner {
    #[started]
    fn started(&mut self) {
        CHILD.with_borrow_mut(|child| {
            child.get_or_insert_with(|| (*self.child).clone());
        });
    }
    fn puts(&mut self) {
        (1..3).for_each(|value| self.child.put(value).tell().unwrap());
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        note(format!("owner {why}"));
    }
}

#[actor(mailbox = 4)]
struct Watcher;

#[handlers]
impl Watcher {
    async fn watch(&mut self) {
        let Some(child) = CHILD.with_borrow(Clone::clone) else { return };
        child.control().stopped().await;
        note("saw the end");
    }
}

macro_rules! heirs {
    ($test:ident, |$bed:ident, $owner:ident, $watcher:ident| $body:block) => {
        mod $test {
            use super::*;

            system! {
                mod system {
                    OWNER: Owner { mailbox = 4 } = || Owner { child: Child::default() },
                    WATCHER: Watcher { mailbox = 4 } = || Watcher,
                }
            }

            #[allow(unused_variables)]
            fn scenario($bed: &mut Bed, $owner: &OwnerRef, $watcher: &WatcherRef) {
                $body
            }

            #[test]
            #[cfg_attr(miri, ignore = "takes long, and does nothing that other tests do not")]
            fn $test() {
                let (tokio, mut stepper) = ActorSystem::builder("family").stepper();
                let owner = stepper.block_on(tokio.spawn(|| Owner { child: Child::default() }).into_future()).unwrap();
                let watcher = stepper.block_on(tokio.spawn(|| Watcher).into_future()).unwrap();
                scenario(&mut Bed::Tokio(stepper), &owner, &watcher);
                let on_tokio = noted();
                drop((owner, watcher, tokio));
                drop(CHILD.take());
                noted();

                system::start(now);
                run(system::step);
                scenario(&mut Bed::Worker { step: system::step, tick: system::tick }, &system::OWNER, &system::WATCHER);
                assert_eq!(on_tokio, noted(), "tokio on the left, the worker on the right");
            }
        }
    };
}

heirs!(the_first_life_of_a_child_of_the_next_life, |bed, owner, watcher| {
    owner.fails().tell().unwrap();
    bed.run();
});

heirs!(the_end_of_a_child_is_seen_although_its_parent_begins_anew, |bed, owner, watcher| {
    watcher.watch().tell().unwrap();
    bed.run();
    owner.fails().tell().unwrap();
    bed.run();
    bed.advance(1_000);
    noted().into_iter().filter(|entry| entry.starts_with("saw")).for_each(note);
});

heirs!(a_child_of_an_owner_that_drains, |bed, owner, watcher| {
    owner.puts().tell().unwrap();
    drop(owner.control().drain());
    bed.run();
});

heirs!(a_child_of_an_owner_that_stops, |bed, owner, watcher| {
    owner.puts().tell().unwrap();
    drop(owner.control().stop());
    bed.run();
});

parity!(a_drain_in_the_pause_before_a_restart, |bed, high, low, store, other| {
    for _ in 0..2 {
        store.fails().tell().unwrap();
        bed.run();
    }
    drop(store.control().drain());
    bed.run();
    note(format!("alive {}", store.control().is_alive()));
});

parity!(a_drain_in_the_pause_before_a_restart_with_a_message, |bed, high, low, store, other| {
    for _ in 0..2 {
        store.fails().tell().unwrap();
        bed.run();
    }
    store.put(1).tell().unwrap();
    drop(store.control().drain());
    bed.run();
    note(format!("alive {}", store.control().is_alive()));
    bed.advance(1_000);
    note(format!("alive {}", store.control().is_alive()));
});
