//! The crew: all actors, who knows whom, and the order in which they start and finish.
//!
//! ```text
//!   source ◄── next ── lane ×n ── rank ──────────► ranking
//!     │                 │  │
//!     │           parse ▼  └─ counted, lost ──► ledger ◄── summary ── reporter
//!     │               parser (may fail)            ▲
//!     └──────────────── read ──────────────────────┘
//! ```
//!
//! Every arrow on the way of a line is a call that is awaited: whoever is slowest sets the pace, and nothing piles up.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use actor::metrics::Metrics;
use actor::prelude::*;
use actor::{ShutdownError, SpawnError};
use tokio::signal::ctrl_c;
use tokio::time::timeout;

use crate::incidents::Incidents;
use crate::lane::{Lane, LaneRef};
use crate::ledger::{Ledger, LedgerRef};
use crate::parser::Parser;
use crate::ranking::{Ranking, RankingRef};
use crate::reporter::{Progress, Reporter, ReporterRef};
use crate::source::{Source, SourceRef};
use crate::table::Table;

/// How many sources the table names.
const TOP: usize = 10;

/// How long lines in hand are waited for after an interrupt; a pipe may keep its reader for ever.
const GRACE: Duration = Duration::from_secs(1);

/// All actors of the program.
pub(crate) struct Crew {
    system: ActorSystem,
    incidents: Incidents,
    begun: Instant,
    ledger: LedgerRef,
    ranking: RankingRef,
    reporter: ReporterRef,
    source: SourceRef,
    lanes: Vec<LaneRef>,
}

impl Crew {
    /// Starts everybody; the work begins at once.
    pub(crate) async fn start(files: Vec<PathBuf>, progress: Progress) -> Result<Self, SpawnError> {
        let begun = Instant::now();
        let incidents = Incidents::default();
        let noted = incidents.clone();
        let system = ActorSystem::builder("logwatch").event_handler(move |event| noted.note(event)).start();

        let ledger = system.spawn(Ledger::default).await?;
        let ranking = system.spawn(Ranking::default).await?;
        let reporter = {
            let ledger = ledger.clone();
            system.spawn(move || Reporter::new(progress, ledger.clone())).await?
        };
        let source = {
            let (ledger, reporter) = (ledger.clone(), reporter.clone());
            system.spawn(move || Source::new(&files, ledger.clone(), reporter.clone())).await?
        };
        let mut lanes = Vec::new();
        for _ in 0..how_many_lanes() {
            let (source, ledger, ranking) = (source.clone(), ledger.clone(), ranking.clone());
            lanes.push(system.spawn(move || Lane::new(source.clone(), ledger.clone(), ranking.clone())).await?);
        }
        Ok(Self { system, incidents, begun, ledger, ranking, reporter, source, lanes })
    }

    /// Waits until all is read, or until somebody has seen enough. Returns whether that was so.
    pub(crate) async fn finish(&self) -> bool {
        let interrupted = tokio::select! {
            () = self.lanes_ended() => false,
            pressed = ctrl_c() => pressed.is_ok(),
        };
        if interrupted {
            let all_ended = async {
                self.source.control().stop().await;
                self.lanes_ended().await;
            };
            // What is in hand after that is in the table as such.
            let _ = timeout(GRACE, all_ended).await;
        }
        self.reporter.control().drain().await;
        interrupted
    }

    /// What was found.
    pub(crate) async fn table(&self, interrupted: bool) -> Result<Table, AskError> {
        let mut summary = self.ledger.summary().await?;
        // The one that was read when the interrupt came.
        summary.partly += u64::from(std::mem::take(&mut summary.in_a_file));
        Ok(Table {
            summary,
            top: self.ranking.top(TOP).await?,
            parsers: self.system.counts::<Parser>(),
            first_failure: self.incidents.first(),
            elapsed: self.begun.elapsed(),
            interrupted,
        })
    }

    /// The figures of all actors, for whoever collects them.
    pub(crate) fn metrics(&self) -> Metrics {
        self.system.metrics()
    }

    /// Ends what still runs.
    pub(crate) async fn dismiss(self) -> Result<(), ShutdownError> {
        self.system.shutdown().await
    }

    async fn lanes_ended(&self) {
        for lane in &self.lanes {
            lane.control().stopped().await;
        }
    }
}

fn how_many_lanes() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 8)
}
