//! Asks on the worker: answers that come as messages, answers that are awaited, and those that never come.
#![allow(missing_docs)]

mod common;

use std::time::Duration;

use actor::prelude::*;
use actor::system;
use common::{advance, note, noted, now, run};

#[actor(ask_timeout = 50ms)]
struct Store {
    kept: Option<Reply<u32>>,
}

impl Store {
    fn new() -> Self {
        Self { kept: None }
    }
}

#[handlers]
impl Store {
    fn get(&self, key: u32) -> u32 {
        key * 10
    }
    fn find(&self, key: u32) -> Result<u32, u8> {
        Err(key as u8)
    }
    fn later(&mut self, reply: Reply<u32>) {
        self.kept = Some(reply);
    }
    fn answer(&mut self, value: u32) {
        if let Some(reply) = self.kept.take() {
            reply.send(value);
        }
    }
    fn forget(&mut self) {
        self.kept = None;
    }
}

#[actor]
struct Asker {
    store: StoreRef,
}

#[handlers]
impl Asker {
    fn then_get(&mut self, key: u32, ctx: &mut Context<Self>) {
        if let Err(rejected) = self.store.get(key).then(ctx, AskerRef::got) {
            note(format!("{}", rejected.reason));
        }
    }
    fn then_later(&mut self, ctx: &mut Context<Self>) {
        self.store.later().then(ctx, AskerRef::got).unwrap();
    }
    fn then_soon(&mut self, ctx: &mut Context<Self>) {
        self.store.later().timeout(Duration::from_millis(5)).then(ctx, AskerRef::got).unwrap();
    }
    fn got(&mut self, answer: Result<u32, AskError>) {
        note(format!("got {answer:?}"));
    }
    async fn get(&mut self, key: u32) {
        note(format!("get {:?}", self.store.get(key).await));
    }
    async fn find(&mut self) {
        note(format!("find {:?}", self.store.find(7).await));
    }
    async fn later(&mut self) {
        note(format!("later {:?}", self.store.later().await));
    }
    async fn soon(&mut self) {
        note(format!("soon {:?}", self.store.later().timeout(Duration::from_millis(5)).await));
    }
    async fn both(&mut self) {
        // Gives the first ask up before its answer comes.
        {
            let mut first = std::pin::pin!(self.store.later().into_future());
            let _ = std::future::poll_fn(|cx| std::task::Poll::Ready(first.as_mut().poll(cx).is_pending())).await;
        }
        self.store.answer(1).await.unwrap();
        note(format!("both {:?}", self.store.get(2).await));
    }
    async fn myself(&mut self, ctx: &mut Context<Self>) {
        note(format!("myself {:?}", ctx.this().number().await));
    }
    fn number(&self) -> u32 {
        1
    }
    async fn outlive(&mut self) {
        self.store.control().stop().await;
        note(format!("ended {}", !self.store.control().is_alive()));
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
    fn plain(&mut self) {
        note("plain");
    }
    async fn fill(&mut self) {
        for key in 0..4 {
            note(format!("fill {:?}", self.store.answer(key).await));
        }
    }
}

macro_rules! asks {
    ($name:ident, $test:ident, $body:block) => {
        mod $name {
            use super::*;

            system! {
                pub mod system {
                    STORE: Store { mailbox = 2 } = Store::new,
                    ASKER: Asker { mailbox = 3 } = || Asker { store: system::STORE.clone() },
                }
            }

            #[test]
            fn $test() {
                system::start(now);
                run(system::step);
                let (_store, _asker) = (&system::STORE, &system::ASKER);
                $body
            }
        }
    };
}

asks!(messages, an_answer_comes_back_as_a_message, {
    system::ASKER.then_get(3).tell().unwrap();
    run(system::step);
    assert_eq!(noted(), ["got Ok(30)"]);
});

asks!(places, an_answer_finds_the_place_that_was_kept_for_it, {
    system::ASKER.then_later().tell().unwrap();
    run(system::step);
    system::ASKER.plain().tell().unwrap();
    system::ASKER.plain().tell().unwrap();
    assert_eq!(system::ASKER.plain().tell().unwrap_err().reason, Reason::Full, "one place is kept");
    system::STORE.answer(5).tell().unwrap();
    run(system::step);
    assert_eq!(noted(), ["plain", "plain", "got Ok(5)"]);
    for _ in 0..3 {
        system::ASKER.plain().tell().unwrap();
    }
});

asks!(late, an_answer_to_an_old_life_is_discarded, {
    system::ASKER.then_later().tell().unwrap();
    run(system::step);
    system::ASKER.fails().tell().unwrap();
    run(system::step);
    for _ in 0..3 {
        system::ASKER.plain().tell().unwrap();
    }
    system::STORE.answer(5).tell().unwrap();
    run(system::step);
    assert_eq!(noted(), ["plain"; 3]);
    for _ in 0..3 {
        system::ASKER.plain().tell().unwrap();
    }
});

asks!(patience, an_answer_that_does_not_come_in_time_is_a_timeout, {
    system::ASKER.then_soon().tell().unwrap();
    run(system::step);
    advance(4, system::tick, system::step);
    assert_eq!(noted(), [""; 0]);
    advance(1, system::tick, system::step);
    assert_eq!(noted(), ["got Err(Timeout)"]);
    // Another ask in the place of the first, whose answer is kept still.
    system::STORE.forget().tell().unwrap();
    system::ASKER.then_later().tell().unwrap();
    run(system::step);
    assert_eq!(noted(), [""; 0], "the first answer comes too late");
    system::STORE.answer(2).tell().unwrap();
    run(system::step);
    assert_eq!(noted(), ["got Ok(2)"]);
    system::ASKER.then_later().tell().unwrap();
    run(system::step);
    advance(50, system::tick, system::step);
    assert_eq!(noted(), ["got Err(Timeout)"], "by default as the actor says that was asked");
    for _ in 0..3 {
        system::ASKER.plain().tell().unwrap();
    }
});

asks!(awaited, an_async_handler_waits_for_its_answer_and_handles_nothing_else, {
    system::ASKER.get(4).tell().unwrap();
    system::ASKER.find().tell().unwrap();
    run(system::step);
    assert_eq!(noted(), ["get Ok(40)", "find Err(Handler(7))"]);
    system::ASKER.later().tell().unwrap();
    system::ASKER.plain().tell().unwrap();
    run(system::step);
    assert_eq!(noted(), [""; 0]);
    system::STORE.answer(6).tell().unwrap();
    run(system::step);
    assert_eq!(noted(), ["later Ok(6)", "plain"]);
});

asks!(unanswered, an_answer_that_never_comes_is_said_so, {
    system::ASKER.later().tell().unwrap();
    run(system::step);
    system::STORE.forget().tell().unwrap();
    run(system::step);
    assert_eq!(noted(), ["later Err(NoReply { handler: \"later\" })"]);
    system::ASKER.soon().tell().unwrap();
    run(system::step);
    advance(4, system::tick, system::step);
    assert_eq!(noted(), [""; 0]);
    advance(1, system::tick, system::step);
    assert_eq!(noted(), ["soon Err(Timeout)"]);
    system::STORE.answer(1).tell().unwrap();
    run(system::step);
    assert_eq!(noted(), [""; 0], "the answer comes too late");
});

asks!(cancelled, an_ask_that_is_given_up_leaves_nothing_behind, {
    for _ in 0..20 {
        system::ASKER.both().tell().unwrap();
        run(system::step);
        assert_eq!(noted(), ["both Ok(20)"]);
    }
});

asks!(own, an_actor_that_asks_itself_is_told, {
    system::ASKER.myself().tell().unwrap();
    run(system::step);
    assert_eq!(noted(), ["myself Err(Cycle)"]);
});

asks!(room, an_awaited_tell_waits_for_room, {
    system::STORE.forget().tell().unwrap();
    system::STORE.forget().tell().unwrap();
    system::ASKER.fill().tell().unwrap();
    run(system::step);
    assert_eq!(noted(), ["fill Ok(())"; 4]);
});

asks!(stopping, whoever_waits_for_an_actor_that_ends_is_told, {
    system::ASKER.later().tell().unwrap();
    run(system::step);
    drop(system::STORE.control().stop());
    run(system::step);
    system::ASKER.get(1).tell().unwrap();
    run(system::step);
    assert_eq!(noted(), ["later Err(Stopped)", "get Err(Stopped)"]);
});

asks!(draining, a_drain_handles_what_waits_and_refuses_the_rest, {
    system::ASKER.plain().tell().unwrap();
    system::ASKER.plain().tell().unwrap();
    let stopped = system::ASKER.control().drain();
    drop(stopped);
    assert_eq!(system::ASKER.plain().tell().unwrap_err().reason, Reason::Stopped);
    run(system::step);
    assert_eq!(noted(), ["plain", "plain"]);
    assert!(!system::ASKER.control().is_alive());
    assert!(system::STORE.control().is_alive());
});

asks!(ending, an_async_handler_waits_for_the_end_of_another_actor, {
    system::ASKER.outlive().tell().unwrap();
    run(system::step);
    assert_eq!(noted(), ["ended true"]);
});
