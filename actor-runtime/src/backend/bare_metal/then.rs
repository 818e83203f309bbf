//! An answer that comes back as a message: the reply of `.then(..)`. Its place in the asker's ring is kept from the
//! moment of asking, so an answer always finds room.
//!
//! What has to be known when the answer comes lies in a table for the whole program, empty of code and bytes where
//! nobody asks so: the clock comes to it through a pointer that the first ask sets. The place stays that of the answer
//! until that is handled, and `whereabouts` says where it waits.

use core::any::TypeId;
use core::cell::Cell;
use core::mem::ManuallyDrop;
use core::ptr::{NonNull, without_provenance};
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
use super::linked::Linked;
use super::system::System;
use super::whereabouts::{self, PLACES, Place, Queue};
use super::{beside, detour, mailbox, trace_ring, urgent, waiting};

/// An ask whose answer is owed.
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
}

/// Answers an ask with its deadline.
type Late = unsafe fn(*const ());

/// By the number of the place.
static TABLE: Mutex<[Cell<Option<Then>>; PLACES]> = Mutex::new([const { Cell::new(None) }; PLACES]);
static NUMBER: Mutex<Cell<u32>> = Mutex::new(Cell::new(0));

/// What those in the table have to hear of.
#[derive(Clone, Copy)]
enum News<'s> {
    Tick(&'s System, Instant),
    Next(&'s System, &'s Earliest),
    EndOfLife(Address),
}

/// Goes through the table, once there is one.
static TELL: Linked<fn(News<'_>)> = Linked::new();

fn tell(news: News<'_>) {
    if let Some(tell) = critical_section::with(|cs| TELL.get(cs)) {
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

fn heed(news: News<'_>) {
    match news {
        News::Tick(system, now) => expire(system, now),
        News::Next(system, earliest) => {
            for place in places() {
                let due = critical_section::with(|cs| ask_of(cs, system, place)?.due);
                earliest.see(due.map_or(Earliest::NONE, |due| due.as_nanos().max(1)));
            }
        }
        News::EndOfLife(asker) => {
            for place in places() {
                critical_section::with(|cs| {
                    if get(cs, place).is_some_and(|then| then.asker == asker) {
                        give_up(cs, place, asker);
                    }
                });
            }
            whereabouts::end_life(asker);
            waiting::room(asker);
        }
    }
}

fn places() -> impl Iterator<Item = Place> {
    (0..PLACES).map(Place::of_answer)
}

fn get(cs: CriticalSection<'_>, place: Place) -> Option<Then> {
    TABLE.borrow(cs).get(place.number())?.get()
}

fn set(cs: CriticalSection<'_>, place: Place, then: Option<Then>) {
    if let Some(cell) = TABLE.borrow(cs).get(place.number()) {
        cell.set(then);
    }
}

/// The ask of this place has no answer, and needs no room for one.
fn give_up(cs: CriticalSection<'_>, place: Place, asker: Address) {
    set(cs, place, None);
    whereabouts::free(cs, place);
    mailbox::release(cs, asker);
}

/// The ask of this place, if it is of an actor of `system`.
fn ask_of(cs: CriticalSection<'_>, system: &System, place: Place) -> Option<Then> {
    let then = get(cs, place)?;
    let is_of_system = then.asker.header().system(cs).is_some_and(|its| core::ptr::eq(its, system));
    is_of_system.then_some(then)
}

fn expire(system: &System, now: Instant) {
    for place in places() {
        let is_late = |then: &Then| then.due.is_some_and(|due| due <= now);
        let late = critical_section::with(|cs| ask_of(cs, system, place).filter(is_late));
        if let Some(Then { late, number, .. }) = late {
            // SAFETY: the place is that of an ask that was made with `late`; whether it still is, `deliver` finds out.
            unsafe { late(name(place, number)) };
        }
    }
}

/// What a reply knows its place by.
fn name(place: Place, number: u32) -> *const () {
    without_provenance(number as usize * PLACES + place.number())
}

/// Looks at the place of an ask, if its answer is still owed.
fn with<R>(name: *const (), look: impl FnOnce(CriticalSection<'_>, Place, Then) -> R) -> Option<R> {
    let (place, number) = (Place::of_answer(name.addr()), name.addr() / PLACES);
    critical_section::with(|cs| {
        let then = get(cs, place).filter(|then| then.number as usize == number)?;
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
    TELL.link(heed);
    let place = whereabouts::claim(Place::of_answer, asker)?;
    let name = critical_section::with(|cs| {
        if !mailbox::reserve(cs, asker) {
            whereabouts::free(cs, place);
            return None;
        }
        let number = NUMBER.borrow(cs).get().wrapping_add(1) % (1 << 28);
        NUMBER.borrow(cs).set(number);
        set(cs, place, Some(Then { asker, number, handler, answered, due, late }));
        Some(name(place, number))
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
    // A reply that was kept until the numbers began anew must not find another kind of ask under its own.
    let ask = with(data, |_, _, then| then).filter(|then| then.answered == TypeId::of::<F>());
    let Some(Then { asker, handler, .. }) = ask else { return };
    if matches!(answer, Err(Unanswered::Unsent)) {
        with(data, |cs, place, _| give_up(cs, place, asker));
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
    let message = match unsafe { beside::pack::<A>(asker, message) } {
        Ok(message) => message,
        Err((message, _)) => {
            with(data, |cs, place, _| give_up(cs, place, asker));
            waiting::room(asker);
            return lose::<A>(asker, message, DeadLetterReason::Dropped);
        }
    };
    let mut message = ManuallyDrop::new(message);
    let comes = with(data, |cs, place, _| {
        set(cs, place, None);
        if is_urgent {
            // SAFETY: the asker is an `A`, one of whose messages is urgent; what was moved is forgotten.
            if let Some(index) = unsafe { urgent::push_answer::<A>(cs, asker, &mut message) } {
                whereabouts::put(cs, place, Queue::Urgent, index);
                return true;
            }
        }
        // SAFETY: the asker is an `A`; what was moved is forgotten.
        match unsafe { mailbox::push_reserved::<A, ()>(cs, asker, &mut message, &mut ()) } {
            Some(index) => whereabouts::put(cs, place, Queue::User, index),
            None => {
                whereabouts::free(cs, place);
                return false;
            }
        }
        true
    });
    if const { A::Message::HAS_URGENT } {
        // The place that was kept may be free again.
        waiting::room(asker);
    }
    if comes != Some(true) {
        // SAFETY: it was packed for the asker, which is an `A`.
        let message = unsafe { beside::unpack::<A>(asker, ManuallyDrop::into_inner(message)) };
        lose::<A>(asker, message, DeadLetterReason::Stopped);
    }
}
