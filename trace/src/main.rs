//! Shows the trace of a microcontroller, line by line.
//!
//! ```sh
//! actor-trace serial.log      # lines `name 0 VALVE turn` and `unit 4154014c00000000` among others
//! actor-trace names.txt dump  # the names apart, and the bytes, such as a debugger saves them
//! ```

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use actor::{TraceDump, TraceNames};

const USAGE: &str = "usage: actor-trace LOG, or actor-trace NAMES DUMP

  LOG    what a board has written: lines `name ..` and `unit ..`, others among them.
         The emulator writes them on standard error
  NAMES  the names apart
  DUMP   the bytes of the trace, such as a debugger saves them";

fn main() -> ExitCode {
    let files: Vec<_> = env::args_os().skip(1).collect();
    let shown = match &files[..] {
        [help] if help == "--help" => Ok(format!("{USAGE}\n")),
        [log] => read(log).and_then(|log| of_log(&String::from_utf8_lossy(&log))),
        [names, dump] => read(names).and_then(|names| show(&String::from_utf8_lossy(&names), &read(dump)?)),
        _ => Err(USAGE.to_string()),
    };
    match shown {
        // Who reads may have seen enough.
        Ok(lines) => match io::stdout().write_all(lines.as_bytes()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => failed(error),
            Ok(()) | Err(_) => ExitCode::SUCCESS,
        },
        Err(error) => failed(error),
    }
}

fn failed(error: impl fmt::Display) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}

fn read(file: impl AsRef<Path>) -> Result<Vec<u8>, String> {
    fs::read(&file).map_err(|error| format!("{}: {error}", file.as_ref().display()))
}

/// Picks the names and the units out of whatever else a board has said.
fn of_log(log: &str) -> Result<String, String> {
    let (mut names, mut bytes) = (String::new(), Vec::new());
    for line in log.lines() {
        if let Some(name) = line.strip_prefix("name ") {
            names.push_str(name);
            names.push('\n');
        } else if let Some(unit) = line.strip_prefix("unit ") {
            let unit = unit.trim();
            let wrong = || format!("`{unit}` is no unit: it has 16 digits");
            let number = u64::from_str_radix(unit, 16).ok().filter(|_| unit.len() == 16).ok_or_else(wrong)?;
            bytes.extend(number.to_be_bytes());
        }
    }
    if bytes.is_empty() {
        return Err("no line begins with `unit`, so this is not what a board has written of a trace".into());
    }
    show(&names, &bytes)
}

fn show(names: &str, bytes: &[u8]) -> Result<String, String> {
    let dump = TraceDump::read(bytes).map_err(|error| error.to_string())?;
    let mut lines = String::new();
    write!(lines, "{}", dump.lines(TraceNames::of(names))).map_err(|error| error.to_string())?;
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_found_among_what_else_a_board_has_said() {
        let log = "booted\nname 0 VALVE turn\nunit 4154014c00000000\nunit 0100000000000100\ndone\n";
        assert_eq!(of_log(log).unwrap(), "    0.000001 sent      VALVE.turn\n");
    }

    #[test]
    fn what_is_no_trace_is_an_error_that_says_so() {
        assert!(of_log("booted\n").unwrap_err().starts_with("no line begins with `unit`"));
        assert_eq!(of_log("unit 12\n").unwrap_err(), "`12` is no unit: it has 16 digits");
        assert_eq!(of_log("unit +154014c00000000\n").unwrap_err(), "this is no trace");
        assert!(read("/nowhere").unwrap_err().starts_with("/nowhere: "));
    }
}
