//! Runs the real program on made-up logs. The law behind most tests: every line read is counted, or lost to a
//! failure, and the table says which.

mod common;

use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use common::{Run, Scratch, command_without_rights};

const LOGWATCH: &str = env!("CARGO_BIN_EXE_logwatch");

/// The longest line the parser takes, as `--help` declares it.
const LIMIT: usize = 64 * 1024;

/// The figures of a run, and those that follow from one another.
#[track_caller]
fn check(run: &Run, figures: &[(&str, u64)]) {
    run.check_figures(figures);
    assert_eq!(run.figure("lines read"), run.figure("lines counted") + run.figure("lines lost"));
    let levels = ["error", "warn", "info", "debug", "other", "not text"];
    assert_eq!(run.figure("lines counted"), levels.map(|level| run.figure(level)).iter().sum::<u64>());
    let failures = run.figure("failures");
    if failures > 0 {
        assert_eq!(failures, run.figure("of chunks") + run.figure("of single lines"), "{}", run.out);
        assert_eq!(run.figure("of single lines"), run.figure("lines lost"), "{}", run.out);
    }
    assert!(run.figure("restarts") <= failures);
}

fn logwatch<P: AsRef<Path>>(arguments: impl IntoIterator<Item = P>) -> Run {
    let arguments: Vec<_> = arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect();
    Run::of(Command::new(LOGWATCH).args(arguments).stdin(Stdio::null()).output().unwrap())
}

/// Runs the program on `input`, with these arguments.
fn piped(arguments: &[&str], input: &[u8]) -> Run {
    let mut child = Command::new(LOGWATCH)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    Run::of(child.wait_with_output().unwrap())
}

/// Interrupts a program that shows its progress, once it has shown a line with `until` in it.
fn interrupted(mut child: Child, until: &str) -> Run {
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.any(|line| line.contains(until)));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let err = said.collect::<Vec<_>>().join("\n");
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    Run { code: child.wait().unwrap().code(), out, err }
}

#[test]
fn lines_are_counted_by_level_hour_and_source() {
    let scratch = Scratch::new("levels");
    let syslog = "Jun  4 09:05:01 host sshd[8]: error: no route\nJun  4 09:06:01 host cron: run\n";
    let own = "2025-06-24T10:00:00Z WARN disk: slow\r\n2025-06-24T10:00:00Z INFO disk: fine\n\ndebug";
    let run = logwatch([scratch.file("syslog", syslog), scratch.file("own", own)]);
    let bytes = (syslog.len() + own.len()) as u64;
    check(&run, &[("files read", 2), ("lines read", 6), ("lines lost", 0), ("bytes read", bytes)]);
    check(&run, &[("error", 1), ("warn", 1), ("info", 1), ("debug", 1), ("other", 2), ("not text", 0)]);
    check(&run, &[("09:00", 2), ("10:00", 2), ("disk", 2), ("sshd", 1), ("cron", 1)]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
}

#[test]
fn a_line_that_makes_the_parser_fail_is_lost_alone_and_named() {
    let scratch = Scratch::new("poison");
    let text = format!("info a\n{}\n{}\nwarn b\n", "x".repeat(LIMIT + 1), "y".repeat(LIMIT));
    let run = logwatch([scratch.file("a.log", text)]);
    check(&run, &[("lines read", 4), ("lines lost", 1), ("info", 1), ("warn", 1), ("other", 1)]);
    // Once with its chunk, once on its own.
    check(&run, &[("failures", 2), ("of chunks", 1), ("of single lines", 1)]);
    assert!(run.out.contains("their 4 lines were parsed again, one by one"), "{}", run.out);
    assert!(run.figure("restarts") >= 1);
    assert!(run.out.contains("a.log:2\n"), "{}", run.out);
    assert!(run.out.contains("panic in `parse`: a line is longer than 65536 bytes"), "{}", run.out);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
}

#[test]
fn lines_read_are_lines_counted_and_lines_lost_whatever_the_mixture() {
    let scratch = Scratch::new("mixture");
    for seed in 1..=5_u64 {
        let (mut text, mut good, mut bad, mut binary) = (Vec::new(), 0, 0, 0);
        let mut random = seed;
        for _ in 0..3000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            match random >> 58 {
                0 => {
                    bad += 1;
                    let beyond = usize::try_from(random % 500_000).unwrap();
                    text.extend(std::iter::repeat_n(b'z', LIMIT + 1 + beyond));
                }
                1..=4 => {
                    binary += 1;
                    text.extend_from_slice(b"\xff\0\x80");
                }
                length => {
                    good += 1;
                    text.extend(std::iter::repeat_n(b'a', usize::try_from(length * length).unwrap()));
                }
            }
            text.push(b'\n');
        }
        let run = logwatch([scratch.file("mixed.log", &text)]);
        check(&run, &[("lines read", 3000), ("lines lost", bad), ("not text", binary), ("other", good)]);
        check(&run, &[("bytes read", text.len() as u64)]);
        assert_eq!(run.code, Some(0));
    }
}

