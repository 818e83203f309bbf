//! What the actors of a program did of late, in a static: a record of eight bytes for each thing, the oldest overwritten. Where
//! no `system!` names a ring nothing of this is linked.
//!
//! A record is written in one short critical section, after the clock was read outside of it. Whoever reads takes one record
//! in each, and is told how many it came too late for.

use core::cell::Cell;
use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use critical_section::{CriticalSection, Mutex};

use crate::trace_dump::{LINE_HEAD, RING_HEAD, TraceKind, TraceRecord, UNIT, time_of};

use super::census::Surveyed;
use super::header::Address;
use super::system::System;

/// One record: its time, and what happened.
type Place = [AtomicU32; 2];

/// The last `N` things that the actors of a program did, in `8 * N + 8` bytes; `N` is a power of two.
///
/// It is named in `system!` as `trace = &TRACE`. A program has one: systems that name another one than the first that
/// is started are not traced. A [`TraceDump`](crate::trace_dump::TraceDump) reads what it hands out, or the bytes of the static
/// itself, as a debugger finds them.
///
/// ```ignore
/// static TRACE: TraceRing<256> = TraceRing::new();
///
/// system! {
///     mod plant { PUMP: Pump = Pump::new }
///     trace = &TRACE
/// }
/// ```
#[repr(transparent)]
pub struct TraceRing<const N: usize>(Ring<[Place; N]>);

/// Places in a row, whose length stands in the type or in the pointer. As it lies in memory it is a dump of its own.
#[repr(C)]
struct Ring<P: ?Sized> {
    head: AtomicU32,
    /// How many records were ever written.
    written: AtomicU32,
    places: P,
}

impl<const N: usize> TraceRing<N> {
    /// One that is empty.
    ///
    /// # Panics
    /// If `N` is no power of two; where it is a static, that is an error when compiled.
    #[must_use]
    #[track_caller]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        assert!(N.is_power_of_two(), "a trace has room for a power of two; write `TraceRing<256>`");
        let places = [const { [AtomicU32::new(0), AtomicU32::new(0)] }; N];
        Self(Ring { head: AtomicU32::new(0), written: AtomicU32::new(0), places })
    }

    /// How many records were ever written; of them the last `N` are there.
    pub fn written(&self) -> u32 {
        self.0.written.load(Ordering::Relaxed)
    }

    /// Reads from the oldest record on.
    pub fn reader(&self) -> TraceReader<'_> {
        TraceReader { ring: &self.0, next: None }
    }

    /// Copies as much as fits into `bytes`, the oldest first. Returns how many bytes that were.
    pub fn copy_to(&self, bytes: &mut [u8]) -> usize {
        let mut reader = self.reader();
        let mut copied = 0;
        for place in bytes.as_chunks_mut::<UNIT>().0 {
            let Some(unit) = reader.read() else { break };
            *place = unit;
            copied += UNIT;
        }
        copied
    }
}

impl<const N: usize> fmt::Debug for TraceRing<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceRing({} records)", self.written())
    }
}

impl Ring<[Place]> {
    #[inline(always)]
    fn push(&self, _: CriticalSection<'_>, time: u32, what: u32) {
        let number = self.written.load(Ordering::Relaxed);
        self.written.store(number.wrapping_add(1), Ordering::Relaxed);
        if let Some([first, second]) = self.place(number) {
            first.store(time, Ordering::Relaxed);
            second.store(what, Ordering::Relaxed);
        }
    }

    #[inline(always)]
    fn place(&self, number: u32) -> Option<&Place> {
        self.places.get(number as usize & self.places.len().wrapping_sub(1))
    }
}

/// Reads a [`TraceRing`], unit by unit: for a wire, or whoever has little memory. What was read stays where it is.
pub struct TraceReader<'r> {
    ring: &'r Ring<[Place]>,
    /// The number of the next record; none before the head.
    next: Option<u32>,
}

