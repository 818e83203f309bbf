//! Figures that are pushed to a collector. Whatever it does, refuse, be slow or be away, costs the program one request at a
//! time and nothing that grows: figures are sums since the beginning, so that of those not taken the next ones make up for all.

mod request;

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::future::{Future, poll_fn};
use std::iter::successors;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use actor::metrics::Metered;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_client::MetricsServiceClient;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

use self::request::Source;

/// How long a collector may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Pushes the figures of `metrics` to an OpenTelemetry `collector`, by OTLP over gRPC: at once, then `every` so often, and once
/// more when `until` comes, which is the end of it.
///
/// They have the names, labels and buckets of the OpenMetrics text. Sums are cumulative, and said to begin with this call: make
/// it where the systems begin. Their `service.name` is what the environment variable `OTEL_SERVICE_NAME` says, else
/// `unknown_service:` and the name of the program. The figures of several systems go together, each with a name of its own:
/// `Box::from([one.metrics(), two.metrics()])`.
///
/// A push that fails is not repeated: the next one says more. A collector has 10 seconds for its answer, for the last one as
/// well, and where it needs longer than `every`, pushes are left out. `told` hears of each that failed.
///
/// # Errors
/// None: it ends with `until`, and errors go to `told`.
///
/// # Panics
/// If it is polled outside a tokio runtime with time and I/O enabled, if `every` is zero, and as `metrics` and `told` do.
///
/// # Cancel safety
/// It ends when its future is dropped, without the last push.
///
/// # Examples
/// ```no_run
/// use actor::prelude::*;
/// use actor_exporters::{Endpoint, push};
/// use std::time::Duration;
///
/// #[tokio::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let system = ActorSystem::new("demo");
///     let collector: Endpoint = "http://127.0.0.1:4317".parse()?;
///     let complain = |error| eprintln!("figures: {error}");
///     let every = Duration::from_secs(10);
///     let pushing = tokio::spawn(push(collector, every, system.metrics(), system.stopped(), complain));
///
///     // ..
///
///     system.shutdown().await?;
///     pushing.await?; // the last figures
///     Ok(())
/// }
/// ```
pub async fn push(
    collector: Endpoint,
    every: Duration,
    metrics: impl Metered,
    until: impl Future<Output = ()>,
    mut told: impl FnMut(PushError),
) {
    let source = Source::new();
    let mut way = Way { collector, open: None };
    {
        let mut until = pin!(until);
        let mut pushing = pin!(async {
            let mut ticks = interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                way.push(&source, &metrics).await.unwrap_or_else(&mut told);
            }
        });
        // What is under way at the end is given up, as the last push says it all.
        poll_fn(|cx| {
            if until.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            let _: Poll<Infallible> = pushing.as_mut().poll(cx);
            Poll::Pending
        })
        .await;
    }
    way.push(&source, &metrics).await.unwrap_or_else(told);
}

/// The way to a collector.
struct Way {
    collector: Endpoint,
    open: Option<MetricsServiceClient<Channel>>,
}

impl Way {
    async fn push(&mut self, source: &Source, metrics: &impl Metered) -> Result<(), PushError> {
        let request = source.request(metrics);
        // One that let a push down is not taken again: its other end may be gone, which only its own timeout would show.
        let mut client = self.open.take().unwrap_or_else(|| MetricsServiceClient::new(self.collector.connect_lazy()));
        let answer = timeout(PATIENCE, client.export(request)).await;
        let answer = answer.map_err(|_| PushError::Late)?.map_err(PushError::Failed)?;
        self.open = Some(client);
        match answer.into_inner().partial_success {
            Some(part) if part.rejected_data_points > 0 => Err(PushError::Rejected {
                figures: part.rejected_data_points.unsigned_abs(),
                reason: part.error_message,
            }),
            _ => Ok(()),
        }
    }
}

/// Why figures did not arrive.
#[derive(Debug)]
#[non_exhaustive]
pub enum PushError {
    /// The collector cannot be reached, or refuses.
    Failed(Status),
    /// It did not answer within 10 seconds.
    Late,
    /// It took all but so many of them.
    Rejected {
        /// How many it did not take.
        figures: u64,
        /// Why, in its words.
        reason: String,
    },
}

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(status) => {
                write!(f, "the collector cannot be reached, or refuses: {}", status.code())?;
                if !status.message().is_empty() {
                    write!(f, ", {}", status.message())?;
                }
                match successors(status.source(), |cause| (*cause).source()).last() {
                    Some(first) => write!(f, ", {first}"),
                    None => Ok(()),
                }
            }
            Self::Late => write!(f, "the collector did not answer within {PATIENCE:?}"),
            Self::Rejected { figures, reason } => write!(f, "the collector rejects {figures} figures: {reason}"),
        }
    }
}

impl Error for PushError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed(status) => Some(status),
            Self::Late | Self::Rejected { .. } => None,
        }
    }
}
