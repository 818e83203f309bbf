//! `logwatch [FILE..]`: reads log files and says what is in them. A tour of the actors begins in `crew.rs`.

mod arguments;
mod chunk;
mod collector;
mod crew;
mod endpoint;
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
use std::os::unix::fs::FileTypeExt;
use std::process::exit;

use crate::arguments::{Options, Wish};
use crate::collector::Collector;
use crate::crew::Crew;
use crate::endpoint::Endpoint;
use crate::reporter::Progress;
use crate::table::Table;

const FINE: i32 = 0;
const UNREADABLE: i32 = 1;
const USAGE: i32 = 2;
const INTERRUPTED: i32 = 130;

fn main() {
    let code = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Wish::Help) => print(&arguments::help(), FINE),
        Ok(Wish::Version) => print(concat!("logwatch ", env!("CARGO_PKG_VERSION"), "\n"), FINE),
        Ok(Wish::Watch(options)) => run(options),
        Err(mistake) => complain(&mistake, USAGE),
    };
    exit(code);
}

fn run(options: Options) -> i32 {
    incidents::hush_panics_of_actors();
    watch(options).unwrap_or_else(|error| complain(&error.to_string(), UNREADABLE))
}

/// Reads the files, until they end or somebody has seen enough, and prints what was found.
#[tokio::main]
async fn watch(mut options: Options) -> Result<i32, Box<dyn Error>> {
    let (endpoint, collector) = match for_figures(&options) {
        Ok(wished) => wished,
        Err(error) => return Ok(complain(&error, USAGE)),
    };
    if options.files.is_empty() {
        let Some(log) = what_there_is() else {
            return Ok(complain("name a file: none of the usual logs can be read here", USAGE));
        };
        let name = if log == arguments::STANDARD_INPUT { "standard input" } else { log };
        complain(&format!("no file named, reading {name}"), FINE);
        options.files.push(log.into());
    }
    let crew = Crew::start(options.files, how_to_show(options.progress)).await?;
    if let Some(endpoint) = endpoint {
        complain(&format!("figures at http://{}/metrics", endpoint.address()), FINE);
        endpoint.serve(crew.metrics());
    }
    let pushing = collector.map(|collector| collector.push(crew.metrics()));
    let interrupted = crew.finish().await;
    let table = crew.table(interrupted).await?;
    let code = if table.is_empty() {
        // Why is on standard error already, unless it was for want of time.
        if interrupted { complain("interrupted before anything was read", INTERRUPTED) } else { exit_code(&table) }
    } else {
        print(&table.to_string(), exit_code(&table))
    };
    if !interrupted {
        crew.dismiss().await?;
    }
    if let Some(pushing) = pushing {
        pushing.end().await;
    }
    if interrupted {
        // Nobody waits for a read from a silent pipe, which the end of the runtime would.
        exit(code);
    }
    Ok(code)
}

/// Who gets the figures.
fn for_figures(options: &Options) -> Result<(Option<Endpoint>, Option<Collector>), String> {
    let collector = options.collector.as_deref().map(Collector::at).transpose()?;
    Ok((options.metrics.map(Endpoint::open).transpose()?, collector))
}

fn exit_code(table: &Table) -> i32 {
    match (table.interrupted, table.summary.unreadable + table.summary.partly) {
        (true, _) => INTERRUPTED,
        (false, 0) => FINE,
        (false, _) => UNREADABLE,
    }
}

/// What is read where no file is named: what is piped or redirected here, or else a log of this machine.
fn what_there_is() -> Option<&'static str> {
    if source::standard_input().is_ok_and(|input| has_text(&input)) {
        return Some(arguments::STANDARD_INPUT);
    }
    arguments::USUAL_LOGS.into_iter().find(|log| {
        File::open(log).is_ok_and(|file| file.metadata().is_ok_and(|about| about.is_file() && about.len() > 0))
    })
}

/// Whether somebody can have meant `input` to be read: it is a file or a pipe. No terminal, and no `/dev/null`, is.
fn has_text(input: &File) -> bool {
    input.metadata().is_ok_and(|about| about.is_file() || about.file_type().is_fifo())
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
