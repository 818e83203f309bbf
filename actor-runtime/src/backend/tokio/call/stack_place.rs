//! Where the answer of a handler goes that ran on the stack of its asker.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Unanswered;
use crate::reply::Reply;

/// The place of an answer on the stack of an asker that runs the handler itself.
pub(super) struct StackPlace<T> {
    answered: AtomicBool,
    answer: UnsafeCell<MaybeUninit<Result<T, Unanswered>>>,
}

impl<T> StackPlace<T> {
    pub(super) fn new() -> Self {
        Self { answered: AtomicBool::new(false), answer: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// # Safety
    /// The place must not move or go before [`take`](Self::take) was called.
    pub(super) unsafe fn reply(&self) -> Reply<T> {
        // SAFETY: `answer` is called once, by this one reply, while the place is there.
        unsafe { Reply::from_raw(core::ptr::from_ref(self).cast(), Self::answer) }
    }

    /// # Safety
    /// `data` is this place, and this is the only call.
    unsafe fn answer(data: *const (), answer: Result<T, Unanswered>) {
        // SAFETY: the place is there until the flag below is set.
        let place = unsafe { &*data.cast::<Self>() };
        // SAFETY: nobody reads the answer before the flag is set, and nobody else writes it.
        unsafe { (*place.answer.get()).write(answer) };
        place.answered.store(true, Ordering::Release);
    }

    /// The answer, read where it was written.
    pub(super) fn take(&self) -> Result<T, Unanswered> {
        self.check();
        // SAFETY: the answer was written before the flag was set, and nobody writes any more.
        let answer = unsafe { &*self.answer.get() };
        // SAFETY: `take` is called once, at the end of `run_inline`.
        unsafe { answer.assume_init_read() }
    }

    /// A reply that outlives its place would write to a stack that is gone. Generated dispatch sends or drops it;
    /// nothing else may hold one made here.
    fn check(&self) {
        if !self.answered.load(Ordering::Acquire) {
            std::process::abort();
        }
    }
}

impl<T> Drop for StackPlace<T> {
    /// Also where a panic takes the stack down.
    fn drop(&mut self) {
        self.check();
    }
}
