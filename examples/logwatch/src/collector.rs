//! The collector of OpenTelemetry that takes the figures of the actors while they work, and the last ones at the end. Its
//! protocol is most of what this program is built of, so it is a feature.

#[cfg(not(feature = "otlp"))]
mod off;
#[cfg(feature = "otlp")]
mod on;

#[cfg(not(feature = "otlp"))]
pub(crate) use off::Collector;
#[cfg(feature = "otlp")]
pub(crate) use on::Collector;