#[test]
fn more_failures_than_any_limit_of_restarts_end_nothing() {
    let scratch = Scratch::new("many");
    let text = format!("{}\nerror after it\n", "x".repeat(LIMIT + 1)).repeat(200);
    scratch.file("many.log", &text);
    let run = logwatch([scratch.0.join("many.log")]);
    check(&run, &[("lines read", 400), ("lines lost", 200), ("error", 200)]);
    assert!(run.out.contains("and 195 more"), "{}", run.out);
}

#[test]
fn files_that_cannot_be_read_are_named_and_the_others_are_read() {
    let scratch = Scratch::new("unreadable");
    let good = scratch.file("good.log", "info\n");
    let missing = scratch.0.join("missing.log");
    let run = logwatch([&missing, &scratch.0, &good]);
    check(&run, &[("files read", 1), ("unreadable", 2), ("lines read", 1), ("info", 1)]);
    assert!(run.err.contains("missing.log: No such file or directory"), "{}", run.err);
    assert!(run.err.contains("Is a directory"), "{}", run.err);
    assert_eq!((run.code, run.err.lines().count()), (Some(1), 2));
}

#[test]
fn a_file_without_permission_is_unreadable() {
    let scratch = Scratch::new("permission");
    let secret = scratch.file("secret.log", "info\n");
    fs::set_permissions(&secret, Permissions::from_mode(0o000)).unwrap();
    let mut command = command_without_rights(LOGWATCH, File::open(&secret).is_ok());
    let run = Run::of(command.arg(&secret).output().unwrap());
    assert!(run.err.contains("Permission denied"), "{}", run.err);
    assert_eq!((run.code, run.out.as_str()), (Some(1), ""), "nothing was read, so there is no table");
}

