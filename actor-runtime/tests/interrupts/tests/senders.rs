//! Senders: who waits for room comes in, once and in turn, or hears that nobody comes in any more.
#![allow(missing_docs)]

mod common;

use std::cell::RefCell;
use std::sync::Mutex;

use actor::prelude::*;
use actor::system;
use common::{Load, Task, note, noted, now, pass, run, settle};
use interrupts::{interrupted, sweep};

#[actor(mailbox(capacity = 1, overflow = wait))]
struct Narrow;

#[handlers]
impl Narrow {
    fn item(&mut self, load: Load) {
        note(load.0);
    }
}

system! {
    mod narrow { NARROW: Narrow { mailbox = 1 } = || Narrow }
}

#[test]
fn a_sender_that_waits_comes_in_once() {
    sweep(
        || run(narrow::step),
        || {
            narrow::start(now);
            run(narrow::step);
            narrow::NARROW.item(Load::new(1)).tell().unwrap();
            let mut sender = Task::new(async { narrow::NARROW.item(Load::new(2)).await });
            interrupted(|| sender.go_on());
            assert!(settle(narrow::step, &mut sender), "it hangs");
            assert_eq!(sender.output(), Ok(()));
            narrow::NARROW.item(Load::new(3)).tell().unwrap();
            run(narrow::step);
            assert_eq!((noted(), Load::alive()), (vec![1, 2, 3], 0));
        },
    );
}

#[test]
fn a_sender_that_waits_no_more_leaves_its_room_to_others() {
    sweep(
        || run(narrow::step),
        || {
            narrow::start(now);
            run(narrow::step);
            narrow::NARROW.item(Load::new(1)).tell().unwrap();
            let mut sender = Task::new(async { narrow::NARROW.item(Load::new(2)).await });
            let mut next = Task::new(async { narrow::NARROW.item(Load::new(3)).await });
            let is_in = interrupted(|| {
                let is_in = sender.go_on();
                next.go_on();
                drop(sender);
                is_in
            });
            assert!(settle(narrow::step, &mut next), "it hangs");
            let seen = if is_in { vec![1, 2, 3] } else { vec![1, 3] };
            assert_eq!((noted(), Load::alive()), (seen, 0));
        },
    );
}

#[actor(mailbox(capacity = 3, overflow = wait))]
struct Wide;

#[handlers]
impl Wide {
    fn item(&mut self, number: u32) {
        note(number);
    }
}

system! {
    mod wide { WIDE: Wide { mailbox = 3 } = || Wide }
}

thread_local!(static OTHER: RefCell<Option<Task<Result<(), TellError>>>> = const { RefCell::new(None) });

/// The other sender gets on, and so does the worker.
fn other_and_worker() {
    OTHER.with_borrow_mut(|other| other.as_mut().map(Task::go_on));
    for _ in 0..3 {
        wide::step();
    }
}

#[test]
fn room_is_kept_for_as_many_as_wait() {
    sweep(other_and_worker, || {
        wide::start(now);
        run(wide::step);
        for number in 0..3 {
            wide::WIDE.item(number).tell().unwrap();
        }
        OTHER.set(Some(Task::new(async { wide::WIDE.item(11).await })));
        let mut sender = Task::new(async { wide::WIDE.item(10).await });
        interrupted(|| sender.go_on());
        let mut other = OTHER.take().unwrap();
        settle(wide::step, &mut other);
        assert!(settle(wide::step, &mut sender) && settle(wide::step, &mut other), "one hangs");
        let mut seen = noted();
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2, 10, 11]);
        // All room is there again.
        for number in 0..3 {
            wide::WIDE.item(number).tell().unwrap();
        }
        run(wide::step);
        assert_eq!(noted(), [0, 1, 2]);
    });
}

// ---- actors that end, and are there again in the next round ------------------------------------------

#[actor(mailbox(capacity = 1, overflow = drop_oldest))]
struct Latest;

#[handlers]
impl Latest {
    fn item(&mut self, load: Load) {
        note(load.0);
    }
}

#[actor(mailbox(capacity = 1, overflow = wait))]
struct Patient;

#[handlers]
impl Patient {
    fn item(&mut self, load: Load) {
        note(load.0);
    }
}

#[actor(mailbox = 1)]
struct Parent {
    #[child(|| Latest)]
    latest: Child<Latest>,
    #[child(|| Patient)]
    patient: Child<Patient>,
}

static LATEST: Mutex<Option<LatestRef>> = Mutex::new(None);
static PATIENT: Mutex<Option<PatientRef>> = Mutex::new(None);

fn latest() -> LatestRef {
    LATEST.lock().unwrap().clone().unwrap()
}

fn patient() -> PatientRef {
    PATIENT.lock().unwrap().clone().unwrap()
}

#[handlers]
impl Parent {
    #[started]
    fn started(&mut self) {
        *LATEST.lock().unwrap() = Some((*self.latest).clone());
        *PATIENT.lock().unwrap() = Some((*self.patient).clone());
    }

    fn again(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("again");
    }
}

system! {
    mod family { PARENT: Parent { mailbox = 1 } = || Parent { latest: Child::default(), patient: Child::default() } }
}

/// A round with children that have just been started.
fn with_family(round: impl Fn()) -> impl Fn() {
    move || {
        family::start(now);
        run(family::step);
        round();
        family::PARENT.again().tell().unwrap();
        run(family::step);
        pass(3600);
        family::tick();
        run(family::step);
        assert!(family::PARENT.control().is_alive());
    }
}

#[test]
fn the_newest_message_takes_the_place_of_the_oldest_or_nobodys() {
    let interrupts: [fn(); 4] = [
        || run(family::step),
        || drop(latest().control().drain()),
        || {
            drop(latest().control().drain());
            run(family::step);
        },
        || {
            drop(latest().control().stop());
            run(family::step);
        },
    ];
    for interrupt in interrupts {
        sweep(
            interrupt,
            with_family(|| {
                latest().item(Load::new(1)).tell().unwrap();
                let told = interrupted(|| latest().item(Load::new(2)).tell());
                let is_told = told.is_ok();
                drop(told);
                let goes_on = latest().control().is_alive();
                run(family::step);
                assert_eq!(Load::alive(), 0);
                let seen = noted();
                match seen[..] {
                    [1, 2] | [2] => assert!(is_told),
                    [1] => assert!(!is_told, "accepted and lost: {seen:?}"),
                    // It was stopped, which drops what waits.
                    [] => assert!(!goes_on),
                    _ => panic!("{seen:?}"),
                }
            }),
        );
    }
}

#[test]
fn a_sender_that_waits_hears_of_the_end() {
    let interrupts: [fn(); 3] = [
        || {
            drop(patient().control().stop());
            run(family::step);
        },
        || {
            drop(patient().control().drain());
            run(family::step);
        },
        || drop(patient().control().stop()),
    ];
    for interrupt in interrupts {
        sweep(
            interrupt,
            with_family(|| {
                patient().item(Load::new(1)).tell().unwrap();
                let mut sender = Task::new(async { patient().item(Load::new(2)).await });
                interrupted(|| sender.go_on());
                assert!(settle(family::step, &mut sender), "it hangs");
                let _ = sender.output();
                // Where the interrupt came first of all, nothing was wrong.
                drop(patient().control().stop());
                run(family::step);
                assert_eq!(Load::alive(), 0);
                noted();
            }),
        );
    }
}
