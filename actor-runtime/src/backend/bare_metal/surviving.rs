//! The last failures, in memory that a reset leaves alone.

use core::fmt;

use crate::telemetry::{FailureSnapshot, FailureTelemetry, RecordedFailure};

use super::sealed::Sealed;

/// Bytes of a failure: as many as one takes on bare metal, without its path and its tags if it has long names.
const BYTES: usize = 288;
const WORDS: usize = 1 + BYTES / 4;

/// Keeps the last `N` failures over resets, in 296 bytes each: in a static of a section that start-up code neither clears nor
/// loads, as a [`CrashRecord`](super::crash::CrashRecord). Each counts only where its sum is right.
///
/// They are kept as [encoded](FailureSnapshot::encode) and shown as [`RecordedFailure`]: names are texts, because another
/// firmware may read them.
pub struct SurvivingFailureTelemetry<const N: usize> {
    /// The number of the next one. It is never taken again, so that whoever is interrupted sees by it whether its place is
    /// another's by now.
    next: Sealed<1>,
    /// The number of the first one since they were forgotten.
    first: Sealed<1>,
    /// Each with its number.
    entries: [Sealed<WORDS>; N],
}

impl<const N: usize> SurvivingFailureTelemetry<N> {
    /// What it holds is what the memory held before.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        const { assert!(N > 0, "a ring without room keeps nothing: give it room for one failure or more") };
        Self { next: Sealed::new(), first: Sealed::new(), entries: [const { Sealed::new() }; N] }
    }

    /// How many failures it was told of since power-on, or since they were [forgotten](Self::clear); of them it keeps the last `N`.
    pub fn seen(&self) -> u32 {
        // First, so that it is no later than what it is compared to, whoever clears in between.
        let first = self.first();
        self.next().wrapping_sub(first)
    }

    fn first(&self) -> u32 {
        self.first.load().map_or(0, |[first]| first)
    }

    fn next(&self) -> u32 {
        self.next.load().map_or_else(|| self.first(), |[next]| next)
    }

    /// Shows the failures that are kept, the oldest first.
    pub fn dump_to(&self, mut show: impl FnMut(&RecordedFailure)) {
        let (seen, next) = (self.seen(), self.next());
        for back in (1..=seen.min(N as u32)).rev() {
            if let Some(failure) = self.get(next.wrapping_sub(back)) {
                show(&failure);
            }
        }
    }

    /// Forgets them, and those that are told meanwhile.
    pub fn clear(&self) {
        self.first.update(|_| [self.next()]);
        self.entries.iter().for_each(Sealed::clear);
    }

    /// The number of one that is about to be kept.
    fn begin(&self) -> u32 {
        let [next] = self.next.update(|kept| [kept.map_or_else(|| self.first(), |[next]| next).wrapping_add(1)]);
        next.wrapping_sub(1)
    }

    fn entry(&self, number: u32) -> Option<&Sealed<WORDS>> {
        self.entries.get(number as usize % N)
    }

    fn get(&self, number: u32) -> Option<RecordedFailure> {
        let [_, words @ ..] = self.entry(number)?.load().filter(|[kept, ..]| *kept == number)?;
        let mut bytes = [0; BYTES];
        let fours = bytes.as_chunks_mut::<4>().0.iter_mut();
        fours.zip(words).for_each(|(four, word)| *four = word.to_le_bytes());
        RecordedFailure::decode(&bytes).ok()
    }
}

impl<const N: usize> FailureTelemetry for SurvivingFailureTelemetry<N> {
    fn on_failure(&self, snapshot: &FailureSnapshot) {
        let mut bytes = [0; BYTES];
        if snapshot.encode(&mut bytes) == 0 && snapshot.encode_briefly(&mut bytes) == 0 {
            return;
        }
        let number = self.begin();
        let mut words = [number; WORDS];
        let [_, rest @ ..] = &mut words;
        rest.iter_mut().zip(bytes.as_chunks::<4>().0).for_each(|(word, four)| *word = u32::from_le_bytes(*four));
        // Whoever interrupts this has another number. So many of them that its place is one of theirs have it to themselves.
        let is_kept = || self.next.peek().is_some_and(|next| (1..=N as u32).contains(&next.wrapping_sub(number)));
        if let Some(entry) = self.entry(number) {
            entry.store_while(&words, is_kept);
        }
    }
}

