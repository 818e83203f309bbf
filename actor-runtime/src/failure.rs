//! What went wrong in an actor, as data that is copied without a heap, and why actors end.
//!
//! Keeps the promise that a failure can always be described: a [`Description`] has a fixed size, never
//! fails to be made, and says when it was cut.

use core::fmt::{self, Write};

use heapless::String;

/// How an actor failed.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum FailureKind {
    /// A tell handler, a timer or a hook returned `Err`, or the actor called `ctx.fail`.
    Error,
    /// A handler or a hook panicked.
    Panic,
    /// The actor could not be started, or started again.
    Start,
    /// An ask handler returned `Err` to a message nobody waited on.
    Unasked,
    /// A child failed and its supervisor passed the failure on.
    Escalated,
}

impl FailureKind {
    /// The kind in one lower-case word, as metrics label it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Panic => "panic",
            Self::Start => "start",
            Self::Unasked => "unasked",
            Self::Escalated => "escalated",
        }
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why an actor ended.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum StopReason {
    /// It was told to stop, or stopped itself.
    Requested,
    /// It handled what was queued first: it was told to drain, or its last ref went.
    Drained,
    /// It was killed.
    Killed,
    /// It failed and was not restarted.
    Failed,
    /// Its parent stopped.
    ParentStopped,
    /// The system shut down.
    Shutdown,
}

impl StopReason {
    /// The reason in lower case with underscores, as metrics label it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Drained => "drained",
            Self::Killed => "killed",
            Self::Failed => "failed",
            Self::ParentStopped => "parent_stopped",
            Self::Shutdown => "shutdown",
        }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::ParentStopped => "parent stopped",
            Self::Requested | Self::Drained | Self::Killed | Self::Failed | Self::Shutdown => self.as_str(),
        })
    }
}

/// What an error or a panic said: at most [`Description::CAPACITY`] bytes of text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Description {
    text: String<{ Description::CAPACITY }, u8>,
    cut: bool,
}

impl Description {
    /// The most text a description holds, in bytes of UTF-8.
    pub const CAPACITY: usize = 64;

    /// The description of nothing.
    #[must_use]
    pub const fn empty() -> Self {
        Self { text: String::new(), cut: false }
    }

    /// Describes an error by what it displays, cut at a character boundary where it is too long.
    ///
    /// # Panics
    /// If `value` panics while it is displayed.
    #[must_use]
    pub fn of(value: &impl fmt::Display) -> Self {
        Self::from_display(value)
    }

    /// Describes an error whose type is erased, as [`of`](Self::of) does.
    ///
    /// # Panics
    /// If `value` panics while it is displayed.
    #[must_use]
    pub fn from_display(value: &dyn fmt::Display) -> Self {
        let mut description = Self::empty();
        // A value that refuses to be displayed leaves its text incomplete, like a cut.
        let refused = write!(description, "{value}").is_err();
        description.cut |= refused;
        description
    }

    /// The text kept, without a mark for what was cut.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether nothing is described.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && !self.cut
    }

    /// Whether text is missing at the end.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.cut
    }
}

impl Write for Description {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // Some `Display` ignores the error and writes on: after a cut nothing may follow the gap.
        if self.cut {
            return Err(fmt::Error);
        }
        let room = Self::CAPACITY - self.text.len();
        let fitting = prefix_of(text, room);
        self.cut = self.text.push_str(fitting).is_err() || fitting.len() < text.len();
        if self.cut { Err(fmt::Error) } else { Ok(()) }
    }
}

/// Shows the text, and `…` where it was cut.
impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        if self.cut { f.write_char('…') } else { Ok(()) }
    }
}

/// One failure of an actor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// How it failed.
    pub kind: FailureKind,
    /// What the error or the panic said.
    pub description: Description,
    /// The handler or hook it failed in, if it was in one.
    pub message: Option<&'static str>,
}

impl Failure {
    /// A failure outside of a handler.
    #[must_use]
    pub const fn new(kind: FailureKind, description: Description) -> Self {
        Self { kind, description, message: None }
    }

    /// An `Err` of a tell handler, a timer, a hook or `ctx.fail`.
    #[must_use]
    pub fn error(error: &dyn fmt::Display) -> Self {
        Self::new(FailureKind::Error, Description::from_display(error))
    }

    /// A panic, with what it said.
    #[must_use]
    pub fn panic(payload: &dyn fmt::Display) -> Self {
        Self::new(FailureKind::Panic, Description::from_display(payload))
    }

    /// A start, or a start again, that failed.
    #[must_use]
    pub fn start(error: &dyn fmt::Display) -> Self {
        Self::new(FailureKind::Start, Description::from_display(error))
    }

    /// An `Err` of an ask handler that was told.
    #[must_use]
    pub fn unasked(error: &dyn fmt::Display) -> Self {
        Self::new(FailureKind::Unasked, Description::from_display(error))
    }

