//! Promises `ask_resolves`, `ask_cancel`, `ask_deadline`, `ask_cycle` and `ask_inline`: every ask ends, with a
//! reply or with why there is none.
#![allow(missing_docs)]

mod common;

use std::future::{Future, IntoFuture};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context as TaskContext, Wake, Waker};
use std::thread::ThreadId;
use std::time::Duration;

use actor::prelude::*;
use common::{Gate, begin, everywhere, everywhere_with, in_hand, yield_now};

#[actor(ask_timeout = 200ms)]
struct Desk {
    gate: Gate,
    kept: Vec<Reply<u32>>,
    handled: Arc<AtomicU32>,
}

#[handlers]
impl Desk {
    fn double(&self, number: u32) -> u32 {
        self.handled.fetch_add(1, Ordering::SeqCst);
        number * 2
    }
    fn checked(&self, number: u32) -> Result<u32, String> {
        if number == 0 { Err("zero".to_string()) } else { Ok(number) }
    }
    async fn slow(&mut self) -> u32 {
        self.gate.passed().await;
        7
    }
    fn later(&mut self, reply: Reply<u32>) {
        self.kept.push(reply);
    }
    fn answer_all(&mut self) {
        for reply in self.kept.drain(..) {
            reply.send(9);
        }
    }
    fn forget(&mut self, reply: Reply<u32>) {
        drop(reply);
    }
    fn boom(&mut self, number: u32) -> u32 {
        assert!(number > 1_000, "boom");
        number
    }
    async fn slow_boom(&mut self) -> u32 {
        self.gate.passed().await;
        panic!("slow boom")
    }
    fn give_up(&mut self, ctx: &mut Context<Self>) -> u32 {
        ctx.fail("enough");
        1
    }
    async fn ask_self(&mut self, ctx: &mut Context<Self>) -> Result<u32, AskError> {
        ctx.this().double(1).await
    }
    async fn tell_and_ask(&mut self, other: DeskRef) -> Result<u32, AskError> {
        other.answer_all().await?;
        other.double(1).await
    }
    fn thread(&self) -> ThreadId {
        std::thread::current().id()
    }
}

impl Desk {
    fn new(gate: Gate, handled: Arc<AtomicU32>) -> Self {
        Self { gate, kept: Vec::new(), handled }
    }
}

fn desk() -> (Gate, Arc<AtomicU32>, impl Fn() -> Desk + Send + 'static) {
    let (gate, handled) = (Gate::default(), Arc::new(AtomicU32::new(0)));
    let factory = {
        let (gate, handled) = (gate.clone(), Arc::clone(&handled));
        move || Desk::new(gate.clone(), Arc::clone(&handled))
    };
    (gate, handled, factory)
}

#[test]
fn an_ask_gets_the_reply_or_the_handlers_own_error() {
    everywhere(|system| async move {
        let (_, _, factory) = desk();
        let desk = system.spawn(factory).await.unwrap();
        assert_eq!(desk.double(4).await, Ok(8));
        assert_eq!(desk.checked(4).await, Ok(4));
        assert_eq!(desk.checked(0).await, Err(AskError::Handler("zero".to_string())));
    });
}

#[test]
fn a_reply_may_come_later_and_a_dropped_one_says_whose_fault_it_was() {
    everywhere(|system| async move {
        let (_, _, factory) = desk();
        let desk = system.spawn(factory).await.unwrap();
        let mut later = Box::pin(desk.later().into_future());
        begin(later.as_mut()).await;
        desk.answer_all().await.unwrap();
        assert_eq!(later.await, Ok(9));
        assert_eq!(desk.forget().await, Err(AskError::NoReply { handler: "forget" }));
    });
}

#[test]
fn an_ask_ends_when_its_handler_fails() {
    everywhere(|system| async move {
        let (gate, _, factory) = desk();
        let desk = system.spawn(factory).await.unwrap();
        gate.open();
        assert_eq!(desk.boom(1).await, Err(AskError::Failed));
        assert_eq!(desk.slow_boom().await, Err(AskError::Failed));
        assert_eq!(desk.double(2).await, Ok(4), "and the actor lives on");
    });
}

#[test]
fn who_tells_and_asks_passes_both_errors_on() {
    everywhere(|system| async move {
        let (_, _, factory) = desk();
        let (_, _, another) = desk();
        let (desk, other) = (system.spawn(factory).await.unwrap(), system.spawn(another).await.unwrap());
        assert_eq!(desk.tell_and_ask(other.clone()).await, Ok(2));
        other.control().stop().await;
        assert_eq!(desk.tell_and_ask(other).await, Err(AskError::Handler(AskError::Stopped)));
    });
    let told = [TellError::Stopped, TellError::Full, TellError::Timeout, TellError::WouldDeadlock];
    let asked = [AskError::<()>::Stopped, AskError::Full, AskError::Timeout, AskError::Cycle];
    assert_eq!(told.map(AskError::from), asked);
}

