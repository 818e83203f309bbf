//! Actors that cannot fail: rings of every length, and the ends that others bring.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use actor::system;
use common::{advance, leap, note, noted, now, run};

/// Its messages are aligned to eight bytes, its state to two, and it has nothing that only failures need.
#[actor]
struct Counter {
    last: u16,
}

impl Counter {
    fn new() -> Self {
        Self { last: 0 }
    }
}

#[handlers]
impl Counter {
    fn count(&mut self, number: u64) {
        assert_eq!(u64::from(self.last) + 1, number, "in order, none lost, none twice");
        self.last += 1;
    }

    #[stopping]
    fn stopping(&mut self) {
        note(format!("stopping after {}", self.last));
    }
}

system! {
    mod rings {
        ONE: Counter { mailbox = 1 } = Counter::new,
        TWO: Counter { mailbox = 2 } = Counter::new,
        THREE: Counter { mailbox = 3 } = Counter::new,
        FIVE: Counter { mailbox = 5 } = Counter::new,
        EIGHT: Counter { mailbox = 8 } = Counter::new,
        MOST: Counter { mailbox = 128 } = Counter::new,
    }
}

#[test]
fn a_ring_of_any_length_keeps_the_order() {
    fn check(counter: &CounterRef, capacity: usize) {
        let mut sent = 0;
        // Fills it to each depth in turn, so that the ring wraps everywhere.
        for depth in (1..=capacity.min(16)).cycle().take(20) {
            for _ in 0..depth.min(10) {
                sent += 1;
                counter.count(sent).tell().unwrap();
            }
            assert_eq!(counter.control().depth(), depth.min(10));
            run(rings::step);
            assert_eq!(counter.control().depth(), 0);
        }
        for _ in 0..capacity {
            sent += 1;
            counter.count(sent).tell().unwrap();
        }
        assert_eq!(counter.count(0).tell().unwrap_err().reason, Reason::Full);
        run(rings::step);
    }
    rings::start(now);
    run(rings::step);
    check(&rings::ONE, 1);
    check(&rings::TWO, 2);
    check(&rings::THREE, 3);
    check(&rings::FIVE, 5);
    check(&rings::EIGHT, 8);
    check(&rings::MOST, 128);
}

mod ends {
    use super::*;

    system! {
        mod stopped { COUNTER: Counter { mailbox = 3 } = Counter::new }
    }

    system! {
        mod drained { COUNTER: Counter { mailbox = 3 } = Counter::new }
    }

    #[test]
    fn a_stop_ends_it_before_the_next_message() {
        stopped::start(now);
        run(stopped::step);
        stopped::COUNTER.count(1).tell().unwrap();
        let _only_waits = stopped::COUNTER.control().stop();
        run(stopped::step);
        assert_eq!(noted(), ["stopping after 0"]);
        assert_eq!(stopped::COUNTER.count(1).tell().unwrap_err().reason, Reason::Stopped);
        assert!(!stopped::COUNTER.control().is_alive());
    }

    #[test]
    fn a_drain_ends_it_after_the_last_message() {
        drained::start(now);
        run(drained::step);
        drained::COUNTER.count(1).tell().unwrap();
        drained::COUNTER.count(2).tell().unwrap();
        let _only_waits = drained::COUNTER.control().drain();
        assert_eq!(drained::COUNTER.count(3).tell().unwrap_err().reason, Reason::Stopped);
        run(drained::step);
        assert_eq!(noted(), ["stopping after 2"]);
        assert!(!drained::COUNTER.control().is_alive());
    }
}

mod late {
    use super::*;
    use std::cell::Cell;

    thread_local!(static ATTEMPTS: Cell<u32> = const { Cell::new(0) });

    fn open() -> Result<Counter, &'static str> {
        ATTEMPTS.set(ATTEMPTS.get() + 1);
        if ATTEMPTS.get() < 3 { Err("no bus") } else { Ok(Counter::new()) }
    }

    system! {
        mod third {
            BEFORE: Counter { mailbox = 1 } = Counter::new,
            COUNTER: Counter { mailbox = 3 } = open,
            BEHIND: Counter { mailbox = 1 } = Counter::new,
        }
    }

    system! {
        mod never { COUNTER: Counter { mailbox = 3 } = || Err::<Counter, _>("no bus") }
    }

    #[test]
    fn a_factory_that_fails_is_tried_again_though_no_handler_can_fail() {
        third::start(now);
        third::COUNTER.count(1).tell().unwrap();
        run(third::step);
        assert_eq!(ATTEMPTS.get(), 2, "at once, then after a pause");
        advance(50, third::tick, third::step);
        assert_eq!(ATTEMPTS.get(), 3);
        assert_eq!(third::COUNTER.control().depth(), 0);
        third::BEFORE.count(1).tell().unwrap();
        third::BEHIND.count(1).tell().unwrap();
        run(third::step);
    }

    #[test]
    fn a_factory_that_fails_too_often_ends_the_actor() {
        never::start(now);
        run(never::step);
        assert!(never::COUNTER.control().is_alive());
        for _ in 0..50 {
            leap(1_000, never::tick, never::step);
        }
        assert!(!never::COUNTER.control().is_alive());
        assert_eq!(never::COUNTER.count(1).tell().unwrap_err().reason, Reason::Stopped);
    }
}
