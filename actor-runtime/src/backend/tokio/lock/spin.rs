//! A lock of one byte for critical sections of a few instructions, in which no user code runs.
//!
//! Spinning backs off exponentially and ends in a yield of the thread: under two producers naive spinning
//! cost four times as much, because every try takes the cache line from the owner, and an owner that was
//! preempted must get its core back.

use core::ops::{Deref, DerefMut};

#[cfg(not(actor_loom))]
use super::super::sync::spin_loop;
use super::super::sync::{AtomicBool, Ordering, UnsafeCell, yield_now};
use super::Held;
use super::heat::LockMode;

/// Longest spin between two tries, as a power of two.
#[cfg(not(actor_loom))]
const MAX_BACKOFF: u32 = 6;

/// A `T` that one thread at a time may touch.
///
/// What lies `beside` it is not locked: few bytes of it lie in what would be padding.
pub(in super::super) struct SpinLock<T, B = ()> {
    taken: AtomicBool,
    beside: B,
    value: UnsafeCell<T>,
}

// SAFETY: the lock hands out one `&mut T` at a time, so sharing the lock only ever sends the `T`.
unsafe impl<T: Send, B: Sync> Sync for SpinLock<T, B> {}
// SAFETY: the lock owns its value.
unsafe impl<T: Send, B: Send> Send for SpinLock<T, B> {}

impl<T> SpinLock<T> {
    pub(in super::super) fn new(value: T) -> Self {
        Self::with(value, ())
    }
}

impl<T, B> SpinLock<T, B> {
    pub(in super::super) fn with(value: T, beside: B) -> Self {
        Self { taken: AtomicBool::new(false), beside, value: UnsafeCell::new(value) }
    }

    #[inline]
    pub(in super::super) fn beside(&self) -> &B {
        &self.beside
    }

    /// Waits for the lock.
    #[inline]
    #[cfg_attr(any(debug_assertions, feature = "instrument-locks"), track_caller)]
    pub(in super::super) fn lock(&self) -> SpinGuard<'_, T, B> {
        let mut held = Held::enter(LockMode::Spin);
        if self.taken.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
            held.waits();
            self.wait();
        }
        held.taken();
        SpinGuard { lock: self, _held: held }
    }

    #[cold]
    fn wait(&self) {
        #[cfg(not(actor_loom))]
        let mut backoff = 0;
        loop {
            #[cfg(not(actor_loom))]
            if backoff <= MAX_BACKOFF {
                for _ in 0..1 << backoff {
                    spin_loop();
                }
                backoff += 1;
            } else {
                yield_now();
            }
            #[cfg(actor_loom)]
            yield_now();
            if !self.taken.load(Ordering::Relaxed)
                && self.taken.compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
            {
                return;
            }
        }
    }
}

/// The right to touch the value, given back when dropped.
pub(in super::super) struct SpinGuard<'a, T, B = ()> {
    lock: &'a SpinLock<T, B>,
    _held: Held,
}

impl<T, B> Deref for SpinGuard<'_, T, B> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: this guard holds the lock, so nobody else has a pointer.
        self.lock.value.with_mut(|value| unsafe { &*value })
    }
}

impl<T, B> DerefMut for SpinGuard<'_, T, B> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this guard holds the lock and is borrowed mutably, so this is the only pointer.
        self.lock.value.with_mut(|value| unsafe { &mut *value })
    }
}

impl<T, B> Drop for SpinGuard<'_, T, B> {
    #[inline]
    fn drop(&mut self) {
        self.lock.taken.store(false, Ordering::Release);
    }
}

#[cfg(all(test, actor_loom))]
mod model {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn one_thread_at_a_time_has_the_value() {
        loom::model(|| {
            let counter = Arc::new(SpinLock::new(0));
            let other = {
                let counter = Arc::clone(&counter);
                loom::thread::spawn(move || *counter.lock() += 1)
            };
            *counter.lock() += 1;
            other.join().unwrap();
            assert_eq!(*counter.lock(), 2);
        });
    }
}
