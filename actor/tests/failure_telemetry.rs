//! `failure_order` to its very end, and what telemetry is promised beside it: each decision once, with where it comes from;
//! no lock held, no panic passed on, no storm passed on either.
#![allow(missing_docs)]

mod common;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actor::prelude::*;
use actor::{
    ActorSystem, Builder, Decision, EscalationStage, FailureKind, FailureSnapshot, FailureTelemetry,
    FailureTelemetryObservationConfig, MAX_FAILURE_SNAPSHOT_TAGS, NoopFailureTelemetry, RecordedFailure, RestartScope,
    RingBufferFailureTelemetry, Severity, StormLimit, Strategy, SystemEvent, TelemetryContext, WeakMetrics,
};
use common::{Journal, everywhere_with, handled, soon, until};

/// Keeps what it is told.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<FailureSnapshot>>>);

impl Kept {
    fn all(&self) -> Vec<FailureSnapshot> {
        self.0.lock().unwrap().clone()
    }
    fn lines(&self) -> Vec<String> {
        self.all().iter().map(ToString::to_string).collect()
    }
}

impl FailureTelemetry for Kept {
    fn on_failure(&self, snapshot: &FailureSnapshot) {
        self.0.lock().unwrap().push(snapshot.clone());
    }
}

/// Telemetry that is a function.
struct Does<F>(F);

impl<F: Fn(&FailureSnapshot)> FailureTelemetry for Does<F> {
    fn on_failure(&self, snapshot: &FailureSnapshot) {
        (self.0)(snapshot);
    }
}

#[actor(tags(component = "storage", disk = "sda"))]
struct Db {
    journal: Journal,
}

#[handlers]
impl Db {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.tag("endpoint", format_args!("10.0.0.{}", ctx.incarnation()));
    }
    fn connected(&mut self, peer: &'static str, ctx: &mut Context<Self>) {
        ctx.tag("peer", peer);
    }
    fn write(&mut self) -> Result<(), String> {
        Err("disk full".into())
    }
    fn read(&mut self, table: String, ctx: &mut Context<Self>) {
        ctx.fail("torn page").tag("table", table).tag("disk", "sdb");
    }
    fn corrupt(&mut self) {
        panic!("corrupt");
    }
    #[restarting]
    fn restarting(&mut self) {
        self.journal.note("restarting");
    }
    fn done(&self) -> bool {
        true
    }
}

fn db(journal: &Journal) -> impl Fn() -> Db + Send + Clone + use<> {
    let journal = journal.clone();
    move || Db { journal: journal.clone() }
}

/// A system with this telemetry, which is told everything.
fn unlimited(telemetry: impl FailureTelemetry + Send + Sync + 'static) -> Builder {
    ActorSystem::builder("told").with_failure_telemetry(telemetry).with_failure_storm_limit(StormLimit::OFF)
}

#[test]
fn a_failure_is_told_once_after_all_events_and_before_what_follows() {
    let journal = Journal::default();
    let settings = {
        let journal = journal.clone();
        move |builder: Builder| {
            let (events, failures) = (journal.clone(), journal.clone());
            let handler = move |event: &SystemEvent<'_>| {
                if let SystemEvent::Failed { snapshot, failure, .. } = event {
                    assert_eq!(snapshot.description(), failure.description.as_str());
                    events.note("handler");
                    panic!("a handler that panics")
                }
            };
            builder
                .event_handler(handler)
                .with_failure_telemetry(Does(move |_: &FailureSnapshot| failures.note("telemetry")))
                .with_failure_storm_limit(StormLimit::OFF)
        }
    };
    everywhere_with(settings, move |system| {
        let journal = journal.clone();
        async move {
            let before = journal.entries().len();
            let listener = {
                let journal = journal.clone();
                system.listen(move |event| {
                    if let SystemEvent::Failed { .. } = event {
                        journal.note("listener");
                    }
                })
            };
            let db = system.spawn(db(&journal)).await.unwrap();
            let failures = system.counts::<Db>().failures;
            db.write().await.unwrap();
            assert_eq!(db.done().await, Ok(true));
            assert_eq!(journal.entries()[before..], ["handler", "listener", "telemetry", "restarting"]);
            assert_eq!(system.counts::<Db>().failures - failures, 1);
            assert_eq!((system.telemetry_counts().calls, system.telemetry_counts().panics), (1, 0));
            drop(listener);
        }
    });
}

