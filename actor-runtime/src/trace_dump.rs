//! What actors did, as bytes: the format of a trace that a microcontroller keeps, and its way back to lines of text.
//!
//! A dump is a row of units of eight bytes, little-endian. The first says what follows, each other is a record:
//!
//! | unit | bytes |
//! |---|---|
//! | the first | `A`, `T`, the version, `L` or `R`, and a number in four |
//! | a record | the time in four, the actor, the message, what happened, a detail of that |
//!
//! In a line, `L`, records stand in their order, and the number is how many there were before the first. In a ring, `R`, which
//! is what lies in the memory of the machine, the number is how many were ever written, and each stands at its own number
//! modulo the length. Time is in units of 1024 ns, and begins anew after 73 minutes: of two records in a row each may be the
//! later one by up to half of that, because whoever interrupts the other may come to write first.

use core::fmt;

#[cfg(feature = "bare-metal")]
use crate::failure::{FailureKind, StopReason};
#[cfg(feature = "bare-metal")]
use crate::metrics::DeadLetterReason;
use crate::time::Instant;

/// Bytes of a unit.
pub const UNIT: usize = 8;

const VERSION: u8 = 1;
const LINE: u8 = b'L';
const RING: u8 = b'R';

/// The power of two by which nanoseconds are divided.
const SCALE: u32 = 10;

/// A moment as it stands in a record.
#[cfg(feature = "bare-metal")]
pub(crate) const fn time_of(now: Instant) -> u32 {
    (now.as_nanos() >> SCALE) as u32
}

/// The first word of a ring.
#[cfg(feature = "bare-metal")]
pub(crate) const RING_HEAD: u32 = head(RING);
/// The first word of a line.
#[cfg(feature = "bare-metal")]
pub(crate) const LINE_HEAD: u32 = head(LINE);

#[cfg(feature = "bare-metal")]
const fn head(shape: u8) -> u32 {
    u32::from_le_bytes([b'A', b'T', VERSION, shape])
}

/// What happened, by its number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
#[repr(u8)]
pub enum TraceKind {
    /// A message is sent to the actor.
    Sent = 1,
    /// It was refused: the mailbox is full, or the actor has stopped.
    Refused,
    /// A timer of the actor is due: its message is next.
    Timer,
    /// A handler or hook of the actor is run.
    Begun,
    /// It has returned.
    Ended,
    /// It waits.
    Waited,
    /// It waited, and goes on.
    Resumed,
    /// The message waits in the stash.
    Stashed,
    /// The actor failed.
    Failed,
    /// It is up for the first time.
    Up,
    /// It is up again.
    Restarted,
    /// It has ended.
    Stopped,
    /// A message that it had accepted is lost.
    DeadLetter,
    /// So many records were overwritten before they were read.
    Lost,
}

impl TraceKind {
    /// All, in the order of their numbers.
    const ALL: [Self; 14] = [
        Self::Sent,
        Self::Refused,
        Self::Timer,
        Self::Begun,
        Self::Ended,
        Self::Waited,
        Self::Resumed,
        Self::Stashed,
        Self::Failed,
        Self::Up,
        Self::Restarted,
        Self::Stopped,
        Self::DeadLetter,
        Self::Lost,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Refused => "refused",
            Self::Timer => "timer",
            Self::Begun => "begun",
            Self::Ended => "ended",
            Self::Waited => "waits",
            Self::Resumed => "resumed",
            Self::Stashed => "stashed",
            Self::Failed => "failed",
            Self::Up => "up",
            Self::Restarted => "restarted",
            Self::Stopped => "stopped",
            Self::DeadLetter => "lost",
            Self::Lost => "missing",
        }
    }

    /// What a detail of it means.
    fn detail(self, detail: u8) -> Option<&'static str> {
        let words: &[&str] = match self {
            Self::Refused => &["full", "stopped"],
            Self::Failed => &["error", "panic", "start", "unasked", "escalated"],
            Self::Stopped => &["requested", "drained", "killed", "failed", "parent stopped", "shutdown"],
            Self::DeadLetter => &["stopped", "expired", "dropped"],
            _ => &[],
        };
        words.get(usize::from(detail)).copied()
    }
}

/// The detail of a failure.
#[cfg(feature = "bare-metal")]
pub(crate) const fn failed(kind: FailureKind) -> u8 {
    match kind {
        FailureKind::Error => 0,
        FailureKind::Panic => 1,
        FailureKind::Start => 2,
        FailureKind::Unasked => 3,
        FailureKind::Escalated => 4,
    }
}

