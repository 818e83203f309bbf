//! An answer that comes back as a message: the reply of `.then(..)`, and its deadline.
//!
//! What has to be known when the answer comes lies in a pooled block, so that such an ask allocates nothing. The
//! reply and the waker of the deadline hold the block together: whoever comes first claims what is in it, and
//! whoever lets go last gives it back.

use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;
use core::task::{RawWaker, RawWakerVTable, Waker};
use std::sync::Arc;

use crate::actor::Actor;
use crate::call::{Call, Kind, Limit};
use crate::error::Unanswered;
use crate::id::Incarnation;
use crate::message::Message;
use crate::metrics::DeadLetterReason;
use crate::reference::{ActorRef, Ref};
use crate::reply::Reply;

use super::address::Address;
use super::ambient::Until;
use super::cell::Cell;
use super::guard::guard;
use super::mailbox::{Deadline, Pushed};
use super::pool;
use super::spans::{Cause, Trace, Traced};
use super::sync::{AtomicBool, AtomicU32, Ordering, UnsafeCell, fence};
use super::system::{Alarm, Core};

/// What whoever claims the answer needs to deliver it.
struct Asked<F> {
    asker: Address,
    incarnation: Incarnation,
    answered: F,
    handler: &'static str,
    /// Of the wait for the answer.
    trace: Trace,
}

/// The alarm of the deadline, and where it is kept.
type Kept = Option<(Arc<Core>, Alarm)>;

/// A value that can be claimed once, and is freed with its last holder.
struct Block<T> {
    holders: AtomicU32,
    claimed: AtomicBool,
    value: UnsafeCell<ManuallyDrop<T>>,
    /// The reply's alone.
    kept: UnsafeCell<Kept>,
}

/// One holder of a block.
struct Holder<T>(NonNull<Block<T>>);

impl<T> Holder<T> {
    fn new(value: T) -> Self {
        let block = pool::take::<Block<T>>();
        let fresh = Block {
            holders: AtomicU32::new(1),
            claimed: AtomicBool::new(false),
            value: UnsafeCell::new(ManuallyDrop::new(value)),
            kept: UnsafeCell::new(None),
        };
        // SAFETY: the block is fresh, aligned and large enough.
        unsafe { block.write(fresh) };
        Self(block)
    }

    fn block(&self) -> &Block<T> {
        // SAFETY: this holder keeps the block.
        unsafe { self.0.as_ref() }
    }

    /// The value, for whoever asks first.
    fn claim(&self) -> Option<T> {
        let block = self.block();
        if block.claimed.swap(true, Ordering::AcqRel) {
            return None;
        }
        block.value.with_mut(|value| {
            // SAFETY: the swap above succeeds once, so nobody else touches the value.
            let value = unsafe { &mut *value };
            // SAFETY: as above, and it is not used again.
            Some(unsafe { ManuallyDrop::take(value) })
        })
    }

    fn into_raw(self) -> *const () {
        ManuallyDrop::new(self).0.as_ptr().cast_const().cast()
    }

    /// # Safety
    /// `raw` came from [`into_raw`](Self::into_raw) of the same type, and its holder has not gone.
    unsafe fn from_raw(raw: *const ()) -> Self {
        // SAFETY: a block has an address.
        Self(unsafe { NonNull::new_unchecked(raw.cast_mut().cast()) })
    }
}

impl<T> Clone for Holder<T> {
    fn clone(&self) -> Self {
        self.block().holders.fetch_add(1, Ordering::Relaxed);
        Self(self.0)
    }
}

impl<T> Drop for Holder<T> {
    fn drop(&mut self) {
        if self.block().holders.fetch_sub(1, Ordering::Release) != 1 {
            return;
        }
        fence(Ordering::Acquire);
        drop(self.claim());
        let block = self.0.as_ptr();
        // SAFETY: nobody else holds the block; what is left in it is dropped here, once.
        unsafe { block.drop_in_place() };
        // SAFETY: it was taken for a `Block<T>` and is empty now.
        unsafe { pool::give_back(block) };
    }
}

