//! What a collector gets, decoded; and what becomes of a program whose collector is away, refuses or takes its time.
#![allow(missing_docs)]

use std::collections::BTreeMap;
use std::future::{pending, ready};
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use actor::metrics::{Family, Figure, Label, Metered, write_open_metrics};
use actor::prelude::*;
use actor_exporters::{Endpoint, PushError, push};
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::{AggregationTemporality, Metric, metric, number_data_point};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Duration, Instant};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status};

/// What the documentation says.
const PATIENCE: Duration = Duration::from_secs(10);
const SOON: Duration = Duration::from_millis(1);
const NEVER: Duration = Duration::from_secs(3600);

type Export = ExportMetricsServiceRequest;

#[actor(metrics = timing, dwell = all, counters(hits), histograms(sizes))]
struct Store;

#[handlers]
impl Store {
    #[handler(lane = urgent)]
    fn put(&mut self, ctx: &mut Context<Self>) {
        ctx.metrics(|m| {
            m.hits().add(2);
            m.sizes().record(300);
            m.sizes().record(u64::MAX >> 2);
        });
    }

    fn lose(&mut self) {
        panic!("on purpose");
    }
}

/// How a collector answers.
enum Manner {
    Takes,
    Refuses,
    TakesSome,
    IsSilent,
    /// It says nothing to the first, and takes the others.
    IsSilentOnce(AtomicU64),
}

/// A collector, without whoever listens for it.
struct Taker {
    taken: UnboundedSender<Export>,
    manner: Manner,
}

#[tonic::async_trait]
impl MetricsService for Taker {
    async fn export(&self, request: Request<Export>) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let _ = self.taken.send(request.into_inner());
        let partial_success = match &self.manner {
            Manner::Takes => None,
            Manner::IsSilentOnce(seen) if seen.fetch_add(1, Ordering::Relaxed) > 0 => None,
            Manner::Refuses => return Err(Status::resource_exhausted("full")),
            Manner::TakesSome => {
                Some(ExportMetricsPartialSuccess { rejected_data_points: 3, error_message: "not these".into() })
            }
            Manner::IsSilent | Manner::IsSilentOnce(_) => pending().await,
        };
        Ok(Response::new(ExportMetricsServiceResponse { partial_success }))
    }
}

struct Collector {
    address: SocketAddr,
    taken: UnboundedReceiver<Export>,
    /// A process of its own, so to say: connections end with it.
    process: Option<Runtime>,
}

impl Collector {
    async fn new(manner: Manner) -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0)), manner).await
    }

    async fn at(address: SocketAddr, manner: Manner) -> Self {
        let process = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (sender, taken) = unbounded_channel();
        let listening = process.spawn(async move {
            let listener = TcpListener::bind(address).await.unwrap();
            let address = listener.local_addr().unwrap();
            let service = MetricsServiceServer::new(Taker { taken: sender, manner });
            tokio::spawn(Server::builder().serve_with_incoming(service, TcpIncoming::from(listener)));
            address
        });
        Self { address: listening.await.unwrap(), taken, process: Some(process) }
    }

    async fn remove(mut self) {
        let process = self.process.take();
        tokio::task::spawn_blocking(|| drop(process)).await.unwrap();
    }

    fn endpoint(&self) -> Endpoint {
        endpoint(self.address)
    }

    async fn next(&mut self) -> Export {
        self.taken.recv().await.expect("it listens")
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.process.take().into_iter().for_each(Runtime::shutdown_background);
    }
}

fn endpoint(address: SocketAddr) -> Endpoint {
    format!("http://{address}").parse().unwrap()
}

/// Nobody is to be told anything.
fn nothing(error: PushError) {
    panic!("{error}");
}

/// Tells a test.
fn told() -> (impl FnMut(PushError) + Send, UnboundedReceiver<PushError>) {
    let (sender, told) = unbounded_channel();
    (move |error| drop(sender.send(error)), told)
}

async fn store(system: &ActorSystem) -> StoreRef {
    let store = system.spawn(|| Store).await.unwrap();
    store.put().done().await.unwrap();
    store
}

