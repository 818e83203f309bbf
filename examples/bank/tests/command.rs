//! Runs the real program, in real time and on real threads.

use std::process::Command;

/// What it prints, and how it ends.
fn bank(arguments: &[&str]) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_bank")).args(arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.code())
}

/// The figure in the row called `name`.
fn figure(table: &str, name: &str) -> u64 {
    let row = table.lines().find_map(|line| line.trim_start().strip_prefix(name)?.strip_prefix(' '));
    let row = row.unwrap_or_else(|| panic!("no row `{name}` in:\n{table}"));
    row.split_whitespace().next().unwrap().replace(',', "").parse().unwrap()
}

#[test]
fn the_books_balance_whatever_fails() {
    let (table, code) = bank(&["--transfers", "3000", "--accounts", "8", "--faults", "200"]);
    assert_eq!(code, Some(0), "{table}");
    assert_eq!((figure(&table, "transfers"), figure(&table, "half done")), (3000, 0), "{table}");
    assert_eq!((figure(&table, "total before"), figure(&table, "total after")), (8000, 8000), "{table}");
    let parts = ["done", "refused", "timed out", "failed"].map(|name| figure(&table, name));
    assert_eq!(parts.iter().sum::<u64>(), 3000, "{table}");
    assert!(figure(&table, "restarts") > 0, "{table}");
}

#[test]
fn without_faults_every_transfer_is_answered() {
    let (table, code) = bank(&["--transfers", "3000", "--faults", "0", "--customers", "4"]);
    assert_eq!(code, Some(0), "{table}");
    assert_eq!((figure(&table, "failures"), figure(&table, "failed")), (0, 0), "{table}");
    assert_eq!(figure(&table, "done") + figure(&table, "refused") + figure(&table, "timed out"), 3000, "{table}");
}

#[test]
fn books_that_do_not_balance_are_an_error() {
    let (table, code) = bank(&["--transfers", "3000", "--accounts", "8", "--faults", "200", "--careless"]);
    assert_eq!(code, Some(1), "{table}");
    assert!(table.contains("NOT THE SAME"), "{table}");
}

#[test]
fn help_is_output_and_a_wrong_option_is_a_mistake() {
    let (help, code) = bank(&["--help"]);
    assert!(help.contains("usage: bank") && code == Some(0), "{help}");
    let (said, code) = bank(&["--accounts", "1"]);
    assert_eq!((said.as_str(), code), ("bank: `--accounts` takes a number, 2 or more\n", Some(2)));
}
