//! Replies that are dropped: an asker is told what became of the handler, whatever an interrupt drops meanwhile.
#![allow(missing_docs)]

mod common;

use std::sync::Mutex;

use actor::prelude::*;
use actor::system;
use common::{Once, Task, now, pass, run};
use interrupts::{interrupted, sweep};

#[actor(mailbox = 4)]
struct Desk;

#[handlers]
impl Desk {
    fn drops_and_fails(&mut self, reply: Reply<u32>, ctx: &mut Context<Self>) {
        drop(reply);
        ctx.fail("on purpose");
    }
    async fn drops_and_fails_later(&mut self, reply: Reply<u32>) -> Result<(), &'static str> {
        Once::default().await;
        drop(reply);
        Err("on purpose")
    }
    fn drops(&mut self, reply: Reply<u32>, _ctx: &mut Context<Self>) {
        drop(reply);
    }
    fn gives_away(&mut self, reply: Reply<u32>, ctx: &mut Context<Self>) {
        *GIVEN.lock().unwrap() = Some(reply);
        ctx.fail("on purpose");
    }
}

system! {
    mod desk { DESK: Desk { mailbox = 4 } = || Desk }
}

/// What an interrupt drops.
static GIVEN: Mutex<Option<Reply<u32>>> = Mutex::new(None);

type Asked = Task<Result<u32, AskError>>;

/// What comes of an ask, while an interrupt drops the reply to another one.
fn answer(ask: fn() -> Asked) -> Result<u32, AskError> {
    let mut given = Task::new(async { desk::DESK.gives_away().await });
    assert!(!given.go_on());
    run(desk::step);
    later();
    let mut asked = ask();
    assert!(!asked.go_on());
    interrupted(|| run(desk::step));
    later();
    drop(GIVEN.lock().unwrap().take());
    assert!(given.go_on() && asked.go_on());
    assert!(given.output().is_err());
    asked.output()
}

fn is_no_reply(answer: &Result<u32, AskError>) -> bool {
    matches!(answer, Err(AskError::NoReply { .. }))
}

/// Passes the pause before a restart.
fn later() {
    for _ in 0..2 {
        pass(3600);
        desk::tick();
        run(desk::step);
    }
}

#[test]
fn an_asker_is_told_that_the_handler_failed_which_dropped_its_reply() {
    let asks: [(fn() -> Asked, bool); 3] = [
        (|| Task::new(async { desk::DESK.drops_and_fails().await }), true),
        (|| Task::new(async { desk::DESK.drops_and_fails_later().await }), true),
        (|| Task::new(async { desk::DESK.drops().await }), false),
    ];
    for (ask, fails) in asks {
        let drops = || drop(GIVEN.lock().unwrap().take());
        sweep(drops, || {
            desk::start(now);
            run(desk::step);
            let answer = answer(ask);
            let is_told = if fails { answer == Err(AskError::Failed) } else { is_no_reply(&answer) };
            assert!(is_told, "{answer:?}");
        });
    }
}
