//! Where messages wait that somebody wants to hear of: answers by `.then(..)`, as one to what an earlier life asked is
//! dropped when its turn comes, and messages whose end is waited for with `.done()`. A message has no place to say so; a
//! table for the whole program has, empty of code and bytes where there are none.
//!
//! Whoever takes a message out looks for it before, place by place, and takes it if nothing has moved since; where an
//! interrupt has moved something, it looks again. So interrupts are off for about as long as without a table. While any
//! message is in it, the worker takes all on its cold side.

use core::cell::Cell;
use core::num::NonZero;
use core::sync::atomic::{AtomicBool, Ordering};

use critical_section::{CriticalSection, Mutex, with};

use super::header::Address;

/// Messages of the program that may have a place at a time, of each kind; a power of two.
pub(super) const PLACES: usize = 8;

/// A place in the table. Those of answers are numbered from zero on, and so are those of watched messages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(u8);

impl Place {
    /// For an answer: see `then`.
    pub(super) const fn of_answer(number: usize) -> Self {
        Self((number % PLACES) as u8)
    }

    /// For a message whose end is waited for: see `done`.
    pub(super) const fn of_watched(number: usize) -> Self {
        Self((PLACES + number % PLACES) as u8)
    }

    pub(super) const fn number(self) -> usize {
        self.0 as usize % PLACES
    }

    pub(super) const fn is_watched(self) -> bool {
        self.0 >= PLACES as u8
    }

    const fn bit(self) -> u16 {
        1 << self.0
    }
}

/// Where a message is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// In this place of a queue.
    In(Queue, u8),
    /// Taken out: to be handled, or put into the stash.
    Hand,
    /// Taken out, and handled by nobody.
    Lost,
}

/// Where messages of an actor wait.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Queue {
    /// By the place in the ring.
    User,
    /// By the place in the lane.
    Urgent,
    /// By the number of those in front of it.
    Stash,
}

/// The number of a place of a ring, where none is a byte as well: two are compared in one step.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Index(NonZero<u8>);

impl Index {
    /// Of a place that there is.
    pub(super) const fn of(index: u8) -> Option<Self> {
        match NonZero::new(!index) {
            Some(complement) => Some(Self(complement)),
            None => None,
        }
    }

    pub(super) const fn get(self) -> u8 {
        !self.0.get()
    }
}

/// What becomes of a message that leaves its queue.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaves {
    /// Its actor handles it.
    ToBeHandled,
    /// Nobody does.
    ForGood,
}

impl Leaves {
    /// Where it is from then on.
    const fn to(self) -> At {
        match self {
            Self::ToBeHandled => At::Hand,
            Self::ForGood => At::Lost,
        }
    }
}

/// Where the message of a place is, if it has one.
struct Entry {
    address: Cell<Option<Address>>,
    at: Cell<At>,
    /// Whether it is an answer to what an earlier life asked.
    is_stale: Cell<bool>,
}

struct Table {
    entries: [Entry; 2 * PLACES],
    /// The places that are taken, and those of messages that wait: one bit for each.
    taken: Cell<u16>,
    wait: Cell<u16>,
    /// How often a message has come into a queue, or left it.
    moves: Cell<u32>,
}

static TABLE: Mutex<Table> = Mutex::new(Table {
    entries: [const { Entry { address: Cell::new(None), at: Cell::new(At::In(Queue::User, 0)), is_stale: Cell::new(false) } };
        2 * PLACES],
    taken: Cell::new(0),
    wait: Cell::new(0),
    moves: Cell::new(0),
});
/// Whether a place has been taken, ever: where none has it is a constant, and what follows from it is not there.
static IS_USED: AtomicBool = AtomicBool::new(false);

impl Table {
    fn entry(&self, place: Place) -> &Entry {
        // Not out of bounds, which the compiler knows.
        &self.entries[place.0 as usize % (2 * PLACES)]
    }

    fn move_to(&self, place: Place, at: At) {
        self.entry(place).at.set(at);
        self.moves.set(self.moves.get().wrapping_add(1));
    }
}

/// Asked before interrupts are switched off, which would stay where nothing else is left.
#[inline]
fn is_used() -> bool {
    IS_USED.load(Ordering::Relaxed)
}

/// Whether any message of the program is in the table.
#[inline]
pub(super) fn any_waits(cs: CriticalSection<'_>) -> bool {
    is_used() && TABLE.borrow(cs).wait.get() != 0
}

/// Takes a free place, if there is one, for a message of the actor at `address`.
pub(super) fn claim(place: fn(usize) -> Place, address: Address) -> Option<Place> {
    IS_USED.store(true, Ordering::Relaxed);
    (0..PLACES).map(place).find(|place| {
        with(|cs| {
            let table = TABLE.borrow(cs);
            let is_free = table.taken.get() & place.bit() == 0;
            if is_free {
                table.taken.set(table.taken.get() | place.bit());
                let entry = table.entry(*place);
                entry.address.set(Some(address));
                entry.is_stale.set(false);
            }
            is_free
        })
    })
}

/// Gives a place back. Its message has left its queue, or never was in one.
pub(super) fn free(cs: CriticalSection<'_>, place: Place) {
    let table = TABLE.borrow(cs);
    table.taken.set(table.taken.get() & !place.bit());
    table.wait.set(table.wait.get() & !place.bit());
}

