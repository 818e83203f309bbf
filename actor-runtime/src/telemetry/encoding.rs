//! A failure as bytes, and back.
//!
//! The encoding is public and stable: a reader knows its version or refuses it. Numbers are little-endian, and a text is
//! its length in a byte, then UTF-8.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version, which is 1 |
//! | 2 | length of the whole |
//! | 8, 8 | ids of the actor and of the origin, as [`ActorId::to_bits`] |
//! | 8, 8 | when it was decided, and the pause before a restart, in nanoseconds |
//! | 4, 4 | incarnation, failures left out |
//! | 1, 1, 1 | restarts, how many actors passed it on, tags that were left out |
//! | 1 | decision: resume, restart, stop, stop the supervisor, escalate |
//! | 1, 1 | how the actor and the origin failed: error, panic, start, unasked, escalated |
//! | 1 | strategy: one for one, one for all, rest for one |
//! | 1 | whose restarts: the actor's, the group's |
//! | 1 | severity: notice, warning, error, fatal |
//! | texts | actor, type, origin, path, description |
//! | 1, text | whether it was in a handler or hook; the name of that |
//! | 1, pairs, text | how many tags; where the key and the value of each end; all of them |

use core::fmt;

use super::facts::{Decided, Facts, Fields};
use super::snapshot::{FailureSnapshot, Severity};
use super::tags::Listed;
use super::text::Excerpt;
use crate::failure::FailureKind;
use crate::id::{ActorId, Incarnation};
use crate::supervision::{Scope, Strategy};
use crate::time::Instant;

/// The version that is written, and the only one that is read.
pub(super) const VERSION: u8 = 1;

/// Bytes of a record that are always there.
const FIXED: usize = 3 + 4 * 8 + 2 * 4 + 9;

/// Bytes kept of a name, of a path and of a description, whatever the build: what one wrote another reads whole.
pub(super) const NAME: usize = 48;
pub(super) const PATH: usize = 96;
pub(super) const DESCRIPTION: usize = 112;

/// The most bytes of a record, with 144 of the text of 8 tags.
pub(super) const MAX: usize =
    FIXED + 3 * (1 + NAME) + (1 + PATH) + (1 + DESCRIPTION) + (2 + NAME) + 1 + 2 * 8 + 1 + 144;

/// Why bytes are no failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// They were written by a version of the encoding that this build does not read.
    Version(u8),
    /// They end before the record does.
    Truncated,
    /// They are none: a word that there is not, or a text that is no UTF-8.
    Malformed,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => {
                write!(f, "record of version {version}, of which this build knows nothing; it reads version {VERSION}")
            }
            Self::Truncated => f.write_str("record ends too early; give all bytes that were written"),
            Self::Malformed => {
                f.write_str("bytes are no record of a failure; give what `encode` wrote, from its first byte")
            }
        }
    }
}

impl core::error::Error for DecodeError {}

impl FailureSnapshot {
    /// Writes the failure to the beginning of `bytes`, as [`RecordedFailure::encode`](super::RecordedFailure::encode) does, and
    /// returns its length.
    pub fn encode(&self, bytes: &mut [u8]) -> usize {
        self.fields().encode(bytes)
    }

    /// The same, without the path and the tags, which are counted as left out.
    #[cfg(feature = "bare-metal")]
    pub(crate) fn encode_briefly(&self, bytes: &mut [u8]) -> usize {
        let fields = self.fields();
        let dropped = fields.tags.dropped.saturating_add(fields.tags.ends.len() as u8);
        Fields { path: "", tags: Listed { text: "", ends: &[], dropped }, ..fields }.encode(bytes)
    }
}

/// Numbers of words: the place in the list is what is written, so it only grows at its end.
mod words {
    use super::{Decided, FailureKind, Scope, Severity, Strategy};

