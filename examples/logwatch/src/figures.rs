//! Figures as people read them.

use std::time::Duration;

/// `1234567` as `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many of `count` fell to one second of `elapsed`.
pub(crate) fn per_second(count: u64, elapsed: Duration) -> u64 {
    let nanos = elapsed.as_nanos().max(1);
    u64::try_from(u128::from(count) * 1_000_000_000 / nanos).unwrap_or(u64::MAX)
}

/// `part` of `whole` in percent, rounded to one digit behind the point, but never up to all where something is missing.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    let whole = u128::from(whole.max(1));
    let nearest = (u128::from(part) * 2000 / whole).div_ceil(2);
    let tenths = if u128::from(part) < whole { nearest.min(999) } else { nearest };
    format!("{}.{}%", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_three() {
        fn check(number: u64, expected: &str) {
            assert_eq!(grouped(number), expected);
        }
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(12_345_678, "12,345,678");
    }

    #[test]
    fn rates_survive_nothing_and_no_time() {
        assert_eq!(per_second(10, Duration::from_millis(500)), 20);
        assert_eq!(per_second(0, Duration::ZERO), 0);
        assert_eq!(per_second(u64::MAX, Duration::ZERO), u64::MAX);
    }

    #[test]
    fn shares_are_rounded_but_not_up_to_all() {
        fn check(part: u64, whole: u64, expected: &str) {
            assert_eq!(percent(part, whole), expected);
        }
        check(0, 0, "0.0%");
        check(1, 3, "33.3%");
        check(2, 3, "66.7%");
        check(1, 2000, "0.1%");
        check(1, 2001, "0.0%");
        check(999_999, 1_000_000, "99.9%");
        check(u64::MAX, u64::MAX, "100.0%");
    }
}
