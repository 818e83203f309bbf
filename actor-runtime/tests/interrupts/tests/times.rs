//! The timer interrupt at the worst moment: what is due is told once, and nothing too early.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use actor::system;
use common::{Once, note, noted, now, pass, run};
use interrupts::{interrupted, sweep};

const MESSAGE: u32 = 1;
const QUIET: u32 = 2;

#[actor]
struct Session;

#[handlers]
impl Session {
    fn talk(&mut self) {
        note(MESSAGE);
    }
    async fn wait(&mut self) {
        Once::default().await;
        note(MESSAGE);
    }
    #[idle(30s)]
    fn quiet(&mut self) {
        note(QUIET);
    }
}

system! {
    mod sessions { SESSION: Session { mailbox = 2 } = || Session }
}

#[test]
fn quiet_is_never_told_right_after_a_message() {
    let sends: [fn(); 2] = [|| sessions::SESSION.talk().tell().unwrap(), || sessions::SESSION.wait().tell().unwrap()];
    for send in sends {
        sweep(
            || {
                pass(1);
                sessions::tick();
            },
            || {
                sessions::start(now);
                sessions::SESSION.talk().tell().unwrap();
                run(sessions::step);
                pass(29);
                noted();
                interrupted(|| {
                    send();
                    run(sessions::step);
                });
                let seen = noted();
                assert!([&[MESSAGE][..], &[QUIET, MESSAGE]].contains(&&*seen), "{seen:?}");
                pass(27);
                sessions::tick();
                run(sessions::step);
                assert_eq!(noted(), []);
                pass(3);
                sessions::tick();
                run(sessions::step);
                assert_eq!(noted(), [QUIET]);
                sessions::tick();
                run(sessions::step);
                assert_eq!(noted(), []);
            },
        );
    }
}