#[test]
fn a_snapshot_says_who_failed_where_in_what_and_what_follows() {
    let kept = Kept::default();
    let (system, mut stepper) = unlimited(kept.clone()).stepper();
    stepper.advance(Duration::from_secs(3));
    stepper.block_on(async {
        let db = system.spawn(db(&Journal::default())).named("users").await.unwrap();
        db.connected("a").await.unwrap();
        db.connected("b").await.unwrap();
        db.read("accounts".into()).await.unwrap();
        db.corrupt().await.unwrap();
        db.write().tell().unwrap();
        assert_eq!(db.done().await, Ok(true));
        let id = db.control().id().unwrap();
        let all = kept.all();
        assert!(all.iter().all(|snapshot| snapshot.id() == id && snapshot.origin().id == id));
    });
    let [torn, corrupt, full] = kept.all().try_into().unwrap();
    assert_eq!((torn.actor(), torn.type_name(), torn.path()), ("db", "Db", "users"));
    assert_eq!((torn.kind(), torn.message(), torn.description()), (FailureKind::Error, Some("read"), "torn page"));
    assert_eq!((torn.incarnation().get(), corrupt.incarnation().get(), full.incarnation().get()), (0, 1, 2));
    assert_eq!((torn.restarts(), corrupt.restarts(), full.restarts()), (1, 2, 3));
    assert_eq!(torn.decision(), Decision::Restart { after: Duration::ZERO });
    assert!(matches!(corrupt.decision(), Decision::Restart { after } if !after.is_zero()));
    assert_eq!((torn.stage(), torn.strategy()), (EscalationStage::Initial, Strategy::OneForOne));
    assert_eq!((torn.origin().actor, torn.origin().kind), ("db", FailureKind::Error));
    assert_eq!(torn.at().as_nanos(), 3_000_000_000);
    assert!(corrupt.at() < full.at(), "the second restart was waited for");
    // It is worse while restarts go on.
    let severities = [&torn, &corrupt, &full].map(FailureSnapshot::severity);
    assert_eq!(severities, [Severity::Warning, Severity::Warning, Severity::Error]);
    // The attribute's, those of the life, those of the failure; the last word of each key.
    let tags = |snapshot: &FailureSnapshot| snapshot.tags().map(|tag| tag.to_string()).collect::<Vec<_>>();
    assert_eq!(tags(&torn), ["component=storage", "endpoint=10.0.0.0", "peer=b", "table=accounts", "disk=sdb"]);
    assert_eq!(tags(&corrupt), ["component=storage", "endpoint=10.0.0.1", "disk=sda"]);
    assert_eq!((torn.tag("table"), torn.tag("nothing"), torn.dropped_tags()), (Some("accounts"), None, 0));
    let line = "users: error in `read`: torn page; restart; 1 restart; \
                component=storage endpoint=10.0.0.0 peer=b table=accounts disk=sdb";
    assert_eq!(torn.to_string(), line);
}

/// Keeps the figures of the system at the time of each failure.
struct Reader(WeakMetrics, Arc<Mutex<Vec<String>>>);

impl FailureTelemetry for Reader {
    fn on_failure(&self, _: &FailureSnapshot) {
        let figures = self.0.upgrade().expect("the system is there").to_open_metrics();
        let failures = figures.lines().filter(|line| line.starts_with("actor_failures_total") && line.ends_with(" 1"));
        self.1.lock().unwrap().extend(failures.map(ToString::to_string));
    }
}

#[test]
fn telemetry_reads_the_figures_of_its_system_and_keeps_nothing_of_it() {
    let read = Arc::new(Mutex::new(Vec::new()));
    let figures = Arc::new(Mutex::new(None));
    let make = {
        let (read, figures) = (read.clone(), figures.clone());
        move |cx: &TelemetryContext| {
            assert!(cx.metrics().upgrade().is_none(), "it begins");
            *figures.lock().unwrap() = Some(cx.metrics());
            Reader(cx.metrics(), read)
        }
    };
    let (system, mut stepper) = ActorSystem::builder("read").with_failure_telemetry_builder(make).stepper();
    stepper.block_on(async {
        let db = system.spawn(db(&Journal::default())).await.unwrap();
        db.write().await.unwrap();
        assert_eq!(db.done().await, Ok(true));
    });
    let line = r#"actor_failures_total{system="read",actor="db",kind="error"} 1"#;
    assert_eq!(*read.lock().unwrap(), [line]);
    drop((system, stepper));
    let figures = figures.lock().unwrap().take().unwrap();
    assert!(figures.upgrade().is_none(), "it is gone");
}

