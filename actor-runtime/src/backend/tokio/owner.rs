//! The runtime's own pointers to a cell: they keep its memory, and no actor alive.

use core::ptr::NonNull;
use std::boxed::Box;
use std::sync::Arc;

use crate::actor::Actor;
use crate::metrics::{Histogram, Lanes};

use super::address::Address;
use super::cell::Cell;
use super::header::Header;
use super::runnable::Runnable;
use super::telemetry::Escalation;

/// A strong pointer to a cell.
pub(super) struct Owner(NonNull<Header>);

// SAFETY: a cell may be touched from any thread; what may not is guarded by the turn.
unsafe impl Send for Owner {}
// SAFETY: as above.
unsafe impl Sync for Owner {}

impl Owner {
    pub(super) fn new<A: Actor>(cell: Arc<Cell<A>>) -> Self {
        // SAFETY: `Arc::into_raw` is never null. The header is the first field of the `repr(C)` cell, and the
        // pointer keeps the provenance of the whole cell.
        Self(unsafe { NonNull::new_unchecked(Arc::into_raw(cell).cast_mut().cast()) })
    }

    /// One more strong pointer to the cell behind `header`.
    ///
    /// # Safety
    /// The cell is alive, and `header` has the provenance of the whole cell.
    pub(super) unsafe fn retain(header: NonNull<Header>) -> Self {
        // SAFETY: alive, as promised.
        let table = unsafe { header.as_ref() }.table;
        // SAFETY: the table is that of this cell.
        unsafe { (table.retain)(header) };
        Self(header)
    }

    /// The pointer that a strong count is of, which nobody else gives back.
    ///
    /// # Safety
    /// The caller hands over a strong count of the cell behind `header`, which has the provenance of the whole cell.
    pub(super) unsafe fn adopt(header: NonNull<Header>) -> Self {
        Self(header)
    }

    pub(super) fn header(&self) -> &Header {
        // SAFETY: this pointer keeps the cell alive.
        unsafe { self.0.as_ref() }
    }

    pub(super) fn as_ptr(&self) -> NonNull<Header> {
        self.0
    }

    /// Tells the cell something besides messages, and schedules it if it has to look.
    pub(super) fn signal(&self, bits: u32) {
        // SAFETY: the cell is alive and the table is its own.
        if unsafe { (self.header().table.signal)(self.0, bits) } {
            // SAFETY: `signal` handed over the turn.
            self.header().core.schedule(unsafe { Runnable::from_turn(self.0) });
        }
    }

    /// A ref for those who send.
    pub(super) fn address(&self) -> Address {
        // SAFETY: this pointer keeps the cell alive.
        unsafe { Address::new(self.0) }
    }

    /// A ref for those who send, unless the actor takes no more messages.
    pub(super) fn upgrade(&self) -> Option<Address> {
        // SAFETY: the cell is alive and the table is its own.
        unsafe { (self.header().table.upgrade)(self.0) }
    }

    /// The handler that it has begun, and which has not come to its end.
    pub(super) fn begun(&self) -> Option<&'static str> {
        // SAFETY: this pointer keeps the cell, and has the provenance of its allocation.
        unsafe { (self.header().table.begun)(self.0) }
    }

    pub(super) fn depth(&self) -> usize {
        // SAFETY: the cell is alive and the table is its own.
        unsafe { (self.header().table.depth)(self.0) }
    }

    pub(super) fn lanes(&self) -> Lanes {
        // SAFETY: the cell is alive and the table is its own.
        unsafe { (self.header().table.lanes)(self.0) }
    }

    /// Adds how long messages waited lately in each lane to what was seen of others.
    pub(super) fn add_recent(&self, all: &mut [Histogram; 2]) {
        // SAFETY: the cell is alive and the table is its own.
        unsafe { (self.header().table.add_recent)(self.0, all) }
    }

    pub(super) fn wait_for_end(&self, ticket: Option<u64>, waker: &core::task::Waker) -> Option<u64> {
        // SAFETY: the cell is alive and the table is its own.
        unsafe { (self.header().table.wait_for_end)(self.0, ticket, waker) }
    }

    /// Why the first start failed, for the one who asks first.
    pub(super) fn take_start_failure(&self) -> Option<Box<Escalation>> {
        // SAFETY: the cell is alive and the table is its own.
        unsafe { (self.header().table.take_start_failure)(self.0) }
    }

    pub(super) fn cancel_wait_for_end(&self, ticket: u64) {
        // SAFETY: the cell is alive and the table is its own.
        unsafe { (self.header().table.cancel_wait_for_end)(self.0, ticket) }
    }
}

impl Clone for Owner {
    fn clone(&self) -> Self {
        // SAFETY: this pointer keeps the cell alive.
        unsafe { Self::retain(self.0) }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let release = self.header().table.release;
        // SAFETY: this pointer's own count is given back, once.
        unsafe { release(self.0) };
    }
}
