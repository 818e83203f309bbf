//! `pinned`: a thread of its own for one actor, for handlers that block or that must not share a core.
//!
//! The thread stands in the context of the system's runtime, so that handlers may use its timers and sockets. It ends
//! with the actor.

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Waker};
use core::time::Duration;
use std::sync::Arc;
use std::thread;

use ::tokio::runtime::Handle;

use crate::policy::OverloadHint;

use super::line::{Line, Runner};
use super::residents::{Residents, Unpark};
use super::{Dispatcher, PlaceError, ReadyCell};

pub(in super::super) struct Pinned(Arc<Line>);

impl Pinned {
    /// Starts the thread.
    pub(in super::super) fn start(runtime: Handle) -> Result<Self, PlaceError> {
        let line = Arc::new(Line::default());
        let runner = Runner::new(Arc::clone(&line));
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
        thread.map(|_| Self(line)).map_err(|error| PlaceError::NoThread(error.kind()))
    }
}

impl Dispatcher for Pinned {
    fn schedule(&self, cell: ReadyCell) {
        self.0.add(cell);
    }

    fn label(&self) -> &'static str {
        "pinned"
    }

    fn parks(&self) -> u64 {
        self.0.parks()
    }

    fn overload_hint(&self) -> OverloadHint {
        self.0.overload_hint()
    }

    fn stays_on_one_thread(&self) -> bool {
        true
    }

    /// The thread was that of one actor, whatever refs to it are left.
    fn on_end(&self) {
        self.0.finish();
    }

    fn is_open(&self) -> bool {
        self.0.is_open()
    }

    fn on_residents(&self, residents: Residents) {
        self.0.on_residents(residents);
    }

    fn shutdown(&self, within: Duration) {
        self.0.shut_down(within);
    }
}

impl Drop for Pinned {
    /// No actor came to be.
    fn drop(&mut self) {
        self.0.finish();
    }
}
