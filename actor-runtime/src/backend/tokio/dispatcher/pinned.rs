//! `pinned`: a thread of its own for one actor, for handlers that block or that must not share a core.
//!
//! The thread stands in the context of the system's runtime, so that handlers may use its timers and sockets. It ends
//! with the actor.

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Waker};
use std::sync::Arc;
use std::thread;

use ::tokio::runtime::Handle;

use super::PlaceError;
use super::one_thread::OneThread;
use super::residents::Unpark;

/// Starts the thread.
pub(super) fn start(runtime: Handle) -> Result<OneThread, PlaceError> {
    let (dispatcher, runner) = OneThread::of_one_actor("pinned");
    let run = move || {
        let _inside = runtime.enter();
        let mut runner = pin!(runner);
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut cx = Context::from_waker(&waker);
        while runner.as_mut().poll(&mut cx).is_pending() {
            thread::park();
        }
    };
    let thread = thread::Builder::new().name("actor-pinned".into()).spawn(run);
    thread.map(|_| dispatcher).map_err(|error| PlaceError::NoThread(error.kind()))
}