#[actor]
struct Half;

#[handlers]
impl Half {
    fn fail(&mut self) -> Result<(), &'static str> {
        Err("torn")
    }
}

#[actor]
#[supervise(strategy = one_for_all)]
struct Whole {
    #[child(|| Half)]
    one: Child<Half>,
    #[child(|| Half)]
    other: Child<Half>,
}

#[handlers]
impl Whole {
    fn halves(&self) -> [HalfRef; 2] {
        [(*self.one).clone(), (*self.other).clone()]
    }
}

#[test]
fn restarts_of_those_restarted_together_are_told_as_those_of_the_group() {
    let kept = Kept::default();
    let (system, mut stepper) = unlimited(kept.clone()).stepper();
    let whole = || Whole { one: Child::default(), other: Child::default() };
    let whole = stepper.block_on(async { system.spawn(whole).await.unwrap() });
    let halves = stepper.block_on(async { whole.halves().await.unwrap() });
    for half in &halves {
        half.fail().tell().unwrap();
        stepper.run();
    }
    for (line, end) in kept.lines().iter().zip(["; 1 restart of the group", "; 2 restarts of the group"]) {
        assert!(line.starts_with("whole/half: error in `fail`: torn; restart") && line.ends_with(end), "{line}");
    }
    // What was counted was no failure of the second one.
    let [_, second] = kept.all().try_into().unwrap();
    assert_eq!((second.restart_scope(), second.restarts()), (RestartScope::Group, 2));
    assert_eq!(RecordedFailure::from(&second).restart_scope(), RestartScope::Group);
}

#[actor]
#[supervise(limit = 1 per 60s)]
struct Store {
    #[child(|| Db { journal: Journal::default() })]
    db: Child<Db>,
}

#[handlers]
impl Store {
    fn read(&mut self) {
        let _ = self.db.read("accounts".into()).tell();
    }
    fn done(&self) -> bool {
        true
    }
}

#[actor]
#[supervise(limit = 1 per 60s)]
struct Shop {
    #[child(|| Store { db: Child::default() })]
    store: Child<Store>,
}

#[handlers]
impl Shop {
    fn read(&mut self) {
        let _ = self.store.read().tell();
    }
    fn done(&self) -> bool {
        true
    }
}

/// An error that cannot be shown.
struct Unseen;

#[actor]
struct Asked<E> {
    error: E,
}

#[handlers]
impl<E: std::fmt::Display + Copy> Asked<E> {
    fn shown(&self) -> Result<u8, &'static str> {
        Err("no such key")
    }
    fn shown_as_it_is(&self) -> Result<u8, E> {
        Err(self.error)
    }
    async fn unseen(&mut self) -> Result<u8, Unseen> {
        Err(Unseen)
    }
}

#[test]
fn an_error_nobody_asked_for_is_shown_or_else_its_type_is() {
    let kept = Kept::default();
    let (system, mut stepper) = unlimited(kept.clone()).stepper();
    stepper.block_on(async {
        let asked = system.spawn(|| Asked { error: 404 }).await.unwrap();
        asked.shown().tell().unwrap();
        asked.shown_as_it_is().tell().unwrap();
        asked.unseen().tell().unwrap();
        assert!(asked.unseen().await.is_err(), "somebody asked");
    });
    let told: Vec<_> =
        kept.all().iter().map(|snapshot| (snapshot.kind(), snapshot.description().to_string())).collect();
    let unasked = |text: &str| (FailureKind::Unasked, text.to_owned());
    assert_eq!(told, [unasked("no such key"), unasked("404"), unasked("failure_telemetry::Unseen")]);
}

/// The most tags, and the most bytes of them, that the attribute lets pass.
#[actor(tags(
    a = "12345678901234567890123456789012345678901234567890123456789012345678901234567",
    b = "12345678901234567890123456789012345678901234567890123456789",
    c = "",
    d = "",
    e = "",
    f = "",
    g = "",
    h = ""
))]
struct Tagged;

#[handlers]
impl Tagged {
    fn fail(&mut self, more: bool, ctx: &mut Context<Self>) -> Result<(), &'static str> {
        if more {
            ctx.tag("a", "123456789012345678901234567890123456789012345678901234567890123456789012345678");
        }
        Err("on purpose")
    }
    fn done(&self) -> bool {
        true
    }
}

