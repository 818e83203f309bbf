//! A system as users have it.

use core::fmt;
use std::any::TypeId;
use std::sync::{Arc, Weak};
use std::vec::Vec;

use crate::actor::Actor;
use crate::factory::{Factory, Given, Once};
use crate::metrics::{Counts, DispatcherFigures, Histogram, MailboxFigures, SystemEvent};
use crate::reference::{ActorRef, Ref};
use crate::time::Instant;

use super::super::counts::TypeCounts;
use super::super::dispatcher::home::Home;
use super::super::ending::SystemStopped;
use super::super::events::EventListener;
use super::super::metrics::Metrics;
use super::super::spawn::{FindError, Spawn};
use super::super::telemetry::TelemetryCounts;
use super::{Builder, Core, ShutdownError};

/// A system of actors on a tokio runtime.
///
/// Cloning gives another handle to the same system; when the last one is dropped, the system shuts down without
/// anybody waiting for it.
#[derive(Clone)]
pub struct ActorSystem {
    handle: Arc<Handle>,
}

/// What all handles share.
pub(super) struct Handle {
    home: Arc<Home>,
    /// Made when the system was going down already.
    is_late: bool,
}

impl Home {
    /// One more handle to the system.
    pub(in super::super) fn system(&self) -> ActorSystem {
        let handle = self.handles.get().and_then(Weak::upgrade);
        let handle = handle.unwrap_or_else(|| {
            // The last one is gone and the system on its way down, which this one does not begin again.
            let home = self.me().upgrade().expect("whoever asks holds the home");
            Arc::new(Handle { home, is_late: true })
        });
        ActorSystem { handle }
    }
}

impl ActorSystem {
    pub(super) fn of(home: Arc<Home>) -> Self {
        let handle = Arc::new(Handle { home, is_late: false });
        // A core is made for one system, so nobody was here before.
        let _ = handle.home.handles.set(Arc::downgrade(&handle));
        Self { handle }
    }

    pub(super) fn core(&self) -> &Arc<Core> {
        self.handle.home.core()
    }

    /// Starts a system with default settings on the tokio runtime this is called in, with one worker task for
    /// each of the runtime's worker threads.
    ///
    /// # Panics
    /// Outside of a tokio runtime, or in one without `enable_time`.
    #[track_caller]
    pub fn new(name: &str) -> Self {
        Self::builder(name).start()
    }

    /// Settings for a new system.
    pub fn builder(name: &str) -> Builder {
        Builder::new(name)
    }

    /// The name given to the system.
    pub fn name(&self) -> &str {
        self.handle.home.name()
    }

    /// The moment by the system's clock, which starts at zero with the system.
    pub fn now(&self) -> Instant {
        self.handle.home.now()
    }

    /// Starts an actor whose state is made by `factory`, and made again by it after a failure.
    ///
    /// Awaited, the call returns the actor's ref once its `#[started]` hook has returned; with
    /// [`detach`](Spawn::detach) it returns the ref at once.
    pub fn spawn<A, F, M>(&self, factory: F) -> Spawn<'_, A, F, M>
    where
        A: Actor,
        F: Factory<A, M>,
        M: 'static,
    {
        Spawn::new(&self.handle.home, factory)
    }

