//! `.done()` on both backends, step by step under a virtual clock: what was noted must be the same.
#![allow(missing_docs)]

mod common;

use std::cell::Cell;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actor::prelude::*;
use actor::system;
use common::{Bed, note, noted, now, run};

thread_local! {
    static GATE: Cell<Option<Reply<()>>> = const { Cell::new(None) };
}

/// The worker's table is for the whole program, and all tests together would fill it.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets the handler go on that waits.
fn open() {
    GATE.take().expect("somebody waits").send(());
}

#[derive(Debug)]
enum Refused {
    ByZero,
    Later,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

#[actor(mailbox = 2)]
struct Keeper;

#[handlers]
impl Keeper {
    fn gate(&mut self, reply: Reply<()>) {
        GATE.set(Some(reply));
    }
}

#[actor(mailbox = 2, stash = 2)]
#[supervise(backoff = 10ms..10ms, jitter = none)]
struct Desk {
    keeper: KeeperRef,
    ready: bool,
}

#[handlers]
impl Desk {
    fn put(&mut self, piece: u32) {
        note(format!("put {piece}"));
    }
    fn divide(&mut self, by: u32) -> Result<(), Refused> {
        if by == 0 { Err(Refused::ByZero) } else { Ok(()) }
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
    fn leaves(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
    async fn holds(&mut self) -> Result<(), Refused> {
        let _ = self.keeper.gate().await;
        note("held");
        Err(Refused::Later)
    }
    async fn pauses(&mut self) {
        let _ = self.keeper.gate().await;
    }
    #[handler(lane = urgent)]
    fn shout(&mut self, piece: u32) {
        note(format!("shout {piece}"));
    }
    #[handler(stash_unless = self.ready)]
    fn wait(&mut self, piece: u32) {
        note(format!("waited {piece}"));
    }
    fn get_ready(&mut self, ctx: &mut Context<Self>) {
        self.ready = true;
        ctx.unstash_all();
    }
}

/// Waits for what the desk does.
#[actor(mailbox = 8)]
struct Clerk {
    name: u32,
    desk: DeskRef,
}

#[handlers]
impl Clerk {
    async fn put(&mut self, piece: u32) {
        note(format!("{} {:?}", self.name, self.desk.put(piece).done().await));
    }
    async fn divide(&mut self, by: u32) {
        note(format!("{} {:?}", self.name, self.desk.divide(by).done().await));
    }
    async fn fails(&mut self) {
        note(format!("{} {:?}", self.name, self.desk.fails().done().await));
    }
    async fn leaves(&mut self) {
        note(format!("{} {:?}", self.name, self.desk.leaves().done().await));
    }
    async fn holds(&mut self) {
        note(format!("{} {:?}", self.name, self.desk.holds().done().await));
    }
    async fn shout(&mut self, piece: u32) {
        note(format!("{} {:?}", self.name, self.desk.shout(piece).done().await));
    }
    async fn wait(&mut self, piece: u32) {
        note(format!("{} {:?}", self.name, self.desk.wait(piece).done().await));
    }
    async fn divide_in_time(&mut self) {
        note(format!("{} {:?}", self.name, self.desk.divide(1).done().timeout(Duration::from_millis(5)).await));
    }
    fn put_by_message(&mut self, piece: u32, ctx: &mut Context<Self>) {
        note(format!("{}", self.desk.put(piece).done().then(ctx, ClerkRef::has_put).is_ok()));
    }
    fn has_put(&mut self, done: Result<(), AskError>) {
        note(format!("{} {done:?} by message", self.name));
    }
    fn divide_for(&mut self, by: u32, reply: Reply<Result<(), Refused>>) {
        if let Err(returned) = self.desk.divide(by).done().reply_to(reply) {
            note(format!("{:?}", returned.reason));
        }
    }
    async fn has_divided(&mut self, by: u32, through: ClerkRef) {
        note(format!("{} {:?}", self.name, through.divide_for(by).await));
    }
}

macro_rules! parity {
    ($test:ident, |$bed:ident, $desk:ident, $first:ident, $second:ident| $body:block) => {
        mod $test {
            use super::*;

            system! {
                mod system {
                    DESK: Desk = || Desk { keeper: system::KEEPER.clone(), ready: false },
                    FIRST: Clerk = || Clerk { name: 1, desk: system::DESK.clone() },
                    SECOND: Clerk = || Clerk { name: 2, desk: system::DESK.clone() },
                    KEEPER: Keeper = || Keeper,
                }
            }

            #[allow(unused_variables)]
            fn scenario($bed: &mut Bed, $desk: &DeskRef, $first: &ClerkRef, $second: &ClerkRef) {
                $body
                $bed.run();
                note(format!("alive {}", $desk.control().is_alive()));
            }

            /// What each clerk heard, and what the desk did: between them there is no order.
            fn by_name() -> Vec<String> {
                let mut entries = noted();
                entries.sort_by_key(|entry| entry.starts_with(['1', '2']).then(|| entry.as_bytes()[0]));
                entries
            }

            #[test]
            #[cfg_attr(miri, ignore = "takes long, and does nothing that other tests do not")]
            fn $test() {
                let (tokio, mut stepper) = ActorSystem::builder("parity").stepper();
                let (desk, first, second) = stepper.block_on(async {
                    let keeper = tokio.spawn(|| Keeper).await.unwrap();
                    let desk = tokio.spawn(move || Desk { keeper: keeper.clone(), ready: false }).await.unwrap();
                    let clerk = |name| {
                        let desk = desk.clone();
                        tokio.spawn(move || Clerk { name, desk: desk.clone() })
                    };
                    let (first, second) = (clerk(1).await.unwrap(), clerk(2).await.unwrap());
                    (desk, first, second)
                });
                let mut bed = Bed::Tokio(stepper);
                scenario(&mut bed, &desk, &first, &second);
                let on_tokio = by_name();
                drop((desk, first, second, tokio, bed));
                noted();

                let _alone = alone();
                system::start(now);
                run(system::step);
                let mut bed = Bed::Worker { step: system::step, tick: system::tick };
                scenario(&mut bed, &system::DESK, &system::FIRST, &system::SECOND);
                assert_eq!(on_tokio, by_name(), "tokio on the left, the worker on the right");
            }
        }
    };
}

parity!(it_ends_with_the_handler, |bed, desk, first, second| {
    first.put(1).tell().unwrap();
    bed.run();
    first.shout(2).tell().unwrap();
    first.holds().tell().unwrap();
    first.put(3).tell().unwrap();
    bed.run();
    second.put(4).tell().unwrap();
    bed.run();
    note("waits");
    open();
});

parity!(an_error_is_the_answer_and_no_failure, |bed, desk, first, second| {
    first.divide(0).tell().unwrap();
    first.divide(1).tell().unwrap();
    first.has_divided(0, second.clone()).tell().unwrap();
    first.has_divided(1, second.clone()).tell().unwrap();
});

parity!(a_failure_and_a_stop_are_told, |bed, desk, first, second| {
    first.fails().tell().unwrap();
    bed.advance(20);
    first.put(1).tell().unwrap();
    first.leaves().tell().unwrap();
    first.put(2).tell().unwrap();
});

parity!(one_that_waits_over_a_restart_is_told_of_its_own_end, |bed, desk, first, second| {
    desk.holds().tell().unwrap();
    bed.run();
    desk.fails().tell().unwrap();
    first.put(1).tell().unwrap();
    bed.run();
    open();
    bed.advance(50);
});

parity!(one_that_waits_at_the_end_hears_of_that, |bed, desk, first, second| {
    desk.holds().tell().unwrap();
    bed.run();
    first.put(1).tell().unwrap();
    second.shout(2).tell().unwrap();
    bed.run();
    drop(desk.control().stop());
    bed.run();
    open();
});

parity!(it_waits_in_the_stash_as_well, |bed, desk, first, second| {
    first.wait(1).tell().unwrap();
    bed.run();
    desk.wait(2).tell().unwrap();
    bed.run();
    second.wait(3).tell().unwrap();
    bed.run();
    note("the stash is full");
    desk.get_ready().tell().unwrap();
});

parity!(whoever_waits_for_room_waits_for_the_end_too, |bed, desk, first, second| {
    desk.holds().tell().unwrap();
    bed.run();
    desk.put(1).tell().unwrap();
    desk.put(2).tell().unwrap();
    first.put(3).tell().unwrap();
    bed.run();
    second.put(4).tell().unwrap();
    bed.run();
    open();
    bed.advance(50);
});

parity!(it_comes_as_a_message, |bed, desk, first, second| {
    first.put_by_message(1).tell().unwrap();
    bed.run();
    first.put_by_message(2).tell().unwrap();
});

parity!(who_gives_up_leaves_nothing_behind, |bed, desk, first, second| {
    for _ in 0..12 {
        desk.pauses().tell().unwrap();
        bed.run();
        first.divide_in_time().tell().unwrap();
        bed.advance(10);
        open();
        bed.advance(50);
    }
    first.put(100).tell().unwrap();
});

/// One with little room.
#[actor(mailbox(capacity = 1, overflow = drop_oldest))]
struct Narrow {
    keeper: KeeperRef,
}

#[handlers]
impl Narrow {
    async fn holds(&mut self) {
        let _ = self.keeper.gate().await;
    }
    fn put(&mut self, piece: u32) {
        note(format!("put {piece}"));
    }
}

#[actor(mailbox = 4)]
struct Asker {
    narrow: NarrowRef,
}

#[handlers]
impl Asker {
    async fn put(&mut self, piece: u32) {
        note(format!("{:?}", self.narrow.put(piece).done().await));
    }
}

system! {
    mod narrow {
        NARROW: Narrow = || Narrow { keeper: KEEPER.clone() },
        ASKER: Asker = || Asker { narrow: NARROW.clone() },
        KEEPER: Keeper = || Keeper,
    }
}

/// Whoever has its place is told of by nobody.
#[test]
fn one_that_was_dropped_for_another() {
    let _alone = alone();
    narrow::start(now);
    run(narrow::step);
    narrow::NARROW.holds().tell().unwrap();
    run(narrow::step);
    narrow::ASKER.put(1).tell().unwrap();
    run(narrow::step);
    narrow::NARROW.put(2).tell().unwrap();
    run(narrow::step);
    assert_eq!(noted(), ["Err(Dropped)"]);
    open();
    run(narrow::step);
    assert_eq!(noted(), ["put 2"]);
}
