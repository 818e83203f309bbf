//! Atomics and cells, from the standard library or from the model checker.
//!
//! `RUSTFLAGS="--cfg actor_loom"` builds the protocols of this backend on loom, which runs every
//! interleaving; the name is our own because tokio reacts to plain `loom`.

#[cfg(actor_loom)]
pub(crate) use loom::{
    cell::UnsafeCell,
    sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, fence},
    thread::yield_now,
};
#[cfg(not(actor_loom))]
pub(crate) use std::{
    hint::spin_loop,
    sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, fence},
    thread::yield_now,
    thread_local,
};

pub(crate) use std::sync::atomic::Ordering;

/// The standard cell with loom's interface: access through closures, so that the checker sees it.
#[cfg(not(actor_loom))]
#[derive(Debug)]
pub(crate) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

#[cfg(not(actor_loom))]
impl<T> UnsafeCell<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    #[inline(always)]
    pub(crate) fn with_mut<R>(&self, access: impl FnOnce(*mut T) -> R) -> R {
        access(self.0.get())
    }
}

/// As that of `std`, for threads of the checker: one of ours runs them all.
#[cfg(actor_loom)]
macro_rules! of_thread {
    ($($(#[$attribute:meta])* static $name:ident: $kept:ty = const $begin:block;)+) => {
        #[allow(unused_imports)]
        use $crate::backend::tokio::sync::OfThread as _;
        loom::thread_local! { $($(#[$attribute])* static $name: $kept = $begin;)+ }
    };
}
#[cfg(actor_loom)]
pub(crate) use of_thread as thread_local;

/// What keys of `std` can do.
#[cfg(actor_loom)]
pub(crate) trait OfThread<T> {
    fn replace(&'static self, value: T) -> T;

    fn set(&'static self, value: T) {
        drop(self.replace(value));
    }

    fn get(&'static self) -> T
    where
        T: Copy;
}

#[cfg(actor_loom)]
impl<T> OfThread<T> for loom::thread::LocalKey<core::cell::Cell<T>> {
    fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }

    fn get(&'static self) -> T
    where
        T: Copy,
    {
        self.with(core::cell::Cell::get)
    }
}
