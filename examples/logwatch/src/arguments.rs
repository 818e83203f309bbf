//! What the command line asks for.

use std::ffi::OsString;
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

usage: logwatch [--progress] [FILE..]

  FILE        a text file; `-` is standard input. Without any, standard input if
              it is a pipe or a file, or else the first of these that has text:{logs}
  --progress  show how far the work is on standard error, terminal or not
  --version   the version of this program
  --help      this text

A line longer than 64 KiB makes the parser fail that has it in hand. The parser is
started again, the lines it had in hand are parsed one by one, and the long one,
which makes it fail once more, is lost and counted as lost.

exit codes: 0 all well, 1 some file could not be read to its end (the others were),
2 usage, 130 interrupted (what was found so far is shown)
";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Say how to use this.
    Help,
    /// Say which version this is.
    Version,
    /// Read these files, or what there is if none are named.
    Watch { files: Vec<PathBuf>, progress: bool },
}

/// Reads the arguments, without the name of the program.
///
/// # Errors
/// Names the option that does not exist.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Wish, String> {
    let (mut files, mut progress, mut options) = (Vec::new(), false, true);
    for argument in arguments {
        match argument.to_str() {
            Some("--") if options => options = false,
            Some("--help" | "-h") if options => return Ok(Wish::Help),
            Some("--version" | "-V") if options => return Ok(Wish::Version),
            Some("--progress") if options => progress = true,
            Some(option) if options && option.starts_with('-') && option != STANDARD_INPUT => {
                return Err(format!("there is no option `{option}`; `logwatch --help` lists the options"));
            }
            _ if argument.is_empty() => return Err("a file has a name; one argument is empty".into()),
            _ => files.push(argument.into()),
        }
    }
    Ok(Wish::Watch { files, progress })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Wish, String> {
        parse(arguments.iter().map(OsString::from))
    }

    fn watch(files: &[&str], progress: bool) -> Result<Wish, String> {
        Ok(Wish::Watch { files: files.iter().map(PathBuf::from).collect(), progress })
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
    fn mistakes_are_named() {
        assert!(parsed(&["a", "--prgress"]).is_err_and(|error| error.contains("`--prgress`")));
        assert!(parsed(&[""]).is_err());
    }
}
