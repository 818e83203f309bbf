//! Who waits for room in a mailbox, for a place to be answered in, or for the end of an actor: a table for the whole
//! program. Where nobody ever waits, neither it nor its code is linked: the one way to it is a pointer that the first
//! who waits sets.
//!
//! Room that comes while somebody waits for it is kept for the oldest of them, so those who wait are let in in their
//! order. The table is looked at place by place, to have interrupts off for a short time only.

use core::cell::{Cell, RefCell};
use core::mem::{ManuallyDrop, replace};
use core::task::Waker;

use critical_section::{CriticalSection, Mutex};

use crate::actor::Actor;
use crate::time::Instant;

use super::beside::Packed;
use super::detour;
use super::done::Watch;
use super::earliest::Earliest;
use super::header::Address;
use super::linked::Linked;
use super::mailbox;

/// Futures of the program that may wait at a time; a power of two.
const PLACES: u32 = 8;

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Room,
    Answer,
    End,
    /// Room in the urgent lane; see `urgent`.
    Urgent,
}

/// How far a wait is. Numbers, so that an empty table is all zeros.
mod state {
    pub(super) const WAITS: u8 = 0;
    /// It has come: room is kept.
    pub(super) const COME: u8 = 1;
    /// The actor has ended.
    pub(super) const OVER: u8 = 2;
    /// It stands in the line of an urgent lane, and is counted there.
    pub(super) const IN_LINE: u8 = 3;
}

pub(super) struct Waiting {
    address: Address,
    /// A [`What`].
    what: u8,
    /// See [`state`].
    state: u8,
    /// The older, the lower.
    number: u32,
    /// When it gives up, in nanoseconds; the largest is never.
    due: u64,
    waker: Option<Waker>,
}

impl Waiting {
    pub(super) fn is_for(&self, address: Address, what: What) -> bool {
        self.address == address && self.what == what as u8
    }

    pub(super) const fn is_urgent(&self) -> bool {
        self.what == What::Urgent as u8
    }

    pub(super) const fn address(&self) -> Address {
        self.address
    }

    pub(super) const fn stands_in_line(&self) -> bool {
        self.state == state::IN_LINE
    }

    /// Stands in line from here on. Returns whether it does, and did not before.
    pub(super) fn stand_in_line(&mut self) -> bool {
        let stands = self.is_urgent() && self.state == state::WAITS;
        if stands {
            self.state = state::IN_LINE;
        }
        stands
    }

    /// Stands in line no more. Returns whether it did.
    pub(super) fn leave_line(&mut self) -> bool {
        let stood = self.stands_in_line();
        if stood {
            self.state = state::OVER;
        }
        stood
    }
}

type Table = [Option<Waiting>; PLACES as usize];

static TABLE: Mutex<RefCell<Table>> = Mutex::new(RefCell::new([const { None }; PLACES as usize]));
static NUMBER: Mutex<Cell<u32>> = Mutex::new(Cell::new(0));

/// What those in the table may have waited for.
#[derive(Clone, Copy)]
enum News<'n> {
    Room(Address),
    Place(Address),
    Answer,
    End(Address),
    Tick(Instant),
    Next(&'n Earliest),
}