#[test]
fn an_empty_file_is_read_to_its_end() {
    let scratch = Scratch::new("empty");
    let run = logwatch([scratch.file("empty.log", "")]);
    check(&run, &[("files read", 1), ("lines read", 0), ("bytes read", 0), ("failures", 0)]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
}

#[test]
fn binary_garbage_is_counted_as_such() {
    let scratch = Scratch::new("binary");
    let garbage: Vec<u8> = (0..100_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let lines = garbage.iter().filter(|byte| **byte == b'\n').count() as u64 + u64::from(!garbage.ends_with(b"\n"));
    let run = logwatch([scratch.file("garbage", &garbage)]);
    check(&run, &[("lines read", lines), ("lines lost", 0), ("failures", 0)]);
    assert!(run.figure("not text") > lines / 2);
    assert_eq!(run.code, Some(0));
}

#[test]
fn one_enormous_line_is_one_line() {
    let scratch = Scratch::new("enormous");
    let path = scratch.file("enormous.log", "");
    File::options().write(true).open(&path).unwrap().set_len(200_000_000).unwrap();
    let run = logwatch([path]);
    check(&run, &[("lines read", 1), ("lines lost", 1), ("bytes read", 200_000_000)]);
}

#[test]
fn standard_input_is_a_file_called_dash() {
    let run = piped(&["-"], b"info a\nwarn b");
    check(&run, &[("files read", 1), ("info", 1), ("warn", 1)]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
}

#[test]
fn what_is_piped_here_is_read_where_no_file_is_named() {
    let run = piped(&[], b"error a\n");
    check(&run, &[("files read", 1), ("lines read", 1), ("error", 1)]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), "logwatch: no file named, reading standard input\n"));
    // An empty one too: nothing else was meant.
    check(&piped(&[], b""), &[("files read", 1), ("lines read", 0)]);
}

#[test]
fn a_file_that_is_redirected_here_is_read_from_where_it_stands() {
    let scratch = Scratch::new("redirected");
    let mut input = File::open(scratch.file("a.log", "info a\nwarn b\nerror c\n")).unwrap();
    input.seek(SeekFrom::Start(7)).unwrap();
    let run = Run::of(Command::new(LOGWATCH).stdin(input).output().unwrap());
    check(&run, &[("lines read", 2), ("info", 0), ("warn", 1), ("error", 1)]);
}

#[test]
fn a_file_that_is_named_is_read_whatever_is_piped_here() {
    let scratch = Scratch::new("named");
    let path = scratch.file("a.log", "info a\n");
    check(&piped(&[path.to_str().unwrap()], b"error\n"), &[("lines read", 1), ("info", 1), ("error", 0)]);
}

#[test]
fn the_log_of_dpkg_is_understood() {
    let scratch = Scratch::new("dpkg");
    let log = "2025-06-24 14:36:25 startup archives unpack\n\
               2025-06-24 14:36:25 upgrade libc6:amd64 2.36-9 2.36-10\n\
               2025-06-24 15:00:00 status half-configured libc6:amd64 2.36-9\n";
    let run = logwatch([scratch.file("dpkg.log", log)]);
    check(&run, &[("info", 2), ("debug", 1), ("other", 0), ("14:00", 2), ("15:00", 1), ("libc6", 2), ("dpkg", 1)]);
}

#[test]
fn without_files_a_log_of_this_machine_is_read_and_named() {
    let run = logwatch::<&str>([]);
    check(&run, &[("files read", 1), ("unreadable", 0)]);
    assert!(run.err.starts_with("logwatch: no file named, reading /"), "{}", run.err);
    assert_eq!(run.code, Some(0));
}

#[test]
fn a_closed_pipe_is_no_mistake() {
    let mut child =
        Command::new(LOGWATCH).arg("/etc/passwd").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
}

#[test]
fn an_interrupt_shows_what_was_found_so_far() {
    let mut child = Command::new(LOGWATCH)
        .args(["--progress", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Kept open: the program waits for more.
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"error a\nerror b\nerror c\n").unwrap();
    let run = interrupted(child, "3 lines, ");
    drop(input);
    check(&run, &[("files read", 0), ("partly read", 1), ("lines read", 3), ("error", 3)]);
    assert!(run.out.starts_with("interrupted"), "{}", run.out);
    assert_eq!(run.code, Some(130));
}

#[test]
fn an_interrupt_ends_the_wait_for_a_pipe_nobody_writes_to() {
    let scratch = Scratch::new("fifo");
    let fifo = scratch.0.join("silent");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let child = Command::new(LOGWATCH)
        .arg("--progress")
        .arg(&fifo)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let run = interrupted(child, "0 lines, ");
    assert!(run.err.contains("interrupted before anything was read"), "{}", run.err);
    assert_eq!((run.code, run.out.as_str()), (Some(130), ""));
}

#[test]
fn help_is_output_and_a_wrong_option_is_a_mistake() {
    let help = logwatch(["--help"]);
    assert!(help.out.contains("usage: logwatch"), "{}", help.out);
    assert!(help.out.contains("/var/log/dpkg.log"), "{}", help.out);
    assert_eq!((help.code, help.err.as_str()), (Some(0), ""));
    let version = logwatch(["--version"]);
    assert_eq!(version.out, concat!("logwatch ", env!("CARGO_PKG_VERSION"), "\n"));
    assert_eq!((version.code, version.err.as_str()), (Some(0), ""));
    let wrong = logwatch(["--colour"]);
    assert!(wrong.err.contains("`--colour`; `logwatch --help` lists the options"), "{}", wrong.err);
    assert_eq!((wrong.code, wrong.out.as_str()), (Some(2), ""));
}

#[test]
fn a_full_disk_is_a_mistake() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let run = Run::of(Command::new(LOGWATCH).arg("/etc/passwd").stdout(full).output().unwrap());
    assert!(run.err.contains("standard output"), "{}", run.err);
    assert_eq!(run.code, Some(1));
}

#[test]
fn figures_are_served_while_it_reads() {
    let mut child = Command::new(LOGWATCH)
        .args(["--metrics", "127.0.0.1:0", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut said).unwrap();
    let url = said.strip_prefix("logwatch: figures at http://").unwrap_or_else(|| panic!("{said}"));
    let address = url.trim_end().strip_suffix("/metrics").unwrap();

    let mut scrape = TcpStream::connect(address).unwrap();
    scrape.write_all(b"GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
    let mut answer = String::new();
    scrape.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("\nactor_live{system=\"logwatch\",actor=\"source\"} 1\n"), "{answer}");

    // Somebody else who wants the same port.
    let other = logwatch(["--metrics", address, "/dev/null"]);
    assert_eq!((other.code, other.out.as_str()), (Some(2), ""));
    assert!(other.err.contains(&format!("{address}: that port is taken; name another")), "{}", other.err);

    child.stdin.take().unwrap().write_all(b"info a\n").unwrap();
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    run.check_figures(&[("lines read", 1)]);
    assert!(TcpStream::connect(address).is_err(), "the port is closed");
}

#[cfg(not(feature = "otlp"))]
#[test]
fn a_collector_that_it_was_not_built_for_is_refused_before_anything_is_read() {
    for file in [Some("/etc/passwd"), None] {
        let run = logwatch(["--otlp", "http://127.0.0.1:4317"].into_iter().chain(file));
        assert!(run.err.contains("build it with `--features otlp`"), "{}", run.err);
        assert_eq!((run.code, run.out.as_str(), run.err.lines().count()), (Some(2), "", 1));
    }
}

#[cfg(feature = "otlp")]
#[test]
fn a_collector_that_is_away_or_says_nothing_costs_no_line() {
    let scratch = Scratch::new("collector");
    let log = scratch.file("a.log", "info a\n").display().to_string();
    for mistake in ["127.0.0.1:4317", "https://127.0.0.1:4317", ""] {
        let run = logwatch(["--otlp", mistake, &log]);
        assert!(run.err.contains("takes a URL, such as http://127.0.0.1:4317"), "{mistake}: {}", run.err);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
    }
    let collector = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", collector.local_addr().unwrap());
    // It takes connections, as the system does so for it, and says nothing.
    let silent = logwatch(["--otlp", &url, &log]);
    let (connection, _) = collector.accept().unwrap();
    drop((connection, collector));
    let away = logwatch(["--otlp", &url, &log]);
    for (run, said) in [(silent, "did not take the last ones in time"), (away, "the collector cannot be reached")] {
        check(&run, &[("lines read", 1)]);
        assert_eq!(run.code, Some(0));
        assert_eq!(run.err.matches("figures: ").count(), 1, "{}", run.err);
        assert!(run.err.contains(said), "{}", run.err);
    }
}
