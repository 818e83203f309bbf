//! Atomics and cells, from the standard library or from the model checker.
//!
//! `RUSTFLAGS="--cfg actor_loom"` builds the protocols of this backend on loom, which runs every
//! interleaving; the name is our own because tokio reacts to plain `loom`.

#[cfg(actor_loom)]
pub(crate) use loom::{
    cell::UnsafeCell,
    sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, fence},
    thread::yield_now,
};
#[cfg(not(actor_loom))]
pub(crate) use std::{
    hint::spin_loop,
    sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, fence},
    thread::yield_now,
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
