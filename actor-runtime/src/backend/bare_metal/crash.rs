//! What is known of a panic after the reset that it ended in: which actor was in hand, in which handler, what the panic said,
//! and when; and the restarts of late, so that a limit counts over resets.
//!
//! A [`CrashRecord`] is a static in memory that start-up code leaves alone. Where no `system!` names one, nothing of this is
//! linked, as behind the `detour`.
//!
//! ```ignore
//! #[unsafe(link_section = ".uninit.CRASH")]
//! static CRASH: CrashRecord = CrashRecord::new();
//!
//! system! {
//!     mod plant { PUMP: Pump = Pump::new }
//!     crash = &CRASH
//! }
//!
//! #[panic_handler]
//! fn panicked(info: &PanicInfo<'_>) -> ! {
//!     actor::crash::record(info);
//!     cortex_m::peripheral::SCB::sys_reset()
//! }
//! ```

use core::cell::Cell;
use core::fmt::{self, Write};
use core::panic::{Location, PanicInfo};
use core::sync::atomic::{AtomicBool, Ordering};

use critical_section::Mutex;

use crate::actor::Actor;
use crate::id::Incarnation;
use crate::time::Instant;

use super::detour;
use super::header::Address;
use super::in_hand::{self, Hand, NO_HANDLER};
use super::sealed::{Crc, Sealed};
use super::system::System;

/// Bytes kept of what a panic says, and of the end of its file's name.
const TEXT: usize = 64;
const FILE: usize = 48;

/// Restarts that are kept, the last ones of all actors of the system.
const RESTARTS: usize = 10;

/// The panic that ended a run, and the restarts before it, in memory that a reset leaves alone.
///
/// Declared as `#[unsafe(link_section = ".uninit.CRASH")] static CRASH: CrashRecord = CrashRecord::new();`, or whatever the
/// section is called that start-up code neither clears nor loads, and named in `system!` as `crash = &CRASH`.
pub struct CrashRecord {
    crash: Sealed<{ Crash::WORDS }>,
    ledger: Sealed<{ Ledger::WORDS }>,
}

impl CrashRecord {
    /// A record; what it holds is what the memory held before.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self { crash: Sealed::new(), ledger: Sealed::new() }
    }

    /// The crash that the last run ended in, until the system has decided about it.
    #[must_use]
    pub fn read(&self) -> Option<Crash> {
        self.crash.load().map(|words| Crash::of(&words))
    }

    /// How many crashes were recorded since power-on.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.ledger().crashes
    }

    /// Forgets the crash. To be called where [`read`](Self::read) finds one of no actor, about which nobody decides.
    pub fn clear(&self) {
        self.crash.clear();
    }

    fn ledger(&self) -> Ledger {
        self.ledger.load().map_or(Ledger::NEW, |words| Ledger { words, ..Ledger::NEW }.opened())
    }

    fn write(&self, crash: &Crash, carried: u64) {
        self.crash.store(&crash.words());
        let mut ledger = self.ledger();
        ledger.elapsed = ledger.elapsed.max(carried.saturating_add(crash.at.as_nanos()));
        ledger.crashes = ledger.crashes.saturating_add(1);
        self.ledger.store(&ledger.closed());
    }
}

impl fmt::Debug for CrashRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CrashRecord").field("crash", &self.read()).field("count", &self.count()).finish()
    }
}

/// A panic that ended a run.
#[derive(Clone, Copy)]
pub struct Crash {
    hand: Owner,
    incarnation: u32,
    at: Instant,
    line: u32,
    text: Text<TEXT>,
    file: Text<FILE>,
}

/// Whose handler ran: its bit, and what tells its type from those of another firmware.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Owner {
    /// None where no actor was in hand.
    bit: Option<u8>,
    handler: u8,
    fingerprint: u32,
}

impl Crash {
    const WORDS: usize = 6 + (TEXT + FILE) / 4;

    /// What the panic said, or the beginning of that.
    #[must_use]
    pub fn description(&self) -> &str {
        self.text.as_str()
    }

    /// The file in which it happened, or the end of its path, and the line.
    #[must_use]
    pub fn location(&self) -> (&str, u32) {
        (self.file.as_str(), self.line)
    }