/// A reply that becomes the message `answered` of the actor at `asker`, unless that is in another `incarnation` by then.
///
/// Where `limit` ends first, the message says so; a default limit is that of the actor asked, `ask_timeout`.
pub(super) fn reply<A, K, F, R>(
    asker: Address,
    incarnation: Incarnation,
    answered: F,
    handler: &'static str,
    limit: Limit,
    ask_timeout: Option<core::time::Duration>,
) -> Reply<K::Value>
where
    A: Actor,
    K: Kind,
    R: Kind,
    F: for<'r> Fn(&'r A::Ref, K::Output) -> Call<'r, A, R> + Copy + Send + 'static,
{
    let core = Arc::clone(asker.header().core.core());
    let (limit, default) = match (limit, ask_timeout) {
        (Limit::Default, Some(timeout)) => (Limit::Within(timeout), true),
        (limit, _) => (limit, false),
    };
    let inherited = Until::now();
    let deadline = limit.deadline(&core).min(inherited);
    let default = default && deadline != inherited;
    let trace = Trace::of_errand(asker.header(), "then");
    let holder = Holder::new(Asked { asker, incarnation, answered, handler, trace });
    if deadline.is_set() {
        let kept = Some((Arc::clone(&core), set_alarm::<A, K, F, R>(&core, &holder, deadline, default)));
        // SAFETY: only the reply looks at it, which is made below.
        holder.block().kept.with_mut(|place| unsafe { *place = kept });
    }
    // SAFETY: `deliver` is called once, by the one `Reply`; all that is in the block is `Send`.
    unsafe { Reply::from_raw(holder.into_raw(), deliver::<A, K, F, R>) }
}

/// Has the deadline claim the answer.
fn set_alarm<A, K, F, R>(core: &Core, holder: &Holder<Asked<F>>, deadline: Deadline, default: bool) -> Alarm
where
    A: Actor,
    K: Kind,
    R: Kind,
    F: for<'r> Fn(&'r A::Ref, K::Output) -> Call<'r, A, R> + Copy + Send + 'static,
{
    let data = holder.clone().into_raw();
    // SAFETY: the table's functions take the raw form of a holder, which `data` is; all in a block is `Send`, and it is
    // looked at under its claim.
    let waker = unsafe { Waker::from_raw(Late::<A, K, F, R>::waker(data)) };
    core.set_alarm(deadline, default, &waker)
}

/// # Safety
/// `data` is the raw holder of [`reply`] with the same parameters, and this is its only call.
unsafe fn deliver<A, K, F, R>(data: *const (), answer: Result<K::Value, Unanswered>)
where
    A: Actor,
    K: Kind,
    R: Kind,
    F: for<'r> Fn(&'r A::Ref, K::Output) -> Call<'r, A, R> + Copy + Send + 'static,
{
    // SAFETY: as the caller says.
    let holder = unsafe { Holder::<Asked<F>>::from_raw(data) };
    // SAFETY: only the reply looks at it, and this is its one call.
    if let Some((core, alarm)) = holder.block().kept.with_mut(|kept| unsafe { (*kept).take() }) {
        core.cancel_alarm(alarm);
    }
    if let Some(asked) = holder.claim() {
        asked.hears::<A, K, R>(answer);
    }
}

