//! Failures through the formats of `serde`: one shape, which a snapshot and a record are written in and a record is read
//! from. Nothing is allocated here; texts are copied into place as they are read.
//!
//! The names of fields and words are what formats for people hold, their order what compact ones do: both are as stable as
//! the [bytes](super::record), and have the same version.

use core::fmt;

use serde::de::{Error, SeqAccess, Unexpected, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::encoding::{DESCRIPTION, NAME, PATH, VERSION};
use super::facts::{Decided, Facts, Fields};
use super::record::{RecordedFailure, RecordedTags};
use super::snapshot::{FailureSnapshot, Severity};
use super::tags::Listed;
use super::text::Excerpt;
use crate::failure::FailureKind;
use crate::id::{ActorId, Incarnation};
use crate::supervision::{Scope, Strategy};
use crate::time::Instant;

/// See the module. `Name` and so on are texts, borrowed to be written and in place once they were read.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Failure")]
struct Wire<Name, Path, Said, Tags> {
    version: Version,
    /// Slot and generation.
    id: (u32, u32),
    actor: Name,
    type_name: Name,
    path: Path,
    incarnation: u32,
    message: Option<Name>,
    kind: FailureKind,
    description: Said,
    hops: u8,
    origin: Origin<Name>,
    decision: Decided,
    after_nanos: u64,
    strategy: Strategy,
    restarts: u8,
    restart_scope: Scope,
    severity: Severity,
    at_nanos: u64,
    tags: Tags,
    dropped_tags: u8,
    left_out: u32,
}

#[derive(Serialize, Deserialize)]
struct Origin<Name> {
    id: (u32, u32),
    actor: Name,
    kind: FailureKind,
}

/// The version that this build writes and reads.
struct Version;

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(VERSION)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u8::deserialize(deserializer)? {
            VERSION => Ok(Self),
            other => Err(D::Error::invalid_value(
                Unexpected::Unsigned(other.into()),
                &"version 1 of a failure, the one that this build reads",
            )),
        }
    }
}

const fn pair(id: ActorId) -> (u32, u32) {
    (id.index(), id.generation())
}

impl Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let facts = &self.facts;
        let wire = Wire {
            version: Version,
            id: pair(facts.id),
            actor: self.actor,
            type_name: self.type_name,
            path: self.path,
            incarnation: facts.incarnation.get(),
            message: self.message,
            kind: facts.kind,
            description: self.description,
            hops: facts.hops,
            origin: Origin { id: pair(facts.origin_id), actor: self.origin, kind: facts.origin_kind },
            decision: facts.decided,
            after_nanos: facts.after,
            strategy: facts.strategy,
            restarts: facts.restarts,
            restart_scope: facts.scope,
            severity: facts.severity,
            at_nanos: facts.at.as_nanos(),
            tags: self.tags,
            dropped_tags: self.tags.dropped,
            left_out: facts.left_out,
        };
        Serialize::serialize(&wire, serializer)
    }
}

/// Written as it is read back by [`RecordedFailure`].
impl Serialize for FailureSnapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields().serialize(serializer)
    }
}

impl Serialize for RecordedFailure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RecordedFailure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        type Read = Wire<Excerpt<NAME>, Excerpt<PATH>, Excerpt<DESCRIPTION>, RecordedTags>;
        let wire = Read::deserialize(deserializer)?;
        let id = |(index, generation)| ActorId::new(index, generation);
        Ok(Self {
            facts: Facts {
                id: id(wire.id),
                origin_id: id(wire.origin.id),
                at: Instant::from_nanos(wire.at_nanos),
                after: wire.after_nanos,
                incarnation: Incarnation::new(wire.incarnation),
                left_out: wire.left_out,
                restarts: wire.restarts,
                hops: wire.hops,
                decided: wire.decision,
                kind: wire.kind,
                origin_kind: wire.origin.kind,
                strategy: wire.strategy,
                scope: wire.restart_scope,
                severity: wire.severity,
            },
            actor: wire.actor,
            type_name: wire.type_name,
            origin: wire.origin.actor,
            message: wire.message,
            path: wire.path,
            description: wire.description,
            tags: wire.tags.and_dropped(wire.dropped_tags),
        })
    }
}

/// Pairs of a key and a value.
impl Serialize for Listed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut pairs = serializer.serialize_seq(Some(self.ends.len()))?;
        for tag in self.in_order() {
            pairs.serialize_element(&(tag.key, tag.value))?;
        }
        pairs.end()
    }
}

