//! Answers by `.then` that lie in a mailbox or a stash when their life ends, on both backends: the next one does not hear
//! of them.
#![allow(missing_docs)]

#[macro_use]
mod common;

use std::cell::Cell;

use actor::prelude::*;
use common::note;

thread_local! {
    static GATE: Cell<Option<Reply<()>>> = const { Cell::new(None) };
}

/// Lets the handler go on that waits.
fn open() {
    GATE.take().expect("somebody waits").send(());
}

#[actor(mailbox = 4)]
struct Store;

#[handlers]
impl Store {
    fn row(&mut self, number: u32) -> u32 {
        number
    }
    fn gate(&mut self, reply: Reply<()>) {
        GATE.set(Some(reply));
    }
}

#[actor(mailbox = 6, stash = 4)]
#[supervise(strategy = restarting)]
struct Reader {
    #[child(|| Store)]
    store: Child<Store>,
    ready: bool,
}

impl Reader {
    fn new() -> Self {
        Self { store: Child::default(), ready: false }
    }
}

#[handlers]
impl Reader {
    fn asks(&mut self, number: u32, ctx: &mut Context<Self>) {
        self.store.row(number).then(ctx, ReaderRef::heard).unwrap();
    }
    fn asks_at_once(&mut self, number: u32, ctx: &mut Context<Self>) {
        self.store.row(number).then(ctx, ReaderRef::heard_at_once).unwrap();
    }
    fn asks_in_time(&mut self, number: u32, ctx: &mut Context<Self>) {
        self.store.row(number).then(ctx, ReaderRef::heard_when_ready).unwrap();
    }
    async fn asks_at_once_and_fails(&mut self, number: u32, ctx: &mut Context<Self>) -> Result<(), &'static str> {
        self.asks_at_once(number, ctx);
        self.holds_and_fails().await
    }
    async fn holds(&mut self) {
        self.store.gate().await.unwrap();
    }
    async fn holds_and_fails(&mut self) -> Result<(), &'static str> {
        self.store.gate().await.unwrap();
        Err("on purpose")
    }
    fn fails(&mut self) -> Result<(), &'static str> {
        Err("on purpose")
    }
    fn heard(&mut self, row: Result<u32, AskError>, ctx: &mut Context<Self>) {
        note(format!("life {} heard {row:?}", ctx.incarnation()));
    }
    #[handler(lane = urgent)]
    fn heard_at_once(&mut self, row: Result<u32, AskError>, ctx: &mut Context<Self>) {
        note(format!("life {} heard {row:?} at once", ctx.incarnation()));
    }
    #[handler(stash_unless = self.ready)]
    fn heard_when_ready(&mut self, row: Result<u32, AskError>, ctx: &mut Context<Self>) {
        note(format!("life {} heard {row:?} in time", ctx.incarnation()));
    }
    #[handler(stash_unless = self.ready)]
    fn works(&mut self, piece: u32) {
        note(format!("works {piece}"));
    }
    fn looks(&mut self, ctx: &mut Context<Self>) {
        note(format!("life {} looks", ctx.incarnation()));
    }
    fn gets_ready(&mut self, ctx: &mut Context<Self>) {
        self.ready = true;
        ctx.unstash_all();
    }
}

parity!(one_in_the_mailbox, Reader, Reader::new(), |bed, me| {
    me.asks(1).tell().unwrap();
    me.holds_and_fails().tell().unwrap();
    bed.run();
    me.looks().tell().unwrap();
    open();
    bed.advance(200);
    me.asks(2).tell().unwrap();
    bed.run();
});

parity!(one_in_the_urgent_lane, Reader, Reader::new(), |bed, me| {
    me.asks_at_once_and_fails(1).tell().unwrap();
    bed.run();
    me.looks().tell().unwrap();
    open();
    bed.advance(200);
    me.asks_at_once(2).tell().unwrap();
    bed.run();
});

parity!(some_in_the_stash, Reader, Reader::new(), |bed, me| {
    me.works(1).tell().unwrap();
    me.asks_in_time(2).tell().unwrap();
    bed.run();
    me.works(3).tell().unwrap();
    me.fails().tell().unwrap();
    bed.advance(200);
    me.asks_in_time(4).tell().unwrap();
    bed.run();
    me.gets_ready().tell().unwrap();
    bed.run();
});

parity!(one_between_two_failures, Reader, Reader::new(), |bed, me| {
    me.asks(1).tell().unwrap();
    me.holds_and_fails().tell().unwrap();
    bed.run();
    me.fails().tell().unwrap();
    me.asks(2).tell().unwrap();
    open();
    bed.advance(400);
    me.looks().tell().unwrap();
    bed.run();
});

parity!(one_that_is_not_late, Reader, Reader::new(), |bed, me| {
    me.asks(1).tell().unwrap();
    me.asks_in_time(2).tell().unwrap();
    me.asks_at_once(3).tell().unwrap();
    me.holds().tell().unwrap();
    bed.run();
    me.looks().tell().unwrap();
    open();
    bed.run();
    me.gets_ready().tell().unwrap();
    bed.run();
});

/// One with little room.
#[actor(mailbox(capacity = 2, overflow = drop_oldest))]
struct Narrow {
    store: StoreRef,
}

#[handlers]
impl Narrow {
    async fn asks_and_fails(&mut self, ctx: &mut Context<Self>) -> Result<(), &'static str> {
        self.store.row(1).then(ctx, NarrowRef::heard).unwrap();
        self.store.gate().await.unwrap();
        Err("on purpose")
    }
    fn heard(&mut self, row: Result<u32, AskError>) {
        note(format!("heard {row:?}"));
    }
    fn works(&mut self, piece: u32) {
        note(format!("works {piece}"));
    }
}

actor::system! {
    mod narrow {
        STORE: Store = || Store,
        NARROW: Narrow = || Narrow { store: STORE.clone() },
    }
}

/// Whoever has its place is no answer.
#[test]
fn one_that_was_dropped_for_others() {
    narrow::start(common::now);
    common::run(narrow::step);
    narrow::NARROW.asks_and_fails().tell().unwrap();
    common::run(narrow::step);
    for piece in 1..=2 {
        narrow::NARROW.works(piece).tell().unwrap();
    }
    open();
    common::advance(200, narrow::tick, narrow::step);
    assert_eq!(common::noted(), ["works 1", "works 2"]);
}
