//! Systems that begin, or are run, within a handler of another one.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use actor::{SystemEvent, system};
use common::{Once, Task, note, noted, now, run};
use interrupts::alone;

#[actor(mailbox = 4)]
struct Host;

#[handlers]
impl Host {
    async fn begin(&mut self) -> u32 {
        inner::start(now);
        Once::default().await;
        note(1);
        1
    }

    fn after(&mut self) {
        note(2);
    }
}

system! {
    mod outer { HOST: Host { mailbox = 4 } = || Host }
}

#[actor(mailbox = 4)]
struct Guest;

#[handlers]
impl Guest {
    fn visit(&mut self) {}
}

fn hear(_: &SystemEvent<'_>) {}

system! {
    mod inner { GUEST: Guest { mailbox = 4 } = || Guest }
    event_handler = hear
}

#[test]
fn a_handler_that_waits_goes_on_though_it_began_a_system_that_is_observed() {
    let _alone = alone();
    outer::start(now);
    run(outer::step);
    let mut asked = Task::new(async { outer::HOST.begin().await });
    assert!(!asked.go_on());
    outer::HOST.after().tell().unwrap();
    run(outer::step);
    assert!(asked.go_on(), "the handler is forgotten where it waits");
    assert_eq!(asked.output().unwrap(), 1);
    run(outer::step);
    assert_eq!(noted(), [1, 2]);
}
