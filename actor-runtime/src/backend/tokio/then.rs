//! An answer that comes back as a message: the reply of `.then(..)`.
//!
//! What has to be known when the answer comes lies in a pooled block, so that such an ask allocates nothing.

use core::ptr::NonNull;

use crate::actor::Actor;
use crate::call::{Call, Kind};
use crate::error::Unanswered;
use crate::id::Incarnation;
use crate::metrics::DeadLetterReason;
use crate::reference::{ActorRef, Ref};
use crate::reply::Reply;

use super::cell::Cell;
use super::guard::guard;
use super::header::Address;
use super::mailbox::Pushed;
use super::pool;

struct Then<F> {
    asker: Address,
    incarnation: Incarnation,
    answered: F,
    handler: &'static str,
}

/// A reply that becomes the message `answered` of the actor at `asker`, unless that has been restarted.
pub(super) fn reply<A, K, F, R>(
    asker: Address,
    incarnation: Incarnation,
    answered: F,
    handler: &'static str,
) -> Reply<K::Value>
where
    A: Actor,
    K: Kind,
    R: Kind,
    F: for<'r> Fn(&'r A::Ref, K::Output) -> Call<'r, A, R> + Copy + Send + 'static,
{
    let block = pool::take::<Then<F>>();
    // SAFETY: the block is fresh, aligned and large enough.
    unsafe { block.write(Then { asker, incarnation, answered, handler }) };
    // SAFETY: `deliver` is called once, by the one `Reply`; all that is in the block is `Send`.
    unsafe { Reply::from_raw(block.as_ptr().cast_const().cast(), deliver::<A, K, F, R>) }
}

/// # Safety
/// `data` is a block of [`reply`] with the same parameters, and this is its only call.
unsafe fn deliver<A, K, F, R>(data: *const (), answer: Result<K::Value, Unanswered>)
where
    A: Actor,
    K: Kind,
    R: Kind,
    F: for<'r> Fn(&'r A::Ref, K::Output) -> Call<'r, A, R> + Copy + Send + 'static,
{
    let block = data.cast::<Then<F>>().cast_mut();
    // SAFETY: the block holds a `Then<F>`, read once.
    let Then { asker, incarnation, answered, handler } = unsafe { block.read() };
    // SAFETY: it was taken for a `Then<F>` and is empty now.
    unsafe { pool::give_back(block) };
    if matches!(answer, Err(Unanswered::Unsent)) || asker.header().incarnation() != incarnation {
        return;
    }
    let cell: NonNull<Cell<A>> = asker.as_ptr().cast();
    let me = A::Ref::from_ref(Ref::from_address(crate::backend::Address::Tokio(asker)));
    // The asker's code, in the turn of who answers: its mistake must not be the other's failure.
    let Ok(message) = guard(|| answered(&me, K::output(answer, handler)).message) else { return };
    let mut message = Some(message);
    // SAFETY: `me` keeps the cell alive.
    let shared = unsafe { cell.as_ref() };
    match shared.mailbox.push_answer(&mut message) {
        Pushed::Queued => {}
        // SAFETY: the push handed over the turn, and the pointer is that of an address.
        Pushed::QueuedFirst => unsafe { Cell::schedule(cell) },
        Pushed::Full | Pushed::MustWait | Pushed::Closed => {
            if let Some(message) = message {
                shared.dead_letter(message, DeadLetterReason::Stopped);
            }
        }
    }
}
