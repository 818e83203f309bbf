//! The end of a system, and who waits for it.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::guard::wake;
use super::lock::Lock;
use super::system::Core;

/// See the module.
#[derive(Default)]
pub(super) struct SystemEnd {
    is_over: AtomicBool,
    waiting: Lock<Waiting>,
}

#[derive(Default)]
struct Waiting {
    next: u64,
    wakers: BTreeMap<u64, Waker>,
}

impl SystemEnd {
    /// The system has ended: whoever waits is told, and whoever comes later does not wait.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Release);
        // Whoever had the lock before is among them, and whoever has it later sees the end.
        let wakers = core::mem::take(&mut self.waiting.lock().wakers);
        wakers.into_values().for_each(wake);
    }

    /// Whether it has; `waker` is kept under `ticket` where it has not.
    fn poll(&self, ticket: &mut Option<u64>, waker: &Waker) -> Poll<()> {
        let waker = waker.clone();
        let mut waiting = self.waiting.lock();
        if self.is_over.load(Ordering::Acquire) {
            return Poll::Ready(());
        }
        let place = *ticket.get_or_insert_with(|| {
            waiting.next += 1;
            waiting.next
        });
        let before = waiting.wakers.insert(place, waker);
        drop(waiting);
        drop(before);
        Poll::Pending
    }

    fn cancel(&self, ticket: u64) {
        let waker = self.waiting.lock().wakers.remove(&ticket);
        drop(waker);
    }
}

/// Waits for the end of a system; from [`ActorSystem::stopped`](super::ActorSystem::stopped). It is no handle: the system
/// goes down with its last handle, whoever waits.
///
/// # Cancel safety
/// Dropping it only ends the waiting.
#[must_use = "it waits only where it is awaited"]
pub struct SystemStopped {
    core: Arc<Core>,
    ticket: Option<u64>,
}

impl SystemStopped {
    pub(super) fn of(core: Arc<Core>) -> Self {
        Self { core, ticket: None }
    }
}

impl Future for SystemStopped {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        this.core.ending().poll(&mut this.ticket, cx.waker())
    }
}

impl Drop for SystemStopped {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.core.ending().cancel(ticket);
        }
    }
}

impl fmt::Debug for SystemStopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SystemStopped").finish_non_exhaustive()
    }
}
