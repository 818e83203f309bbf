//! What a handler may answer with, awaited in an async handler of another actor.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use actor::{Ask, Call};
use common::{Gate, begin, everywhere, yield_now};

#[actor]
struct Library;

#[handlers]
impl Library {
    fn title(&self) -> &'static str {
        "static"
    }
    fn pair(&self) -> (&'static str, Option<&'static str>) {
        ("a", None)
    }
    fn checked(&self) -> Result<&'static str, &'static str> {
        Err("lent out")
    }
}

#[actor]
struct Reader {
    library: LibraryRef,
}

#[handlers]
impl Reader {
    async fn read(&mut self) -> Result<&'static str, AskError> {
        let (_, none) = self.library.pair().await?;
        assert!(none.is_none() && self.library.checked().await.is_err());
        self.library.title().await
    }
}

#[test]
fn an_answer_may_borrow_for_ever() {
    everywhere(|system| async move {
        let library = system.spawn(|| Library).await.unwrap();
        let reader = system.spawn(move || Reader { library: library.clone() }).await.unwrap();
        assert_eq!(reader.read().await, Ok("static"));
    });
}

/// Drops the replies it owes, and fails or does not.
#[actor]
struct Debtor {
    gate: Gate,
    kept: Vec<Reply<u32>>,
}

#[handlers]
impl Debtor {
    fn errs(&mut self, reply: Reply<u32>) -> Result<(), &'static str> {
        drop(reply);
        Err("on purpose")
    }
    fn fails(&mut self, _reply: Reply<u32>, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
    fn panics(&mut self, reply: Reply<u32>) -> Result<(), &'static str> {
        drop(reply);
        panic!("on purpose");
    }
    async fn errs_late(&mut self, reply: Reply<u32>) -> Result<(), &'static str> {
        yield_now().await;
        drop(reply);
        Err("on purpose")
    }
    async fn fails_late(&mut self, _reply: Reply<u32>, ctx: &mut Context<Self>) {
        yield_now().await;
        ctx.fail("on purpose");
    }
    fn forgets(&mut self, _reply: Reply<u32>, _ctx: &mut Context<Self>) -> Result<(), &'static str> {
        Ok(())
    }
    async fn forgets_late(&mut self, _reply: Reply<u32>) -> Result<(), &'static str> {
        yield_now().await;
        Ok(())
    }
    /// Drops its reply long before it fails.
    async fn drops_early(&mut self, reply: Reply<u32>) -> Result<(), &'static str> {
        drop(reply);
        self.gate.passed().await;
        Err("on purpose")
    }
    fn keeps(&mut self, reply: Reply<u32>) {
        self.kept.push(reply);
    }
    /// Fails, and drops the reply of another message.
    fn drops_kept(&mut self, reply: Reply<u32>) -> Result<(), &'static str> {
        self.kept.clear();
        reply.send(1);
        Err("on purpose")
    }
}

#[test]
fn an_asker_whose_reply_is_dropped_by_a_handler_that_fails_hears_of_the_failure() {
    everywhere(|system| async move {
        type Asking = for<'r> fn(&'r DebtorRef) -> Call<'r, Debtor, Ask<u32>>;
        let failing: [Asking; 5] =
            [DebtorRef::errs, DebtorRef::fails, DebtorRef::panics, DebtorRef::errs_late, DebtorRef::fails_late];
        for ask in failing {
            let debtor = system.spawn(|| Debtor { gate: Gate::default(), kept: Vec::new() }).await.unwrap();
            assert_eq!(ask(&debtor).await, Err(AskError::Failed));
        }
    });
}

#[test]
fn an_asker_whose_reply_is_dropped_by_a_handler_that_does_not_fail_hears_so_at_once() {
    everywhere(|system| async move {
        let gate = Gate::default();
        let factory = {
            let gate = gate.clone();
            move || Debtor { gate: gate.clone(), kept: Vec::new() }
        };
        let debtor = system.spawn(factory).await.unwrap();
        let no_reply = |handler| Err(AskError::NoReply { handler });
        assert_eq!(debtor.forgets().await, no_reply("forgets"));
        assert_eq!(debtor.forgets_late().await, no_reply("forgets_late"));
        assert_eq!(debtor.drops_early().await, no_reply("drops_early"), "the gate is not open");
        gate.open();
        let kept = debtor.keeps().owned().into_future();
        let mut kept = std::pin::pin!(kept);
        begin(kept.as_mut()).await;
        assert_eq!(debtor.drops_kept().await, Ok(1));
        assert_eq!(kept.await, no_reply("keeps"), "another message, which did not fail");
    });
}
