//! Promises `directives`, `limit`, `backoff`, `panics` and `start_failure`: what a failure does, and what it
//! leaves alone.
#![allow(missing_docs)]

mod common;

use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actor::prelude::*;
use actor::{SpawnError, SystemEvent};
use common::{Journal, everywhere, everywhere_with, soon, until, yield_now};

#[actor]
struct Worker {
    handled: u32,
    journal: Journal,
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.journal.note("dropped");
    }
}

#[handlers]
impl Worker {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        self.journal.note(format!("started {}", ctx.incarnation()));
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        self.journal.note(format!("stopping: {why}"));
    }
    fn work(&mut self) {
        self.handled += 1;
    }
    fn handled(&self) -> u32 {
        self.handled
    }
    fn panics(&mut self) {
        panic!("a panic");
    }
    fn errs(&mut self) -> Result<(), String> {
        Err("an error".to_string())
    }
    fn answers(&mut self) -> Result<u32, String> {
        Err("an answer".to_string())
    }
    async fn panics_later(&mut self) {
        yield_now().await;
        panic!("a late panic");
    }
    fn leave(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}

fn worker(journal: &Journal) -> impl Fn() -> Worker + Send + 'static {
    let journal = journal.clone();
    move || Worker { handled: 0, journal: journal.clone() }
}

#[test]
fn a_restart_rebuilds_the_state_and_keeps_ref_and_mailbox() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let worker = system.spawn(worker(&journal)).await.unwrap();
        let (before, id) = (worker.clone(), worker.control().id());
        worker.work().tell().unwrap();
        worker.panics().tell().unwrap();
        worker.work().tell().unwrap();
        worker.work().tell().unwrap();
        assert_eq!(worker.handled().await, Ok(2));
        assert_eq!((before, id), (worker.clone(), worker.control().id()));
        assert_eq!(journal.entries(), ["started 0", "dropped", "started 1"], "no hook saw the poisoned state");
    });
}

#[test]
fn a_panic_an_error_nobody_asked_for_and_a_late_panic_are_failures_and_an_answer_is_not() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let worker = system.spawn(worker(&journal)).await.unwrap();
        assert_eq!(worker.answers().await, Err(AskError::Handler("an answer".to_string())));
        worker.panics().await.unwrap();
        worker.errs().await.unwrap();
        worker.panics_later().await.unwrap();
        assert_eq!(worker.handled().await, Ok(0));
        let counts = system.counts::<Worker>();
        assert_eq!((counts.failures, counts.restarts), (3, 3));
        worker.answers().tell().unwrap();
        assert_eq!(worker.handled().await, Ok(0));
        let counts = system.counts::<Worker>();
        assert_eq!((counts.failures, counts.restarts), (4, 3), "an answer that was told away is resumed");
    });
}

#[test]
fn a_stop_runs_the_hook_then_drops_the_state_then_tells_who_waits() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let worker = system.spawn(worker(&journal)).await.unwrap();
        worker.leave().await.unwrap();
        worker.control().stopped().await;
        assert_eq!(journal.entries(), ["started 0", "stopping: requested", "dropped"]);
        worker.control().stopped().await;
    });
}

#[actor]
struct Fragile;

#[handlers]
impl Fragile {
    fn fail(&mut self) -> Result<(), &'static str> {
        Err("as told")
    }
}

/// The most restarts, in the longest time, that the attribute lets pass.
#[actor]
#[supervise(limit = 16 per 144h, backoff = 1ms..1ms * 1, exhausted = stop_child)]
struct Lenient {
    #[child(|| Fragile)]
    fragile: Child<Fragile>,
}

#[handlers]
impl Lenient {
    fn fragile(&self) -> FragileRef {
        self.fragile.clone()
    }
}

#[test]
fn the_largest_limit_is_counted_to_its_end() {
    let (system, mut stepper) = ActorSystem::builder("stepped").stepper();
    stepper.block_on(async {
        let lenient = system.spawn(|| Lenient { fragile: Child::default() }).await.unwrap();
        let fragile = lenient.fragile().await.unwrap();
        while fragile.fail().await.is_ok() {}
        let counts = system.counts::<Fragile>();
        assert_eq!((counts.restarts, counts.failures), (16, 17));
    });
}