    /// Starts an actor with this one state. There is no second one: a failure stops it.
    pub fn spawn_once<A: Actor + Send>(&self, state: A) -> Spawn<'_, A, Once<A>, Given> {
        Spawn::new(&self.handle.home, Once::new(state))
    }

    /// Has `listener` told of all events from here on, for as long as what is returned is kept: at once, where they happen,
    /// after the [event handler](Builder::event_handler) and those who listened before. It must not block; a panic in it is
    /// contained. It may listen, or have others cease to, from inside; whoever ceases may be told of one event more, if
    /// that is under way. What it causes on the spot is told inside of that, but no deeper than four.
    ///
    /// ```
    /// # use actor::prelude::*;
    /// use actor::SystemEvent;
    ///
    /// # #[actor]
    /// # struct Counter;
    /// # #[handlers]
    /// # impl Counter { fn add(&mut self) {} }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let system = ActorSystem::new("demo");
    /// let (sender, ends) = std::sync::mpsc::channel();
    /// let listener = system.listen(move |event| {
    ///     if let SystemEvent::Stopped { actor, .. } = event {
    ///         let _ = sender.send(*actor);
    ///     }
    /// });
    /// let counter = system.spawn(|| Counter).await?;
    /// counter.control().stop().await;
    /// assert_eq!(ends.recv()?, "counter");
    /// drop(listener);
    /// # Ok(())
    /// # }
    /// ```
    pub fn listen(&self, listener: impl Fn(&SystemEvent<'_>) + Send + Sync + 'static) -> EventListener {
        EventListener::new(self.core(), Arc::new(listener))
    }

    /// The actor that was [`named`](Spawn::named) so, by the type of its ref: `system.find::<DbRef>("db")`.
    ///
    /// # Errors
    /// When no actor has the name, or one of another type, or one that stops.
    pub fn find<R>(&self, name: &str) -> Result<R, FindError>
    where
        R: ActorRef<Actor: Actor>,
    {
        let cell = self.handle.home.registry().find(name).ok_or(FindError::Unknown)?;
        let table = cell.header().table;
        if (table.actor)() != TypeId::of::<R::Actor>() {
            return Err(FindError::OtherActor((table.label)()));
        }
        let address = cell.upgrade().ok_or(FindError::Stopping)?;
        Ok(R::from_ref(Ref::from_address(crate::backend::Address::Tokio(address))))
    }

    /// What happened to the actors of type `A` so far.
    pub fn counts<A: Actor>(&self) -> Counts {
        self.figures::<A>().totals()
    }

    /// How long the handlers of actors of type `A` took so far, in nanoseconds, by name: of those with
    /// `#[actor(metrics = timing)]`, which read the clock once for each message. That of an async handler includes what it
    /// waited for; one that was cut short is not in it.
    pub fn durations<A: Actor>(&self) -> Vec<(&'static str, Histogram)> {
        self.figures::<A>().durations()
    }

    /// What actors of type `A` counted themselves so far: their `#[actor(counters(..))]`, in the order of declaration.
    pub fn counters<A: Actor>(&self) -> Vec<(&'static str, u64)> {
        self.figures::<A>().counters()
    }

    /// What actors of type `A` recorded themselves so far: their `#[actor(histograms(..))]`, in the order of declaration.
    pub fn histograms<A: Actor>(&self) -> Vec<(&'static str, Histogram)> {
        self.figures::<A>().histograms()
    }

    fn figures<A: Actor>(&self) -> &TypeCounts {
        let figures = self.handle.home.counts::<A>();
        // SAFETY: they live as long as the core, which the handle keeps.
        #[allow(unsafe_code)]
        unsafe {
            figures.as_ref()
        }
    }

    /// The mailboxes of all actors, by type, in the order in which the types came up: what waits now, and what was seen of
    /// queues since the system began. It looks at each living actor, under a lock each.
    pub fn mailboxes(&self) -> Vec<MailboxFigures> {
        self.handle.home.mailboxes()
    }

    /// What runs the actors: the system's own workers first, then each other dispatcher that has actors here, but for those
    /// whose actors have all ended. What users of this system and of others share counts for each of them apart.
    pub fn dispatchers(&self) -> Vec<DispatcherFigures> {
        self.handle.home.living_homes().iter().map(|home| home.figures()).collect()
    }

    /// What became of the failures that this system's telemetry was to be told of.
    pub fn telemetry_counts(&self) -> TelemetryCounts {
        self.handle.home.telemetry_counts()
    }

    /// The figures of all actors, for [exporters](crate::metrics::Metered).
    pub fn metrics(&self) -> Metrics {
        Metrics::of(self.core())
    }

    /// How often an actor that had something to do was refused, or dropped unrun, by its dispatcher. Each time it
    /// ended, and its messages became dead letters.
    pub fn refused(&self) -> u64 {
        self.handle.home.refused()
    }

    /// How often each handler of actors of type `A` ran so far, by name. Its hooks and timers are listed too.
    pub fn handled<A: Actor>(&self) -> Vec<(&'static str, u64)> {
        self.figures::<A>().messages()
    }

    /// Stops all actors: top-level actors in reverse order of their start, each with its children first.
    ///
    /// # Errors
    /// Names the actors that had not ended within the builder's `shutdown_timeout`; they are killed at their next
    /// await.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the shutdown where it was; call it again to go on.
    pub async fn shutdown(&self) -> Result<(), ShutdownError> {
        if self.handle.home.is_down() {
            return Ok(());
        }
        self.handle.home.shut_down().await
    }

    /// Waits until the system has shut down, whoever began that: this or another handle, the last one by going, its
    /// runtime, or the system itself, which [`Builder::exhausted`] is about. At once where it has.
    ///
    /// Actors that a shutdown ran out of time for may be there for a while; they are named where it was begun, or by
    /// [`SystemEvent::Stuck`].
    ///
    /// ```
    /// # use actor::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let system = ActorSystem::new("demo");
    /// let stopped = system.stopped();
    /// drop(system); // the last handle: it is none itself
    /// stopped.await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn stopped(&self) -> SystemStopped {
        SystemStopped::of(Arc::clone(self.core()))
    }
}

impl fmt::Debug for ActorSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActorSystem").field("name", &self.name()).finish_non_exhaustive()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if self.is_late || self.home.is_down() {
            return;
        }
        match &self.home.runtime {
            Some(_) => self.home.core().shut_down_unattended(),
            None => self.home.abandon_all(),
        }
    }
}
