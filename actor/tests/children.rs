//! Promises `stop`, `stop_order`, `scope` and `escalation` for declared children, and what a drain is to all children.
#![allow(missing_docs)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use actor::prelude::*;
use actor::{Instant, SpawnError, SystemEvent};
use common::{Gate, Journal, everywhere, everywhere_with, handled, stepped, until, yield_now};

#[actor]
struct Db {
    rows: u32,
}

#[handlers]
impl Db {
    #[started]
    async fn started(&mut self) {
        yield_now().await;
    }
    fn insert(&mut self) -> u32 {
        self.rows += 1;
        self.rows
    }
    fn corrupt(&mut self) {
        panic!("corrupt");
    }
}

impl Db {
    fn open() -> Self {
        Self { rows: 0 }
    }
}

#[actor]
#[supervise(limit = 2 per 60s, exhausted = escalate)]
struct Store {
    #[child(Db::open)]
    db: Child<Db>,
    journal: Journal,
}

#[handlers]
impl Store {
    #[started]
    async fn started(&mut self) -> Result<(), AskError> {
        // The child is up before this hook runs.
        self.db.insert().await?;
        self.journal.note("store started");
        Ok(())
    }
    #[stopping]
    fn stopping(&mut self) {
        self.journal.note(format!("store stopping, db alive: {}", self.db.control().is_alive()));
    }
    async fn insert(&mut self) -> Result<u32, AskError> {
        self.db.insert().await
    }
    fn corrupt(&mut self) {
        let _ = self.db.corrupt().tell();
    }
    fn db(&self) -> DbRef {
        (*self.db).clone()
    }
}

fn store(journal: &Journal) -> impl Fn() -> Store + Send + 'static {
    let journal = journal.clone();
    move || Store { db: Child::default(), journal: journal.clone() }
}

#[test]
fn a_declared_child_is_up_before_its_parent_and_gone_before_it() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let store = system.spawn(store(&journal)).await.unwrap();
        assert_eq!(store.insert().await, Ok(2));
        let db = store.db().await.unwrap();
        store.control().stop().await;
        assert!(!db.control().is_alive());
        assert_eq!(db.insert().await, Err(AskError::Stopped));
        assert_eq!(journal.entries(), ["store started", "store stopping, db alive: false"]);
    });
}

#[test]
fn a_childs_failure_is_handled_without_a_turn_of_its_parent() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let store = system.spawn(store(&journal)).await.unwrap();
        store.corrupt().await.unwrap();
        assert_eq!(store.insert().await, Ok(1), "the child begins anew");
        assert_eq!(journal.entries(), ["store started"], "the parent does not");
        assert_eq!((system.counts::<Db>().restarts, system.counts::<Store>().restarts), (1, 0));
    });
}

#[test]
fn a_child_that_fails_too_often_fails_its_parent_who_begins_anew_with_new_children() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let store = system.spawn(store(&journal)).await.unwrap();
        for _ in 0..3 {
            store.corrupt().await.unwrap();
        }
        while system.counts::<Store>().restarts == 0 {
            yield_now().await;
        }
        assert_eq!(store.insert().await, Ok(2), "a new child, counted from the hook on");
        assert_eq!(journal.entries(), ["store started", "store started"]);
        assert_eq!(system.counts::<Db>().spawned, 2);
    });
}

#[test]
fn an_escalated_failure_says_which_child_it_came_from() {
    let journal = Journal::default();
    let events = journal.clone();
    let (system, mut stepper) = ActorSystem::builder("escalating")
        .event_handler(move |event| {
            if let SystemEvent::Failed { actor, failure, .. } = event {
                events.note(format!("{actor}: {failure}"));
            }
        })
        .stepper();
    stepper.block_on(async {
        let store = system.spawn(store(&Journal::default())).await.unwrap();
        for _ in 0..3 {
            store.corrupt().await.unwrap();
        }
        until(|| system.counts::<Store>().restarts == 1).await;
    });
    let entries = journal.entries();
    assert_eq!(
        entries[2..],
        ["db: panic in `corrupt`: corrupt", "store: escalated from `db`: panic in `corrupt`: corrupt"]
    );
}

