//! What users say about where a failure happened, in words of their own.

use core::fmt::{self, Write};

use super::text::Text;

/// The most tags that a snapshot holds. What comes after them is counted, and left out.
pub const MAX_FAILURE_SNAPSHOT_TAGS: usize = if cfg!(feature = "tokio") { 8 } else { 2 };

/// Bytes for all keys and values together.
const ROOM: usize = if cfg!(feature = "tokio") { 144 } else { 24 };

/// Keys that come before all others, in this order.
const FIRST: [&str; 3] = ["component", "endpoint", "transport"];

/// A word about where a failure happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TelemetryTag<'a> {
    /// What it is about, such as `component`.
    pub key: &'a str,
    /// What it says of that, such as `storage`.
    pub value: &'a str,
}

/// Shows `component=storage`.
impl fmt::Display for TelemetryTag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.key, self.value)
    }
}

/// The tags of a snapshot.
pub type Tags = TagSet<ROOM, MAX_FAILURE_SNAPSHOT_TAGS>;

/// At most `MOST` tags, one for each key, in place: keys and values one after the other in one text of `ROOM` bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TagSet<const ROOM: usize, const MOST: usize> {
    text: Text<ROOM>,
    /// Where the key and the value of each end.
    ends: [[u8; 2]; MOST],
    len: u8,
    dropped: u8,
}

/// Tags of whatever room, borrowed.
#[derive(Clone, Copy)]
pub(super) struct Listed<'a> {
    pub(super) text: &'a str,
    /// Where the key and the value of each end.
    pub(super) ends: &'a [[u8; 2]],
    pub(super) dropped: u8,
}

impl<'a> Listed<'a> {
    /// The tags: component, endpoint and transport, then the others in the order in which they were set.
    pub(super) fn iter(self) -> impl Iterator<Item = TelemetryTag<'a>> {
        let first = FIRST.iter().filter_map(move |key| self.in_order().find(|tag| tag.key == *key));
        first.chain(self.in_order().filter(|tag| !FIRST.contains(&tag.key)))
    }

    /// Whether each key and value is a part of the text, behind those before it.
    pub(super) fn is_whole(self) -> bool {
        let mut ends = self.ends.as_flattened().iter().map(|end| usize::from(*end));
        ends.clone().is_sorted() && ends.all(|end| self.text.is_char_boundary(end))
    }

    /// The tags in the order in which they were set.
    pub(super) fn in_order(self) -> impl Iterator<Item = TelemetryTag<'a>> {
        let mut begin = 0;
        let part = move |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        self.ends.iter().map(move |&[key, value]| {
            let (key, value) = (usize::from(key), usize::from(value));
            let tag = TelemetryTag { key: part(begin, key), value: part(key, value) };
            begin = value;
            tag
        })
    }
}

/// Shows the tags with a space between two.
impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, tag) in self.iter().enumerate() {
            let separator = if place == 0 { "" } else { " " };
            write!(f, "{separator}{tag}")?;
        }
        Ok(())
    }
}

impl<const ROOM: usize, const MOST: usize> TagSet<ROOM, MOST> {
    /// No tags.
    #[must_use]
    pub const fn new() -> Self {
        Self { text: Text::new(), ends: [[0; 2]; MOST], len: 0, dropped: 0 }
    }

    /// Adds a tag, instead of the one with this key. One that finds no room is left out whole: half a value misleads.
    pub fn set(&mut self, key: &str, value: &dyn fmt::Display) {
        if self.in_order().any(|tag| tag.key == key) {
            *self = self.without(key);
        }
        match self.write(key, value) {
            Some(ends) => {
                self.ends[usize::from(self.len)] = ends;
                self.len += 1;
            }
            None => self.dropped = self.dropped.saturating_add(1),
        }
    }

    /// Writes a tag behind the others, if there is room. Returns where its key and its value end.
    fn write(&mut self, key: &str, value: &dyn fmt::Display) -> Option<[u8; 2]> {
        if usize::from(self.len) == MOST {
            return None;
        }
        // A copy, so that one that finds no room, and one whose value panics, leaves nothing behind.
        let mut text = self.text;
        text.write_str(key).ok()?;
        let end_of_key = text.len();
        write!(text, "{value}").ok()?;
        let ends = [u8::try_from(end_of_key).ok()?, u8::try_from(text.len()).ok()?];
        self.text = text;
        Some(ends)
    }

    /// The same, with so many left out.
    #[cfg(feature = "serde")]
    pub(super) const fn and_dropped(self, dropped: u8) -> Self {
        Self { dropped, ..self }
    }

    /// Adds all of `others`, and what they had no room for.
    pub fn extend(&mut self, others: &Self) {
        for tag in others.in_order() {
            self.set(tag.key, &tag.value);
        }
        self.dropped = self.dropped.saturating_add(others.dropped);
    }

    /// All of them but the one with this key.
    fn without(&self, key: &str) -> Self {
        let mut others = Self { dropped: self.dropped, ..Self::new() };
        for tag in self.in_order().filter(|tag| tag.key != key) {
            others.set(tag.key, &tag.value);
        }
        others
    }

