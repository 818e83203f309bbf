//! Who is told of failures after all events: the telemetry of a system, guarded, limited and, if asked for, timed. Keeps
//! the end of `failure_order`.

use core::time::Duration;
use std::boxed::Box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use crate::failure::Failure;
use crate::metrics::SystemEvent;
use crate::telemetry::{Ascent, FailureSnapshot, FailureTelemetry, Severity, Storm, StormLimit};
use crate::time::{Clock, Instant, nanos};

use super::events::Events;
use super::guard::{contain, guard};
use super::lock::Lock;
use super::metrics::Metrics;
use super::spans::Trace;
use super::system::Core;

/// The telemetry of a system, whatever its type.
pub(super) type Taker = dyn FailureTelemetry + Send + Sync;

impl<T: FailureTelemetry + ?Sized> FailureTelemetry for Arc<T> {
    fn on_failure(&self, snapshot: &FailureSnapshot) {
        (**self).on_failure(snapshot);
    }

    fn is_active(&self) -> bool {
        (**self).is_active()
    }
}

/// A failure on its way to whoever decides about it next.
pub(super) struct Escalation {
    pub(super) failure: Failure,
    pub(super) ascent: Ascent,
    /// The span of the message whose handler failed.
    pub(super) trace: Trace,
}

/// What a system says of itself to whoever makes its telemetry; see
/// [`with_failure_telemetry_builder`](super::Builder::with_failure_telemetry_builder).
#[derive(Clone)]
pub struct TelemetryContext {
    name: Arc<str>,
    clock: Arc<dyn Clock + Send + Sync>,
    core: Weak<Core>,
}

impl TelemetryContext {
    pub(super) fn new(name: &str, clock: Arc<dyn Clock + Send + Sync>, core: Weak<Core>) -> Self {
        Self { name: name.into(), clock, core }
    }

    /// The name of the system.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The clock of the system: the one that [`FailureSnapshot::at`] is read from.
    pub fn clock(&self) -> Arc<dyn Clock + Send + Sync> {
        Arc::clone(&self.clock)
    }

    /// The figures of the system, to be kept and looked at when a failure is told.
    pub fn metrics(&self) -> WeakMetrics {
        WeakMetrics(self.core.clone())
    }
}

/// The figures of a system, of which it is a part itself: those of its telemetry, from [`TelemetryContext::metrics`].
#[derive(Clone)]
pub struct WeakMetrics(Weak<Core>);

impl WeakMetrics {
    /// The figures, unless the system is about to begin or is gone.
    pub fn upgrade(&self) -> Option<Metrics> {
        self.0.upgrade().map(|core| Metrics::of(&core))
    }
}

impl core::fmt::Debug for WeakMetrics {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("WeakMetrics").field(&self.upgrade()).finish()
    }
}

impl core::fmt::Debug for TelemetryContext {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("TelemetryContext").field("name", &self.name).finish_non_exhaustive()
    }
}

/// That the calls of a system's telemetry are timed, and from which time on one is slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailureTelemetryObservationConfig {
    slow_after: Duration,
    window: Duration,
}

impl FailureTelemetryObservationConfig {
    /// A call is slow after a millisecond, which is told once a minute.
    #[must_use]
    pub const fn new() -> Self {
        Self { slow_after: Duration::from_millis(1), window: Duration::from_secs(60) }
    }

    /// A call that takes longer than this is slow: it is counted, and is the event
    /// [`SlowTelemetry`](SystemEvent::SlowTelemetry).
    #[must_use]
    pub const fn slow_after(self, slow_after: Duration) -> Self {
        Self { slow_after, ..self }
    }

    /// That event comes once in this time at most.
    #[must_use]
    pub const fn window(self, window: Duration) -> Self {
        Self { window, ..self }
    }
}

impl Default for FailureTelemetryObservationConfig {
    fn default() -> Self {
        Self::new()
    }
}

/// What became of the failures that a system's telemetry was to be told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TelemetryCounts {
    /// How often it was called.
    pub calls: u64,
    /// How many of those calls panicked.
    pub panics: u64,
    /// How many failures it was not told of, because of the [`StormLimit`].
    pub left_out: u64,
    /// How many calls took too long; zero unless calls are timed, as the next two.
    pub slow: u64,
    /// How long all calls took.
    pub elapsed: Duration,
    /// How long the longest one took.
    pub longest: Duration,
}

/// See the module.
pub(super) struct Telemetry {
    /// Nobody, where nothing would look at what it is told.
    taker: Option<Box<Taker>>,
    limit: StormLimit,
    observation: Option<FailureTelemetryObservationConfig>,
    /// Of slow calls.
    slowness: Lock<Storm>,
    calls: AtomicU64,
    panics: AtomicU64,
    left_out: AtomicU64,
    slow: AtomicU64,
    elapsed_nanos: AtomicU64,
    longest_nanos: AtomicU64,
}

