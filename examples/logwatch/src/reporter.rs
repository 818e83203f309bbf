//! The reporter: owns standard error while the work is going on. Says what went wrong when it does, and shows how
//! far the work is five times a second where somebody watches.

use std::io::{self, Write};
use std::time::Instant;

use actor::prelude::*;

use crate::figures::{grouped, per_second};
use crate::ledger::{LedgerRef, Summary};

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Not at all.
    Off,
    /// In one line of a terminal, written over and over.
    InPlace,
    /// Line by line.
    Lines,
}

/// Reports.
#[actor]
pub(crate) struct Reporter {
    progress: Progress,
    ledger: LedgerRef,
    begun: Instant,
}

#[handlers]
impl Reporter {
    /// Says that something went wrong. The work goes on.
    pub(crate) fn complain(&mut self, what: String) {
        self.clear();
        say(&format!("logwatch: {what}\n"));
    }

    #[every(200ms)]
    fn tick(&mut self, ctx: &mut Context<Self>) {
        if self.progress != Progress::Off {
            // A ledger that is too busy to answer is asked again at the next tick.
            let _ = self.ledger.summary().then(ctx, ReporterRef::show);
        }
    }

    fn show(&mut self, #[indirect] answer: Result<Summary, AskError>) {
        let Ok(summary) = answer else { return };
        let elapsed = self.begun.elapsed();
        let line = format!(
            "{} lines, {} MB read, {} MB/s, {} lost",
            grouped(summary.lines),
            grouped(summary.bytes / 1_000_000),
            grouped(per_second(summary.bytes, elapsed) / 1_000_000),
            grouped(summary.lost),
        );
        match self.progress {
            Progress::Off => {}
            Progress::InPlace => say(&format!("\r\x1b[K{line}")),
            Progress::Lines => say(&format!("{line}\n")),
        }
    }

    #[stopping]
    fn stopping(&mut self, _why: StopReason) {
        self.clear();
    }
}

impl Reporter {
    pub(crate) fn new(progress: Progress, ledger: LedgerRef) -> Self {
        Self { progress, ledger, begun: Instant::now() }
    }

    fn clear(&self) {
        if self.progress == Progress::InPlace {
            say("\r\x1b[K");
        }
    }
}

/// Nobody is there to be told that standard error is closed.
fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}
