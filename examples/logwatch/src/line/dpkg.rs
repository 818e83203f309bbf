//! Lines of dpkg, the log that every Debian has: `2025-06-24 14:36:25 upgrade libc6:amd64 2.36-9 2.36-10`. They name no
//! level; what dpkg was told to do counts as info, the steps on the way as debug. Who they are about is the package.

use super::{Level, is_stamp, name};

/// Level and source of a line, if it is one of dpkg.
pub(super) fn parse(line: &str) -> Option<(Level, Option<&str>)> {
    let mut words = line.split_ascii_whitespace();
    let (date, time, verb, what) = (words.next()?, words.next()?, words.next()?, words.next()?);
    if date.len() != "2025-06-24".len() || !is_stamp(date) || !is_stamp(time) {
        return None;
    }
    match verb {
        "startup" if matches!(what, "archives" | "packages") => Some((Level::Info, Some("dpkg"))),
        "install" | "upgrade" | "configure" | "trigproc" | "remove" | "purge" | "disappear" => {
            Some((Level::Info, Some(package(what)?)))
        }
        "conffile" if what.starts_with('/') => Some((Level::Info, Some("dpkg"))),
        "status" if is_state(what) => Some((Level::Debug, Some(package(words.next()?)?))),
        _ => None,
    }
}

/// `libc6` of `libc6:amd64`; without an architecture it may be any word.
fn package(word: &str) -> Option<&str> {
    word.split_once(':').and_then(|(package, _)| name(package))
}

fn is_state(word: &str) -> bool {
    matches!(
        word,
        "not-installed"
            | "config-files"
            | "half-installed"
            | "unpacked"
            | "half-configured"
            | "triggers-awaited"
            | "triggers-pending"
            | "installed"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_info_and_steps_are_debug() {
        fn check(line: &str, expected: Option<(Level, Option<&str>)>) {
            assert_eq!(parse(line), expected, "{line}");
        }
        use Level::{Debug, Info};
        check("2025-06-24 14:36:25 startup archives unpack", Some((Info, Some("dpkg"))));
        check("2025-06-24 14:36:25 upgrade libudev1:amd64 252.36 252.38", Some((Info, Some("libudev1"))));
        check("2025-06-24 14:36:25 trigproc libc-bin:amd64 2.36-9 <none>", Some((Info, Some("libc-bin"))));
        check("2025-06-24 14:36:25 conffile /etc/issue keep", Some((Info, Some("dpkg"))));
        check("2025-06-24 14:36:25 status half-configured g++:amd64 12", Some((Debug, Some("g++"))));
    }

    #[test]
    fn lines_of_others_are_left_to_others() {
        fn check(line: &str) {
            assert_eq!(parse(line), None, "{line}");
        }
        check("2025-06-24 14:36:25 install the thing");
        check("2025-06-24 14:36:25 status green all:well");
        check("2025-06-24 14:36:25 startup complete");
        check("2025-06-24 14:36:25 upgrade");
        check("install libc6:amd64 1 2");
        check("14:36:25 24 remove a:b");
        check("");
    }
}
