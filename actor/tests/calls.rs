//! The verbs of a call: `.owned()`, `.done()`, `.reply_to(..)`, `.blocking()`, and what `.tell()` hands back.
#![allow(missing_docs)]

mod common;

use std::error::Error;
use std::future::{Future, IntoFuture};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actor::prelude::*;
use common::{Gate, Journal, begin, everywhere, in_hand, on_runtimes, poll_once, stepped, until, yield_now};

#[actor(mailbox(capacity = 2, overflow = reject))]
struct Small {
    gate: Gate,
    journal: Journal,
}

#[handlers]
impl Small {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn note(&mut self, text: String) {
        self.journal.note(text);
    }
    fn count(&self) -> usize {
        self.journal.entries().len()
    }
    fn divide(&mut self, by: u32) -> Result<(), String> {
        if by == 0 {
            return Err("by zero".to_owned());
        }
        self.journal.note(format!("by {by}"));
        Ok(())
    }
    async fn later(&mut self, by: u32) -> Result<(), String> {
        self.gate.passed().await;
        self.divide(by)
    }
    fn boom(&mut self) {
        panic!("boom");
    }
    async fn slow_boom(&mut self) {
        yield_now().await;
        panic!("boom");
    }
    fn halve(&self, number: u32) -> Result<u32, String> {
        if number.is_multiple_of(2) { Ok(number / 2) } else { Err(format!("{number} is odd")) }
    }
}

async fn small(system: &ActorSystem) -> (SmallRef, Gate, Journal) {
    let (gate, journal) = (Gate::default(), Journal::default());
    let (g, j) = (gate.clone(), journal.clone());
    let small = system.spawn(move || Small { gate: g.clone(), journal: j.clone() }).await.unwrap();
    (small, gate, journal)
}

/// Fills the mailbox behind a handler that waits.
async fn fill(small: &SmallRef) {
    small.hold().await.unwrap();
    in_hand(small.control()).await;
    for number in 0..2 {
        small.note(format!("{number}")).await.unwrap();
    }
}

// ---- owned ---------------------------------------------------------------------------------------------

/// The ref is borrowed, and the error leaves the function all the same.
fn tells(small: &SmallRef) -> Result<(), Box<dyn Error + Send + Sync>> {
    small.note("told".to_owned()).tell()?;
    Ok(())
}

#[test]
fn a_rejected_call_leaves_the_function_that_borrowed_the_ref() {
    everywhere(|system| async move {
        let (small, gate, journal) = small(&system).await;
        fill(&small).await;
        let error = tells(&small).unwrap_err();
        assert_eq!(error.to_string(), "mailbox full; await the call to wait for room");
        let rejected = small.note("third".to_owned()).tell().unwrap_err();
        assert_eq!(rejected.reason, Reason::Full);
        let rejected = rejected.call.tell().unwrap_err();
        gate.open();
        in_hand(small.control()).await;
        rejected.call.await.unwrap();
        small.control().drain().await;
        assert_eq!(journal.entries(), ["0", "1", "third"]);
    });
}

#[test]
fn owned_calls_are_spawned_and_joined_and_keep_the_actor() {
    on_runtimes(
        |builder| builder,
        |system| async move {
            let (small, _gate, journal) = small(&system).await;
            let (first, second) = tokio::join!(small.halve(4).owned(), small.halve(5).owned());
            assert_eq!((first, second), (Ok(2), Err(AskError::Handler("5 is odd".to_owned()))));
            let mut tasks = tokio::task::JoinSet::new();
            for number in 0..10 {
                tasks.spawn(small.halve(number * 2).timeout(Duration::from_secs(9)).owned());
            }
            let mut halves: Vec<u32> = Vec::new();
            while let Some(half) = tasks.join_next().await {
                match half.unwrap() {
                    Ok(half) => halves.push(half),
                    Err(error) => assert_eq!(error, AskError::Full),
                }
            }
            assert!(!halves.is_empty());
            let last = small.note("last".to_owned()).owned();
            let stopped = small.control().stopped();
            drop(small);
            last.await.unwrap();
            stopped.await;
            assert_eq!(journal.entries(), ["last"]);
        },
    );
}

