//! What it costs to count, to time, and to be scraped: instructions, nanoseconds, and messages not handled meanwhile.
//!
//! `cargo run --release` in this folder, with valgrind for the instructions. Times are of the processor, that of the scraper
//! included. What is compared takes turns, and a ratio is the median of those of each turn, so that whatever else the machine
//! does hits all alike.

use std::env;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use actor::metrics::Metrics;
use actor::prelude::*;
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;

/// Messages between two rests of the sender, which fit into a mailbox.
const BURST: u64 = 256;
const MESSAGES: u64 = 500_000;
const ROUNDS: usize = 15;
/// How long a throughput is measured, with one scrape in the middle or with none.
const WINDOW: Duration = Duration::from_millis(100);
/// Pairs of windows, one with a scrape and one without.
const PAIRS: usize = 300;
/// Actors that a scrape looks at beside the busy one.
const IDLE: usize = 1_000;
/// Operations of the two runs whose instructions are compared.
const SIZES: [u64; 2] = [2_048, 10_240];
/// The first argument of a run that is counted.
const CHILD: &str = "--child";

const NAMES: [&str; 3] = ["off", "counts", "timing"];

/// The same actor with each way of recording.
macro_rules! counter {
    ($module:ident, $metrics:ident) => {
        #[allow(dead_code)] // Nobody controls them.
        mod $module {
            use super::*;

            #[actor(metrics = $metrics)]
            pub(super) struct Counter(pub(super) u64);

            #[handlers]
            impl Counter {
                pub fn add(&mut self, by: u64) {
                    self.0 += by;
                }
                pub fn total(&self) -> u64 {
                    self.0
                }
            }

            /// Sends so many messages, waits for the last one, and says how long that took.
            pub(super) async fn tell(messages: u64) -> Duration {
                let system = ActorSystem::new("bench");
                let counter = system.spawn(|| Counter(0)).await.expect("it starts");
                let begun = processor(ClockId::ThreadCPUTime);
                for _ in 0..messages / BURST {
                    for _ in 0..BURST {
                        counter.add(1).await.expect("it lives");
                    }
                    yield_now().await;
                }
                assert_eq!(counter.total().await, Ok(messages / BURST * BURST));
                processor(ClockId::ThreadCPUTime) - begun
            }

            pub(super) async fn ask(messages: u64) -> Duration {
                let system = ActorSystem::new("bench");
                let counter = system.spawn(|| Counter(0)).await.expect("it starts");
                let begun = processor(ClockId::ThreadCPUTime);
                for _ in 0..messages {
                    counter.total().await.expect("it lives");
                }
                processor(ClockId::ThreadCPUTime) - begun
            }
        }
    };
}

counter!(off, off);
counter!(counts, counts);
counter!(timing, timing);

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    if let [_, first, operation, metrics, messages] = arguments.as_slice()
        && first == CHILD
    {
        run(operation, metrics, messages.parse().expect("a number"));
        return ExitCode::SUCCESS;
    }
    for operation in ["tell", "ask"] {
        recording(operation);
    }
    scraping();
    ExitCode::SUCCESS
}

/// Runs `messages` operations on one thread.
fn run(operation: &str, metrics: &str, messages: u64) -> Duration {
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        match (operation, metrics) {
            ("tell", "off") => off::tell(messages).await,
            ("tell", "counts") => counts::tell(messages).await,
            ("tell", "timing") => timing::tell(messages).await,
            ("ask", "off") => off::ask(messages).await,
            ("ask", "counts") => counts::ask(messages).await,
            ("ask", "timing") => timing::ask(messages).await,
            _ => panic!("there is no {operation} with {metrics}"),
        }
    })
}

/// What it costs to record each message.
fn recording(operation: &str) {
    let mut nanos: [Vec<f64>; 3] = Default::default();
    for _ in 0..ROUNDS {
        for (times, metrics) in nanos.iter_mut().zip(NAMES) {
            times.push(run(operation, metrics, MESSAGES).as_nanos() as f64 / MESSAGES as f64);
        }
    }
    let more = |than: usize, of: usize| {
        let pairs = nanos[of].iter().zip(&nanos[than]);
        median(pairs.map(|(of, than)| of - than).collect())
    };
    println!("| {operation}, `metrics` | instructions | ns | ns more than off |");
    println!("|---|---|---|---|");
    for (place, metrics) in NAMES.into_iter().enumerate() {
        let counted = instructions(operation, metrics).map_or_else(|| "–".into(), |count| format!("{count:.0}"));
        let took = median(nanos[place].clone());
        println!("| {metrics} | {counted} | {took:.1} | {:.1} |", more(0, place));
    }
    println!();
}

