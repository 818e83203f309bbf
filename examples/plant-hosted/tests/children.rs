//! Declared children on the worker: up before their parent, gone before it, and their failed start is its own.
#![allow(missing_docs)]

mod common;

use std::cell::Cell;

use actor::prelude::*;
use actor::system;
use common::{advance, note, noted, now, run};

thread_local!(static ATTEMPTS: Cell<u32> = const { Cell::new(0) });

#[actor(mailbox = 2)]
struct Sensor;

impl Sensor {
    fn open() -> Result<Self, &'static str> {
        ATTEMPTS.set(ATTEMPTS.get() + 1);
        if ATTEMPTS.get() < 2 { Err("no bus") } else { Ok(Self) }
    }
}

#[handlers]
impl Sensor {
    #[started]
    async fn started(&mut self) {
        note("sensor started");
    }
    fn read(&self) -> u32 {
        21
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        note(format!("sensor stopping: {why}"));
    }
}

#[actor(mailbox = 2)]
struct Board {
    #[child(Sensor::open)]
    sensor: Child<Sensor>,
}

#[handlers]
impl Board {
    #[started]
    async fn started(&mut self) {
        note(format!("board started, {:?}", self.sensor.read().await));
    }
    async fn read(&mut self) -> Result<u32, AskError> {
        Ok(self.sensor.read().await? * 2)
    }
    #[stopping]
    fn stopping(&mut self) {
        note("board stopping");
    }
}

#[actor]
struct Top {
    #[child(|| Board { sensor: Child::default() })]
    board: Child<Board>,
}

#[handlers]
impl Top {
    async fn read(&mut self) {
        note(format!("read {:?}", self.board.read().await));
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
}

system! {
    mod tower { TOP: Top { mailbox = 3 } = || Top { board: Child::default() } }
}

#[test]
fn a_family_starts_from_below_and_ends_from_below() {
    tower::start(now);
    run(tower::step);
    advance(50, tower::tick, tower::step);
    assert_eq!(ATTEMPTS.get(), 2, "the sensor's failed start was that of the board, and that of the top");
    // A board that was built and never up is not told of its end.
    assert_eq!(noted(), ["sensor started", "board started, Ok(21)"]);

    tower::TOP.read().tell().unwrap();
    run(tower::step);
    assert_eq!(noted(), ["read Ok(42)"]);

    tower::TOP.fails().tell().unwrap();
    tower::TOP.read().tell().unwrap();
    run(tower::step);
    advance(100, tower::tick, tower::step);
    assert_eq!(
        noted(),
        ["sensor stopping: parent stopped", "board stopping", "sensor started", "board started, Ok(21)", "read Ok(42)"]
    );

    drop(tower::TOP.control().stop());
    run(tower::step);
    assert_eq!(noted(), ["sensor stopping: parent stopped", "board stopping"]);
    assert!(!tower::step());
    assert_eq!(tower::TOP.read().tell().unwrap_err().reason, Reason::Stopped);
}

#[actor(mailbox = 2)]
struct Sized {
    size: u32,
}

#[handlers]
impl Sized {
    #[started]
    fn started(&mut self) {
        note(format!("size {}", self.size));
    }
}

const SIZED: fn() -> Sized = || Sized { size: 1 };

#[actor]
struct Holder {
    // Fine on tokio; here a pointer to a function has no place.
    #[child(SIZED)]
    sized: Child<Sized>,
}

#[handlers]
impl Holder {}

system! {
    mod holder { HOLDER: Holder { mailbox = 2 } = || Holder { sized: Child::default() } }
}

/// An error when compiled for a firmware; where the actor may live on tokio as well, it is loud at least.
#[test]
#[should_panic(expected = "the factory of a child captures nothing and is no pointer")]
fn a_child_whose_factory_has_a_size_is_refused() {
    holder::start(now);
    run(holder::step);
}

#[actor(mailbox = 4)]
struct Hand {
    name: &'static str,
}

#[handlers]
impl Hand {
    fn work(&mut self, piece: u32) {
        note(format!("worked {piece}"));
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        note(format!("{}: {why}", self.name));
    }
}

#[actor]
struct Foreman {
    #[child(|| Hand { name: "old" })]
    old: Child<Hand>,
    #[child(|| Hand { name: "young" })]
    young: Child<Hand>,
}

#[handlers]
impl Foreman {
    fn hand_out(&mut self, piece: u32) {
        self.old.work(piece).tell().unwrap();
        self.young.work(piece + 10).tell().unwrap();
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        note(format!("foreman: {why}"));
    }
}

system! {
    mod site { FOREMAN: Foreman { mailbox = 4 } = || Foreman { old: Child::default(), young: Child::default() } }
}

#[test]
fn a_drain_drains_the_children_too_the_youngest_first() {
    site::start(now);
    run(site::step);
    for piece in 1..4 {
        site::FOREMAN.hand_out(piece).tell().unwrap();
    }
    drop(site::FOREMAN.control().drain());
    run(site::step);
    let noted = noted();
    let ends = noted.iter().filter(|entry| entry.ends_with("drained"));
    assert!(ends.eq(["young: drained", "old: drained", "foreman: drained"]), "{noted:?}");
    let mut worked: Vec<_> = noted.iter().filter_map(|entry| entry.strip_prefix("worked ")).collect();
    worked.sort_unstable();
    assert_eq!(worked, ["1", "11", "12", "13", "2", "3"]);
}