    /// The number of the actor in its system, in the order of `system!`, children behind their parents; `None` where no actor
    /// was in hand.
    #[must_use]
    pub const fn actor(&self) -> Option<u8> {
        self.hand.bit
    }

    /// Which of its lives it was.
    #[must_use]
    pub const fn incarnation(&self) -> Incarnation {
        Incarnation::new(self.incarnation)
    }

    /// When it happened, by the clock of the run that it ended.
    #[must_use]
    pub const fn at(&self) -> Instant {
        self.at
    }

    fn words(&self) -> [u32; Self::WORDS] {
        let mut words = [0; Self::WORDS];
        let bit = self.hand.bit.map_or(0, |bit| bit + 1);
        let head = [
            u32::from_le_bytes([bit, self.hand.handler, self.text.len, self.file.len]),
            self.hand.fingerprint,
            self.incarnation,
            self.line,
            self.at.as_nanos() as u32,
            (self.at.as_nanos() >> 32) as u32,
        ];
        let texts = self.text.bytes.as_chunks::<4>().0.iter().chain(self.file.bytes.as_chunks::<4>().0);
        let all = head.into_iter().chain(texts.map(|four| u32::from_le_bytes(*four)));
        words.iter_mut().zip(all).for_each(|(word, value)| *word = value);
        words
    }

    fn of(words: &[u32; Self::WORDS]) -> Self {
        let [sizes, fingerprint, incarnation, line, low, high, texts @ ..] = *words;
        let [bit, handler, text, file] = sizes.to_le_bytes();
        let (texts, files) = texts.split_at(TEXT / 4);
        Self {
            hand: Owner { bit: bit.checked_sub(1), handler, fingerprint },
            incarnation,
            line,
            at: Instant::from_nanos(u64::from(high) << 32 | u64::from(low)),
            text: Text::of(texts, text),
            file: Text::of(files, file),
        }
    }
}

/// Shows `src/pump.rs:12: overflow`.
impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, line) = self.location();
        write!(f, "{file}:{line}: {}", self.description())
    }
}

impl fmt::Debug for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crash({self})")
    }
}

/// Records the panic that ends this run, where a system that was started names a [`CrashRecord`]. To be called in the panic
/// handler, before the reset.
pub fn record(info: &PanicInfo<'_>) {
    record_as(&info.message(), info.location());
}

/// As [`record`], of an end that is no panic, such as a fault of the core.
pub fn record_as(text: &dyn fmt::Display, location: Option<&Location<'_>>) {
    let Some(keeper) = keeper() else { return };
    let mut crash = Crash {
        hand: Owner { bit: None, handler: NO_HANDLER, fingerprint: 0 },
        incarnation: 0,
        at: keeper.system.now(),
        line: 0,
        text: Text::NEW,
        file: Text::NEW,
    };
    let hand = in_hand::look();
    if let Some(address) = hand.address.filter(|address| keeper.has(*address)) {
        crash.hand = Keeper::owner(hand, address);
        crash.incarnation = address.header().incarnation().get();
    }
    // One that refuses to be displayed is cut there.
    let _ = write!(crash.text, "{text}");
    if let Some(location) = location {
        let file = location.file();
        let mut start = file.len().saturating_sub(FILE);
        while !file.is_char_boundary(start) {
            start += 1;
        }
        let _ = crash.file.write_str(file.get(start..).unwrap_or_default());
        crash.line = location.line();
    }
    keeper.record.write(&crash, keeper.carried);
}

/// Where crashes of the program are recorded.
#[derive(Clone, Copy)]
struct Keeper {
    record: &'static CrashRecord,
    system: &'static System,
    /// The time that had passed since power-on before this run began.
    carried: u64,
}

static KEEPER: Mutex<Cell<Option<Keeper>>> = Mutex::new(Cell::new(None));

static IS_KEPT: AtomicBool = AtomicBool::new(false);

/// From here on `record` keeps the crashes and restarts of `system`.
#[doc(hidden)]
pub fn keep_in(record: &'static CrashRecord, system: &'static System) {
    let carried = record.ledger().elapsed;
    critical_section::with(|cs| KEEPER.borrow(cs).set(Some(Keeper { record, system, carried })));
    IS_KEPT.store(true, Ordering::Relaxed);
    in_hand::watch();
    // A crash is decided about on it.
    detour::open();
}

