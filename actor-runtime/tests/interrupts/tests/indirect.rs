//! Large arguments from interrupts: each is moved into its place and out of it once, and goes once, whatever comes of its
//! message.
#![allow(missing_docs)]
#![allow(clippy::result_large_err, reason = "a call that is handed back is whole")]

mod common;

use std::sync::OnceLock;

use actor::prelude::*;
use actor::system;
use common::{Load, Once, note, noted, now, pass, run};
use interrupts::{interrupted, sweep};

/// Too large for a message.
#[derive(Debug)]
struct Row {
    load: Load,
    cells: [u32; 16],
}

impl Row {
    fn new(number: u32) -> Self {
        Self { load: Load::new(number), cells: [number; 16] }
    }

    fn note(&self) {
        assert_eq!(self.cells, [self.load.0; 16]);
        note(self.load.0);
    }
}

#[actor(mailbox(capacity = 4, overflow = reject), indirect = 2, stash = 4)]
struct Table {
    is_open: bool,
}

#[handlers]
impl Table {
    fn put(&mut self, #[indirect] row: Row) {
        row.note();
    }
    #[handler(lane = urgent)]
    fn swap(&mut self, #[indirect] left: Row, by: u8, #[indirect] right: Row) {
        left.note();
        note(u32::from(by));
        right.note();
    }
    async fn slow(&mut self, #[indirect] row: Row) {
        Once::default().await;
        row.note();
    }
    #[handler(stash_unless = self.is_open)]
    fn later(&mut self, #[indirect] row: Row) {
        row.note();
    }
    fn open(&mut self, ctx: &mut Context<Self>) {
        self.is_open = true;
        ctx.unstash_all();
    }
    fn close(&mut self) {
        self.is_open = false;
    }
    fn again(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("again");
    }
}

system! {
    mod office { TABLE: Table { mailbox = 4, indirect = 2 } = || Table { is_open: false } }
}

/// All that was made has gone.
fn nothing_is_left(seen: &[u32]) {
    assert_eq!(Load::alive(), 0, "{seen:?}");
    Load::made();
}

#[test]
fn a_place_is_given_back_once() {
    sweep(
        || {
            // Handed back with its value where both places are taken.
            if let Err(rejected) = office::TABLE.put(Row::new(9)).tell() {
                assert_eq!(rejected.reason, Reason::Full);
                note(8);
            }
        },
        || {
            office::start(now);
            run(office::step);
            interrupted(|| {
                office::TABLE.put(Row::new(1)).tell().ok();
                office::TABLE.put(Row::new(2)).tell().ok();
                run(office::step);
            });
            run(office::step);
            let seen = noted();
            nothing_is_left(&seen);
            // Both places are free, and there are two.
            let row = |number| office::TABLE.put(Row::new(number)).tell();
            assert!(row(1).is_ok() && row(2).is_ok());
            let full = row(3).unwrap_err();
            assert_eq!((full.reason, Load::alive()), (Reason::Full, 3));
            run(office::step);
            full.call.tell().unwrap();
            run(office::step);
            assert_eq!(noted(), [1, 2, 3]);
            nothing_is_left(&[]);
        },
    );
}

#[test]
fn arguments_of_all_kinds_of_messages_go_once() {
    sweep(
        || drop(office::TABLE.swap(Row::new(9), 0, Row::new(7)).tell()),
        || {
            office::start(now);
            run(office::step);
            let (slow, swap) = interrupted(|| {
                let slow = office::TABLE.slow(Row::new(1)).tell().is_ok();
                run(office::step);
                let swap = office::TABLE.swap(Row::new(2), 3, Row::new(4)).tell().is_ok();
                run(office::step);
                (slow, swap)
            });
            run(office::step);
            let seen = noted();
            // Two interrupts in a row may have both places.
            assert_eq!(seen.iter().filter(|number| **number == 1).count(), usize::from(slow), "{seen:?}");
            assert_eq!(seen.windows(3).filter(|three| *three == [2, 3, 4]).count(), usize::from(swap), "{seen:?}");
            nothing_is_left(&seen);
        },
    );
}

#[test]
fn what_waits_in_the_stash_keeps_its_place() {
    sweep(
        || drop(office::TABLE.later(Row::new(9)).tell()),
        || {
            office::start(now);
            run(office::step);
            interrupted(|| {
                office::TABLE.later(Row::new(1)).tell().unwrap();
                run(office::step);
                office::TABLE.open().tell().unwrap();
                run(office::step);
            });
            run(office::step);
            let seen = noted();
            assert!(seen.contains(&1), "{seen:?}");
            nothing_is_left(&seen);
            office::TABLE.close().tell().unwrap();
            run(office::step);
        },
    );
}

#[actor(mailbox = 1)]
struct Office {
    #[child(|| Table { is_open: false })]
    table: Child<Table>,
}

static CHILD: OnceLock<TableRef> = OnceLock::new();

fn table() -> &'static TableRef {
    CHILD.get().unwrap()
}

#[handlers]
impl Office {
    #[started]
    fn started(&mut self) {
        CHILD.get_or_init(|| (*self.table).clone());
    }
    fn again(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("again");
    }
}

system! {
    mod archive { OFFICE: Office { mailbox = 1 } = || Office { table: Child::default() } }
}

#[test]
#[cfg_attr(miri, ignore = "takes minutes")]
fn an_end_and_a_restart_drop_what_waits_once() {
    let interrupts: [fn(); 3] = [
        || drop(table().control().stop()),
        || drop(table().control().drain()),
        || drop(table().put(Row::new(9)).tell()),
    ];
    for interrupt in interrupts {
        sweep(interrupt, || {
            archive::start(now);
            run(archive::step);
            interrupted(|| {
                table().later(Row::new(1)).tell().ok();
                table().again().tell().ok();
                table().put(Row::new(2)).tell().ok();
                run(archive::step);
            });
            // Whoever has ended begins anew with its parent.
            archive::OFFICE.again().tell().unwrap();
            pass(100);
            archive::tick();
            run(archive::step);
            let seen = noted();
            nothing_is_left(&seen);
            let row = |number| table().put(Row::new(number)).tell();
            assert!(row(1).is_ok() && row(2).is_ok() && row(3).is_err());
            run(archive::step);
            assert_eq!(noted(), [1, 2]);
            nothing_is_left(&[]);
        });
    }
}
