//! Failures on the worker: restart in place, the pause before it, and the end when there were too many.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use actor::system;
use common::{advance, leap, note, noted, now, run};

#[actor]
struct Flaky {
    sum: u32,
}

impl Drop for Flaky {
    fn drop(&mut self) {
        note(format!("dropped {}", self.sum));
    }
}

#[handlers]
impl Flaky {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        note(format!("started {}", ctx.incarnation()));
    }
    fn add(&mut self, by: u32) -> Result<(), &'static str> {
        if by == 0 {
            return Err("nothing to add");
        }
        self.sum += by;
        note(format!("sum {}", self.sum));
        Ok(())
    }
    fn give_up(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("given up");
    }
}

#[test]
fn a_restart_keeps_queued_messages_and_the_ref() {
    system! {
        mod one { FLAKY: Flaky { mailbox = 4 } = || Flaky { sum: 0 } }
    }
    #[allow(unused_imports)]
    use one::FLAKY;
    one::start(now);
    run(one::step);
    for by in [1, 0, 2, 3] {
        FLAKY.add(by).tell().unwrap();
    }
    run(one::step);
    assert_eq!(noted(), ["started 0", "sum 1", "dropped 1", "started 1", "sum 2", "sum 5"]);
    assert!(FLAKY.control().is_alive());
}

mod pausing {
    use super::*;

    system! {
        mod two { FLAKY: Flaky { mailbox = 4 } = || Flaky { sum: 0 } }
    }

    #[test]
    fn the_second_restart_pauses_and_messages_wait() {
        two::start(now);
        run(two::step);
        two::FLAKY.give_up().tell().unwrap();
        run(two::step);
        two::FLAKY.give_up().tell().unwrap();
        two::FLAKY.add(7).tell().unwrap();
        run(two::step);
        assert_eq!(noted(), ["started 0", "dropped 0", "started 1", "dropped 0"]);
        // 50 ms, half of them left to chance.
        advance(24, two::tick, two::step);
        assert_eq!(noted(), [""; 0]);
        advance(26, two::tick, two::step);
        assert_eq!(noted(), ["started 2", "sum 7"]);
    }
}

mod ending {
    use super::*;

    system! {
        mod three { FLAKY: Flaky { mailbox = 4 } = || Flaky { sum: 0 } }
    }

    #[test]
    fn an_actor_that_fails_too_often_ends_and_answers_stopped() {
        three::start(now);
        run(three::step);
        for life in 1..=10 {
            three::FLAKY.give_up().tell().unwrap();
            run(three::step);
            while !noted().contains(&format!("started {life}")) {
                leap(500, three::tick, three::step);
            }
        }
        assert!(three::FLAKY.control().is_alive(), "ten restarts are allowed");
        three::FLAKY.give_up().tell().unwrap();
        three::FLAKY.add(1).tell().unwrap();
        run(three::step);
        assert!(!three::FLAKY.control().is_alive());
        assert_eq!(three::FLAKY.add(1).tell().unwrap_err().reason, Reason::Stopped);
        assert!(!three::step());
    }
}

mod starting {
    use super::*;
    use std::cell::Cell;

    thread_local!(static ATTEMPTS: Cell<u32> = const { Cell::new(0) });

    system! {
        mod four {
            FLAKY: Flaky { mailbox = 4 } = || {
                ATTEMPTS.set(ATTEMPTS.get() + 1);
                if ATTEMPTS.get() < 3 { Err("no bus") } else { Ok(Flaky { sum: 10 }) }
            },
        }
    }

    #[test]
    fn a_start_that_fails_is_tried_again() {
        four::start(now);
        four::FLAKY.add(1).tell().unwrap();
        run(four::step);
        assert_eq!(ATTEMPTS.get(), 2, "at once, then after a pause");
        advance(50, four::tick, four::step);
        assert_eq!(ATTEMPTS.get(), 3);
        // A life that was never built is none.
        assert_eq!(noted(), ["started 0", "sum 11"]);
    }
}
