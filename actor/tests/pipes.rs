//! `ctx.pipe` and `ctx.attach`: what runs beside an actor comes back as messages, ends with its life, and waits for it.
#![allow(missing_docs)]

mod common;

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use actor::prelude::*;
use actor::{Errand, FailureKind, SystemEvent};
use common::{Gate, Journal, everywhere, everywhere_with, handled, until, yield_now};
use futures_core::Stream;

/// Counts its items as they are taken, and pends now and then.
struct Rows {
    taken: Arc<AtomicUsize>,
    most: usize,
    pends: bool,
    pended: bool,
}

impl Stream for Rows {
    type Item = usize;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<usize>> {
        if self.pends && !std::mem::replace(&mut self.pended, true) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.pended = false;
        let taken = self.taken.load(Ordering::SeqCst);
        if taken == self.most {
            return Poll::Ready(None);
        }
        self.taken.store(taken + 1, Ordering::SeqCst);
        Poll::Ready(Some(taken))
    }
}

/// Says when it is dropped.
#[derive(Clone)]
struct Flag(Arc<AtomicBool>);

impl Drop for Flag {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[actor]
struct Store {
    journal: Journal,
    rows: usize,
    taken: Arc<AtomicUsize>,
    gate: Gate,
    errand: Option<Errand>,
}

#[handlers]
impl Store {
    fn load(&mut self, gate: Gate, what: u32, ctx: &mut Context<Self>) {
        let load = async move {
            gate.passed().await;
            what
        };
        self.errand = Some(ctx.pipe(load, StoreRef::loaded));
    }
    fn loaded(&mut self, what: u32) {
        self.journal.note(format!("loaded {what}"));
    }
    fn ask_itself(&mut self, ctx: &mut Context<Self>) {
        let me = ctx.this();
        ctx.pipe(async move { me.ping().await }, StoreRef::answered);
    }
    fn answered(&mut self, answer: Result<bool, AskError>) {
        self.journal.note(format!("answered {answer:?}"));
    }
    fn keep(&mut self, flag: Arc<Mutex<Option<Flag>>>, ctx: &mut Context<Self>) {
        let flag = flag.lock().unwrap().take();
        let gate = Gate::default();
        let never = async move {
            gate.passed().await;
            drop(flag);
            0
        };
        ctx.pipe(never, StoreRef::loaded);
    }
    fn spoil(&mut self, late: bool, ctx: &mut Context<Self>) {
        let spoiled = async move {
            if late {
                yield_now().await;
            }
            assert!(std::hint::black_box(false), "spoiled");
            0
        };
        ctx.pipe(spoiled, StoreRef::loaded);
    }
    fn attach(&mut self, most: usize, pends: bool, ctx: &mut Context<Self>) {
        let rows = Rows { taken: Arc::clone(&self.taken), most, pends, pended: false };
        self.errand = Some(ctx.attach(rows, StoreRef::row).at_end(|me| me.end()));
    }
    async fn row(&mut self, row: usize) {
        assert_eq!(row, self.rows, "in order");
        self.rows += 1;
        if self.rows == 3 {
            self.gate.passed().await;
        }
    }
    fn end(&mut self) {
        self.journal.note(format!("end after {}", self.rows));
    }
    fn rows(&self) -> usize {
        self.rows
    }
    fn cancel(&mut self, ctx: &mut Context<Self>) {
        if let Some(errand) = self.errand.take() {
            errand.cancel(ctx);
        }
    }
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn panics(&mut self) {
        panic!("restart");
    }
    fn ping(&self) -> bool {
        true
    }
}

fn store(journal: &Journal, taken: &Arc<AtomicUsize>, gate: &Gate) -> impl Fn() -> Store + Send + 'static {
    let (journal, taken, gate) = (journal.clone(), Arc::clone(taken), gate.clone());
    move || Store { journal: journal.clone(), rows: 0, taken: Arc::clone(&taken), gate: gate.clone(), errand: None }
}

fn open() -> Gate {
    let gate = Gate::default();
    gate.open();
    gate
}

async fn entries(journal: &Journal, most: usize) -> Vec<String> {
    while journal.entries().len() < most {
        yield_now().await;
    }
    journal.entries()
}

