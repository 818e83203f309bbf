//! The global allocator of this binary: the system's, counting what is asked of it while told to.
//!
//! While it is not counting, an allocation costs one relaxed load more than the system's, so that the timed
//! workloads do not pay for being countable.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// The system allocator with three counters beside it.
pub(crate) struct CountingAllocator;

static COUNTING: AtomicBool = AtomicBool::new(false);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static REQUESTED: AtomicU64 = AtomicU64::new(0);
static RELEASED: AtomicU64 = AtomicU64::new(0);

/// What has been counted up to a moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Calls that returned new memory; growing in place is one of them.
    pub(crate) allocations: u64,
    /// Bytes asked for.
    pub(crate) requested: u64,
    /// Bytes given back.
    pub(crate) released: u64,
}

impl Tally {
    /// The counters as they are now.
    pub(crate) fn now() -> Self {
        Self {
            allocations: ALLOCATIONS.load(Relaxed),
            requested: REQUESTED.load(Relaxed),
            released: RELEASED.load(Relaxed),
        }
    }

    /// What was counted since `earlier`.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            allocations: self.allocations - earlier.allocations,
            requested: self.requested - earlier.requested,
            released: self.released - earlier.released,
        }
    }

    /// Bytes asked for and not given back.
    pub(crate) fn live(self) -> i64 {
        self.requested as i64 - self.released as i64
    }
}

/// Starts or ends counting, in every thread.
pub(crate) fn count(on: bool) {
    COUNTING.store(on, Relaxed);
}

fn allocated(bytes: usize) {
    if COUNTING.load(Relaxed) {
        ALLOCATIONS.fetch_add(1, Relaxed);
        REQUESTED.fetch_add(bytes as u64, Relaxed);
    }
}

fn released(bytes: usize) {
    if COUNTING.load(Relaxed) {
        RELEASED.fetch_add(bytes as u64, Relaxed);
    }
}

// SAFETY: every method hands its arguments unchanged to the system allocator and returns what it returns; the
// counters are atomics and allocate nothing.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        allocated(layout.size());
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        allocated(layout.size());
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        released(layout.size());
        // SAFETY: `memory` came from the system allocator with this `layout`, as the caller promises.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        released(layout.size());
        allocated(size);
        // SAFETY: `memory` came from the system allocator with this `layout`, as the caller promises.
        unsafe { System.realloc(memory, layout, size) }
    }
}
