//! How a system ends, and who keeps it from that. Keeps `shutdown`.

use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::Poll;
use core::time::Duration;
use std::boxed::Box;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::vec::Vec;

use crate::id::ActorId;
use crate::metrics::SystemEvent;
use crate::supervision::RootExhausted;
use crate::time::Instant;

use super::super::call::Stopped;
use super::super::dispatcher::Place;
use super::super::dispatcher::home::{Home, Ready};
use super::super::ending::SystemEnd;
use super::super::guard::contain;
use super::super::mailbox::signal;
use super::super::owner::Owner;
use super::super::timers::Due;
use super::Core;

impl Core {
    pub(in super::super) fn is_down(&self) -> bool {
        self.down.load(Ordering::Acquire)
    }

    pub(in super::super) fn ending(&self) -> &SystemEnd {
        &self.ending
    }

    /// Stops top-level actors, the youngest first, each when the one before it has ended.
    pub(super) async fn shut_down(&self) -> Result<(), ShutdownError> {
        self.closing.store(true, Ordering::SeqCst);
        let begun = self.now();
        let deadline = begun.saturating_add(self.shutdown_timeout);
        let cells = self.registry.top_level();
        let mut asked = 0;
        for cell in &cells {
            asked += 1;
            cell.signal(signal::SHUTDOWN);
            if !self.ended_by(cell, deadline).await {
                break;
            }
        }
        // Those behind the one that is stuck were never asked: they are killed, and not to blame.
        let left = cells[..asked].iter().filter(|cell| !cell.header().has_ended());
        let stuck: Vec<_> = left
            .map(|cell| Stuck {
                id: cell.header().id,
                actor: (cell.header().table.label)(),
                name: self.registry.name_of(cell.header().id),
                handler: cell.begun(),
                waiting: cell.depth(),
                elapsed: self.now().saturating_since(begun),
            })
            .collect();
        if !stuck.is_empty() {
            for cell in &cells {
                cell.signal(signal::KILL);
            }
        }
        self.go_down();
        if stuck.is_empty() { Ok(()) } else { Err(ShutdownError { stuck }) }
    }

    /// A top-level actor has failed more often than its limit allows.
    #[cold]
    pub(in super::super) fn root_exhausted(self: &Arc<Self>) {
        match self.exhausted {
            RootExhausted::Stop => {}
            RootExhausted::Shutdown if self.is_closing() => {}
            RootExhausted::Shutdown => self.shut_down_unattended(),
        }
    }

    /// Shuts down without anybody waiting for it. One such shutdown tells who is stuck, whatever leads to it again.
    pub(super) fn shut_down_unattended(self: &Arc<Self>) {
        if self.unattended.swap(true, Ordering::Relaxed) {
            return;
        }
        let core = Arc::clone(self);
        let shutdown = async move {
            let Err(error) = core.shut_down().await else { return };
            for Stuck { id, actor, name, handler, waiting, elapsed } in &error.stuck {
                let (name, handler, waiting, elapsed) = (name.as_deref(), *handler, *waiting, *elapsed);
                core.event(&SystemEvent::Stuck { actor, name, id: *id, handler, waiting, elapsed });
            }
        };
        let main = self.homes.main();
        if let Some(runtime) = &self.runtime {
            // Where the runtime is gone the task is dropped at once, and its workers were before it.
            drop(runtime.spawn(shutdown));
        } else if let Some(Ready::Stepped(stepped)) = main.as_deref().map(Home::ready) {
            stepped.keep(Box::pin(shutdown));
        }
    }

    /// Waits for the end of an actor, until `deadline`. Returns whether it has ended.
    async fn ended_by(&self, cell: &Owner, deadline: Instant) -> bool {
        let mut ended = Stopped::of(cell.clone());
        let mut alarm = None;
        let result = poll_fn(|cx| {
            if Pin::new(&mut ended).poll(cx).is_ready() {
                return Poll::Ready(true);
            }
            if self.now() >= deadline {
                return Poll::Ready(false);
            }
            let key = self.timers.add(deadline, Due::Wake(cx.waker().clone()));
            if let Some(before) = alarm.replace(key) {
                self.timers.cancel(before);
            }
            // Looked at after the timer was set: who goes down first drops every timer, and wakes who waits for one.
            if self.is_down() { Poll::Ready(false) } else { Poll::Pending }
        })
        .await;
        if let Some(key) = alarm {
            self.timers.cancel(key);
        }
        result
    }

    pub(super) fn go_down(&self) {
        let is_first = !self.down.swap(true, Ordering::AcqRel);
        if let Some(main) = self.homes.main() {
            match main.ready() {
                Ready::Shared(shared) => shared.close(),
                Ready::Stepped(stepped) => stepped.close(),
                Ready::Own(_) => {}
            }
        }
        // Once: the last worker that ends comes here as well.
        if let Some(Place::Own(dispatcher)) = self.default_place.as_ref().filter(|_| is_first) {
            contain(|| dispatcher.shutdown(self.shutdown_timeout));
        }
        self.homes.forget();
        self.timers.clear();
        self.watch.wake_all();
        self.timers.wake_sleeper();
        if is_first {
            self.ending.end();
        }
    }
}

/// An actor that had not ended when a shutdown ran out of time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stuck {
    /// Its identity.
    pub id: ActorId,
    /// Its label.
    pub actor: &'static str,
    /// Its name, if it was [`named`](super::super::Spawn::named).
    pub name: Option<Arc<str>>,
    /// The handler or hook that it has begun and which does not end, where it is that. It may wait for a child, which is
    /// told of as [`SystemEvent::Stuck`] when its own time is over; or for a thread that another keeps busy; and a handler
    /// that runs on the stack of its asker is not noted.
    pub handler: Option<&'static str>,
    /// Messages still waiting in its mailbox.
    pub waiting: usize,
    /// Time since the shutdown began.
    pub elapsed: Duration,
}

/// A shutdown that ran out of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShutdownError {
    stuck: Vec<Stuck>,
}

impl ShutdownError {
    /// The actors that had not ended.
    pub fn stuck(&self) -> &[Stuck] {
        &self.stuck
    }
}

impl fmt::Display for ShutdownError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("actors did not stop in time: ")?;
        for (place, stuck) in self.stuck.iter().enumerate() {
            let separator = if place == 0 { "" } else { ", " };
            write!(f, "{separator}`{}` (", stuck.name.as_deref().unwrap_or(stuck.actor))?;
            if stuck.name.is_some() {
                write!(f, "`{}`, ", stuck.actor)?;
            }
            write!(f, "id {}", stuck.id)?;
            if let Some(handler) = stuck.handler {
                write!(f, ", in `{handler}`")?;
            }
            // A tenth of a second is as much as anybody reads of a timeout.
            write!(f, ") after {:.1?}", stuck.elapsed)?;
        }
        f.write_str("; give them more with `shutdown_timeout`, or end long handlers sooner")
    }
}

impl core::error::Error for ShutdownError {}

#[cfg(test)]
mod tests {
    use super::super::ActorSystem;
    use super::*;

    #[test]
    fn a_system_that_is_exhausted_twice_shuts_down_once() {
        let runtime = ::tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let system = ActorSystem::builder("exhausted").exhausted(RootExhausted::Shutdown).start();
            let core = Arc::clone(system.core());
            let tasks = || ::tokio::runtime::Handle::current().metrics().num_alive_tasks();
            let before = tasks();
            core.root_exhausted();
            core.root_exhausted();
            drop(system);
            assert_eq!(tasks() - before, 1, "each would tell who is stuck");
        });
    }
}
