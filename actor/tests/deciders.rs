//! `on(..)` and `decide = ..`: what a supervisor wishes for a failure, by the error itself while it is whole.
#![allow(missing_docs)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use actor::prelude::*;
use actor::{Directive, FailureKind, LiveFailure, SupervisorStrategy};
use common::{Journal, everywhere, until};

#[derive(Clone, Debug, PartialEq)]
enum DbError {
    Timeout,
    Corrupt(u32),
    BadKey { key: String },
    Full,
}

impl std::fmt::Display for DbError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

/// How many times a factory was called, and may be.
#[derive(Clone)]
struct Starts {
    made: Arc<AtomicU32>,
    most: u32,
}

impl Starts {
    fn open(&self) -> Result<(), &'static str> {
        if self.made.fetch_add(1, Ordering::SeqCst) < self.most { Ok(()) } else { Err("no more") }
    }
}

#[actor]
struct Db {
    rows: u32,
}

#[handlers]
impl Db {
    fn fail(&mut self, error: DbError) -> Result<(), DbError> {
        self.rows += 1;
        Err(error)
    }
    fn fail_otherwise(&mut self, ctx: &mut Context<Self>) {
        self.rows += 1;
        ctx.fail("unknown");
    }
    fn panics(&mut self) {
        panic!("broken");
    }
    fn lookup(&mut self, error: DbError) -> Result<u32, DbError> {
        self.rows += 1;
        Err(error)
    }
    fn rows(&self) -> u32 {
        self.rows
    }
}

#[actor]
#[supervise(
    on(
        DbError { Corrupt(0..=9) => escalate, Corrupt(_) | Full => stop, Timeout => restart, BadKey { key } if key == "!" => stop, BadKey { .. } => resume },
        panic => stop, start => escalate, unasked => restart, other => resume,
    ),
)]
struct Store {
    journal: Journal,
    starts: Starts,
    #[child(|store: &Store| make_db(store.starts.clone()))]
    db: Child<Db>,
}

fn make_db(starts: Starts) -> Result<Db, &'static str> {
    starts.open()?;
    Ok(Db { rows: 0 })
}

#[handlers]
impl Store {
    #[started]
    fn started(&mut self) {
        self.journal.note("up");
    }
    fn db(&self) -> DbRef {
        (*self.db).clone()
    }
}

async fn store(system: &ActorSystem, journal: &Journal, most: u32) -> (StoreRef, DbRef) {
    let (journal, starts) = (journal.clone(), Starts { made: Arc::default(), most });
    let store = move || Store { journal: journal.clone(), starts: starts.clone(), db: Child::default() };
    let store = system.spawn(store).await.unwrap();
    let db = store.db().await.unwrap();
    (store, db)
}

#[test]
fn what_is_wished_is_a_plain_function() {
    let of = |error: &DbError| Store::decide(&LiveFailure::new(FailureKind::Error).with(error));
    assert_eq!(of(&DbError::Corrupt(3)), Directive::Escalate);
    assert_eq!(of(&DbError::Corrupt(30)), Directive::Stop);
    assert_eq!(of(&DbError::Full), Directive::Stop);
    assert_eq!(of(&DbError::Timeout), Directive::Restart);
    assert_eq!(of(&DbError::BadKey { key: "a".into() }), Directive::Resume);
    assert_eq!(of(&DbError::BadKey { key: "!".into() }), Directive::Stop);
    let of_kind = |kind| Store::decide(&LiveFailure::new(kind));
    assert_eq!(of_kind(FailureKind::Panic), Directive::Stop);
    assert_eq!(of_kind(FailureKind::Start), Directive::Escalate);
    assert_eq!(of_kind(FailureKind::Unasked), Directive::Restart);
    assert_eq!(of_kind(FailureKind::Error), Directive::Resume);
    assert_eq!(of_kind(FailureKind::Escalated), Directive::Restart, "nothing is said of it");
    // Without `on` it is what the guide says.
    assert_eq!(Db::decide(&LiveFailure::new(FailureKind::Unasked)), Directive::Resume);
    assert_eq!(Db::decide(&LiveFailure::new(FailureKind::Error).with(&DbError::Full)), Directive::Restart);
}

#[test]
fn an_error_is_resumed_restarted_stopped_or_escalated_by_its_variant() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let (store, db) = store(&system, &journal, 99).await;
        db.fail(DbError::BadKey { key: "a".into() }).await.unwrap();
        assert_eq!(db.rows().await, Ok(1), "resumed: the state is kept");
        db.fail(DbError::Timeout).await.unwrap();
        assert_eq!(db.rows().await, Ok(0), "restarted");
        db.fail_otherwise().await.unwrap();
        assert_eq!(db.rows().await, Ok(1), "an error without a block is resumed here");
        db.lookup(DbError::Full).tell().unwrap();
        assert_eq!(db.rows().await, Ok(0), "nobody asked, and then a restart is wished");
        assert_eq!(db.lookup(DbError::Full).await, Err(AskError::Handler(DbError::Full)), "an answer is no failure");
        assert_eq!(journal.entries(), ["up"]);
        db.fail(DbError::Corrupt(1)).await.unwrap();
        until(|| journal.entries() == ["up", "up"]).await;
        let db = store.db().await.unwrap();
        db.fail(DbError::Full).await.unwrap();
        db.control().stopped().await;
        assert!(store.control().is_alive());
        assert_eq!(journal.entries(), ["up", "up"]);
    });
}

