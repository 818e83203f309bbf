//! What becomes of a message is traced in each lane and under each policy.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use actor::{TraceDump, TraceKind, TraceReader, TraceRing, system};
use common::{Task, now, run, settle};
use interrupts::alone;

#[actor(mailbox(capacity = 1, overflow = drop_oldest))]
struct Gauge;

#[handlers]
impl Gauge {
    fn read(&mut self) {}
    #[handler(lane = urgent)]
    fn reset(&mut self) {}
}

#[actor(mailbox(capacity = 1, overflow = drop_newest))]
struct Lamp;

#[handlers]
impl Lamp {
    fn light(&mut self) {}
    #[handler(lane = urgent)]
    fn blink(&mut self) {}
}

#[actor(mailbox = 1)]
struct Alarm;

#[handlers]
impl Alarm {
    fn arm(&mut self) {}
    #[handler(lane = urgent)]
    fn ring(&mut self) {}
}

static TRACE: TraceRing<8> = TraceRing::new();

system! {
    mod station {
        GAUGE: Gauge = || Gauge,
        LAMP: Lamp = || Lamp,
        ALARM: Alarm = || Alarm,
    }
    trace = &TRACE
}

type Tell = fn() -> bool;

/// What was traced since this was last asked.
fn traced(reader: &mut TraceReader<'_>) -> Vec<TraceKind> {
    let mut bytes = Vec::from(*b"AT\x01L\0\0\0\0");
    while let Some(unit) = reader.read() {
        bytes.extend(unit);
    }
    TraceDump::read(&bytes).unwrap().records().filter_map(|(_, record)| record.kind()).collect()
}

#[test]
fn a_message_is_traced_in_each_lane_and_under_each_policy() {
    use TraceKind::{DeadLetter, Refused, Sent};
    let _alone = alone();
    station::start(now);
    run(station::step);
    let mut reader = TRACE.reader();
    traced(&mut reader);
    let full: [(&str, [Tell; 2], _); 3] = [
        (
            "drops the oldest",
            [|| station::GAUGE.read().tell().is_ok(), || station::GAUGE.reset().tell().is_ok()],
            vec![Sent, DeadLetter],
        ),
        (
            "drops the newest",
            [|| station::LAMP.light().tell().is_ok(), || station::LAMP.blink().tell().is_ok()],
            vec![DeadLetter],
        ),
        ("refuses", [|| station::ALARM.arm().tell().is_ok(), || station::ALARM.ring().tell().is_ok()], vec![Refused]),
    ];
    for (policy, lanes, second) in full {
        for tell in lanes {
            assert!(tell());
            assert_eq!(traced(&mut reader), [Sent], "{policy}");
            assert_eq!(tell(), second != [Refused]);
            assert_eq!(traced(&mut reader), second, "{policy}");
        }
    }
    run(station::step);
}

type Sends = Task<Result<(), TellError>>;

#[test]
fn one_that_waits_for_room_is_traced_as_sent_once_it_is() {
    let _alone = alone();
    station::start(now);
    run(station::step);
    let mut reader = TRACE.reader();
    let waits: [fn() -> Sends; 2] =
        [|| Task::new(async { station::ALARM.arm().await }), || Task::new(async { station::ALARM.ring().await })];
    for wait in waits {
        let (mut first, mut second) = (wait(), wait());
        assert!(first.go_on() && !second.go_on(), "there is room for one");
        assert!(settle(station::step, &mut second), "it hangs");
        assert_eq!(second.output(), Ok(()));
        let kinds = traced(&mut reader);
        let is_of_sender = |kind: &&TraceKind| matches!(kind, TraceKind::Sent | TraceKind::Refused);
        assert_eq!(kinds.iter().filter(is_of_sender).collect::<Vec<_>>(), [&TraceKind::Sent; 2]);
    }
}