    pub(super) const DECIDED: [Decided; 5] =
        [Decided::Resume, Decided::Restart, Decided::Stop, Decided::StopSelf, Decided::Escalate];
    pub(super) const KINDS: [FailureKind; 5] =
        [FailureKind::Error, FailureKind::Panic, FailureKind::Start, FailureKind::Unasked, FailureKind::Escalated];
    pub(super) const STRATEGIES: [Strategy; 4] =
        [Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne, Strategy::Custom];
    pub(super) const SCOPES: [Scope; 2] = [Scope::Child, Scope::Group];
    pub(super) const SEVERITIES: [Severity; 4] =
        [Severity::Notice, Severity::Warning, Severity::Error, Severity::Fatal];

    /// The number of a word; one that nobody reads, where it is missing in its list.
    pub(super) fn number<W: PartialEq>(words: &[W], word: &W) -> u8 {
        words.iter().position(|known| known == word).map_or(u8::MAX, |place| place as u8)
    }
}

/// How many bytes the record takes at the beginning of `bytes`.
pub(super) fn len(bytes: &[u8]) -> Result<usize, DecodeError> {
    let mut reader = Reader { bytes };
    reader.version()?;
    reader.number::<2>().map(|len| usize::from(u16::from_le_bytes(len)))
}

impl<'a> Fields<'a> {
    pub(super) fn encode(&self, bytes: &mut [u8]) -> usize {
        let mut writer = Writer { bytes, len: 0 };
        if self.write(&mut writer).is_none() {
            return 0;
        }
        let Writer { bytes, len } = writer;
        // `MAX_ENCODED` is far below.
        if let (Some(place), Ok(len)) = (bytes.get_mut(1..3), u16::try_from(len)) {
            place.copy_from_slice(&len.to_le_bytes());
        }
        len
    }

    fn write(&self, writer: &mut Writer<'_>) -> Option<()> {
        let facts = &self.facts;
        writer.put(&[VERSION, 0, 0])?;
        for word in [facts.id.to_bits(), facts.origin_id.to_bits(), facts.at.as_nanos(), facts.after] {
            writer.put(&word.to_le_bytes())?;
        }
        for word in [facts.incarnation.get(), facts.left_out] {
            writer.put(&word.to_le_bytes())?;
        }
        writer.put(&[
            facts.restarts,
            facts.hops,
            self.tags.dropped,
            words::number(&words::DECIDED, &facts.decided),
            words::number(&words::KINDS, &facts.kind),
            words::number(&words::KINDS, &facts.origin_kind),
            words::number(&words::STRATEGIES, &facts.strategy),
            words::number(&words::SCOPES, &facts.scope),
            words::number(&words::SEVERITIES, &facts.severity),
        ])?;
        for name in [self.actor, self.type_name, self.origin] {
            writer.text::<NAME>(name)?;
        }
        writer.text::<PATH>(self.path)?;
        writer.text::<DESCRIPTION>(self.description)?;
        writer.put(&[u8::from(self.message.is_some())])?;
        if let Some(message) = self.message {
            writer.text::<NAME>(message)?;
        }
        writer.put(&[self.tags.ends.len() as u8])?;
        writer.put(self.tags.ends.as_flattened())?;
        writer.put(&[self.tags.text.len() as u8])?;
        writer.put(self.tags.text.as_bytes())
    }

    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let len = len(bytes)?;
        let mut reader = Reader { bytes: bytes.get(3..len).ok_or(DecodeError::Truncated)? };
        let [id, origin_id, at, after] = [reader.number()?, reader.number()?, reader.number()?, reader.number()?];
        let [incarnation, left_out] = [reader.number()?, reader.number()?];
        let [restarts, hops, dropped] = reader.number()?;
        let facts = Facts {
            id: ActorId::from_bits(u64::from_le_bytes(id)),
            origin_id: ActorId::from_bits(u64::from_le_bytes(origin_id)),
            at: Instant::from_nanos(u64::from_le_bytes(at)),
            after: u64::from_le_bytes(after),
            incarnation: Incarnation::new(u32::from_le_bytes(incarnation)),
            left_out: u32::from_le_bytes(left_out),
            restarts,
            hops,
            decided: reader.word(&words::DECIDED)?,
            kind: reader.word(&words::KINDS)?,
            origin_kind: reader.word(&words::KINDS)?,
            strategy: reader.word(&words::STRATEGIES)?,
            scope: reader.word(&words::SCOPES)?,
            severity: reader.word(&words::SEVERITIES)?,
        };
        let [actor, type_name, origin] = [reader.text()?, reader.text()?, reader.text()?];
        let [path, description] = [reader.text()?, reader.text()?];
        let message = match reader.number()? {
            [0] => None,
            [1] => Some(reader.text()?),
            [_] => return Err(DecodeError::Malformed),
        };
        let [count] = reader.number()?;
        let (ends, []) = reader.take(2 * usize::from(count))?.as_chunks::<2>() else {
            return Err(DecodeError::Malformed);
        };
        let tags = Listed { text: reader.text()?, ends, dropped };
        if !tags.is_whole() {
            return Err(DecodeError::Malformed);
        }
        Ok(Self { facts, actor, type_name, origin, message, path, description, tags })
    }
}

