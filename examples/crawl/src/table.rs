//! The table: everything that was found, as text for people and for `grep`.

use std::fmt;
use std::time::Duration;

use actor::Counts;

use crate::directory::Trouble;
use crate::findings::Summary;

/// Width of the longest bar.
const BAR: u64 = 40;

/// The most levels that are shown one by one.
const LEVELS: usize = 24;

/// What is shown at the end.
pub(crate) struct Table {
    pub(crate) summary: Summary,
    /// What happened to the workers.
    pub(crate) workers: Counts,
    pub(crate) elapsed: Duration,
    pub(crate) interrupted: bool,
}

impl Table {
    /// Whether all there is was looked at.
    pub(crate) fn is_complete(&self) -> bool {
        !self.interrupted && self.workers.failures == 0 && self.summary.troubles == [0; Trouble::ALL.len()]
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { files, directories, links, others, bytes, levels, largest, troubles, named } = &self.summary;
        if self.interrupted {
            writeln!(f, "interrupted: this is what was found so far\n")?;
        }
        let entries = self.summary.entries();
        #[allow(clippy::cast_precision_loss)]
        let rate = entries as f64 / self.elapsed.as_secs_f64().max(1e-9);
        row(f, "entries", entries, &format!("{} a second", grouped(rate as u64)))?;
        row(f, "files", *files, "")?;
        row(f, "directories", *directories, "")?;
        row(f, "links", *links, "not followed")?;
        row(f, "others", *others, "sockets, pipes and devices")?;
        row(f, "bytes", *bytes, "in files")?;
        row(f, "depth", levels.len() as u64, "")?;
        writeln!(f, "{:<18}{:>16.3}  seconds", "time", self.elapsed.as_secs_f64())?;

        writeln!(f, "\nerrors")?;
        for (trouble, count) in Trouble::ALL.iter().zip(troubles) {
            row(f, &trouble.to_string(), *count, "")?;
        }
        row(f, "worker failures", self.workers.failures, "")?;
        named.iter().try_for_each(|text| writeln!(f, "  {text}"))?;

        if let Some(most) = levels.iter().max() {
            writeln!(f, "\nby depth")?;
            for (level, entries) in levels.iter().enumerate().take(LEVELS) {
                let bar = entries * BAR / most;
                row(f, &(level + 1).to_string(), *entries, &"#".repeat(usize::try_from(bar).unwrap_or(0)))?;
            }
            if levels.len() > LEVELS {
                row(f, "deeper", levels[LEVELS..].iter().sum(), "")?;
            }
        }

        if !largest.is_empty() {
            writeln!(f, "\nlargest files")?;
        }
        largest.iter().try_for_each(|(bytes, path)| writeln!(f, "{:>16}  {}", grouped(*bytes), path.display()))
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, figure: u64, note: &str) -> fmt::Result {
    writeln!(f, "{}", format!("{name:<18}{:>16}  {note}", grouped(figure)).trim_end())
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