#[test]
fn a_child_that_does_not_start_is_the_parents_own_failed_start() {
    #[actor]
    struct Broken;

    #[handlers]
    impl Broken {
        #[started]
        fn started(&mut self) -> Result<(), String> {
            Err("no socket".to_string())
        }
    }

    #[actor]
    struct Parent {
        #[child(|| Broken)]
        child: Child<Broken>,
        alive: Arc<()>,
    }

    #[handlers]
    impl Parent {
        fn lives(&self) -> bool {
            self.child.control().is_alive() && Arc::strong_count(&self.alive) > 0
        }
    }

    everywhere(|system| async move {
        let alive = Arc::new(());
        let factory = {
            let alive = Arc::clone(&alive);
            move || Parent { child: Child::default(), alive: Arc::clone(&alive) }
        };
        let error = system.spawn(factory).await.unwrap_err();
        assert!(matches!(error, SpawnError::Failed(_)), "{error}");
        assert_eq!(error.to_string(), "actor did not start: child `broken`: error in `started`: no socket");
        while Arc::strong_count(&alive) > 1 {
            yield_now().await;
        }
    });
}

#[test]
fn a_child_that_is_not_started_answers_stopped() {
    let child = Child::<Db>::default();
    assert!(!child.control().is_alive());
    assert_eq!(child.control().id(), None);
    assert_eq!(child.corrupt().tell().unwrap_err().reason, Reason::Stopped);
}

/// Waits at the gate with what it is told, and then writes it down.
#[actor(mailbox = 8)]
#[derive(Clone)]
struct Worker {
    name: &'static str,
    journal: Journal,
    gate: Gate,
}

#[handlers]
impl Worker {
    async fn work(&mut self, piece: u32) {
        self.gate.passed().await;
        self.journal.note(format!("{} {piece}", self.name));
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        self.journal.note(format!("{} {why}", self.name));
    }
}

/// Hands its work to a declared child and to one that it spawned.
#[actor]
struct Foreman {
    #[child(|foreman: &Foreman| foreman.worker("declared"))]
    declared: Child<Worker>,
    spawned: Option<WorkerRef>,
    journal: Journal,
    gate: Gate,
}

impl Foreman {
    fn worker(&self, name: &'static str) -> Worker {
        Worker { name, journal: self.journal.clone(), gate: self.gate.clone() }
    }
}

#[handlers]
impl Foreman {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        let (journal, gate) = (self.journal.clone(), self.gate.clone());
        let factory = move || Worker { name: "spawned", journal: journal.clone(), gate: gate.clone() };
        self.spawned = Some(ctx.spawn(factory).restart(Restart::Permanent).detach());
    }
    fn hand_out(&mut self, piece: u32) {
        self.declared.work(piece).tell().unwrap();
        self.spawned.iter().for_each(|spawned| spawned.work(piece).tell().unwrap());
    }
    fn fails(&mut self) -> Result<(), &'static str> {
        Err("foreman")
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        self.journal.note(format!("foreman {why}"));
    }
}

/// A foreman with work in its mailbox, of which nothing is done before the gate opens.
async fn foreman_at_work(system: &ActorSystem, journal: &Journal, gate: &Gate) -> ForemanRef {
    let (journal, gate) = (journal.clone(), gate.clone());
    let factory =
        move || Foreman { declared: Child::default(), spawned: None, journal: journal.clone(), gate: gate.clone() };
    let foreman = system.spawn(factory).await.unwrap();
    for piece in 1..4 {
        foreman.hand_out(piece).tell().unwrap();
    }
    foreman
}

/// What children that drain write, in the order of each; and the end of all.
fn assert_drained(system: &ActorSystem, journal: &Journal) {
    let entries = journal.entries();
    for name in ["declared", "spawned"] {
        let own: Vec<_> = entries.iter().filter_map(|entry| entry.strip_prefix(name)).collect();
        assert_eq!(own, [" 1", " 2", " 3", " drained"], "{name}");
    }
    let ends: Vec<_> = entries.iter().filter(|entry| entry.ends_with("drained")).collect();
    assert_eq!(ends, ["spawned drained", "declared drained", "foreman drained"]);
    assert_eq!(system.counts::<Worker>().dead_letters, 0);
}

