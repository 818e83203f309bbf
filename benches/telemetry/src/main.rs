//! What it costs to make the snapshot of a failure, and to hand it to each telemetry: nanoseconds and allocations.
//!
//! `cargo run --release` in this folder. The failure has a path of two names, a text of nine bytes and three tags. A time is
//! the median of the rounds; exit code 1 where a snapshot, a noop or a ring allocates or takes longer than it may.

#[allow(dead_code)]
#[path = "../../src/count_alloc.rs"]
mod count_alloc;

use std::fmt::{Debug, Write};
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use actor_runtime::backend::RingBufferFailureTelemetry;
use actor_runtime::backend::tokio::TracingFailureTelemetry;
use actor_runtime::failure::Failure;
use actor_runtime::id::{ActorId, Incarnation};
use actor_runtime::supervision::{Decision, Scope, Strategy};
use actor_runtime::telemetry::{
    About, FailureSnapshot, FailureTelemetry, NoopFailureTelemetry, Report, Severity, Tags,
};
use count_alloc::{CountingAllocator, Tally, count};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const ROUNDS: usize = 31;
const CALLS: u32 = 20_000;
/// The most that a snapshot may take to be made and handed to a noop or a ring.
const NANOS: f64 = 100.0;

fn main() -> ExitCode {
    let failure = Failure::error(&"torn page").in_handler("read");
    let mut tags = Tags::new();
    for (key, value) in [("component", "storage"), ("endpoint", "10.0.0.3:5432"), ("table", "accounts")] {
        tags.set(key, &value);
    }
    let snapshot = || {
        FailureSnapshot::of(black_box(&Report {
            id: ActorId::new(7, 1),
            about: &About { label: "db", type_name: "Db", tags: &[] },
            path: &"store/db",
            incarnation: Incarnation::new(2),
            failure: &failure,
            ascent: None,
            tags: &tags,
            decision: Decision::Stop,
            strategy: Strategy::OneForOne,
            restarts: 2,
            scope: Scope::Child,
            severity: Severity::Error,
            at: actor_runtime::time::Instant::ZERO,
            left_out: 0,
        }))
    };
    let ring = RingBufferFailureTelemetry::<64>::new();
    let dynamic = |telemetry: &dyn FailureTelemetry| black_box(telemetry).on_failure(&snapshot());

    println!("a snapshot has {} bytes\n", size_of::<FailureSnapshot>());
    println!("{:28}{:>8}{:>14}", "made and handed to", "ns", "allocations");
    let mut is_well = true;
    let mut row = |name: &str, is_held: bool, call: &dyn Fn()| {
        let (nanos, allocations) = measure(call);
        let is_kept = !is_held || nanos <= NANOS && allocations == 0;
        is_well &= is_kept;
        println!("{name:28}{nanos:8.1}{allocations:14}{}", if is_kept { "" } else { "  FAILED" });
    };
    row("nobody", true, &|| {
        black_box(snapshot());
    });
    row("noop", true, &|| NoopFailureTelemetry.on_failure(black_box(&snapshot())));
    row("noop, dyn", true, &|| dynamic(&NoopFailureTelemetry));
    row("ring", true, &|| ring.on_failure(black_box(&snapshot())));
    row("ring, dyn", true, &|| dynamic(&ring));
    row("tracing, no subscriber", true, &|| TracingFailureTelemetry.on_failure(black_box(&snapshot())));
    tracing::subscriber::with_default(Writes, || {
        row("tracing, all fields written", false, &|| TracingFailureTelemetry.on_failure(black_box(&snapshot())));
        row("tracing, dyn", false, &|| dynamic(&TracingFailureTelemetry));
    });
    let kept = snapshot();
    row("a clone of it", true, &|| {
        black_box(kept.clone());
    });
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Nanoseconds of a call, and allocations of all calls of a round.
fn measure(call: &dyn Fn()) -> (f64, u64) {
    let round = || {
        let begun = Instant::now();
        for _ in 0..CALLS {
            call();
        }
        begun.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
    };
    let mut times: Vec<f64> = (0..ROUNDS).map(|_| round()).collect();
    times.sort_by(f64::total_cmp);
    let before = Tally::now();
    count(true);
    round();
    count(false);
    (times[ROUNDS / 2], Tally::now().since(before).allocations)
}

/// Writes all fields of an event into a line that nobody reads.
struct Writes;

struct Line([u8; 1024], usize);

impl Write for Line {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let place = self.0.get_mut(self.1..self.1 + text.len()).ok_or(std::fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.1 += text.len();
        Ok(())
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self, " {field}={value:?}").expect("a line of that length");
    }
}

impl Subscriber for Writes {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line([0; 1024], 0);
        event.record(&mut line);
        black_box(&line.0[..line.1]);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