/// Tells those in the table, once there is one.
static TELL: Linked<fn(News<'_>)> = Linked::new();

fn tell(news: News<'_>) {
    if let Some(tell) = critical_section::with(|cs| TELL.get(cs)) {
        tell(news);
    }
}

/// There may be room in the mailbox of the actor at `address`.
pub(super) fn room(address: Address) {
    tell(News::Room(address));
}

/// There is a place beside the mailbox of the actor at `address`: whoever has room may have waited for that.
pub(super) fn place_beside(address: Address) {
    tell(News::Place(address));
}

/// There is a place for an answer.
pub(super) fn answer() {
    tell(News::Answer);
}

/// The actor at `address` has ended.
pub(super) fn end(address: Address) {
    tell(News::End(address));
}

/// Time has come to `now`.
pub(super) fn tick(now: Instant) {
    tell(News::Tick(now));
}

/// Shows when they give up.
pub(super) fn next(earliest: &Earliest) {
    tell(News::Next(earliest));
}

/// Looks at one place. Nothing in `look` comes back here.
fn at<R>(place: u32, look: impl FnOnce(CriticalSection<'_>, &mut Option<Waiting>) -> R) -> Option<R> {
    critical_section::with(|cs| {
        let mut table = TABLE.borrow(cs).try_borrow_mut().ok()?;
        table.get_mut(place as usize).map(|place| look(cs, place))
    })
}

/// Changes those who wait, one by one, and wakes whom `change` says.
fn each(mut change: impl FnMut(&mut Waiting) -> bool) {
    for place in 0..PLACES {
        let waker = at(place, |_, waiting| {
            let waiting = waiting.as_mut()?;
            if change(waiting) { waiting.waker.take() } else { None }
        });
        crate::backend::wake(waker.flatten());
    }
}

/// The number of the oldest of those who wait in `state`: for a place for an answer, or for room at `address`.
#[inline(never)]
fn oldest(state: u8, address: Option<Address>) -> Option<u32> {
    oldest_of(|waiting| {
        let is_one = match address {
            Some(address) => waiting.is_for(address, What::Room),
            None => waiting.what == What::Answer as u8,
        };
        is_one && waiting.state == state
    })
}

/// The number of the oldest of those who are `one`.
#[inline]
pub(super) fn oldest_of(is_one: impl Fn(&Waiting) -> bool) -> Option<u32> {
    let mut oldest = None;
    for place in 0..PLACES {
        at(place, |_, waiting| {
            let waiting = waiting.as_ref()?;
            if is_one(waiting) && oldest.is_none_or(|number| waiting.number < number) {
                oldest = Some(waiting.number);
            }
            Some(())
        });
    }
    oldest
}

/// Takes the waker of one who waits.
pub(super) fn take_waker(number: u32) -> Option<Waker> {
    with(number, |_, waiting| waiting.as_mut()?.waker.take())?
}

/// Looks at the place of one who waits, if it still does.
fn with<R>(number: u32, look: impl FnOnce(CriticalSection<'_>, &mut Option<Waiting>) -> R) -> Option<R> {
    at(number % PLACES, |cs, waiting| {
        let is_it = waiting.as_ref().is_some_and(|waiting| waiting.number == number);
        is_it.then(|| look(cs, waiting))
    })?
}

fn heed(news: News<'_>) {
    match news {
        News::Room(address) => let_in(address),
        News::Place(address) => wake_next(address),
        News::Answer => let_ask(),
        News::End(address) => each(|waiting| {
            let is_over = waiting.address == address && waiting.what != What::Answer as u8;
            waiting.state = if is_over { state::OVER } else { waiting.state };
            is_over
        }),
        News::Tick(now) => each(|waiting| waiting.due <= now.as_nanos()),
        News::Next(earliest) => each(|waiting| {
            // Whoever was woken is about to find out.
            if waiting.waker.is_some() {
                earliest.see(waiting.due.max(1));
            }
            false
        }),
    }
}

/// What became of one that was to get what it waits for.
enum Turn {
    /// It has it, and is to be woken.
    Come(Option<Waker>),
    /// There is none.
    NotYet,
    /// An interrupt was there first: it has it already, or waits no more.
    Gone,
}

/// Gives the one with this number what it waits for, if it still does and `keep` has kept it.
fn give(number: u32, keep: impl FnOnce(CriticalSection<'_>) -> bool) -> Turn {
    let turn = with(number, |cs, waiting| {
        let waiting = waiting.as_mut().filter(|waiting| waiting.state == state::WAITS)?;
        if !keep(cs) {
            return Some(Turn::NotYet);
        }
        waiting.state = state::COME;
        Some(Turn::Come(waiting.waker.take()))
    });
    turn.flatten().unwrap_or(Turn::Gone)
}

/// Has the oldest of those who wait for a place for an answer look again.
fn let_ask() {
    while let Some(number) = oldest(state::WAITS, None) {
        if let Turn::Come(waker) = give(number, |_| true) {
            return crate::backend::wake(waker);
        }
    }
}

/// Keeps what room there is for those who wait for it, the oldest first.
fn let_in(address: Address) {
    // Before the first look: whoever comes after it sets the bit again.
    if !address.header().take_room() {
        return;
    }
    while let Some(number) = oldest(state::WAITS, Some(address)) {
        let turn = give(number, |cs| {
            let is_kept = mailbox::reserve(cs, address);
            if !is_kept {
                address.header().want_room();
            }
            is_kept
        });
        match turn {
            Turn::Come(waker) => crate::backend::wake(waker),
            Turn::NotYet => return,
            Turn::Gone => {}
        }
    }
}

/// A place in the table, left when dropped.
#[derive(Default)]
pub(super) struct Ticket(u32);

impl Ticket {
    /// None so far.
    pub(super) const NONE: Self = Self(0);

    #[inline]
    pub(super) const fn is_some(&self) -> bool {
        self.0 != 0
    }

    /// Whether its number is this one.
    #[inline]
    pub(super) fn is(&self, number: Option<u32>) -> bool {
        number == Some(self.0)
    }

    pub(super) fn look<R>(&self, look: impl FnOnce(CriticalSection<'_>, &mut Option<Waiting>) -> R) -> Option<R> {
        with(self.0, look)
    }

    fn state(&self) -> u8 {
        self.look(|_, waiting| waiting.as_ref().map_or(state::OVER, |waiting| waiting.state)).unwrap_or(state::OVER)
    }

    /// Whether what is waited for has come, or never will.
    pub(super) fn has_come(&self) -> bool {
        self.state() != state::WAITS
    }

    /// Has `waker` woken when what is waited for may have come, or `due` has. Returns whether there was a place for it.
    #[cold]
    #[inline(never)]
    pub(super) fn wait(&mut self, address: Address, what: What, waker: &Waker, due: Option<Instant>) -> bool {
        let mut waker = Some(waker.clone());
        if self.is_some() {
            let replaced = self.look(|_, waiting| {
                let waiting = waiting.as_mut()?;
                if waiting.what == What::Answer as u8 {
                    waiting.state = state::WAITS;
                }
                Some(replace(&mut waiting.waker, waker.take()))
            });
            drop(replaced);
            return true;
        }
        detour::open();
        TELL.link(heed);
        let (what, due) = (what as u8, due.map_or(u64::MAX, Instant::as_nanos));
        for place in 0..PLACES {
            let number = at(place, |cs, waiting| {
                if waiting.is_some() {
                    return None;
                }
                // No ticket is zero.
                let turn = NUMBER.borrow(cs).get().wrapping_add(PLACES).max(PLACES);
                NUMBER.borrow(cs).set(turn);
                let number = turn | place;
                *waiting = Some(Waiting { address, what, state: state::WAITS, number, due, waker: waker.take() });
                Some(number)
            });
            if let Some(number) = number.flatten() {
                self.0 = number;
                return true;
            }
        }
        false
    }

    /// As [`wait`](Self::wait), for room in the mailbox of an `A`. Room that there is already is kept at once.
    pub(super) fn wait_for_room(&mut self, address: Address, waker: &Waker, due: Option<Instant>) -> bool {
        let is_new = !self.is_some();
        let waits = self.wait(address, What::Room, waker, due);
        if waits && is_new {
            if !address.header().want_room() {
                // It ended before it could know of this one.
                self.look(|_, waiting| waiting.as_mut().map(|waiting| waiting.state = state::OVER));
            }
            let_in(address);
        }
        waits
    }

    /// Whether room is kept for this one, and it is the first of those. If not, whether to wait on.
    pub(super) fn turn(&self, address: Address) -> Result<(), bool> {
        match self.state() {
            state::OVER => Err(false),
            state::COME if oldest(state::COME, Some(address)) == Some(self.0) => Ok(()),
            _ => Err(true),
        }
    }

    /// Puts `message` into the mailbox if it is this one's turn. Gives it back with whether to wait on: if not, the
    /// mailbox takes no more.
    ///
    /// # Safety
    /// `address` is that of a slot of an `A`.
    #[cold]
    pub(super) unsafe fn enter<A: Actor, W: Watch>(
        &mut self,
        address: Address,
        message: Packed<A>,
        watch: &mut W,
    ) -> Result<(), (Packed<A>, bool)> {
        if let Err(waits) = self.turn(address) {
            return Err((message, waits));
        }
        let (mut message, mut is_in) = (ManuallyDrop::new(message), false);
        // The waker goes outside of the critical section: it is the user's.
        let left = self.look(|cs, waiting| {
            let left = waiting.take()?;
            // Looked at anew: an interrupt may have ended the actor, and begun it anew with room that is kept for others.
            if left.state == state::COME {
                // SAFETY: as the caller says; what was moved is forgotten.
                is_in = unsafe { mailbox::push_reserved::<A, W>(cs, address, &mut message, watch) }.is_some();
            }
            left.waker
        });
        drop(left);
        self.0 = 0;
        wake_next(address);
        if is_in { Ok(()) } else { Err((ManuallyDrop::into_inner(message), false)) }
    }

    /// What was waited for is there, and taken.
    #[inline]
    pub(super) fn take(&mut self) {
        if self.is_some() {
            drop(self.look(|_, waiting| waiting.take()));
            self.0 = 0;
        }
    }

    /// Waits no more.
    #[cold]
    #[inline(never)]
    pub(super) fn leave(&mut self) {
        let left = self.look(|cs, waiting| {
            let left = waiting.take()?;
            if left.state == state::COME && left.what == What::Room as u8 {
                mailbox::release(cs, left.address);
            }
            Some(left)
        });
        self.0 = 0;
        let Some(left) = left.flatten().filter(|left| left.state == state::COME) else { return };
        if left.what == What::Room as u8 {
            let_in(left.address);
            wake_next(left.address);
        } else if left.what == What::Answer as u8 {
            heed(News::Answer);
        }
    }
}

/// Wakes the one whose turn to enter is next, if there is room for it.
#[inline(never)]
fn wake_next(address: Address) {
    let next = oldest(state::COME, Some(address));
    crate::backend::wake(next.and_then(take_waker));
}

impl Drop for Ticket {
    #[inline]
    fn drop(&mut self) {
        if self.is_some() {
            self.leave();
        }
    }
}