/// The figures of one moment, as often as they are asked for.
type Frozen = Vec<(Family, Vec<(&'static str, String)>, Result<u64, actor::Histogram>)>;

struct Moment(Frozen);

impl Moment {
    fn of(metrics: &(impl Metered + ?Sized)) -> Self {
        let mut all = Frozen::new();
        for family in Family::ALL {
            metrics.figures(family, &mut |labels, figure| {
                let labels = labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
                let figure = match figure {
                    Figure::Number(number) => Ok(number),
                    Figure::Spread(histogram) => Err(histogram.clone()),
                    other => panic!("{other:?}"),
                };
                all.push((family, labels, figure));
            });
        }
        Self(all)
    }
}

impl Metered for Moment {
    fn figures(&self, family: Family, take: &mut dyn FnMut(&[Label<'_>], Figure<'_>)) {
        for (_, labels, figure) in self.0.iter().filter(|(of, ..)| *of == family) {
            let labels: Vec<_> = labels.iter().map(|(name, value)| (*name, value.as_str())).collect();
            take(&labels, figure.as_ref().map_or_else(Figure::Spread, |number| Figure::Number(*number)));
        }
    }
}

fn metrics(export: &Export) -> &[Metric] {
    let [resource] = export.resource_metrics.as_slice() else { panic!("{export:?}") };
    let [scope] = resource.scope_metrics.as_slice() else { panic!("{export:?}") };
    &scope.metrics
}

fn text(attribute: &KeyValue) -> &str {
    match attribute.value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(any_value::Value::StringValue(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn labels(attributes: &[KeyValue], bound: Option<&str>) -> String {
    let bound = bound.map(|bound| format!("le=\"{bound}\""));
    let labels = attributes.iter().map(|it| format!("{}=\"{}\"", it.key, text(it)));
    format!("{{{}}}", labels.chain(bound).collect::<Vec<_>>().join(","))
}

/// What the OpenMetrics text says, as far as it is no comment.
fn said(of: &impl Metered) -> BTreeMap<String, f64> {
    let mut text = String::new();
    write_open_metrics(of, &mut text).unwrap();
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let sample = |line: &str| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        // Bounds are written to the last digit there.
        let name = match name.split_once(",le=\"") {
            Some((before, bound)) if !bound.starts_with('+') => {
                let bound: f64 = bound.trim_end_matches("\"}").parse().unwrap();
                format!("{before},le=\"{bound}\"}}")
            }
            _ => name.to_owned(),
        };
        (name, value.parse().unwrap())
    };
    samples.map(sample).collect()
}

/// What was exported, said likewise.
#[allow(clippy::cast_precision_loss)]
fn exported(export: &Export) -> BTreeMap<String, f64> {
    let mut all = BTreeMap::new();
    for metric in metrics(export) {
        let name = &metric.name;
        let (points, suffix) = match metric.data.as_ref().unwrap() {
            metric::Data::Gauge(gauge) => (&gauge.data_points, ""),
            metric::Data::Sum(sum) => {
                assert!(sum.is_monotonic && sum.aggregation_temporality == AggregationTemporality::Cumulative as i32);
                (&sum.data_points, "_total")
            }
            metric::Data::Histogram(histogram) => {
                assert_eq!(histogram.aggregation_temporality, AggregationTemporality::Cumulative as i32);
                for point in &histogram.data_points {
                    let bounds = point.explicit_bounds.iter().map(f64::to_string).chain(["+Inf".into()]);
                    assert_eq!(point.bucket_counts.len(), point.explicit_bounds.len() + 1);
                    let mut below = 0;
                    for (bound, count) in bounds.zip(&point.bucket_counts) {
                        below += count;
                        all.insert(format!("{name}_bucket{}", labels(&point.attributes, Some(&bound))), below as f64);
                    }
                    let labels = labels(&point.attributes, None);
                    all.insert(format!("{name}_count{labels}"), point.count as f64);
                    all.insert(format!("{name}_sum{labels}"), point.sum.unwrap());
                    assert!(0 < point.start_time_unix_nano && point.start_time_unix_nano <= point.time_unix_nano);
                }
                continue;
            }
            other => panic!("{other:?}"),
        };
        for point in points {
            let value = match point.value.unwrap() {
                number_data_point::Value::AsInt(number) => number as f64,
                number_data_point::Value::AsDouble(seconds) => seconds,
            };
            all.insert(format!("{name}{suffix}{}", labels(&point.attributes, None)), value);
            assert_eq!(point.start_time_unix_nano > 0, suffix == "_total", "{name}");
            assert!(point.start_time_unix_nano <= point.time_unix_nano);
        }
    }
    all
}

/// How many messages the store of the system `demo` had.
#[allow(clippy::float_cmp)]
fn has_put(export: &Export, messages: f64) -> bool {
    exported(export)[r#"actor_messages_total{system="demo",actor="store",message="put"}"#] == messages
}

#[tokio::test]
async fn what_is_pushed_is_the_text_of_the_same_moment() {
    let systems = ["demo", "other"].map(ActorSystem::new);
    for system in &systems {
        let store = store(system).await;
        store.lose().done().await.unwrap_err();
        store.put().done().await.unwrap();
    }
    let moment = Moment::of(&systems.each_ref().map(ActorSystem::metrics)[..]);
    let said_now = said(&moment);
    let mut collector = Collector::new(Manner::Takes).await;
    push(collector.endpoint(), NEVER, moment, ready(()), nothing).await;
    let export = collector.next().await;
    let exported = exported(&export);
    let differing: Vec<_> = said_now.iter().filter(|(name, value)| exported.get(*name) != Some(value)).collect();
    assert!(differing.is_empty(), "not as in the text: {differing:#?}");
    assert_eq!(said_now.len(), exported.len());
    let percentile = r#"dwell_percentile_seconds{system="other",actor="store",queue_kind="urgent",percentile="p95"}"#;
    assert!(exported.keys().any(|name| name.ends_with(percentile)));
    let kinds =
        |kind: fn(&metric::Data) -> bool| metrics(&export).iter().filter(|it| kind(it.data.as_ref().unwrap())).count();
    assert!(kinds(|data| matches!(data, metric::Data::Histogram(_))) >= 3, "{export:?}");
    for metric in metrics(&export) {
        let family = Family::ALL.into_iter().find(|family| family.name() == metric.name).unwrap();
        assert_eq!(metric.description, family.help());
        assert_eq!(metric.unit, if metric.name.ends_with("_seconds") { "s" } else { "" });
    }
    let resource = export.resource_metrics[0].resource.as_ref().unwrap();
    assert!(resource.attributes.iter().any(|it| it.key == "service.name" && text(it).contains("otlp")));
}

#[tokio::test]
async fn a_collector_that_goes_and_comes_back_has_missed_nothing() {
    let system = ActorSystem::new("demo");
    let store = store(&system).await;
    let mut collector = Collector::new(Manner::Takes).await;
    let (tell, mut told) = told();
    let pushing = tokio::spawn(push(collector.endpoint(), SOON, system.metrics(), system.stopped(), tell));
    while !has_put(&collector.next().await, 1.0) {}
    let address = collector.address;
    collector.remove().await;
    for _ in 0..3 {
        let error = told.recv().await.unwrap();
        assert!(matches!(error, PushError::Failed(_)), "{error}");
        let said = error.to_string();
        assert!(
            said.starts_with("the collector cannot be reached, or refuses: ") && !said.contains("Error("),
            "{said}"
        );
        store.put().done().await.unwrap();
    }
    let mut collector = Collector::at(address, Manner::Takes).await;
    while !has_put(&collector.next().await, 4.0) {}
    system.shutdown().await.unwrap();
    pushing.await.unwrap();
}

#[tokio::test]
async fn the_end_of_a_system_pushes_its_last_figures() {
    let system = ActorSystem::new("demo");
    let store = store(&system).await;
    let mut collector = Collector::new(Manner::Takes).await;
    let pushing = tokio::spawn(push(collector.endpoint(), NEVER, system.metrics(), system.stopped(), nothing));
    assert!(has_put(&collector.next().await, 1.0), "the first at once");
    store.put().done().await.unwrap();
    system.shutdown().await.unwrap();
    pushing.await.unwrap();
    let last = collector.next().await;
    assert!(has_put(&last, 2.0));
    assert!(exported(&last).iter().any(|(name, ended)| name.starts_with("actor_stopped_total") && *ended > 0.0));
    assert!(collector.taken.try_recv().is_err(), "nothing after the last");
}

#[tokio::test]
async fn a_push_in_hand_does_not_hold_up_the_last_one() {
    let system = ActorSystem::new("demo");
    store(&system).await;
    let mut collector = Collector::new(Manner::IsSilentOnce(AtomicU64::new(0))).await;
    let pushing = tokio::spawn(push(collector.endpoint(), SOON, system.metrics(), system.stopped(), nothing));
    collector.next().await;
    let begun = Instant::now();
    system.shutdown().await.unwrap();
    pushing.await.unwrap();
    assert!(begun.elapsed() < PATIENCE);
    assert!(has_put(&collector.next().await, 1.0));
}

#[tokio::test(start_paused = true)]
async fn a_collector_that_says_nothing_is_given_up_each_time() {
    let collector = Collector::new(Manner::IsSilent).await;
    let (tell, mut told) = told();
    let until = tokio::time::sleep(PATIENCE * 5 / 2);
    let begun = Instant::now();
    push(collector.endpoint(), SOON, Moment(Vec::new()), until, tell).await;
    let took = begun.elapsed();
    assert!(took >= PATIENCE * 7 / 2 && took < PATIENCE * 4, "{took:?}");
    for _ in 0..3 {
        assert!(matches!(told.recv().await, Some(PushError::Late)));
    }
    assert!(told.recv().await.is_none());
}

#[tokio::test]
async fn what_a_collector_does_not_take_is_told() {
    let seen = Mutex::new(Vec::new());
    for manner in [Manner::Refuses, Manner::TakesSome] {
        let collector = Collector::new(manner).await;
        push(collector.endpoint(), NEVER, Moment(Vec::new()), ready(()), |error| seen.lock().unwrap().push(error))
            .await;
    }
    let seen = seen.into_inner().unwrap();
    let [PushError::Failed(status), PushError::Rejected { figures: 3, reason }] = seen.as_slice() else {
        panic!("{seen:?}")
    };
    assert_eq!((status.code(), status.message(), reason.as_str()), (Code::ResourceExhausted, "full", "not these"));
    assert!(seen[0].to_string().contains("full") && seen[1].to_string().contains("3 figures: not these"));
}