/// Whether anybody keeps crashes; a constant where nobody does.
#[inline(always)]
pub(super) fn is_kept() -> bool {
    IS_KEPT.load(Ordering::Relaxed)
}

fn keeper() -> Option<Keeper> {
    if !is_kept() { None } else { critical_section::with(|cs| KEEPER.borrow(cs).get()) }
}

/// What tells an actor of type `A` from another in the same place of another firmware.
pub(super) const fn fingerprint<A: Actor>() -> u32 {
    let name = A::PROTOCOL.type_name.as_bytes();
    let mut sum = Crc::NEW;
    let mut place = 0;
    while place < name.len() {
        sum = sum.byte(name[place]);
        place += 1;
    }
    sum.0
}

/// The crash of the last run, if the actor at `address` with this fingerprint was in hand then: taken out, to be decided
/// about. With the handler that ran, by its [`number`](in_hand::number).
#[cold]
pub(super) fn claim(address: Address, fingerprint: u32) -> Option<(Crash, u8)> {
    let keeper = keeper().filter(|keeper| keeper.has(address))?;
    let crash = keeper.record.read()?;
    let is_its = crash.hand.bit == Some(address.header().bit() as u8) && crash.hand.fingerprint == fingerprint;
    is_its.then(|| {
        keeper.record.clear();
        (crash, crash.hand.handler)
    })
}

/// The moment that limits count by: it goes on over resets.
#[inline(always)]
pub(super) fn counted(now: Instant) -> Instant {
    match keeper() {
        Some(keeper) => Instant::from_nanos(now.as_nanos().saturating_add(keeper.carried)),
        None => now,
    }
}

/// Keeps a restart of the actor at `address` that was decided at the moment `at`, by which limits count.
#[inline(always)]
pub(super) fn count(address: Address, at: Instant) {
    if let Some(keeper) = keeper() {
        keep(keeper, address, at);
    }
}

#[cold]
#[inline(never)]
fn keep(keeper: Keeper, address: Address, at: Instant) {
    if keeper.has(address) {
        let mut ledger = keeper.record.ledger();
        ledger.enter(Whose::at(address), at);
        keeper.record.ledger.store(&ledger.closed());
    }
}

/// Actors of which the restarts of earlier runs were counted in this one, a bit each.
static RECALLED: Mutex<Cell<u32>> = Mutex::new(Cell::new(0));

/// Whether those of the actor with this number are to be counted: once in a run, as what its parent starts anew, counts anew.
/// The ledger keeps them nevertheless, so the next run counts them until they leave its window: what its parent has forgiven is
/// told to nobody after a reset, and an actor that is given up too soon is safer than one too late.
fn is_first(bit: u8) -> bool {
    let bit = 1 << (bit & 31);
    let known = critical_section::with(|cs| {
        let recalled = RECALLED.borrow(cs);
        recalled.replace(recalled.get() | bit)
    });
    known & bit == 0
}

/// As [`recall`], once in a run.
#[cold]
pub(super) fn recall_once(address: Address, count: impl FnMut(Instant)) {
    if keeper().is_some_and(|keeper| keeper.has(address)) && is_first(address.header().bit() as u8) {
        recall(address, count);
    }
}

/// As [`recall_once`], of the child with this number that its parent is about to start. It is not told apart from another that
/// had its number: its parent does not know of what type it is.
#[cold]
pub(super) fn recall_child(parent: Address, bit: u8, count: impl FnMut(Instant)) {
    if keeper().is_some_and(|keeper| keeper.has(parent)) && is_first(bit) {
        recall_of(parent, Whose::new(bit, 0), count);
    }
}

/// Counts the restarts of the actor at `address` that are kept, the oldest first.
#[cold]
pub(super) fn recall(address: Address, count: impl FnMut(Instant)) {
    recall_of(address, Whose::at(address), count);
}

fn recall_of(neighbour: Address, whose: Whose, count: impl FnMut(Instant)) {
    if let Some(keeper) = keeper().filter(|keeper| keeper.has(neighbour)) {
        keeper.record.ledger().of(whose).for_each(count);
    }
}

