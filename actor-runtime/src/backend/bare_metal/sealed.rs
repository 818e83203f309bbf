//! Words in memory that start-up code leaves alone. Nothing in it is trusted that does not carry the right sum: after power-on
//! it is noise.
//!
//! To the compiler they are zeros that anybody may have changed. So no byte of them is ever uninitialised, as it would be in a
//! `MaybeUninit`, and nothing here is `unsafe`.

use core::hint::black_box;
use core::sync::atomic::{Ordering, compiler_fence};

use critical_section::with;

use super::atomic::AtomicU32;

/// Words that count only where their sum is right.
pub(super) struct Sealed<const N: usize> {
    seal: AtomicU32,
    words: [AtomicU32; N],
}

impl<const N: usize> Sealed<N> {
    pub(super) const fn new() -> Self {
        Self { seal: AtomicU32::new(0), words: [const { AtomicU32::new(0) }; N] }
    }

    /// The words, if they are those that were stored.
    pub(super) fn load(&self) -> Option<[u32; N]> {
        // What was there before the program is not what the compiler thinks.
        let kept = black_box(self);
        let (seal, words) = loop {
            let seen = kept.look();
            // An interrupt that has stored others between two words has not damaged them.
            if kept.look() == seen {
                break seen;
            }
        };
        (seal == Self::sum(&words)).then_some(words)
    }

    fn look(&self) -> (u32, [u32; N]) {
        let mut words = [0; N];
        words.iter_mut().zip(&self.words).for_each(|(word, kept)| *word = kept.load(Ordering::Relaxed));
        (self.seal.load(Ordering::Relaxed), words)
    }

    /// Stores what `change` makes of the words, in one step, and returns that. Sums are made outside of it: where an interrupt
    /// has changed the words meanwhile, it begins anew.
    pub(super) fn update(&self, change: impl Fn(Option<[u32; N]>) -> [u32; N]) -> [u32; N] {
        loop {
            let seen = black_box(self).look();
            let words = change((seen.0 == Self::sum(&seen.1)).then_some(seen.1));
            let seal = Self::sum(&words);
            let is_stored = with(|_| {
                let is_seen = self.look() == seen;
                if is_seen {
                    self.put(&words, seal);
                }
                is_seen
            });
            if is_stored {
                return words;
            }
        }
    }

    /// The first word, whether or not it is one that was stored.
    pub(super) fn peek(&self) -> Option<u32> {
        self.words.first().map(|word| word.load(Ordering::Relaxed))
    }

    /// Stores words for as long as they `are_wanted`, each in a critical section of its own: whoever stores others in between, and so
    /// ends that, finds nothing of these in them afterwards.
    pub(super) fn store_while(&self, words: &[u32; N], are_wanted: impl Fn() -> bool) {
        let seal = Self::sum(words);
        let words = self.words.iter().zip(words.iter().copied());
        let mut steps = [(&self.seal, 0)].into_iter().chain(words).chain([(&self.seal, seal)]);
        steps.all(|(kept, word)| {
            with(|_| {
                let is_wanted = are_wanted();
                if is_wanted {
                    kept.store(word, Ordering::Relaxed);
                }
                is_wanted
            })
        });
        // It has to be there before the reset.
        black_box(self);
    }

    /// A reset in between leaves words whose sum is wrong.
    pub(super) fn store(&self, words: &[u32; N]) {
        self.put(words, Self::sum(words));
    }

    fn put(&self, words: &[u32; N], seal: u32) {
        self.clear();
        self.words.iter().zip(words).for_each(|(kept, word)| kept.store(*word, Ordering::Relaxed));
        compiler_fence(Ordering::SeqCst);
        self.seal.store(seal, Ordering::Relaxed);
        // It has to be there before the reset.
        black_box(self);
    }

    pub(super) fn clear(&self) {
        // The sum of no words that are stored: see `sum`.
        self.seal.store(0, Ordering::Relaxed);
        compiler_fence(Ordering::SeqCst);
    }

    /// Never zero, so that cleared memory is empty.
    fn sum(words: &[u32; N]) -> u32 {
        let bytes = words.iter().flat_map(|word| word.to_le_bytes());
        bytes.fold(Crc::NEW.byte(N as u8), Crc::byte).0 | 1
    }
}

/// CRC-32, bit by bit: who crashes has the time, and no flash for a table.
#[derive(Clone, Copy)]
pub(super) struct Crc(pub(super) u32);

impl Crc {
    pub(super) const NEW: Self = Self(u32::MAX);

    pub(super) const fn byte(self, byte: u8) -> Self {
        let mut sum = self.0 ^ byte as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = sum >> 1 ^ (0xedb8_8320 & (sum & 1).wrapping_neg());
            bit += 1;
        }
        Self(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_was_stored_is_there_until_it_is_cleared() {
        let sealed = Sealed::<3>::new();
        assert_eq!(sealed.load(), None, "cleared memory is empty");
        sealed.store(&[1, 2, 3]);
        assert_eq!(sealed.load(), Some([1, 2, 3]));
        sealed.clear();
        assert_eq!(sealed.load(), None);
    }

    #[test]
    fn what_an_interrupt_stores_meanwhile_is_counted_on_from() {
        let sealed = Sealed::<1>::new();
        let count = |kept: Option<[u32; 1]>| [kept.map_or(0, |[count]| count) + 1];
        assert_eq!(sealed.update(count), [1]);
        let comes = core::cell::Cell::new(true);
        let counted = sealed.update(|kept| {
            if comes.take() {
                sealed.update(count);
            }
            count(kept)
        });
        assert_eq!((counted, sealed.load()), ([3], Some([3])));
    }

    #[test]
    fn no_bit_can_flip_unnoticed() {
        let sealed = Sealed::<9>::new();
        sealed.store(&[7; 9]);
        for word in sealed.words.iter().chain([&sealed.seal]) {
            // The lowest bit of the seal is always set.
            for bit in 1..32 {
                word.fetch_xor(1 << bit, Ordering::Relaxed);
                assert_eq!(sealed.load(), None);
                word.fetch_xor(1 << bit, Ordering::Relaxed);
            }
        }
        assert_eq!(sealed.load(), Some([7; 9]));
    }

    proptest! {
        #[test]
        fn noise_is_nothing(noise in prop::collection::vec(any::<u32>(), 9)) {
            let sealed = Sealed::<8>::new();
            let [seal, words @ ..] = &noise[..] else { unreachable!() };
            sealed.seal.store(*seal, Ordering::Relaxed);
            sealed.words.iter().zip(words).for_each(|(word, noise)| word.store(*noise, Ordering::Relaxed));
            prop_assert_eq!(sealed.load(), None);
        }
    }
}
