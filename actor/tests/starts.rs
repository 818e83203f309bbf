//! Starts: who gives one up, by dropping the future of `spawn`, leaves no actor behind; one in another nests no deeper than it may.
//! What a system cannot do where it stands is told with that place.
#![allow(missing_docs)]

mod common;

use std::future::{Future, IntoFuture, pending};
use std::pin::pin;
use std::sync::mpsc;
use std::{panic, thread};

use actor::prelude::*;
use actor::{FindError, SpawnError};
use common::{Gate, Journal, begin, everywhere, on_runtimes, soon, until, yield_now};

/// Never up, unless the gate is opened.
#[actor]
struct Slow {
    journal: Journal,
    gate: Gate,
}

#[handlers]
impl Slow {
    #[started]
    async fn started(&mut self) {
        self.journal.note("starts");
        self.gate.passed().await;
        self.journal.note("up");
    }

    fn work(&mut self) {}
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.journal.note("dropped");
    }
}

fn slow(journal: &Journal, gate: &Gate) -> impl Fn() -> Slow + Send + Clone + use<> {
    let (journal, gate) = (journal.clone(), gate.clone());
    move || Slow { journal: journal.clone(), gate: gate.clone() }
}

async fn noted(journal: &Journal, entries: &[&str]) {
    while journal.entries() != entries {
        assert!(journal.entries().len() <= entries.len(), "{:?}", journal.entries());
        yield_now().await;
    }
}

/// Polls a start until the journal says that it hangs, and gives it up.
async fn give_up(start: impl Future, journal: &Journal) {
    let mut start = pin!(start);
    std::future::poll_fn(|cx| {
        assert!(start.as_mut().poll(cx).is_pending());
        if journal.entries().is_empty() {
            cx.waker().wake_by_ref();
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(())
    })
    .await;
}

#[test]
fn a_start_that_hangs_ends_when_it_is_given_up() {
    everywhere(|system| async move {
        let journal = Journal::default();
        give_up(system.spawn(slow(&journal, &Gate::default())).named("slow").into_future(), &journal).await;
        noted(&journal, &["starts", "dropped"]).await;
        // The name is its own until it has ended.
        until(|| match system.find::<SlowRef>("slow") {
            Err(FindError::Unknown) => true,
            Ok(_) | Err(FindError::Stopping) => false,
            Err(other) => panic!("{other}"),
        })
        .await;
        let gate = Gate::default();
        gate.open();
        system.spawn(slow(&Journal::default(), &gate)).named("slow").await.unwrap();
    });
}

#[test]
fn a_detached_start_is_given_up_by_nobody() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let detached = system.spawn(slow(&journal, &gate)).detach();
        noted(&journal, &["starts"]).await;
        drop(detached);
        for _ in 0..10 {
            yield_now().await;
        }
        gate.open();
        noted(&journal, &["starts", "up", "dropped"]).await;
    });
}

#[test]
fn a_start_that_is_given_up_goes_on_while_somebody_has_a_ref() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let mut found = None;
        {
            let start = system.spawn(slow(&journal, &gate)).named("slow").into_future();
            while found.is_none() {
                found = system.find::<SlowRef>("slow").ok();
            }
            give_up(start, &journal).await;
        }
        let found = found.unwrap();
        gate.open();
        found.work().await.unwrap();
        noted(&journal, &["starts", "up"]).await;
        drop(found);
        noted(&journal, &["starts", "up", "dropped"]).await;
    });
}

/// A child of it hangs.
#[actor]
struct Waits {
    journal: Journal,
    #[child(|waits: &Waits| Slow { journal: waits.journal.clone(), gate: Gate::default() })]
    slow: Child<Slow>,
}

#[handlers]
impl Waits {
    fn work(&mut self) {
        drop(self.slow.work().tell());
    }
}

#[test]
fn a_start_that_waits_for_a_child_ends_with_it_when_it_is_given_up() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let theirs = journal.clone();
        let waits = move || Waits { journal: theirs.clone(), slow: Child::default() };
        give_up(system.spawn(waits).into_future(), &journal).await;
        noted(&journal, &["starts", "dropped"]).await;
        system.shutdown().await.unwrap();
    });
}