#[test]
fn the_output_of_a_pipe_comes_back_as_a_message() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let store = system.spawn(store(&journal, &Arc::default(), &open())).await.unwrap();
        store.load(gate.clone(), 1).await.unwrap();
        store.load(open(), 2).await.unwrap();
        assert_eq!(entries(&journal, 1).await, ["loaded 2"]);
        assert_eq!(store.ping().await, Ok(true), "the actor does not wait for a pipe");
        gate.open();
        assert_eq!(entries(&journal, 2).await, ["loaded 2", "loaded 1"]);
    });
}

#[test]
fn a_pipe_may_ask_the_actor_it_runs_beside() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let store = system.spawn(store(&journal, &Arc::default(), &open())).await.unwrap();
        store.ask_itself().await.unwrap();
        assert_eq!(entries(&journal, 1).await, ["answered Ok(true)"]);
    });
}

#[test]
fn a_pipe_gets_on_while_a_handler_waits() {
    everywhere(|system| async move {
        let (journal, gate, load) = (Journal::default(), Gate::default(), Gate::default());
        let store = system.spawn(store(&journal, &Arc::default(), &gate)).await.unwrap();
        let (polled, waits) = (Gate::default(), load.clone());
        store.load(load, 1).await.unwrap();
        store.hold().await.unwrap();
        waits.open();
        drop(polled);
        assert_eq!(journal.entries().len(), 0, "its message waits for the handler");
        gate.open();
        assert_eq!(entries(&journal, 1).await, ["loaded 1"]);
    });
}

#[test]
fn a_pipe_ends_with_the_life_that_began_it() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let store = system.spawn(store(&journal, &Arc::default(), &open())).await.unwrap();
        for end in 0..3 {
            let dropped = Arc::new(AtomicBool::new(false));
            store.keep(Arc::new(Mutex::new(Some(Flag(Arc::clone(&dropped)))))).await.unwrap();
            store.load(gate.clone(), 1).await.unwrap();
            assert_eq!(store.ping().await, Ok(true));
            assert!(!dropped.load(Ordering::SeqCst));
            match end {
                0 | 1 => {
                    store.panics().await.unwrap();
                    assert_eq!(store.ping().await, Ok(true));
                }
                _ => store.control().stop().await,
            }
            assert!(dropped.load(Ordering::SeqCst), "after end {end}");
        }
        gate.open();
        yield_now().await;
        assert_eq!(journal.entries().len(), 0);
    });
}

#[test]
fn a_cancelled_pipe_says_nothing_and_is_dropped() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let store = system.spawn(store(&journal, &Arc::default(), &open())).await.unwrap();
        store.load(gate.clone(), 1).await.unwrap();
        store.cancel().await.unwrap();
        assert_eq!(store.ping().await, Ok(true));
        gate.open();
        assert_eq!(store.ping().await, Ok(true));
        assert_eq!(journal.entries().len(), 0);
    });
}

#[test]
fn a_panic_in_a_pipe_is_reported_and_the_actor_lives_on() {
    let reports = Journal::default();
    let told = reports.clone();
    everywhere_with(
        move |builder| {
            let told = told.clone();
            builder.event_handler(move |event| {
                if let SystemEvent::Failed { failure, actor, .. } = event {
                    assert_eq!(failure.kind, FailureKind::Panic);
                    told.note(format!("{actor}: {failure}"));
                }
            })
        },
        |system| async move {
            let store = system.spawn(store(&Journal::default(), &Arc::default(), &open())).await.unwrap();
            store.spoil(false).await.unwrap();
            store.spoil(true).await.unwrap();
            while system.counts::<Store>().failures < 2 {
                yield_now().await;
            }
            assert_eq!(store.ping().await, Ok(true));
            assert_eq!(system.counts::<Store>().restarts, 0);
        },
    );
    let reports = reports.entries();
    assert!(
        !reports.is_empty() && reports.iter().all(|report| report == "store: panic in `pipe`: spoiled"),
        "{reports:?}"
    );
}