/// The detail of an end.
#[cfg(feature = "bare-metal")]
pub(crate) const fn stopped(reason: StopReason) -> u8 {
    match reason {
        StopReason::Requested => 0,
        StopReason::Drained => 1,
        StopReason::Killed => 2,
        StopReason::Failed => 3,
        StopReason::ParentStopped => 4,
        StopReason::Shutdown => 5,
    }
}

/// The detail of a dead letter.
#[cfg(feature = "bare-metal")]
pub(crate) const fn lost(reason: DeadLetterReason) -> u8 {
    match reason {
        DeadLetterReason::Stopped => 0,
        DeadLetterReason::Expired => 1,
        DeadLetterReason::Dropped => 2,
    }
}

/// One thing that happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TraceRecord {
    /// In units; of [`TraceKind::Lost`] how many.
    pub(crate) time: u32,
    pub(crate) actor: u8,
    pub(crate) message: u8,
    pub(crate) kind: u8,
    pub(crate) detail: u8,
}

impl TraceRecord {
    /// The message where there is none.
    pub const NO_MESSAGE: u8 = u8::MAX;

    fn of([a, b, c, d, actor, message, kind, detail]: [u8; UNIT]) -> Self {
        Self { time: u32::from_le_bytes([a, b, c, d]), actor, message, kind, detail }
    }

    /// The second word of it.
    #[cfg(feature = "bare-metal")]
    pub(crate) const fn what(actor: u8, message: u8, kind: TraceKind, detail: u8) -> u32 {
        u32::from_le_bytes([actor, message, kind as u8, detail])
    }

    /// What happened, where this version knows it.
    #[must_use]
    pub fn kind(&self) -> Option<TraceKind> {
        TraceKind::ALL.get(usize::from(self.kind.checked_sub(1)?)).copied()
    }

    /// The number of the actor, as in the [names](TraceNames).
    #[must_use]
    pub const fn actor(&self) -> u8 {
        self.actor
    }

    /// How many records are missing where this stands, if [some are](TraceKind::Lost).
    #[must_use]
    pub fn missing(&self) -> u32 {
        if self.kind() == Some(TraceKind::Lost) { self.time } else { 0 }
    }

    /// The number of the message among those of its actor, if there is one.
    #[must_use]
    pub const fn message(&self) -> Option<u8> {
        if self.message == Self::NO_MESSAGE { None } else { Some(self.message) }
    }
}

/// Why bytes are no trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum TraceError {
    /// They do not begin as one: the system was not started, or this is something else.
    NoTrace,
    /// They are of another version of this crate.
    OtherVersion(u8),
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTrace => f.write_str("this is no trace"),
            Self::OtherVersion(version) => write!(f, "a trace of version {version}, and this reads version {VERSION}"),
        }
    }
}

impl core::error::Error for TraceError {}

/// The bytes of a trace, to be read: those that a `TraceRing` hands out, or the memory where it lies.
#[derive(Clone, Copy, Debug)]
pub struct TraceDump<'a> {
    /// In their order, the part at the end of the ring first.
    parts: [&'a [[u8; UNIT]]; 2],
    missing: u32,
}

impl<'a> TraceDump<'a> {
    /// Looks at the first bytes. What does not fill a unit at the end is left out.
    ///
    /// # Errors
    /// If they are not those of a trace that this version reads.
    pub fn read(bytes: &'a [u8]) -> Result<Self, TraceError> {
        let (units, _) = bytes.as_chunks::<UNIT>();
        let Some(([b'A', b'T', version, shape, number @ ..], records)) = units.split_first() else {
            return Err(TraceError::NoTrace);
        };
        if *version != VERSION {
            return Err(TraceError::OtherVersion(*version));
        }
        let number = u32::from_le_bytes(*number);
        match (*shape, u32::try_from(records.len()).unwrap_or(u32::MAX)) {
            (LINE, _) => Ok(Self { parts: [records, &[]], missing: number }),
            (RING, places) if number <= places => {
                Ok(Self { parts: [records.get(..number as usize).unwrap_or(records), &[]], missing: 0 })
            }
            (RING, 0) => Ok(Self { parts: [&[], &[]], missing: number }),
            (RING, places) => {
                let (new, old) = records.split_at((number % places) as usize);
                Ok(Self { parts: [old, new], missing: number - places })
            }
            _ => Err(TraceError::NoTrace),
        }
    }

