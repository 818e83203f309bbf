//! Figures as a request of OTLP: each as it is, so that whoever reads them sees what the OpenMetrics text says.
//!
//! Made of the protocol's own messages. The SDK of OpenTelemetry stands between a program that records and the wire; here the
//! recording is done, and it has no way to be handed a histogram.

use std::env;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use actor::Histogram;
use actor::metrics::{Family, FamilyKind, Figure, Label, Metered, Unit};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Gauge, Histogram as Spread, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics,
    ScopeMetrics, Sum, metric, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;

const CUMULATIVE: i32 = AggregationTemporality::Cumulative as i32;

/// Whose figures they are, and since when they are counted.
pub(super) struct Source {
    resource: Resource,
    since: u64,
}

impl Source {
    /// This program, from now on.
    pub(super) fn new() -> Self {
        let service = service(env::var("OTEL_SERVICE_NAME").ok(), env::current_exe().ok());
        let attributes = vec![attribute("service.name", &service)];
        Self { resource: Resource { attributes, ..Resource::default() }, since: now() }
    }

    /// What `metrics` says now.
    pub(super) fn request(&self, metrics: &impl Metered) -> ExportMetricsServiceRequest {
        let moment = Moment { since: self.since, now: now() };
        let scope = InstrumentationScope {
            name: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            ..InstrumentationScope::default()
        };
        let metrics = Family::ALL.into_iter().filter_map(|family| moment.metric(family, metrics)).collect();
        let scope_metrics = vec![ScopeMetrics { scope: Some(scope), metrics, schema_url: String::new() }];
        let resource = Some(self.resource.clone());
        ExportMetricsServiceRequest {
            resource_metrics: vec![ResourceMetrics { resource, scope_metrics, schema_url: String::new() }],
        }
    }
}

/// What the specification of OpenTelemetry says of a name, given or not.
fn service(named: Option<String>, program: Option<PathBuf>) -> String {
    named.filter(|name| !name.is_empty()).unwrap_or_else(|| {
        let program = program.as_ref().and_then(|path| path.file_name()?.to_str());
        program.map_or_else(|| "unknown_service".into(), |name| format!("unknown_service:{name}"))
    })
}

/// In nanoseconds of the Unix epoch.
fn now() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX)
}

/// When figures are read, and since when they are counted.
#[derive(Clone, Copy)]
struct Moment {
    since: u64,
    now: u64,
}

impl Moment {
    /// The figures of a family, if there are any.
    fn metric(self, family: Family, of: &impl Metered) -> Option<Metric> {
        let (mut numbers, mut spreads) = (Vec::new(), Vec::new());
        of.figures(family, &mut |labels, figure| match figure {
            Figure::Number(number) => numbers.push(self.number(family, labels, number)),
            Figure::Spread(histogram) => spreads.push(self.spread(family.unit(), labels, histogram)),
            // There are no others; who adds one sees it missing from the text as well.
            _ => {}
        });
        if numbers.is_empty() && spreads.is_empty() {
            return None;
        }
        let data = match family.kind() {
            FamilyKind::Counter => {
                metric::Data::Sum(Sum { data_points: numbers, aggregation_temporality: CUMULATIVE, is_monotonic: true })
            }
            FamilyKind::Gauge => metric::Data::Gauge(Gauge { data_points: numbers }),
            FamilyKind::Histogram => {
                metric::Data::Histogram(Spread { data_points: spreads, aggregation_temporality: CUMULATIVE })
            }
        };
        Some(Metric {
            name: family.name().into(),
            description: family.help().into(),
            // A number has none: `1` would be a ratio, and become part of the name where it is stored.
            unit: if family.unit() == Unit::Seconds { "s".into() } else { String::new() },
            metadata: Vec::new(),
            data: Some(data),
        })
    }

    fn number(self, family: Family, labels: &[Label<'_>], number: u64) -> NumberDataPoint {
        let value = match family.unit() {
            Unit::Number => number_data_point::Value::AsInt(i64::try_from(number).unwrap_or(i64::MAX)),
            Unit::Seconds => number_data_point::Value::AsDouble(float(Unit::Seconds, number)),
        };
        NumberDataPoint {
            attributes: attributes(labels),
            // A gauge is not counted since anything.
            start_time_unix_nano: if family.kind() == FamilyKind::Counter { self.since } else { 0 },
            time_unix_nano: self.now,
            value: Some(value),
            ..NumberDataPoint::default()
        }
    }

    /// The bounds are powers of two in nanoseconds, as in the text; of seconds they are none, so no exponential histogram
    /// has them.
    fn spread(self, unit: Unit, labels: &[Label<'_>], histogram: &Histogram) -> HistogramDataPoint {
        let (mut explicit_bounds, mut bucket_counts, mut below) = (Vec::new(), Vec::new(), 0);
        for (bound, count) in unit.buckets(histogram) {
            explicit_bounds.push(float(unit, bound));
            bucket_counts.push(count - below);
            below = count;
        }
        let count = histogram.count();
        bucket_counts.push(count - below);
        HistogramDataPoint {
            attributes: attributes(labels),
            start_time_unix_nano: self.since,
            time_unix_nano: self.now,
            count,
            sum: Some(float(unit, histogram.sum())),
            bucket_counts,
            explicit_bounds,
            ..HistogramDataPoint::default()
        }
    }
}

#[allow(clippy::cast_precision_loss)] // It is that of the protocol.
fn float(unit: Unit, number: u64) -> f64 {
    match unit {
        Unit::Number => number as f64,
        Unit::Seconds => number as f64 / 1e9,
    }
}

fn attributes(labels: &[Label<'_>]) -> Vec<KeyValue> {
    labels.iter().map(|(name, value)| attribute(name, value)).collect()
}

fn attribute(name: &str, value: &str) -> KeyValue {
    let value = Some(AnyValue { value: Some(any_value::Value::StringValue(value.into())) });
    KeyValue { key: name.into(), value, ..KeyValue::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_called_as_it_was_named_or_as_its_program() {
        let rows = [
            (Some("shop"), Some("/bin/till"), "shop"),
            (Some(""), Some("/bin/till"), "unknown_service:till"),
            (None, Some("/bin/till"), "unknown_service:till"),
            (None, None, "unknown_service"),
        ];
        for (named, program, expected) in rows {
            assert_eq!(service(named.map(Into::into), program.map(Into::into)), expected);
        }
    }
}
