//! Each message has a span that knows its cause, read back from a subscriber; runs with the feature `spans`.
#![cfg(feature = "spans")]
#![allow(missing_docs)]

mod common;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use actor::prelude::*;
use actor::{Builder, TracingFailureTelemetry};
use common::spans::{Recorder, Seen, recorder};
use common::{Gate, everywhere, everywhere_with, handled, poll_once, until};
use tracing::{Instrument, Span, info_span};

/// A name that no other actor of this program has, by which its spans are found.
fn unique(name: &str) -> String {
    static NAMES: AtomicU32 = AtomicU32::new(0);
    format!("{name}-{}", NAMES.fetch_add(1, Ordering::Relaxed))
}

/// One test at a time has a hook, and those that have none run with none.
static HOOKED: Mutex<()> = Mutex::new(());

fn alone() -> (MutexGuard<'static, ()>, &'static Recorder) {
    (HOOKED.lock().unwrap_or_else(|poisoned| poisoned.into_inner()), recorder())
}

/// The number of the span that is entered here.
fn here() -> u64 {
    Span::current().id().map_or(0, |id| id.into_u64())
}

/// Waits until this is closed, and returns it.
async fn closed(mut find: impl FnMut() -> (u64, Seen)) -> (u64, Seen) {
    until(|| find().1.closed).await;
    find()
}

#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<u64>>>);

impl Notes {
    fn note(&self) {
        self.0.lock().unwrap().push(here());
    }

    fn take(&self) -> Vec<u64> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

#[actor(stash = 4)]
struct Worker {
    ready: bool,
    notes: Notes,
    gate: Gate,
    other: Option<WorkerRef>,
}

#[handlers]
impl Worker {
    #[started]
    fn started(&mut self) {}

