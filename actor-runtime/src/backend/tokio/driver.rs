//! The task that makes time pass for a system: fires timers and sweeps late asks. It sleeps while
//! there is nothing of the kind.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::boxed::Box;
use std::sync::Arc;

use ::tokio::time::Sleep;

use crate::time::Instant;

use super::system::Core;
use super::watch::TICK;

pub(super) struct Driver {
    core: Arc<Core>,
    sleep: Option<Pin<Box<Sleep>>>,
    next_sweep: Instant,
}

impl Driver {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self { core, sleep: None, next_sweep: Instant::ZERO }
    }

    /// Sleeps until `moment`.
    fn sleep_until(&mut self, now: Instant, moment: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let until = ::tokio::time::Instant::now() + moment.saturating_since(now);
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(::tokio::time::sleep_until(until)));
        sleep.as_mut().reset(until);
        sleep.as_mut().poll(cx)
    }
}

impl Future for Driver {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        loop {
            let now = this.core.now();
            this.core.timers().fire(now);
            // Registered first: whoever adds a timer or starts to watch from here on wakes this task.
            let timer = this.core.timers().next_or_wake(cx.waker());
            if this.core.is_down() {
                return Poll::Ready(());
            }
            let sweeping = if now >= this.next_sweep {
                this.next_sweep = now.saturating_add(TICK);
                this.core.sweep(now)
            } else {
                this.core.is_sweeping()
            };
            let sweep = sweeping.then_some(this.next_sweep);
            let Some(moment) = timer.into_iter().chain(sweep).min() else { return Poll::Pending };
            if this.sleep_until(now, moment, cx).is_pending() {
                return Poll::Pending;
            }
        }
    }
}