impl<'de> Deserialize<'de> for RecordedTags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = RecordedTags;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("pairs of a key and a value")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut pairs: A) -> Result<RecordedTags, A::Error> {
                let mut tags = RecordedTags::new();
                while let Some((key, value)) = pairs.next_element::<(Excerpt<NAME>, Excerpt<TAGS>)>()? {
                    tags.set(key.as_str(), &value.as_str());
                }
                Ok(tags)
            }
        }

        /// The longest value of a tag.
        const TAGS: usize = 144;

        deserializer.deserialize_seq(Pairs)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Excerpt<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<const N: usize>;

        impl<const N: usize> Visitor<'_> for Text<N> {
            type Value = Excerpt<N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Excerpt<N>, E> {
                Ok(Excerpt::of(&text))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::super::encoding::tests::{failures, recorded};
    use super::*;
    use proptest::prelude::*;
    use std::format;
    use std::string::ToString;

    const JSON: &str = concat!(
        r#"{"version":1,"id":[7,0],"actor":"db","type_name":"Db","path":"store/db","incarnation":2,"message":"read","#,
        r#""kind":"escalated","description":"torn","hops":1,"origin":{"id":[3,1],"actor":"page","kind":"panic"},"#,
        r#""decision":"restart","after_nanos":258,"strategy":"one_for_all","restarts":2,"restart_scope":"group","#,
        r#""severity":"error","at_nanos":9,"tags":[["table","users"]],"dropped_tags":0,"left_out":5}"#
    );

    const COMPACT: &[u8] = b"\x01\x07\0\x02db\x02Db\x08store/db\x02\x01\x04read\x04\x04torn\x01\x03\x01\x04page\x01\
        \x01\x82\x02\x01\x02\x01\x02\x09\x01\x05table\x05users\0\x05";

    #[test]
    fn what_each_format_holds_stays_as_it_is() {
        assert_eq!(serde_json::to_string(&recorded()).unwrap(), JSON);
        assert_eq!(serde_json::from_str::<RecordedFailure>(JSON).unwrap(), recorded());
        // In place: nothing is allocated to write it.
        let mut bytes = [0; RecordedFailure::MAX_ENCODED];
        assert_eq!(postcard::to_slice(&recorded(), &mut bytes).unwrap(), COMPACT);
        assert_eq!(postcard::from_bytes::<RecordedFailure>(COMPACT).unwrap(), recorded());
    }

    #[test]
    fn another_version_is_refused() {
        let old = JSON.replace(r#""version":1"#, r#""version":0"#);
        let refused = serde_json::from_str::<RecordedFailure>(&old).unwrap_err().to_string();
        let expected = "invalid value: integer `0`, expected version 1 of a failure, the one that this build reads";
        assert!(refused.starts_with(expected), "{refused}");
        assert!(postcard::from_bytes::<RecordedFailure>(&[&[2], &COMPACT[1..]].concat()).is_err());
    }

    #[test]
    fn texts_that_are_too_long_are_cut() {
        let long = JSON.replace("torn", &"x".repeat(300));
        let failure: RecordedFailure = serde_json::from_str(&long).unwrap();
        assert_eq!(failure.description(), format!("{}…", "x".repeat(DESCRIPTION - 3)));
    }

    proptest! {
        #[test]
        fn what_is_read_back_is_what_was_written(failure in failures()) {
            let json = serde_json::to_string(&failure).unwrap();
            prop_assert_eq!(serde_json::from_str::<RecordedFailure>(&json).unwrap(), failure.clone());
            let mut bytes = [0; 2 * RecordedFailure::MAX_ENCODED];
            let bytes = postcard::to_slice(&failure, &mut bytes).unwrap();
            prop_assert_eq!(postcard::from_bytes::<RecordedFailure>(bytes).unwrap(), failure);
        }

        #[test]
        fn what_is_read_from_any_bytes_can_be_written_and_read_back(
            failure in failures(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let mut bytes = [0; 2 * RecordedFailure::MAX_ENCODED];
            let bytes = postcard::to_slice(&failure, &mut bytes).unwrap();
            for (place, byte) in changes {
                *place.get_mut(bytes) = byte;
            }
            if let Ok(read) = postcard::from_bytes::<RecordedFailure>(bytes) {
                let json = serde_json::to_string(&read).unwrap();
                prop_assert_eq!(serde_json::from_str::<RecordedFailure>(&json).unwrap(), read);
            }
        }

        #[test]
        fn noise_does_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), is_ours in any::<bool>()) {
            let bytes = if is_ours { [&[VERSION], &bytes[..]].concat() } else { bytes };
            let _ = postcard::from_bytes::<RecordedFailure>(&bytes);
        }
    }
}
