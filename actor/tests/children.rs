//! Promises `stop_order`, `scope` and `escalation` for declared children.
#![allow(missing_docs)]

mod common;

use std::sync::Arc;

use actor::SpawnError;
use actor::prelude::*;
use common::{Journal, everywhere, yield_now};

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
        assert!(matches!(&error, SpawnError::Failed(failure) if failure.to_string().contains("no socket")), "{error}");
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
