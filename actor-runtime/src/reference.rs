//! A typed address of one actor: what the generated refs wrap.

use core::fmt;
use core::hash::Hash;
use core::marker::PhantomData;

use crate::actor::Actor;
use crate::backend::{Address, Stopped};
use crate::id::ActorId;

/// The address of an actor of type `A`, on whichever backend it runs.
///
/// Equality and hash are by identity: a restarted actor is still the same actor.
pub struct Ref<A> {
    address: Address,
    actor: PhantomData<fn() -> A>,
}

impl<A> Ref<A> {
    /// The address of no actor: every call answers `Stopped`.
    pub const fn nobody() -> Self {
        Self { address: Address::Nobody, actor: PhantomData }
    }

    /// An address whose actor is known to be an `A`.
    pub(crate) const fn from_address(address: Address) -> Self {
        Self { address, actor: PhantomData }
    }

    /// The address without its type.
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }
}

impl<A> Clone for Ref<A> {
    fn clone(&self) -> Self {
        Self { address: self.address.clone(), actor: PhantomData }
    }
}

impl<A> PartialEq for Ref<A> {
    fn eq(&self, other: &Self) -> bool {
        self.address == other.address
    }
}

impl<A> Eq for Ref<A> {}

impl<A> Hash for Ref<A> {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.address.hash(state);
    }
}

impl<A> fmt::Debug for Ref<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address.id() {
            Some(id) => id.fmt(f),
            None => f.write_str("nobody"),
        }
    }
}

/// Who a call goes to: a ref that is borrowed, or one of its own.
pub trait Target<A> {
    /// The ref.
    fn get(&self) -> &Ref<A>;

    /// The ref to keep; counted anew where it was borrowed.
    fn keep(self) -> Ref<A>;
}

impl<A> Target<A> for &Ref<A> {
    #[inline]
    fn get(&self) -> &Ref<A> {
        self
    }

    fn keep(self) -> Ref<A> {
        self.clone()
    }
}

impl<A> Target<A> for Ref<A> {
    #[inline]
    fn get(&self) -> &Ref<A> {
        self
    }

    fn keep(self) -> Ref<A> {
        self
    }
}

/// A generated ref, such as `CounterRef` for `struct Counter`.
pub trait ActorRef: Clone + Eq + Hash + fmt::Debug + Send + Sync + 'static {
    /// The actor it refers to.
    type Actor;

    /// Wraps an address.
    #[doc(hidden)]
    fn from_ref(inner: Ref<Self::Actor>) -> Self;

    /// The wrapped address.
    #[doc(hidden)]
    fn as_ref(&self) -> &Ref<Self::Actor>;
}

/// What can be done to an actor besides sending it messages; from `counter.control()`.
///
/// Its verbs act at once; the futures they return only wait.
pub struct Control<'a> {
    address: &'a Address,
}

impl<'a> Control<'a> {
    /// Controls the actor behind `target`.
    pub fn new<A>(target: &'a Ref<A>) -> Self {
        Self { address: &target.address }
    }

    /// Stops the actor after the message in hand; waiting messages become dead letters and waiting asks get
    /// `Stopped`. The returned future only waits for the end and may be dropped.
    pub fn stop(&self) -> Stopped {
        self.address.stop();
        self.stopped()
    }

    /// Stops the actor after the messages that wait now have been handled. The returned future only waits.
    pub fn drain(&self) -> Stopped {
        self.address.drain();
        self.stopped()
    }

    /// Waits until the actor has ended: children gone, hook done, state dropped, timers freed.
    ///
    /// # Cancel safety
    /// Dropping the future leaves nothing behind.
    pub fn stopped(&self) -> Stopped {
        self.address.stopped()
    }

    /// Whether the actor has not ended.
    pub fn is_alive(&self) -> bool {
        self.address.is_alive()
    }

    /// The identity of the actor, kept over restarts; `None` for the ref of a child that was never started.
    pub fn id(&self) -> Option<ActorId> {
        self.address.id()
    }

    /// Messages waiting in the mailbox.
    pub fn depth(&self) -> usize {
        self.address.depth()
    }
}

impl fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control").field("id", &self.id()).finish()
    }
}

/// A declared child: a field of its parent that derefs to the child's ref.
///
/// A child that is not started answers `Stopped`; it never panics.
pub struct Child<C: Actor> {
    reference: C::Ref,
}

impl<C: Actor> Child<C> {
    /// Holds a started child.
    #[doc(hidden)]
    pub fn started(reference: C::Ref) -> Self {
        Self { reference }
    }
}

impl<C: Actor> Default for Child<C> {
    fn default() -> Self {
        Self { reference: C::Ref::from_ref(Ref::nobody()) }
    }
}

impl<C: Actor> core::ops::Deref for Child<C> {
    type Target = C::Ref;

    fn deref(&self) -> &C::Ref {
        &self.reference
    }
}

impl<C: Actor> fmt::Debug for Child<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reference.fmt(f)
    }
}
