//! One workload, so often, with or without somebody who subscribes: `observed tell|ask|hop 10000 none|deaf|all`. Prints
//! nanoseconds an operation. `./run` counts its instructions, with each feature.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use actor::prelude::*;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

/// Hears of everything, or of nothing, and keeps none of it.
struct Listener {
    hears: bool,
    spans: AtomicU64,
}

impl Subscriber for Listener {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        if self.hears { Interest::always() } else { Interest::never() }
    }
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        self.hears
    }
    /// What it hears of nobody here says, so one that is deaf to us has this level all the same.
    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::TRACE)
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[cfg_attr(not(feature = "off"), actor)]
#[cfg_attr(feature = "off", actor(metrics = off, dwell = off))]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    fn add(&mut self, by: u64) {
        self.total += by;
    }
    fn total(&self) -> u64 {
        self.total
    }
}

#[cfg_attr(not(feature = "off"), actor)]
#[cfg_attr(feature = "off", actor(metrics = off, dwell = off))]
struct Node {
    next: Option<NodeRef>,
    over: UnboundedSender<()>,
}

#[handlers]
impl Node {
    fn link(&mut self, next: NodeRef) {
        self.next = Some(next);
    }
    fn hop(&mut self, left: u64) {
        match (left, &self.next) {
            (0, _) | (_, None) => self.over.send(()).expect("somebody waits"),
            (left, Some(next)) => next.hop(left - 1).tell().expect("one message at a time"),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [work, operations, listener] = &arguments[..] else {
        return Err("observed tell|ask|hop OPERATIONS none|deaf|all".into());
    };
    let operations: u64 = operations.parse()?;
    if listener != "none" {
        tracing::subscriber::set_global_default(Listener { hears: listener == "all", spans: AtomicU64::new(0) })?;
    }
    let system = ActorSystem::new("observed");
    let counter = system.spawn(|| Counter { total: 0 }).await?;
    let begun = Instant::now();
    match work.as_str() {
        "tell" => {
            for _ in 0..operations {
                counter.add(1).await?;
            }
            assert_eq!(counter.total().await?, operations);
        }
        "ask" => {
            for _ in 0..operations {
                assert_eq!(counter.total().await?, 0);
            }
        }
        "hop" => {
            let (over, mut last) = unbounded_channel();
            let node = || {
                let over = over.clone();
                system.spawn(move || Node { next: None, over: over.clone() }).detach()
            };
            let (one, other) = (node(), node());
            one.link(other.clone()).await?;
            other.link(one.clone()).await?;
            one.hop(operations).await?;
            last.recv().await;
            // A circle of refs would keep both.
            drop(one.control().stop());
        }
        _ => return Err("a workload is tell, ask or hop".into()),
    }
    println!("{:.1} ns", begun.elapsed().as_nanos() as f64 / operations as f64);
    system.shutdown().await?;
    Ok(())
}
