//! Telemetry on the worker: each decision about a failure, with where it began, as on tokio. One test, because a telemetry is
//! that of the whole program.
#![allow(missing_docs)]

mod common;

use std::pin::Pin;
use std::task::Poll;

use actor::prelude::*;
use actor::{
    Decision, EscalationStage, FailureKind, FailureSnapshot, RecordedFailure, RingBufferFailureTelemetry, Severity,
    Strategy, system,
};
use common::{later, now, run};

#[actor(mailbox = 2, tags(component = "probe", bus = "i2c1"))]
struct Sensor {
    broken: bool,
}

#[handlers]
impl Sensor {
    #[started]
    fn started(&mut self) -> Result<(), &'static str> {
        if self.broken { Err("no sensor on the bus") } else { Ok(()) }
    }
    fn read(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("noise").tag("known", "on tokio alone");
    }
}

#[actor(mailbox = 4)]
#[supervise(limit = 1 per 60s, on(unasked => resume, other => restart))]
struct Board {
    #[child(|| Sensor { broken: false })]
    sensor: Child<Sensor>,
}

#[handlers]
impl Board {
    fn read(&mut self) {
        self.sensor.read().tell().unwrap();
    }
    async fn wait(&mut self) -> Result<(), &'static str> {
        Yield(false).await;
        Err("nobody came, however long it waited")
    }
}

/// Waits once.
struct Yield(bool);

impl Future for Yield {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Poll<()> {
        cx.waker().wake_by_ref();
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

#[actor(mailbox = 2)]
struct Broken {
    #[child(|| Sensor { broken: true })]
    sensor: Child<Sensor>,
}

#[handlers]
impl Broken {}

/// Two whose restarts are counted together, and one that is counted by itself.
#[actor(mailbox = 4)]
#[supervise(limit = 3 per 60s, backoff = 1ms)]
struct Rack {
    #[child(|| Sensor { broken: false }, pool = 2)]
    sensors: Pool<Sensor>,
    #[child(|| Sensor { broken: false }, scope = child)]
    spare: Child<Sensor>,
}

#[handlers]
impl Rack {
    fn read(&mut self, sensor: u8) {
        let sensor = self.sensors.members().get(usize::from(sensor)).unwrap_or(&self.spare);
        sensor.read().tell().unwrap();
    }
}

static FAILURES: RingBufferFailureTelemetry<16> = RingBufferFailureTelemetry::new();

system! {
    mod station {
        BOARD: Board = || Board { sensor: Child::default() },
    }
    telemetry = &FAILURES,
    ram <= 1024
}

system! {
    mod hall { RACK: Rack = || Rack { sensors: Pool::default(), spare: Child::default() } }
}

system! {
    mod depot { BROKEN: Broken = || Broken { sensor: Child::default() } }
}

fn told() -> Vec<FailureSnapshot> {
    let mut told = Vec::new();
    FAILURES.dump_to(|failure| told.push(failure.clone()));
    told
}

#[test]
fn each_decision_is_told_with_where_the_failure_began() {
    later(7);
    station::start(now);
    run(station::step);
    assert_eq!(told().len(), 0);
    for _ in 0..2 {
        station::BOARD.read().tell().unwrap();
        run(station::step);
    }
    let [first, second, passed_on] = told().try_into().unwrap();
    assert_eq!((first.actor(), first.type_name(), first.kind()), ("sensor", "Sensor", FailureKind::Error));
    assert!(matches!(first.decision(), Decision::Restart { .. }), "{first}");
    assert_eq!((first.restarts(), first.severity()), (1, Severity::Warning));
    assert_eq!((first.incarnation().get(), second.incarnation().get()), (0, 1));
    assert_eq!((first.strategy(), first.at()), (Strategy::OneForOne, now()));
    // Tags that were set at run time are not kept here.
    assert_eq!(first.tags().map(|tag| tag.to_string()).collect::<Vec<_>>(), ["component=probe", "bus=i2c1"]);
    assert_eq!((first.path(), first.message(), first.description()), ("BOARD/sensor", Some("read"), "noise"));
    assert_eq!((second.stage(), second.decision()), (EscalationStage::Initial, Decision::Escalate));

    assert_eq!((passed_on.actor(), passed_on.kind()), ("board", FailureKind::Escalated));
    assert_eq!(passed_on.stage(), EscalationStage::Escalated { hops: 1 });
    assert_eq!((passed_on.origin(), passed_on.origin().id), (second.origin(), second.id()));
    assert_eq!((passed_on.tag("bus"), passed_on.severity()), (Some("i2c1"), Severity::Error));
    assert_eq!((passed_on.path(), passed_on.message(), passed_on.description()), ("BOARD", Some("read"), "noise"));

    // A handler that had to wait is named as well.
    station::BOARD.wait().tell().unwrap();
    run(station::step);
    let late = &told()[3];
    assert_eq!((late.message(), late.description()), (Some("wait"), "nobody came, however long it waited"));
    assert_eq!(RecordedFailure::from(late).to_string(), late.to_string());

    hall::start(now);
    run(hall::step);
    for sensor in [0, 1, 2] {
        hall::RACK.read(sensor).tell().unwrap();
        run(hall::step);
    }
    let restarts: Vec<u32> = told().iter().map(FailureSnapshot::restarts).collect();
    assert_eq!(restarts[4..], [1, 2, 1], "of those with whom it is counted");

    // It is that of the program: a system that names none is heard as well. A child that does not start, and its parent.
    depot::start(now);
    for _ in 0..8 {
        depot::step();
    }
    let last: Vec<_> = told().into_iter().skip(7).map(|failure| (failure.actor(), failure.stage())).collect();
    let (here, once) = (EscalationStage::Initial, EscalationStage::Escalated { hops: 1 });
    assert_eq!(last[..2], [("sensor", here), ("broken", once)]);
    let broken = &told()[8];
    assert_eq!((broken.path(), broken.message(), broken.description()), ("", Some("started"), "no sensor on the bus"));
}
