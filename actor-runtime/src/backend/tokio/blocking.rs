//! Waiting on a thread of one's own.

use core::future::{Future, ready};
use core::pin::pin;
use core::task::{Context, Poll};
use std::panic::catch_unwind;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::thread::{self, Thread};
use std::thread_local;

use super::ambient::Ambient;

/// Wakes the thread that waits. A wake that was meant for an earlier wait is looked at once, for nothing.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

thread_local! {
    static WAKER: Waker = Waker::from(Arc::new(Unpark(thread::current())));
}

/// Runs `future` to its end on this thread.
///
/// # Panics
/// In a handler, and on a thread that runs the tasks of a runtime.
#[track_caller]
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    assert!(
        !Ambient::is_inside(),
        "`.blocking()` in a handler would hold the worker of other actors; `.await` the call, or use `.then(..)`"
    );
    if let Ok(runtime) = ::tokio::runtime::Handle::try_current() {
        // Only tokio knows whether this thread runs its tasks, and says so by a panic.
        let may_block = catch_unwind(|| runtime.block_on(ready(()))).is_ok();
        assert!(
            may_block,
            "`.blocking()` in async code would hold a thread of its runtime; `.await` the call, or use `spawn_blocking`"
        );
    }
    let mut future = pin!(future);
    WAKER.with(|waker| {
        let mut cx = Context::from_waker(waker);
        loop {
            match future.as_mut().poll(&mut cx) {
                Poll::Ready(output) => return output,
                Poll::Pending => thread::park(),
            }
        }
    })
}
