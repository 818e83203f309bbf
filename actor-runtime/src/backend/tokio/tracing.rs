//! Failures as events of the crate `tracing`.

use ::tracing::Level;

use crate::telemetry::{EscalationStage, FailureSnapshot, FailureTelemetry, Severity};

/// Logs failures by the crate `tracing`, with the target `actor::failure`: what makes the actor go on is `INFO`, a restart
/// is `WARN`, and everything that is worse is `ERROR`; see [`Severity`].
///
/// The message of an event is what the error or the panic said, and everything else is a field. `component`, `endpoint` and
/// `transport` are fields of their own, and `tags` has all tags in a line.
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingFailureTelemetry;

/// An event of `level`, which has to be a constant.
macro_rules! log {
    ($level:expr, $failure:ident) => {
        ::tracing::event!(
            target: "actor::failure",
            $level,
            severity = $failure.severity().as_str(),
            actor = $failure.actor(),
            path = $failure.path(),
            id = %$failure.id(),
            incarnation = $failure.incarnation().get(),
            handler = $failure.message(),
            kind = $failure.kind().as_str(),
            decision = ?$failure.decision(),
            strategy = $failure.strategy().as_str(),
            restarts = $failure.restarts(),
            restart_scope = $failure.restart_scope().as_str(),
            hops = hops($failure),
            origin = $failure.origin().actor,
            origin_id = %$failure.origin().id,
            component = $failure.tag("component"),
            endpoint = $failure.tag("endpoint"),
            transport = $failure.tag("transport"),
            tags = %$failure.all_tags(),
            dropped_tags = $failure.dropped_tags(),
            left_out = $failure.left_out(),
            "{}",
            $failure.description()
        )
    };
}

impl FailureTelemetry for TracingFailureTelemetry {
    fn on_failure(&self, failure: &FailureSnapshot) {
        match failure.severity() {
            Severity::Notice => log!(Level::INFO, failure),
            Severity::Warning => log!(Level::WARN, failure),
            Severity::Error | Severity::Fatal => log!(Level::ERROR, failure),
        }
    }
}

fn hops(failure: &FailureSnapshot) -> u8 {
    match failure.stage() {
        EscalationStage::Initial => 0,
        EscalationStage::Escalated { hops } => hops,
    }
}