    /// The failure of a child, as the failure of its parent; what was said and where is kept.
    #[must_use]
    pub fn escalated(self) -> Self {
        Self { kind: FailureKind::Escalated, ..self }
    }

    /// The same failure, in the handler or hook of this name.
    #[must_use]
    pub fn in_handler(self, name: &'static str) -> Self {
        Self { message: Some(name), ..self }
    }
}

/// Shows ``panic in `add`: what it said``, without the parts that are not known.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_str())?;
        if let Some(handler) = self.message {
            write!(f, " in `{handler}`")?;
        }
        if !self.description.is_empty() {
            write!(f, ": {}", self.description)?;
        }
        Ok(())
    }
}

impl core::error::Error for Failure {}

/// The longest prefix of `text` of at most `room` bytes that ends between two characters.
fn prefix_of(text: &str, room: usize) -> &str {
    let mut end = room.min(text.len());
    // Ends: zero is a boundary.
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::ToString;

    #[test]
    fn a_description_keeps_what_fits_and_marks_a_cut() {
        fn check(text: &str, kept: usize, cut: bool) {
            let description = Description::of(&text);
            assert_eq!(description.as_str(), &text[..kept]);
            assert_eq!(description.is_cut(), cut);
            assert_eq!(description.to_string().ends_with('…'), cut);
        }
        check("", 0, false);
        check("disk full", 9, false);
        check(&"x".repeat(64), 64, false);
        check(&"x".repeat(65), 64, true);
        check(&"é".repeat(33), 64, true);
        // The boundary falls inside a character: the character is left out whole.
        check(&("x".to_string() + &"é".repeat(32)), 63, true);
        check(&"€".repeat(22), 63, true);
    }

    #[test]
    fn nothing_follows_the_gap_of_a_cut() {
        struct Stubborn;
        impl fmt::Display for Stubborn {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let _ = f.write_str(&("x".repeat(63) + "é"));
                let _ = f.write_str("y");
                Ok(())
            }
        }
        let description = Description::of(&Stubborn);
        assert_eq!(description.as_str(), "x".repeat(63));
        assert!(description.is_cut());
    }

    #[test]
    fn a_value_that_refuses_to_be_displayed_is_described_as_cut() {
        struct Refusing;
        impl fmt::Display for Refusing {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("half")?;
                Err(fmt::Error)
            }
        }
        assert_eq!(Description::of(&Refusing).to_string(), "half…");
    }

    #[test]
    fn the_default_description_is_empty() {
        assert!(Description::default().is_empty());
        assert_eq!(Description::default(), Description::empty());
        assert_eq!(Description::default().to_string(), "");
    }

    #[test]
    fn a_failure_shows_kind_handler_and_text() {
        fn check(failure: Failure, expected: &str) {
            assert_eq!(failure.to_string(), expected);
        }
        let empty = Description::empty;
        check(Failure::panic(&"overflow").in_handler("add"), "panic in `add`: overflow");
        check(Failure::error(&"disk full"), "error: disk full");
        check(Failure::start(&"no port").in_handler("started"), "start in `started`: no port");
        check(Failure::unasked(&"none").in_handler("get"), "unasked in `get`: none");
        check(Failure::new(FailureKind::Panic, empty()).in_handler("add"), "panic in `add`");
        check(Failure::new(FailureKind::Panic, empty()), "panic");
        check(Failure::error(&"x".repeat(80)), &("error: ".to_string() + &"x".repeat(64) + "…"));
    }

    #[test]
    fn escalating_keeps_what_was_said_and_where() {
        let child = Failure::error(&"disk full").in_handler("write");
        let parent = child.clone().escalated();
        assert_eq!(parent.kind, FailureKind::Escalated);
        assert_eq!((parent.description, parent.message), (child.description, child.message));
    }

    #[test]
    fn stop_reasons_are_read_in_words_and_labelled_without_spaces() {
        fn check(reason: StopReason, shown: &str, label: &str) {
            assert_eq!(reason.to_string(), shown);
            assert_eq!(reason.as_str(), label);
        }
        check(StopReason::Requested, "requested", "requested");
        check(StopReason::Drained, "drained", "drained");
        check(StopReason::Killed, "killed", "killed");
        check(StopReason::Failed, "failed", "failed");
        check(StopReason::ParentStopped, "parent stopped", "parent_stopped");
        check(StopReason::Shutdown, "shutdown", "shutdown");
    }

    proptest! {
        #[test]
        fn a_description_is_the_longest_prefix_that_fits(text in "\\PC{0,80}") {
            let description = Description::of(&text);
            let kept = description.as_str();
            prop_assert!(text.starts_with(kept));
            prop_assert_eq!(description.is_cut(), kept.len() < text.len());
            if let Some(next) = text[kept.len()..].chars().next() {
                prop_assert!(kept.len() + next.len_utf8() > Description::CAPACITY);
            }
        }
    }
}
