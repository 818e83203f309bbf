//! How much a message may carry. A mailbox moves its messages from place to place, and each place is as large as the
//! largest of them.

use core::str::from_utf8;

#[cfg(feature = "bare-metal")]
use crate::actor::Protocol;

/// The most bytes that a message carries, the reply of an ask included.
pub const LARGEST: usize = 128;

/// A value beside its message: in a box, so that the message is small. Where there is no heap it lies in the call, and has
/// a place beside the mailbox while its message is in that.
#[derive(Debug)]
pub struct Indirect<T>(Beside<T>);

#[cfg(feature = "tokio")]
type Beside<T> = std::boxed::Box<T>;
#[cfg(not(feature = "tokio"))]
type Beside<T> = (T,);

impl<T> Indirect<T> {
    /// Puts the value aside.
    #[inline]
    pub fn new(value: T) -> Self {
        #[cfg(feature = "tokio")]
        return Self(Beside::new(value));
        #[cfg(not(feature = "tokio"))]
        Self((value,))
    }

    /// The value.
    #[inline]
    pub fn into_inner(self) -> T {
        #[cfg(feature = "tokio")]
        return *self.0;
        #[cfg(not(feature = "tokio"))]
        self.0.0
    }
}

/// Refuses the message of `handler` if it is too large, at the line of whoever calls this in a constant: that of the
/// largest argument. It is called for each of them, `argument` is the one at `place`, and `sizes` are those of all.
///
/// # Panics
/// If the message takes more than [`LARGEST`] bytes.
#[track_caller]
pub const fn message_fits(handler: &str, bytes: usize, argument: &str, place: usize, sizes: &[usize]) {
    if bytes <= LARGEST || !is_first_largest(place, sizes) {
        return;
    }
    let text = Text::new()
        .with("a message takes at most ")
        .with_number(LARGEST)
        .with(" bytes, and that of `")
        .with(handler)
        .with("` takes ")
        .with_number(bytes)
        .with("\nhelp: write `#[indirect] ")
        .with(argument)
        .with("`, which keeps the value beside the message");
    panic!("{}", text.as_str());
}

/// Refuses what does not hold, at the line of whoever calls this in a constant: what is known of a type only when it is
/// used is not known to a macro.
///
/// # Panics
/// If it does not hold.
#[track_caller]
pub const fn require(holds: bool, why: &str) {
    assert!(holds, "{}", why);
}

/// Refuses an actor whose largest message does not fit the place of one on bare metal.
///
/// # Panics
/// Always.
#[cfg(feature = "bare-metal")]
#[track_caller]
pub(crate) const fn refuse_placed(protocol: &Protocol) -> ! {
    let mut largest = 0;
    let mut index = 1;
    while index < protocol.sizes.len() {
        if protocol.sizes[index] > protocol.sizes[largest] {
            largest = index;
        }
        index += 1;
    }
    let text = Text::new()
        .with("on bare metal a message takes at most 16 bytes, the reply of an ask included, and that of `")
        .with(protocol.messages[largest])
        .with(
            "` takes more\nhelp: make a large argument `#[indirect]`, send less, or a `&'static` reference to a static",
        );
    panic!("{}", text.as_str());
}

/// Refuses a system that takes so many `bytes` at least, and may take no more than `limit`.
///
/// # Panics
/// Always.
#[cfg(feature = "bare-metal")]
#[track_caller]
pub(crate) const fn refuse_system(bytes: usize, limit: usize) -> ! {
    let words = if size_of::<usize>() == 4 { " bytes" } else { " bytes or more where pointers have 32 bits" };
    let text = Text::new()
        .with("the statics of this system take ")
        .with_number(bytes)
        .with(words)
        .with(", and `ram <= ")
        .with_number(limit)
        .with("` allows fewer\nhelp: shorten mailboxes, keep less in the states, or allow more");
    panic!("{}", text.as_str());
}

const fn is_first_largest(place: usize, sizes: &[usize]) -> bool {
    let mut index = 0;
    while index < sizes.len() {
        let size = sizes[index];
        if size > sizes[place] || (index < place && size == sizes[place]) {
            return false;
        }
        index += 1;
    }
    true
}

/// The words of an error, put together by the compiler.
struct Text {
    bytes: [u8; 512],
    length: usize,
}

impl Text {
    const fn new() -> Self {
        Self { bytes: [0; 512], length: 0 }
    }

    /// Appends `words`, as far as there is room.
    const fn with(mut self, words: &str) -> Self {
        let words = words.as_bytes();
        let mut index = 0;
        while index < words.len() && self.length < self.bytes.len() {
            self.bytes[self.length] = words[index];
            self.length += 1;
            index += 1;
        }
        self
    }

    #[allow(clippy::cast_possible_truncation)]
    const fn with_number(self, number: usize) -> Self {
        let text = if number >= 10 { self.with_number(number / 10) } else { self };
        let digit = [b'0' + (number % 10) as u8];
        match from_utf8(&digit) {
            Ok(digit) => text.with(digit),
            Err(_) => text,
        }
    }

    const fn as_str(&self) -> &str {
        match from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            // Cut in the middle of a letter.
            Err(_) => "a message is too large\nhelp: write `#[indirect]` before its largest argument",
        }
    }
}

impl<T> core::ops::Deref for Indirect<T> {
    type Target = T;

    fn deref(&self) -> &T {
        #[cfg(feature = "tokio")]
        return &self.0;
        #[cfg(not(feature = "tokio"))]
        &self.0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_largest_arguments_is_blamed() {
        fn check(sizes: &[usize], blamed: usize) {
            for place in 0..sizes.len() {
                assert_eq!(is_first_largest(place, sizes), place == blamed, "{place} of {sizes:?}");
            }
        }
        check(&[8], 0);
        check(&[8, 24, 16], 1);
        check(&[24, 8, 24], 0);
    }

    #[test]
    fn words_and_numbers_are_put_together() {
        let text = Text::new().with("`put` takes ").with_number(1060).with(", not ").with_number(0);
        assert_eq!(text.as_str(), "`put` takes 1060, not 0");
    }

    #[test]
    #[should_panic(expected = "a message takes at most 128 bytes, and that of `put` takes 136")]
    fn a_large_message_is_refused_at_its_largest_argument() {
        message_fits("put", 136, "key: u64", 0, &[8, 128]);
        message_fits("put", 136, "row: [u64; 16]", 1, &[8, 128]);
    }
}
