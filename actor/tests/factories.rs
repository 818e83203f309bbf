//! How actors are made: by factories of all four kinds, by a state that is given, and under a name.
#![allow(missing_docs)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actor::prelude::*;
use actor::{Builder, FailureKind, FindError, SpawnError, Stepper, SystemEvent};
use common::{Gate, Journal, begin, everywhere, handled, until, yield_now};

#[actor]
struct Db {
    life: u32,
    journal: Journal,
}

#[handlers]
impl Db {
    fn life(&self) -> u32 {
        self.life
    }
    fn boom(&mut self) {
        panic!("boom");
    }
    fn fails(&mut self) -> Result<(), String> {
        Err("fails".to_owned())
    }
    #[started]
    fn started(&mut self) {
        self.journal.note("started");
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        self.journal.note(format!("{why:?}"));
    }
}

impl Db {
    fn open() -> Self {
        Self { life: 7, journal: Journal::default() }
    }
    fn try_open() -> Result<Self, String> {
        Ok(Self::open())
    }
    async fn connect() -> Self {
        yield_now().await;
        Self::open()
    }
    async fn try_connect() -> Result<Self, String> {
        yield_now().await;
        Ok(Self::open())
    }
}

#[test]
fn all_four_kinds_of_factories_are_told_apart() {
    everywhere(|system| async move {
        for db in [
            system.spawn(Db::open).await.unwrap(),
            system.spawn(Db::try_open).await.unwrap(),
            system.spawn(Db::connect).await.unwrap(),
            system.spawn(Db::try_connect).await.unwrap(),
            system.spawn(|| async { Db::connect().await }).await.unwrap(),
            system.spawn(async || Db::connect().await).await.unwrap(),
            system.spawn(Db::connect).detach(),
        ] {
            assert_eq!(db.life().await, Ok(7));
            db.boom().await.unwrap();
            assert_eq!(db.life().await, Ok(7), "built anew");
        }
    });
}

#[test]
fn an_async_factory_builds_every_life_and_messages_wait_for_it() {
    everywhere(|system| async move {
        let (lives, journal) = (Arc::new(AtomicU32::new(0)), Journal::default());
        let (l, j) = (lives.clone(), journal.clone());
        let connect = move || {
            let (lives, journal) = (l.clone(), j.clone());
            async move {
                yield_now().await;
                Db { life: lives.fetch_add(1, Ordering::Relaxed), journal }
            }
        };
        let db = system.spawn(connect).await.unwrap();
        assert_eq!(db.life().await, Ok(0));
        db.boom().await.unwrap();
        assert_eq!(db.life().await, Ok(1));
        assert_eq!(journal.entries(), ["started", "started"]);
        // Counted after it has answered.
        until(|| handled::<Db>(&system, "life") >= 2).await;
        assert_eq!(handled::<Db>(&system, "life"), 2, "a factory is no message");
    });
}

#[test]
fn an_async_factory_that_fails_is_a_start_that_failed() {
    everywhere(|system| async move {
        let broken = || async {
            yield_now().await;
            Err::<Db, _>("no route")
        };
        let Err(SpawnError::Failed(failure)) = system.spawn(broken).await else { panic!("it failed") };
        assert_eq!(failure.kind, FailureKind::Start);
        assert!(failure.to_string().contains("no route"), "{failure}");
        let panics = || async {
            yield_now().await;
            if true {
                panic!("no disk");
            }
            Db::open()
        };
        let Err(SpawnError::Failed(failure)) = system.spawn(panics).await else { panic!("it failed") };
        assert!(failure.to_string().contains("no disk"), "{failure}");
    });
}

#[test]
fn a_stop_while_an_async_factory_waits_drops_it() {
    everywhere(|system| async move {
        for kill in [false, true] {
            let (gate, held) = (Gate::default(), Arc::new(()));
            let (g, h) = (gate.clone(), held.clone());
            let db = system
                .spawn(move || {
                    let (gate, held) = (g.clone(), h.clone());
                    async move {
                        gate.passed().await;
                        drop(held);
                        Db::open()
                    }
                })
                .detach();
            yield_now().await;
            if kill {
                db.control().kill().await
            } else {
                db.control().stop().await
            }
            assert_eq!(db.life().await, Err(AskError::Stopped));
            assert_eq!(Arc::strong_count(&held), 1, "factory and future are gone");
        }
    });
}

#[test]
fn a_start_that_was_given_up_leaves_no_actor_and_no_name() {
    everywhere(|system| async move {
        let held = Arc::new(());
        let h = held.clone();
        let factory = move || {
            let held = h.clone();
            async move {
                std::future::pending::<()>().await;
                drop(held);
                Db::open()
            }
        };
        let mut starting = Box::pin(system.spawn(factory).named("db").into_future());
        for _ in 0..20 {
            begin(starting.as_mut()).await;
            yield_now().await;
        }
        assert!(system.find::<DbRef>("db").is_ok());
        drop(starting);
        until(|| Arc::strong_count(&held) == 1).await;
        until(|| system.find::<DbRef>("db") == Err(FindError::Unknown)).await;
        let other = system.spawn(|| Other).named("db").await.unwrap();
        assert_eq!(system.find::<OtherRef>("db"), Ok(other));
    });
}

// ---- once ----------------------------------------------------------------------------------------------

#[test]
fn a_given_state_is_never_built_anew() {
    everywhere(|system| async move {
        for panics in [true, false] {
            let journal = Journal::default();
            let db = system.spawn_once(Db { life: 3, journal: journal.clone() }).await.unwrap();
            assert_eq!(db.life().await, Ok(3));
            let stopped = db.control().stopped();
            if panics {
                db.boom().await.unwrap()
            } else {
                db.fails().await.unwrap()
            }
            stopped.await;
            assert_eq!(db.life().await, Err(AskError::Stopped));
        }
        assert_eq!(system.counts::<Db>().restarts, 0);
    });
}

