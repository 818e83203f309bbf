//! Pools that interrupts call: each call goes to one member, also while the members begin anew.
#![allow(missing_docs)]

mod common;

use std::sync::OnceLock;

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

static POOL: OnceLock<Pool<Worker>> = OnceLock::new();

fn pool() -> &'static Pool<Worker> {
    POOL.get().unwrap()
}

#[handlers]
impl Boss {
    #[started]
    fn started(&mut self) {
        POOL.get_or_init(|| self.workers.clone());
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
