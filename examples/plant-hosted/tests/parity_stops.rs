//! Who asks an actor that stops, on both backends, step by step under a virtual clock: what was noted must be the same.
#![allow(missing_docs)]

#[macro_use]
mod common;

use std::cell::RefCell;

use actor::prelude::*;
use common::{Owing, OwingRef, note};

thread_local! {
    static ELDER: RefCell<Option<ElderRef>> = const { RefCell::new(None) };
    static JUNIOR: RefCell<Option<JuniorRef>> = const { RefCell::new(None) };
    static OWING: RefCell<Option<OwingRef>> = const { RefCell::new(None) };
}

fn elder() -> ElderRef {
    ELDER.with_borrow(|elder| elder.clone().unwrap())
}

fn junior() -> JuniorRef {
    JUNIOR.with_borrow(|junior| junior.clone().unwrap())
}

fn owing() -> OwingRef {
    OWING.with_borrow(|owing| owing.clone().unwrap())
}

/// Waits for others, with a child that waits for it.
#[actor(mailbox = 2)]
struct Elder {
    #[child(Owing::new)]
    owing: Child<Owing>,
    #[child(|| Junior)]
    junior: Child<Junior>,
}

impl Elder {
    fn new() -> Self {
        Self { owing: Child::default(), junior: Child::default() }
    }
}

#[handlers]
impl Elder {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        ELDER.set(Some(ctx.this()));
        JUNIOR.set(Some((*self.junior).clone()));
        OWING.set(Some((*self.owing).clone()));
    }
    async fn hold(&mut self) {
        note(format!("held {:?}", self.owing.first().await));
    }
    fn answer(&self) -> u32 {
        42
    }
    #[handler(lane = urgent)]
    fn answer_at_once(&self) -> u32 {
        43
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        note(format!("elder {why}"));
    }
}

#[actor(mailbox = 4)]
struct Junior;

#[handlers]
impl Junior {
    async fn asks(&mut self) {
        note(format!("heard {:?}", elder().answer().await));
    }
    async fn asks_urgently(&mut self) {
        note(format!("heard {:?}", elder().answer_at_once().await));
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        note(format!("junior {why}"));
    }
}

parity!(a_child_whose_question_waits_is_told, Elder, Elder::new(), |bed, elder| {
    elder.hold().tell().unwrap();
    bed.run();
    junior().asks().tell().unwrap();
    bed.run();
    drop(elder.control().stop());
    bed.run();
    owing().answer_first().tell().unwrap();
    bed.run();
    note(format!("alive {}", elder.control().is_alive()));
});

parity!(a_child_that_asks_while_its_parent_waits_for_it_is_told, Elder, Elder::new(), |bed, elder| {
    elder.hold().tell().unwrap();
    junior().asks_urgently().tell().unwrap();
    junior().asks().tell().unwrap();
    bed.run();
    drop(elder.control().stop());
    owing().answer_first().tell().unwrap();
    bed.run();
    note(format!("alive {}", elder.control().is_alive()));
});

parity!(a_child_that_waits_for_room_is_told, Elder, Elder::new(), |bed, elder| {
    elder.hold().tell().unwrap();
    bed.run();
    for _ in 0..2 {
        elder.hold().tell().unwrap();
    }
    junior().asks().tell().unwrap();
    bed.run();
    drop(elder.control().stop());
    owing().answer_first().tell().unwrap();
    bed.run();
    note(format!("alive {}", elder.control().is_alive()));
});

parity!(a_child_that_waits_for_urgent_room_is_told, Elder, Elder::new(), |bed, elder| {
    elder.hold().tell().unwrap();
    bed.run();
    for _ in 0..2 {
        elder.answer_at_once().tell().unwrap();
    }
    junior().asks_urgently().tell().unwrap();
    bed.run();
    drop(elder.control().stop());
    owing().answer_first().tell().unwrap();
    bed.run();
    note(format!("alive {}", elder.control().is_alive()));
});

/// Asks one last time.
#[actor(mailbox = 2)]
struct Last;

#[handlers]
impl Last {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        LAST.set(Some(ctx.this()));
    }
    async fn hold(&mut self) {
        note(format!("held {:?}", owing().first().await));
    }
    fn answer(&self) -> u32 {
        42
    }
    #[stopping]
    async fn stopping(&mut self) {
        note(format!("friend {:?}", friend().answer().await));
    }
}

thread_local! {
    static LAST: RefCell<Option<LastRef>> = const { RefCell::new(None) };
    static FRIEND: RefCell<Option<FriendRef>> = const { RefCell::new(None) };
}

fn friend() -> FriendRef {
    FRIEND.with_borrow(|friend| friend.clone().unwrap())
}

#[actor(mailbox = 2)]
struct Friend;

#[handlers]
impl Friend {
    async fn asks(&mut self) {
        let last = LAST.with_borrow(|last| last.clone().unwrap());
        note(format!("heard {:?}", last.answer().await));
    }
    fn answer(&self) -> u32 {
        7
    }
}

#[actor(mailbox = 2)]
struct Family {
    #[child(Owing::new)]
    owing: Child<Owing>,
    #[child(|| Friend)]
    friend: Child<Friend>,
    #[child(|| Last)]
    last: Child<Last>,
}

#[handlers]
impl Family {
    #[started]
    fn started(&mut self) {
        OWING.set(Some((*self.owing).clone()));
        FRIEND.set(Some((*self.friend).clone()));
    }
    fn hold(&mut self) {
        self.last.hold().tell().unwrap();
    }
    fn stop(&mut self) {
        drop(self.last.control().stop());
    }
}

parity!(
    whoever_the_last_hook_asks_is_told,
    Family,
    Family { owing: Child::default(), friend: Child::default(), last: Child::default() },
    |bed, family| {
        family.hold().tell().unwrap();
        bed.run();
        friend().asks().tell().unwrap();
        bed.run();
        family.stop().tell().unwrap();
        bed.run();
        owing().answer_first().tell().unwrap();
        bed.run();
        note("over");
    }
);