/// The work is handed out, and both workers are up: one that is not has no last word.
async fn handed_out(system: &ActorSystem) {
    until(|| handled::<Foreman>(system, "hand_out") == 3 && system.counts::<Worker>().spawned == 2).await;
}

/// Lets a stepped system come to rest: a signal reaches who stands at the gate before that opens.
async fn settled() {
    for _ in 0..100 {
        yield_now().await;
    }
}

#[test]
fn a_drain_drains_the_children_too_the_youngest_first() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let foreman = foreman_at_work(&system, &journal, &gate).await;
        let end = foreman.control().drain();
        handed_out(&system).await;
        gate.open();
        end.await;
        assert_drained(&system, &journal);
    });
}

#[test]
fn the_last_ref_going_drains_the_children_too() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let foreman = foreman_at_work(&system, &journal, &gate).await;
        let end = foreman.control().stopped();
        drop(foreman);
        handed_out(&system).await;
        gate.open();
        end.await;
        assert_drained(&system, &journal);
    });
}

#[test]
fn a_stop_while_the_children_drain_stops_them() {
    let promise = async |system: ActorSystem| {
        let (journal, gate) = (Journal::default(), Gate::default());
        let foreman = foreman_at_work(&system, &journal, &gate).await;
        drop(foreman.control().drain());
        handed_out(&system).await;
        let end = foreman.control().stop();
        settled().await;
        gate.open();
        end.await;
        let entries = journal.entries();
        assert_eq!(entries.last().unwrap(), "foreman requested");
        assert!(entries.contains(&"spawned parent stopped".to_string()), "{entries:?}");
        assert!(entries.contains(&"declared parent stopped".to_string()), "{entries:?}");
        let counts = system.counts::<Worker>();
        assert_eq!(counts.handled + counts.dead_letters, 6);
    };
    stepped(|builder| builder, promise);
}

#[test]
fn a_kill_while_the_children_drain_waits_for_none_of_them() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let foreman = foreman_at_work(&system, &journal, &gate).await;
        drop(foreman.control().drain());
        handed_out(&system).await;
        foreman.control().kill().await;
        assert_eq!(journal.entries(), ["spawned killed", "declared killed", "foreman killed"]);
    });
}

#[test]
fn a_shutdown_while_the_children_drain_stops_them_in_time() {
    everywhere_with(
        |builder| builder.shutdown_timeout(Duration::ZERO),
        |system| async move {
            let (journal, gate) = (Journal::default(), Gate::default());
            let foreman = foreman_at_work(&system, &journal, &gate).await;
            drop(foreman.control().drain());
            handed_out(&system).await;
            let error = system.shutdown().await.unwrap_err();
            assert_eq!(error.stuck()[0].actor, "foreman");
            foreman.control().stopped().await;
            assert_eq!(system.counts::<Worker>().stopped, 2);
        },
    );
}

#[test]
fn a_restart_stops_the_children_and_drains_none() {
    let promise = async |system: ActorSystem| {
        let (journal, gate) = (Journal::default(), Gate::default());
        let foreman = foreman_at_work(&system, &journal, &gate).await;
        handed_out(&system).await;
        foreman.fails().tell().unwrap();
        until(|| system.counts::<Foreman>().failures == 1).await;
        settled().await;
        gate.open();
        until(|| system.counts::<Foreman>().restarts == 1).await;
        let entries = journal.entries();
        assert!(entries.contains(&"spawned parent stopped".to_string()), "{entries:?}");
        assert!(!entries.iter().any(|entry| entry.ends_with("drained")), "{entries:?}");
    };
    stepped(|builder| builder, promise);
}

#[test]
fn a_child_that_waits_for_its_next_life_with_nothing_to_do_holds_up_no_drain() {
    let promise = async |system: ActorSystem| {
        let store = system.spawn(store(&Journal::default())).await.unwrap();
        for _ in 0..2 {
            store.corrupt().await.unwrap();
        }
        until(|| system.counts::<Db>().failures == 2).await;
        store.control().drain().await;
        // The second restart would have come after a pause.
        assert_eq!((system.counts::<Db>().restarts, system.now()), (1, Instant::ZERO));
    };
    stepped(|builder| builder, promise);
}