impl Keeper {
    fn has(&self, address: Address) -> bool {
        let system = critical_section::with(|cs| address.header().system(cs));
        system.is_some_and(|system| core::ptr::eq(system, self.system))
    }

    fn owner(hand: Hand, address: Address) -> Owner {
        Owner { bit: Some(address.header().bit() as u8), handler: hand.handler, fingerprint: hand.fingerprint }
    }
}

/// An actor as the ledger tells it from others: by its number and ten bits of what tells its type from those of another firmware,
/// in which it may have had another number.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Whose(u16);

impl Whose {
    const NOBODY: Self = Self(0);
    const TYPE: u16 = (1 << 10) - 1;

    /// The actor at `address`. Of what type it is, is known while it is in hand.
    fn at(address: Address) -> Self {
        let hand = in_hand::look();
        let fingerprint = if hand.address == Some(address) { hand.fingerprint } else { 0 };
        Self::new(address.header().bit() as u8, fingerprint)
    }

    const fn new(bit: u8, fingerprint: u32) -> Self {
        let folded = (fingerprint ^ fingerprint >> 10 ^ fingerprint >> 20) as u16 & Self::TYPE;
        Self((bit as u16 + 1) << 10 | folded)
    }

    /// Whether they may be one: one whose type is not known may be any.
    const fn may_be(self, other: Self) -> bool {
        let differ = self.0 ^ other.0;
        differ == 0 || (differ <= Self::TYPE && (self.0 & Self::TYPE == 0 || other.0 & Self::TYPE == 0))
    }
}

/// The restarts of late.
#[derive(Clone, Copy)]
struct Ledger {
    words: [u32; Self::WORDS],
    /// Since power-on, as far as is known, in nanoseconds.
    elapsed: u64,
    crashes: u32,
}

impl Ledger {
    /// Crashes, time in two words, and for each restart its actor and its moment in two.
    const WORDS: usize = 3 + 2 * RESTARTS;

    const NEW: Self = Self { words: [0; Self::WORDS], elapsed: 0, crashes: 0 };

    fn opened(mut self) -> Self {
        let [crashes, low, high, ..] = self.words;
        self.crashes = crashes;
        self.elapsed = join(low, high);
        self
    }

    fn closed(mut self) -> [u32; Self::WORDS] {
        let [crashes, low, high, ..] = &mut self.words;
        (*crashes, *low, *high) = (self.crashes, self.elapsed as u32, (self.elapsed >> 32) as u32);
        self.words
    }

    /// The newest restart goes first. A moment is one of 2^48 in two years, a quarter of a microsecond each; whose it is lies
    /// above.
    fn enter(&mut self, whose: Whose, at: Instant) {
        let nanos = at.as_nanos().min((1 << 56) - 1);
        let entry = u64::from(whose.0) << 48 | nanos >> 8;
        self.words.copy_within(3..Self::WORDS - 2, 5);
        let [_, _, _, low, high, ..] = &mut self.words;
        (*low, *high) = (entry as u32, (entry >> 32) as u32);
        self.elapsed = self.elapsed.max(nanos);
    }

    /// The restarts of one actor, the oldest first.
    fn of(&self, whose: Whose) -> impl Iterator<Item = Instant> {
        let [_, _, _, entries @ ..] = self.words;
        (0..RESTARTS).rev().filter_map(move |number| {
            let entry = join(*entries.get(2 * number)?, *entries.get(2 * number + 1)?);
            let of = Whose((entry >> 48) as u16);
            (of != Whose::NOBODY && of.may_be(whose)).then_some(Instant::from_nanos(entry << 16 >> 8))
        })
    }
}

const fn join(low: u32, high: u32) -> u64 {
    (high as u64) << 32 | low as u64
}

/// At most `N` bytes of a text.
#[derive(Clone, Copy)]
struct Text<const N: usize> {
    bytes: [u8; N],
    len: u8,
}

impl<const N: usize> Text<N> {
    const NEW: Self = Self { bytes: [0; N], len: 0 };

    fn of(words: &[u32], len: u8) -> Self {
        let mut text = Self { len: len.min(N as u8), ..Self::NEW };
        let bytes = words.iter().flat_map(|word| word.to_le_bytes());
        text.bytes.iter_mut().zip(bytes).for_each(|(byte, kept)| *byte = kept);
        text
    }

