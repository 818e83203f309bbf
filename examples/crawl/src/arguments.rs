//! What the command line asks for.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// Said by `--help`.
pub(crate) const HELP: &str = "\
Walks a directory tree and says what is in it: files, bytes, depth, the largest files, and what went wrong.

usage: crawl [OPTIONS] [DIR]

  DIR          where to begin, the current directory unless named
  --waiting N  how many directories may wait to be visited, 65536 unless told otherwise; where more are found, they
               are visited before the others, and the walk is not breadth first any more
  --top N      how many of the largest files are named, 10 unless told otherwise
  --follow     follow symbolic links; what is reached in two ways is counted twice, a loop is found
  --verbose    say on standard error when it begins
  --help       this text

exit codes: 0 all was visited, 1 not all of it could be read, 2 usage, 130 interrupted (what was found so far is shown)
";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Say how to use this.
    Help,
    /// Walk.
    Crawl(Options),
}

/// How to walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) root: PathBuf,
    pub(crate) waiting: usize,
    pub(crate) top: usize,
    pub(crate) follow: bool,
    pub(crate) verbose: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { root: ".".into(), waiting: 65_536, top: 10, follow: false, verbose: false }
    }
}

/// Reads the arguments, without the name of the program.
///
/// # Errors
/// Names what is wrong.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Wish, String> {
    let mut options = Options::default();
    let mut arguments = arguments.into_iter();
    let mut root = None;
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--help" | "-h") => return Ok(Wish::Help),
            Some("--follow") => options.follow = true,
            Some("--verbose") => options.verbose = true,
            Some("--waiting") => options.waiting = number("--waiting", 0..=10_000_000, arguments.next())?,
            Some("--top") => options.top = number("--top", 0..=1000, arguments.next())?,
            Some(option) if option.starts_with('-') => {
                return Err(format!("there is no option `{option}`; `crawl --help` lists the options"));
            }
            _ if argument.is_empty() => return Err("a directory has a name; one argument is empty".into()),
            _ if root.is_some() => return Err("one directory at a time; name the one that holds both".into()),
            _ => root = Some(argument.into()),
        }
    }
    options.root = root.unwrap_or(options.root);
    Ok(Wish::Crawl(options))
}

fn number(option: &str, range: std::ops::RangeInclusive<usize>, argument: Option<OsString>) -> Result<usize, String> {
    let number = argument.as_deref().and_then(OsStr::to_str).and_then(|text| text.parse().ok());
    number
        .filter(|number| range.contains(number))
        .ok_or_else(|| format!("`{option}` takes a number from {} to {}", range.start(), range.end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Wish, String> {
        parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn what_is_not_named_has_a_default() {
        assert_eq!(parsed(&[]), Ok(Wish::Crawl(Options::default())));
        let options = Options { root: "/usr".into(), waiting: 9, top: 0, follow: true, verbose: false };
        assert_eq!(parsed(&["--top", "0", "/usr", "--follow", "--waiting", "9"]), Ok(Wish::Crawl(options)));
        assert_eq!(parsed(&["/usr", "-h"]), Ok(Wish::Help));
    }

    #[test]
    fn mistakes_are_named() {
        assert!(parsed(&["--folow"]).is_err_and(|error| error.contains("`--folow`")));
        assert!(parsed(&["a", "b"]).is_err_and(|error| error.contains("one directory")));
        assert!(parsed(&[""]).is_err_and(|error| error.contains("is empty")));
        for wrong in [&["--top", "1001"][..], &["--top", "-1"], &["--top", "x"], &["--top"]] {
            assert_eq!(parsed(wrong), Err("`--top` takes a number from 0 to 1000".into()));
        }
    }
}