#[test]
fn a_start_that_a_shutdown_ends_says_so() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let mut start = Box::pin(system.spawn(slow(&journal, &gate)).into_future());
        begin(&mut start).await;
        noted(&journal, &["starts"]).await;
        let mut down = Box::pin(system.shutdown());
        begin(&mut down).await;
        gate.open();
        soon(down).await.unwrap();
        assert!(matches!(soon(start).await, Err(SpawnError::ShutDown)));
        noted(&journal, &["starts", "up", "dropped"]).await;
    });
}

#[test]
fn starts_that_race_a_shutdown_are_up_or_say_so_and_leave_nobody_behind() {
    on_runtimes(
        |builder| builder,
        |system| async move {
            let journal = Journal::default();
            let starting: Vec<_> = (0..4)
                .map(|_| {
                    let (system, journal) = (system.clone(), journal.clone());
                    tokio::spawn(async move {
                        let gate = Gate::default();
                        gate.open();
                        let mut up = 0;
                        loop {
                            match system.spawn(slow(&journal, &gate)).await {
                                Ok(_) => up += 1,
                                Err(SpawnError::ShutDown) => return up,
                                Err(other) => panic!("{other}"),
                            }
                            yield_now().await;
                        }
                    })
                })
                .collect();
            until(|| journal.entries().len() > 20).await;
            system.shutdown().await.unwrap();
            let mut up = 0;
            for starting in starting {
                up += starting.await.unwrap();
            }
            let counts = system.counts::<Slow>();
            assert_eq!((counts.spawned, counts.stopped), (up, up));
            let of = |what| journal.entries().iter().filter(|entry| *entry == what).count();
            assert_eq!(of("starts"), of("dropped"));
        },
    );
}

/// Starts a child, and gives it up.
#[actor]
struct Parent {
    journal: Journal,
}

#[handlers]
impl Parent {
    async fn start(&mut self, ctx: &mut Context<Self>) -> usize {
        give_up(ctx.spawn(slow(&self.journal, &Gate::default())).into_future(), &self.journal).await;
        noted(&self.journal, &["starts", "dropped"]).await;
        while !ctx.children().is_empty() {
            yield_now().await;
        }
        ctx.children().len()
    }

    async fn never(&mut self) {
        pending().await
    }
}

#[test]
fn a_child_whose_start_is_given_up_ends_while_its_parent_lives() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let theirs = journal.clone();
        let parent = system.spawn(move || Parent { journal: theirs.clone() }).await.unwrap();
        assert_eq!(parent.start().await, Ok(0));
        parent.never().tell().unwrap();
        parent.control().kill();
    });
}

/// Starts the next one while it starts.
#[actor]
struct Link {
    left: u32,
    journal: Journal,
    next: Option<LinkRef>,
}

impl Link {
    fn new(left: u32, journal: &Journal) -> Self {
        Self { left, journal: journal.clone(), next: None }
    }
}

#[handlers]
impl Link {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        let (left, journal) = (self.left, self.journal.clone());
        if left == 0 {
            return journal.note("the last is up");
        }
        self.next = Some(ctx.system().spawn(move || Link::new(left - 1, &journal)).detach());
    }
}

#[test]
fn a_long_chain_of_starts_does_not_grow_the_stack() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let theirs = journal.clone();
        let left = if cfg!(miri) { 100 } else { 3_000 };
        let _first = system.spawn(move || Link::new(left, &theirs)).await.unwrap();
        until(|| !journal.entries().is_empty()).await;
        assert_eq!(journal.entries(), ["the last is up"]);
    });
}

#[test]
fn a_mistake_at_a_system_is_told_with_its_place_in_the_program() {
    let (told, places) = mpsc::channel();
    let here = thread::current().id();
    panic::set_hook(Box::new(move |panic| {
        if thread::current().id() == here {
            told.send(panic.location().expect("a place").to_string()).expect("somebody waits for it");
        }
    }));
    let (_system, mut stepper) = ActorSystem::builder("nobody").stepper();
    let mistakes: [Box<dyn FnOnce()>; 3] = [
        Box::new(|| drop(ActorSystem::new("without a runtime"))),
        Box::new(|| drop(ActorSystem::builder("without a runtime").start())),
        Box::new(move || stepper.block_on(std::future::pending::<()>())),
    ];
    for mistake in mistakes {
        panic::catch_unwind(panic::AssertUnwindSafe(mistake)).expect_err("a panic");
        let place = places.recv().expect("a place");
        assert!(place.starts_with(file!()), "{place}");
    }
    drop(panic::take_hook());
}
