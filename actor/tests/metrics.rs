//! Figures for exporters: the names they have, what they say, and that readers come and go while messages flow.
#![allow(missing_docs)]

mod common;

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Waker};
use std::time::Duration;

use actor::metrics::{Family, FamilyKind, Metered, Metrics, Unit, write_open_metrics};
use actor::prelude::*;
use common::everywhere;

/// Those who have built dashboards rely on these.
const NAMES: &str = "
gauge     actor_live
counter   actor_spawned
counter   actor_restarts
counter   actor_stopped
counter   actor_failures
counter   actor_escalations
counter   supervision_decisions
counter   actor_messages
histogram actor_message_duration_seconds
counter   actor_handler_pending
gauge     actor_asks_in_flight
counter   actor_asks
histogram actor_ask_duration_seconds
counter   actor_dead_letters
gauge     actor_stash_depth
gauge     actor_mailbox_depth
gauge     actor_mailbox_high_water
histogram actor_mailbox_queue_dwell_seconds
gauge     actor_mailbox_queue_dwell_percentile_seconds
counter   actor_mailbox_yields
counter   actor_mailbox_suspensions
counter   actor_mailbox_suspended_seconds
counter   actor_counter
histogram actor_histogram
gauge     dispatcher_ready_depth
histogram dispatcher_run_delay_seconds
counter   dispatcher_activations
counter   dispatcher_steals
counter   dispatcher_parks
counter   dispatcher_refused
counter   failure_telemetry_calls
counter   failure_telemetry_duration_seconds
";

#[test]
fn names_kinds_and_units_stay() {
    let said = Family::ALL.map(|family| {
        let kind = match family.kind() {
            FamilyKind::Counter => "counter",
            FamilyKind::Gauge => "gauge",
            FamilyKind::Histogram => "histogram",
        };
        assert_eq!(family.unit() == Unit::Seconds, family.name().ends_with("_seconds"));
        format!("{kind:<9} {}", family.name())
    });
    assert_eq!(said.join("\n"), NAMES.trim());
}

/// So they do on labels, and on what those of them say that are no names of the user's.
const LABELS: &str = "
actor_live: actor
actor_spawned: actor
actor_restarts: actor
actor_stopped: actor reason=requested|drained|killed|failed|parent_stopped|shutdown
actor_failures: actor kind=error|panic|start|unasked|escalated
actor_escalations: actor
supervision_decisions: strategy=one_for_one|one_for_all|rest_for_one|custom directive=resume|restart|stop|escalate
actor_messages: actor message
actor_message_duration_seconds: actor message
actor_handler_pending: actor message
actor_asks_in_flight: actor
actor_asks: actor outcome=answered|failed|stopped|no_reply|timeout|full|dropped|cycle|cancelled
actor_ask_duration_seconds: actor
actor_dead_letters: actor reason=stopped|expired|dropped
actor_stash_depth: actor
actor_mailbox_depth: actor queue_kind=user|urgent
actor_mailbox_high_water: actor queue_kind=user|urgent
actor_mailbox_queue_dwell_seconds: actor queue_kind=user|urgent
actor_mailbox_queue_dwell_percentile_seconds: actor queue_kind=user|urgent percentile=p50|p95|p99
actor_mailbox_yields: actor reason=budget|hint|backlog
actor_mailbox_suspensions: actor
actor_mailbox_suspended_seconds: actor
actor_counter: actor counter
actor_histogram: actor histogram
dispatcher_ready_depth: dispatcher
dispatcher_run_delay_seconds: dispatcher
dispatcher_activations: dispatcher
dispatcher_steals: dispatcher
dispatcher_parks: dispatcher
dispatcher_refused: dispatcher
failure_telemetry_calls:
failure_telemetry_duration_seconds:
";

/// Does a bit of everything that is exported only where it happens.
#[actor(metrics = timing, dwell = all, counters(opened), histograms(width))]
struct Busy;