#[test]
fn what_the_attribute_lets_pass_has_room_and_not_a_byte_more() {
    let kept = Kept::default();
    let (system, mut stepper) = unlimited(kept.clone()).stepper();
    stepper.block_on(async {
        let tagged = system.spawn(|| Tagged).await.unwrap();
        tagged.fail(false).await.unwrap();
        tagged.fail(true).await.unwrap();
        assert_eq!(tagged.done().await, Ok(true));
    });
    let [full, overfull] = kept.all().try_into().unwrap();
    assert_eq!((full.tags().count(), full.dropped_tags()), (MAX_FAILURE_SNAPSHOT_TAGS, 0));
    let bytes: usize = full.tags().map(|tag| tag.key.len() + tag.value.len()).sum();
    assert_eq!(bytes, 144, "as `ui-tests/tests/actor/fail/too_many_tags.rs` says");
    assert_eq!(overfull.dropped_tags(), 1);
}

#[test]
fn a_failure_that_climbs_is_told_once_at_each_decision_with_its_origin_and_counted_once() {
    let settings = |builder: Builder| builder.with_failure_storm_limit(StormLimit::OFF);
    let kept = Kept::default();
    let told = kept.clone();
    let settings = move |builder| settings(builder).with_failure_telemetry(told.clone());
    everywhere_with(settings, move |system| {
        let kept = kept.clone();
        async move {
            kept.0.lock().unwrap().clear();
            let shop = system.spawn(|| Shop { store: Child::default() }).await.unwrap();
            // Each second failure of a child fails its parent.
            for told in 1..=4 {
                shop.read().await.unwrap();
                let is_up = || system.counts::<Db>().spawned == told / 2 + 1;
                until(|| system.counts::<Db>().failures == told && is_up()).await;
            }
            until(|| system.counts::<Shop>().restarts == 1).await;
            let failures = (system.counts::<Store>().failures, system.counts::<Shop>().failures);
            assert_eq!(failures, (0, 0), "counted where it happened");
            let all = kept.all();
            let stages: Vec<_> = all.iter().map(|snapshot| (snapshot.actor(), snapshot.stage())).collect();
            let (here, once, twice) = (
                EscalationStage::Initial,
                EscalationStage::Escalated { hops: 1 },
                EscalationStage::Escalated { hops: 2 },
            );
            assert_eq!(
                stages,
                [
                    ("db", here),
                    ("db", here),
                    ("store", once),
                    ("db", here),
                    ("db", here),
                    ("store", once),
                    ("shop", twice)
                ]
            );
            let (culprit, top) = (&all[4], &all[6]);
            assert_eq!((top.origin(), top.kind()), (culprit.origin(), FailureKind::Escalated));
            assert_eq!(top.origin().id, culprit.id());
            assert_eq!((top.message(), top.description()), (Some("read"), "torn page"));
            assert_eq!((top.tag("component"), top.tag("table")), (Some("storage"), Some("accounts")));
            assert_eq!((culprit.path(), top.path()), ("shop/store/db", "shop"));
            assert_eq!((culprit.decision(), all[5].decision()), (Decision::Escalate, Decision::Escalate));
            assert_eq!((top.severity(), all[2].severity()), (Severity::Error, Severity::Error));
        }
    });
}

#[test]
fn what_reaches_the_root_is_told_once_with_where_it_came_from() {
    #[actor]
    #[supervise(on(other => escalate))]
    struct Fragile {
        #[child(|| Db { journal: Journal::default() })]
        db: Child<Db>,
    }

    #[handlers]
    impl Fragile {
        fn write(&mut self) {
            let _ = self.db.write().tell();
        }
    }

    // Not even a storm keeps it from being told.
    let kept = Kept::default();
    let builder = ActorSystem::builder("told").with_failure_telemetry(kept.clone());
    let (system, mut stepper) = builder.with_failure_storm_limit(StormLimit::new(1, Duration::MAX)).stepper();
    stepper.block_on(async {
        let fragile = system.spawn(|| Fragile { db: Child::default() }).await.unwrap();
        for _ in 0..=10 {
            let failures = system.counts::<Db>().failures;
            fragile.write().await.unwrap();
            until(|| system.counts::<Db>().failures > failures).await;
        }
        fragile.control().stopped().await;
    });
    let all = kept.all();
    let at_root: Vec<_> = all.iter().filter(|snapshot| snapshot.severity() == Severity::Fatal).collect();
    assert_eq!(at_root.len(), 1, "{:?}", kept.lines());
    assert_eq!((at_root[0].actor(), at_root[0].origin().actor), ("fragile", "db"));
    assert_eq!(at_root[0].stage(), EscalationStage::Escalated { hops: 1 });
    assert_eq!((at_root[0].decision(), at_root[0].left_out()), (Decision::Escalate, 9));
    assert_eq!(all.len(), 3, "the first of each actor, and the last: {:?}", kept.lines());
    assert_eq!(system.telemetry_counts().left_out, 10 + 9);
}