    /// How many records there were before the first.
    #[must_use]
    pub const fn missing(&self) -> u32 {
        self.missing
    }

    /// The records in their order, each with its moment.
    pub fn records(&self) -> impl Iterator<Item = (Instant, TraceRecord)> + use<'a> {
        let (mut units, mut last) = (0_u64, None);
        let [old, new] = self.parts;
        old.iter().chain(new).map(move |unit| {
            let record = TraceRecord::of(*unit);
            if record.kind() != Some(TraceKind::Lost) {
                let passed = record.time.wrapping_sub(last.unwrap_or(0));
                units = match last {
                    None => u64::from(record.time),
                    Some(_) => units.saturating_add_signed(i64::from(passed.cast_signed())),
                };
                last = Some(record.time);
            }
            (Instant::from_nanos(units << SCALE), record)
        })
    }

    /// Shows a line for each record.
    #[must_use]
    pub fn lines<'n>(&self, names: TraceNames<'n>) -> impl fmt::Display + use<'a, 'n> {
        Lines { dump: *self, names }
    }
}

struct Lines<'a, 'n> {
    dump: TraceDump<'a>,
    names: TraceNames<'n>,
}

impl fmt::Display for Lines<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.dump.missing > 0 {
            writeln!(f, "{:>12} {:<9} {} before", "", TraceKind::Lost.word(), self.dump.missing)?;
        }
        self.dump.records().try_for_each(|(at, record)| self.names.write(f, at, &record))
    }
}

/// The names of the actors of a trace and of their messages: a line for each, its number first, as the `trace_names` of a
/// `system!` writes them. What is not named is shown by its number.
#[derive(Clone, Copy, Debug)]
pub struct TraceNames<'a>(&'a str);

impl<'a> TraceNames<'a> {
    /// Those in this text.
    #[must_use]
    pub const fn of(text: &'a str) -> Self {
        Self(text)
    }

