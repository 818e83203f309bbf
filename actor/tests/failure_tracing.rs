//! What `TracingFailureTelemetry` writes, read back from a log: a field for each thing that is known of a failure.
#![cfg(feature = "tracing")]
#![allow(missing_docs)]

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use actor::TracingFailureTelemetry;
use actor::prelude::*;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes each event as a line.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "actor::failure"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut log = self.0.lock().unwrap();
        log.push_str(event.metadata().level().as_str());
        event.record(&mut Line(&mut log));
        log.push('\n');
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[derive(Debug)]
struct NoSuchKey;

#[actor(tags(component = "storage"))]
struct Db;

#[handlers]
impl Db {
    fn read(&mut self, table: String, ctx: &mut Context<Self>) {
        ctx.tag("endpoint", "10.0.0.3:5432");
        ctx.fail("torn page").tag("table", table);
    }
    fn get(&self, key: u32) -> Result<u32, NoSuchKey> {
        if key == 0 { Err(NoSuchKey) } else { Ok(key) }
    }
}

#[actor]
#[supervise(limit = 1 per 60s)]
struct Store {
    #[child(|| Db)]
    db: Child<Db>,
}

#[handlers]
impl Store {
    fn read(&mut self) {
        let _ = self.db.read("accounts".into()).tell();
    }
    fn get(&mut self) {
        let _ = self.db.get(0).tell();
    }
}

#[test]
fn each_thing_that_is_known_of_a_failure_is_a_field() {
    let log = Log::default();
    let written = tracing::subscriber::with_default(log.clone(), || {
        let builder = ActorSystem::builder("logged").with_failure_telemetry(TracingFailureTelemetry);
        let (system, mut stepper) = builder.stepper();
        let store = stepper.block_on(async { system.spawn(|| Store { db: Child::default() }).await.unwrap() });
        for call in [Store::GET, Store::READ, Store::READ] {
            call(&store);
            stepper.run();
        }
        log.0.lock().unwrap().clone()
    });
    let lines: Vec<&str> = written.lines().collect();
    let begin = "path=\"store/db\" id=1.0";
    assert_eq!(
        lines,
        [
            format!(
                "INFO message=failure_tracing::NoSuchKey severity=\"notice\" actor=\"db\" {begin} incarnation=0 handler=\"get\" \
                 kind=\"unasked\" decision=Resume strategy=\"one_for_one\" restarts=0 restart_scope=\"child\" hops=0 origin=\"db\" origin_id=1.0 \
                 component=\"storage\" tags=component=storage dropped_tags=0 left_out=0"
            ),
            format!(
                "WARN message=torn page severity=\"warning\" actor=\"db\" {begin} incarnation=0 handler=\"read\" \
                 kind=\"error\" decision=Restart {{ after: 0ns }} strategy=\"one_for_one\" restarts=1 restart_scope=\"child\" hops=0 \
                 origin=\"db\" origin_id=1.0 component=\"storage\" endpoint=\"10.0.0.3:5432\" \
                 tags=component=storage endpoint=10.0.0.3:5432 table=accounts dropped_tags=0 left_out=0"
            ),
            format!(
                "ERROR message=torn page severity=\"error\" actor=\"db\" {begin} incarnation=1 handler=\"read\" \
                 kind=\"error\" decision=Escalate strategy=\"one_for_one\" restarts=1 restart_scope=\"child\" hops=0 \
                 origin=\"db\" origin_id=1.0 component=\"storage\" endpoint=\"10.0.0.3:5432\" \
                 tags=component=storage endpoint=10.0.0.3:5432 table=accounts dropped_tags=0 left_out=0"
            ),
            "ERROR message=torn page severity=\"error\" actor=\"store\" path=\"store\" id=0.0 incarnation=0 \
             handler=\"read\" kind=\"escalated\" decision=Restart { after: 0ns } strategy=\"one_for_one\" restarts=1 restart_scope=\"child\" \
             hops=1 origin=\"db\" origin_id=1.0 component=\"storage\" endpoint=\"10.0.0.3:5432\" \
             tags=component=storage endpoint=10.0.0.3:5432 table=accounts dropped_tags=0 left_out=0"
                .to_string(),
        ]
    );
}

impl Store {
    const GET: fn(&StoreRef) = |store| store.get().tell().unwrap();
    const READ: fn(&StoreRef) = |store| store.read().tell().unwrap();
}