// ---- names ---------------------------------------------------------------------------------------------

#[actor]
struct Other;

#[handlers]
impl Other {
    fn ping(&self) {}
}

#[test]
fn a_named_actor_is_found_until_it_has_ended() {
    everywhere(|system| async move {
        assert_eq!(system.find::<DbRef>("db").unwrap_err(), FindError::Unknown);
        let db = system.spawn(Db::open).named("db").await.unwrap();
        assert_eq!(system.find::<DbRef>("db").unwrap(), db);
        let error = system.find::<OtherRef>("db").unwrap_err();
        assert_eq!(error, FindError::OtherActor("db"));
        assert_eq!(error.to_string(), "the actor of this name is a `db`; find it by the ref of that type");
        let error = system.spawn(|| Other).named("db").await.unwrap_err();
        assert_eq!(error.to_string(), "an actor named `db` is there already; `find` it, or choose another name");
        assert!(!system.spawn(|| Other).named("db").detach().control().is_alive());
        db.boom().await.unwrap();
        assert_eq!(system.find::<DbRef>("db").unwrap().life().await, Ok(7), "kept over a restart");
        let stopped = db.control().stopped();
        drop(db);
        stopped.await;
        assert_eq!(system.find::<DbRef>("db").unwrap_err(), FindError::Unknown);
        let other = system.spawn(|| Other).named(String::from("db")).await.unwrap();
        assert_eq!(system.find::<OtherRef>("db"), Ok(other));
        system.shutdown().await.unwrap();
        assert_eq!(system.find::<OtherRef>("db").unwrap_err(), FindError::Unknown);
        assert!(matches!(system.spawn(|| Other).named("late").await, Err(SpawnError::ShutDown)));
    });
}

/// A stepped system, and what its event handler was told.
fn observed(settings: impl Fn(Builder) -> Builder) -> (ActorSystem, Stepper, Journal) {
    let journal = Journal::default();
    let events = journal.clone();
    let builder = settings(ActorSystem::builder("observed")).event_handler(move |event| match event {
        SystemEvent::Failed { actor, name, .. } => events.note(format!("{actor} {name:?} failed")),
        SystemEvent::Restarted { actor, name, .. } => events.note(format!("{actor} {name:?} restarted")),
        SystemEvent::Stopped { actor, name, .. } => events.note(format!("{actor} {name:?} stopped")),
        SystemEvent::DeadLetter { actor, name, .. } => events.note(format!("{actor} {name:?} dead letter")),
        SystemEvent::NotStarted { actor, failure } => events.note(format!("{actor} not started: {failure}")),
        _ => {}
    });
    let (system, stepper) = builder.stepper();
    (system, stepper, journal)
}

#[test]
fn a_name_is_in_paths_and_events() {
    let (system, mut stepper, journal) = observed(|builder| builder);
    stepper.block_on(async {
        let db = system.spawn(Db::open).named("accounts").await.unwrap();
        let plain = system.spawn(|| Other).await.unwrap();
        assert_eq!(db.control().path().to_string(), "accounts");
        assert_eq!(plain.control().path().to_string(), "other");
        db.boom().await.unwrap();
        until(|| system.counts::<Db>().restarts == 1).await;
        plain.ping().tell().unwrap();
        plain.control().stop().await;
        db.life().tell().unwrap();
        db.control().stop().await;
    });
    let expected = [
        r#"db Some("accounts") failed"#,
        r#"db Some("accounts") restarted"#,
        "other None dead letter",
        "other None stopped",
        r#"db Some("accounts") dead letter"#,
        r#"db Some("accounts") stopped"#,
    ];
    assert_eq!(journal.entries(), expected);
}

#[test]
fn a_shutdown_that_runs_out_of_time_says_the_name_of_who_is_stuck() {
    let (system, mut stepper, _journal) = observed(|builder| builder.shutdown_timeout(Duration::ZERO));
    stepper.block_on(async {
        let _db = system.spawn(Db::open).named("accounts").await.unwrap();
        let error = system.shutdown().await.unwrap_err();
        assert_eq!(error.stuck()[0].name.as_deref(), Some("accounts"));
        assert!(error.to_string().contains("`accounts` (`db`, id 0.0) after"), "{error}");
    });
}

#[test]
fn a_detached_actor_that_could_not_begin_to_start_is_told_of() {
    #[actor]
    struct Parent;

    #[handlers]
    impl Parent {
        #[stopping]
        fn stopping(&mut self, ctx: &mut Context<Self>) {
            ctx.spawn(|| Other).detach();
        }
    }

    let (system, mut stepper, journal) = observed(|builder| builder);
    stepper.block_on(async {
        let _db = system.spawn(Db::open).named("db").await.unwrap();
        system.spawn(|| Other).named("db").detach();
        let parent = system.spawn(|| Parent).await.unwrap();
        parent.control().stop().await;
        system.shutdown().await.unwrap();
        system.spawn(|| Other).detach();
    });
    let told: Vec<_> = journal.entries().into_iter().filter(|entry| entry.contains("not started")).collect();
    let because = |why: &str| format!("other not started: start: {why}");
    let expected = [
        because("an actor named `db` is there already; `find` it, or choose another name"),
        because("the parent stops; start children before that, or in `#[started]`"),
        because("system is shutting down; start actors before that"),
    ];
    assert_eq!(told, expected);
}
