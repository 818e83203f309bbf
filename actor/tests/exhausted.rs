//! Promise `exhausted`, at the root: a top-level actor beyond its limit takes its system along where that was chosen.
//!
//! On the stepper, which waits out the pauses of ten restarts without taking that long; with `ACTOR_PAUSES` set on every kind
//! of system.
#![allow(missing_docs)]

mod common;

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actor::prelude::*;
use actor::{Builder, Exhausted, SpawnError, SystemEvent};
use common::{Journal, everywhere_with, in_hand, soon, stepped, until};

#[actor]
struct Worker {
    name: &'static str,
    journal: Journal,
}

#[handlers]
impl Worker {
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        self.journal.note(format!("{} {why:?}", self.name));
    }
    fn fail(&mut self) -> Result<(), &'static str> {
        Err("told to")
    }
    async fn hang(&mut self) {
        std::future::pending().await
    }
}

fn worker(name: &'static str, journal: &Journal) -> impl Fn() -> Worker + Send + 'static {
    let journal = journal.clone();
    move || Worker { name, journal: journal.clone() }
}

fn shuts_down(builder: Builder) -> Builder {
    builder.exhausted(Exhausted::Shutdown)
}

/// Runs `promise` where the pauses before restarts cost nothing, or everywhere.
fn with_pauses<P, F>(settings: impl Fn(Builder) -> Builder, promise: P)
where
    P: Fn(ActorSystem) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    if std::env::var_os("ACTOR_PAUSES").is_some() {
        everywhere_with(settings, promise);
    } else {
        stepped(settings, promise);
    }
}

/// Ten restarts within a minute are allowed by default.
const TOO_OFTEN: usize = 11;

#[test]
fn the_system_shuts_down_in_order_where_that_was_chosen() {
    with_pauses(shuts_down, |system| async move {
        let journal = Journal::default();
        let oldest = system.spawn(worker("oldest", &journal)).await.unwrap();
        let failing = system.spawn(worker("failing", &journal)).await.unwrap();
        let youngest = system.spawn(worker("youngest", &journal)).await.unwrap();
        for _ in 0..TOO_OFTEN {
            assert!(oldest.control().is_alive() && youngest.control().is_alive());
            failing.fail().await.unwrap();
        }
        soon(oldest.control().stopped()).await;
        assert!(!failing.control().is_alive() && !youngest.control().is_alive());
        let mut journal = journal.entries();
        let failed = journal.iter().position(|entry| entry == "failing Failed").expect("its last word");
        journal.remove(failed);
        assert_eq!(journal, ["youngest Shutdown", "oldest Shutdown"]);
        assert!(matches!(system.spawn(worker("late", &Journal::default())).await, Err(SpawnError::ShutDown)));
        assert_eq!(system.shutdown().await, Ok(()));
    });
}

#[actor]
#[supervise(limit = 1 per 60s, backoff = 1ms)]
struct Parent {
    #[child(|parent: &Parent| Worker { name: "child", journal: parent.journal.clone() })]
    child: Child<Worker>,
    journal: Journal,
}

#[handlers]
impl Parent {
    fn child(&self) -> WorkerRef {
        (*self.child).clone()
    }
}

#[test]
fn an_escalation_that_reaches_the_root_shuts_the_system_down() {
    with_pauses(shuts_down, |system| async move {
        let journal = Journal::default();
        let bystander = system.spawn(worker("bystander", &journal)).await.unwrap();
        let noted = journal.clone();
        let parent = system.spawn(move || Parent { child: Child::default(), journal: noted.clone() }).await.unwrap();
        while let Ok(child) = parent.child().timeout(Duration::from_secs(60)).await {
            // Refused where it is gone, with the life of its parent that it was of.
            let _ = child.fail().await;
        }
        soon(bystander.control().stopped()).await;
        assert_eq!(system.counts::<Parent>().restarts, 10, "each of them is one for the root to count");
        assert_eq!(journal.entries().last().unwrap(), "bystander Shutdown");
    });
}

#[test]
fn who_does_not_end_then_is_told() {
    let stuck = Arc::new(Mutex::new(Vec::new()));
    let told = stuck.clone();
    let settings = move |builder: Builder| {
        let told = told.clone();
        shuts_down(builder).shutdown_timeout(Duration::from_millis(50)).event_handler(move |event| {
            if let SystemEvent::Stuck { name, .. } = event {
                told.lock().unwrap().push(name.unwrap_or_default().to_owned());
            }
        })
    };
    with_pauses(settings, |system| {
        let stuck = stuck.clone();
        async move {
            let journal = Journal::default();
            let failing = system.spawn(worker("failing", &journal)).await.unwrap();
            let hung = system.spawn(worker("hung", &journal)).named("hung").await.unwrap();
            hung.hang().await.unwrap();
            in_hand(hung.control()).await;
            for _ in 0..TOO_OFTEN {
                failing.fail().await.unwrap();
            }
            soon(hung.control().stopped()).await;
            until(|| !stuck.lock().unwrap().is_empty()).await;
            assert_eq!(std::mem::take(&mut *stuck.lock().unwrap()), ["hung"]);
        }
    });
}

#[actor]
#[supervise(strategy = restarting, backoff = 10ms..20ms)]
struct Restless {
    #[child(|parent: &Restless| Worker { name: "child", journal: parent.journal.clone() })]
    child: Child<Worker>,
    journal: Journal,
}

#[handlers]
impl Restless {
    fn child(&self) -> WorkerRef {
        (*self.child).clone()
    }
}

#[test]
fn who_restarts_always_is_never_exhausted() {
    with_pauses(shuts_down, |system| async move {
        let parent = system.spawn(|| Restless { child: Child::default(), journal: Journal::default() }).await.unwrap();
        let child = parent.child().await.unwrap();
        for _ in 0..100 {
            child.fail().await.unwrap();
        }
        until(|| system.counts::<Worker>().restarts == 100).await;
        assert_eq!((system.counts::<Worker>().stopped, system.counts::<Restless>().restarts), (0, 0));
    });
}
