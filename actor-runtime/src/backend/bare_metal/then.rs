//! An answer that comes back as a message: the reply of `.then(..)`. Its place in the asker's ring is kept from the
//! moment of asking, so an answer always finds room.
//!
//! What has to be known when the answer comes lies in a table for the whole program, empty of code and bytes where
//! nobody asks so.

use core::cell::Cell;
use core::ptr::{NonNull, without_provenance};

use critical_section::Mutex;

use crate::actor::Actor;
use crate::call::{Call, Kind};
use crate::error::Unanswered;
use crate::message::Message;
use crate::reference::{ActorRef, Ref};
use crate::reply::Reply;

use super::header::Address;
use super::mailbox;

/// Asks of the program that may be under way at a time.
const PLACES: usize = 8;

#[derive(Clone, Copy)]
struct Then {
    asker: Address,
    life: u16,
    handler: &'static str,
}

static TABLE: Mutex<[Cell<Option<Then>>; PLACES]> = Mutex::new([const { Cell::new(None) }; PLACES]);

/// A reply that becomes the message `answered` of the actor at `asker`, unless that has been restarted. Nothing where
/// the asker's mailbox has no place to keep, the table is full, or `answered` has captured something.
///
/// # Safety
/// `asker` is the address of a slot of an `A`.
pub(super) unsafe fn reply<A, K, F, R>(asker: Address, answered: F, handler: &'static str) -> Option<Reply<K::Value>>
where
    A: Actor,
    K: Kind,
    R: Kind,
    F: for<'r> Fn(&'r A::Ref, K::Output) -> Call<'r, A, R> + Copy + Send + 'static,
{
    let _ = answered;
    debug_assert!(size_of::<F>() == 0, "on bare metal what `.then(..)` is given captures nothing");
    if size_of::<F>() != 0 {
        return None;
    }
    let place = critical_section::with(|cs| {
        let table = TABLE.borrow(cs);
        let place = table.iter().position(|place| place.get().is_none())?;
        let life = mailbox::reserve(asker)?;
        table.get(place)?.set(Some(Then { asker, life, handler }));
        Some(place)
    })?;
    // SAFETY: `deliver` is called once, by the one `Reply`; what is in the table is `Send`.
    Some(unsafe { Reply::from_raw(without_provenance(place), deliver::<A, K, F, R>) })
}

/// # Safety
/// `data` is a place of [`reply`] with the same parameters, and this is its only call.
unsafe fn deliver<A, K, F, R>(data: *const (), answer: Result<K::Value, Unanswered>)
where
    A: Actor,
    K: Kind,
    R: Kind,
    F: for<'r> Fn(&'r A::Ref, K::Output) -> Call<'r, A, R> + Copy + Send + 'static,
{
    let then = critical_section::with(|cs| TABLE.borrow(cs).get(data.addr()).and_then(Cell::take));
    let Some(Then { asker, life, handler }) = then.filter(|then| mailbox::expects(then.asker, then.life)) else {
        return;
    };
    if matches!(answer, Err(Unanswered::Unsent)) {
        mailbox::release(asker, life);
        return;
    }
    // SAFETY: `F` has no bytes and is `Copy`, and a value of it was there.
    let answered = unsafe { NonNull::<F>::dangling().read() };
    let me = A::Ref::from_ref(Ref::from_address(crate::backend::Address::BareMetal(asker)));
    let message = answered(&me, K::output(answer, handler)).message;
    // SAFETY: the asker is an `A`.
    if let Err(message) = unsafe { mailbox::push_reserved::<A>(asker, life, message) } {
        message.refuse(Unanswered::Stopped);
    }
}
