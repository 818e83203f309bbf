//! Events on both backends: the same ones, in the order of `failure_order`.
#![allow(missing_docs)]

mod common;

use std::future::IntoFuture;

use actor::prelude::*;
use actor::{Decision, FailureSnapshot, FailureTelemetry, ListenersFull, SystemEvent, system};
use common::{Bed, later, note, noted, now, run};

/// Fails, drops and ends.
#[actor(mailbox(capacity = 2, overflow = drop_newest))]
struct Probe;

#[handlers]
impl Probe {
    fn read(&mut self, fails: bool) -> Result<(), &'static str> {
        if fails { Err("noise") } else { Ok(()) }
    }
    fn leave(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}

#[actor(mailbox = 4)]
#[supervise(limit = 1 per 60s)]
struct Board {
    #[child(|| Probe)]
    probe: Child<Probe>,
}

#[handlers]
impl Board {
    fn read(&mut self, fails: bool) {
        let _ = self.probe.read(fails).tell();
    }
}

/// One word for what is told.
fn shown(event: &SystemEvent<'_>) -> String {
    match event {
        SystemEvent::Failed { actor, name: None, failure, decision, snapshot, .. } => {
            let decided = match decision {
                Decision::Restart { .. } => "restart",
                Decision::Escalate => "escalate",
                Decision::Resume | Decision::Stop | Decision::StopSelf => "other",
            };
            format!("{actor} failed: {}, {decided}, {:?}, {}", failure.kind, snapshot.stage(), snapshot.origin().actor)
        }
        SystemEvent::Restarted { actor, name: None, .. } => format!("{actor} restarted"),
        SystemEvent::Stopped { actor, name: None, reason, .. } => format!("{actor} stopped: {}", reason.as_str()),
        SystemEvent::DeadLetter { actor, name: None, message, reason, .. } => {
            format!("{actor} lost {message}: {reason}")
        }
        other => format!("{other:?}"),
    }
}

fn handle(event: &SystemEvent<'_>) {
    note(format!("handler: {}", shown(event)));
}

fn first(event: &SystemEvent<'_>) {
    note(format!("first: {}", shown(event)));
}

fn second(event: &SystemEvent<'_>) {
    note(format!("second: {}", shown(event)));
}

struct Taker;

impl FailureTelemetry for Taker {
    fn on_failure(&self, snapshot: &FailureSnapshot) {
        note(format!("telemetry: {}", snapshot.actor()));
    }
}

static TAKER: Taker = Taker;

system! {
    mod rig {
        PROBE: Probe = || Probe,
        BOARD: Board = || Board { probe: Child::default() },
    }
    telemetry = &TAKER,
    event_handler = crate::handle,
    listeners = 2,
    metrics = on,
    ram <= 2048
}

fn scene(bed: &mut Bed, probe: &ProbeRef, board: &BoardRef) {
    // Three for a mailbox of two.
    (0..3).for_each(|_| probe.read(false).tell().unwrap());
    bed.run();
    probe.read(true).tell().unwrap();
    bed.run();
    for _ in 0..2 {
        board.read(true).tell().unwrap();
        bed.run();
        bed.advance(200);
    }
    probe.leave().tell().unwrap();
    probe.read(true).tell().unwrap();
    bed.run();
}

#[test]
fn the_same_is_told_in_the_same_order() {
    let (tokio, mut stepper) =
        ActorSystem::builder("parity").event_handler(handle).with_failure_telemetry(&TAKER).stepper();
    let probe = stepper.block_on(tokio.spawn(|| Probe).into_future()).unwrap();
    let board = stepper.block_on(tokio.spawn(|| Board { probe: Child::default() }).into_future()).unwrap();
    let listeners = (tokio.listen(first), tokio.listen(second));
    let mut bed = Bed::Tokio(stepper);
    scene(&mut bed, &probe, &board);
    let on_tokio = noted();
    drop((listeners, bed));
    noted();

    rig::start(now);
    run(rig::step);
    let listeners = (rig::listen(first).unwrap(), rig::listen(second).unwrap());
    scene(&mut Bed::Worker { step: rig::step, tick: rig::tick }, &rig::PROBE, &rig::BOARD);
    let on_worker = noted();
    // Of one actor at a time: on the worker it is priority that says whether a parent hears of a failure before its child
    // has ended.
    for actor in ["probe", "board"] {
        let of =
            |told: &[String]| told.iter().filter(|it| it.contains(&format!(": {actor}"))).cloned().collect::<Vec<_>>();
        assert_eq!(of(&on_tokio), of(&on_worker), "tokio on the left, the worker on the right");
    }
    assert_eq!(on_tokio.len(), on_worker.len());

    // The order, once in full: one failure, and one that climbs.
    let from = |word: &str| on_tokio.iter().position(|entry| entry.contains(word)).unwrap();
    let failed = from("probe failed");
    assert!(on_tokio[failed].starts_with("handler"), "{on_tokio:#?}");
    assert!(on_tokio[failed + 1].starts_with("first"));
    assert!(on_tokio[failed + 2].starts_with("second"));
    assert_eq!(on_tokio[failed + 3], "telemetry: probe");
    assert_eq!(on_tokio[failed + 4], "handler: probe restarted");
    assert!(on_tokio.contains(&"handler: board failed: escalated, restart, Escalated { hops: 1 }, probe".into()));
    assert!(on_tokio.contains(&"second: probe lost read: dropped".into()));
    assert!(on_tokio.contains(&"first: probe stopped: requested".into()));

    // As many as there are places; one that ceases makes room, and is told no more.
    assert_eq!(rig::listen(first).unwrap_err(), ListenersFull);
    drop(listeners.0);
    let third = rig::listen(|event| note(format!("third: {}", shown(event)))).unwrap();
    rig::BOARD.read(true).tell().unwrap();
    run(rig::step);
    let told = noted();
    let who: Vec<_> =
        told.iter().filter(|it| it.contains("probe failed")).map(|it| it.split(':').next().unwrap()).collect();
    // In the order in which they came, wherever they sit.
    assert_eq!(who, ["handler", "second", "third"], "{told:#?}");
    drop((listeners.1, third));
    later(1);
}

fn counted_before(event: &SystemEvent<'_>) {
    if let SystemEvent::Failed { .. } = event {
        let mut failures = 0;
        bench::metrics(|actor| failures += actor.counts().failures);
        note(format!("{failures} counted"));
    }
    // Whoever is told may cause an event; that ends somewhere.
    if let SystemEvent::DeadLetter { .. } = event {
        note("lost");
        let _ = bench::PROBE.read(false).tell();
    }
}

system! {
    mod bench { PROBE: Probe = || Probe }
    event_handler = crate::counted_before,
    metrics = on
}

#[test]
fn a_failure_is_counted_before_it_is_told_and_events_within_events_end() {
    bench::start(now);
    run(bench::step);
    bench::PROBE.read(true).tell().unwrap();
    run(bench::step);
    // Behind it there may be the telemetry of the other test: where storage is static it is that of the program.
    assert_eq!(noted()[0], "1 counted");
    (0..3).for_each(|_| bench::PROBE.read(false).tell().unwrap());
    assert_eq!(noted().len(), 4);
}
