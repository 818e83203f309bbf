//! The memory of a system that only some actors need: the beats of their timers, how long it has been quiet, the record of
//! their failures, the places of their stash, the group of their children, and the future of the async handler in hand
//! together with the context it borrows.
//!
//! It is a static of its own, sized when compiled, so that the type of a slot never mentions a future: the body of a
//! handler may name a slot, and its future's size would then depend on itself.

use core::cell::{Cell, UnsafeCell};
use core::future::{Future, Ready};
use core::mem::MaybeUninit;
use core::pin::Pin;
use core::ptr::NonNull;
use core::task::{self, Poll};

use critical_section::Mutex;

use crate::actor::{Actor, Handled};
use crate::context::Context;
use crate::size::require;
use crate::supervision::History;
use crate::time::Instant;

use super::beside::Packed;
use super::quiet::Quiet;
use super::siblings::{Siblings, group_size, has_group};
use super::stash::has_stash;
use super::timers;
use super::upbringing::shares_count;

/// What every part of an annex is aligned to.
pub(super) const ALIGN: usize = 8;

/// `N` bytes for the actors of one system.
#[repr(C, align(8))]
pub struct Annex<const N: usize>(UnsafeCell<MaybeUninit<[u8; N]>>);

// SAFETY: each actor touches its own part alone: beats and timers that are due under the critical section, what is heard
// by an atomic, all else in its turn.
unsafe impl<const N: usize> Sync for Annex<N> {}

impl<const N: usize> Annex<N> {
    /// An annex of zeros.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self(UnsafeCell::new(MaybeUninit::zeroed()))
    }

    /// The first byte.
    pub(super) const fn start(&'static self) -> NonNull<u8> {
        NonNull::from_ref(&self.0).cast()
    }
}

impl<const N: usize> core::fmt::Debug for Annex<N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Annex({N} bytes)")
    }
}

/// Restarts that a history remembers: as many as the default limit allows.
pub(super) const RESTARTS_KEPT: usize = 10;

/// The restarts that count.
pub(super) type Restarts = History<RESTARTS_KEPT>;

/// What supervision has to know of an actor that can fail.
pub(super) struct Record {
    /// When the pause before the next life is over.
    pub(super) resume_at: Instant,
    pub(super) history: Restarts,
}

impl Record {
    /// That of an actor that has not failed: all zeros, as an annex begins.
    pub(super) const NEW: Self = Self { resume_at: Instant::ZERO, history: History::new() };
}

/// The bytes of a record.
pub(super) const RECORD: usize = round_up(size_of::<Record>());

/// Marks of an actor with timers, children, a stash or async handlers. All zeros mean none.
pub(super) struct Marks {
    /// One bit for each timer that is due, and of which the worker does not know.
    pub(super) due: Mutex<Cell<u8>>,
    /// One bit for each timer whose message is to be handled.
    pub(super) ticks: Cell<u8>,
    /// Messages handled since the last tick, while a tick waited.
    pub(super) users_in_a_row: Cell<u8>,
    /// Declared children that were started in this life.
    pub(super) children: Cell<u8>,
    /// The handler whose future is in hand, by its [`number`](super::in_hand::number); zero where there is none.
    pub(super) running: Cell<u8>,
    /// The place of the first message in the stash.
    pub(super) first: Cell<u8>,
    /// Messages in the stash that wait.
    pub(super) stashed: Cell<u8>,
    /// Messages in the stash that have their turn.
    pub(super) released: Cell<u8>,
}

/// The bytes that an `A` needs for itself, the timers of its context and its children not counted.
#[must_use]
pub const fn annex_size<A: Actor>() -> usize {
    future_at::<A>() + if is_async::<A>() { round_up(future_size::<A>()) } else { 0 }
}

/// Whether a handler of `A` may fail, or one of its children with a meaning for itself.
pub(super) const fn can_fail<A: Actor>() -> bool {
    A::CAN_FAIL || A::CHILDREN > 0
}

const fn has_marks<A: Actor>() -> bool {
    timers::any::<A>() || A::CHILDREN > 0 || has_stash::<A>() || is_async::<A>()
}

/// Whether any handler of `A` is async.
///
/// What stands in for `handle_async` where none is, is a future that holds one [`Handled`]; a real one holds the
/// actor's address at least.
pub(super) const fn is_async<A: Actor>() -> bool {
    future_size::<A>() > size_of::<Ready<Handled>>()
}

