//! What the command line asks for.

use std::time::Duration;

/// Said by `--help`.
pub(crate) const HELP: &str = "\
A chat server, to be used with `nc`.

usage: chat [--drill] [--patience SECONDS] [ADDRESS]

  ADDRESS             where to listen, 127.0.0.1:7878 unless named; port 0 takes a free one
  --patience SECONDS  how long a client may take nothing before it is cut off, 10 unless named
  --drill             lets everybody make a room fail with `/crash`, to see what happens
  --help              this text

Ctrl-C and SIGTERM say good-bye to everybody and end it.
exit codes: 0 ended as told, 1 it could not listen, 2 usage
";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Say how to use this.
    Help,
    /// Serve.
    Serve(Options),
}

/// How to serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) address: String,
    pub(crate) patience: Duration,
    pub(crate) drill: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { address: "127.0.0.1:7878".into(), patience: Duration::from_secs(10), drill: false }
    }
}

/// Reads the arguments, without the name of the program.
///
/// # Errors
/// Names what is wrong.
pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Wish, String> {
    let mut options = Options::default();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--help" | "-h" => return Ok(Wish::Help),
            "--drill" => options.drill = true,
            "--patience" => options.patience = seconds(arguments.next())?,
            option if option.starts_with('-') => {
                return Err(format!("there is no option `{option}`; `chat --help` lists the options"));
            }
            _ => options.address = argument,
        }
    }
    Ok(Wish::Serve(options))
}

fn seconds(argument: Option<String>) -> Result<Duration, String> {
    match argument.as_deref().map(str::parse) {
        Some(Ok(seconds @ 1..)) => Ok(Duration::from_secs(seconds)),
        _ => Err("`--patience` takes a whole number of seconds, 1 or more".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Wish, String> {
        parse(arguments.iter().map(ToString::to_string))
    }

    #[test]
    fn what_is_not_named_has_a_default() {
        assert_eq!(parsed(&[]), Ok(Wish::Serve(Options::default())));
        let options = Options { address: "[::1]:0".into(), patience: Duration::from_secs(2), drill: true };
        assert_eq!(parsed(&["--patience", "2", "[::1]:0", "--drill"]), Ok(Wish::Serve(options)));
        assert_eq!(parsed(&["--drill", "-h"]), Ok(Wish::Help));
    }

    #[test]
    fn mistakes_are_named() {
        assert!(parsed(&["--dril"]).is_err_and(|error| error.contains("`--dril`")));
        for wrong in [&["--patience"][..], &["--patience", "0"], &["--patience", "soon"]] {
            assert!(parsed(wrong).is_err_and(|error| error.contains("whole number")));
        }
    }
}