#[test]
fn a_child_that_does_not_start_is_where_its_parents_failure_comes_from() {
    #[actor]
    struct Broken;

    #[handlers]
    impl Broken {
        #[started]
        fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), String> {
            ctx.tag("port", 80);
            Err("no socket".into())
        }
    }

    #[actor]
    struct Parent {
        #[child(|| Broken)]
        child: Child<Broken>,
    }

    #[handlers]
    impl Parent {
        fn lives(&self) -> bool {
            self.child.control().is_alive()
        }
    }

    let kept = Kept::default();
    let (system, mut stepper) = unlimited(kept.clone()).stepper();
    stepper.block_on(async {
        assert!(system.spawn(|| Parent { child: Child::default() }).await.is_err());
    });
    let [child, parent] = kept.all().try_into().unwrap();
    assert_eq!((child.actor(), child.stage(), child.decision()), ("broken", EscalationStage::Initial, Decision::Stop));
    assert_eq!((parent.actor(), parent.stage()), ("parent", EscalationStage::Escalated { hops: 1 }));
    assert_eq!((parent.origin(), parent.tag("port")), (child.origin(), Some("80")));
    assert_eq!((system.counts::<Broken>().failures, system.counts::<Parent>().failures), (1, 0));
}

#[test]
fn a_panic_in_telemetry_is_counted_and_keeps_nobody_from_going_on() {
    let settings = |builder: Builder| {
        let telemetry = Does(|_: &FailureSnapshot| panic!("telemetry that panics"));
        builder.with_failure_telemetry(telemetry).with_failure_storm_limit(StormLimit::OFF)
    };
    everywhere_with(settings, |system| async move {
        let db = system.spawn(db(&Journal::default())).await.unwrap();
        for _ in 0..2 {
            db.write().await.unwrap();
        }
        assert_eq!(db.done().await, Ok(true));
        let counts = system.telemetry_counts();
        assert_eq!((counts.calls, counts.panics, system.counts::<Db>().restarts), (2, 2, 2));
    });
}

#[test]
fn telemetry_may_use_the_system_from_inside_on_many_threads_at_once() {
    const FAILURES: u64 = 200;
    #[actor(mailbox = unbounded)]
    struct Auditor {
        heard: u64,
    }
    #[handlers]
    impl Auditor {
        fn heard(&mut self) {
            self.heard += 1;
        }
        fn total(&self) -> u64 {
            self.heard
        }
    }
    #[actor]
    #[supervise(on(other => resume))]
    struct Clerks {
        #[child(|| Clerk, pool = 4)]
        clerks: Pool<Clerk>,
    }
    #[handlers]
    impl Clerks {
        fn fail(&mut self) {
            for clerk in self.clerks.members() {
                let _ = clerk.fail().tell();
            }
        }
    }
    #[actor(mailbox = unbounded)]
    struct Clerk;
    #[handlers]
    impl Clerk {
        fn fail(&mut self, ctx: &mut Context<Self>) {
            ctx.fail("on purpose").tag("from", ctx_free());
        }
    }
    fn ctx_free() -> &'static str {
        "a clerk"
    }

    let inside: Arc<Mutex<Option<(ActorSystem, AuditorRef)>>> = Arc::default();
    let settings = {
        let inside = Arc::clone(&inside);
        move |builder: Builder| {
            let inside = Arc::clone(&inside);
            let telemetry = Does(move |snapshot: &FailureSnapshot| {
                let within = inside.lock().unwrap().clone();
                let Some((system, auditor)) = within else { return };
                // Every kind of lock there is: the registry, counts, events, a mailbox, and a first spawn.
                assert!(system.find::<AuditorRef>("auditor").is_ok());
                assert!(system.counts::<Clerk>().failures > 0);
                assert!(system.telemetry_counts().calls < u64::MAX);
                drop(system.listen(|_| ()));
                drop(system.spawn(|| Auditor { heard: 0 }).detach());
                assert_eq!(snapshot.tag("from"), Some("a clerk"));
                auditor.heard().tell().unwrap();
            });
            builder.with_failure_telemetry(telemetry).with_failure_storm_limit(StormLimit::OFF)
        }
    };
    everywhere_with(settings, move |system| {
        let inside = Arc::clone(&inside);
        async move {
            let auditor = system.spawn(|| Auditor { heard: 0 }).named("auditor").await.unwrap();
            *inside.lock().unwrap() = Some((system.clone(), auditor.clone()));
            let clerks = system.spawn(|| Clerks { clerks: Pool::default() }).await.unwrap();
            for _ in 0..FAILURES / 4 {
                clerks.fail().await.unwrap();
            }
            until(|| handled::<Auditor>(&system, "heard") == FAILURES).await;
            assert_eq!(auditor.total().await, Ok(FAILURES));
            // A call is counted when it has returned.
            until(|| system.telemetry_counts().calls == FAILURES).await;
            assert_eq!(system.telemetry_counts().panics, 0);
            assert_eq!(system.counts::<Clerk>().failures, FAILURES);
            // The system is kept by who is inside.
            drop(inside.lock().unwrap().take());
        }
    });
}