const fn round_up(bytes: usize) -> usize {
    bytes.next_multiple_of(ALIGN)
}

const fn quiet_at<A: Actor>() -> usize {
    A::PROTOCOL.timers.len() * size_of::<u64>()
}

const fn record_at<A: Actor>() -> usize {
    quiet_at::<A>() + if A::IDLE.is_some() { round_up(size_of::<Quiet>()) } else { 0 }
}

const fn marks_at<A: Actor>() -> usize {
    record_at::<A>() + if can_fail::<A>() { RECORD } else { 0 }
}

const fn stash_at<A: Actor>() -> usize {
    marks_at::<A>() + if has_marks::<A>() { round_up(size_of::<Marks>()) } else { 0 }
}

const fn siblings_at<A: Actor>() -> usize {
    stash_at::<A>() + round_up(A::OPTIONS.stash as usize * size_of::<Packed<A>>())
}

const fn context_at<A: Actor>() -> usize {
    siblings_at::<A>()
        + if has_group::<A>() {
            round_up(group_size(A::CHILDREN))
        } else if shares_count::<A>() {
            round_up(size_of::<Restarts>())
        } else {
            0
        }
}

const fn future_at<A: Actor>() -> usize {
    context_at::<A>() + if is_async::<A>() { round_up(size_of::<Context<A>>()) } else { 0 }
}

const fn future_size<A: Actor>() -> usize {
    size_and_align::<A, _, _>(A::handle_async).0
}

const fn size_and_align<A, F, R>(_: F) -> (usize, usize)
where
    A: Actor,
    F: Copy + FnOnce(&'static mut A, A::Message, &'static mut Context<A>) -> R,
{
    (size_of::<R>(), align_of::<R>())
}

/// The receive timeout in the part of an `A`, if it has one.
#[inline]
pub(super) fn quiet<A: Actor>(part: NonNull<u8>) -> Option<&'static Quiet> {
    if const { A::IDLE.is_none() } {
        return None;
    }
    // SAFETY: the part has `annex_size` bytes.
    let quiet = unsafe { part.byte_add(quiet_at::<A>()) }.cast::<Quiet>();
    // SAFETY: it is made of cells behind the critical section and an atomic, valid as zeros, and nothing else lies there.
    Some(unsafe { quiet.as_ref() })
}

/// The place of the record in the part of an `A`, if it has one.
pub(super) const fn record<A: Actor>(part: NonNull<u8>) -> Option<NonNull<Record>> {
    if can_fail::<A>() {
        // SAFETY: the part has `annex_size` bytes.
        Some(unsafe { part.byte_add(record_at::<A>()) }.cast())
    } else {
        None
    }
}

/// The marks in the part of an `A`, if it has any.
///
/// # Safety
/// The caller owns the turn of that actor, or looks at nothing but `due`.
#[inline]
pub(super) unsafe fn marks<A: Actor>(part: NonNull<u8>) -> Option<&'static Marks> {
    if const { !has_marks::<A>() } {
        return None;
    }
    // SAFETY: the part has `annex_size` bytes.
    let marks = unsafe { part.byte_add(marks_at::<A>()) }.cast::<Marks>();
    // SAFETY: marks are cells, valid as zeros, and nothing else lies there.
    Some(unsafe { marks.as_ref() })
}

/// The first place of the timers of its context, which lie behind all else.
pub(super) const fn agenda<A: Actor>(part: NonNull<u8>) -> NonNull<u8> {
    // SAFETY: the part has these bytes, and those of the timers.
    unsafe { part.byte_add(annex_size::<A>()) }
}

/// The first place of the stash.
pub(super) const fn stash<A: Actor>(part: NonNull<u8>) -> NonNull<Packed<A>> {
    const { assert!(align_of::<Packed<A>>() <= ALIGN) };
    // SAFETY: the part has `annex_size` bytes.
    unsafe { part.byte_add(stash_at::<A>()) }.cast()
}

