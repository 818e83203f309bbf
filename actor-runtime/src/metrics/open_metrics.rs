//! Figures as OpenMetrics 1.0 text, which Prometheus and its kin read: written piece by piece, without an allocator.

use core::fmt::{self, Write};

use super::family::{Family, FamilyKind, Figure, Label, Metered, Unit};
use super::histogram::Histogram;

/// The content type of the text, for whoever serves it.
pub const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Writes all figures of a system as OpenMetrics text.
///
/// A family of which there are no figures is left out. A histogram has a bucket for each power of two, of times from 127 ns to
/// 69 s; what `le` says is the largest value in it.
///
/// # Errors
/// Those of `out`.
///
/// # Examples
/// ```
/// # use actor::prelude::*;
/// use actor::metrics::write_open_metrics;
///
/// # #[actor]
/// # struct Counter;
/// # #[handlers]
/// # impl Counter { fn add(&mut self) {} }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let system = ActorSystem::new("demo");
/// let counter = system.spawn(|| Counter).await?;
/// counter.add().done().await?;
///
/// let mut text = String::new();
/// write_open_metrics(&system.metrics(), &mut text)?;
/// assert!(text.contains(r#"actor_messages_total{system="demo",actor="counter",message="add"} 1"#));
/// # Ok(())
/// # }
/// ```
pub fn write_open_metrics(of: &(impl Metered + ?Sized), out: &mut dyn Write) -> fmt::Result {
    for family in Family::ALL {
        let (mut result, mut is_first) = (Ok(()), true);
        of.figures(family, &mut |labels, figure| {
            if result.is_ok() {
                result = head(family, &mut is_first, out).and_then(|()| sample(family, labels, figure, out));
            }
        });
        result?;
    }
    out.write_str("# EOF\n")
}

/// What is said of a family before its first figure.
fn head(family: Family, is_first: &mut bool, out: &mut dyn Write) -> fmt::Result {
    if !core::mem::take(is_first) {
        return Ok(());
    }
    let name = family.name();
    let kind = match family.kind() {
        FamilyKind::Counter => "counter",
        FamilyKind::Gauge => "gauge",
        FamilyKind::Histogram => "histogram",
    };
    writeln!(out, "# TYPE {name} {kind}")?;
    if family.unit() == Unit::Seconds {
        writeln!(out, "# UNIT {name} seconds")?;
    }
    writeln!(out, "# HELP {name} {}", family.help())
}

fn sample(family: Family, labels: &[Label<'_>], figure: Figure<'_>, out: &mut dyn Write) -> fmt::Result {
    let (name, unit) = (family.name(), family.unit());
    match figure {
        Figure::Number(number) => {
            let suffix = if family.kind() == FamilyKind::Counter { "_total" } else { "" };
            writeln!(out, "{name}{suffix}{} {}", Labels { labels, bound: None }, In(unit, number))
        }
        Figure::Spread(histogram) => spread(name, unit, labels, histogram, out),
    }
}

fn spread(name: &str, unit: Unit, labels: &[Label<'_>], histogram: &Histogram, out: &mut dyn Write) -> fmt::Result {
    for (bound, count) in unit.buckets(histogram) {
        let bound = Some(Bound::UpTo(In(unit, bound)));
        writeln!(out, "{name}_bucket{} {count}", Labels { labels, bound })?;
    }
    let count = histogram.count();
    writeln!(out, "{name}_bucket{} {count}", Labels { labels, bound: Some(Bound::Infinite) })?;
    let labels = Labels { labels, bound: None };
    writeln!(out, "{name}_count{labels} {count}")?;
    writeln!(out, "{name}_sum{labels} {}", In(unit, histogram.sum()))
}

/// A number in its unit, exact to the last digit.
struct In(Unit, u64);

impl fmt::Display for In {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(unit, number) = *self;
        match unit {
            Unit::Number => write!(f, "{number}"),
            Unit::Seconds => write!(f, "{}.{:09}", number / 1_000_000_000, number % 1_000_000_000),
        }
    }
}

enum Bound {
    UpTo(In),
    Infinite,
}

struct Labels<'a> {
    labels: &'a [Label<'a>],
    bound: Option<Bound>,
}