#[test]
fn telemetry_may_end_whose_failure_it_is_and_let_go_of_the_system() {
    let inside: Arc<Mutex<Option<(ActorSystem, DbRef)>>> = Arc::default();
    let settings = {
        let inside = Arc::clone(&inside);
        move |builder: Builder| {
            let inside = Arc::clone(&inside);
            builder.with_failure_telemetry(Does(move |_: &FailureSnapshot| {
                let within = inside.lock().unwrap().take();
                if let Some((system, db)) = within {
                    drop(db.control().stop());
                    drop(system.spawn(|| Db { journal: Journal::default() }).detach());
                    drop(system);
                }
            }))
        }
    };
    everywhere_with(settings, move |system| {
        let inside = Arc::clone(&inside);
        async move {
            let journal = Journal::default();
            let (failing, other) =
                (system.spawn(db(&journal)).await.unwrap(), system.spawn(db(&journal)).await.unwrap());
            *inside.lock().unwrap() = Some((system, failing.clone()));
            failing.write().tell().unwrap();
            // Refused where it has ended already.
            drop(failing.done().tell());
            for db in [failing, other] {
                soon(db.control().stopped()).await;
                assert_eq!(db.done().await, Err(AskError::Stopped));
            }
        }
    });
}

#[test]
fn a_storm_is_limited_and_what_was_left_out_is_said() {
    let kept = Kept::default();
    let events = Arc::new(AtomicU64::new(0));
    let limit = StormLimit::new(3, Duration::from_secs(10));
    let heard = Arc::clone(&events);
    let builder = ActorSystem::builder("told").with_failure_telemetry(kept.clone()).with_failure_storm_limit(limit);
    let builder = builder.event_handler(move |event| {
        if let SystemEvent::Failed { .. } = event {
            heard.fetch_add(1, Ordering::Relaxed);
        }
    });
    let (system, mut stepper) = builder.stepper();
    #[actor]
    struct Session;
    #[handlers]
    impl Session {
        fn fail(&mut self) -> Result<(), String> {
            Err("reset by peer".into())
        }
        fn panics(&mut self) -> Result<bool, String> {
            Err("nobody asked".into())
        }
    }
    let fail = |stepper: &mut actor::Stepper, calls: usize| {
        let system = system.clone();
        stepper.block_on(async move {
            for _ in 0..calls {
                let session = system.spawn(|| Session).await.unwrap();
                session.fail().await.unwrap();
                session.control().drain().await;
            }
        });
    };
    fail(&mut stepper, 10);
    assert_eq!(kept.all().len(), 3, "each actor failed once, and all are of a kind");
    stepper.advance(Duration::from_secs(10));
    fail(&mut stepper, 1);
    assert_eq!(kept.all().iter().map(FailureSnapshot::left_out).collect::<Vec<_>>(), [0, 0, 0, 7]);
    assert_eq!((events.load(Ordering::Relaxed), system.counts::<Session>().failures), (11, 11));
    // One that is worse than those that were told is told all the same, once.
    stepper.block_on(async {
        let session = system.spawn(|| Session).await.unwrap();
        for _ in 0..2 {
            session.panics().tell().unwrap();
        }
        for _ in 0..4 {
            session.fail().await.unwrap();
        }
        session.control().drain().await;
    });
    let told: Vec<_> = kept.all()[4..].iter().map(|snapshot| (snapshot.severity(), snapshot.left_out())).collect();
    assert_eq!(told, [(Severity::Notice, 0), (Severity::Notice, 0), (Severity::Error, 2)]);
}