    fn work(&mut self) {
        self.notes.note();
    }
    fn note(&mut self, _number: u32) {
        self.notes.note();
    }
    fn answer(&self) -> u64 {
        here()
    }
    async fn answer_late(&self) -> u64 {
        let before = here();
        self.gate.passed().await;
        assert_eq!(before, here(), "a handler has one span");
        before
    }
    #[handler(stash_unless = self.ready)]
    fn when_ready(&mut self) {
        self.notes.note();
    }
    fn get_ready(&mut self, ctx: &mut Context<Self>) {
        self.ready = true;
        ctx.unstash_all();
    }
    fn pass_on(&mut self) {
        self.notes.note();
        self.other.as_ref().unwrap().work().tell().unwrap();
    }
    async fn ask_on(&mut self) -> u64 {
        self.notes.note();
        self.other.as_ref().unwrap().answer().await.unwrap()
    }
    async fn ask_on_late(&mut self) -> u64 {
        self.notes.note();
        self.other.as_ref().unwrap().answer_late().await.unwrap()
    }
    fn ask_then(&mut self, ctx: &mut Context<Self>) {
        self.notes.note();
        self.other.as_ref().unwrap().answer().then(ctx, WorkerRef::heard).unwrap();
    }
    fn heard(&mut self, _answer: Result<u64, AskError>) {
        self.notes.note();
    }
    fn set_timers(&mut self, ctx: &mut Context<Self>) {
        self.notes.note();
        ctx.after(Duration::from_millis(1), |me| me.work());
        ctx.every(Duration::from_millis(1), |me| me.beat());
        ctx.pipe(async { here() }, WorkerRef::piped);
    }
    fn beat(&mut self) {}
    async fn pass(&self) -> bool {
        self.gate.passed().await;
        true
    }
    fn piped(&mut self, _inside: u64) {
        self.notes.note();
    }
    fn fail(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("as told");
    }
    fn panic(&mut self) {
        panic!("as told");
    }
    async fn panic_late(&mut self) {
        self.gate.passed().await;
        panic!("as told");
    }
}

struct Actors {
    log: &'static Recorder,
    notes: Notes,
    gate: Gate,
    name: String,
    worker: WorkerRef,
    other_name: String,
}

/// A worker that knows another one.
async fn actors(system: &ActorSystem) -> Actors {
    let (notes, gate) = (Notes::default(), Gate::default());
    let worker = |other: Option<WorkerRef>| {
        let (notes, gate) = (notes.clone(), gate.clone());
        move || Worker { ready: false, notes: notes.clone(), gate: gate.clone(), other: other.clone() }
    };
    let (name, other_name) = (unique("worker"), unique("other"));
    let other = system.spawn(worker(None)).named(&other_name).await.unwrap();
    let worker = system.spawn(worker(Some(other))).named(&name).await.unwrap();
    Actors { log: recorder(), notes, gate, name, worker, other_name }
}

#[test]
fn a_message_that_is_told_follows_from_its_sender_and_from_the_life_that_handles_it() {
    let (_alone, _) = alone();
    everywhere(|system| async move {
        let Actors { log, notes, name, worker, other_name, .. } = actors(&system).await;
        let user = info_span!("user");
        worker.pass_on().into_future().instrument(user.clone()).await.unwrap();
        until(|| log.messages(&other_name, "work").first().is_some_and(|(_, span)| span.closed)).await;

        let (first, span) = closed(|| log.message(&name, "pass_on")).await;
        let life = log.lives(&name)[0].0;
        assert_eq!((span.parent, &span.follows[..]), (None, &[user.id().unwrap().into_u64(), life][..]));
        let said = ["otel.name", "actor", "path", "message", "incarnation"].map(|field| span.field(field));
        assert_eq!(said, ["worker.pass_on", "worker", &name, "pass_on", "0"]);
        assert_eq!((span.entered, span.inside), (1, 0));

        let (second, span) = log.message(&other_name, "work");
        assert_eq!((span.parent, &span.follows[..]), (None, &[first, log.lives(&other_name)[0].0][..]));
        assert_eq!(notes.take(), [first, second], "each handler runs in its span");
        assert_eq!(here(), 0, "nothing is left entered");
    });
}

#[test]
fn many_messages_told_at_once_have_a_span_each() {
    let (_alone, _) = alone();
    everywhere(|system| async move {
        let Actors { log, notes, name, worker, .. } = actors(&system).await;
        worker.tell_many(0..20, WorkerRef::note).unwrap();
        worker.answer().await.unwrap();
        let spans: Vec<_> = log.messages(&name, "note").into_iter().map(|(id, _)| id).collect();
        assert_eq!((notes.take(), spans.len()), (spans, 20));
    });
}

#[test]
fn a_message_that_is_asked_is_a_child_of_its_asker() {
    let (_alone, _) = alone();
    everywhere(|system| async move {
        let Actors { log, name, worker, other_name, gate, .. } = actors(&system).await;
        let user = info_span!("user");
        let answered = worker.ask_on().into_future().instrument(user.clone()).await.unwrap();
        let (asked, span) = closed(|| log.message(&name, "ask_on")).await;
        assert_eq!((span.parent, &span.follows[..]), (user.id().map(|id| id.into_u64()), &[log.lives(&name)[0].0][..]));
        let (id, span) = closed(|| log.message(&other_name, "answer")).await;
        assert_eq!((id, span.parent, span.entered), (answered, Some(asked), 1));

        // So is one that waits for another, and neither is entered meanwhile.
        let mut late = worker.ask_on_late().owned().into_future();
        assert_eq!(poll_once(&mut late).await, None);
        until(|| log.messages(&other_name, "answer_late").first().is_some_and(|(_, span)| span.entered > 0)).await;
        let both = || [log.message(&name, "ask_on_late").1, log.message(&other_name, "answer_late").1];
        until(|| both().iter().all(|span| (span.inside, span.closed) == (0, false))).await;
        gate.open();
        let answered = late.await.unwrap();
        let (id, span) = closed(|| log.message(&other_name, "answer_late")).await;
        assert_eq!((id, span.parent), (answered, Some(log.message(&name, "ask_on_late").0)));
        assert!(span.entered > 1, "at each poll");
    });
}

#[test]
fn an_ask_counts_once_whether_anybody_looks_at_its_span_or_not() {
    let (_alone, _) = alone();
    everywhere(|system| async move {
        let Actors { worker, .. } = actors(&system).await;
        for _ in 0..3 {
            worker.answer().await.unwrap();
        }
        let text = system.metrics().to_open_metrics();
        let asks = text.lines().filter(|line| line.starts_with("actor_asks_total") && line.contains("\"worker\""));
        let answered = asks.filter(|line| line.contains("answered")).filter_map(|line| line.split(' ').next_back());
        assert_eq!(answered.collect::<Vec<_>>(), ["3"], "{text}");
    });
}

#[test]
fn an_answer_that_comes_as_a_message_follows_from_who_gave_it_and_from_the_question() {
    let (_alone, _) = alone();
    everywhere(|system| async move {
        let Actors { log, name, worker, other_name, .. } = actors(&system).await;
        worker.ask_then().await.unwrap();
        until(|| !log.messages(&name, "heard").is_empty()).await;
        let (_, span) = closed(|| log.message(&name, "heard")).await;
        let (wait, waited) = closed(|| log.errands(&name, "then")[0].clone()).await;
        assert_eq!(span.follows[..2], [wait, log.message(&other_name, "answer").0]);
        assert_eq!(waited.follows, [log.message(&name, "ask_then").0]);
    });
}

#[test]
fn what_a_handler_begins_follows_from_it() {
    let (_alone, _) = alone();
    everywhere(|system| async move {
        let Actors { log, notes, name, worker, .. } = actors(&system).await;
        worker.set_timers().done().await.unwrap();
        until(|| log.messages(&name, "work").len() == 1 && log.messages(&name, "beat").len() > 2).await;
        let begun = closed(|| log.message(&name, "set_timers")).await.0;
        let timers: Vec<u64> = log.errands(&name, "timer").into_iter().map(|(id, _)| id).collect();
        let sources = log.errands(&name, "source");
        assert_eq!((timers.len(), sources.len()), (2, 1));
        for errand in timers.iter().copied().chain([sources[0].0]) {
            assert_eq!((log.span(errand).parent, &log.span(errand).follows[..]), (None, &[begun][..]));
        }
        let life = log.lives(&name)[0].0;
        assert_eq!(closed(|| log.message(&name, "work")).await.1.follows, [timers[0], life]);
        for (_, beat) in log.messages(&name, "beat").iter().take(2) {
            assert_eq!(beat.follows, [timers[1], life]);
        }
        until(|| log.span(timers[0]).closed && log.span(sources[0].0).closed).await;
        assert!(!log.span(timers[1]).closed, "it ticks on");
        let piped = log.message(&name, "piped");
        assert_eq!(piped.1.follows[0], sources[0].0);
        assert!(log.span(sources[0].0).entered > 0, "it is polled in its span");
        assert!(notes.take().contains(&piped.0));
        drop(worker);
        until(|| log.span(timers[1]).closed && log.span(life).closed).await;
        // Hooks follow from the life alone.
        assert_eq!(log.message(&name, "started").1.follows, [life]);
    });
}

#[test]
fn a_message_keeps_its_cause_in_the_stash() {
    let (_alone, _) = alone();
    everywhere(|system| async move {
        let Actors { log, notes, name, worker, .. } = actors(&system).await;
        let user = info_span!("user");
        worker.when_ready().into_future().instrument(user.clone()).await.unwrap();
        worker.answer().await.unwrap();
        assert_eq!(log.message(&name, "when_ready").1.entered, 0);
        worker.get_ready().done().await.unwrap();
        until(|| log.message(&name, "when_ready").1.closed).await;
        let (id, span) = log.message(&name, "when_ready");
        assert_eq!((notes.take(), span.entered, span.follows[0]), (vec![id], 1, user.id().unwrap().into_u64()));
    });
}

#[test]
fn the_next_life_follows_from_the_failure_and_from_the_life_before() {
    let (_alone, _) = alone();
    let logs = |builder: Builder| builder.with_failure_telemetry(TracingFailureTelemetry);
    everywhere_with(logs, |system| async move {
        let Actors { log, name, worker, gate, .. } = actors(&system).await;
        gate.open();
        worker.fail().await.unwrap();
        worker.panic().await.unwrap();
        worker.panic_late().await.unwrap();
        worker.answer().await.unwrap();
        let lives = log.lives(&name);
        assert_eq!(lives.len(), 4);
        for (number, failed) in ["fail", "panic", "panic_late"].into_iter().enumerate() {
            let (id, span) = closed(|| log.message(&name, failed)).await;
            assert_eq!((span.inside, span.field("incarnation")), (0, &*number.to_string()));
            assert_eq!(lives[number + 1].1.follows, [lives[number].0, id], "{failed}");
            assert!(lives[number].1.closed);
            assert_eq!(log.logged_in("actor::failure", id), 1, "what is said of {failed} is said in its span");
        }
        let (_, answer) = closed(|| log.message(&name, "answer")).await;
        assert_eq!((answer.field("incarnation"), answer.follows.last()), ("3", Some(&lives[3].0)));
    });
}

#[actor]
#[supervise(limit = 1 per 60s, on(other => escalate, panic => escalate))]
struct Parent {
    #[child(Helper::default)]
    child: Child<Helper>,
}

#[handlers]
impl Parent {
    fn fail(&mut self) {
        self.child.fail().tell().unwrap();
    }
}

#[actor(name = "child")]
#[derive(Default)]
struct Helper;

#[handlers]
impl Helper {
    fn fail(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("as told");
    }
}

#[test]
fn the_next_life_of_a_parent_follows_from_the_failure_of_its_child() {
    let (_alone, _) = alone();
    everywhere(|system| async move {
        let (log, name) = (recorder(), unique("parent"));
        let parent = system.spawn(|| Parent { child: Child::default() }).named(&name).await.unwrap();
        parent.fail().await.unwrap();
        until(|| log.lives(&name).get(1).is_some_and(|life| life.1.follows.len() == 2)).await;
        let failed = log.message(&format!("{name}/child"), "fail").0;
        let lives = log.lives(&name);
        assert_eq!(lives[1].1.follows, [lives[0].0, failed]);
        until(|| log.lives(&format!("{name}/child")).len() == 2 && log.span(failed).closed).await;
    });
}

#[actor]
#[supervise(strategy = one_for_all, limit = 3 per 60s, on(other => restart))]
struct Pair {
    #[child(Helper::default)]
    one: Child<Helper>,
    #[child(|| Sibling)]
    other: Child<Sibling>,
}

#[actor(name = "sibling")]
struct Sibling;

#[handlers]
impl Sibling {
    fn rest(&mut self) {}
}

#[handlers]
impl Pair {
    fn fail(&mut self) {
        self.one.fail().tell().unwrap();
    }
}

#[test]
fn the_next_life_of_a_sibling_that_is_restarted_along_follows_from_the_failure_too() {
    let (_alone, _) = alone();
    everywhere(|system| async move {
        let (log, name) = (recorder(), unique("pair"));
        let pair = system.spawn(|| Pair { one: Child::default(), other: Child::default() }).named(&name);
        let pair = pair.await.unwrap();
        for failures in 1..=2 {
            pair.fail().await.unwrap();
            for child in ["child", "sibling"].map(|child| format!("{name}/{child}")) {
                until(|| log.lives(&child).get(failures).is_some_and(|life| life.1.follows.len() == 2)).await;
                let lives = log.lives(&child);
                let failed = log.messages(&format!("{name}/child"), "fail")[failures - 1].0;
                assert_eq!(lives[failures].1.follows, [lives[failures - 1].0, failed], "{child}");
                // Nobody holds on to it when all are up again.
                until(|| log.span(failed).closed).await;
            }
        }
    });
}

#[test]
fn the_span_of_a_handler_ends_with_it_whoever_ends_that() {
    let (_alone, _) = alone();
    everywhere(|system| async move {
        let Actors { log, name, worker, gate, .. } = actors(&system).await;
        // The asker goes: the handler runs on.
        let mut ask = worker.answer_late().owned().into_future();
        assert_eq!(poll_once(&mut ask).await, None);
        until(|| log.message(&name, "answer_late").1.entered > 0).await;
        drop(ask);
        assert!(!log.message(&name, "answer_late").1.closed);
        gate.open();
        closed(|| log.message(&name, "answer_late")).await;

        // The actor is killed with one handler in hand, and one before it.
        let Actors { log, name, worker, .. } = actors(&system).await;
        worker.answer_late().tell().unwrap();
        worker.work().tell().unwrap();
        until(|| log.message(&name, "answer_late").1.entered > 0).await;
        worker.control().kill().await;
        let (_, span) = closed(|| log.message(&name, "answer_late")).await;
        assert_eq!(span.inside, 0);
        let (_, span) = closed(|| log.message(&name, "work")).await;
        assert_eq!(span.entered, 0, "it was never begun");
        until(|| log.lives(&name)[0].1.closed).await;
    });
}

#[test]
fn who_subscribes_may_send_and_panic_in_whatever_it_is_told() {
    let (_alone, log) = alone();
    everywhere(move |system| async move {
        let Actors { name: other_name, worker: other, .. } = actors(&system).await;
        let whats = ["new", "follows", "record", "enter", "exit", "close"];
        for what in whats {
            let Actors { name, worker, gate, .. } = actors(&system).await;
            gate.open();
            let (told, of) = (other.clone(), name.clone());
            log.set_hook(Some(Arc::new(move |happens, span| {
                if happens == what && span.field("path") == of {
                    let _ = told.get_ready().tell();
                    panic!("{what}");
                }
            })));
            worker.beat().await.unwrap();
            worker.fail().await.unwrap();
            assert_eq!(worker.beat().done().await, Ok(()), "{what}");
            assert_eq!(worker.pass().await, Ok(true), "{what}");
            log.set_hook(None);
        }
        other.answer().await.unwrap();
        assert!(log.messages(&other_name, "get_ready").len() > whats.len(), "it was told");
        assert_eq!(system.counts::<Worker>().failures, whats.len() as u64, "those that were asked for");
        assert_eq!(handled::<Worker>(&system, "beat"), 2 * whats.len() as u64);
    });
}