#[test]
fn an_ask_ends_when_the_actor_stops_first() {
    everywhere(|system| async move {
        let (gate, _, factory) = desk();
        let desk = system.spawn(factory).await.unwrap();
        let mut slow = Box::pin(desk.slow().into_future());
        begin(slow.as_mut()).await;
        in_hand(desk.control()).await;
        let mut queued = Box::pin(desk.double(1).into_future());
        begin(queued.as_mut()).await;
        let stopped = desk.control().stop();
        gate.open();
        assert_eq!(slow.await, Ok(7), "the message in hand finishes");
        assert_eq!(queued.await, Err(AskError::Stopped));
        stopped.await;
        assert_eq!(desk.double(1).await, Err(AskError::Stopped));
    });
}

#[test]
fn an_ask_ends_when_the_system_is_gone() {
    everywhere(|system| async move {
        let (_, _, factory) = desk();
        let desk = system.spawn(factory).await.unwrap();
        let mut later = Box::pin(desk.later().into_future());
        begin(later.as_mut()).await;
        drop(system);
        assert!(later.await.is_err());
    });
}

#[test]
fn an_ask_ends_at_its_deadline_and_its_message_is_skipped() {
    everywhere(|system| async move {
        let (gate, handled, factory) = desk();
        let desk = system.spawn(factory).await.unwrap();
        let mut slow = Box::pin(desk.slow().timeout(Duration::from_secs(60)).into_future());
        begin(slow.as_mut()).await;
        assert_eq!(desk.double(1).timeout(Duration::from_millis(5)).await, Err(AskError::Timeout));
        gate.open();
        assert_eq!(slow.await, Ok(7));
        assert_eq!(desk.double(2).await, Ok(4));
        assert_eq!(handled.load(Ordering::SeqCst), 1, "nobody waited for the first");
        assert_eq!(system.counts::<Desk>().dead_letters, 1);
    });
}

#[test]
fn a_timeout_may_be_nothing_or_for_ever() {
    everywhere(|system| async move {
        let (gate, handled, factory) = desk();
        let desk = system.spawn(factory).await.unwrap();
        assert_eq!(desk.double(1).timeout(Duration::MAX).await, Ok(2));
        let mut slow = Box::pin(desk.slow().timeout(Duration::MAX).into_future());
        begin(slow.as_mut()).await;
        assert_eq!(desk.double(2).timeout(Duration::ZERO).await, Err(AskError::Timeout));
        gate.open();
        assert_eq!(slow.await, Ok(7));
        assert_eq!(desk.double(3).await, Ok(6));
        assert_eq!(handled.load(Ordering::SeqCst), 2, "what has no time is not begun");
    });
}

#[test]
fn an_ask_without_a_deadline_has_the_actors_default() {
    everywhere(|system| async move {
        let (_, _, factory) = desk();
        let desk = system.spawn(factory).await.unwrap();
        let before = system.now();
        assert_eq!(desk.slow().await, Err(AskError::Timeout));
        let waited = system.now().saturating_since(before);
        assert!(waited >= Duration::from_millis(200), "{waited:?}");
    });
}

#[test]
fn a_dropped_ask_is_still_handled_and_leaves_nothing_behind() {
    everywhere(|system| async move {
        let (gate, handled, factory) = desk();
        let desk = system.spawn(factory).await.unwrap();
        desk.slow().tell().unwrap();
        // With the default deadline, and with one of its own.
        for ask in [desk.double(1), desk.double(1).timeout(Duration::from_secs(600))] {
            let counted = Arc::new(Counted);
            let waker = Waker::from(Arc::clone(&counted));
            let mut dropped = Box::pin(ask.into_future());
            assert!(dropped.as_mut().poll(&mut TaskContext::from_waker(&waker)).is_pending(), "the actor is busy");
            drop((dropped, waker));
            assert_eq!(Arc::strong_count(&counted), 1, "neither the reply nor the deadline keeps the waker");
        }
        gate.open();
        assert_eq!(desk.double(2).await, Ok(4));
        assert_eq!(handled.load(Ordering::SeqCst), 3);
    });
}

/// Who keeps a waker of it is counted.
struct Counted;

