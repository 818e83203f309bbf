//! `logwatch [FILE..]`: reads log files and says what is in them. A tour of the actors begins in `crew.rs`.

mod arguments;
mod chunk;
mod crew;
mod figures;
mod incidents;
mod lane;
mod ledger;
mod line;
mod parser;
mod ranking;
mod reporter;
mod source;
mod table;
mod tally;

use std::error::Error;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::exit;

use crate::arguments::Wish;
use crate::crew::Crew;
use crate::reporter::Progress;
use crate::table::Table;

const FINE: i32 = 0;
const UNREADABLE: i32 = 1;
const USAGE: i32 = 2;
const INTERRUPTED: i32 = 130;

/// Read without arguments: the first that can be.
const USUAL_LOGS: [&str; 6] = [
    "/var/log/syslog",
    "/var/log/messages",
    "/var/log/dpkg.log",
    "/var/log/apt/history.log",
    "/var/log/alternatives.log",
    "/etc/services",
];

fn main() {
    let code = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Wish::Help) => print(arguments::HELP, FINE),
        Ok(Wish::Watch { files, progress }) => run(files, progress),
        Err(mistake) => complain(&mistake, USAGE),
    };
    exit(code);
}

fn run(mut files: Vec<PathBuf>, progress: bool) -> i32 {
    if files.is_empty() {
        let Some(log) = USUAL_LOGS.iter().map(Path::new).find(|log| File::open(log).is_ok()) else {
            return complain("name a file: none of the usual logs can be read here", USAGE);
        };
        complain(&format!("no file named, reading {}", log.display()), FINE);
        files.push(log.into());
    }
    incidents::hush_panics_of_actors();
    watch(files, how_to_show(progress)).unwrap_or_else(|error| complain(&error.to_string(), UNREADABLE))
}

/// Reads the files, until they end or somebody has seen enough, and prints what was found.
#[tokio::main]
async fn watch(files: Vec<PathBuf>, progress: Progress) -> Result<i32, Box<dyn Error>> {
    let crew = Crew::start(files, progress).await?;
    let interrupted = crew.finish().await;
    let table = crew.table(interrupted).await?;
    let code = print(&table.to_string(), exit_code(&table));
    if interrupted {
        // Nobody waits for a read from a silent pipe, which the end of the runtime would.
        exit(code);
    }
    crew.dismiss().await?;
    Ok(code)
}

fn exit_code(table: &Table) -> i32 {
    match (table.interrupted, table.summary.unreadable) {
        (true, _) => INTERRUPTED,
        (false, 0) => FINE,
        (false, _) => UNREADABLE,
    }
}

fn how_to_show(asked_for: bool) -> Progress {
    match (io::stderr().is_terminal(), asked_for) {
        (true, _) => Progress::InPlace,
        (false, true) => Progress::Lines,
        (false, false) => Progress::Off,
    }
}

/// Writes to standard output. Who closed it has seen enough, and that is no mistake.
fn print(text: &str, code: i32) -> i32 {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            complain(&format!("standard output: {error}"), UNREADABLE)
        }
        Ok(()) | Err(_) => code,
    }
}

fn complain(what: &str, code: i32) -> i32 {
    // Nobody is there to be told that standard error is closed.
    let _ = writeln!(io::stderr(), "logwatch: {what}");
    code
}
