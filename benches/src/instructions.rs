//! Instructions of one operation, counted by callgrind: the binary runs itself under valgrind at two sizes, and the
//! difference is divided by the difference in operations, so that start and end cancel out.

use std::process::{Command, id};
use std::{env, fs};

use crate::contender::{Entry, Flavor};
use crate::workload::{Plan, Workload};

/// The first argument that makes this binary a child which runs one workload and prints nothing.
pub(crate) const CHILD: &str = "--child-instructions";

/// What is counted, and the word for one operation of it.
pub(crate) const COUNTED: [(Workload, &str); 3] =
    [(Workload::Tell, "tell"), (Workload::Ask, "ask"), (Workload::Ping, "hop")];

/// Operations of the two runs, multiples of a burst. Several thousand lie between, so that what happens now and then
/// is spread over many.
const SIZES: [u64; 2] = [2_048, 10_240];

/// Why nothing can be counted here, if so.
pub(crate) fn missing() -> Option<&'static str> {
    let found = Command::new("valgrind").arg("--version").output().is_ok_and(|output| output.status.success());
    (!found).then_some("valgrind is not installed: instructions are not counted")
}

/// Instructions of one operation.
pub(crate) fn of(entry: &Entry, workload: Workload) -> Result<f64, String> {
    let [small, large] = SIZES;
    let before = collected(entry, workload, small)?;
    let after = collected(entry, workload, large)?;
    Ok((after - before) / (large - small) as f64)
}

/// Instructions of a whole run.
fn collected(entry: &Entry, workload: Workload, operations: u64) -> Result<f64, String> {
    let this = env::current_exe().map_err(|error| format!("this binary is not found: {error}"))?;
    let profile = env::temp_dir().join(format!("callgrind.{}.{}.{operations}", id(), workload.name()));
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(this)
        .args([CHILD, entry.name, workload.name(), &operations.to_string()])
        .output()
        .map_err(|error| format!("valgrind did not start: {error}"))?;
    let text = fs::read_to_string(&profile).unwrap_or_default();
    // What callgrind leaves behind is of no use after this; a file that cannot be removed does no harm.
    drop(fs::remove_file(&profile));
    if !output.status.success() {
        return Err(format!("valgrind failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    total(&text).ok_or_else(|| "callgrind wrote no total".to_owned())
}

/// The total of a profile: its line `totals: 12345`, or `summary:` where that is missing.
fn total(profile: &str) -> Option<f64> {
    let after = |key: &str| profile.lines().find_map(|line| line.strip_prefix(key)?.trim().parse().ok());
    after("totals:").or_else(|| after("summary:"))
}

/// What a child does: one run on the current thread, its warm-up the same at every size.
pub(crate) fn child(entry: &Entry, workload: Workload, operations: u64) {
    let plan = Plan { flavor: Flavor::CurrentThread, operations, warm_up: 512 };
    entry.measure(workload, &plan).expect("the workload ends in time");
}