impl fmt::Display for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = '{';
        for (name, value) in self.labels {
            write!(f, "{before}{name}=\"{}\"", Escaped(value))?;
            before = ',';
        }
        match &self.bound {
            Some(Bound::UpTo(bound)) => write!(f, "{before}le=\"{bound}\"}}"),
            Some(Bound::Infinite) => write!(f, "{before}le=\"+Inf\"}}"),
            None if before == ',' => f.write_char('}'),
            None => Ok(()),
        }
    }
}

/// A label's value as the format has it.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    struct Two;

    impl Metered for Two {
        fn figures(&self, family: Family, take: &mut dyn FnMut(&[Label<'_>], Figure<'_>)) {
            match family {
                Family::Live => {
                    take(&[("system", "a \"b\"\n\\c"), ("actor", "x")], Figure::Number(3));
                    take(&[], Figure::Number(4));
                }
                Family::TelemetryDuration => take(&[("system", "s")], Figure::Number(1_000_000_007)),
                Family::MessageDuration => {
                    let mut took = Histogram::new();
                    for nanos in [0, 127, 128, 300, 1 << 36, 1 << 40] {
                        took.record(nanos);
                    }
                    take(&[("actor", "x")], Figure::Spread(&took));
                }
                Family::OwnHistogram => take(&[], Figure::Spread(&Histogram::new())),
                _ => {}
            }
        }
    }

    #[test]
    fn the_text_is_that_of_the_format() {
        let mut text = String::new();
        write_open_metrics(&Two, &mut text).unwrap();
        let is_bucket = |line: &&str| line.contains("_bucket");
        let expected = r##"# TYPE actor_live gauge
# HELP actor_live Actors that have started and not ended.
actor_live{system="a \"b\"\n\\c",actor="x"} 3
actor_live 4
# TYPE actor_message_duration_seconds histogram
# UNIT actor_message_duration_seconds seconds
# HELP actor_message_duration_seconds How long handlers took, where they are timed.
actor_message_duration_seconds_count{actor="x"} 6
actor_message_duration_seconds_sum{actor="x"} 1168.231105067
# TYPE actor_histogram histogram
# HELP actor_histogram What actors recorded themselves.
actor_histogram_count 0
actor_histogram_sum 0
# TYPE failure_telemetry_duration_seconds counter
# UNIT failure_telemetry_duration_seconds seconds
# HELP failure_telemetry_duration_seconds How long calls of failure telemetry took in all, where they are timed.
failure_telemetry_duration_seconds_total{system="s"} 1.000000007
# EOF
"##;
        let rest: Vec<_> = text.lines().filter(|line| !is_bucket(line)).collect();
        assert_eq!(rest, Vec::from_iter(expected.lines()));
        let buckets: Vec<_> = text.lines().filter(is_bucket).filter(|line| line.contains("duration")).collect();
        let of = |le: &str, count: u32| {
            std::format!("actor_message_duration_seconds_bucket{{actor=\"x\",le=\"{le}\"}} {count}")
        };
        assert_eq!(buckets.len(), 31);
        assert_eq!(buckets[..3], [of("0.000000127", 2), of("0.000000255", 3), of("0.000000511", 4)]);
        assert_eq!(buckets[29..], [of("68.719476735", 4), of("+Inf", 6)]);
    }

    #[test]
    fn an_error_of_the_writer_ends_it() {
        struct Narrow(usize);
        impl Write for Narrow {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                self.0 = self.0.checked_sub(text.len()).ok_or(fmt::Error)?;
                Ok(())
            }
        }
        assert!(write_open_metrics(&Two, &mut Narrow(100)).is_err());
    }
}