#[test]
fn more_failures_than_the_limit_stop_a_top_level_actor_and_the_rest_lives_on() {
    let failed = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&failed);
    everywhere_with(
        move |builder| {
            let seen = Arc::clone(&seen);
            builder.event_handler(move |event| {
                if let SystemEvent::Failed { .. } = event {
                    seen.fetch_add(1, Ordering::SeqCst);
                }
            })
        },
        move |system| {
            let failed = Arc::clone(&failed);
            async move {
                failed.store(0, Ordering::SeqCst);
                let journal = Journal::default();
                let fragile = system.spawn(worker(&journal)).await.unwrap();
                let steady = system.spawn(worker(&journal)).await.unwrap();
                // Only the stepper can wait out the backoff of ten restarts without taking that long.
                let failures = if system.name() == "stepped" { 11 } else { 3 };
                for _ in 0..failures {
                    if fragile.panics().await.is_err() {
                        break;
                    }
                }
                if failures == 11 {
                    fragile.control().stopped().await;
                    assert_eq!(failed.load(Ordering::SeqCst), 11);
                }
                assert_eq!(steady.handled().await, Ok(0));
            }
        },
    );
}

#[test]
fn the_first_restart_is_at_once_the_next_waits_and_a_stop_ends_the_wait() {
    #[actor]
    #[supervise(backoff = 1h)]
    struct Patient {
        #[child(Fragile::default)]
        child: Child<Fragile>,
    }

    #[handlers]
    impl Patient {
        fn child(&self) -> FragileRef {
            (*self.child).clone()
        }
    }

    #[actor]
    #[derive(Default)]
    struct Fragile {
        panicked: bool,
    }

    #[handlers]
    impl Fragile {
        fn panics(&mut self) {
            self.panicked = true;
            panic!("a panic");
        }
        fn panicked(&self) -> bool {
            self.panicked
        }
    }

    everywhere(|system| async move {
        let patient = system.spawn(|| Patient { child: Child::default() }).await.unwrap();
        let child = patient.child().await.unwrap();
        child.panics().await.unwrap();
        assert_eq!(soon(child.panicked().into_future()).await, Ok(false), "at once, and as new");
        child.panics().await.unwrap();
        assert_eq!(child.panicked().timeout(Duration::from_millis(5)).await, Err(AskError::Timeout), "it waits");
        assert!(soon(patient.child().into_future()).await.is_ok(), "its parent does not");
        soon(patient.control().stop()).await;
        assert_eq!(child.panicked().await, Err(AskError::Stopped));
        assert_eq!(system.counts::<Fragile>().restarts, 1);
    });
}

#[test]
fn restarts_wait_longer_and_longer_and_a_stop_ends_the_wait() {
    common::everywhere_at_once(|system| async move {
        let journal = Journal::default();
        let worker = system.spawn(worker(&journal)).await.unwrap();
        let mut pauses = Vec::new();
        for _ in 0..4 {
            let before = system.now();
            worker.panics().await.unwrap();
            worker.handled().timeout(Duration::from_secs(60)).await.unwrap();
            pauses.push(system.now().saturating_since(before).as_millis());
        }
        assert!(pauses[1] >= 25 && pauses[2] >= 50 && pauses[3] >= 100, "{pauses:?}");
        if system.name() == "stepped" {
            assert!(pauses[0] == 0 && pauses[1] <= 50 && pauses[2] <= 100 && pauses[3] <= 200, "{pauses:?}");
        }
        let before = system.now();
        worker.panics().await.unwrap();
        worker.control().stop().await;
        let waited = system.now().saturating_since(before).as_millis();
        // The pause is 200 ms or more.
        assert!(
            waited < if system.name() == "stepped" { 1 } else { 200 },
            "the stop waited for the pause: {waited} ms"
        );
    });
}