impl<F> Asked<F> {
    /// Hands the answer to whoever asked.
    fn hears<A, K, R>(self, answer: Result<K::Value, Unanswered>)
    where
        A: Actor,
        K: Kind,
        R: Kind,
        F: for<'r> Fn(&'r A::Ref, K::Output) -> Call<'r, A, R>,
    {
        let Self { asker, incarnation, answered, handler, trace } = self;
        if matches!(answer, Err(Unanswered::Unsent)) || asker.header().incarnation() != incarnation {
            return;
        }
        let cell: NonNull<Cell<A>> = asker.as_ptr().cast();
        let me = A::Ref::from_ref(Ref::from_address(crate::backend::Address::Tokio(asker)));
        // The asker's code, in the turn of who answers: its mistake must not be the other's failure.
        let Ok(message) = guard(|| answered(&me, K::output(answer, handler)).message) else { return };
        let lane = message.lane();
        // SAFETY: `me` keeps the cell alive.
        let shared = unsafe { cell.as_ref() };
        let mut message = Some(Traced::new::<A>(message, Cause::Answered(&trace), &shared.header));
        match shared.mailbox.push_answer(&mut message, lane, incarnation, shared) {
            Pushed::Queued => {}
            // SAFETY: the push handed over the turn, and the pointer is that of an address.
            Pushed::QueuedFirst => unsafe { Cell::schedule(cell) },
            Pushed::Full | Pushed::MustWait | Pushed::Closed | Pushed::DroppedNewest | Pushed::DroppedOldest => {
                if let Some(message) = message {
                    let is_told = shared.dead_letter(message.message, DeadLetterReason::Stopped);
                    debug_assert!(!is_told, "who has ended hears of nothing");
                }
            }
        }
    }
}

/// The waker of a deadline.
struct Late<A, K, F, R>(PhantomData<A>, PhantomData<K>, PhantomData<F>, PhantomData<R>);

impl<A, K, F, R> Late<A, K, F, R>
where
    A: Actor,
    K: Kind,
    R: Kind,
    F: for<'r> Fn(&'r A::Ref, K::Output) -> Call<'r, A, R> + Copy + Send + 'static,
{
    const TABLE: &'static RawWakerVTable = &RawWakerVTable::new(Self::clone, Self::wake, Self::wake_by_ref, Self::drop);

    fn waker(data: *const ()) -> RawWaker {
        RawWaker::new(data, Self::TABLE)
    }

    /// # Safety
    /// As of the functions below: `data` is a raw holder, of which the waker is the owner.
    unsafe fn clone(data: *const ()) -> RawWaker {
        // SAFETY: as the caller says; the waker keeps its own.
        let holder = ManuallyDrop::new(unsafe { Holder::<Asked<F>>::from_raw(data) });
        Self::waker(Holder::clone(&holder).into_raw())
    }

    unsafe fn wake(data: *const ()) {
        // SAFETY: as the caller says.
        unsafe { Self::wake_by_ref(data) };
        // SAFETY: likewise.
        unsafe { Self::drop(data) };
    }

    unsafe fn wake_by_ref(data: *const ()) {
        // SAFETY: as the caller says; the waker keeps its own.
        let holder = ManuallyDrop::new(unsafe { Holder::<Asked<F>>::from_raw(data) });
        if let Some(asked) = holder.claim() {
            asked.hears::<A, K, R>(Err(Unanswered::Expired));
        }
    }

    unsafe fn drop(data: *const ()) {
        // SAFETY: as the caller says.
        drop(unsafe { Holder::<Asked<F>>::from_raw(data) });
    }
}

#[cfg(all(test, actor_loom))]
mod model {
    use super::*;
    use loom::thread;

    /// The answer and the deadline come at once, while a third holder goes: one of them has the value, nothing leaks.
    #[test]
    fn a_value_is_claimed_once_and_freed_once() {
        loom::model(|| {
            let value = loom::sync::Arc::new(());
            let reply = Holder::new(value.clone());
            let late = reply.clone();
            let other = late.clone();
            let deadline = thread::spawn(move || {
                drop(other);
                late.claim().is_some()
            });
            let answered = reply.claim().is_some();
            drop(reply);
            assert!(deadline.join().unwrap() ^ answered, "claimed once");
            assert_eq!(loom::sync::Arc::strong_count(&value), 1, "nothing is left of it");
        });
    }
}
