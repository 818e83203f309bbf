//! Every lock of this backend, and the rule they keep: a thread holds one at a time, and none while user code runs.
//!
//! Drops, wakers, sinks, factories and dispatchers come back into the system, block or panic, so they run when the lock
//! is free. A debug build checks it: whoever takes a lock, and [`guard`](super::guard::guard), through which user code
//! is called, panic on a thread that holds one, and say where it was taken. A release build holds no trace of that.
//!
//! With the feature `instrument-locks` each is timed (`heat`). With `--cfg actor_delays` each holds its thread up (`delays`).

#[cfg(actor_delays)]
mod delays;
mod heat;
#[allow(unsafe_code)]
mod spin;

use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

#[cfg(feature = "instrument-locks")]
pub use heat::{LockMode, LockSite, lock_sites};
pub(super) use spin::{SpinGuard, SpinLock};

/// A lock for what is rarely looked at: waiters sleep.
///
/// Under the model checker threads meet at its gate. One that is made by `new` has none: it may be static, and so outlives
/// each run of a model; nothing that the checker sees happens under it.
#[derive(Default)]
pub(crate) struct Lock<T> {
    #[cfg(actor_loom)]
    gate: Gate,
    value: parking_lot::Mutex<T>,
}

impl<T> Lock<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self {
            #[cfg(actor_loom)]
            gate: Gate(None),
            value: parking_lot::Mutex::new(value),
        }
    }

    /// Looks at the value under the lock.
    #[cfg_attr(any(debug_assertions, feature = "instrument-locks"), track_caller)]
    pub(crate) fn with<R>(&self, look: impl FnOnce(&mut T) -> R) -> R {
        look(&mut self.lock())
    }

    /// Waits for the lock.
    #[inline]
    #[cfg_attr(any(debug_assertions, feature = "instrument-locks"), track_caller)]
    pub(super) fn lock(&self) -> Guard<'_, T> {
        let mut held = Held::enter(heat::LockMode::Sleep);
        #[cfg(actor_loom)]
        let gate = self.gate.0.as_ref().map(SpinLock::lock);
        let value = self.value.try_lock().unwrap_or_else(|| {
            held.waits();
            self.value.lock()
        });
        held.taken();
        Guard {
            #[cfg(actor_loom)]
            _gate: gate,
            value,
            _held: held,
        }
    }
}

/// The right to touch the value, given back when dropped.
pub(super) struct Guard<'a, T> {
    // Dropped before the gate is open again.
    value: parking_lot::MutexGuard<'a, T>,
    #[cfg(actor_loom)]
    _gate: Option<SpinGuard<'a, ()>>,
    _held: Held,
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Guard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

/// Where the model checker sees who holds a [`Lock`].
#[cfg(actor_loom)]
struct Gate(Option<SpinLock<()>>);

#[cfg(actor_loom)]
impl Default for Gate {
    fn default() -> Self {
        Self(Some(SpinLock::new(())))
    }
}

/// This thread holds a lock, until dropped. It stays on its thread, so no guard lives over an await.
struct Held {
    heat: heat::Heat,
    stays: PhantomData<*const ()>,
}

impl Held {
    /// To be called before the lock is taken.
    #[inline]
    #[cfg_attr(any(debug_assertions, feature = "instrument-locks"), track_caller)]
    fn enter(mode: heat::LockMode) -> Self {
        #[cfg(actor_delays)]
        delays::delay();
        check::enter();
        Self { heat: heat::Heat::at(mode), stays: PhantomData }
    }

    /// Somebody else holds it.
    #[inline]
    fn waits(&mut self) {
        self.heat.waits();
    }

    #[inline]
    fn taken(&mut self) {
        self.heat.taken();
    }
}

impl Drop for Held {
    #[inline]
    fn drop(&mut self) {
        check::leave();
        self.heat.given_back();
        #[cfg(actor_delays)]
        delays::delay();
    }
}

#[cfg(all(debug_assertions, not(actor_loom)))]
mod check {
    use core::cell::Cell;
    use core::panic::Location;
    use std::thread_local;

    thread_local! {
        /// Where this thread took the lock it holds.
        static HELD: Cell<Option<&'static Location<'static>>> = const { Cell::new(None) };
    }

    #[track_caller]
    pub(in super::super) fn none_is_held() {
        if let Some(taken) = HELD.get() {
            panic!(
                "a lock is held, taken at {taken}: user code runs when it is free, and so is one lock taken after another"
            );
        }
    }

    #[track_caller]
    pub(super) fn enter() {
        none_is_held();
        HELD.set(Some(Location::caller()));
    }

    pub(super) fn leave() {
        HELD.set(None);
    }
}

// The model checker runs its threads on one of ours, so there is nothing to keep by thread.
#[cfg(not(all(debug_assertions, not(actor_loom))))]
mod check {
    #[inline(always)]
    pub(in super::super) fn none_is_held() {}

    #[inline(always)]
    pub(super) fn enter() {}

    #[inline(always)]
    pub(super) fn leave() {}
}

/// Checks, in a debug build, that this thread holds no lock: user code is about to run.
pub(super) use check::none_is_held;

#[cfg(all(test, debug_assertions, not(actor_loom)))]
mod tests {
    use std::string::String;

    use super::super::guard::{contain, guard};
    use super::*;

    /// What `run` panics with.
    fn panic_of(run: impl FnOnce()) -> String {
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).expect_err("it panics");
        panic.downcast_ref::<String>().expect("a panic with a text").clone()
    }

    #[test]
    fn user_code_under_a_lock_is_found() {
        let (lock, spin) = (Lock::new(()), SpinLock::new(()));
        let line = line!() + 2;
        let said = panic_of(|| {
            let _held = lock.lock();
            contain(|| ());
        });
        assert!(said.contains(&std::format!("mod.rs:{line}:")), "where it was taken: {said}");
        panic_of(|| {
            let _held = spin.lock();
            drop(guard(|| ()));
        });
        contain(|| drop((lock.lock(), ())));
        contain(|| drop(spin.lock()));
    }

    #[test]
    fn a_second_lock_under_a_first_is_found() {
        let (lock, spin) = (Lock::new(1), SpinLock::new(2));
        panic_of(|| drop((lock.lock(), spin.lock())));
        panic_of(|| drop((spin.lock(), lock.lock())));
        assert_eq!(*lock.lock(), 1);
        assert_eq!(*spin.lock(), 2);
    }
}
