//! An answer that comes back as a message: the reply of `.then(..)`. Its place in the asker's ring is kept from the
//! moment of asking, so an answer always finds room.
//!
//! What has to be known when the answer comes lies in a table for the whole program, empty of code and bytes where
//! nobody asks so: the clock comes to it through a pointer that the first ask sets. There it stays until the answer is
//! handled, and says where that waits: one to what an earlier life asked is dropped when its turn comes.

use core::any::TypeId;
use core::cell::Cell;
use core::ptr::{NonNull, without_provenance};
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;

use critical_section::{CriticalSection, Mutex};

use crate::actor::Actor;
use crate::call::{Call, Kind, Limit};
use crate::error::Unanswered;
use crate::message::Message;
use crate::metrics::DeadLetterReason;
use crate::reference::{ActorRef, Ref};
use crate::reply::Reply;
use crate::time::Instant;
use crate::trace_dump::TraceKind;

use super::earliest::Earliest;
use super::header::Address;
use super::letters::lose;
use super::system::System;
use super::{beside, detour, done, mailbox, trace_ring, urgent, waiting};

/// Asks of the program that may be under way at a time; a power of two.
const PLACES: usize = 8;

#[derive(Clone, Copy)]
struct Then {
    asker: Address,
    /// Tells this ask from those that had the place before.
    number: u32,
    handler: &'static str,
    /// The kind of ask.
    answered: TypeId,
    due: Option<Instant>,
    late: Late,
    at: At,
    /// Whether the life that asked is over, and the answer is still to have its turn.
    is_stale: bool,
}

/// Where a message is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// An answer that is with whoever owes it.
    Owed,
    /// In this place of a queue.
    In(Queue, u8),
    /// Taken out: to be handled, or put into the stash.
    Hand,
    /// Taken out, and handled by nobody.
    Lost,
}

impl At {
    /// Where it is once the message at `index` of `from` has left that.
    pub(super) fn leaving(self, from: Queue, index: u8) -> Self {
        match self {
            Self::In(queue, at) if queue == from && at == index => Self::Hand,
            // Those behind it have one less in front of them.
            Self::In(Queue::Stash, at) if from == Queue::Stash && at > index => Self::In(Queue::Stash, at - 1),
            Self::In(..) | Self::Hand | Self::Lost | Self::Owed => self,
        }
    }

    /// Where it is once the message in hand has been put into the stash, behind so many.
    pub(super) fn stashing(self, index: u8) -> Self {
        match self {
            Self::Hand => Self::In(Queue::Stash, index),
            Self::In(Queue::Stash, at) if at >= index => Self::In(Queue::Stash, at + 1),
            Self::In(..) | Self::Lost | Self::Owed => self,
        }
    }
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

/// What becomes of a message that leaves its queue.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaves {
    /// Its actor handles it.
    ToBeHandled,
    /// Nobody does.
    ForGood,
}

/// Answers an ask with its deadline.
type Late = unsafe fn(*const ());

static TABLE: Mutex<[Cell<Option<Then>>; PLACES]> = Mutex::new([const { Cell::new(None) }; PLACES]);
static NUMBER: Mutex<Cell<u32>> = Mutex::new(Cell::new(0));
/// Whether an answer has come, ever: in a program that links no `.then(..)` it is a constant, and what follows from it is
/// not there.
static HAS_COME: AtomicBool = AtomicBool::new(false);
/// Answers that wait for their turn.
static WAITING: Mutex<Cell<u8>> = Mutex::new(Cell::new(0));

/// What those in the table have to hear of.
#[derive(Clone, Copy)]
enum News<'s> {
    Tick(&'s System, Instant),
    Next(&'s System, &'s Earliest),
    EndOfLife(Address),
    End(Address),
}