    /// The words behind a number.
    fn words(self, actor: u8) -> Option<impl Iterator<Item = &'a str>> {
        self.0.lines().find_map(|line| {
            let mut words = line.split_ascii_whitespace();
            (words.next()?.parse() == Ok(actor)).then_some(words)
        })
    }

    fn write(self, f: &mut fmt::Formatter<'_>, at: Instant, record: &TraceRecord) -> fmt::Result {
        let Some(kind) = record.kind() else {
            return writeln!(f, "{:>12} {:?}", "", record);
        };
        if kind == TraceKind::Lost {
            return writeln!(f, "{:>12} {:<9} {}", "", kind.word(), record.time);
        }
        let micros = at.as_nanos() / 1_000;
        write!(f, "{:>5}.{:06} {:<9} ", micros / 1_000_000, micros % 1_000_000, kind.word())?;
        let mut words = self.words(record.actor);
        match words.as_mut().and_then(Iterator::next) {
            Some(name) => f.write_str(name)?,
            None => write!(f, "#{}", record.actor)?,
        }
        if let Some(message) = record.message() {
            match words.and_then(|mut words| words.nth(usize::from(message))) {
                Some(name) => write!(f, ".{name}")?,
                None => write!(f, ".{message}")?,
            }
        }
        match kind.detail(record.detail) {
            Some(detail) => writeln!(f, " ({detail})"),
            None => writeln!(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::format;
    use std::string::{String, ToString};
    use std::vec::Vec;

    const NAMES: TraceNames<'_> = TraceNames::of("0 VALVE turn shut\n1 PUMP\n");

    fn unit(time: u32, rest: [u8; 4]) -> [u8; UNIT] {
        let mut unit = [0; UNIT];
        unit[..4].copy_from_slice(&time.to_le_bytes());
        unit[4..].copy_from_slice(&rest);
        unit
    }

    fn head(shape: u8, number: u32) -> [u8; UNIT] {
        let [a, b, c, d] = number.to_le_bytes();
        [b'A', b'T', 1, shape, a, b, c, d]
    }

    fn lines(units: &[[u8; UNIT]]) -> String {
        TraceDump::read(units.as_flattened()).unwrap().lines(NAMES).to_string()
    }

    #[test]
    fn the_format_stays_as_it_is() {
        let all = [
            head(b'L', 3),
            unit(1_000, [0, 1, 1, 0]),
            unit(1_001, [0, 1, 2, 0]),
            unit(1_001, [1, 7, 3, 0]),
            unit(2_000_000, [0, 0, 4, 0]),
            unit(2_000_001, [0, 0, 5, 0]),
            unit(2_000_001, [0, 0, 6, 0]),
            unit(2_000_000, [0, 0, 7, 0]),
            unit(2_000_002, [0, 0, 8, 0]),
            unit(2_000_002, [1, 255, 9, 4]),
            unit(2_000_003, [1, 255, 10, 0]),
            unit(2_000_003, [1, 255, 11, 0]),
            unit(2_000_003, [9, 255, 12, 1]),
            unit(2_000_003, [0, 0, 13, 2]),
            unit(12, [0, 255, 14, 0]),
            unit(2_000_004, [0, 255, 77, 0]),
        ];
        let expected = "             missing   3 before
    0.001024 sent      VALVE.shut
    0.001025 refused   VALVE.shut (full)
    0.001025 timer     PUMP.7
    2.048000 begun     VALVE.turn
    2.048001 ended     VALVE.turn
    2.048001 waits     VALVE.turn
    2.048000 resumed   VALVE.turn
    2.048002 stashed   VALVE.turn
    2.048002 failed    PUMP (escalated)
    2.048003 up        PUMP
    2.048003 restarted PUMP
    2.048003 stopped   #9 (drained)
    2.048003 lost      VALVE.turn (dropped)
             missing   12
             TraceRecord { time: 2000004, actor: 0, message: 255, kind: 77, detail: 0 }
";
        assert_eq!(lines(&all), expected);
    }

    #[test]
    fn a_ring_is_read_from_its_oldest_record_on() {
        let places = [unit(5, [0, 0, 1, 0]), unit(6, [0, 0, 1, 0]), unit(3, [0, 0, 1, 0]), unit(4, [0, 0, 1, 0])];
        let times = |number, places: &[_]| {
            let all = [&[head(b'R', number)], places].concat();
            let dump = TraceDump::read(all.as_flattened()).unwrap();
            (dump.missing(), dump.records().map(|(_, record)| record.time).collect::<Vec<_>>())
        };
        assert_eq!(times(6, &places), (2, [3, 4, 5, 6].into()));
        assert_eq!(times(2, &places), (0, [5, 6].into()));
        assert_eq!(times(4, &places), (0, [5, 6, 3, 4].into()));
        assert_eq!(times(6, &[]), (6, [].into()));
    }

    #[test]
    fn time_goes_on_where_it_begins_anew() {
        let units = [head(b'L', 0), unit(u32::MAX - 1, [0, 0, 1, 0]), unit(1, [0, 0, 1, 0])];
        let dump = TraceDump::read(units.as_flattened()).unwrap();
        let moments: Vec<_> = dump.records().map(|(at, _)| at.as_nanos() >> 10).collect();
        assert_eq!(moments, [u64::from(u32::MAX) - 1, u64::from(u32::MAX) + 2]);
    }

    #[test]
    fn what_is_no_trace_is_called_so() {
        assert_eq!(TraceDump::read(&[]).unwrap_err(), TraceError::NoTrace);
        assert_eq!(TraceDump::read(&[0; 64]).unwrap_err(), TraceError::NoTrace);
        assert_eq!(TraceDump::read(&head(b'X', 0)).unwrap_err(), TraceError::NoTrace);
        let other = TraceDump::read(b"AT\x02L\0\0\0\0").unwrap_err();
        assert_eq!(other, TraceError::OtherVersion(2));
        assert_eq!(other.to_string(), "a trace of version 2, and this reads version 1");
    }

    proptest! {
        /// Whatever lies there, it is shown or refused.
        #[test]
        fn noise_is_shown_or_refused(
            shape in prop::sample::select(&[b'L', b'R', b'?'][..]),
            number in any::<u32>(),
            noise in prop::collection::vec(any::<u8>(), 0..200),
            names in "[0-9a-z \n]{0,40}",
        ) {
            let mut bytes = head(shape, number).to_vec();
            bytes.extend(&noise);
            if let Ok(dump) = TraceDump::read(&bytes) {
                let text = format!("{}", dump.lines(TraceNames::of(&names)));
                prop_assert!(text.lines().count() <= 1 + noise.len() / UNIT);
            }
            let _ = TraceDump::read(&noise);
        }
    }
}
