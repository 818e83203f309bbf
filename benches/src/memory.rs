//! The memory of an idle actor: resident pages and live heap, in a process that has done nothing else.

use std::hint::black_box;
use std::process::Command;
use std::sync::Arc;
use std::{env, fs};

use tokio::task::yield_now;

use crate::contender::{Contender, Entry, Flavor};
use crate::count_alloc::{self, Tally};

/// Bytes of one idle actor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Footprint {
    /// Resident pages.
    pub(crate) resident: f64,
    /// Bytes asked of the allocator and not given back.
    pub(crate) heap: f64,
    /// The same after each actor has answered one ask.
    pub(crate) heap_used: f64,
}

/// The first argument that makes this binary a child which measures memory and prints it.
pub(crate) const CHILD: &str = "--child-memory";

/// Measures the memory of `actors` idle actors of a contender in a fresh process.
pub(crate) fn of(entry: &Entry, actors: u64) -> Result<Footprint, String> {
    let this = env::current_exe().map_err(|error| format!("this binary is not found: {error}"))?;
    let output = Command::new(this)
        .args([CHILD, entry.name, &actors.to_string()])
        .output()
        .map_err(|error| format!("the child process did not start: {error}"))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    Footprint::parse(&printed).ok_or_else(|| {
        format!("the child process measured nothing: {}", String::from_utf8_lossy(&output.stderr).trim())
    })
}

impl Footprint {
    /// The line a child prints.
    pub(crate) fn to_line(self) -> String {
        format!("{} {} {}", self.resident, self.heap, self.heap_used)
    }

    fn parse(line: &str) -> Option<Self> {
        let mut figures = line.split_whitespace().map(str::parse);
        let mut next = || figures.next()?.ok();
        Some(Self { resident: next()?, heap: next()?, heap_used: next()? })
    }
}

/// What a child does: starts `actors` counters on the current thread and looks at the process before and after.
pub(crate) fn footprint<C: Contender>(actors: u64) -> Footprint {
    count_alloc::count(true);
    C::run(Flavor::CurrentThread, move |world| populate(world, actors))
}

async fn populate<C: Contender>(world: Arc<C>, actors: u64) -> Footprint {
    // What the first actors of a process set up for all is no actor's; they live on, so that nothing is freed.
    let mut first = vec![None; 100];
    settled(&*world, &mut first).await;
    // The pages of the handles are touched beforehand, so that they are not counted as the actors'.
    let mut handles = Vec::with_capacity(actors as usize);
    (0..actors).for_each(|_| handles.push(black_box(None)));

    let (pages, heap) = (resident_bytes(), Tally::now());
    settled(&*world, &mut handles).await;
    let (pages_idle, heap_idle) = (resident_bytes(), Tally::now());
    for counter in handles.iter().flatten() {
        C::total(counter).await;
    }
    let heap_used = Tally::now();

    Footprint {
        resident: (pages_idle - pages) / actors as f64,
        heap: heap_idle.since(heap).live() as f64 / actors as f64,
        heap_used: heap_used.since(heap).live() as f64 / actors as f64,
    }
}

/// Fills the handles with counters and waits until all have started.
async fn settled<C: Contender>(world: &C, handles: &mut [Option<C::Counter>]) {
    for handle in handles.iter_mut() {
        *handle = Some(world.counter().await);
    }
    // Started in turn on one thread: when the last one answers, those before it have run.
    if let Some(last) = handles.last().and_then(Option::as_ref) {
        C::total(last).await;
    }
    for _ in 0..1_000 {
        yield_now().await;
    }
}

/// The resident set of this process; exact, where `statm` may lag by some pages per thread.
fn resident_bytes() -> f64 {
    let rollup = fs::read_to_string("/proc/self/smaps_rollup").expect("memory is measured on Linux only");
    let kilobytes = rollup
        .lines()
        .find_map(|line| line.strip_prefix("Rss:"))
        .and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse::<f64>().ok())
        .expect("the kernel says how much is resident");
    kilobytes * 1024.0
}