/// Instructions of one operation, counted by callgrind: the difference of two runs.
fn instructions(operation: &str, metrics: &str) -> Option<f64> {
    let [small, large] = SIZES.map(|messages| {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(env::current_exe().ok()?)
            .args([CHILD, operation, metrics, &messages.to_string()])
            .output()
            .ok()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let collected = said.lines().find_map(|line| line.split_once("Collected :"))?.1.trim().parse::<f64>();
        collected.ok()
    });
    Some((large? - small?) / (SIZES[1] - SIZES[0]) as f64)
}

/// What it costs to be scraped. Each window with a scrape has one without beside it, the first of a pair being now the one and
/// now the other.
fn scraping() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_time().build().expect("a runtime");
    let watched = Watched::new(&runtime);
    let mut lost: Vec<f64> = (0..PAIRS)
        .map(|pair| {
            let is_first = pair % 2 == 0;
            let [first, second] = [is_first, !is_first].map(|is_scraped| watched.throughput(is_scraped));
            let (with, without) = if is_first { (first, second) } else { (second, first) };
            100.0 * (1.0 - with / without)
        })
        .collect();
    let scrapes = (0..PAIRS).map(|_| {
        let begun = processor(ClockId::ThreadCPUTime);
        assert!(!watched.metrics.to_open_metrics().is_empty());
        (processor(ClockId::ThreadCPUTime) - begun).as_secs_f64() * 1e6
    });
    println!(
        "A scrape of a busy system with {IDLE} idle actors takes {:.0} µs of a processor.\n",
        median(scrapes.collect())
    );
    lost.sort_by(f64::total_cmp);
    // Between these ranks lies the median of all there could be, in 95 of 100 such runs.
    let within = (0.98 * (PAIRS as f64).sqrt()).ceil() as usize;
    let [low, middle, high] = [PAIRS / 2 - within, PAIRS / 2, PAIRS / 2 + within].map(|rank| lost[rank]);
    println!("| scraped | throughput lost | between, 95 % |");
    println!("|---|---|---|");
    println!("| every 100 ms | {middle:.2} % | {low:.2} % and {high:.2} % |");
    println!(
        "| every second, a tenth of that | {:.3} % | {:.3} % and {:.3} % |",
        middle / 10.0,
        low / 10.0,
        high / 10.0
    );
    watched.enough.store(true, Ordering::Relaxed);
}

/// A system with one busy actor, and many that rest.
struct Watched {
    metrics: Metrics,
    enough: &'static AtomicBool,
}

impl Watched {
    fn new(runtime: &Runtime) -> Self {
        let enough: &'static AtomicBool = Box::leak(Box::default());
        let system = runtime.block_on(async {
            let system = ActorSystem::new("watched");
            for _ in 0..IDLE {
                let idle = system.spawn(|| timing::Counter(0)).await.expect("it starts");
                std::mem::forget(idle);
            }
            system
        });
        let metrics = system.metrics();
        runtime.spawn(async move {
            let counter = system.spawn(|| counts::Counter(0)).await.expect("it starts");
            while !enough.load(Ordering::Relaxed) {
                for _ in 0..BURST {
                    counter.add(1).await.expect("it lives");
                }
                yield_now().await;
            }
        });
        Self { metrics, enough }
    }

    /// Messages handled in a second of the processor, that of the scraper included.
    fn throughput(&self, is_scraped: bool) -> f64 {
        let (before, used, begun) = (self.handled(), processor(ClockId::ProcessCPUTime), Instant::now());
        thread::sleep(WINDOW / 2);
        if is_scraped {
            assert!(!self.metrics.to_open_metrics().is_empty());
        }
        thread::sleep((begun + WINDOW).saturating_duration_since(Instant::now()));
        let used = processor(ClockId::ProcessCPUTime) - used;
        (self.handled() - before) as f64 / used.as_secs_f64()
    }

    fn handled(&self) -> u64 {
        let mut handled = 0;
        let messages = actor::metrics::Family::Messages;
        actor::metrics::Metered::figures(&self.metrics, messages, &mut |labels, figure| {
            if let actor::metrics::Figure::Number(number) = figure
                && labels.contains(&("message", "add"))
            {
                handled += number;
            }
        });
        handled
    }
}

/// Processor time that was used so far.
fn processor(clock: ClockId) -> Duration {
    clock_gettime(clock).try_into().expect("it is not negative")
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
