//! The table: what came of it, as text for people and for `grep`.

use std::fmt;
use std::time::Duration;

use actor::Counts;

use crate::customer::Tally;
use crate::vault::Audit;

/// What is shown at the end.
pub(crate) struct Table {
    /// What the customers heard.
    pub(crate) tally: Tally,
    pub(crate) before: Audit,
    pub(crate) after: Audit,
    /// What happened to the accounts.
    pub(crate) counts: Counts,
    pub(crate) elapsed: Duration,
}

impl Table {
    /// Whether all money is there, and no transfer is half done.
    pub(crate) fn balances(&self) -> bool {
        self.before.total() == self.after.total() && self.after.open == 0
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tally, before, after, counts, elapsed } = self;
        let rate = u128::from(tally.transfers()) * 1_000_000_000 / elapsed.as_nanos().max(1);
        let rate = grouped(u64::try_from(rate).unwrap_or(u64::MAX));
        row(f, "transfers", tally.transfers(), &format!("{rate} a second"))?;
        row(f, "done", tally.done, "")?;
        row(f, "refused", tally.no_funds + tally.ceiling + tally.busy, "")?;
        row(f, "  no funds", tally.no_funds, "the payer has less")?;
        row(f, "  ceiling", tally.ceiling, "the payee may not have that much; refunded")?;
        row(f, "  busy", tally.busy, "too many waited for the same payer")?;
        row(f, "timed out", tally.timed_out, "no answer in time")?;
        row(f, "failed", tally.failed, "the payer was restarted before it answered")?;
        let unheard = after.settled.saturating_sub(tally.done);
        row(f, "done unheard", unheard, "of those that timed out or failed")?;
        writeln!(f)?;
        row(f, "failures", counts.failures, "of accounts, on purpose")?;
        row(f, "restarts", counts.restarts, "")?;
        row(f, "asked again", after.repeated, "deposits that had arrived already")?;
        writeln!(f)?;
        row(f, "half done", after.open, "")?;
        row(f, "total before", before.total(), "")?;
        let difference = i128::from(after.total()) - i128::from(before.total());
        let verdict = if difference == 0 { "the same".into() } else { format!("NOT THE SAME: {difference:+}") };
        row(f, "total after", after.total(), &verdict)
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, figure: u64, note: &str) -> fmt::Result {
    writeln!(f, "{}", format!("{name:<14}{:>12}  {note}", grouped(figure)).trim_end())
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