impl Wake for Counted {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn asking_oneself_fails_at_once() {
    // Also where nobody looks for circles.
    for looks in [true, false] {
        everywhere_with(
            |builder| builder.find_cycles(looks),
            |system| async move {
                let (_, _, factory) = desk();
                let desk = system.spawn(factory).await.unwrap();
                assert_eq!(desk.ask_self().await, Err(AskError::Handler(AskError::Cycle)));
            },
        );
    }
}

#[test]
fn a_context_failure_fails_the_actor_after_the_reply() {
    everywhere(|system| async move {
        let (_, _, factory) = desk();
        let desk = system.spawn(factory).await.unwrap();
        assert_eq!(desk.give_up().await, Ok(1));
        while system.counts::<Desk>().restarts == 0 {
            yield_now().await;
        }
    });
}

#[test]
fn an_idle_actor_answers_on_the_askers_thread_unless_that_is_switched_off() {
    #[actor(inline_ask = off)]
    struct Elsewhere;

    #[handlers]
    impl Elsewhere {
        fn thread(&self) -> ThreadId {
            std::thread::current().id()
        }
    }

    #[actor]
    struct Later;

    #[handlers]
    impl Later {
        async fn thread(&self) -> ThreadId {
            std::thread::current().id()
        }
    }

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    // The main thread is no worker, so a handler that runs on it was inlined.
    runtime.block_on(async {
        let system = ActorSystem::new("inline");
        let (_, _, factory) = desk();
        let desk = system.spawn(factory).await.unwrap();
        assert_eq!(desk.thread().await, Ok(std::thread::current().id()));
        let elsewhere = system.spawn(|| Elsewhere).await.unwrap();
        assert_ne!(elsewhere.thread().await, Ok(std::thread::current().id()));
        let later = system.spawn(|| Later).await.unwrap();
        assert_ne!(later.thread().await, Ok(std::thread::current().id()), "what may wait is queued");
    });
}

#[test]
fn a_loop_of_inlined_asks_leaves_other_tasks_their_turn() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let system = ActorSystem::new("coop");
        let (_, _, factory) = desk();
        let desk = system.spawn(factory).await.unwrap();
        let other = tokio::spawn(async { 1 });
        let mut asks = 0;
        tokio::spawn(async move {
            while !other.is_finished() {
                desk.double(1).await.unwrap();
                asks += 1;
                assert!(asks < 100_000, "the loop of asks never yields");
            }
        })
        .await
        .unwrap();
    });
}

#[test]
fn a_handler_sees_by_when_it_is_wanted() {
    #[actor]
    struct Hurried;

    #[handlers]
    impl Hurried {
        fn left(&self, ctx: &mut Context<Self>) -> Option<Duration> {
            Some(ctx.deadline()?.saturating_since(ctx.now()))
        }
        async fn left_later(&self, ctx: &mut Context<Self>) -> Option<Duration> {
            common::yield_now().await;
            Some(ctx.deadline()?.saturating_since(ctx.now()))
        }
        async fn left_of(&self, limit: Duration, ctx: &mut Context<Self>) -> Result<Option<Duration>, AskError> {
            let other = ctx.system().spawn(|| Hurried).await.map_err(|_| AskError::Stopped)?;
            other.left().timeout(limit).await
        }
    }

    let (system, mut stepper) = ActorSystem::builder("hurried").stepper();
    stepper.block_on(async {
        let hurried = system.spawn(|| Hurried).await.unwrap();
        let (short, long) = (Duration::from_secs(2), Duration::from_secs(60));
        assert_eq!(hurried.left().timeout(short).await, Ok(Some(short)));
        assert_eq!(hurried.left_later().timeout(short).await, Ok(Some(short)));
        assert_eq!(hurried.left().await, Ok(None), "a default is the asker's own");
        assert_eq!(hurried.left_of(long).timeout(short).await, Ok(Some(short)), "inherited");
        assert_eq!(hurried.left_of(long).await, Ok(Some(long)));
    });
}

