//! Runs the real program on made-up trees. The law behind most tests: what is there is counted, or named as an error.

#[path = "../../logwatch/tests/common/mod.rs"]
mod common;

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{Run, Scratch, command_without_rights};

const CRAWL: &str = env!("CARGO_BIN_EXE_crawl");

/// The figures of a run, and those that follow from one another.
#[track_caller]
fn check(run: &Run, figures: &[(&str, u64)]) {
    run.check_figures(figures);
    let kinds = ["files", "directories", "links", "others"].map(|kind| run.figure(kind));
    assert_eq!(run.figure("entries"), kinds.iter().sum::<u64>(), "{}", run.out);
}

/// The text of a file of this size.
fn zeros(bytes: usize) -> Vec<u8> {
    vec![0; bytes]
}

fn crawl(root: &Path, options: &[&str]) -> Run {
    Run::of(Command::new(CRAWL).args(options).arg(root).output().unwrap())
}

#[test]
fn what_is_there_is_counted_level_by_level() {
    let scratch = Scratch::new("tree");
    scratch.directory("a/b/c");
    scratch.directory("empty");
    scratch.file("one", zeros(10));
    scratch.file("a/two", zeros(20));
    scratch.file("a/b/c/three", zeros(300));
    symlink("one", scratch.0.join("link")).unwrap();
    let _socket = UnixListener::bind(scratch.0.join("socket")).unwrap();
    let run = crawl(&scratch.0, &["--top", "2"]);
    check(&run, &[("files", 3), ("directories", 4), ("links", 1), ("others", 1), ("bytes", 330)]);
    check(&run, &[("depth", 4), ("1", 5), ("2", 2), ("3", 1), ("4", 1)]);
    let largest: Vec<_> = run.out.lines().rev().take(2).map(|line| line.trim_start().to_owned()).collect();
    let path = scratch.0.display();
    assert_eq!(largest, [format!("20  {path}/a/two"), format!("300  {path}/a/b/c/three")]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
}

#[test]
fn where_few_may_wait_the_workers_visit_what_they_find_themselves() {
    let scratch = Scratch::new("waiting");
    for outer in 0..20 {
        for inner in 0..20 {
            scratch.directory(&format!("{outer}/{inner}"));
            scratch.file(&format!("{outer}/{inner}/file"), zeros(inner));
        }
    }
    for waiting in ["0", "1", "10", "1000"] {
        let run = crawl(&scratch.0, &["--waiting", waiting]);
        check(&run, &[("files", 400), ("directories", 420), ("bytes", 20 * 190), ("depth", 3)]);
        assert_eq!(run.code, Some(0));
    }
}

#[test]
fn an_empty_directory_is_walked_to_its_end() {
    let scratch = Scratch::new("empty");
    let run = crawl(&scratch.0, &[]);
    check(&run, &[("entries", 0), ("depth", 0)]);
    assert_eq!(run.code, Some(0));
}

#[test]
fn a_directory_nobody_may_read_is_an_error_and_the_rest_is_walked() {
    let scratch = Scratch::new("permission");
    let secret = scratch.directory("secret");
    scratch.file("open", zeros(1));
    fs::set_permissions(&secret, Permissions::from_mode(0o000)).unwrap();
    let mut command = command_without_rights(CRAWL, fs::read_dir(&secret).is_ok());
    let run = Run::of(command.arg(&scratch.0).output().unwrap());
    fs::set_permissions(&secret, Permissions::from_mode(0o755)).unwrap();
    check(&run, &[("files", 1), ("directories", 1), ("permission denied", 1)]);
    assert!(run.out.contains("secret: Permission denied"), "{}", run.out);
    assert_eq!(run.code, Some(1));
}

#[test]
fn a_root_that_is_not_there_or_no_directory_is_an_error() {
    let scratch = Scratch::new("nowhere");
    let file = scratch.file("file", zeros(1));
    for (root, why) in [(scratch.0.join("nowhere"), "No such file or directory"), (file, "Not a directory")] {
        let run = crawl(&root, &[]);
        assert!(run.err.starts_with(&format!("crawl: {}: {why}", root.display())), "{}", run.err);
        assert_eq!((run.code, run.out.as_str()), (Some(1), ""));
    }
}

#[test]
fn links_are_followed_when_asked_for_and_loops_are_found() {
    let scratch = Scratch::new("loops");
    let inner = scratch.directory("a/b");
    let elsewhere = Scratch::new("elsewhere");
    elsewhere.file("far", zeros(7));
    scratch.file("near", zeros(1));
    symlink(&elsewhere.0, scratch.0.join("out")).unwrap();
    symlink("../..", inner.join("up")).unwrap();
    symlink("self", scratch.0.join("self")).unwrap();
    symlink("gone", scratch.0.join("nothing")).unwrap();
    let kept = crawl(&scratch.0, &[]);
    check(&kept, &[("files", 1), ("directories", 2), ("links", 4), ("loop of links", 0)]);
    assert_eq!(kept.code, Some(0));
    let followed = crawl(&scratch.0, &["--follow"]);
    check(&followed, &[("files", 2), ("directories", 3), ("links", 0), ("bytes", 8)]);
    check(&followed, &[("loop of links", 2), ("dangling link", 1), ("vanished", 0), ("other error", 0)]);
    assert_eq!(followed.code, Some(1));
    // Named by a relative path it is the same tree.
    let relative = Run::of(Command::new(CRAWL).arg("--follow").current_dir(&scratch.0).output().unwrap());
    check(&relative, &[("files", 2), ("directories", 3), ("loop of links", 2), ("dangling link", 1)]);
}

#[test]
fn an_interrupt_shows_what_was_found_so_far() {
    // Each directory is reached in two ways from the one before it: there are 2^60 paths.
    let scratch = Scratch::new("endless");
    for level in 0..60 {
        let path = scratch.directory(&level.to_string());
        for name in ["x", "y"] {
            symlink(format!("../{}", level + 1), path.join(name)).unwrap();
        }
    }
    let mut child = Command::new(CRAWL)
        .args(["--follow", "--verbose"])
        .arg(scratch.0.join("0"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut said).unwrap();
    assert!(said.starts_with("crawl: walking "), "{said}");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    let run = Run { code: child.wait().unwrap().code(), out, err: said };
    check(&run, &[("files", 0), ("worker failures", 0)]);
    assert!(run.out.starts_with("interrupted"), "{}", run.out);
    assert_eq!(run.code, Some(130));
}

#[test]
fn a_closed_pipe_is_no_mistake() {
    let mut child = Command::new(CRAWL).arg("/etc").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!(run.err, "");
}

#[test]
fn help_is_output_and_a_wrong_option_is_a_mistake() {
    let help = Run::of(Command::new(CRAWL).arg("--help").output().unwrap());
    assert!(help.out.contains("usage: crawl") && help.code == Some(0), "{}", help.out);
    let wrong = Run::of(Command::new(CRAWL).arg("--colour").output().unwrap());
    assert_eq!(wrong.err, "crawl: there is no option `--colour`; `crawl --help` lists the options\n");
    assert_eq!((wrong.code, wrong.out.as_str()), (Some(2), ""));
}
