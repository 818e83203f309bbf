//! The table: everything that was found, as text for people and for `grep`.

use std::fmt;
use std::time::Duration;

use actor::Counts;

use crate::figures::{grouped, per_second, percent};
use crate::ledger::Summary;
use crate::line::Level;

/// Width of the longest bar.
const BAR: u64 = 40;

/// What is shown at the end.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) summary: Summary,
    pub(crate) top: Vec<(Box<str>, u64)>,
    /// What happened to the parsers.
    pub(crate) parsers: Counts,
    /// What the first one that failed had to say.
    pub(crate) first_failure: Option<String>,
    pub(crate) elapsed: Duration,
    pub(crate) interrupted: bool,
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.totals(f)?;
        self.levels(f)?;
        self.hours(f)?;
        self.sources(f)?;
        self.failures(f)
    }
}

impl Table {
    /// Whether there is nothing to show, because nothing could be read.
    pub(crate) fn is_empty(&self) -> bool {
        self.summary.files + self.summary.partly == 0
    }

    fn totals(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { files, partly, unreadable, lines, bytes, tally, lost, .. } = &self.summary;
        if self.interrupted {
            writeln!(f, "interrupted: this is what was read so far\n")?;
        }
        let seconds = self.elapsed.as_secs_f64();
        #[allow(clippy::cast_precision_loss)]
        let megabytes = *bytes as f64 / 1e6 / seconds.max(1e-9);
        row(f, "files read", *files, "")?;
        if *partly > 0 {
            row(f, "partly read", *partly, "")?;
        }
        row(f, "unreadable", *unreadable, "")?;
        row(f, "bytes read", *bytes, &format!("{megabytes:.1} MB/s"))?;
        row(f, "lines read", *lines, &format!("{} lines/s", grouped(per_second(*lines, self.elapsed))))?;
        row(f, "lines counted", tally.lines, &percent(tally.lines, *lines))?;
        row(f, "lines lost", *lost, &percent(*lost, *lines))?;
        if self.summary.in_hand() > 0 {
            row(f, "lines in hand", self.summary.in_hand(), "")?;
        }
        writeln!(f, "{:<16}{seconds:>16.3}  seconds", "time")
    }

    fn levels(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tally = &self.summary.tally;
        writeln!(f, "\nby level")?;
        for level in Level::ALL {
            let lines = tally.levels[level as usize];
            row(f, level.as_str(), lines, &percent(lines, tally.lines))?;
        }
        row(f, "not text", tally.not_text, &percent(tally.not_text, tally.lines))
    }

    fn hours(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hours = &self.summary.tally.hours;
        let most = hours.iter().copied().max().unwrap_or(0);
        if most == 0 {
            return Ok(());
        }
        writeln!(f, "\nby hour")?;
        for (hour, lines) in hours.iter().enumerate().filter(|(_, lines)| **lines > 0) {
            let bar = u128::from(*lines) * u128::from(BAR) / u128::from(most);
            row(f, &format!("{hour:02}:00"), *lines, &"#".repeat(usize::try_from(bar).unwrap_or(0)))?;
        }
        Ok(())
    }

    fn sources(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.top.is_empty() {
            return Ok(());
        }
        writeln!(f, "\ntop sources")?;
        self.top.iter().try_for_each(|(source, lines)| row(f, source, *lines, ""))
    }

    fn failures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { failures, restarts, .. } = self.parsers;
        writeln!(f, "\nparsers")?;
        row(f, "failures", failures, self.first_failure.as_deref().unwrap_or(""))?;
        if failures > 0 {
            let Summary { chunks_retried, lines_retried, lost, .. } = &self.summary;
            // What the failures come to: one for each chunk with a bad line in it, one for each bad line by itself.
            let lines = format!("their {} lines were parsed again, one by one", grouped(*lines_retried));
            row(f, "of chunks", *chunks_retried, &lines)?;
            row(f, "of single lines", *lost, "lost")?;
        }
        let note = if restarts < failures { "the rest were not needed any more" } else { "" };
        row(f, "restarts", restarts, note)?;
        let places = &self.summary.lost_at;
        places.iter().try_for_each(|place| writeln!(f, "lost            {place}"))?;
        if self.summary.lost > places.len() as u64 {
            writeln!(f, "lost            and {} more", grouped(self.summary.lost - places.len() as u64))?;
        }
        Ok(())
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, figure: u64, note: &str) -> fmt::Result {
    let line = format!("{name:<16}{:>16}  {note}", grouped(figure));
    writeln!(f, "{}", line.trim_end())
}
