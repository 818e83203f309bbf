//! One program per rule. `fail/<mistake>.rs` is answered with `fail/<mistake>.stderr`; `pass/<form>.rs` compiles
//! without a warning.
//!
//! Without a feature no backend is on, and with `--features bare-metal` or `--features tokio` that one: what the
//! attributes say must not depend on it. `system!` runs on the former alone, and some of a context is of the latter.

use std::fs;
use std::path::Path;

#[test]
fn every_mistake_has_one_error_and_every_form_compiles() {
    let cases = trybuild::TestCases::new();
    for attribute in ["actor", "handlers", "supervise"] {
        cases.pass(format!("tests/{attribute}/pass/*.rs"));
        cases.compile_fail(format!("tests/{attribute}/fail/*.rs"));
    }
    if cfg!(feature = "bare-metal") {
        cases.pass("tests/system/pass/*.rs");
        cases.compile_fail("tests/system/fail/*.rs");
    } else {
        cases.compile_fail("tests/system/without_backend/*.rs");
    }
    if cfg!(feature = "tokio") {
        cases.compile_fail("tests/tokio/fail/*.rs");
    }
}

/// Cases are found by their folders, so one that moves would be lost without a word.
#[test]
fn no_case_is_lost() {
    let count = |kind: &str| -> usize {
        let folders = ["actor", "handlers", "supervise", "system", "tokio"];
        let cases = folders.iter().map(|folder| {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder).join(kind);
            let files = fs::read_dir(folder).into_iter().flatten();
            files
                .filter(|file| file.as_ref().is_ok_and(|file| file.path().extension().is_some_and(|it| it == "rs")))
                .count()
        });
        cases.sum()
    };
    assert!(count("fail") >= 110, "mistakes: {}", count("fail"));
    assert!(count("pass") >= 20, "forms: {}", count("pass"));
}