/// The message that this place was taken for waits here from now on.
pub(super) fn put(cs: CriticalSection<'_>, place: Place, queue: Queue, index: u8) {
    let table = TABLE.borrow(cs);
    table.wait.set(table.wait.get() | place.bit());
    table.move_to(place, At::In(queue, index));
}

/// Looks at the messages of the actor at `address`, one by one, to have interrupts off for a short time only.
#[cold]
#[inline(never)]
fn each(address: Address, look: &mut dyn FnMut(CriticalSection<'_>, Place, &Entry)) {
    let wait = with(|cs| TABLE.borrow(cs).wait.get());
    for place in (0..2 * PLACES as u8).map(Place).filter(|place| wait & place.bit() != 0) {
        with(|cs| {
            let table = TABLE.borrow(cs);
            let entry = table.entry(place);
            if table.wait.get() & place.bit() != 0 && entry.address.get() == Some(address) {
                look(cs, place, entry);
            }
        });
    }
}

/// The place of the message of the actor at `address` that is there.
fn find(address: Address, at: At) -> Option<Place> {
    let mut found = None;
    each_at(address, at, |_, place| found = Some(place));
    found
}

/// The place of a watched message of the actor at `address` that is there. Nobody else finds it.
pub(super) fn pick(address: Address, at: At) -> Option<Place> {
    let mut picked = None;
    each_at(address, at, |cs, place| {
        if place.is_watched() && picked.is_none() {
            let wait = &TABLE.borrow(cs).wait;
            wait.set(wait.get() & !place.bit());
            picked = Some(place);
        }
    });
    picked
}

/// Looks at the messages of the actor at `address` that are there, one by one.
fn each_at(address: Address, at: At, mut look: impl FnMut(CriticalSection<'_>, Place)) {
    each(address, &mut |cs, place, entry| {
        if entry.at.get() == at {
            look(cs, place);
        }
    });
}

/// The message in this place has left its queue. Returns whether it is an answer to what an earlier life asked: nobody hears
/// of that any more, and of an answer that is handled by nobody.
#[cold]
#[inline(never)]
fn left(place: Place, leaves: Leaves) -> bool {
    with(|cs| {
        let is_stale = TABLE.borrow(cs).entry(place).is_stale.get();
        if is_stale || (!place.is_watched() && leaves == Leaves::ForGood) {
            free(cs, place);
        }
        is_stale
    })
}

/// Takes a message out of a queue of the actor at `address`, in one step: `take` is told in which place it is, as `next` says.
/// Returns what that does, and whether the message is an answer to what an earlier life asked.
#[inline]
pub(super) fn taking<R>(
    address: Address,
    queue: Queue,
    leaves: Leaves,
    next: impl Fn(CriticalSection<'_>) -> Option<Index>,
    take: impl FnOnce(CriticalSection<'_>, Option<Index>) -> R,
) -> (R, bool) {
    let mut take = Some(take);
    loop {
        let (mut seen, mut moves, mut place) = (None, 0, None);
        if is_used() {
            (seen, moves) = with(|cs| (next(cs), TABLE.borrow(cs).moves.get()));
            place = seen.and_then(|index: Index| find(address, At::In(queue, index.get())));
        }
        let taken = with(|cs| {
            let index = next(cs);
            if is_used() {
                let table = TABLE.borrow(cs);
                if index != seen || table.moves.get() != moves {
                    return None;
                }
                if let Some(place) = place {
                    table.move_to(place, leaves.to());
                }
            }
            Some(take.take()?(cs, index))
        });
        if let Some(taken) = taken {
            return (taken, place.is_some_and(|place| left(place, leaves)));
        }
    }
}

/// The message behind so many has been taken out of the stash of the actor at `address`, in whose turn this is. Returns
/// whether it is an answer to what an earlier life asked.
#[inline]
pub(super) fn unstashed(address: Address, index: u8, leaves: Leaves) -> bool {
    if !is_used() {
        return false;
    }
    let place = find(address, At::In(Queue::Stash, index));
    each(address, &mut |_, _, entry| {
        if let At::In(Queue::Stash, at) = entry.at.get()
            && at > index
        {
            entry.at.set(At::In(Queue::Stash, at - 1));
        }
    });
    place.is_some_and(|place| {
        with(|cs| TABLE.borrow(cs).move_to(place, leaves.to()));
        left(place, leaves)
    })
}

/// The message in hand of the actor at `address` has been put into its stash, behind so many.
#[inline]
pub(super) fn stashed(address: Address, index: u8) {
    if is_used() {
        each(address, &mut |_, _, entry| {
            let at = match entry.at.get() {
                At::Hand => index,
                At::In(Queue::Stash, at) if at >= index => at + 1,
                At::In(..) | At::Lost => return,
            };
            entry.at.set(At::In(Queue::Stash, at));
        });
    }
}

/// The message in hand of the actor at `address` has been handled: as an answer it is heard of no more.
#[inline]
pub(super) fn handled(address: Address) {
    if is_used() {
        each_at(address, At::Hand, |cs, place| {
            if !place.is_watched() {
                free(cs, place);
            }
        });
    }
}

/// The answers that wait for the actor at `address` are to what an earlier life asked.
pub(super) fn end_life(address: Address) {
    each(address, &mut |_, place, entry| entry.is_stale.set(!place.is_watched()));
}