    fn as_str(&self) -> &str {
        let kept = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        // Only texts are written, and they are cut between two characters.
        str::from_utf8(kept).unwrap_or_default()
    }
}

/// Keeps what fits.
impl<const N: usize> Write for Text<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let begin = usize::from(self.len);
        let kept = crate::failure::prefix_of(text, N - begin);
        if let Some(place) = self.bytes.get_mut(begin..begin + kept.len()) {
            place.copy_from_slice(kept.as_bytes());
            self.len += kept.len() as u8;
        }
        if kept.len() == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::ToString;

    fn crash(text: &str) -> Crash {
        let mut crash = Crash {
            hand: Owner { bit: Some(31), handler: 7, fingerprint: 0x1234_5678 },
            incarnation: 3,
            at: Instant::from_nanos(u64::from(u32::MAX) + 9),
            line: 12,
            text: Text::NEW,
            file: Text::NEW,
        };
        let _ = write!(crash.text, "{text}");
        let _ = write!(crash.file, "src/pump.rs");
        crash
    }

    #[test]
    fn a_crash_is_read_back_and_counted_until_it_is_cleared() {
        let record = CrashRecord::new();
        assert!(record.read().is_none() && record.count() == 0, "cleared memory is empty");
        record.write(&crash("overflow"), 5);
        let read = record.read().unwrap();
        assert_eq!(read.to_string(), "src/pump.rs:12: overflow");
        assert_eq!((read.actor(), read.incarnation().get(), read.at()), (Some(31), 3, crash("").at));
        assert!(read.hand == crash("").hand);
        assert_eq!(record.ledger().elapsed, crash("").at.as_nanos() + 5);
        record.clear();
        assert!(record.read().is_none());
        assert_eq!(record.count(), 1);
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_between_characters() {
        let record = CrashRecord::new();
        record.write(&crash(&"é".repeat(TEXT)), 0);
        assert_eq!(record.read().unwrap().description(), "é".repeat(TEXT / 2));
    }

    #[test]
    fn the_ledger_keeps_the_last_restarts_of_each_actor() {
        let mut ledger = Ledger::NEW;
        for time in 0..RESTARTS as u64 + 3 {
            ledger.enter(Whose::new((time % 2) as u8, 7), Instant::from_nanos(time << 8));
        }
        let of = |bit| ledger.of(Whose::new(bit, 7)).map(|at| at.as_nanos() >> 8).collect::<std::vec::Vec<_>>();
        assert_eq!((of(0), of(1), of(2)), ([4, 6, 8, 10, 12].into(), [3, 5, 7, 9, 11].into(), [].into()));
        let back = Ledger { words: ledger.closed(), ..Ledger::NEW }.opened();
        assert_eq!((back.words, back.elapsed), (ledger.closed(), 12 << 8));
    }

    #[test]
    fn the_ledger_tells_a_type_from_another_that_had_its_number() {
        let mut ledger = Ledger::NEW;
        let (pump, valve, unknown) = (Whose::new(31, 0x1234_5678), Whose::new(31, 0x8765_4321), Whose::new(31, 0));
        for (whose, time) in [(pump, 1), (valve, 2), (unknown, 3)] {
            ledger.enter(whose, Instant::from_nanos(time << 8));
        }
        let of = |whose| ledger.of(whose).map(|at| at.as_nanos() >> 8).collect::<std::vec::Vec<_>>();
        assert_eq!((of(pump), of(valve), of(unknown)), ([1, 3].into(), [2, 3].into(), [1, 2, 3].into()));
        assert!(of(Whose::new(30, 0)).is_empty());
    }

    proptest! {
        #[test]
        fn noise_does_not_panic(noise in prop::collection::vec(any::<u32>(), Crash::WORDS)) {
            // Where the sum is right.
            let record = CrashRecord::new();
            let mut words = [0; Crash::WORDS];
            words.copy_from_slice(&noise);
            record.crash.store(&words);
            let _ = record.read().unwrap().to_string();
            let mut words = [0; Ledger::WORDS];
            words.copy_from_slice(&noise[..Ledger::WORDS]);
            record.ledger.store(&words);
            let _ = record.ledger().of(Whose::new(3, 0)).count();
        }
    }
}
