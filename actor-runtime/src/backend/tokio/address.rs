//! What refs hold. All refs together hold one strong pointer; the last that goes has the actor drain and stop.

use core::any::TypeId;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;
use core::ptr::NonNull;
use core::time::Duration;

use crate::actor::{Actor, UNBOUNDED};
use crate::id::ActorId;
use crate::metrics::Lanes;

use super::cell::Cell;
use super::header::Header;
use super::mailbox::signal;
use super::owner::Owner;
use super::suspensions::Suspension;
use super::sync::Ordering;

/// The address of an actor of this backend: what a ref holds.
pub(crate) struct Address(NonNull<Header>);

// SAFETY: an address only pushes and signals, both of which any thread may do.
unsafe impl Send for Address {}
// SAFETY: as above.
unsafe impl Sync for Address {}

impl Address {
    /// # Safety
    /// The cell is alive, and `header` has the provenance of the whole cell.
    pub(super) unsafe fn new(header: NonNull<Header>) -> Self {
        // SAFETY: alive, as promised.
        let shared = unsafe { header.as_ref() };
        if shared.refs.fetch_add(1, Ordering::Relaxed) == 0 {
            // The refs together hold one strong count; the first brings it.
            // SAFETY: alive, as promised; forgotten here, released by the last ref.
            core::mem::forget(unsafe { Owner::retain(header) });
        }
        Self(header)
    }

    /// The same, for as long as it is borrowed, without the place where this one lies.
    #[inline]
    pub(super) fn borrow(&self) -> Borrowed<'_> {
        Borrowed { header: self.0, address: PhantomData }
    }

    #[inline]
    pub(super) fn header(&self) -> &Header {
        self.borrow().header()
    }

    #[inline]
    pub(super) fn as_ptr(&self) -> NonNull<Header> {
        self.0
    }

    /// A strong pointer that does not count as a ref.
    pub(super) fn owner(&self) -> Owner {
        // SAFETY: the refs together keep the cell alive.
        unsafe { Owner::retain(self.0) }
    }

    pub(crate) fn id(&self) -> ActorId {
        self.header().id
    }

    pub(crate) fn is_alive(&self) -> bool {
        !self.header().has_ended()
    }

    pub(crate) fn depth(&self) -> usize {
        self.owner().depth()
    }

    pub(crate) fn lanes(&self) -> Lanes {
        self.owner().lanes()
    }

    pub(crate) fn load(&self) -> usize {
        // SAFETY: the refs together keep the cell alive, and the table is its own.
        unsafe { (self.header().table.load)(self.0) }
    }

    pub(crate) fn capacity(&self) -> Option<u32> {
        Some(self.header().table.capacity).filter(|capacity| *capacity != UNBOUNDED)
    }

    pub(crate) fn downgrade(&self) -> WeakAddress {
        WeakAddress(self.owner())
    }

    pub(crate) fn suspend(&self, owner: &'static str) -> Option<Suspension> {
        self.header().core.suspensions().suspend(self.owner(), owner)
    }

    /// Who keeps the actor suspended, the first of them.
    pub(crate) fn suspended_by(&self) -> Option<&'static str> {
        let header = self.header();
        header.core.suspensions().first_owner(header.id)
    }

    /// How often the actor was suspended, and for how long in all.
    pub(crate) fn suspended(&self) -> (u64, Duration) {
        let header = self.header();
        let past = header.core.suspensions().past(header.id, header.core.now());
        (past.times, past.total)
    }

    pub(crate) fn kill(&self) {
        self.owner().signal(signal::KILL);
    }

    pub(crate) fn stop(&self) {
        self.owner().signal(signal::STOP);
    }

    pub(crate) fn drain(&self) {
        self.owner().signal(signal::DRAIN);
    }
}

/// What is left of an address that keeps no actor alive: only its memory, as a weak `Arc` does.
#[derive(Clone)]
pub(crate) struct WeakAddress(Owner);

impl WeakAddress {
    pub(crate) fn upgrade(&self) -> Option<Address> {
        self.0.upgrade()
    }

    /// Writes the names, or else labels, from the root down to this actor.
    pub(crate) fn write_path(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.header().write_path(f)
    }

    pub(crate) fn id(&self) -> ActorId {
        self.0.header().id
    }
}

impl PartialEq for WeakAddress {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_ptr() == other.0.as_ptr()
    }
}

impl Eq for WeakAddress {}

impl Hash for WeakAddress {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_ptr().hash(state);
    }
}

/// An address that somebody else counts for `'a`. It may be moved away from where that address lies, which may move
/// as well.
#[derive(Clone, Copy)]
pub(super) struct Borrowed<'a> {
    header: NonNull<Header>,
    address: PhantomData<&'a Address>,
}

// SAFETY: as `Address`.
unsafe impl Send for Borrowed<'_> {}
// SAFETY: as `Address`.
unsafe impl Sync for Borrowed<'_> {}

impl<'a> Borrowed<'a> {
    #[inline]
    pub(super) fn header(self) -> &'a Header {
        // SAFETY: the refs together keep the cell alive.
        unsafe { self.header.as_ref() }
    }

    #[inline]
    pub(super) fn as_ptr(self) -> NonNull<Header> {
        self.header
    }

    /// The cell, typed.
    ///
    /// The caller has it from a `Ref<A>`, which was made for an actor of type `A`.
    #[inline]
    pub(super) fn cell<A: Actor>(self) -> &'a Cell<A> {
        debug_assert_eq!((self.header().table.actor)(), TypeId::of::<A>());
        // SAFETY: the cell is a `Cell<A>`, alive while the address is, and the pointer has its provenance.
        unsafe { self.header.cast::<Cell<A>>().as_ref() }
    }
}

impl Clone for Address {
    #[inline]
    fn clone(&self) -> Self {
        let before = self.header().refs.fetch_add(1, Ordering::Relaxed);
        debug_assert!(before > 0, "this ref counts");
        Self(self.0)
    }
}

impl Drop for Address {
    #[inline]
    fn drop(&mut self) {
        if self.header().refs.fetch_sub(1, Ordering::AcqRel) == 1 {
            last_ref_gone(self.0);
        }
    }
}

/// Lets the actor look whether anybody can still send, and gives back the refs' strong count.
#[cold]
fn last_ref_gone(header: NonNull<Header>) {
    // SAFETY: the refs together hold one strong count, which the last one hands over.
    let owner = unsafe { Owner::adopt(header) };
    if !owner.header().has_ended() {
        owner.signal(signal::LAST_REF);
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Address {}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
