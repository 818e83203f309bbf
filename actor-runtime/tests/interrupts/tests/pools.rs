//! Pools that interrupts call: each call goes to one member, also while the members begin anew.
#![allow(missing_docs)]

mod common;

use std::sync::Mutex;

use actor::prelude::*;
use actor::system;
use common::{Load, note, noted, now, pass, run};
use interrupts::{interrupted, sweep};

#[actor(mailbox = 4)]
struct Worker;

#[handlers]
impl Worker {
    fn item(&mut self, load: Load) {
        note(load.0);
    }
}

#[actor(mailbox = 4)]

struct Boss {
    #[child(|| Worker, pool = 2)]
    workers: Pool<Worker>,
}

static POOL: Mutex<Option<Pool<Worker>>> = Mutex::new(None);

fn pool() -> Pool<Worker> {
    POOL.lock().unwrap().clone().unwrap()
}

#[handlers]
impl Boss {
    #[started]
    fn started(&mut self) {
        *POOL.lock().unwrap() = Some(self.workers.clone());
    }

    fn again(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("again");
    }
}

system! {
    mod crew { BOSS: Boss { mailbox = 4 } = || Boss { workers: Pool::default() } }
}

fn give(number: u32) -> bool {
    pool().item(Load::new(number)).tell().is_ok()
}

#[test]
fn each_call_goes_to_one_member() {
    sweep(
        || assert!(give(9)),
        || {
            crew::start(now);
            run(crew::step);
            interrupted(|| {
                assert!((1..3).all(give));
                run(crew::step);
            });
            run(crew::step);
            let mut seen = noted();
            seen.sort_unstable();
            assert_eq!(seen[..2], [1, 2]);
            assert_eq!((seen.len(), Load::alive()), (Load::made(), 0), "{seen:?}");
        },
    );
}

#[test]
#[cfg_attr(miri, ignore = "takes minutes")]
fn a_call_while_the_members_begin_anew_is_handled_or_handed_back() {
    sweep(
        || {
            let _ = give(9);
        },
        || {
            crew::start(now);
            run(crew::step);
            interrupted(|| {
                crew::BOSS.again().tell().unwrap();
                run(crew::step);
            });
            // Over the pause before the next life, and long enough for any number of failures.
            pass(100);
            crew::tick();
            run(crew::step);
            assert_eq!(pool().members().len(), 2);
            assert!((1..3).all(give));
            run(crew::step);
            let mut seen = noted();
            seen.sort_unstable();
            assert_eq!(seen[..2], [1, 2]);
            assert_eq!(Load::alive(), 0, "{seen:?}");
            Load::made();
        },
    );
}
