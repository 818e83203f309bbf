//! What is there on tokio alone, used on the worker: refused with why, and what to do instead.
#![allow(missing_docs)]

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use actor::prelude::*;
use actor::system;
use common::{now, run};

#[actor(mailbox = 2)]
struct Station;

#[handlers]
impl Station {
    fn after(&mut self, ctx: &mut Context<Self>) {
        ctx.after(Duration::ZERO, |me| me.rings());
    }
    fn every(&mut self, ctx: &mut Context<Self>) {
        ctx.every(Duration::from_millis(1), |me| me.rings());
    }
    fn pipe(&mut self, ctx: &mut Context<Self>) {
        ctx.pipe(async {}, |me, ()| me.rings());
    }
    fn system(&mut self, ctx: &mut Context<Self>) {
        ctx.system();
    }
    fn rings(&self) {}
}

/// What `run` panics with.
fn said(run: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
    panic.downcast::<String>().map_or_else(|panic| panic.downcast::<&str>().unwrap().to_string(), |text| *text)
}

/// A system for each, because none goes on after a panic.
macro_rules! stations {
    ($($handler:ident: $expected:literal,)*) => {$(
        mod $handler {
            use super::*;

            system! {
                mod system { STATION: Station { mailbox = 2 } = || Station }
            }

            pub(super) fn is_refused() {
                system::start(now);
                run(system::step);
                system::STATION.$handler().tell().unwrap();
                assert_eq!(said(|| run(system::step)), $expected);
            }
        }
    )*};
}

stations! {
    after: "on bare metal a context has the timers that its actor says; write `#[actor(timers = 4)]`, with more than its `#[every]` and `#[idle]`",
    every: "on bare metal a context has the timers that its actor says; write `#[actor(timers = 4)]`, with more than its `#[every]` and `#[idle]`",
    pipe: "an actor on bare metal has no pipes and streams; have somebody tell it what they bring",
    system: "an actor on bare metal has no `ctx.system()`; its system is a module",
}

#[test]
fn what_a_context_begins() {
    after::is_refused();
    every::is_refused();
    pipe::is_refused();
    system::is_refused();
}

mod calls {
    use super::*;

    system! {
        mod system { STATION: Station { mailbox = 2 } = || Station }
    }

    #[test]
    fn calls_that_hold_a_thread() {
        let text = said(|| system::STATION.rings().blocking().unwrap());
        assert_eq!(text, "an actor on bare metal has no `.blocking()`; `.await` the call, or `.tell()`");
    }
}