/// The place of the group of the children of an `A`, if they are restarted together. Written when the first is started.
pub(super) const fn siblings<A: Actor>(part: NonNull<u8>) -> Option<NonNull<Siblings>> {
    const { assert!(align_of::<Siblings>() <= ALIGN) };
    if has_group::<A>() {
        // SAFETY: the part has `annex_size` bytes.
        Some(unsafe { part.byte_add(siblings_at::<A>()) }.cast())
    } else {
        None
    }
}

/// The place of the restarts of the children of an `A`, if they are restarted one by one and counted together: all zeros
/// before the first, and written when a child is started first.
pub(super) const fn shared_count<A: Actor>(part: NonNull<u8>) -> Option<NonNull<Restarts>> {
    if shares_count::<A>() {
        // SAFETY: the part has `annex_size` bytes.
        Some(unsafe { part.byte_add(siblings_at::<A>()) }.cast())
    } else {
        None
    }
}

/// The place of the context that a future of `A` borrows.
pub(super) const fn context<A: Actor>(part: NonNull<u8>) -> NonNull<Context<A>> {
    const { assert!(align_of::<Context<A>>() <= ALIGN) };
    // SAFETY: the part has `annex_size` bytes.
    unsafe { part.byte_add(context_at::<A>()) }.cast()
}

/// Writes the future of an async handler into its place.
///
/// # Safety
/// `part` is that of an `A` without a live future. State and context must live, and be left alone, until the future
/// has been dropped.
pub(super) unsafe fn start<A: Actor>(
    part: NonNull<u8>,
    state: &'static mut A,
    message: A::Message,
    context: &'static mut Context<A>,
) {
    const {
        let (_, align) = size_and_align::<A, _, _>(A::handle_async);
        require(
            align <= ALIGN,
            "on bare metal, what an async handler keeps over an `.await` is aligned to 8 at most; keep a reference to a static",
        );
    };
    let future = A::handle_async(state, message, context);
    // SAFETY: the part has `annex_size` bytes.
    let place = unsafe { part.byte_add(future_at::<A>()) }.cast();
    // SAFETY: nothing lives in the place, which has the size and alignment of the future.
    unsafe { place.write(future) };
}

/// Polls the future, and drops it when it has ended.
///
/// # Safety
/// The future of `part` was [started](start), has not ended, and is not being polled.
#[inline(always)]
pub(super) unsafe fn poll<A: Actor>(part: NonNull<u8>, cx: &mut task::Context<'_>) -> Poll<Handled> {
    // SAFETY: as the caller says.
    unsafe { poll_as::<A, _, _>(A::handle_async, part, cx) }
}

/// As [`poll`], with a name for the type of the future.
///
/// # Safety
/// As for [`poll`].
#[inline(always)]
unsafe fn poll_as<A, F, R>(_: F, part: NonNull<u8>, cx: &mut task::Context<'_>) -> Poll<Handled>
where
    A: Actor,
    F: FnOnce(&'static mut A, A::Message, &'static mut Context<A>) -> R,
    R: Future<Output = Handled>,
{
    // SAFETY: the part has `annex_size` bytes.
    let mut place = unsafe { part.byte_add(future_at::<A>()) }.cast::<R>();
    // SAFETY: a future lives in the place, and nobody else has it.
    let future = unsafe { place.as_mut() };
    // SAFETY: it is not moved before it is dropped, here or never.
    let polled = unsafe { Pin::new_unchecked(future) }.poll(cx);
    if polled.is_ready() {
        // SAFETY: it has ended, and is not touched again.
        unsafe { place.drop_in_place() };
    }
    polled
}

/// Drops the future before its end.
///
/// # Safety
/// As for [`poll`].
pub(super) unsafe fn cancel<A: Actor>(part: NonNull<u8>) {
    // SAFETY: as the caller says.
    unsafe { cancel_as::<A, _, _>(A::handle_async, part) };
}

/// As [`cancel`], with a name for the type of the future.
///
/// # Safety
/// As for [`poll`].
unsafe fn cancel_as<A, F, R>(_: F, part: NonNull<u8>)
where
    A: Actor,
    F: FnOnce(&'static mut A, A::Message, &'static mut Context<A>) -> R,
{
    // SAFETY: the part has `annex_size` bytes.
    let place = unsafe { part.byte_add(future_at::<A>()) }.cast::<R>();
    // SAFETY: a future lives in the place, and is not touched again.
    unsafe { place.drop_in_place() };
}
