//! Suspensions that interrupts begin and end: the actor rests while anybody wants it, and sleeps through nothing.
#![allow(missing_docs)]

mod common;

use std::sync::Mutex;

use actor::prelude::*;
use actor::{Suspension, system};
use common::{Load, note, noted, now, run};
use interrupts::{interrupted, sweep};

#[actor(mailbox = 4)]
struct Scribe;

#[handlers]
impl Scribe {
    fn item(&mut self, load: Load) {
        note(load.0);
    }
    fn fails(&mut self) -> Result<(), &'static str> {
        Err("on purpose")
    }
}

system! {
    mod desk { SCRIBE: Scribe { mailbox = 4 } = || Scribe }
}

/// What interrupts keep.
static KEPT: Mutex<Vec<Suspension>> = Mutex::new(Vec::new());

fn tell(number: u32) {
    desk::SCRIBE.item(Load::new(number)).tell().unwrap();
}

#[test]
fn what_comes_meanwhile_waits_and_is_handled_afterwards() {
    let interrupts: [fn(); 3] = [
        || tell(2),
        || drop(desk::SCRIBE.control().suspend("an interrupt")),
        || KEPT.lock().unwrap().push(desk::SCRIBE.control().suspend("an interrupt")),
    ];
    for interrupt in interrupts {
        sweep(interrupt, || {
            desk::start(now);
            run(desk::step);
            interrupted(|| {
                let suspension = desk::SCRIBE.control().suspend("the test");
                tell(1);
                run(desk::step);
                assert!(noted().is_empty() && desk::SCRIBE.control().suspended_by().is_some());
                drop(suspension);
                run(desk::step);
            });
            let kept: Vec<_> = KEPT.lock().unwrap().drain(..).collect();
            drop(kept);
            run(desk::step);
            assert_eq!((noted().len(), Load::alive()), (Load::made(), 0));
            assert_eq!(desk::SCRIBE.control().suspended_by(), None);
        });
    }
}

#[test]
fn a_restart_ends_those_that_began_before_and_no_others() {
    sweep(
        || KEPT.lock().unwrap().push(desk::SCRIBE.control().suspend("an interrupt")),
        || {
            desk::start(now);
            run(desk::step);
            desk::SCRIBE.fails().tell().unwrap();
            tell(1);
            interrupted(|| {
                run(desk::step);
                common::pass(3600);
                desk::tick();
                run(desk::step);
            });
            let kept: Vec<_> = KEPT.lock().unwrap().drain(..).collect();
            drop(kept);
            for _ in 0..2 {
                run(desk::step);
                common::pass(3600);
                desk::tick();
            }
            run(desk::step);
            assert_eq!((noted(), Load::alive(), Load::made()), (vec![1], 0, 1));
        },
    );
}
