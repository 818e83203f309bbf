//! What a host sees of systems: a panic in one, and two of them.
#![allow(missing_docs)]

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};

use actor::prelude::*;
use actor::system;
use common::{note, noted, now, run};

#[actor]
struct Plain;

#[handlers]
impl Plain {
    fn panics(&mut self) {
        panic!("on purpose");
    }
    fn plain(&mut self) {
        note("plain");
    }
}

system! { mod panicking { PLAIN: Plain { mailbox = 2 } = || Plain } }

/// Whatever it is that a step does after a panic: it says so, rather than that there is nothing to do.
#[test]
fn a_worker_that_has_panicked_does_not_say_that_there_is_nothing_to_do() {
    panicking::start(now);
    run(panicking::step);
    panicking::PLAIN.panics().tell().unwrap();
    assert!(catch_unwind(AssertUnwindSafe(panicking::step)).is_err());
    let told = panicking::PLAIN.plain().tell().is_ok();
    let stepped = catch_unwind(AssertUnwindSafe(|| run(panicking::step)));
    assert!(!told || stepped.is_err() || noted() == ["plain"], "taken, and never to be handled, and nobody is told");
}

mod first {
    use super::*;
    system! { pub mod system { PLAIN: Plain { mailbox = 2 } = || Plain } }
}

mod second {
    use super::*;
    system! { pub mod system { PLAIN: Plain { mailbox = 2 } = || Plain } }
}

#[test]
fn actors_of_two_systems_have_two_ids() {
    first::system::start(now);
    second::system::start(now);
    let (one, other) = (&first::system::PLAIN, &second::system::PLAIN);
    assert_ne!(one, other);
    assert_ne!(one.control().id(), other.control().id());
}
