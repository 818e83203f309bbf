//! One line: its level, the hour it was written and who wrote it, found in the common formats without being told
//! which; lines of dpkg, which name no level, in [`dpkg`]. Pure, and strict: a line beyond the declared limit is a broken promise of the caller, and panics.

mod dpkg;

/// The longest line that is parsed, in bytes.
pub(crate) const MAX_LINE: usize = 64 * 1024;

/// Where a level is looked for: it stands near the front of a line, or it is a word like any other.
const HEAD: usize = 160;

/// The longest name of a source that is kept, in characters.
const MAX_SOURCE: usize = 40;

/// How serious a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Other,
}

impl Level {
    /// All levels, the most serious first.
    pub(crate) const ALL: [Self; 5] = [Self::Error, Self::Warn, Self::Info, Self::Debug, Self::Other];

    /// The level in one word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Other => "other",
        }
    }
}

/// What is known about one line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) level: Level,
    /// The hour of its time stamp, 0 to 23.
    pub(crate) hour: Option<u8>,
    /// The program that wrote it, the package it is about, or its first word that is neither a time nor a level.
    pub(crate) source: Option<&'a str>,
}

/// A line that is not text: it holds a NUL, or bytes that are not UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotText;

/// Reads one line, without its end.
///
/// # Panics
/// If the line is longer than [`MAX_LINE`].
pub(crate) fn parse(line: &[u8]) -> Result<Entry<'_>, NotText> {
    assert!(line.len() <= MAX_LINE, "a line is longer than {MAX_LINE} bytes");
    if memchr::memchr(0, line).is_some() {
        return Err(NotText);
    }
    let line = std::str::from_utf8(line).map_err(|_| NotText)?;
    let (level, source) = dpkg::parse(line).unwrap_or_else(|| (level(line), source(line)));
    Ok(Entry { level, hour: hour(line), source })
}

/// The level named first.
fn level(line: &str) -> Level {
    let head = &line.as_bytes()[..line.len().min(HEAD)];
    let mut words = head.split(|byte| !is_in_word(*byte));
    words.find_map(level_called).unwrap_or(Level::Other)
}

/// `libgpg-error0` and `/var/log/error` are one word each, and name no level; `level=error` is two.
const fn is_in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'+')
}

fn level_called(word: &[u8]) -> Option<Level> {
    let names: &[(&str, Level)] = match word.first()?.to_ascii_lowercase() {
        b'a' => &[("alert", Level::Error)],
        b'c' => &[("crit", Level::Error), ("critical", Level::Error)],
        b'd' => &[("debug", Level::Debug)],
        b'e' => &[("error", Level::Error), ("err", Level::Error), ("emerg", Level::Error)],
        b'f' => &[("fatal", Level::Error)],
        b'i' => &[("info", Level::Info)],
        b'n' => &[("notice", Level::Info)],
        b'p' => &[("panic", Level::Error)],
        b's' => &[("severe", Level::Error)],
        b't' => &[("trace", Level::Debug)],
        b'w' => &[("warn", Level::Warn), ("warning", Level::Warn)],
        _ => return None,
    };
    names.iter().find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes())).map(|(_, level)| *level)
}

/// The hour of the first `hh:mm` that stands like a time.
fn hour(line: &str) -> Option<u8> {
    let head = &line.as_bytes()[..line.len().min(HEAD)];
    memchr::memchr_iter(b':', head).find_map(|colon| hour_before(head, colon))
}

fn hour_before(head: &[u8], colon: usize) -> Option<u8> {
    let start = colon.checked_sub(2)?;
    let starts_alone = start == 0 || matches!(head[start - 1], b' ' | b'\t' | b'T' | b'[' | b'(' | b'"' | b'=' | b':');
    let hour = two_digits(&head[start..])?;
    let minute = two_digits(&head[colon + 1..])?;
    (starts_alone && hour < 24 && minute < 60).then_some(hour)
}

fn two_digits(text: &[u8]) -> Option<u8> {
    match text {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9', ..] => Some((tens - b'0') * 10 + (ones - b'0')),
        _ => None,
    }
}

fn source(line: &str) -> Option<&str> {
    let mut words = line.split_ascii_whitespace().skip_while(|word| is_before_source(word));
    let (first, second) = (words.next()?, words.next());
    // "myhost sshd[812]:", as syslog writes it.
    let named = second.filter(|second| second.ends_with(':') && !first.ends_with(':') && !is_stamp(second));
    name(named.unwrap_or(first))
}