impl TraceReader<'_> {
    /// The next eight bytes of the dump; `None` where there are no more so far. The first are its head.
    pub fn read(&mut self) -> Option<[u8; UNIT]> {
        let places = self.ring.places.len() as u32;
        let (first, second) = critical_section::with(|_| {
            let written = self.ring.written.load(Ordering::Relaxed);
            let Some(next) = self.next else {
                let oldest = written.saturating_sub(places);
                self.next = Some(oldest);
                return Some((LINE_HEAD, oldest));
            };
            let behind = written.wrapping_sub(next);
            if behind > places {
                let missing = behind - places;
                self.next = Some(next.wrapping_add(missing));
                return Some((missing, TraceRecord::what(0, TraceRecord::NO_MESSAGE, TraceKind::Lost, 0)));
            }
            let [first, second] = self.ring.place(next).filter(|_| behind > 0)?;
            self.next = Some(next.wrapping_add(1));
            Some((first.load(Ordering::Relaxed), second.load(Ordering::Relaxed)))
        })?;
        let mut unit = [0; UNIT];
        let (front, back) = unit.split_at_mut(UNIT / 2);
        front.copy_from_slice(&first.to_le_bytes());
        back.copy_from_slice(&second.to_le_bytes());
        Some(unit)
    }
}

impl fmt::Debug for TraceReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TraceReader").field("next", &self.next).finish_non_exhaustive()
    }
}

/// That of the program.
static RING: Mutex<Cell<Option<&'static Ring<[Place]>>>> = Mutex::new(Cell::new(None));

/// How many ready words it is of.
static WORDS: Mutex<Cell<u8>> = Mutex::new(Cell::new(0));

/// Where nobody sets it, it is a constant.
static IS_ON: AtomicBool = AtomicBool::new(false);

/// Actors of one ready word.
const ACTORS: u32 = 32;

/// The most ready words of a program that are told apart in a byte.
const MOST: u8 = (256 / ACTORS) as u8;

/// Whether anything is traced.
#[inline(always)]
pub(super) fn is_on() -> bool {
    IS_ON.load(Ordering::Relaxed)
}

/// From here on `ring` has what actors of these `systems` do: one `system!`, and its levels.
pub fn trace_in<const N: usize>(ring: &'static TraceRing<N>, systems: &[&'static System]) {
    let ring: &'static Ring<[Place]> = &ring.0;
    critical_section::with(|cs| {
        let (kept, words) = (RING.borrow(cs), WORDS.borrow(cs));
        if kept.get().is_some_and(|first| !core::ptr::addr_eq(first, ring)) {
            return;
        }
        kept.set(Some(ring));
        ring.head.store(RING_HEAD, Ordering::Relaxed);
        for system in systems {
            if words.get() < MOST {
                words.set(words.get() + 1);
                system.trace_as(words.get());
            }
        }
    });
    IS_ON.store(true, Ordering::Relaxed);
}

/// What happened, to this message if to any, of an actor that is not said yet.
#[inline(always)]
pub(super) fn what(kind: TraceKind, message: Option<usize>, detail: u8) -> u32 {
    let message = message.map_or(TraceRecord::NO_MESSAGE, |message| message.min(usize::from(u8::MAX)) as u8);
    TraceRecord::what(0, message, kind, detail)
}

/// Something happened to the actor of this bit.
#[inline(never)]
pub(super) fn note(system: &System, bit: u32, what: u32) {
    let Some(word) = system.traced_as().checked_sub(1) else { return };
    let (ring, clock) = critical_section::with(|cs| (RING.borrow(cs).get(), system.clock(cs)));
    if let (Some(ring), Some(clock)) = (ring, clock) {
        // It is the user's.
        let time = time_of(clock());
        let actor = u32::from(word) * ACTORS + bit;
        critical_section::with(|cs| ring.push(cs, time, what | actor & 0xff));
    }
}

/// As [`note`], for those who know the address alone.
#[inline]
pub(super) fn note_at(address: Address, kind: TraceKind, message: Option<usize>, detail: u8) {
    if is_on() {
        note_of(address, what(kind, message, detail));
    }
}

/// As above, where it is traced.
#[inline(never)]
pub(super) fn note_of(address: Address, what: u32) {
    let (system, bit) = critical_section::with(|cs| (address.header().system(cs), address.header().bit_in(cs)));
    if let Some(system) = system {
        note(system, bit, what);
    }
}

/// Writes the names of the actors of one ready word, a line for each.
pub struct NamesOf<'w> {
    out: &'w mut dyn fmt::Write,
    /// Of the actor that comes next, and of the first.
    number: u32,
    first: u32,
    /// Those that have a name, by their bits, in order.
    names: &'static [(u32, &'static str)],
    named: &'static str,
    written: fmt::Result,
}

