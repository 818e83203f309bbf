//! The future of a call that keeps its own ref, and so borrows from nobody.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::{Call, Kind, Limit};
use crate::actor::Actor;
use crate::reference::Ref;

/// The future of a call with a ref of its own; from [`owned`](Call::owned).
///
/// The ref counts: the actor is not drained while this future is there.
///
/// # Cancel safety
/// As that of the borrowed call: dropped while it waits for room, nothing is sent; dropped while it waits for an
/// answer, the answer is discarded.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Owned<A: Actor, K: Kind> {
    /// Dropped before the ref that keeps its actor.
    call: K::Future<'static, A>,
    target: Ref<A>,
}

impl<A: Actor, K: Kind> Owned<A, K> {
    pub(super) fn new(target: Ref<A>, message: A::Message, attach: K::Attach<A::Message>, limit: Limit) -> Self {
        // SAFETY: the calls of the backends keep the address and not the place of the ref; the actor behind it is kept
        // by `target`, which is dropped after them.
        #[allow(unsafe_code)]
        let lent = unsafe { &*core::ptr::from_ref(&target) };
        let call = Call::<'static, A, K>::new(lent, message, attach);
        Self { call: K::start(Call { limit, ..call }), target }
    }
}

// Nothing in it is pinned: the futures of the backends are `Unpin`, and are moved whole.
impl<A: Actor, K: Kind> Unpin for Owned<A, K> {}

impl<A: Actor, K: Kind> Future for Owned<A, K> {
    type Output = K::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<K::Output> {
        Pin::new(&mut self.get_mut().call).poll(cx)
    }
}

impl<A: Actor, K: Kind> fmt::Debug for Owned<A, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Owned").field("target", &self.target).finish()
    }
}