#[test]
fn an_owned_call_that_is_dropped_leaves_nothing_behind() {
    everywhere(|system| async move {
        let (small, gate, journal) = small(&system).await;
        let mut waiting = small.hold().done().owned();
        begin(&mut waiting).await;
        in_hand(small.control()).await;
        let mut ask = small.count().owned();
        begin(&mut ask).await;
        drop(ask);
        gate.open();
        waiting.await.unwrap();
        let stopped = small.control().stopped();
        drop(small);
        stopped.await;
        assert!(journal.entries().is_empty());
    });
}

#[test]
fn a_call_that_is_never_polled_sends_nothing() {
    everywhere(|system| async move {
        let (small, _gate, journal) = small(&system).await;
        drop(small.note("lazy".to_owned()).into_future());
        drop(small.note("lazy".to_owned()).done().into_future());
        drop(small.note("lazy".to_owned()).owned());
        drop(small.recipient(SmallRef::note).send("lazy".to_owned()).into_future());
        small.control().drain().await;
        assert!(journal.entries().is_empty());
        assert_eq!(system.counts::<Small>().handled, 0);
    });
}

/// What an argument leaves behind.
struct Counted(Arc<()>);

#[actor(mailbox = 1)]
struct Narrow {
    gate: Gate,
}

#[handlers]
impl Narrow {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn set(&mut self, value: Counted) {
        drop(value.0);
    }
    fn get(&self, value: Counted) -> usize {
        Arc::strong_count(&value.0)
    }
    fn boom(&mut self, value: Counted) {
        drop(value);
        panic!("boom");
    }
}

#[test]
fn owned_calls_end_in_every_state_and_keep_no_argument() {
    everywhere(|system| async move {
        for opened in [true, false] {
            let (gate, count) = (Gate::default(), Arc::new(()));
            let theirs = gate.clone();
            let actor = system.spawn(move || Narrow { gate: theirs.clone() }).await.unwrap();
            let value = || Counted(Arc::clone(&count));
            actor.hold().await.unwrap();
            in_hand(actor.control()).await;
            let mut calls: Vec<Pin<Box<dyn Future<Output = bool> + Send>>> = Vec::new();
            for _ in 0..2 {
                let (get, told) = (actor.get(value()).owned(), actor.set(value()).owned());
                let (done, boom) = (actor.set(value()).done().owned(), actor.boom(value()).done().owned());
                let sent = actor.recipient(NarrowRef::set).send(value()).into_future();
                calls.push(Box::pin(async move { get.await.is_ok() }));
                calls.push(Box::pin(async move { told.await.is_ok() }));
                calls.push(Box::pin(async move { done.await.is_ok() }));
                calls.push(Box::pin(async move { sent.await.is_ok() }));
                calls.push(Box::pin(async move { boom.await.is_ok() }));
            }
            // Never polled; in the mailbox; in line for room; given up in line.
            drop(calls.remove(0));
            let mut answers = Vec::new();
            for (place, call) in calls.iter_mut().enumerate() {
                answers.push(if place < 7 { poll_once(call.as_mut()).await } else { None });
            }
            drop((calls.remove(2), answers.remove(2)));
            let (weak, stopped) = (actor.downgrade(), actor.control().stopped());
            drop(actor);
            if opened {
                gate.open();
            } else {
                drop(weak.upgrade().unwrap().control().kill());
            }
            for (call, answer) in calls.into_iter().zip(&mut answers) {
                if answer.is_none() {
                    *answer = Some(call.await);
                }
            }
            // The first was let in; of the others those fail that panic, or all.
            let well = if opened { [true, true, false, true, true, true, true, false] } else { [false; 8] };
            assert_eq!(answers[0], Some(true));
            assert_eq!(answers[1..], well.map(Some)[1..]);
            stopped.await;
            assert_eq!(Arc::strong_count(&count), 1, "no argument is left");
        }
    });
}

// ---- done ----------------------------------------------------------------------------------------------

#[test]
fn done_waits_until_the_handler_has_run() {
    everywhere(|system| async move {
        let (small, gate, journal) = small(&system).await;
        small.note("one".to_owned()).done().await.unwrap();
        assert_eq!(journal.entries(), ["one"]);
        let mut held = small.hold().done().into_future();
        begin(&mut held).await;
        in_hand(small.control()).await;
        begin(&mut held).await;
        gate.open();
        assert_eq!(held.await, Ok(()));
    });
}