impl<'w> NamesOf<'w> {
    /// Those of `system`, the `word`th of its `system!`, whose actors with a name have these bits.
    pub fn new(out: &'w mut dyn fmt::Write, system: &System, word: u8, names: &'static [(u32, &'static str)]) -> Self {
        // Before the start it is as where no other system is started first.
        let word = system.traced_as().checked_sub(1).unwrap_or(word);
        let first = u32::from(word) * ACTORS;
        Self { out, number: first, first, names, named: "", written: Ok(()) }
    }

    /// The next actor, in the order of bits.
    pub fn name(&mut self, actor: &Surveyed) {
        let bit = self.number - self.first;
        let own = self.names.iter().find(|(first, _)| *first == bit).map(|(_, name)| *name);
        self.named = own.unwrap_or(self.named);
        let written = match own {
            Some(name) => write!(self.out, "{} {name}", self.number),
            None => write!(self.out, "{} {}/{}", self.number, self.named, actor.actor),
        };
        let messages = actor.messages.iter().try_for_each(|message| write!(self.out, " {message}"));
        self.written = self.written.and(written).and(messages).and_then(|()| self.out.write_str("\n"));
        self.number += 1;
    }

    /// All were named.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn done(self) -> fmt::Result {
        self.written
    }
}

impl fmt::Debug for NamesOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NamesOf").field("number", &self.number).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace_dump::TraceDump;
    use std::vec::Vec;

    fn push<const N: usize>(ring: &TraceRing<N>, times: core::ops::Range<u32>) {
        let ring: &Ring<[Place]> = &ring.0;
        ring.head.store(RING_HEAD, Ordering::Relaxed);
        let what = TraceRecord::what(1, 2, TraceKind::Sent, 0);
        times.for_each(|time| critical_section::with(|cs| ring.push(cs, time, what)));
    }

    fn times(bytes: &[u8]) -> (u32, Vec<u32>) {
        let dump = TraceDump::read(bytes).unwrap();
        (dump.missing(), dump.records().map(|(_, record)| record.time).collect())
    }

    #[test]
    fn the_last_records_are_kept_and_the_others_are_counted() {
        let ring = TraceRing::<4>::new();
        push(&ring, 0..3);
        let mut bytes = [0; 64];
        let copied = ring.copy_to(&mut bytes);
        assert_eq!((copied, times(&bytes[..copied])), (32, (0, [0, 1, 2].into())));
        push(&ring, 3..9);
        let copied = ring.copy_to(&mut bytes);
        assert_eq!((copied, times(&bytes[..copied])), (40, (5, [5, 6, 7, 8].into())));
        assert_eq!(ring.written(), 9);
    }

    #[test]
    fn as_much_as_fits_is_copied() {
        let ring = TraceRing::<4>::new();
        push(&ring, 0..3);
        let mut bytes = [0; 27];
        assert_eq!(ring.copy_to(&mut bytes), 24);
        assert_eq!(times(&bytes[..24]), (0, [0, 1].into()));
        assert_eq!(ring.copy_to(&mut bytes[..7]), 0);
    }

    #[test]
    fn a_reader_goes_on_and_is_told_what_it_came_too_late_for() {
        let ring = TraceRing::<4>::new();
        push(&ring, 0..2);
        let mut reader = ring.reader();
        let mut bytes = Vec::new();
        let mut read = |bytes: &mut Vec<u8>| core::iter::from_fn(|| reader.read()).for_each(|unit| bytes.extend(unit));
        read(&mut bytes);
        push(&ring, 2..4);
        read(&mut bytes);
        push(&ring, 4..11);
        read(&mut bytes);
        // Three were overwritten, which is a record as well.
        assert_eq!(times(&bytes), (0, [0, 1, 2, 3, 3, 7, 8, 9, 10].into()));
    }

    #[test]
    fn the_memory_of_a_ring_is_a_dump() {
        let ring = TraceRing::<4>::new();
        push(&ring, 0..6);
        let Ring { head, written, places } = &ring.0;
        let words = [head, written].into_iter().chain(places.as_flattened());
        let bytes: Vec<u8> = words.flat_map(|word| word.load(Ordering::Relaxed).to_le_bytes()).collect();
        assert_eq!(times(&bytes), (2, [2, 3, 4, 5].into()));
        assert_eq!(size_of_val(&ring), bytes.len(), "nothing else lies there");
        assert_eq!(core::mem::offset_of!(Ring<[Place; 4]>, places), 8);
    }
}