#[test]
fn asks_made_while_handling_are_wanted_by_when_the_message_in_hand_is() {
    type Wanted = Option<actor::Instant>;

    #[actor]
    struct Below;

    #[handlers]
    impl Below {
        fn wanted(&self, ctx: &mut Context<Self>) -> Wanted {
            ctx.deadline()
        }
    }

    #[actor]
    struct Above {
        below: BelowRef,
        answered: Option<Reply<(Wanted, Wanted)>>,
        mine: Wanted,
    }

    #[handlers]
    impl Above {
        async fn awaits(&mut self, ctx: &mut Context<Self>) -> Result<(Wanted, Wanted), AskError> {
            Ok((ctx.deadline(), self.below.wanted().await?))
        }
        async fn awaits_for(&mut self, limit: u64, ctx: &mut Context<Self>) -> Result<(Wanted, Wanted), AskError> {
            Ok((ctx.deadline(), self.below.wanted().timeout(Duration::from_secs(limit)).await?))
        }
        fn then(&mut self, reply: Reply<(Wanted, Wanted)>, ctx: &mut Context<Self>) {
            (self.mine, self.answered) = (ctx.deadline(), Some(reply));
            self.below.wanted().then(ctx, AboveRef::got).unwrap();
        }
        fn got(&mut self, below: Result<Wanted, AskError>, ctx: &mut Context<Self>) {
            assert_eq!(ctx.deadline(), None, "nobody waits for what is done about an answer");
            self.answered.take().unwrap().send((self.mine, below.unwrap()));
        }
    }

    everywhere(|system| async move {
        let below = system.spawn(|| Below).await.unwrap();
        let above = system.spawn(move || Above { below: below.clone(), answered: None, mine: None }).await.unwrap();
        let minute = Duration::from_secs(60);
        for (how, answer) in [
            ("awaited", above.awaits().timeout(minute).await.unwrap()),
            ("with more time of its own", above.awaits_for(600).timeout(minute).await.unwrap()),
            ("by message", above.then().timeout(minute).await.unwrap()),
        ] {
            assert!(answer.0.is_some(), "{how}");
            assert_eq!(answer.0, answer.1, "{how}");
        }
        let (mine, below) = above.awaits_for(30).timeout(minute).await.unwrap();
        assert!(below.unwrap() < mine.unwrap(), "less time of its own is its own");
        assert_eq!(above.awaits().await, Ok((None, None)), "a default is the asker's own");
    });
}

#[test]
fn asks_made_while_handling_have_no_more_time_than_the_message_in_hand() {
    #[actor(ask_timeout = off)]
    struct Depth {
        desk: DeskRef,
        ended: common::Journal,
    }

    #[handlers]
    impl Depth {
        async fn through(&mut self, ctx: &mut Context<Self>) -> Result<u32, AskError> {
            let answer = self.desk.later().await;
            self.ended.note(format!("{:?} at {:?}", answer, ctx.now().as_nanos() / 1_000_000));
            answer
        }
        async fn longer(&mut self, ctx: &mut Context<Self>) -> Result<u32, AskError> {
            let answer = self.desk.later().timeout(Duration::from_secs(60)).await;
            self.ended.note(format!("{:?} at {:?}", answer, ctx.now().as_nanos() / 1_000_000));
            answer
        }
        fn then(&mut self, ctx: &mut Context<Self>) -> u32 {
            self.desk.later().then(ctx, DepthRef::got).unwrap();
            1
        }
        fn got(&mut self, answer: Result<u32, AskError>, ctx: &mut Context<Self>) {
            self.ended.note(format!("{:?} at {:?}", answer, ctx.now().as_nanos() / 1_000_000));
        }
        async fn own(&mut self, ctx: &mut Context<Self>) -> Result<u32, AskError> {
            let answer = self.desk.later().await;
            self.ended.note(format!("{:?} at {:?}", answer, ctx.now().as_nanos() / 1_000_000));
            answer
        }
    }

    common::stepped(
        |builder| builder,
        |system| async move {
            let ended = common::Journal::default();
            let (gate, handled) = (Gate::default(), Arc::new(AtomicU32::new(0)));
            let desk = system
                .spawn(move || Desk { gate: gate.clone(), kept: Vec::new(), handled: Arc::clone(&handled) })
                .await
                .unwrap();
            let depth = {
                let (desk, ended) = (desk.clone(), ended.clone());
                system.spawn(move || Depth { desk: desk.clone(), ended: ended.clone() }).await.unwrap()
            };
            let soon = Duration::from_millis(10);
            assert_eq!(depth.through().timeout(soon).await, Err(AskError::Timeout));
            assert_eq!(depth.longer().timeout(soon).await, Err(AskError::Timeout));
            assert_eq!(depth.then().timeout(soon).await, Ok(1));
            while ended.entries().len() < 3 {
                yield_now().await;
            }
            let late = "Err(Timeout) at";
            assert_eq!(ended.entries(), [format!("{late} 10"), format!("{late} 20"), format!("{late} 30")]);
            // What came with no deadline asks with the default of the actor asked, 200 ms.
            assert_eq!(depth.own().await, Err(AskError::Handler(AskError::Timeout)));
            assert_eq!(ended.entries()[3], format!("{late} 230"));
            // More time than the default is not what the message in hand gives.
            assert_eq!(depth.own().timeout(Duration::from_secs(60)).await, Err(AskError::Handler(AskError::Timeout)));
            assert_eq!(ended.entries()[4], format!("{late} 430"));
        },
    );
}
