//! Where and with what a run was made: processor, system, compiler, versions and date.

use std::process::Command;
use std::thread::available_parallelism;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs};

/// The versions this binary was built with.
const LOCK: &str = include_str!("../Cargo.lock");

/// The crates whose versions matter.
const CRATES: [&str; 5] = ["actor", "actix", "kameo", "ractor", "tokio"];

/// Lines of Markdown that say where the figures come from.
pub(crate) fn description() -> String {
    let processors = available_parallelism().map_or(1, usize::from);
    format!(
        "Machine: {processors} × {}, {}, {} {}. {}. Load when it began: {}.\n\nVersions: {}.",
        field("/proc/cpuinfo", "model name").unwrap_or_else(|| env::consts::ARCH.to_owned()),
        field("/proc/meminfo", "MemTotal").unwrap_or_else(|| "memory unknown".to_owned()),
        env::consts::OS,
        word("/proc/sys/kernel/osrelease"),
        compiler(),
        word("/proc/loadavg"),
        versions(),
    )
}

/// Today, in UTC, as `2026-01-31`.
pub(crate) fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (year, month, day) = civil(seconds / 86_400);
    format!("{year}-{month:02}-{day:02}")
}

/// The civil date so many days after 1970-01-01. Years begin in March, so that a leap day is the last of its year;
/// eras are 400 years of 146,097 days.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

/// `crate version` of those that matter, as locked.
fn versions() -> String {
    let version = |name: &str| {
        let start = LOCK.split_once(&format!("name = \"{name}\"\nversion = \""))?.1;
        Some(format!("{name} {}", start.split_once('"')?.0))
    };
    CRATES.iter().copied().filter_map(version).collect::<Vec<_>>().join(", ")
}

fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output();
    output
        .map_or_else(|_| "rustc unknown".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The value behind `name:` in a file of the kernel.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The first word of a file of the kernel.
fn word(path: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.split_whitespace().next().unwrap_or("unknown").to_owned()
}

#[cfg(test)]
mod tests {
    use super::civil;

    #[test]
    fn days_become_dates() {
        let check = |days, expected| assert_eq!(civil(days), expected);
        check(0, (1970, 1, 1));
        check(11_016, (2000, 2, 29));
        check(11_017, (2000, 3, 1));
        check(20_454, (2026, 1, 1));
        check(20_818, (2026, 12, 31));
    }
}