/// Whether a word is a part of a date or a time, or a level.
fn is_before_source(word: &str) -> bool {
    let bare = word.trim_matches(['[', ']', ':', '<', '>', '|']);
    is_stamp(word) || is_month(word) || level_called(bare.as_bytes()).is_some()
}

/// `2025-06-24`, `[14:36:25.001]`, `24`, but not `127.0.0.1`.
fn is_stamp(word: &str) -> bool {
    let word = word.trim_matches(['[', ']', '(', ')', ',', ':']).as_bytes();
    let Some(b'0'..=b'9') = word.first() else { return false };
    word.iter().all(|byte| byte.is_ascii_digit() || b"-:.,/+TZ".contains(byte))
        && word.iter().filter(|byte| **byte == b'.').count() < 3
}

fn is_month(word: &str) -> bool {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    word.len() == 3 && MONTHS.contains(&word)
}

/// `sshd` of `sshd[812]:`.
fn name(word: &str) -> Option<&str> {
    let word = word.trim_start_matches(['[', '<', '(', '"']);
    // What a name must not do is to write on the terminal of whoever reads the table.
    let is_end = |c: char| c.is_control() || ['[', ']', '(', '=', '"', '>'].contains(&c);
    let end = word.find(is_end).unwrap_or(word.len());
    let word = word[..end].trim_end_matches([':', ',', ';']);
    let end = word.char_indices().map(|(at, _)| at).nth(MAX_SOURCE).unwrap_or(word.len());
    word.starts_with(char::is_alphanumeric).then_some(&word[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_formats_are_understood() {
        fn check(line: &str, level: Level, hour: Option<u8>, source: Option<&str>) {
            assert_eq!(parse(line.as_bytes()), Ok(Entry { level, hour, source }), "{line}");
        }
        use Level::{Debug, Error, Info, Other, Warn};
        check("", Other, None, None);
        check("2025-06-24 14:36:25 status installed libgpg-error0:amd64 1.46", Debug, Some(14), Some("libgpg-error0"));
        check("Jun  4 09:05:01 myhost sshd[812]: error: no route", Error, Some(9), Some("sshd"));
        check("2025-06-24T23:59:59.1+00:00 myhost cron: run", Other, Some(23), Some("cron"));
        check("2025-06-24T07:00:00Z WARN my::module: slow", Warn, Some(7), Some("my::module"));
        check("[2025-06-24 08:01:02] [info] server ready", Info, Some(8), Some("server"));
        check("127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200", Other, Some(13), Some("127.0.0.1"));
        check("update-java 2025-06-24 14:36:53: run with --quiet", Other, Some(14), Some("update-java"));
        check("ts=1 level=debug msg=\"x\"", Debug, None, Some("ts"));
        check("ftp\t\t21/tcp", Other, None, Some("ftp"));
        check("# Network services", Other, None, None);
        check("größe: 12:34", Other, Some(12), Some("größe"));
        check("sshd\u{1b}[31m: no route", Other, None, Some("sshd"));
        check("cron\u{7}\u{9b}2J: run", Other, None, Some("cron"));
        check("\u{1b}[2Jcron: run", Other, None, None);
    }

    #[test]
    fn the_first_level_wins_and_words_that_contain_one_do_not() {
        fn check(line: &str, expected: Level) {
            assert_eq!(level(line), expected, "{line}");
        }
        check("INFO no error found", Level::Info);
        check("terror, infos, debugging, /var/log/error", Level::Other);
        check("<Warning>", Level::Warn);
        check("FATAL", Level::Error);
        check(&format!("{} error", "x".repeat(HEAD)), Level::Other);
    }

    #[test]
    fn a_time_is_told_from_other_numbers() {
        fn check(line: &str, expected: Option<u8>) {
            assert_eq!(hour(line), expected, "{line}");
        }
        check("24:00", None);
        check("12:60", None);
        check("port 8080:80 at 05:07", Some(5));
        check("a:b 7:30", None);
        check("08", None);
    }

    #[test]
    fn what_is_not_text_is_said_to_be_so() {
        assert_eq!(parse(b"a\0b"), Err(NotText));
        assert_eq!(parse(b"caf\xe9"), Err(NotText));
    }

    #[test]
    fn a_line_at_the_limit_is_parsed() {
        assert!(parse(&vec![b'x'; MAX_LINE]).is_ok());
    }

    #[test]
    #[should_panic(expected = "longer than 65536 bytes")]
    fn a_line_beyond_the_limit_panics() {
        let _ = parse(&vec![b'x'; MAX_LINE + 1]);
    }
}
