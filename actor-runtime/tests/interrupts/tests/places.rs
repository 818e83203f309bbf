//! Senders that wait for a place beside the mailbox: each comes in once, whatever interrupts, and none hangs.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use actor::system;
use common::{Load, Task, note, noted, now, run, settle};
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
}

#[actor(mailbox = 2, indirect = 1)]
struct Desk;

#[handlers]
impl Desk {
    fn put(&mut self, #[indirect] row: Row) {
        assert_eq!(row.cells, [row.load.0; 16]);
        note(row.load.0);
    }
    #[handler(lane = urgent)]
    fn push(&mut self, #[indirect] row: Row) {
        note(10 + row.load.0);
    }
    fn small(&mut self, number: u32) {
        note(20 + number);
    }
}

system! {
    mod office { DESK: Desk { mailbox = 2, indirect = 1 } = || Desk }
}

fn put(number: u32) -> Task<Result<(), TellError>> {
    Task::new(async move { office::DESK.put(Row::new(number)).await })
}

#[test]
#[cfg_attr(miri, ignore = "takes minutes")]
fn one_that_waits_comes_in_once() {
    let interrupts: [fn(); 3] = [
        || run(office::step),
        || drop(office::DESK.put(Row::new(9)).tell()),
        || drop(office::DESK.push(Row::new(9)).tell()),
    ];
    for interrupt in interrupts {
        sweep(interrupt, || {
            office::start(now);
            run(office::step);
            office::DESK.put(Row::new(1)).tell().unwrap();
            let (mut first, mut second) = (put(2), put(3));
            interrupted(|| {
                first.go_on();
                second.go_on();
                run(office::step);
            });
            assert!(settle(office::step, &mut first) && settle(office::step, &mut second), "one hangs");
            assert_eq!((first.output(), second.output()), (Ok(()), Ok(())));
            run(office::step);
            let mut seen = noted();
            // Whoever comes just as a place is free may have it first.
            seen.sort_unstable();
            seen.retain(|number| *number != 9 && *number != 19);
            assert_eq!((&seen[..], Load::alive()), (&[1, 2, 3][..], 0));
            Load::made();
            // The place is free, and so is the room.
            assert!(office::DESK.put(Row::new(1)).tell().is_ok() && office::DESK.small(2).tell().is_ok());
            assert!(office::DESK.small(3).tell().is_err());
            run(office::step);
            assert_eq!(noted(), [1, 22]);
        });
    }
}

#[test]
fn one_that_waits_no_more_leaves_its_turn_to_others() {
    sweep(
        || run(office::step),
        || {
            office::start(now);
            run(office::step);
            office::DESK.put(Row::new(1)).tell().unwrap();
            let (mut first, mut second) = (put(2), put(3));
            let mut urgent = Task::new(async { office::DESK.push(Row::new(4)).await });
            let is_in = interrupted(|| {
                let is_in = first.go_on();
                second.go_on();
                urgent.go_on();
                drop(first);
                is_in
            });
            assert!(settle(office::step, &mut urgent) && settle(office::step, &mut second), "one hangs");
            run(office::step);
            let mut seen = noted();
            seen.sort_unstable();
            assert_eq!((&seen[..], Load::alive()), (if is_in { &[1, 2, 3, 14][..] } else { &[1, 3, 14][..] }, 0));
            Load::made();
        },
    );
}