#[test]
fn the_err_of_a_handler_that_is_waited_for_is_the_answer_and_no_failure() {
    everywhere(|system| async move {
        let (small, gate, journal) = small(&system).await;
        gate.open();
        assert_eq!(small.divide(2).done().await, Ok(()));
        assert_eq!(small.divide(0).done().await, Err(AskError::Handler("by zero".to_owned())));
        assert_eq!(small.later(0).done().await, Err(AskError::Handler("by zero".to_owned())));
        assert_eq!(small.later(3).done().await, Ok(()));
        assert_eq!(system.counts::<Small>().failures, 0);
        assert_eq!(journal.entries(), ["by 2", "by 3"]);
        // One that nobody waits for is one.
        small.divide(0).tell().unwrap();
        while system.counts::<Small>().restarts == 0 {
            yield_now().await;
        }
        assert_eq!(small.divide(5).done().await, Ok(()));
    });
}

#[test]
fn done_says_why_the_handler_did_not_run_to_its_end() {
    everywhere(|system| async move {
        let (actor, gate, _) = small(&system).await;
        assert_eq!(actor.boom().done().await, Err(AskError::Failed));
        assert_eq!(actor.slow_boom().done().await, Err(AskError::Failed));
        assert_eq!(actor.note(String::new()).timeout(Duration::ZERO).done().await, Err(AskError::Timeout));
        fill(&actor).await;
        assert_eq!(actor.note(String::new()).done().await, Err(AskError::Full));
        gate.open();
        actor.control().drain().await;
        assert_eq!(actor.note(String::new()).done().await, Err(AskError::Stopped));
        let (actor, gate, journal) = small(&system).await;
        actor.hold().await.unwrap();
        let mut note = actor.note("lost".to_owned()).done().into_future();
        begin(&mut note).await;
        let stopped = actor.control().stop();
        gate.open();
        stopped.await;
        assert_eq!(note.await, Err(AskError::Stopped));
        assert!(journal.entries().is_empty());
        let counts = system.counts::<Small>();
        assert_eq!(counts.handled + counts.dead_letters, 8, "{counts:?}");
    });
}

#[test]
fn a_rejected_call_that_was_to_be_waited_for_comes_back() {
    stepped(
        |builder| builder,
        |system| async move {
            let (small, gate, journal) = small(&system).await;
            fill(&small).await;
            let rejected = small.divide(7).done().tell().unwrap_err();
            gate.open();
            in_hand(small.control()).await;
            assert_eq!(rejected.call.await, Ok(()));
            assert_eq!(journal.entries(), ["0", "1", "by 7"]);
        },
    );
}

// ---- reply_to ------------------------------------------------------------------------------------------

#[actor]
struct Front {
    small: SmallRef,
}

#[handlers]
impl Front {
    fn count(&mut self, reply: Reply<usize>) {
        self.small.count().reply_to(reply).unwrap();
    }
    fn halve(&mut self, number: u32, reply: Reply<Result<u32, String>>) {
        self.small.halve(number).reply_to(reply).unwrap();
    }
    fn divide(&mut self, by: u32, reply: Reply<Result<(), String>>) {
        if let Err(returned) = self.small.divide(by).done().reply_to(reply) {
            assert_eq!(returned.to_string(), "mailbox full; await the call to wait for room");
            returned.reply.send(Err("busy".to_owned()));
        }
    }
    fn note(&mut self, text: String, reply: Reply<()>) -> Result<(), TellError> {
        Ok(self.small.note(text).reply_to(reply)?)
    }
    fn refused(&mut self, reply: Reply<usize>) {
        let returned = self.small.count().reply_to(reply).unwrap_err();
        assert_eq!(returned.reason, Reason::Full);
        returned.reply.send(99);
    }
}

