//! Failures that are told while interrupts tell of theirs, and look: each that is shown is whole, and says of its own what
//! was said of it.
#![allow(missing_docs)]

mod common;

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use actor::prelude::*;
use actor::{FailureSnapshot, RingBufferFailureTelemetry, system};
use common::{now, pass, run};
#[cfg(not(miri))]
use interrupts::{Interrupt, model};
use interrupts::{interrupted, sweep};

/// What went wrong, with a number that no other failure has.
#[derive(Debug)]
struct Broken(&'static str, u32);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, self.1)
    }
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

fn broken(what: &'static str) -> Broken {
    Broken(what, NUMBER.fetch_add(1, Relaxed))
}

#[actor(mailbox = 2, tags(component = "probe"))]
struct Sensor;

#[handlers]
impl Sensor {
    fn read(&mut self) -> Result<(), Broken> {
        Err(broken("sensor"))
    }
}

/// Its sensor's failures are its own.
#[actor(mailbox = 2)]
#[supervise(on(other => escalate))]
struct Board {
    #[child(|| Sensor)]
    sensor: Child<Sensor>,
}

#[handlers]
impl Board {
    fn read(&mut self) {
        self.sensor.read().tell().unwrap();
    }
}

/// Preempts them.
#[actor(mailbox = 2, tags(component = "horn"))]
struct Alarm;

#[handlers]
impl Alarm {
    fn rise(&mut self) -> Result<(), Broken> {
        Err(broken("alarm"))
    }
}

/// Preempts the alarm.
#[actor(mailbox = 2, tags(component = "bell"))]
struct Siren;

#[handlers]
impl Siren {
    fn howl(&mut self) -> Result<(), Broken> {
        Err(broken("siren"))
    }
}

/// Places for the failures of a round, and for as many that are left out because they are claimed.
const ROOM: usize = 6;

static LAST: RingBufferFailureTelemetry<ROOM> = RingBufferFailureTelemetry::new();

system! {
    mod plant {
        BOARD: Board { mailbox = 2 } = || Board { sensor: Child::default() },
        level SSI0 { pend = || (), ALARM: Alarm { mailbox = 2 } = || Alarm },
        level SSI1 { pend = || (), SIREN: Siren { mailbox = 2 } = || Siren },
    }
    telemetry = &LAST
}

/// Which actor this is of, and the number of its failure, if its text was not lost.
fn read(failure: &FailureSnapshot) -> (&'static str, Option<u32>) {
    let (what, message, tag) = match failure.path() {
        "BOARD/sensor" | "BOARD" => ("sensor", "read", "probe"),
        "ALARM" => ("alarm", "rise", "horn"),
        "SIREN" => ("siren", "howl", "bell"),
        other => panic!("a failure of {other}"),
    };
    let said = (failure.message(), failure.origin().actor, failure.tag("component"));
    assert_eq!(said, (Some(message), what, Some(tag)), "{failure}");
    let number = failure.description().strip_prefix(what).map(|number| number.trim_start().parse().unwrap());
    assert!(number.is_some() || failure.description().is_empty(), "{failure}");
    (failure.actor(), number)
}

/// What is shown, each by its actor and its number: nothing that happens meanwhile.
fn shown() -> Vec<(&'static str, Option<u32>)> {
    let (mut shown, next) = (Vec::new(), NUMBER.load(Relaxed));
    LAST.dump_to(|failure| shown.push(read(failure)));
    assert!(shown.iter().all(|(_, number)| number.is_none_or(|number| number < next)), "{shown:?} before {next}");
    shown
}

fn rise() {
    plant::ALARM.rise().tell().unwrap();
    plant::SSI0.run();
}

#[cfg(not(miri))]
fn howl() {
    plant::SIREN.howl().tell().unwrap();
    plant::SSI1.run();
    shown();
}

/// Until all are up, and their restarts forgotten.
fn rest() {
    pass(3600);
    plant::tick();
    plant::SSI0.run();
    plant::SSI1.run();
    run(plant::step);
}

fn rise_and_look() {
    rise();
    shown();
}

#[test]
fn a_failure_is_told_whole_and_kept_though_interrupts_fail_and_look_meanwhile() {
    sweep(rise_and_look, || {
        plant::start(now);
        rest();
        let (seen, number) = (LAST.seen(), NUMBER.load(Relaxed));
        interrupted(|| {
            plant::BOARD.read().tell().unwrap();
            run(plant::step);
        });
        let told = NUMBER.load(Relaxed) - number;
        // One of them climbed, and is told twice.
        assert_eq!(LAST.seen() - seen, told as usize + 1);
        let mut kept: Vec<_> = shown().into_iter().filter(|(_, kept)| kept.is_none_or(|kept| kept >= number)).collect();
        let [sensor, board] = ["sensor", "board"].map(|who| kept.iter().position(|(kept, _)| *kept == who).unwrap());
        assert!(sensor < board && kept[sensor].1 == kept[board].1, "{kept:?}");
        kept.remove(board);
        kept.sort_unstable_by_key(|(_, number)| *number);
        assert!(kept.iter().map(|(_, kept)| *kept).eq((number..number + told).map(Some)), "{kept:?} since {number}");
    });
}

#[test]
fn what_is_shown_is_in_order_and_whole_though_interrupts_fail_and_look_meanwhile() {
    sweep(rise_and_look, || {
        plant::start(now);
        for _ in 0..ROOM {
            rise();
            rest();
        }
        let (all, seen) = (shown().len(), LAST.seen());
        let looked = interrupted(shown);
        let came = LAST.seen() - seen;
        assert!(looked.is_sorted_by(|(_, one), (_, next)| one < next), "{looked:?}");
        // Each takes the place of one, and has another one left out at most.
        assert!(all == ROOM && looked.len() + 2 * came >= ROOM && shown().len() + came >= ROOM, "{looked:?}");
    });
}

#[cfg(not(miri))]
#[test]
fn failures_of_three_that_interrupt_each_other_are_told_of_whom_they_are() {
    const INTERRUPTS: &[Interrupt] = &[Interrupt { level: 1, act: rise }, Interrupt { level: 2, act: howl }];
    model(INTERRUPTS, || {
        plant::start(now);
        rest();
        // A round finds no place that was left out in the one before.
        for _ in 0..ROOM {
            rise();
            rest();
        }
        let seen = LAST.seen();
        interrupted(|| {
            plant::BOARD.read().tell().unwrap();
            run(plant::step);
        });
        assert_eq!(LAST.seen() - seen, 4);
        let mut kept: Vec<_> = shown().iter().rev().take(4).map(|(who, _)| *who).collect();
        kept.sort_unstable();
        assert_eq!(kept, ["alarm", "board", "sensor", "siren"]);
    });
}
