//! Header and state of an actor: what lies right in front of the ring, alike for all slots of an `A`.

use core::cell::UnsafeCell;
use core::mem::{MaybeUninit, offset_of};
use core::ptr::NonNull;

use crate::actor::Actor;

use super::header::{Address, Header};

/// See the module. The header comes first, because small cores reach the first bytes of a static with shorter
/// instructions.
#[repr(C)]
pub(super) struct Body<A: Actor> {
    header: Header,
    state: UnsafeCell<MaybeUninit<A>>,
    /// Aligns the end for the ring.
    end: [A::Message; 0],
}

impl<A: Actor> Body<A> {
    /// That of an actor which is not started: all zeros.
    #[allow(clippy::declare_interior_mutable_const, reason = "it is where a static begins")]
    pub(super) const NEW: Self = Self { header: Header::NEW, state: UnsafeCell::new(MaybeUninit::zeroed()), end: [] };

    /// # Safety
    /// `address` is that of a slot of an `A`.
    #[inline]
    pub(super) unsafe fn state_at(address: Address) -> NonNull<A> {
        // SAFETY: the state lies so far behind the header.
        unsafe { address.as_ptr().byte_add(offset_of!(Self, state)) }.cast()
    }
}