#[test]
fn a_pipe_keeps_no_actor_alive() {
    everywhere(|system| async move {
        let store = system.spawn(store(&Journal::default(), &Arc::default(), &open())).await.unwrap();
        store.load(Gate::default(), 1).await.unwrap();
        let stopped = store.control().stopped();
        drop(store);
        stopped.await;
    });
}

#[test]
fn a_stream_comes_in_order_and_its_end_is_told() {
    everywhere(|system| async move {
        for pends in [false, true] {
            let journal = Journal::default();
            let store = system.spawn(store(&journal, &Arc::default(), &open())).await.unwrap();
            store.attach(500, pends).await.unwrap();
            assert_eq!(entries(&journal, 1).await, ["end after 500"]);
            assert_eq!(store.rows().await, Ok(500));
        }
    });
}

#[test]
fn a_stream_waits_for_a_slow_actor() {
    everywhere(|system| async move {
        let (journal, taken, gate) = (Journal::default(), Arc::new(AtomicUsize::new(0)), Gate::default());
        let store = system.spawn(store(&journal, &taken, &gate)).await.unwrap();
        store.attach(500, false).await.unwrap();
        while taken.load(Ordering::SeqCst) < 3 {
            yield_now().await;
        }
        for _ in 0..100 {
            yield_now().await;
        }
        assert!(taken.load(Ordering::SeqCst) <= 4, "one in hand, one waiting: {}", taken.load(Ordering::SeqCst));
        gate.open();
        assert_eq!(entries(&journal, 1).await, ["end after 500"]);
    });
}

#[test]
fn an_endless_stream_lets_messages_through() {
    everywhere(|system| async move {
        let store = system.spawn(store(&Journal::default(), &Arc::default(), &open())).await.unwrap();
        store.attach(usize::MAX, false).await.unwrap();
        for _ in 0..50 {
            assert_eq!(store.ping().await, Ok(true));
        }
        store.cancel().await.unwrap();
        let rows = store.rows().await.unwrap();
        assert!(rows > 0, "{:?}", system.counts::<Store>());
        assert_eq!(store.rows().await, Ok(rows), "none comes after the cancel");
        store.attach(usize::MAX, true).await.unwrap();
        store.control().stop().await;
    });
}

#[test]
fn a_stepper_repeats_a_run_with_pipes_and_streams() {
    let run = |seed| {
        let (system, mut stepper) = ActorSystem::builder("pipes").seed(seed).stepper();
        let journal = Journal::default();
        let mut stores = Vec::new();
        let steps = stepper.block_on(async {
            for _ in 0..4 {
                let store = system.spawn(store(&journal, &Arc::default(), &open())).await.unwrap();
                store.attach(20, true).await.unwrap();
                store.load(open(), 7).await.unwrap();
                stores.push(store);
            }
            entries(&journal, 1).await.len()
        });
        stepper.advance(Duration::from_secs(1));
        (steps, journal.entries())
    };
    assert_eq!(run(5), run(5));
}

/// Handles one message at a time.
#[actor(throughput = 1)]
struct Hasty {
    is_over: Arc<AtomicBool>,
}

#[handlers]
impl Hasty {
    fn begin(&mut self, ctx: &mut Context<Self>) {
        let is_over = Arc::clone(&self.is_over);
        let wakes_itself = async move {
            while !is_over.load(Ordering::SeqCst) {
                yield_now().await;
            }
        };
        ctx.pipe(wakes_itself, |me, ()| me.over());
    }
    fn over(&mut self) {}
    async fn add(&mut self, number: u32) -> u32 {
        number + 1
    }
}

#[test]
fn a_pipe_that_wakes_itself_ends_no_activation_between_a_message_and_its_future() {
    everywhere(|system| async move {
        let is_over = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&is_over);
        let hasty = system.spawn(move || Hasty { is_over: Arc::clone(&theirs) }).await.unwrap();
        hasty.begin().await.unwrap();
        for number in 0..20 {
            assert_eq!(hasty.add(number).await, Ok(number + 1));
        }
        is_over.store(true, Ordering::SeqCst);
        until(|| handled::<Hasty>(&system, "add") == 20).await;
    });
}
