//! A trace that is written and read while interrupts write it: each record is whole, and none is missing unsaid.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use actor::{TraceDump, TraceKind, TraceRing, system};
use common::{now, run};
use interrupts::{interrupted, sweep};

#[actor(mailbox = 8)]
struct Pump;

#[handlers]
impl Pump {
    fn first(&mut self) {}
    fn second(&mut self) {}
}

static TRACE: TraceRing<8> = TraceRing::new();

system! {
    mod station { PUMP: Pump { mailbox = 8 } = || Pump }
    trace = &TRACE
}

/// A record whose halves are not of the same thing would be another one than these.
fn is_whole(kind: Option<TraceKind>, message: Option<u8>) -> bool {
    match kind {
        Some(TraceKind::Sent | TraceKind::Begun | TraceKind::Ended) => matches!(message, Some(0 | 1)),
        Some(TraceKind::Up | TraceKind::Lost) => message.is_none(),
        _ => false,
    }
}

#[test]
fn a_record_that_is_read_is_whole_and_what_is_missing_is_said() {
    sweep(
        || (0..3).for_each(|_| drop(station::PUMP.second().tell())),
        || {
            station::start(now);
            run(station::step);
            let (mut reader, before) = (TRACE.reader(), TRACE.written());
            assert!(reader.read().is_some(), "the head");
            let mut bytes = Vec::from(*b"AT\x01L\0\0\0\0");
            let mut said = 0;
            interrupted(|| {
                station::PUMP.first().tell().unwrap();
                while let Some(unit) = reader.read() {
                    bytes.extend(unit);
                }
                run(station::step);
            });
            while let Some(unit) = reader.read() {
                bytes.extend(unit);
            }
            for (_, record) in TraceDump::read(&bytes).unwrap().records() {
                assert!(is_whole(record.kind(), record.message()), "{record:?}");
                said += record.missing().max(1);
            }
            assert_eq!(before.saturating_sub(8) + said, TRACE.written());
        },
    );
}

#[test]
fn whatever_was_sent_is_begun_and_ended_once_in_the_trace() {
    sweep(
        || drop(station::PUMP.second().tell()),
        || {
            station::start(now);
            run(station::step);
            let before = TRACE.written();
            station::PUMP.first().tell().unwrap();
            interrupted(|| run(station::step));
            run(station::step);
            // Three for each message, and as many interrupts as came.
            assert_eq!((TRACE.written() - before) % 3, 0);
        },
    );
}
