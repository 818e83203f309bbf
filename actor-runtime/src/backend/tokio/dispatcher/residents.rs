//! The actors of one system that a dispatcher runs.

use core::fmt;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::sync::{Arc, Weak};
use std::task::Wake;
use std::thread::{self, Thread};
use std::time::Instant as RealInstant;
use std::vec::Vec;

use crate::metrics::SystemEvent;

use super::super::call::Stopped;
use super::super::mailbox::signal;
use super::super::owner::Owner;
use super::super::system::in_runtime;
use super::home::Home;

/// The actors of one system that a dispatcher runs; it keeps none of them alive.
#[derive(Clone)]
pub struct Residents(Weak<Home>);

impl Residents {
    pub(super) fn of(home: Weak<Home>) -> Self {
        Self(home)
    }

    /// Whether an actor may be there, now or later.
    pub(super) fn may_come(&self) -> bool {
        self.0.strong_count() > 0
    }

    fn cells(&self) -> Vec<Owner> {
        self.0.upgrade().map(|home| home.cells_at(&home)).unwrap_or_default()
    }

    /// How many of them have not ended.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.cells().len()
    }

    /// Asks each of them to stop after the message in hand.
    pub fn stop(&self) {
        for cell in self.cells().into_iter().rev() {
            cell.signal(signal::SHUTDOWN);
        }
    }

    /// Waits until all have ended, at most for `within`. Inside a runtime, where blocking would hold others, it does
    /// not wait.
    pub fn wait(&self, within: Duration) {
        if in_runtime() {
            return;
        }
        let begun = RealInstant::now();
        for cell in self.cells() {
            if !block_on_for(Stopped::of(cell), within.saturating_sub(begun.elapsed())) {
                return;
            }
        }
    }

    /// Ends those that have not ended, and reports how many there were as
    /// [`DispatcherDropped`](SystemEvent::DispatcherDropped). Call it while cells are still taken: an actor that is
    /// told here ends in its own turn.
    pub fn abandon(&self) {
        let Some(home) = self.0.upgrade() else { return };
        let cells = home.cells_at(&home);
        if cells.is_empty() {
            return;
        }
        home.event(&SystemEvent::DispatcherDropped { pending: cells.len() });
        for cell in cells.iter().rev() {
            cell.signal(signal::KILL);
        }
    }
}

impl fmt::Debug for Residents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Residents").field("pending", &self.pending()).finish()
    }
}

/// Wakes a thread.
pub(super) struct Unpark(pub(super) Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Blocks this thread until `future` has ended, for `within` at most. Returns whether it has ended.
fn block_on_for(future: impl Future<Output = ()>, within: Duration) -> bool {
    // No deadline, which may lie beyond all moments there are.
    let begun = RealInstant::now();
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut cx = Context::from_waker(&waker);
    loop {
        if future.as_mut().poll(&mut cx) == Poll::Ready(()) {
            return true;
        }
        let left = within.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return false;
        }
        thread::park_timeout(left);
    }
}
