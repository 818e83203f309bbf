//! What belongs to one thread. Keeps `local`: a state that is not `Send`, and the futures of its handlers, are touched
//! and dropped on the thread that made them, or not at all.
//!
//! An actor that ends on another thread, because its runtime is dropped there, leaves its cell behind for its own
//! thread. That drops what is in it when it makes the next state of a local actor, or when it ends.

use core::cell::Cell;
use core::future::Future;
use core::mem::ManuallyDrop;
use core::pin::Pin;
use core::ptr::NonNull;
use core::task::{Context, Poll};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread_local;
use std::vec::Vec;

use super::header::Header;
use super::lock::Lock;
use super::owner::Owner;

/// A thread, told apart from all others of the process, those that have ended included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Thread(u64);

/// The next thread that asks.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// What was left for threads that have made a state and have not ended.
static LEFT: Lock<BTreeMap<Thread, Vec<Left>>> = Lock::new(BTreeMap::new());

thread_local! {
    /// Zero until asked for. Nothing to drop, so that it is there to the end of the thread.
    static HERE: Cell<u64> = const { Cell::new(0) };
    static ENDING: Ending = Ending::begin();
}

impl Thread {
    pub(super) fn here() -> Self {
        if HERE.get() == 0 {
            HERE.set(NEXT.fetch_add(1, Ordering::Relaxed));
        }
        Self(HERE.get())
    }

    pub(super) fn is_here(self) -> bool {
        self == Self::here()
    }

    /// This thread, as the one to leave things for. Drops what was left for it.
    pub(super) fn settle() -> Self {
        // On a thread that is ending nothing more is kept: what is left for it then is never dropped.
        let _ = ENDING.try_with(|_| {});
        let here = Self::here();
        let left = LEFT.lock().get_mut(&here).map(core::mem::take);
        left.into_iter().flatten().for_each(Left::finish);
        here
    }

    /// Leaves a cell that has ended, whose rest this thread is to drop with `finish`. Where the thread has ended, its
    /// memory stays as it is for ever: nobody may touch it.
    ///
    /// # Safety
    /// The cell has ended, nobody else touches what `finish` drops, and `finish` is of this kind of cell.
    pub(super) unsafe fn leave(self, cell: Owner, finish: unsafe fn(NonNull<Header>)) {
        let left = Left { cell, finish };
        match LEFT.lock().get_mut(&self) {
            Some(kept) => kept.push(left),
            None => core::mem::forget(left),
        }
    }
}

/// A cell that ended on another thread than its own.
struct Left {
    cell: Owner,
    finish: unsafe fn(NonNull<Header>),
}

impl Left {
    fn finish(self) {
        // SAFETY: as promised to `leave`, and this is the thread it was left for.
        unsafe { (self.finish)(self.cell.as_ptr()) };
    }
}

/// The end of this thread.
struct Ending;

impl Ending {
    fn begin() -> Self {
        LEFT.lock().entry(Thread::here()).or_default();
        Self
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        let left = LEFT.lock().remove(&Thread::here());
        left.into_iter().flatten().for_each(Left::finish);
    }
}

/// The future of a handler that may hold what is not `Send`: only the thread that made it polls or drops it.
pub(crate) struct Confined<F> {
    thread: Thread,
    future: ManuallyDrop<F>,
}

// SAFETY: on another thread `poll` panics before it touches the future, and `drop` does not return.
unsafe impl<F> Send for Confined<F> {}

impl<F> Confined<F> {
    /// Keeps `future` on this thread.
    pub(crate) fn new(future: F) -> Self {
        Self { thread: Thread::here(), future: ManuallyDrop::new(future) }
    }
}

impl<F: Future> Future for Confined<F> {
    type Output = F::Output;

    /// # Panics
    /// On another thread than that which made it.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        // Before the thread is looked at: a shared reference to the whole would end the future's own into itself.
        // SAFETY: nothing is moved out of it.
        let this = unsafe { self.get_unchecked_mut() };
        assert!(this.thread.is_here(), "a future that is not `Send` is polled on the thread that made it");
        // SAFETY: it is pinned with the whole, and dropped in place.
        unsafe { Pin::new_unchecked(&mut *this.future) }.poll(cx)
    }
}

impl<F> Drop for Confined<F> {
    fn drop(&mut self) {
        if !self.thread.is_here() {
            // Never comes here in an actor, whose cell is left for its thread whole. Somebody else's memory goes when
            // this returns, and a future that was polled must be dropped before that, which nobody may do here.
            std::process::abort();
        }
        // SAFETY: dropped once, here.
        unsafe { ManuallyDrop::drop(&mut self.future) };
    }
}
