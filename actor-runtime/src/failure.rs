//! What went wrong in an actor, as data, and why actors end.
//!
//! Keeps the promise that a failure can always be described: a [`Description`] never fails to be made, needs no heap
//! where there is none, and says when it was cut.

use core::fmt::{self, Write};

use heapless::String;

/// How an actor failed.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
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
    /// Every kind, in the order of declaration.
    pub const ALL: [Self; 5] = [Self::Error, Self::Panic, Self::Start, Self::Unasked, Self::Escalated];

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
    /// Every reason, in the order of declaration.
    pub const ALL: [Self; 6] =
        [Self::Requested, Self::Drained, Self::Killed, Self::Failed, Self::ParentStopped, Self::Shutdown];

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

/// What an error or a panic said.
///
/// On tokio all of it; only a text of more than [`Description::CAPACITY`] bytes allocates. Without that backend there is no
/// heap: the text is cut after as many bytes, and says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Description(Text);

/// Each with whether text is missing at its end.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Text {
    Short(Short, bool),
    #[cfg(feature = "tokio")]
    Long(std::string::String, bool),
}

type Short = String<{ Description::CAPACITY }, u8>;

impl Description {
    /// The most text a description holds without a heap, in bytes of UTF-8.
    pub const CAPACITY: usize = 64;

    /// The description of nothing.
    #[must_use]
    pub const fn empty() -> Self {
        Self(Text::Short(String::new(), false))
    }

    /// Describes an error by what it displays.
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
        *description.cut_mut() |= refused;
        description
    }

    /// The text kept, without a mark for what was cut.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Text::Short(text, _) => text,
            #[cfg(feature = "tokio")]
            Text::Long(text, _) => text,
        }
    }

    /// Whether nothing is described.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_str().is_empty() && !self.is_cut()
    }

    /// Whether text is missing at the end: it was too long, or the value refused to be displayed further.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        match &self.0 {
            Text::Short(_, cut) => *cut,
            #[cfg(feature = "tokio")]
            Text::Long(_, cut) => *cut,
        }
    }

    /// Writes what is too long for the text in hand.
    #[cold]
    fn overflow(&mut self, text: &str) -> fmt::Result {
        #[cfg(feature = "tokio")]
        {
            self.0 = Text::Long([self.as_str(), text].concat(), false);
            Ok(())
        }
        #[cfg(not(feature = "tokio"))]
        {
            let Text::Short(short, cut) = &mut self.0;
            fill(short, text);
            *cut = true;
            Err(fmt::Error)
        }
    }

    const fn cut_mut(&mut self) -> &mut bool {
        match &mut self.0 {
            Text::Short(_, cut) => cut,
            #[cfg(feature = "tokio")]
            Text::Long(_, cut) => cut,
        }
    }
}

impl Default for Description {
    fn default() -> Self {
        Self::empty()
    }
}

impl Write for Description {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // Some `Display` ignores the error and writes on: after a cut nothing may follow the gap.
        if self.is_cut() {
            return Err(fmt::Error);
        }
        match &mut self.0 {
            Text::Short(short, _) => match short.push_str(text) {
                Ok(()) => Ok(()),
                Err(_) => self.overflow(text),
            },
            #[cfg(feature = "tokio")]
            Text::Long(long, _) => long.write_str(text),
        }
    }
}

/// Shows the text, and `…` where it was cut.
impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())?;
        if self.is_cut() { f.write_char('…') } else { Ok(()) }
    }
}

/// Which child a failure came from.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Origin {
    /// Label of the child that failed first.
    pub actor: &'static str,
    /// How that failed.
    pub kind: FailureKind,
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
    /// The child it came from: one whose failure was passed on, or that kept its parent from starting.
    pub origin: Option<Origin>,
}