type Tell = fn(News<'_>);

/// Goes through the table, once there is one.
static TELL: Mutex<Cell<Option<Tell>>> = Mutex::new(Cell::new(None));

fn tell(news: News<'_>) {
    if let Some(tell) = critical_section::with(|cs| TELL.borrow(cs).get()) {
        tell(news);
    }
}

/// Time has come to `now`: asks of actors of `system` whose deadline has passed are answered with that.
pub(super) fn tick(system: &System, now: Instant) {
    tell(News::Tick(system, now));
}

/// Shows when the asks of actors of `system` are late.
pub(super) fn next(system: &System, earliest: &Earliest) {
    tell(News::Next(system, earliest));
}

/// The life of the actor at `asker` is over, and its asks with it: their answers are not for the next one.
pub(super) fn forget(asker: Address) {
    tell(News::EndOfLife(asker));
}

/// The actor at `asker` has ended, and its mailbox is empty.
pub(super) fn end(asker: Address) {
    tell(News::End(asker));
}

fn heed(news: News<'_>) {
    match news {
        News::Tick(system, now) => expire(system, now),
        News::Next(system, earliest) => {
            for place in 0..PLACES {
                let due = critical_section::with(|cs| entry_of(cs, system, place).filter(is_owed)?.due);
                earliest.see(due.map_or(Earliest::NONE, |due| due.as_nanos().max(1)));
            }
        }
        News::EndOfLife(asker) | News::End(asker) => {
            for place in 0..PLACES {
                critical_section::with(|cs| {
                    let place = TABLE.borrow(cs).get(place)?;
                    let then = place.get().filter(|then| then.asker == asker)?;
                    match (then.at, news) {
                        (At::Owed, _) => {
                            place.set(None);
                            mailbox::release(cs, asker);
                        }
                        (At::In(..) | At::Hand | At::Lost, News::End(_)) => clear(cs, place),
                        (At::In(..) | At::Hand | At::Lost, _) => place.set(Some(Then { is_stale: true, ..then })),
                    }
                    Some(())
                });
            }
            waiting::room(asker);
        }
    }
}

/// What is in this place, if an actor of `system` asked it.
fn entry_of(cs: CriticalSection<'_>, system: &System, place: usize) -> Option<Then> {
    let then = TABLE.borrow(cs).get(place)?.get()?;
    let is_of_system = then.asker.header().system(cs).is_some_and(|its| core::ptr::eq(its, system));
    is_of_system.then_some(then)
}

fn is_owed(then: &Then) -> bool {
    then.at == At::Owed
}

/// An answer waits no more.
fn clear(cs: CriticalSection<'_>, place: &Cell<Option<Then>>) {
    place.set(None);
    let waiting = WAITING.borrow(cs);
    waiting.set(waiting.get().saturating_sub(1));
}

/// Asked before interrupts are switched off, which would stay where nothing else is left.
#[inline]
fn has_come() -> bool {
    HAS_COME.load(Ordering::Relaxed)
}

/// Whether any answer of the program waits for its turn.
#[inline]
pub(super) fn any_waits(cs: CriticalSection<'_>) -> bool {
    has_come() && WAITING.borrow(cs).get() > 0
}

/// Looks at the answers that wait for the actor at `asker`.
#[cold]
#[inline(never)]
fn each_waiting(cs: CriticalSection<'_>, asker: Address, mut look: impl FnMut(&Cell<Option<Then>>, Then)) {
    for place in TABLE.borrow(cs) {
        if let Some(then) = place.get().filter(|then| then.asker == asker && !is_owed(then)) {
            look(place, then);
        }
    }
}

/// The message at `index` of a queue of the actor at `asker` leaves it. Returns whether it is an answer to what an earlier
/// life asked.
#[inline]
pub(super) fn take(cs: CriticalSection<'_>, asker: Address, from: Queue, index: u8, leaves: Leaves) -> bool {
    let mut is_stale = false;
    if any_waits(cs) {
        each_waiting(cs, asker, |place, then| {
            let at = then.at.leaving(from, index);
            let is_it = at == At::Hand && then.at != At::Hand;
            is_stale |= is_it && then.is_stale;
            if is_it && (then.is_stale || leaves == Leaves::ForGood) {
                clear(cs, place);
            } else {
                place.set(Some(Then { at, ..then }));
            }
        });
    }
    done::take(cs, asker, from, index, leaves);
    is_stale
}

/// The message in hand of the actor at `asker` has been put into its stash, in front of which are so many.
#[inline]
pub(super) fn stashed(asker: Address, index: u8) {
    if !has_come() && !done::is_used() {
        return;
    }
    critical_section::with(|cs| {
        if any_waits(cs) {
            each_waiting(cs, asker, |place, then| place.set(Some(Then { at: then.at.stashing(index), ..then })));
        }
        done::stashed(cs, asker, index);
    });
}

/// The message in hand of the actor at `asker` has been handled.
#[inline]
pub(super) fn handled(asker: Address) {
    if !has_come() {
        return;
    }
    critical_section::with(|cs| {
        if any_waits(cs) {
            each_waiting(cs, asker, |place, then| {
                if then.at == At::Hand {
                    clear(cs, place);
                }
            });
        }
    });
}

fn expire(system: &System, now: Instant) {
    for place in 0..PLACES {
        let late = critical_section::with(|cs| {
            let is_late = |then: &Then| is_owed(then) && then.due.is_some_and(|due| due <= now);
            entry_of(cs, system, place).filter(is_late)
        });
        if let Some(Then { late, number, .. }) = late {
            // SAFETY: the place is that of an ask that was made with `late`; whether it still is, `deliver` finds out.
            unsafe { late(name(place, number)) };
        }
    }
}

/// What a reply knows its place by.
fn name(place: usize, number: u32) -> *const () {
    without_provenance(number as usize * PLACES + place)
}

/// Looks at the place of an ask, if its answer is still owed. A reply that was kept until the numbers began anew must not find
/// another kind of ask under its own.
fn with<R>(
    name: *const (),
    answered: TypeId,
    look: impl FnOnce(CriticalSection<'_>, &Cell<Option<Then>>, Then) -> R,
) -> Option<R> {
    let (place, number) = (name.addr() % PLACES, name.addr() / PLACES);
    critical_section::with(|cs| {
        let place = TABLE.borrow(cs).get(place)?;
        let is_it = |then: &Then| then.number as usize == number && then.answered == answered && is_owed(then);
        let then = place.get().filter(is_it)?;
        Some(look(cs, place, then))
    })
}

/// A reply that becomes the message `answered` of the actor at `asker`, unless that has been restarted. Nothing where
/// the asker's mailbox has no place to keep, the table is full, or `answered` has captured something.
///
/// Where `limit` ends first, the message says so, as exactly as the clock ticks; a default limit is that of the actor
/// asked, `ask_timeout`.
///
/// # Safety
/// `asker` is the address of a slot of an `A`.
pub(super) unsafe fn reply<A, K, F, R>(
    asker: Address,
    _: F,
    handler: &'static str,
    limit: Limit,
    ask_timeout: Option<Duration>,
) -> Option<Reply<K::Value>>
where
    A: Actor,
    K: Kind,
    R: Kind,
    F: for<'r> Fn(&'r A::Ref, K::Output) -> Call<'r, A, R> + Copy + Send + 'static,
{
    debug_assert!(size_of::<F>() == 0, "on bare metal what `.then(..)` is given captures nothing");
    if size_of::<F>() != 0 {
        return None;
    }
    let due = asker.deadline(match (limit, ask_timeout) {
        (Limit::Default, Some(timeout)) => Limit::Within(timeout),
        (limit, _) => limit,
    });
    let late: Late = late::<A, K, F, R>;
    let answered = TypeId::of::<F>();
    detour::open();
    critical_section::with(|cs| TELL.borrow(cs).set(Some(heed)));
    let name = (0..PLACES).find_map(|index| {
        critical_section::with(|cs| {
            let place = TABLE.borrow(cs).get(index)?;
            if place.get().is_some() || !mailbox::reserve(cs, asker) {
                return None;
            }
            let number = NUMBER.borrow(cs).get().wrapping_add(1) % (1 << 28);
            NUMBER.borrow(cs).set(number);
            place.set(Some(Then { asker, number, handler, answered, due, late, at: At::Owed, is_stale: false }));
            Some(name(index, number))
        })
    })?;
    // SAFETY: `deliver` is called once, by the one `Reply`; what is in the table is `Send`.
    Some(unsafe { Reply::from_raw(name, deliver::<A, K, F, R>) })
}

/// The deadline has passed.
///
/// # Safety
/// `data` is the name of a place that [`reply`] made with the same parameters.
unsafe fn late<A, K, F, R>(data: *const ())
where
    A: Actor,
    K: Kind,
    R: Kind,
    F: for<'r> Fn(&'r A::Ref, K::Output) -> Call<'r, A, R> + Copy + Send + 'static,
{
    // SAFETY: as the caller says.
    unsafe { deliver::<A, K, F, R>(data, Err(Unanswered::Expired)) };
}