#[test]
fn a_first_start_that_fails_is_an_error_to_whoever_spawned() {
    #[actor]
    struct Never;

    #[handlers]
    impl Never {
        #[started]
        fn started(&mut self) -> Result<(), String> {
            Err("no disk".to_string())
        }
    }

    everywhere(|system| async move {
        let error = system.spawn(|| Never).await.unwrap_err();
        assert!(matches!(&error, SpawnError::Failed(failure) if failure.to_string().contains("no disk")), "{error}");
        let error = system.spawn(|| -> Never { panic!("no state") }).await.unwrap_err();
        assert!(error.to_string().contains("no state"), "{error}");
        let error = system.spawn(|| Err::<Never, _>("no key")).await.unwrap_err();
        assert!(error.to_string().contains("no key"), "{error}");
        system.shutdown().await.unwrap();
    });
}

#[test]
fn a_factory_that_fails_later_counts_against_the_limit() {
    #[actor]
    struct Picky;

    #[handlers]
    impl Picky {
        fn panics(&mut self) {
            panic!("once");
        }
        fn ready(&self) -> bool {
            true
        }
    }

    everywhere(|system| async move {
        let builds = Arc::new(AtomicU32::new(0));
        let factory = {
            let builds = Arc::clone(&builds);
            move || {
                if builds.fetch_add(1, Ordering::SeqCst) == 1 { Err("not now") } else { Ok(Picky) }
            }
        };
        let picky = system.spawn(factory).await.unwrap();
        picky.panics().await.unwrap();
        assert_eq!(picky.ready().await, Ok(true));
        assert_eq!(builds.load(Ordering::SeqCst), 3);
        assert_eq!(system.counts::<Picky>().failures, 2);
    });
}

#[test]
fn a_panic_in_a_drop_takes_nobody_down() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    #[actor]
    struct Holder {
        bomb: Option<Bomb>,
    }

    #[handlers]
    impl Holder {
        fn keep(&mut self, bomb: Bomb) {
            self.bomb = Some(bomb);
        }
        async fn wait(&mut self) {
            std::future::pending::<()>().await;
        }
        fn ready(&self) -> bool {
            true
        }
    }

    everywhere(|system| async move {
        let holder = system.spawn(|| Holder { bomb: None }).await.unwrap();
        let other = system.spawn(|| Holder { bomb: None }).await.unwrap();
        holder.keep(Bomb).await.unwrap();
        holder.control().stop().await;
        assert_eq!(other.ready().await, Ok(true));
        // A message that blows up when it is given up.
        other.keep(Bomb).tell().unwrap();
        other.control().stop().await;
        let third = system.spawn(|| Holder { bomb: None }).await.unwrap();
        assert_eq!(third.ready().await, Ok(true));
        system.shutdown().await.unwrap();
    });
}

#[test]
fn a_failure_says_all_that_the_error_or_the_panic_said() {
    #[actor]
    struct Talker;

    #[handlers]
    impl Talker {
        fn errs(&mut self, text: String) -> Result<(), String> {
            Err(text)
        }
        fn panics(&mut self, text: String) {
            panic!("{text}");
        }
    }

    let journal = Journal::default();
    let events = journal.clone();
    let (system, mut stepper) = ActorSystem::builder("talking")
        .event_handler(move |event| {
            if let SystemEvent::Failed { failure, .. } = event {
                events.note(failure.to_string());
            }
        })
        .stepper();
    let text = "connection refused by 203.0.113.7:5432 while reading /var/lib/things/of/mine/index.dat".repeat(3);
    stepper.block_on(async {
        let talker = system.spawn(|| Talker).await.unwrap();
        talker.errs(text.clone()).await.unwrap();
        talker.panics(text.clone()).await.unwrap();
        until(|| system.counts::<Talker>().restarts == 2).await;
    });
    assert_eq!(journal.entries(), [format!("error in `errs`: {text}"), format!("panic in `panics`: {text}")]);
}