#[handlers]
impl Busy {
    fn open(&mut self, ctx: &mut Context<Self>) {
        ctx.metrics(|m| {
            m.opened().add(1);
            m.width().record(1);
        });
    }
    #[handler(lane = urgent)]
    async fn wait(&mut self) -> bool {
        tokio::task::yield_now().await;
        true
    }
}

#[test]
fn labels_and_what_they_say_stay() {
    /// What users name themselves.
    const NAMED: [&str; 5] = ["actor", "message", "counter", "histogram", "dispatcher"];
    let (system, mut stepper) = ActorSystem::builder("labels").stepper();
    stepper.block_on(async {
        let busy = system.spawn(|| Busy).await.unwrap();
        busy.open().done().await.unwrap();
        assert!(busy.wait().await.unwrap());
    });
    let metrics = system.metrics();
    let said = Family::ALL.map(|family| {
        let mut labels: Vec<(String, Vec<String>)> = Vec::new();
        metrics.figures(family, &mut |all, _| {
            assert_eq!(all[0], ("system", "labels"), "{family:?}");
            for (label, value) in &all[1..] {
                let at = labels.iter().position(|(known, _)| known == label).unwrap_or_else(|| {
                    labels.push(((*label).into(), Vec::new()));
                    labels.len() - 1
                });
                let values = &mut labels[at].1;
                if !NAMED.contains(label) && !values.iter().any(|known| known == value) {
                    values.push((*value).into());
                }
            }
        });
        let labels = labels.iter().map(|(label, values)| match values.as_slice() {
            [] => label.clone(),
            values => format!("{label}={}", values.join("|")),
        });
        format!("{}: {}", family.name(), labels.collect::<Vec<_>>().join(" ")).trim_end().to_owned()
    });
    assert_eq!(said.join("\n"), LABELS.trim());
}

#[actor(name = "worker", counters(parsed), histograms(length))]
struct Parser;

#[handlers]
impl Parser {
    fn parse(&mut self, line: String, ctx: &mut Context<Self>) -> Result<(), String> {
        ctx.metrics(|m| {
            m.parsed().add(1);
            m.length().record(line.len() as u64);
        });
        if line.is_empty() { Err("nothing to parse".into()) } else { Ok(()) }
    }
    fn stop(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}

/// Another type with the same label.
#[actor(name = "worker", metrics = timing, counters(parsed))]
struct Reader;

#[handlers]
impl Reader {
    fn parse(&mut self, ctx: &mut Context<Self>) {
        ctx.metrics(|m| m.parsed().add(10));
    }
}

#[actor(metrics = off)]
struct Unseen;

#[handlers]
impl Unseen {
    fn look(&self) {}
}

/// The line of the text that begins so, up to its value.
fn value<'a>(text: &'a str, series: &str) -> &'a str {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{series} is not in\n{text}"))
}

