//! The table of promises in `ARCHITECTURE.md` holds: each test it names exists and runs where it says, and no file of
//! tests stands beside it.
#![allow(missing_docs)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The part of `ARCHITECTURE.md` that is about promises.
fn section() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ARCHITECTURE.md");
    let text = fs::read_to_string(path).expect("ARCHITECTURE.md");
    let (_, section) = text.split_once("## Promises and their tests\n").expect("a heading for promises");
    section.split("\n## ").next().unwrap_or_default().to_owned()
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn source(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(file).with_extension("rs");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The body of the test of this name.
fn test<'a>(source: &'a str, name: &str) -> Option<&'a str> {
    let (_, tests) = source.split_once(&format!("#[test]\nfn {name}() {{\n"))?;
    tests.split("\n}\n").next()
}

#[test]
fn each_test_of_a_promise_exists_and_runs_where_the_table_says() {
    let (mut promises, mut wrong) = (BTreeSet::new(), Vec::new());
    for row in section().lines().filter(|line| line.starts_with("| `")) {
        let columns: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let [promise, _, runs_on, tests] = columns[..] else { panic!("four columns: {row}") };
        promises.extend(quoted(promise).map(str::to_owned));
        assert!(matches!(runs_on, "every kind" | "as each says"), "{row}");
        for (file, name) in quoted(tests).map(|test| test.split_once("::").expect("`file::test`")) {
            match test(&source(file), name) {
                None => wrong.push(format!("{promise}: there is no test `{name}` in {file}.rs")),
                Some(body) if runs_on == "every kind" && !body.contains("everywhere") => {
                    wrong.push(format!("{promise}: `{file}::{name}` does not run everywhere"));
                }
                Some(_) => {}
            }
        }
        assert!(quoted(tests).next().is_some(), "{promise} has no test");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(promises.len() > 20, "the table lists the promises: {promises:?}");
}

#[test]
fn each_file_of_tests_is_named_beside_the_promises() {
    let section = section();
    let named: BTreeSet<&str> = quoted(&section).map(|name| name.split("::").next().unwrap_or(name)).collect();
    let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")).expect("the tests");
    let names = files.map(|file| file.expect("a file").path()).filter(|path| path.extension().is_some());
    let stray: Vec<_> =
        names.filter(|path| !named.contains(path.file_stem().and_then(|s| s.to_str()).unwrap())).collect();
    assert!(stray.is_empty(), "of which promise are these? {stray:?}");
}
