//! Header and state of an actor: what lies right in front of the ring, alike for all slots of an `A`.

use core::cell::UnsafeCell;
use core::mem::{MaybeUninit, offset_of};
use core::ptr::NonNull;

use crate::actor::{Actor, AllHandlersInOneBlock};
use crate::message::{Lanes, Message};

use super::beside::{Front, Packed, Stored};
use super::header::{Address, Header};
use super::urgent::Lane;

/// A `T` for actors with an urgent lane, nothing for others.
pub(super) type Urgent<A, T> = <<<A as AllHandlersInOneBlock>::Message as Message>::Lanes as Lanes>::Urgent<T>;

/// See the module. The header comes first, because small cores reach the first bytes of a static with shorter
/// instructions.
#[repr(C)]
pub(super) struct Body<A: Actor> {
    header: Header,
    /// That of the urgent lane, right behind the header: those who do not know the type find it there.
    urgent: UnsafeCell<MaybeUninit<Urgent<A, Lane>>>,
    state: UnsafeCell<MaybeUninit<A>>,
    /// Aligns the end for the ring.
    end: [Packed<A>; 0],
    /// And for the rack behind that.
    rack: [Stored<A, Front<A>>; 0],
}

impl<A: Actor> Body<A> {
    /// That of an actor which is not started: all zeros.
    #[allow(clippy::declare_interior_mutable_const, reason = "it is where a static begins")]
    pub(super) const NEW: Self = {
        assert!(offset_of!(Self, urgent) == size_of::<Header>());
        Self {
            header: Header::NEW,
            urgent: UnsafeCell::new(MaybeUninit::zeroed()),
            state: UnsafeCell::new(MaybeUninit::zeroed()),
            end: [],
            rack: [],
        }
    };

    /// # Safety
    /// `address` is that of a slot of an `A`.
    #[inline]
    pub(super) unsafe fn state_at(address: Address) -> NonNull<A> {
        // SAFETY: the state lies so far behind the header.
        unsafe { address.as_ptr().byte_add(offset_of!(Self, state)) }.cast()
    }
}