struct Writer<'a> {
    bytes: &'a mut [u8],
    len: usize,
}

impl Writer<'_> {
    fn put(&mut self, part: &[u8]) -> Option<()> {
        let end = self.len + part.len();
        self.bytes.get_mut(self.len..end)?.copy_from_slice(part);
        self.len = end;
        Some(())
    }

    /// At most `N` bytes of a text, as a record keeps it.
    fn text<const N: usize>(&mut self, text: &str) -> Option<()> {
        let kept = Excerpt::<N>::of(&text);
        self.put(&[kept.as_str().len() as u8])?;
        self.put(kept.as_str().as_bytes())
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let (part, rest) = self.bytes.split_at_checked(len).ok_or(DecodeError::Truncated)?;
        self.bytes = rest;
        Ok(part)
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (number, rest) = self.bytes.split_first_chunk().ok_or(DecodeError::Truncated)?;
        self.bytes = rest;
        Ok(*number)
    }

    fn version(&mut self) -> Result<(), DecodeError> {
        match self.number()? {
            [VERSION] => Ok(()),
            [other] => Err(DecodeError::Version(other)),
        }
    }

    fn word<W: Copy>(&mut self, words: &[W]) -> Result<W, DecodeError> {
        let [number] = self.number()?;
        words.get(usize::from(number)).copied().ok_or(DecodeError::Malformed)
    }

    fn text(&mut self) -> Result<&'a str, DecodeError> {
        let [len] = self.number()?;
        str::from_utf8(self.take(usize::from(len))?).map_err(|_| DecodeError::Malformed)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::failure::Failure;
    use crate::supervision::Decision;
    use crate::telemetry::record::{RecordedFailure, RecordedTags};
    use crate::telemetry::{Ascent, FailureOrigin, Report, Tags};
    use core::time::Duration;
    use proptest::prelude::*;
    use std::format;
    use std::string::{String, ToString};
    use std::vec::Vec;

    pub(crate) fn recorded() -> RecordedFailure {
        let (failure, mut tags) = (Failure::panic(&"torn").in_handler("read").escalated("page"), Tags::new());
        tags.set("table", &"users");
        let origin = FailureOrigin { id: ActorId::new(3, 1), actor: "page", kind: FailureKind::Panic };
        RecordedFailure::from(&FailureSnapshot::of(&Report {
            id: ActorId::new(7, 0),
            ascent: Some(&Ascent { origin, hops: 1, tags }),
            decision: Decision::Restart { after: Duration::from_nanos(0x0102) },
            scope: Scope::Group,
            severity: Severity::Error,
            left_out: 5,
            ..Report::sample(&failure, &Tags::new())
        }))
    }

    fn encoded(failure: &RecordedFailure) -> Vec<u8> {
        let mut bytes = [0xaa; RecordedFailure::MAX_ENCODED];
        let len = failure.encode(&mut bytes);
        bytes[..len].to_vec()
    }

    const GOLDEN: &[u8] = b"\x01\x61\x00\
        \x07\0\0\0\0\0\0\0\x03\0\0\0\x01\0\0\0\
        \x09\0\0\0\0\0\0\0\x02\x01\0\0\0\0\0\0\
        \x02\0\0\0\x05\0\0\0\
        \x02\x01\0\x01\x04\x01\x01\x01\x02\
        \x02db\x02Db\x04page\x08store/db\x04torn\
        \x01\x04read\
        \x01\x05\x0a\x0atableusers";

    #[test]
    fn the_bytes_of_version_1_stay_as_they_are() {
        assert_eq!(encoded(&recorded()), GOLDEN, "a change needs another version");
        assert_eq!(RecordedFailure::decode(GOLDEN), Ok(recorded()));
        let line = "store/db: from `page` 3.1, 1 up: panic in `read`: torn; restart after 258ns; \
                    2 restarts of the group; table=users; 5 left out before";
        assert_eq!(recorded().to_string(), line);
    }

    #[test]
    fn numbers_of_words_are_their_places() {
        fn check<W: PartialEq + core::fmt::Debug>(words: &[W], debugs: &[&str]) {
            assert_eq!(words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>(), debugs);
        }
        check(&words::DECIDED, &["Resume", "Restart", "Stop", "StopSelf", "Escalate"]);
        check(&words::KINDS, &["Error", "Panic", "Start", "Unasked", "Escalated"]);
        check(&words::STRATEGIES, &["OneForOne", "OneForAll", "RestForOne", "Custom"]);
        check(&words::SCOPES, &["Child", "Group"]);
        check(&words::SEVERITIES, &["Notice", "Warning", "Error", "Fatal"]);
    }

    #[test]
    fn what_is_not_whole_or_of_another_version_is_refused() {
        let bytes = encoded(&recorded());
        for len in 0..bytes.len() {
            assert_eq!(RecordedFailure::decode(&bytes[..len]), Err(DecodeError::Truncated), "{len} bytes");
        }
        let with = |place: usize, byte: u8| {
            let mut bytes = bytes.clone();
            bytes[place] = byte;
            RecordedFailure::decode(&bytes).map(|failure| failure.to_string())
        };
        let old = with(0, 0).unwrap_err();
        assert_eq!(old, DecodeError::Version(0));
        assert_eq!(old.to_string(), "record of version 0, of which this build knows nothing; it reads version 1");
        assert_eq!(with(0, 2), Err(DecodeError::Version(2)));
        // Fewer bytes than it says of itself, and words, texts and tags that there are not.
        assert_eq!(with(1, 0x60), Err(DecodeError::Truncated));
        let (words, actor, tags) = (FIXED - 6, FIXED + 1, bytes.len() - 14);
        for place in words..FIXED {
            assert_eq!(with(place, 5), Err(DecodeError::Malformed), "word {place}");
        }
        assert_eq!(with(actor, 0xff), Err(DecodeError::Malformed));
        assert_eq!(with(tags + 1, 0x0b), Err(DecodeError::Malformed), "the key ends behind the value");
        assert_eq!(with(tags + 2, 0x0b), Err(DecodeError::Malformed), "the value ends behind the text");
    }

    #[test]
    fn too_little_room_is_told_and_the_most_there_is_has_enough() {
        let bytes = encoded(&recorded());
        for len in 0..bytes.len() {
            assert_eq!(recorded().encode(&mut [0; RecordedFailure::MAX_ENCODED][..len]), 0);
        }
        let long = "x".repeat(400);
        let (mut tags, failure) = (RecordedTags::new(), recorded());
        for key in 0..8 {
            tags.set(&key.to_string(), &&long[..17]);
        }
        let fields = Fields {
            actor: &long,
            type_name: &long,
            origin: &long,
            message: Some(&long),
            path: &long,
            description: &long,
            tags: tags.listed(),
            ..failure.fields()
        };
        let most = encoded(&RecordedFailure::of(&fields));
        assert_eq!(most.len(), RecordedFailure::MAX_ENCODED);
        assert_eq!(RecordedFailure::decode(&most).unwrap(), RecordedFailure::of(&fields));
    }

    #[test]
    fn several_lie_one_behind_the_other() {
        let bytes = [encoded(&recorded()), encoded(&recorded())].concat();
        let first = RecordedFailure::encoded_len(&bytes).unwrap();
        assert_eq!(RecordedFailure::decode(&bytes), RecordedFailure::decode(&bytes[first..]));
        assert_eq!(2 * first, bytes.len());
    }

    prop_compose! {
        fn facts()(
            words in prop::array::uniform4(any::<u64>()),
            numbers in prop::array::uniform2(any::<u32>()),
            small in prop::array::uniform2(any::<u8>()),
            decided in prop::sample::select(&words::DECIDED[..]),
            kinds in prop::array::uniform2(prop::sample::select(&words::KINDS[..])),
            strategy in prop::sample::select(&words::STRATEGIES[..]),
            scope in prop::sample::select(&words::SCOPES[..]),
            severity in prop::sample::select(&words::SEVERITIES[..]),
        ) -> Facts {
            let [id, origin, at, after] = words;
            Facts {
                id: ActorId::from_bits(id),
                origin_id: ActorId::from_bits(origin),
                at: Instant::from_nanos(at),
                after,
                incarnation: Incarnation::new(numbers[0]),
                left_out: numbers[1],
                restarts: small[0],
                hops: small[1],
                decided,
                kind: kinds[0],
                origin_kind: kinds[1],
                strategy,
                scope,
                severity,
            }
        }
    }

    prop_compose! {
        pub(crate) fn failures()(
            facts in facts(),
            names in prop::array::uniform5("\\PC{0,60}"),
            message in prop::option::of("\\PC{0,60}"),
            tags in prop::collection::vec(("(component|[a-z]{1,4})", "\\PC{0,12}"), 0..12),
        ) -> RecordedFailure {
            let mut kept = RecordedTags::new();
            for (key, value) in &tags {
                kept.set(key, value);
            }
            let [actor, type_name, origin, path, description] = &names;
            RecordedFailure::of(&Fields {
                facts,
                actor,
                type_name,
                origin,
                message: message.as_deref(),
                path,
                description,
                tags: kept.listed(),
            })
        }
    }

    proptest! {
        #[test]
        fn what_is_read_back_is_what_was_written(failure in failures(), behind in prop::collection::vec(any::<u8>(), 0..9)) {
            let mut bytes = encoded(&failure);
            bytes.extend(behind);
            let back = RecordedFailure::decode(&bytes);
            prop_assert_eq!(back.as_ref(), Ok(&failure));
            prop_assert_eq!(encoded(&back.unwrap()), encoded(&failure));
        }

        #[test]
        fn no_bytes_panic_and_what_is_read_from_any_can_be_written(
            failure in failures(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        ) {
            let mut bytes = encoded(&failure);
            for (place, byte) in changes {
                *place.get_mut(&mut bytes) = byte;
            }
            if let Ok(read) = RecordedFailure::decode(&bytes) {
                let _: String = read.to_string();
                prop_assert_eq!(RecordedFailure::decode(&encoded(&read)), Ok(read));
            }
        }

        #[test]
        fn noise_does_not_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..700), is_ours in any::<bool>()) {
            if is_ours && let [version, low, high, ..] = &mut bytes[..] {
                [*version, *low, *high] = [VERSION, 200, 0];
            }
            let _ = RecordedFailure::decode(&bytes);
        }
    }
}