#[test]
fn a_panic_goes_by_its_own_rule() {
    everywhere(|system| async move {
        let (store, db) = store(&system, &Journal::default(), 99).await;
        db.panics().await.unwrap();
        db.control().stopped().await;
        assert!(store.control().is_alive());
    });
}

#[test]
fn a_restart_that_fails_goes_by_the_rule_of_starts() {
    let (system, mut stepper) = ActorSystem::builder("starts").stepper();
    stepper.block_on(async {
        // The second start fails, which is passed on at once: the parent begins anew, and cannot start its child either.
        let (store, db) = store(&system, &Journal::default(), 1).await;
        db.fail(DbError::Timeout).await.unwrap();
        db.control().stopped().await;
        assert_eq!(system.counts::<Db>().failures, 2);
        store.control().stopped().await;
    });
}

/// Decides by hand.
fn strict(failure: &LiveFailure<'_>) -> Directive {
    match failure.error::<DbError>() {
        Some(DbError::Full) => panic!("a decider that panics"),
        Some(DbError::Timeout) => Directive::Resume,
        _ => Directive::Stop,
    }
}

#[actor]
#[supervise(decide = strict)]
struct Strict {
    #[child(|| Db { rows: 0 })]
    db: Child<Db>,
}

#[handlers]
impl Strict {
    fn db(&self) -> DbRef {
        (*self.db).clone()
    }
}

#[test]
fn a_function_of_the_user_decides_and_may_panic() {
    everywhere(|system| async move {
        let strict = system.spawn(|| Strict { db: Child::default() }).await.unwrap();
        let db = strict.db().await.unwrap();
        db.fail(DbError::Timeout).await.unwrap();
        assert_eq!(db.rows().await, Ok(1), "resumed");
        // That is a panic of the handler, for which it wishes a stop.
        db.fail(DbError::Full).await.unwrap();
        db.control().stopped().await;
        assert!(strict.control().is_alive());
    });
}

/// Of which nobody learns what to do.
fn speechless(_: &LiveFailure<'_>) -> Directive {
    panic!("a decider that always panics")
}

#[actor]
#[supervise(decide = speechless)]
struct Speechless {
    #[child(|| Db { rows: 0 })]
    db: Child<Db>,
}

#[handlers]
impl Speechless {
    fn db(&self) -> DbRef {
        (*self.db).clone()
    }
}

#[test]
fn where_it_panics_whatever_happens_the_default_holds() {
    everywhere(|system| async move {
        let speechless = system.spawn(|| Speechless { db: Child::default() }).await.unwrap();
        let db = speechless.db().await.unwrap();
        db.panics().await.unwrap();
        assert_eq!(db.rows().await, Ok(0), "restarted");
        db.fail(DbError::Timeout).await.unwrap();
        assert_eq!(db.rows().await, Ok(0), "restarted again");
        assert_eq!(system.counts::<Db>().restarts, 2);
    });
}

/// Whatever happens, it goes on.
fn lenient(_: &LiveFailure<'_>) -> Directive {
    Directive::Resume
}

#[actor]
#[supervise(decide = lenient)]
struct Lenient {
    #[child(|| Db { rows: 0 })]
    db: Child<Db>,
}

#[handlers]
impl Lenient {
    fn db(&self) -> DbRef {
        (*self.db).clone()
    }
}

#[test]
fn a_state_that_a_panic_went_through_is_never_resumed() {
    everywhere(|system| async move {
        let lenient = system.spawn(|| Lenient { db: Child::default() }).await.unwrap();
        let db = lenient.db().await.unwrap();
        db.fail(DbError::Timeout).await.unwrap();
        assert_eq!(db.rows().await, Ok(1), "resumed");
        db.panics().await.unwrap();
        assert_eq!(db.rows().await, Ok(0), "restarted");
        assert_eq!(system.counts::<Db>().restarts, 1);
    });
}

impl From<std::num::ParseIntError> for DbError {
    fn from(_: std::num::ParseIntError) -> Self {
        Self::Full
    }
}

/// Whatever goes wrong is a `DbError` to its supervisor.
#[actor(error = DbError)]
struct Disk {
    numbers: Vec<u64>,
}

#[handlers]
impl Disk {
    fn parse(&mut self, number: &'static str) -> Result<(), std::num::ParseIntError> {
        self.numbers.push(0);
        self.numbers.push(number.parse()?);
        Ok(())
    }
    fn read(&mut self, page: u32) -> Result<(), DbError> {
        Err(DbError::Corrupt(page))
    }
    fn numbers(&self) -> usize {
        self.numbers.len()
    }
}

#[actor]
#[supervise(on(DbError { Full => resume, _ => restart }, other => stop))]
struct Reader {
    #[child(|| Disk { numbers: Vec::new() })]
    disk: Child<Disk>,
}

#[handlers]
impl Reader {
    fn disk(&self) -> DiskRef {
        self.disk.clone()
    }
}

#[test]
fn errors_become_the_one_of_the_actor_before_its_supervisor_is_shown_them() {
    everywhere(|system| async move {
        let reader = system.spawn(|| Reader { disk: Child::default() }).await.unwrap();
        let disk = reader.disk().await.unwrap();
        // Whoever waits for the handler is given its own error.
        let Err(AskError::Handler(error)) = disk.parse("?").done().await else { panic!("it failed") };
        assert_eq!(error.to_string(), "invalid digit found in string");
        disk.parse("?").await.unwrap();
        disk.parse("7").await.unwrap();
        assert_eq!(disk.numbers().await, Ok(4), "resumed");
        disk.read(1).await.unwrap();
        assert_eq!(disk.numbers().await, Ok(0), "restarted");
    });
}
