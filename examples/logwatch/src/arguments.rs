//! What the command line asks for.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The file that is standard input.
pub(crate) const STANDARD_INPUT: &str = "-";

/// Read where no file is named: the first that can be read and has something in it, the most telling first.
pub(crate) const USUAL_LOGS: [&str; 7] = [
    "/var/log/syslog",
    "/var/log/messages",
    "/var/log/system.log",
    "/var/log/dpkg.log",
    "/var/log/alternatives.log",
    "/var/log/apt/history.log",
    "/etc/services",
];

/// Said by `--help`.
pub(crate) fn help() -> String {
    let mut logs = String::new();
    for pair in USUAL_LOGS.chunks(2) {
        logs += "\n              ";
        logs += &pair.join(" ");
    }
    HELP.replace("{logs}", &logs)
}

const HELP: &str = "\
Reads log files and says what is in them: lines by level, by hour and by source.

usage: logwatch [--progress] [--metrics ADDRESS] [--otlp URL] [FILE..]

  FILE        a text file; `-` is standard input. Without any, standard input if
              it is a pipe or a file, or else the first of these that has text:{logs}
  --progress  show how far the work is on standard error, terminal or not
  --metrics ADDRESS
              while it works, serve the figures of its actors to Prometheus at
              http://ADDRESS/metrics, such as 127.0.0.1:9464; port 0 takes a free
              one. Nothing is served unless asked for. A log that grows keeps it
              at work: tail -f FILE | logwatch --metrics 127.0.0.1:9464
  --otlp URL  while it works, and once more at the end, push them to the collector
              of OpenTelemetry at URL, such as http://127.0.0.1:4317, by OTLP over
              gRPC. It has to be built for that, with `--features otlp`
  --version   the version of this program
  --help      this text

A line longer than 64 KiB makes the parser fail that has it in hand. The parser is
started again, the lines it had in hand are parsed one by one, and the long one,
which makes it fail once more, is lost and counted as lost.

exit codes: 0 all well, 1 some file could not be read to its end (the others were),
2 usage, or an address where it cannot serve, 130 interrupted (what was found so
far is shown)
";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Say how to use this.
    Help,
    /// Say which version this is.
    Version,
    /// Read these files, or what there is if none are named.
    Watch(Options),
}

/// What to read, and what to show meanwhile.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) progress: bool,
    /// Where figures are served.
    pub(crate) metrics: Option<SocketAddr>,
    /// The URL of whoever they are pushed to.
    pub(crate) collector: Option<String>,
}

/// Reads the arguments, without the name of the program.
///
/// # Errors
/// Names what is wrong.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Wish, String> {
    let (mut wished, mut options) = (Options::default(), true);
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--") if options => options = false,
            Some("--help" | "-h") if options => return Ok(Wish::Help),
            Some("--version" | "-V") if options => return Ok(Wish::Version),
            Some("--progress") if options => wished.progress = true,
            Some("--metrics") if options => wished.metrics = Some(address(arguments.next())?),
            Some("--otlp") if options => wished.collector = Some(url(arguments.next())?),
            Some(option) if options && option.starts_with('-') && option != STANDARD_INPUT => {
                return Err(format!("there is no option `{option}`; `logwatch --help` lists the options"));
            }
            _ if argument.is_empty() => return Err("a file has a name; one argument is empty".into()),
            _ => wished.files.push(argument.into()),
        }
    }
    Ok(Wish::Watch(wished))
}

fn address(argument: Option<OsString>) -> Result<SocketAddr, String> {
    let named = argument.as_ref().and_then(|argument| argument.to_str()?.parse().ok());
    named.ok_or_else(|| "`--metrics` takes an address and a port, such as 127.0.0.1:9464".into())
}

fn url(argument: Option<OsString>) -> Result<String, String> {
    let named = argument.and_then(|argument| argument.into_string().ok());
    named.ok_or_else(|| "`--otlp` takes a URL, such as http://127.0.0.1:4317".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Wish, String> {
        parse(arguments.iter().map(OsString::from))
    }

    fn watch(files: &[&str], progress: bool) -> Result<Wish, String> {
        let files = files.iter().map(PathBuf::from).collect();
        Ok(Wish::Watch(Options { files, progress, ..Options::default() }))
    }

    #[test]
    fn options_and_files_may_be_mixed() {
        assert_eq!(parsed(&[]), watch(&[], false));
        assert_eq!(parsed(&["a", "--progress", "-"]), watch(&["a", "-"], true));
        assert_eq!(parsed(&["--", "--help", "--"]), watch(&["--help", "--"], false));
        assert_eq!(parsed(&["a", "-h"]), Ok(Wish::Help));
        assert_eq!(parsed(&["-V", "a"]), Ok(Wish::Version));
    }

    #[test]
    fn figures_are_served_where_it_is_said() {
        let metrics = Some(SocketAddr::from(([127, 0, 0, 1], 9464)));
        let wished = Options { files: vec!["a".into()], metrics, ..Options::default() };
        assert_eq!(parsed(&["--metrics", "127.0.0.1:9464", "a"]), Ok(Wish::Watch(wished)));
        for mistake in [&["--metrics"][..], &["--metrics", "9464"], &["--metrics", "a", "b"]] {
            assert!(parsed(mistake).is_err_and(|error| error.contains("such as 127.0.0.1:9464")), "{mistake:?}");
        }
    }

    #[test]
    fn figures_are_pushed_where_it_is_said() {
        let collector = Some("http://127.0.0.1:4317".into());
        let wished = Options { files: vec!["a".into()], collector, ..Options::default() };
        assert_eq!(parsed(&["--otlp", "http://127.0.0.1:4317", "a"]), Ok(Wish::Watch(wished)));
        assert!(parsed(&["a", "--otlp"]).is_err_and(|error| error.contains("such as http://127.0.0.1:4317")));
    }

    #[test]
    fn mistakes_are_named() {
        assert!(parsed(&["a", "--prgress"]).is_err_and(|error| error.contains("`--prgress`")));
        assert!(parsed(&[""]).is_err());
    }
}
