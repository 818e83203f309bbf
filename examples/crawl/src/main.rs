//! `crawl [DIR]`: walks a directory tree breadth first with several workers, and says what is in it.
//!
//! ```text
//!             visit, and its answer            add
//!   frontier ────────────────────────► worker ×n ──► findings
//!       ▲                                │
//!       └──── discovered, piece by piece ┘
//! ```
//!
//! What it shows:
//!
//! * **A pool.** The workers are children of the frontier, one field of it; each call of that field goes to whoever has the
//!   least to do.
//! * **Work given out and answers taken without waiting.** The frontier asks a worker with `.then`, and goes on. Each ask
//!   ends, with an answer or with the reason why there is none, so nobody is counted as busy for ever.
//! * **An answer that comes later.** Whoever asks the frontier to walk gets the answer when all is visited: the frontier
//!   keeps the `Reply` until then.
//! * **Work that blocks** is handed to tokio's threads for it, a piece at a time. See `worker.rs`.
//! * **Bounded memory.** A directory is read in pieces, however large it is. A worker awaits that a piece is booked before
//!   it reads the next. The frontier takes so many directories and hands the others back, and the worker that found them
//!   visits them itself. See `frontier.rs`.
//! * **Who waits for whom.** Workers ask the frontier and wait; the frontier never waits. Were it to wait as well, both
//!   would, for each other.
//! * **An end at any time.** On Ctrl-C the frontier is stopped, what is asked of it ends with `Stopped`, and what was
//!   found so far is printed.

mod arguments;
mod directory;
mod findings;
mod frontier;
mod table;
mod worker;

use std::io::{self, Write};
use std::process::exit;
use std::time::Duration;

use actor::prelude::*;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

use crate::arguments::{Options, Wish};
use crate::directory::Directory;
use crate::findings::Findings;
use crate::frontier::Frontier;
use crate::table::Table;
use crate::worker::Worker;

/// How long pieces in hand are waited for after an interrupt; a file system that does not answer may take for ever.
const GRACE: Duration = Duration::from_secs(1);

const FINE: i32 = 0;
const INCOMPLETE: i32 = 1;
const USAGE: i32 = 2;
const INTERRUPTED: i32 = 130;

fn main() {
    let code = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Wish::Help) => print(arguments::HELP, FINE),
        Ok(Wish::Crawl(options)) => match options.root.read_dir() {
            Ok(_) => crawl(options).unwrap_or_else(|error| complain(&error.to_string(), INCOMPLETE)),
            // A table of zeros would hide it.
            Err(error) => complain(&format!("{}: {error}", options.root.display()), INCOMPLETE),
        },
        Err(mistake) => complain(&mistake, USAGE),
    };
    exit(code);
}

/// Walks, until all is visited or somebody has seen enough, and prints what was found.
#[tokio::main]
async fn crawl(options: Options) -> Result<i32, Box<dyn std::error::Error>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let system = ActorSystem::new("crawl");
    let begun = system.now();
    let findings = {
        let top = options.top;
        system.spawn(move || Findings::new(top)).await?
    };
    let frontier = {
        let findings = findings.clone();
        system.spawn(move || Frontier::new(findings.clone(), options.follow, options.waiting)).await?
    };

    // Who is asked to say that it is under way can be interrupted from now on.
    if options.verbose {
        complain(&format!("walking {}", options.root.display()), FINE);
    }
    let interrupted = tokio::select! {
        walked = frontier.walk(Directory::root(options.root)) => {
            walked?;
            false
        }
        _ = interrupt.recv() => {
            let _ = timeout(GRACE, frontier.control().stop()).await;
            true
        }
    };
    let table = Table {
        summary: findings.summary().await?,
        workers: system.counts::<Worker>(),
        elapsed: system.now().saturating_since(begun),
        interrupted,
    };
    let code = print(&table.to_string(), exit_code(&table));
    if interrupted {
        // Nobody waits for a worker that still hangs in a system call, which the end of the runtime would.
        exit(code);
    }
    system.shutdown().await?;
    Ok(code)
}

fn exit_code(table: &Table) -> i32 {
    match (table.interrupted, table.is_complete()) {
        (true, _) => INTERRUPTED,
        (false, true) => FINE,
        (false, false) => INCOMPLETE,
    }
}

/// Writes to standard output. Who closed it has seen enough, and that is no mistake.
fn print(text: &str, code: i32) -> i32 {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            complain(&format!("standard output: {error}"), INCOMPLETE)
        }
        Ok(()) | Err(_) => code,
    }
}

fn complain(what: &str, code: i32) -> i32 {
    // Nobody is there to be told that standard error is closed.
    let _ = writeln!(io::stderr(), "crawl: {what}");
    code
}