impl<const N: usize> fmt::Debug for SurvivingFailureTelemetry<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SurvivingFailureTelemetry").field("seen", &self.seen()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;
    use crate::supervision::Decision;
    use crate::telemetry::{About, Report, Tags};
    use crate::time::Instant;
    use std::string::{String, ToString};
    use std::vec::Vec;

    fn tell(ring: &impl FailureTelemetry, nanos: u64, path: &str) {
        let mut tags = Tags::new();
        tags.set("component", &"db");
        let failure = Failure::error(&"disk full").in_handler("a_handler_with_a_name_of_many_letters_as_well");
        ring.on_failure(&FailureSnapshot::of(&Report {
            about: &About {
                label: "an_actor_with_a_label_of_many_letters",
                type_name: "a_module::with::a::name::of::many::letters::Db",
                tags: &[],
            },
            path: &path,
            decision: Decision::Stop,
            restarts: 0,
            at: Instant::from_nanos(nanos),
            ..Report::sample(&failure, &tags)
        }));
    }

    fn kept<const N: usize>(ring: &SurvivingFailureTelemetry<N>) -> Vec<u64> {
        let mut kept = Vec::new();
        ring.dump_to(|failure| kept.push(failure.at().as_nanos()));
        kept
    }

    #[test]
    fn the_last_ones_are_kept_in_order_until_they_are_cleared() {
        let ring = SurvivingFailureTelemetry::<3>::new();
        assert_eq!((kept(&ring), ring.seen()), ([].into(), 0));
        (0..5).for_each(|nanos| tell(&ring, nanos, "db"));
        assert_eq!((kept(&ring), ring.seen()), ([2, 3, 4].into(), 5));
        ring.clear();
        assert_eq!((kept(&ring), ring.seen()), ([].into(), 0));
    }

    #[test]
    fn one_that_is_damaged_is_left_out_and_the_others_are_shown() {
        let ring = SurvivingFailureTelemetry::<3>::new();
        (0..4).for_each(|nanos| tell(&ring, nanos, "db"));
        ring.entries[2].clear();
        assert_eq!(kept(&ring), [1, 3]);
    }

    #[test]
    fn one_that_was_begun_and_not_written_is_no_other_one() {
        let ring = SurvivingFailureTelemetry::<2>::new();
        (0..3).for_each(|nanos| tell(&ring, nanos, "db"));
        // A reset came in between, or an interrupt that looks.
        ring.begin();
        assert_eq!((kept(&ring), ring.seen()), ([2].into(), 4));
    }

    #[test]
    fn one_that_was_begun_and_not_written_is_none_that_was_cleared() {
        let ring = SurvivingFailureTelemetry::<2>::new();
        (0..2).for_each(|nanos| tell(&ring, nanos, "db"));
        ring.clear();
        ring.begin();
        assert_eq!((kept(&ring), ring.seen()), ([].into(), 1));
        tell(&ring, 9, "db");
        assert_eq!((kept(&ring), ring.seen()), ([9].into(), 2));
    }

    #[test]
    fn one_that_is_too_long_loses_its_path_and_its_tags() {
        let ring = SurvivingFailureTelemetry::<1>::new();
        tell(&ring, 0, &"x".repeat(90));
        let (mut lines, mut dropped): (Vec<String>, _) = (Vec::new(), 0);
        ring.dump_to(|failure| {
            dropped += failure.dropped_tags();
            lines.push(failure.to_string());
        });
        if cfg!(feature = "tokio") {
            let line = "an_actor_with_a_label_of_many_letters: error in `a_handler_with_a_name_of_many_letters_as_well`: disk full; stop";
            assert_eq!((&lines[..], dropped), (&[line.to_string()][..], 1));
        } else {
            assert_eq!(lines.len(), 1, "paths are short there");
        }
    }
}
