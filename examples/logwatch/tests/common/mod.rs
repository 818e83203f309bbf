//! What the tests of several programs share: a directory to run them in, and what a run came to. Those of `crawl` take it
//! in by its path.
#![allow(dead_code, unreachable_pub)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A directory that goes when the test ends.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Self {
        let program = env!("CARGO_PKG_NAME");
        let path = std::env::temp_dir().join(format!("{program}-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        // Whoever a test runs the program as has to get in.
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }

    pub fn directory(&self, name: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(&path).unwrap();
        path
    }

    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What a run came to.
pub struct Run {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Run {
    pub fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The figure in the first row called `name`.
    #[track_caller]
    pub fn figure(&self, name: &str) -> u64 {
        let row = self.out.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let row = row.unwrap_or_else(|| panic!("no row `{name}` in:\n{}{}", self.out, self.err));
        row.split_whitespace().next().unwrap().replace(',', "").parse().unwrap()
    }

    #[track_caller]
    pub fn check_figures(&self, figures: &[(&str, u64)]) {
        for (name, expected) in figures {
            assert_eq!(self.figure(name), *expected, "{name} in:\n{}{}", self.out, self.err);
        }
    }
}

/// The program, run by somebody for whom `is_open` is not so, though it is for root.
pub fn command_without_rights(program: &str, is_open: bool) -> Command {
    if !is_open {
        return Command::new(program);
    }
    // Root reads everything: become somebody who does not.
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", program]);
    command
}