#[test]
fn the_duty_to_answer_is_handed_on() {
    everywhere(|system| async move {
        let (small, gate, journal) = small(&system).await;
        let theirs = small.clone();
        let front = system.spawn(move || Front { small: theirs.clone() }).await.unwrap();
        assert_eq!(front.count().await, Ok(0));
        assert_eq!(front.halve(8).await, Ok(Ok(4)));
        assert_eq!(front.halve(7).await, Ok(Err("7 is odd".to_owned())));
        assert_eq!(front.divide(0).await, Ok(Err("by zero".to_owned())));
        assert_eq!(front.divide(3).await, Ok(Ok(())));
        assert_eq!(front.note("noted".to_owned()).await, Ok(()));
        fill(&small).await;
        assert_eq!(front.refused().await, Ok(99));
        assert_eq!(front.divide(1).await, Ok(Err("busy".to_owned())));
        gate.open();
        small.control().drain().await;
        assert_eq!(journal.entries(), ["by 3", "noted", "0", "1"]);
        assert_eq!(front.note(String::new()).await, Err(AskError::Failed));
    });
}

// ---- blocking ------------------------------------------------------------------------------------------

#[actor]
struct Door;

#[handlers]
impl Door {
    fn open(&mut self) -> Result<(), &'static str> {
        Err("locked")
    }
}

#[actor]
struct Guest {
    door: DoorRef,
}

#[handlers]
impl Guest {
    async fn enters(&mut self) -> &'static str {
        let Err(AskError::Handler(why)) = self.door.open().done().await else { return "open" };
        why
    }
}

#[test]
fn a_handler_waits_for_the_end_of_one_whose_error_borrows_for_ever() {
    everywhere(|system| async move {
        let door = system.spawn(|| Door).await.unwrap();
        let guest = system.spawn(move || Guest { door: door.clone() }).await.unwrap();
        assert_eq!(guest.enters().await, Ok("locked"));
    });
}

#[test]
fn a_plain_thread_waits_for_an_answer() {
    on_runtimes(
        |builder| builder,
        |system| async move {
            let (small, gate, _) = small(&system).await;
            let theirs = small.clone();
            let done = Gate::default();
            let waits = done.clone();
            let thread = std::thread::spawn(move || {
                let answers = (theirs.halve(4).blocking(), theirs.hold().blocking(), theirs.halve(3).blocking());
                done.open();
                answers
            });
            gate.open();
            waits.passed().await;
            assert_eq!(thread.join().unwrap(), (Ok(2), Ok(()), Err(AskError::Handler("3 is odd".to_owned()))));
            let theirs = small.clone();
            let blocked = tokio::task::spawn_blocking(move || theirs.divide(0).done().blocking()).await.unwrap();
            assert_eq!(blocked, Err(AskError::Handler("by zero".to_owned())));
        },
    );
}

#[actor]
struct Blocker {
    small: SmallRef,
}

#[handlers]
impl Blocker {
    fn block(&self) -> u32 {
        self.small.halve(4).blocking().unwrap()
    }
}

fn panic_of<R>(result: Result<R, Box<dyn std::any::Any + Send>>) -> String {
    let panic = result.err().expect("a panic");
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap()
}

#[test]
fn who_must_not_block_is_told() {
    on_runtimes(
        |builder| builder,
        |system| async move {
            let (small, _gate, _) = small(&system).await;
            let said = panic_of(catch_unwind(AssertUnwindSafe(|| small.halve(4).blocking())));
            assert!(said.contains("`.await` the call, or use `spawn_blocking`"), "{said}");
            let theirs = small.clone();
            let blocker = system.spawn(move || Blocker { small: theirs.clone() }).await.unwrap();
            assert_eq!(blocker.block().await, Err(AskError::Failed));
        },
    );
}

#[actor]
struct Piping {
    journal: Journal,
}

#[handlers]
impl Piping {
    fn start(&mut self, ctx: &mut Context<Self>) {
        let me = ctx.this();
        ctx.pipe(async move { me.ping().blocking() }, |me, answer| me.answered(answer));
    }
    fn answered(&mut self, answer: Result<bool, AskError>) {
        self.journal.note(format!("{answer:?}"));
    }
    fn ping(&self) -> bool {
        true
    }
}

