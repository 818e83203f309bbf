//! The command line.

use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

use crate::workload::Workload;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
Runs the same workloads on every contender and prints the tables.

  --small          short; fails when a ratio falls below its floor or an exact count is wrong
  --only A,B       only these: tell, tell4, ask, ask64, ping, ring, fan, spawn, stop, restart,
                   work-tell, work-ask, memory, allocations, instructions
  --rounds N       rounds of each timed workload (9; 5 with --small)
  --date DATE      the date written above the tables (today)
  --out FILE       where to write them (RESULTS.md beside the manifest; nowhere with --small or --only)
";

/// The tables that are not timed.
const COUNTED: [&str; 3] = ["memory", "allocations", "instructions"];

/// What was asked for.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) small: bool,
    pub(crate) help: bool,
    pub(crate) date: Option<String>,
    only: Vec<String>,
    rounds: Option<usize>,
    out: Option<PathBuf>,
}

impl Arguments {
    /// Reads the command line.
    pub(crate) fn parse(words: impl IntoIterator<Item = String>) -> Result<Self, lexopt::Error> {
        let mut parser = Parser::from_args(words);
        let mut arguments = Self::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("small") => arguments.small = true,
                Arg::Long("help") | Arg::Short('h') => arguments.help = true,
                Arg::Long("only") => arguments.only = tables(&parser.value()?.string()?)?,
                Arg::Long("rounds") => arguments.rounds = Some(rounds(parser.value()?.parse()?)?),
                Arg::Long("date") => arguments.date = Some(parser.value()?.string()?),
                Arg::Long("out") => arguments.out = Some(parser.value()?.into()),
                other => return Err(other.unexpected()),
            }
        }
        Ok(arguments)
    }

    /// Whether a table is wanted.
    pub(crate) fn wants(&self, table: &str) -> bool {
        self.only.is_empty() || self.names(table)
    }

    /// Whether a table was asked for by name.
    pub(crate) fn names(&self, table: &str) -> bool {
        self.only.iter().any(|only| only == table)
    }

    /// How often each timed workload is run.
    pub(crate) fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.small { 5 } else { 9 })
    }

    /// Where the tables are written, if anywhere: a part of them never replaces the whole.
    pub(crate) fn out(&self) -> Option<PathBuf> {
        let whole = !self.small && self.only.is_empty();
        let usual = whole.then(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("RESULTS.md"));
        self.out.clone().or(usual)
    }
}

fn tables(list: &str) -> Result<Vec<String>, lexopt::Error> {
    let known = |name: &&str| COUNTED.contains(name) || Workload::ALL.iter().any(|workload| workload.name() == *name);
    match list.split(',').find(|name| !known(name)) {
        Some(unknown) => Err(format!("no table is called `{unknown}`; --help lists them").into()),
        None => Ok(list.split(',').map(str::to_owned).collect()),
    }
}

fn rounds(count: usize) -> Result<usize, lexopt::Error> {
    if count == 0 { Err("at least one round is needed".into()) } else { Ok(count) }
}