#[test]
fn what_happens_is_exported_by_the_label_of_the_actor() {
    everywhere(|system| async move {
        let parser = system.spawn(|| Parser).await.unwrap();
        let reader = system.spawn(|| Reader).await.unwrap();
        let unseen = system.spawn(|| Unseen).await.unwrap();
        unseen.look().done().await.unwrap();
        for line in ["eight by", "four", ""] {
            parser.parse(line.into()).tell().unwrap();
        }
        reader.parse().done().await.unwrap();
        parser.stop().await.unwrap();
        parser.control().stopped().await;
        let text = system.metrics().to_open_metrics();
        let expect = |name: &str, labels: &str, expected: &str| {
            let comma = if labels.is_empty() { "" } else { "," };
            let series = format!(r#"{name}{{system="{}"{comma}{labels}}}"#, system.name());
            assert_eq!(value(&text, &series), expected, "{series}");
        };
        expect("actor_live", r#"actor="worker""#, "1");
        expect("actor_spawned_total", r#"actor="worker""#, "2");
        expect("actor_restarts_total", r#"actor="worker""#, "1");
        expect("actor_stopped_total", r#"actor="worker",reason="requested""#, "1");
        expect("actor_stopped_total", r#"actor="worker",reason="killed""#, "0");
        expect("actor_failures_total", r#"actor="worker",kind="error""#, "1");
        expect("actor_failures_total", r#"actor="worker",kind="panic""#, "0");
        expect("actor_escalations_total", r#"actor="worker""#, "0");
        expect("supervision_decisions_total", r#"strategy="one_for_one",directive="restart""#, "1");
        expect("supervision_decisions_total", r#"strategy="one_for_one",directive="stop""#, "0");
        expect("actor_messages_total", r#"actor="worker",message="parse""#, "4");
        expect("actor_message_duration_seconds_count", r#"actor="worker",message="parse""#, "1");
        expect("actor_dead_letters_total", r#"actor="worker",reason="stopped""#, "0");
        expect("actor_counter_total", r#"actor="worker",counter="parsed""#, "13");
        expect("actor_histogram_bucket", r#"actor="worker",histogram="length",le="0""#, "1");
        expect("actor_histogram_bucket", r#"actor="worker",histogram="length",le="7""#, "2");
        expect("actor_histogram_bucket", r#"actor="worker",histogram="length",le="+Inf""#, "3");
        expect("actor_histogram_count", r#"actor="worker",histogram="length""#, "3");
        expect("actor_histogram_sum", r#"actor="worker",histogram="length""#, "12");
        expect("failure_telemetry_calls_total", "", "0");
        expect("actor_mailbox_depth", r#"actor="worker",queue_kind="user""#, "0");
        expect("actor_mailbox_depth", r#"actor="worker",queue_kind="urgent""#, "0");
        expect("actor_mailbox_high_water", r#"actor="worker",queue_kind="urgent""#, "0");
        for family in ["dispatcher_ready_depth", "dispatcher_activations_total", "dispatcher_refused_total"] {
            assert!(text.contains(&format!(r#"{family}{{system="{}",dispatcher=""#, system.name())), "{family}");
        }
        assert!(text.contains(r#"actor_mailbox_yields_total{"#) && text.contains(r#"reason="backlog""#));
        assert!(!text.contains("unseen"), "it has no figures");
    });
}

#[test]
fn how_deep_lanes_are_and_how_long_messages_wait_is_exported_by_lane() {
    #[actor(dwell = all)]
    struct Slow(u32);
    #[handlers]
    impl Slow {
        fn work(&mut self) {
            self.0 += 1;
        }
        #[handler(lane = urgent)]
        fn hurry(&mut self) {
            self.0 += 1;
        }
    }
    everywhere(|system| async move {
        let slow = system.spawn(|| Slow(0)).await.unwrap();
        let pause = slow.control().suspend("test");
        for _ in 0..3 {
            slow.work().tell().unwrap();
        }
        slow.hurry().tell().unwrap();
        let read = |name: &str, lane: &str| {
            let series = format!(r#"{name}{{system="{}",actor="slow",queue_kind="{lane}"}}"#, system.name());
            value(&system.metrics().to_open_metrics(), &series).to_owned()
        };
        assert_eq!(
            (read("actor_mailbox_depth", "user"), read("actor_mailbox_depth", "urgent")),
            ("3".into(), "1".into())
        );
        drop(pause);
        slow.control().drain().await;
        assert_eq!(read("actor_mailbox_depth", "user"), "0");
        assert_eq!(read("actor_mailbox_queue_dwell_seconds_count", "user"), "3");
        assert_eq!(read("actor_mailbox_queue_dwell_seconds_count", "urgent"), "1");
        assert_eq!(read("actor_mailbox_high_water", "user"), "3", "seen where a message was measured");
    });
}

#[test]
fn what_waits_beside_the_mailbox_is_exported_too() {
    #[actor(dwell = all, stash = 4)]
    struct Porter {
        is_open: bool,
    }
    #[handlers]
    impl Porter {
        #[handler(stash_unless = self.is_open)]
        fn enter(&mut self) {}
        fn open(&mut self, ctx: &mut Context<Self>) {
            self.is_open = true;
            ctx.unstash_all();
        }
        async fn ring(&mut self, waits: bool) {
            if waits {
                tokio::task::yield_now().await;
                tokio::task::yield_now().await;
            }
        }
    }
    everywhere(|system| async move {
        let porter = system.spawn(|| Porter { is_open: false }).await.unwrap();
        let read = |name: &str, labels: &str| {
            let series = format!(r#"{name}{{system="{}",actor="porter"{labels}}}"#, system.name());
            value(&system.metrics().to_open_metrics(), &series).parse::<f64>().unwrap()
        };
        for _ in 0..3 {
            porter.enter().tell().unwrap();
        }
        porter.ring(false).done().await.unwrap();
        let text = system.metrics().to_open_metrics();
        assert!(!text.contains("actor_handler_pending"), "nobody has waited: {text}");
        porter.ring(true).done().await.unwrap();
        assert_eq!(read("actor_handler_pending_total", r#",message="ring""#), 1.0, "once, however often");
        assert_eq!(read("actor_stash_depth", ""), 3.0);
        porter.open().done().await.unwrap();
        porter.control().suspend("test").resume();
        porter.control().drain().await;
        assert_eq!(read("actor_stash_depth", ""), 0.0);
        assert_eq!(read("actor_mailbox_suspensions_total", ""), 1.0, "also of those who have ended");
        assert!(read("actor_mailbox_suspended_seconds_total", "") >= 0.0);
    });
}

#[test]
fn asks_are_exported_by_what_became_of_them() {
    #[actor(metrics = timing, mailbox(capacity = 2, overflow = reject))]
    struct Clerk;
    #[handlers]
    impl Clerk {
        fn answer(&self) -> u32 {
            1
        }
        fn refuse(&self) -> Result<u32, String> {
            Err("not today".into())
        }
        fn fail(&self) -> u32 {
            panic!("on purpose")
        }
        fn hear(&mut self) {}
        fn forget(&self, reply: Reply<u32>) {
            drop(reply);
        }
        async fn circle(&self, ctx: &mut Context<Self>) -> bool {
            ctx.this().answer().await == Err(AskError::Cycle)
        }
    }
    everywhere(|system| async move {
        let clerk = system.spawn(|| Clerk).await.unwrap();
        let read = |name: &str, labels: &str| {
            let series = format!(r#"{name}{{system="{}",actor="clerk"{labels}}}"#, system.name());
            value(&system.metrics().to_open_metrics(), &series).parse::<u64>().unwrap()
        };
        assert_eq!(clerk.answer().await, Ok(1));
        assert!(clerk.refuse().await.is_err() && clerk.circle().await.unwrap());
        assert_eq!(clerk.fail().await, Err(AskError::Failed));
        assert!(matches!(clerk.forget().await, Err(AskError::NoReply { .. })));
        clerk.hear().done().await.unwrap();
        let _pause = clerk.control().suspend("test");
        let mut first = clerk.answer().into_future();
        assert!(poll_once(&mut first).is_pending());
        assert_eq!(read("actor_asks_in_flight", ""), 1);
        assert_eq!(clerk.answer().timeout(Duration::ZERO).await, Err(AskError::Timeout));
        assert_eq!(clerk.answer().await, Err(AskError::Full));
        drop(first);
        clerk.control().kill().await;
        assert_eq!(clerk.answer().await, Err(AskError::Stopped));
        assert_eq!(read("actor_asks_in_flight", ""), 0);
        let outcomes = ["failed", "no_reply", "cycle", "timeout", "full", "cancelled", "stopped"];
        for (outcome, asks) in outcomes.map(|outcome| (outcome, 1)).into_iter().chain([("answered", 3), ("dropped", 0)])
        {
            assert_eq!(read("actor_asks_total", &format!(r#",outcome="{outcome}""#)), asks, "{outcome}");
        }
        assert_eq!(read("actor_ask_duration_seconds_count", ""), 3, "of those that were answered");
    });
}

fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut std::task::Context::from_waker(Waker::noop()))
}

#[test]
fn how_long_messages_waited_lately_is_exported_by_percentile() {
    #[actor(dwell = all, mailbox = 200)]
    struct Queue;
    #[handlers]
    impl Queue {
        fn enter(&mut self) {}
    }
    const MS: Duration = Duration::from_millis(1);
    let (system, mut stepper) = ActorSystem::builder("lately").stepper();
    let queues =
        stepper.block_on(async { [system.spawn(|| Queue).await.unwrap(), system.spawn(|| Queue).await.unwrap()] });
    // What is older than 64 messages is forgotten.
    for (queue, messages, wait) in [(0, 64, 900 * MS), (0, 64, 10 * MS), (1, 64, 30 * MS)] {
        let pause = queues[queue].control().suspend("test");
        (0..messages).for_each(|_| queues[queue].enter().tell().unwrap());
        stepper.advance(wait);
        pause.resume();
        stepper.run();
    }
    let text = system.metrics().to_open_metrics();
    let read = |percentile: &str| {
        let name = "actor_mailbox_queue_dwell_percentile_seconds";
        let labels = format!(r#"system="lately",actor="queue",queue_kind="user",percentile="{percentile}""#);
        value(&text, &format!("{name}{{{labels}}}")).parse::<f64>().unwrap()
    };
    for (percentile, exact) in [("p50", 0.010), ("p95", 0.030), ("p99", 0.030)] {
        assert!((exact..exact * 1.0625).contains(&read(percentile)), "{percentile}: {}", read(percentile));
    }
    assert!(!text.contains(r#"queue_kind="urgent",percentile"#), "nothing is said of nothing");
}

#[test]
fn a_failure_that_climbs_is_one_failure_and_each_decision_about_it_counts() {
    #[actor]
    #[supervise(on(panic => escalate))]
    struct Parent {
        #[child(|| Child)]
        child: actor::Child<Child>,
    }
    #[handlers]
    impl Parent {
        fn child(&self) -> ChildRef {
            ChildRef::clone(&self.child)
        }
    }
    #[actor]
    struct Child;
    #[handlers]
    impl Child {
        fn fail(&self) {
            panic!("it climbs");
        }
        fn wake(&self) {}
    }
    everywhere(|system| async move {
        let parent = system.spawn(|| Parent { child: actor::Child::default() }).await.unwrap();
        parent.child().await.unwrap().fail().await.unwrap();
        // Once it answers, its child is a new one.
        while parent.child().await.unwrap().wake().done().await.is_err() {}
        let text = system.metrics().to_open_metrics();
        let labels = format!(r#"system="{}","#, system.name());
        let sum = |series: String| value(&text, &series).parse::<u64>().unwrap();
        assert_eq!(sum(format!(r#"actor_failures_total{{{labels}actor="child",kind="panic"}}"#)), 1);
        assert_eq!(sum(format!(r#"actor_failures_total{{{labels}actor="parent",kind="escalated"}}"#)), 0);
        assert_eq!(sum(format!(r#"actor_escalations_total{{{labels}actor="child"}}"#)), 1);
        assert_eq!(sum(format!(r#"actor_escalations_total{{{labels}actor="parent"}}"#)), 0);
        for directive in ["escalate", "restart"] {
            let series =
                format!(r#"supervision_decisions_total{{{labels}strategy="one_for_one",directive="{directive}"}}"#);
            assert_eq!(sum(series), 1, "{directive}");
        }
    });
}

#[actor(mailbox = 1000)]
struct Sink;

#[handlers]
impl Sink {
    fn take(&mut self) {}
}

/// How many messages the text says were handled.
fn handled(metrics: &Metrics) -> u64 {
    let text = metrics.to_open_metrics();
    let series = r#"actor_messages_total{system="busy",actor="sink",message="take"}"#;
    value(&text, series).parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_come_and_go_while_messages_flow() {
    const MESSAGES: u64 = if cfg!(miri) { 200 } else { 200_000 };
    let system = ActorSystem::new("busy");
    let sink = system.spawn(|| Sink).await.unwrap();
    sink.take().done().await.unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut seen = 0;
                while !done.load(Ordering::Relaxed) {
                    // A reader of its own each time.
                    let now = handled(&system.metrics());
                    assert!(now >= seen, "a counter never goes back: {now} after {seen}");
                    seen = now;
                }
            });
        }
        let (sink, done) = (&sink, &done);
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async move {
                for _ in 0..MESSAGES {
                    sink.take().await.unwrap();
                }
                sink.take().done().await.unwrap();
                done.store(true, Ordering::Relaxed);
            });
        });
    });
    assert_eq!(handled(&system.metrics()), MESSAGES + 2);
}

#[tokio::test]
async fn a_reader_keeps_no_system_running_and_sees_its_end() {
    let system = ActorSystem::new("busy");
    let sink = system.spawn(|| Sink).await.unwrap();
    sink.take().done().await.unwrap();
    let (metrics, stopped) = (system.metrics(), system.stopped());
    let activations = |text: &str| {
        let series = r#"dispatcher_activations_total{system="busy",dispatcher="shared"}"#;
        value(text, series).parse::<u64>().unwrap()
    };
    let before = activations(&metrics.to_open_metrics());
    drop(system);
    sink.control().stopped().await;
    drop(sink);
    stopped.await;
    assert_eq!(handled(&metrics), 1, "what was counted is there for the last look");
    let text = metrics.to_open_metrics();
    assert_eq!(value(&text, r#"actor_live{system="busy",actor="sink"}"#), "0");
    assert_eq!(value(&text, r#"actor_stopped_total{system="busy",actor="sink",reason="shutdown"}"#), "1");
    assert!(activations(&text) > before, "a counter never goes back: {text}");
}

#[actor(name = "twin")]
struct Shown;

#[handlers]
impl Shown {
    fn take(&mut self) {}
}

#[actor(name = "twin", metrics = off)]
struct Hidden;

#[handlers]
impl Hidden {
    fn take(&mut self) {}
}

#[test]
fn one_that_is_not_exported_adds_nothing_to_another_of_its_label() {
    let (system, mut stepper) = ActorSystem::builder("twins").stepper();
    let (shown, hidden) =
        stepper.block_on(async { (system.spawn(|| Shown).await.unwrap(), system.spawn(|| Hidden).await.unwrap()) });
    for _ in 0..2 {
        hidden.take().tell().unwrap();
    }
    shown.take().tell().unwrap();
    let text = system.metrics().to_open_metrics();
    let series = r#"actor_mailbox_depth{system="twins",actor="twin",queue_kind="user"}"#;
    assert_eq!(value(&text, series), "1");
}

#[tokio::test]
async fn several_systems_are_one_text() {
    let systems = ["one", "two"].map(ActorSystem::new);
    for system in &systems {
        system.spawn(|| Sink).await.unwrap();
    }
    let mut text = String::new();
    let all: Vec<Box<dyn Metered>> =
        systems.iter().map(|system| Box::new(system.metrics()) as Box<dyn Metered>).collect();
    write_open_metrics(&all[..], &mut text).unwrap();
    assert_eq!(text.matches("# TYPE actor_live gauge").count(), 1, "a family stands in one place");
    for system in ["one", "two"] {
        assert_eq!(value(&text, &format!(r#"actor_live{{system="{system}",actor="sink"}}"#)), "1");
    }
}

/// Fails, is suspended, stashes, is asked, and ends, in any order.
#[actor(metrics = timing, dwell = all, stash = 4)]
struct Restless {
    open: bool,
}

#[handlers]
impl Restless {
    #[handler(stash_unless = self.open)]
    fn wait(&mut self) {}
    fn open(&mut self) {
        self.open = true;
    }
    fn fail(&mut self) {
        panic!("as it should");
    }
    fn answer(&self) -> u32 {
        1
    }
    async fn slowly(&mut self) {
        tokio::task::yield_now().await;
    }
}

/// What of the text may only grow.
fn sums(text: &str) -> Vec<(String, f64)> {
    let kinds = ["_total{", "_count{", "_sum{", "_bucket{"];
    let grows = text.lines().filter(|line| !line.starts_with('#') && kinds.iter().any(|kind| line.contains(kind)));
    grows
        .map(|line| line.rsplit_once(' ').map(|(name, value)| (name.into(), value.parse().unwrap())).unwrap())
        .collect()
}

#[test]
fn no_sum_goes_back_whatever_happens_to_actors_and_dispatchers() {
    const ROUNDS: usize = if cfg!(miri) { 2 } else { 60 };
    let runtime = common::runtime(Some(2));
    let system = runtime.block_on(async { ActorSystem::new("restless") });
    let metrics = system.metrics();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut before: std::collections::BTreeMap<String, f64> = std::collections::BTreeMap::new();
                let mut last = false;
                while !last {
                    last = done.load(Ordering::Relaxed);
                    let text = metrics.to_open_metrics();
                    let now: std::collections::BTreeMap<_, _> = sums(&text).into_iter().collect();
                    for (name, value) in &before {
                        let now = now.get(name).copied();
                        assert!(now >= Some(*value), "{name} is {now:?} after {value}");
                    }
                    before = now;
                }
            });
        }
        scope.spawn(|| {
            runtime.block_on(async {
                for round in 0..ROUNDS {
                    let kinds = [
                        actor::DispatcherKind::Shared,
                        actor::DispatcherKind::Pinned,
                        actor::DispatcherKind::SingleWorker,
                    ];
                    for kind in kinds {
                        let actor = system.spawn(|| Restless { open: false }).on(kind).await.unwrap();
                        let held = actor.control().suspend("round");
                        let _ = actor.wait().tell();
                        let _ = actor.slowly().tell();
                        held.resume();
                        let _ = actor.answer().await;
                        let _ = actor.fail().done().await;
                        let _ = actor.open().done().await;
                        match round % 3 {
                            0 => actor.control().stop().await,
                            1 => actor.control().kill().await,
                            _ => drop(actor),
                        }
                    }
                }
                system.shutdown().await.unwrap();
            });
            drop(runtime);
            done.store(true, Ordering::Relaxed);
        });
    });
}

#[actor(name = "wild", counters(much), histograms(width))]
struct Wild;

#[handlers]
impl Wild {
    fn most(&mut self, ctx: &mut Context<Self>) {
        ctx.metrics(|m| {
            m.much().add(u64::MAX);
            m.width().record(u64::MAX);
        });
    }
    fn breaks(&mut self, ctx: &mut Context<Self>) {
        ctx.metrics(|m| {
            m.width().record(1);
            panic!("in the middle");
        });
    }
}

/// Another one of that name.
#[actor(name = "wild", counters(much), histograms(width))]
struct Wilder;

#[handlers]
impl Wilder {
    fn most(&mut self, ctx: &mut Context<Self>) {
        ctx.metrics(|m| {
            m.much().add(u64::MAX);
            m.width().record(u64::MAX);
        });
    }
}

#[test]
fn figures_without_measure_break_nothing() {
    everywhere(|system| async move {
        let wild = system.spawn(|| Wild).await.unwrap();
        let wilder = system.spawn(|| Wilder).await.unwrap();
        wild.most().done().await.unwrap();
        wild.breaks().done().await.unwrap_err();
        wild.most().done().await.unwrap();
        wilder.most().done().await.unwrap();
        let text = system.metrics().to_open_metrics();
        let of = |name: &str, labels: &str| {
            let series = format!(r#"{name}{{system="{}",actor="wild",{labels}}}"#, system.name());
            value(&text, &series).parse::<u64>().unwrap()
        };
        // A counter begins anew where there is no larger number; a sum of what is spread stays at the largest.
        assert_eq!(of("actor_counter_total", r#"counter="much""#), 3_u64.wrapping_neg());
        assert_eq!(of("actor_histogram_count", r#"histogram="width""#), 4);
        assert_eq!(of("actor_histogram_sum", r#"histogram="width""#), u64::MAX);
        assert_eq!(of("actor_failures_total", r#"kind="panic""#), 1);
    });
}