#[test]
fn blocking_in_a_pipe_panics_on_every_dispatcher() {
    on_runtimes(
        |builder| builder,
        |system| async move {
            let journal = Journal::default();
            let theirs = journal.clone();
            let actor = system.spawn(move || Piping { journal: theirs.clone() }).await.unwrap();
            actor.start().await.unwrap();
            until(|| system.counts::<Piping>().failures == 1).await;
            assert_eq!(actor.ping().await, Ok(true));
            actor.control().drain().await;
            assert!(journal.entries().is_empty(), "{:?}", journal.entries());
        },
    );
}

#[actor(mailbox(capacity = 1, overflow = drop_oldest), stash = 1)]
struct Picky {
    ready: bool,
    journal: Journal,
}

#[handlers]
impl Picky {
    #[handler(stash_unless = self.ready)]
    fn note(&mut self, text: String) {
        self.journal.note(text);
    }
    #[handler(lane = urgent)]
    fn open(&mut self, ctx: &mut Context<Self>) {
        self.ready = true;
        ctx.unstash_all();
    }
    async fn hold(&mut self, gate: Gate) {
        gate.passed().await;
    }
}

#[test]
fn done_follows_a_message_into_the_stash_and_hears_when_it_is_dropped() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let theirs = journal.clone();
        let picky = system.spawn(move || Picky { ready: false, journal: theirs.clone() }).await.unwrap();
        let wait = async || {
            in_hand(picky.control()).await;
        };
        let mut first = picky.note("first".to_owned()).done().into_future();
        begin(&mut first).await;
        wait().await;
        assert_eq!(picky.note("no room".to_owned()).done().await, Err(AskError::Dropped));
        begin(&mut first).await;
        assert_eq!(picky.open().done().await, Ok(()));
        assert_eq!(first.await, Ok(()));
        let gate = Gate::default();
        picky.hold(gate.clone()).await.unwrap();
        wait().await;
        let mut oldest = picky.note("oldest".to_owned()).done().into_future();
        begin(&mut oldest).await;
        picky.note("newest".to_owned()).await.unwrap();
        assert_eq!(oldest.await, Err(AskError::Dropped));
        gate.open();
        picky.control().drain().await;
        assert_eq!(journal.entries(), ["first", "newest"]);
    });
}

/// What an interceptor would be written for: each is a function, or a trait of the user.
mod around {
    use actor::prelude::*;
    use actor::{Actor, Call, Kind};

    use crate::common::{Journal, everywhere};

    #[actor]
    struct Till {
        journal: Journal,
        euros: u32,
    }

    #[handlers]
    impl Till {
        fn put(&mut self, euros: u32, ctx: &mut Context<Self>) {
            self.euros += euros;
            ctx.audit(&self.journal, "put");
        }
        fn total(&self) -> u32 {
            self.euros
        }
    }

    /// Around every call, whatever it is.
    async fn noted<A: Actor, K: Kind>(journal: &Journal, call: Call<'_, A, K>) -> K::Output {
        journal.note(format!("sends to {}", A::OPTIONS.name));
        let output = call.await;
        journal.note("sent");
        output
    }

    /// On every context, whoever's it is.
    trait Audit {
        fn audit(&mut self, journal: &Journal, what: &str);
    }
    impl<A: Actor> Audit for Context<A> {
        fn audit(&mut self, journal: &Journal, what: &str) {
            journal.note(format!("{} in life {}", what, self.incarnation()));
        }
    }

    /// Around every factory.
    fn counted<A>(journal: Journal, factory: impl Fn() -> A) -> impl Fn() -> A {
        move || {
            journal.note("begins a life");
            factory()
        }
    }

    #[test]
    fn what_is_done_around_every_call_context_and_factory_is_a_function_of_the_user() {
        everywhere(|system| async move {
            let journal = Journal::default();
            let kept = journal.clone();
            let factory = counted(journal.clone(), move || Till { journal: kept.clone(), euros: 0 });
            let till = system.spawn(factory).await.unwrap();
            noted(&journal, till.put(7).done()).await.unwrap();
            assert_eq!(noted(&journal, till.total()).await, Ok(7));
            let expected = ["begins a life", "sends to till", "put in life 0", "sent", "sends to till", "sent"];
            assert_eq!(journal.entries(), expected);
        });
    }
}