impl Telemetry {
    pub(super) fn new(
        taker: Option<Box<Taker>>,
        limit: StormLimit,
        observation: Option<FailureTelemetryObservationConfig>,
    ) -> Self {
        Self {
            taker: taker.filter(|taker| taker.is_active()),
            limit,
            observation,
            slowness: Lock::default(),
            calls: AtomicU64::new(0),
            panics: AtomicU64::new(0),
            left_out: AtomicU64::new(0),
            slow: AtomicU64::new(0),
            elapsed_nanos: AtomicU64::new(0),
            longest_nanos: AtomicU64::new(0),
        }
    }

    /// Tells the events of a failure, by `event`, and then the telemetry, of the snapshot that `build` makes: of when, and
    /// of how many failures that were left out. Where nobody wants to know nothing is made. `storm` is that of the failures
    /// this is one of.
    pub(super) fn tell(
        &self,
        events: &Events,
        clock: &dyn Clock,
        storm: &Lock<Storm>,
        severity: Severity,
        build: &dyn Fn(Instant, u32) -> FailureSnapshot,
        event: &dyn Fn(&FailureSnapshot),
    ) {
        let is_heard = events.are_heard();
        if !is_heard && self.taker.is_none() {
            return;
        }
        let now = clock.now();
        let reported = self.taker.as_deref().and_then(|taker| Some((taker, self.admit(storm, severity, now)?)));
        if !is_heard && reported.is_none() {
            return;
        }
        let snapshot = build(now, reported.map_or(0, |(_, left_out)| left_out));
        if is_heard {
            event(&snapshot);
        }
        if let Some((taker, _)) = reported {
            self.call(taker, events, clock, &snapshot);
        }
    }

    /// Decides whether a failure is reported, and says how many were left out before it if it is.
    fn admit(&self, storm: &Lock<Storm>, severity: Severity, now: Instant) -> Option<u32> {
        let admitted = storm.lock().admit(severity, now, &self.limit);
        if admitted.is_none() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
        admitted
    }

    fn call(&self, taker: &Taker, events: &Events, clock: &dyn Clock, snapshot: &FailureSnapshot) {
        let observed = self.observation.as_ref().map(|config| (config, clock.now()));
        if guard(|| taker.on_failure(snapshot)).is_err() {
            self.panics.fetch_add(1, Ordering::Relaxed);
        }
        self.calls.fetch_add(1, Ordering::Relaxed);
        if let Some((config, begun)) = observed {
            let now = clock.now();
            self.observe(config, events, now, now.saturating_since(begun));
        }
    }

    fn observe(&self, config: &FailureTelemetryObservationConfig, events: &Events, now: Instant, elapsed: Duration) {
        self.elapsed_nanos.fetch_add(nanos(elapsed), Ordering::Relaxed);
        self.longest_nanos.fetch_max(nanos(elapsed), Ordering::Relaxed);
        if elapsed <= config.slow_after {
            return;
        }
        self.slow.fetch_add(1, Ordering::Relaxed);
        let once = StormLimit::new(1, config.window);
        let admitted = self.slowness.lock().admit(Severity::Notice, now, &once);
        if let Some(untold) = admitted {
            events.tell(&SystemEvent::SlowTelemetry { elapsed, calls: untold.saturating_add(1) });
        }
    }

    pub(super) fn counts(&self) -> TelemetryCounts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        TelemetryCounts {
            calls: read(&self.calls),
            panics: read(&self.panics),
            left_out: read(&self.left_out),
            slow: read(&self.slow),
            elapsed: Duration::from_nanos(read(&self.elapsed_nanos)),
            longest: Duration::from_nanos(read(&self.longest_nanos)),
        }
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        let taker = self.taker.take();
        contain(|| drop(taker));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::NoopFailureTelemetry;

    struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> Instant {
            unreachable!("nobody wants to know when")
        }
    }

    #[test]
    fn nothing_is_built_where_nobody_wants_to_know() {
        let never = |_: Instant, _: u32| -> FailureSnapshot { unreachable!("nobody wants to know of what") };
        let noop: Box<Taker> = Box::new(Arc::new(NoopFailureTelemetry));
        for taker in [None, Some(noop)] {
            let telemetry = Telemetry::new(taker, StormLimit::OFF, Some(FailureTelemetryObservationConfig::new()));
            let (events, storm) = (Events::new(None), Lock::default());
            telemetry.tell(&events, &Stopped, &storm, Severity::Fatal, &never, &|_| unreachable!("nobody listens"));
            assert_eq!(telemetry.counts(), TelemetryCounts::default());
        }
    }
}