impl Failure {
    /// A failure outside of a handler.
    #[must_use]
    pub const fn new(kind: FailureKind, description: Description) -> Self {
        Self { kind, description, message: None, origin: None }
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

    /// The failure of a child with this label, as the failure of its parent; what was said and where is kept.
    #[must_use]
    pub fn escalated(self, child: &'static str) -> Self {
        Self { kind: FailureKind::Escalated, ..self.of_child(child) }
    }

    /// The same failure, of a child with this label if it is not of a child of that already.
    #[must_use]
    pub fn of_child(self, child: &'static str) -> Self {
        Self { origin: self.origin.or(Some(Origin { actor: child, kind: self.kind })), ..self }
    }

    /// The same failure, in the handler or hook of this name.
    #[must_use]
    pub fn in_handler(self, name: &'static str) -> Self {
        Self { message: Some(name), ..self }
    }
}

/// Shows ``panic in `add`: what it said``, without the parts that are not known. Where it came from a child, that goes
/// before: ``escalated from `db`: ``, or ``child `db`: `` where that did not start.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut kind = self.kind;
        if let Some(origin) = self.origin {
            let how = if kind == FailureKind::Escalated { "escalated from" } else { "child" };
            write!(f, "{how} `{}`: ", origin.actor)?;
            kind = origin.kind;
        }
        f.write_str(kind.as_str())?;
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

/// Writes as much of `text` as there is room for.
#[cfg(any(not(feature = "tokio"), test))]
fn fill(short: &mut Short, text: &str) {
    let fitting = prefix_of(text, Description::CAPACITY - short.len());
    short.push_str(fitting).expect("as much as there is room for");
}

/// The longest prefix of `text` of at most `room` bytes that ends between two characters.
pub(crate) fn prefix_of(text: &str, room: usize) -> &str {
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
    fn what_is_cut_ends_between_two_characters() {
        fn check(text: &str, kept: usize) {
            let mut short = Short::new();
            fill(&mut short, text);
            assert_eq!(short, text[..kept]);
        }
        check("", 0);
        check("disk full", 9);
        check(&"x".repeat(64), 64);
        check(&"x".repeat(65), 64);
        check(&"é".repeat(33), 64);
        // The boundary falls inside a character: the character is left out whole.
        check(&("x".to_string() + &"é".repeat(32)), 63);
        check(&"€".repeat(22), 63);
    }

    #[test]
    fn a_description_is_whole_where_there_is_a_heap_and_marks_a_cut_elsewhere() {
        for length in [0, 9, 63, 64, 65, 1_000] {
            let text = "x".repeat(length);
            let description = Description::of(&format_args!("{}{}", &text[..length / 2], &text[length / 2..]));
            let is_whole = cfg!(feature = "tokio") || length <= Description::CAPACITY;
            let kept = if is_whole { length } else { Description::CAPACITY };
            assert_eq!(description.as_str(), &text[..kept]);
            assert_eq!((description.is_cut(), description.to_string().ends_with('…')), (!is_whole, !is_whole));
        }
    }

    #[test]
    fn nothing_follows_the_gap_of_a_cut() {
        let mut description = Description::of(&"x".repeat(63));
        *description.cut_mut() = true;
        assert!(write!(description, "y").is_err());
        assert_eq!(description.as_str(), "x".repeat(63));
    }

    #[test]
    fn an_error_with_a_failure_is_small_enough_to_be_returned() {
        assert!(size_of::<Failure>() < 128, "{}", size_of::<Failure>());
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
        let escalated = || Failure::panic(&"overflow").in_handler("add").escalated("db");
        check(escalated(), "escalated from `db`: panic in `add`: overflow");
        check(escalated().escalated("store"), "escalated from `db`: panic in `add`: overflow");
        check(
            Failure::error(&"no port").in_handler("started").of_child("db"),
            "child `db`: error in `started`: no port",
        );
        check(Failure::start(&"no port").of_child("db").escalated("store"), "escalated from `db`: start: no port");
    }

    #[test]
    fn escalating_keeps_what_was_said_and_where() {
        let child = Failure::error(&"disk full").in_handler("write");
        let parent = child.clone().escalated("db");
        assert_eq!(parent.kind, FailureKind::Escalated);
        assert_eq!(parent.origin, Some(Origin { actor: "db", kind: FailureKind::Error }));
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
        fn what_is_kept_of_a_cut_is_the_longest_prefix_that_fits(before in "\\PC{0,9}", text in "\\PC{0,80}") {
            let mut short = Short::new();
            fill(&mut short, &before);
            fill(&mut short, &text);
            let kept = short.strip_prefix(before.as_str()).expect("what was there stays");
            prop_assert!(text.starts_with(kept));
            if let Some(next) = text[kept.len()..].chars().next() {
                prop_assert!(short.len() + next.len_utf8() > Description::CAPACITY);
            }
        }
    }
}
