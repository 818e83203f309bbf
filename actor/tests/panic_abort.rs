//! Promise `panics`, where they do not unwind: with `panic = "abort"` the first one ends the process, and an `Err` is a failure
//! as before.
#![cfg(all(unix, not(miri), not(actor_loom)))]
#![allow(missing_docs)]

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const SIGABRT: i32 = 6;

/// The libraries that users link, as Cargo has built them.
struct Libraries(String);

impl Libraries {
    fn built() -> Self {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let mut cargo = Command::new(env!("CARGO"));
        let built = cargo.args(["build", "--quiet", "--message-format=json", "--manifest-path", manifest]).output();
        let built = built.expect("Cargo runs");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        Self(String::from_utf8(built.stdout).expect("JSON"))
    }

    fn of(&self, name: &str) -> &Path {
        let is_its =
            |line: &&str| line.contains("\"compiler-artifact\"") && line.contains(&format!("\"name\":\"{name}\""));
        let line = self.0.lines().find(is_its).unwrap_or_else(|| panic!("no `{name}` in {}", self.0));
        Path::new(line.split('"').find(|text| text.ends_with(".rlib")).expect("a library"))
    }
}

/// Builds the program. Its dependencies are those that unwind: that none of them does is decided where it is linked.
fn program() -> PathBuf {
    let (libraries, folder) = (Libraries::built(), Path::new(env!("CARGO_TARGET_TMPDIR")));
    let program = folder.join("panic_abort");
    let actor = libraries.of("actor");
    let dependencies = actor.parent().expect("a folder").join("deps");
    let mut rustc = Command::new(Path::new(env!("CARGO")).with_file_name("rustc"));
    rustc.args(["--edition", "2024", "-C", "panic=abort", "-L"]);
    rustc.arg(format!("dependency={}", dependencies.display()));
    for (name, library) in [("actor", actor), ("tokio", libraries.of("tokio"))] {
        rustc.arg("--extern").arg(format!("{name}={}", library.display()));
    }
    rustc.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/panic_abort/program.rs")).arg("-o").arg(&program);
    let built = rustc.output().expect("rustc runs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    program
}

#[test]
fn an_error_is_a_failure_and_the_first_panic_ends_the_process() {
    let ran = Command::new(program()).output().expect("the program runs");
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "restarts: 1\n");
    assert!(String::from_utf8_lossy(&ran.stderr).contains("a panic"));
    assert_eq!(ran.status.signal(), Some(SIGABRT), "{:?}", ran.status);
}