#[test]
fn slow_calls_are_counted_by_the_clock_of_the_system_and_told_once() {
    let told = Journal::default();
    let events = told.clone();
    let config = FailureTelemetryObservationConfig::new().slow_after(Duration::from_micros(50));
    let builder = ActorSystem::builder("slow")
        .with_failure_telemetry_builder(|cx| {
            let (clock, name) = (cx.clock(), cx.name().to_owned());
            Does(move |snapshot: &FailureSnapshot| {
                let begun = clock.now();
                assert!(snapshot.at() <= begun && name == "slow");
                while clock.now().saturating_since(begun) < Duration::from_micros(100) {
                    std::hint::spin_loop();
                }
            })
        })
        .with_failure_telemetry_observation(config)
        .with_failure_storm_limit(StormLimit::OFF)
        .event_handler(move |event| {
            if let SystemEvent::SlowTelemetry { elapsed, calls } = event {
                assert!(*elapsed >= Duration::from_micros(100));
                events.note(calls.to_string());
            }
        });
    common::runtime(None).block_on(async {
        let system = builder.start();
        let db = system.spawn(db(&Journal::default())).await.unwrap();
        db.write().await.unwrap();
        db.write().await.unwrap();
        assert_eq!(db.done().await, Ok(true));
        let counts = system.telemetry_counts();
        assert_eq!((counts.calls, counts.slow), (2, 2));
        assert!(counts.elapsed >= Duration::from_micros(200), "{counts:?}");
        assert!(counts.longest >= counts.elapsed / 2 && counts.longest < counts.elapsed, "{counts:?}");
    });
    assert_eq!(told.entries(), ["1"]);
}

#[test]
fn a_ring_keeps_the_last_failures_and_may_be_dumped_while_others_happen() {
    static RING: RingBufferFailureTelemetry<3> = RingBufferFailureTelemetry::new();
    let (system, mut stepper) = unlimited(&RING).stepper();
    let mut fail = |times: u32| {
        stepper.block_on(async {
            let db = system.spawn(db(&Journal::default())).await.unwrap();
            for time in 0..times {
                db.read(format!("table {time}")).await.unwrap();
            }
            db.control().drain().await;
        });
    };
    let table = |failure: &FailureSnapshot| failure.tag("table").map(str::to_owned).unwrap();
    fail(5);
    let (mut kept, mut shown) = (Vec::new(), Vec::new());
    RING.dump_to(|failure| kept.push(table(failure)));
    assert_eq!((kept, RING.seen()), (vec!["table 2".into(), "table 3".into(), "table 4".into()], 5));
    RING.dump_to(|failure| {
        shown.push(table(failure));
        fail(2);
    });
    // The first two that happen meanwhile take the places of the other two, and would be shown for ever.
    assert_eq!((shown, RING.seen()), (vec!["table 2".to_owned(), "table 4".to_owned()], 9));
}

#[test]
fn calls_are_not_timed_unless_somebody_says_so() {
    let (system, mut stepper) = unlimited(Kept::default()).stepper();
    stepper.block_on(async {
        let db = system.spawn(db(&Journal::default())).await.unwrap();
        db.write().await.unwrap();
        assert_eq!(db.done().await, Ok(true));
    });
    let counts = system.telemetry_counts();
    assert_eq!((counts.calls, counts.slow, counts.longest), (1, 0, Duration::ZERO));
}

#[test]
fn a_telemetry_that_looks_at_nothing_is_never_called() {
    let (system, mut stepper) = unlimited(Arc::new(&NoopFailureTelemetry)).stepper();
    stepper.block_on(async {
        let db = system.spawn(db(&Journal::default())).await.unwrap();
        db.write().await.unwrap();
        assert_eq!(db.done().await, Ok(true));
    });
    assert_eq!((system.telemetry_counts().calls, system.counts::<Db>().failures), (0, 1));
}
