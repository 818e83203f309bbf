//! A message that comes between the last look into a mailbox and the end of its actor: from an interrupt, for which
//! another thread stands here, or from a destructor.
#![allow(missing_docs)]

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use actor::prelude::*;
use actor::{Instant, system};

static MADE: AtomicU64 = AtomicU64::new(0);
static GONE: AtomicU64 = AtomicU64::new(0);
static LIVES: AtomicU32 = AtomicU32::new(0);
static NANOS: AtomicU64 = AtomicU64::new(0);
static DONE: AtomicBool = AtomicBool::new(false);
static SINK: Mutex<Option<SinkRef>> = Mutex::new(None);

/// Counts how many of it are gone.
struct Token;

impl Token {
    fn new() -> Self {
        MADE.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        GONE.fetch_add(1, Ordering::SeqCst);
    }
}

#[actor(mailbox = 2)]
struct Sink;

#[handlers]
impl Sink {
    fn put(&mut self, token: Token) {
        drop(token);
    }
}

#[actor]
struct Parent {
    #[child(|| Sink)]
    sink: Child<Sink>,
}

#[handlers]
impl Parent {
    #[started]
    fn started(&mut self) {
        *SINK.lock().unwrap() = Some((*self.sink).clone());
        LIVES.fetch_add(1, Ordering::SeqCst);
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
}

system! {
    mod family { PARENT: Parent { mailbox = 2 } = || Parent { sink: Child::default() } }
}

fn now() -> Instant {
    Instant::from_nanos(NANOS.load(Ordering::SeqCst))
}

#[test]
fn a_message_that_comes_at_the_last_moment_is_handled_or_given_up() {
    let rounds = if cfg!(miri) { 5 } else { 20_000 };
    family::start(now);
    while LIVES.load(Ordering::SeqCst) == 0 {
        family::step();
    }
    let sink = SINK.lock().unwrap().clone().unwrap();
    let sender = std::thread::spawn(move || {
        while !DONE.load(Ordering::SeqCst) {
            let _ = sink.put(Token::new()).tell();
        }
    });
    for life in 1..=rounds {
        NANOS.fetch_add(100_000_000_000, Ordering::SeqCst);
        family::PARENT.fails().tell().unwrap();
        while LIVES.load(Ordering::SeqCst) == life {
            family::step();
        }
    }
    DONE.store(true, Ordering::SeqCst);
    sender.join().unwrap();
    while family::step() {}
    let (made, gone) = (MADE.load(Ordering::SeqCst), GONE.load(Ordering::SeqCst));
    assert_eq!(made - gone, 0, "so many messages were neither handled nor given up, in {rounds} ends");
}

thread_local! {
    static SENT: Cell<u32> = const { Cell::new(0) };
    static TAKEN: Cell<u32> = const { Cell::new(0) };
}

/// Sends itself once more when it is given up.
struct Again;

impl Drop for Again {
    fn drop(&mut self) {
        // Not for ever, so that this test ends.
        if SENT.get() < 100 {
            SENT.set(SENT.get() + 1);
            let told = again::SINK.put(Again).tell().map_err(|rejected| rejected.reason);
            TAKEN.set(TAKEN.get() + u32::from(told.is_ok()));
        }
    }
}

#[actor]
struct Drain;

#[handlers]
impl Drain {
    fn put(&mut self, again: Again) {
        std::mem::forget(again);
    }
}

system! { mod again { SINK: Drain { mailbox = 2 } = || Drain } }

#[test]
fn an_end_takes_no_more_messages() {
    again::start(now);
    while again::step() {}
    again::SINK.put(Again).tell().unwrap();
    drop(again::SINK.control().stop());
    while again::step() {}
    assert_eq!((SENT.get(), TAKEN.get()), (100, 0), "an actor that ends takes nothing");
}