/// Whoever comes first has the place: the reply, or the clock.
///
/// # Safety
/// `data` is the name of a place that [`reply`] made with the same parameters.
unsafe fn deliver<A, K, F, R>(data: *const (), answer: Result<K::Value, Unanswered>)
where
    A: Actor,
    K: Kind,
    R: Kind,
    F: for<'r> Fn(&'r A::Ref, K::Output) -> Call<'r, A, R> + Copy + Send + 'static,
{
    let kind = TypeId::of::<F>();
    let Some(Then { asker, handler, .. }) = with(data, kind, |_, _, then| then) else { return };
    if matches!(answer, Err(Unanswered::Unsent)) {
        with(data, kind, |cs, place, _| {
            place.set(None);
            mailbox::release(cs, asker);
        });
        waiting::room(asker);
        return;
    }
    // SAFETY: `F` has no bytes and is `Copy`, and a value of it was there.
    let answered = unsafe { NonNull::<F>::dangling().read() };
    let me = A::Ref::from_ref(Ref::from_address(crate::backend::Address::BareMetal(asker)));
    let message = answered(&me, K::output(answer, handler)).message;
    let is_urgent = urgent::is_urgent(&message);
    trace_ring::note_at(asker, TraceKind::Sent, Some(message.index()), 0);
    // SAFETY: the asker is an `A`.
    let mut message = match unsafe { beside::pack::<A>(asker, message) } {
        Ok(message) => Some(message),
        Err((message, _)) => {
            with(data, kind, |cs, place, _| {
                place.set(None);
                mailbox::release(cs, asker);
            });
            waiting::room(asker);
            return lose::<A>(asker, message, DeadLetterReason::Dropped);
        }
    };
    with(data, kind, |cs, place, then| {
        place.set(None);
        let wait = |queue, index| {
            place.set(Some(Then { at: At::In(queue, index), ..then }));
            let waiting = WAITING.borrow(cs);
            waiting.set(waiting.get() + 1);
            HAS_COME.store(true, Ordering::Relaxed);
        };
        if is_urgent {
            // SAFETY: the asker is an `A`, one of whose messages is urgent.
            match unsafe { urgent::push_answer::<A>(cs, asker, message.take()?) } {
                Ok(index) => wait(Queue::Urgent, index),
                Err(full) => message = Some(full),
            }
        }
        // SAFETY: as above.
        match unsafe { mailbox::push_reserved::<A>(cs, asker, message.take()?) } {
            Ok(index) => wait(Queue::User, index),
            Err(closed) => message = Some(closed),
        }
        Some(())
    });
    if const { A::Message::HAS_URGENT } {
        // The place that was kept may be free again.
        waiting::room(asker);
    }
    if let Some(message) = message {
        // SAFETY: it was packed for the asker, which is an `A`.
        lose::<A>(asker, unsafe { beside::unpack::<A>(asker, message) }, DeadLetterReason::Stopped);
    }
}
