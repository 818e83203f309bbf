//! Exporters: they hand the figures of actor systems to those who collect them.
//!
//! An exporter pulls. It reads the cells of a system when it is asked, and between two visits nothing is kept for it; so any
//! number of them may come, go and be exchanged while messages flow.
//!
//! # Features
//! * `http`, on by default: `serve` answers `GET /metrics` with OpenMetrics text, for Prometheus and its kin.
//! * `otlp`: `push` brings them to a collector of OpenTelemetry, by OTLP over gRPC. It adds 44
//!   crates and 37 seconds of one processor to a build.

#[cfg(feature = "http")]
mod http;
#[cfg(feature = "otlp")]
mod otlp;

#[cfg(feature = "http")]
pub use http::serve;
#[cfg(feature = "otlp")]
pub use otlp::{PushError, push};
#[cfg(feature = "otlp")]
pub use tonic::transport::Endpoint;
