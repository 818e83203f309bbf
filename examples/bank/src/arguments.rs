//! What the command line asks for.

use std::str::FromStr;
use std::time::Duration;

/// Said by `--help`.
pub(crate) const HELP: &str = "\
Moves money between accounts that fail now and then, and checks the books.

usage: bank [OPTIONS]

  --seconds N    for how long, 3 unless told otherwise
  --transfers N  how many transfers, however long they take
  --accounts N   how many accounts, 2 or more; 32 unless told otherwise
  --customers N  how many customers, 16 unless told otherwise
  --faults N     one fault in about N chances, 2000 unless told otherwise; 0 for none
  --seed N       what customers do and what goes wrong, by chance unless told otherwise
  --careless     book a deposit each time it is asked for: the books will not balance
  --help         this text

exit codes: 0 the books balance, 1 they do not, 2 usage
";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Say how to use this.
    Help,
    /// Run.
    Run(Options),
}

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) load: Load,
    pub(crate) accounts: u32,
    pub(crate) customers: u32,
    /// One fault in so many chances; none for zero.
    pub(crate) faults: u64,
    pub(crate) seed: Option<u64>,
    pub(crate) careless: bool,
}

/// When a customer has done enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Load {
    /// After this time.
    Time(Duration),
    /// After so many transfers of all customers.
    Transfers(u64),
}

impl Default for Options {
    fn default() -> Self {
        let load = Load::Time(Duration::from_secs(3));
        Self { load, accounts: 32, customers: 16, faults: 2000, seed: None, careless: false }
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
            "--careless" => options.careless = true,
            "--seconds" => options.load = Load::Time(Duration::from_secs(number(&argument, 1, arguments.next())?)),
            "--transfers" => options.load = Load::Transfers(number(&argument, 1, arguments.next())?),
            "--accounts" => options.accounts = number(&argument, 2, arguments.next())?,
            "--customers" => options.customers = number(&argument, 1, arguments.next())?,
            "--faults" => options.faults = number(&argument, 0, arguments.next())?,
            "--seed" => options.seed = Some(number(&argument, 0, arguments.next())?),
            _ => return Err(format!("there is no option `{argument}`; `bank --help` lists the options")),
        }
    }
    Ok(Wish::Run(options))
}

fn number<T: FromStr + PartialOrd + From<u8>>(option: &str, least: u8, argument: Option<String>) -> Result<T, String> {
    let number = argument.and_then(|argument| argument.parse().ok());
    number
        .filter(|number| *number >= T::from(least))
        .ok_or_else(|| format!("`{option}` takes a number, {least} or more"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Wish, String> {
        parse(arguments.iter().map(ToString::to_string))
    }

    #[test]
    fn what_is_not_named_has_a_default() {
        assert_eq!(parsed(&[]), Ok(Wish::Run(Options::default())));
        let options = Options { load: Load::Transfers(5), accounts: 2, seed: Some(0), ..Options::default() };
        assert_eq!(parsed(&["--transfers", "5", "--accounts", "2", "--seed", "0"]), Ok(Wish::Run(options)));
        assert_eq!(parsed(&["--careless", "-h"]), Ok(Wish::Help));
    }

    #[test]
    fn mistakes_are_named() {
        assert!(parsed(&["--leak"]).is_err_and(|error| error.contains("`--leak`")));
        for wrong in [&["--accounts", "1"][..], &["--accounts"], &["--accounts", "many"]] {
            assert_eq!(parsed(wrong), Err("`--accounts` takes a number, 2 or more".into()));
        }
    }
}
