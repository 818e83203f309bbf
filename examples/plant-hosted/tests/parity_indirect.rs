//! Large arguments on both backends: they arrive whole, go once, and come back where there is no room for their message.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use actor::system;
use common::{Bed, note, noted, now, run};

/// Says when it goes.
#[derive(Debug)]
struct Row {
    number: u32,
    cells: [u32; 15],
}

impl Row {
    fn new(number: u32) -> Self {
        Self { number, cells: [number; 15] }
    }
}

impl Drop for Row {
    fn drop(&mut self) {
        note(format!("row {} goes", self.number));
    }
}

#[actor(mailbox(capacity = 4, overflow = reject), indirect = 2, stash = 2)]
struct Table {
    is_open: bool,
    last: Option<Row>,
}

impl Table {
    fn new() -> Self {
        Self { is_open: false, last: None }
    }
}

#[handlers]
impl Table {
    fn put(&mut self, #[indirect] row: Row, factor: u32) {
        note(format!("put {}", row.cells.iter().sum::<u32>() * factor));
        self.last = Some(row);
    }
    #[handler(lane = urgent)]
    fn swap(&mut self, #[indirect] left: Row, by: u8, #[indirect] right: Row) -> u32 {
        note(format!("swap {} {by} {}", left.number, right.number));
        right.number
    }
    async fn last(&mut self, #[indirect] row: Row) -> Result<u32, u32> {
        Err(row.cells[14])
    }
    #[handler(stash_unless = self.is_open)]
    fn later(&mut self, #[indirect] row: Row) {
        note(format!("later {}", row.cells[7]));
    }
    fn open(&mut self, ctx: &mut Context<Self>) {
        self.is_open = true;
        ctx.unstash_all();
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
    fn small(&mut self, value: u32) {
        note(format!("small {value}"));
    }
}

#[actor(mailbox = 4)]
struct Asker {
    table: TableRef,
}

#[handlers]
impl Asker {
    async fn swap(&mut self) {
        note(format!("{:?}", self.table.swap(Row::new(1), 2, Row::new(3)).await));
    }
    async fn last(&mut self) {
        note(format!("{:?}", self.table.last(Row::new(4)).await));
    }
    fn then(&mut self, ctx: &mut Context<Self>) {
        note(format!("{:?}", self.table.swap(Row::new(5), 6, Row::new(7)).then(ctx, AskerRef::got).is_ok()));
    }
    fn got(&mut self, answer: Result<u32, AskError>) {
        note(format!("got {answer:?}"));
    }
}

/// A scenario on both backends.
macro_rules! indirect {
    ($test:ident, |$bed:ident, $table:ident, $asker:ident| $body:block) => {
        mod $test {
            use super::*;

            system! {
                mod system {
                    TABLE: Table { indirect = 2 } = Table::new,
                    ASKER: Asker = || Asker { table: system::TABLE.clone() },
                }
            }

            #[allow(unused_variables)]
            fn scenario($bed: &mut Bed, $table: &TableRef, $asker: &AskerRef) {
                $body
                note("the end");
                drop($table.control().stop());
                $bed.run();
            }

            #[test]
            fn $test() {
                let (tokio, mut stepper) = ActorSystem::builder("indirect").stepper();
                let (table, asker) = stepper.block_on(async {
                    let table = tokio.spawn(Table::new).await.unwrap();
                    let asked = table.clone();
                    (table, tokio.spawn(move || Asker { table: asked.clone() }).await.unwrap())
                });
                scenario(&mut Bed::Tokio(stepper), &table, &asker);
                let on_tokio = noted();
                drop((table, asker, tokio));
                noted();

                system::start(now);
                run(system::step);
                scenario(&mut Bed::Worker { step: system::step, tick: system::tick }, &system::TABLE, &system::ASKER);
                assert_eq!(on_tokio, noted(), "tokio on the left, the worker on the right");
                assert!(on_tokio.iter().any(|entry| entry.ends_with("goes")), "{on_tokio:?}");
            }
        }
    };
}

indirect!(arguments_arrive_whole_and_go_once, |bed, table, asker| {
    table.put(Row::new(1), 2).tell().unwrap();
    table.small(3).tell().unwrap();
    table.put(Row::new(2), 1).tell().unwrap();
    bed.run();
    asker.swap().tell().unwrap();
    bed.run();
    asker.last().tell().unwrap();
    bed.run();
    asker.then().tell().unwrap();
    bed.run();
});

indirect!(a_call_that_is_not_sent_keeps_its_argument, |bed, table, asker| {
    drop(table.put(Row::new(1), 2));
    let call = table.put(Row::new(2), 1);
    note("made");
    call.tell().unwrap();
    bed.run();
});

indirect!(what_finds_no_room_comes_back, |bed, table, asker| {
    for number in 0..4 {
        table.small(number).tell().unwrap();
    }
    let rejected = table.put(Row::new(5), 1).tell().unwrap_err();
    note(format!("{:?}", rejected.reason));
    bed.run();
    rejected.call.tell().unwrap();
    bed.run();
});

indirect!(a_stop_drops_what_waits_once, |bed, table, asker| {
    table.put(Row::new(1), 2).tell().unwrap();
    table.put(Row::new(2), 2).tell().unwrap();
    drop(table.control().stop());
    bed.run();
    note(format!("{:?}", table.put(Row::new(3), 2).tell().map_err(|rejected| rejected.reason)));
});

indirect!(a_failure_keeps_what_waits, |bed, table, asker| {
    table.fails().tell().unwrap();
    table.put(Row::new(1), 2).tell().unwrap();
    bed.advance(1_000);
});

indirect!(what_waits_in_the_stash_keeps_its_argument, |bed, table, asker| {
    table.later(Row::new(1)).tell().unwrap();
    bed.run();
    table.put(Row::new(2), 2).tell().unwrap();
    bed.run();
    table.open().tell().unwrap();
    bed.run();
    table.later(Row::new(3)).tell().unwrap();
    bed.run();
});

indirect!(a_stop_drops_what_is_in_the_stash_once, |bed, table, asker| {
    table.later(Row::new(1)).tell().unwrap();
    bed.run();
    drop(table.control().stop());
    bed.run();
});
