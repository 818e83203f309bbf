//! `.done()`: whoever waits for a message is told of the end of that one, whatever comes in between.
#![allow(missing_docs)]

mod common;

use std::cell::{Cell, RefCell};

use actor::prelude::*;
use actor::system;
use common::{Task, note, noted, now, run};
use interrupts::{alone, interrupted, sweep};

/// As many messages as may be watched at a time.
const PLACES: u32 = 8;

#[actor(mailbox = 16)]
struct Desk;

#[handlers]
impl Desk {
    fn work(&mut self, piece: u32) {
        note(piece);
    }
}

/// Its oldest message makes room for the next.
#[actor(mailbox(capacity = 2, overflow = drop_oldest))]
struct Narrow;

#[handlers]
impl Narrow {
    fn work(&mut self, piece: u32) {
        note(piece);
    }
    #[handler(lane = urgent)]
    fn hurry(&mut self, piece: u32) {
        note(piece);
    }
}

system! {
    mod desks {
        DESK: Desk { mailbox = 16 } = || Desk,
        NARROW: Narrow { mailbox = 2 } = || Narrow,
    }
}

type Heard = Result<(), AskError>;
type Asked = Task<Heard>;

thread_local! {
    static PIECES: Cell<u32> = const { Cell::new(0) };
    static ASKED: RefCell<Vec<(u32, Asked)>> = const { RefCell::new(Vec::new()) };
}

/// Has the next piece worked on by `ask`, and waits for that.
fn ask_for(ask: fn(u32) -> Asked) {
    let piece = PIECES.replace(PIECES.get() + 1);
    let mut task = ask(piece);
    let _ = task.go_on();
    ASKED.with_borrow_mut(|asked| asked.push((piece, task)));
}

/// What those who asked heard, who have all heard something. Those who heard that it was done have had it done, and no
/// others.
fn heard() -> Vec<Heard> {
    run(desks::step);
    let mut worked = noted();
    let heard = ASKED.take().into_iter().map(|(piece, mut task)| {
        assert!(task.go_on(), "nobody tells of piece {piece}");
        let heard = task.output();
        assert_eq!(heard.is_ok(), worked.contains(&piece), "piece {piece}, of {worked:?}: {heard:?}");
        worked.retain(|done| *done != piece);
        heard
    });
    let heard = heard.collect();
    assert_eq!(worked, [], "more was done than was asked for");
    heard
}

fn work(piece: u32) -> Asked {
    Task::new(async move { desks::DESK.work(piece).done().await })
}

fn assert_all_places_are_free() {
    (0..PLACES).for_each(|_| ask_for(work));
    assert_eq!(heard(), [const { Ok(()) }; PLACES as usize]);
}

#[test]
fn a_message_that_was_accepted_has_a_place() {
    sweep(
        || ask_for(work),
        || {
            desks::start(now);
            run(desks::step);
            // All but one: whoever waited for these gave up.
            (1..PLACES).for_each(|_| ask_for(work));
            ASKED.take();
            interrupted(|| ask_for(work));
            run(desks::step);
            let mut worked = noted().len() as u32;
            for (piece, mut task) in ASKED.take() {
                assert!(task.go_on(), "nobody tells of piece {piece}");
                match task.output() {
                    Ok(()) => worked -= 1,
                    heard => assert_eq!(heard, Err(AskError::Full)),
                }
            }
            assert_eq!(worked, PLACES - 1, "of those that nobody waits for");
            assert_all_places_are_free();
        },
    );
}

fn work_at_the_narrow(piece: u32) -> Asked {
    Task::new(async move { desks::NARROW.work(piece).done().await })
}

fn hurry(piece: u32) -> Asked {
    Task::new(async move { desks::NARROW.hurry(piece).done().await })
}

fn step() {
    let _ = desks::step();
}

/// Two messages wait, which is all there is room for, and `act` is interrupted by whoever asks for more.
fn each_hears_of_its_own(ask: fn(), act: fn()) {
    sweep(ask, || {
        desks::start(now);
        run(desks::step);
        ask();
        ask();
        interrupted(act);
        let heard = heard();
        assert!(!heard.contains(&Err(AskError::Full)), "{heard:?}");
    });
    let _alone = alone();
    assert_all_places_are_free();
}

#[test]
fn each_hears_of_its_own_where_another_takes_its_place_in_the_mailbox() {
    each_hears_of_its_own(|| ask_for(work_at_the_narrow), step);
    each_hears_of_its_own(|| ask_for(work_at_the_narrow), || ask_for(work_at_the_narrow));
}

#[test]
fn each_hears_of_its_own_where_another_takes_its_place_in_the_urgent_lane() {
    each_hears_of_its_own(|| ask_for(hurry), step);
    each_hears_of_its_own(|| ask_for(hurry), || ask_for(hurry));
}