    /// The tags: component, endpoint and transport, then the others in the order in which they were set.
    pub fn iter(&self) -> impl Iterator<Item = TelemetryTag<'_>> {
        self.listed().iter()
    }

    /// The tags in the order in which they were set.
    fn in_order(&self) -> impl Iterator<Item = TelemetryTag<'_>> {
        self.listed().in_order()
    }

    pub(super) fn listed(&self) -> Listed<'_> {
        let ends = self.ends.get(..usize::from(self.len)).unwrap_or_default();
        Listed { text: self.text.as_str(), ends, dropped: self.dropped }
    }

    /// The tags of `listed` for which there is room.
    pub(super) fn of(listed: Listed<'_>) -> Self {
        let mut tags = Self { dropped: listed.dropped, ..Self::new() };
        for tag in listed.in_order() {
            tags.set(tag.key, &tag.value);
        }
        tags
    }

    /// How often a tag was left out.
    #[must_use]
    pub const fn dropped(&self) -> u8 {
        self.dropped
    }
}

impl<const ROOM: usize, const MOST: usize> Default for TagSet<ROOM, MOST> {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows the tags with a space between two.
impl<const ROOM: usize, const MOST: usize> fmt::Display for TagSet<ROOM, MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.listed().fmt(f)
    }
}

impl<const ROOM: usize, const MOST: usize> fmt::Debug for TagSet<ROOM, MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|tag| (tag.key, tag.value))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::format;
    use std::string::{String, ToString};
    use std::vec::Vec;

    fn tags(given: &[(&str, &str)]) -> Tags {
        let mut tags = Tags::new();
        for (key, value) in given {
            tags.set(key, value);
        }
        tags
    }

    #[test]
    fn three_keys_come_first_in_their_order() {
        let (one, other) = (tags(&[("z", "1"), ("endpoint", "e")]), tags(&[("endpoint", "e"), ("component", "c")]));
        assert_eq!((one.to_string(), other.to_string()), ("endpoint=e z=1".into(), "component=c endpoint=e".into()));
        assert_eq!(format!("{other:?}"), r#"{"component": "c", "endpoint": "e"}"#);
    }

    #[test]
    fn the_last_value_of_a_key_counts() {
        assert_eq!(tags(&[("a", "1"), ("b", "2"), ("a", "31")]).to_string(), "b=2 a=31");
        let mut both = tags(&[("a", "1"), ("b", "2")]);
        both.extend(&tags(&[("b", "3")]));
        assert_eq!(both.to_string(), "a=1 b=3");
    }

    #[test]
    fn what_has_no_room_is_left_out_whole_and_counted() {
        let long = "x".repeat(ROOM);
        let all = tags(&[("long", &long), ("a", "1"), ("long", &long[..ROOM - 2])]);
        assert_eq!((all.to_string(), all.dropped()), ("a=1".into(), 2));
        let mut many = Tags::new();
        for number in 0..MAX_FAILURE_SNAPSHOT_TAGS + 3 {
            many.set(&format!("k{number}"), &number);
        }
        assert_eq!((many.iter().count(), many.dropped()), (MAX_FAILURE_SNAPSHOT_TAGS, 3));
        let mut twice = Tags::new();
        twice.extend(&many);
        assert_eq!(twice, many);
    }

    #[test]
    fn a_value_that_refuses_to_be_displayed_is_left_out() {
        struct Refusing;
        impl fmt::Display for Refusing {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("half")?;
                Err(fmt::Error)
            }
        }
        let mut tags = tags(&[("a", "1")]);
        tags.set("b", &Refusing);
        assert_eq!((tags.to_string(), tags.dropped()), ("a=1".into(), 1));
    }

    #[test]
    fn a_value_that_panics_while_it_is_displayed_leaves_nothing_behind() {
        struct Panicking;
        impl fmt::Display for Panicking {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("half")?;
                panic!("on purpose")
            }
        }
        let mut tags = tags(&[("a", "1")]);
        let set = std::panic::AssertUnwindSafe(|| tags.set("b", &Panicking));
        assert!(std::panic::catch_unwind(set).is_err());
        tags.set("c", &3);
        assert_eq!((tags.to_string(), tags.dropped()), ("a=1 c=3".into(), 0));
    }

    proptest! {
        #[test]
        fn tags_are_a_map_that_keeps_its_order(given in prop::collection::vec(("[a-d]", "[xyz]{0,3}"), 0..20)) {
            let mut tags = Tags::new();
            let mut model: Vec<(String, String)> = Vec::new();
            for (key, value) in &given {
                tags.set(key, value);
                model.retain(|(known, _)| known != key);
                if model.len() < MAX_FAILURE_SNAPSHOT_TAGS {
                    model.push((key.clone(), value.clone()));
                }
            }
            let kept: Vec<_> = tags.iter().map(|tag| (tag.key.to_string(), tag.value.to_string())).collect();
            prop_assert_eq!(kept, model);
        }
    }
}
