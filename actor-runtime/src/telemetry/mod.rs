//! Who takes failures: each decision about one, as a [`FailureSnapshot`] that needs no heap, by whatever implements
//! [`FailureTelemetry`].
//!
//! Nothing here decides about failures or knows a way back to whoever does. What a telemetry is told is a copy.

#[cfg(feature = "defmt")]
mod defmt;
mod encoding;
mod facts;
mod record;
mod snapshot;
mod storm;
mod tags;
mod text;
#[cfg(feature = "serde")]
mod wire;

#[cfg(feature = "defmt")]
pub use self::defmt::DefmtFailureTelemetry;
pub use encoding::DecodeError;
pub use record::{RecordedFailure, RecordedOrigin};
#[cfg(feature = "bare-metal")]
pub(crate) use snapshot::DESCRIPTION;
pub use snapshot::{About, Ascent, EscalationStage, FailureOrigin, FailureSnapshot, Report, Severity};
pub use storm::{Storm, StormLimit};
pub use tags::{MAX_FAILURE_SNAPSHOT_TAGS, Tags, TelemetryTag};
#[cfg(feature = "bare-metal")]
pub(crate) use text::Excerpt;

/// Takes the failures of a system, each where and when something was decided about it.
///
/// It observes and returns nothing. It is called last, after the event handler and all listeners, on the thread where the
/// actor failed, with no lock held: it may use the system. It must not block. A panic in it is contained and counted.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use actor::{FailureSnapshot, FailureTelemetry, Severity};
///
/// /// Counts what should wake somebody up.
/// #[derive(Default)]
/// struct Pager(AtomicU64);
///
/// impl FailureTelemetry for Pager {
///     fn on_failure(&self, snapshot: &FailureSnapshot) {
///         if snapshot.severity() >= Severity::Error {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` takes no failures",
    label = "this is no failure telemetry",
    note = "help: write `impl FailureTelemetry for {Self}`, or give a `RingBufferFailureTelemetry<64>`"
)]
pub trait FailureTelemetry {
    /// An actor failed, and this was decided.
    fn on_failure(&self, snapshot: &FailureSnapshot);

    /// Whether anybody looks at what it is told. Asked once, when it is given to a system: without that no snapshot is
    /// built for it.
    fn is_active(&self) -> bool {
        true
    }
}

impl<T: FailureTelemetry + ?Sized> FailureTelemetry for &T {
    fn on_failure(&self, snapshot: &FailureSnapshot) {
        (**self).on_failure(snapshot);
    }

    fn is_active(&self) -> bool {
        (**self).is_active()
    }
}

/// Takes failures and does nothing with them; what a system has that was given no other.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoopFailureTelemetry;

impl FailureTelemetry for NoopFailureTelemetry {
    fn on_failure(&self, _: &FailureSnapshot) {}

    fn is_active(&self) -> bool {
        false
    }
}
