//! One system of actors: what they share, and how it ends. Keeps `shutdown`.

mod builder;

use core::fmt;
use core::future::{Future, poll_fn};
use core::ptr::NonNull;
use core::task::Poll;
use core::time::Duration;
use std::any::TypeId;
use std::boxed::Box;
use std::string::String;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
use std::sync::{Arc, OnceLock, Weak};
use std::task::Waker;
use std::vec::Vec;

use crate::actor::Actor;
use crate::factory::{Factory, Given, Once};
use crate::failure::Failure;
use crate::id::ActorId;
use crate::metrics::{Counts, DispatcherFigures, Histogram, MailboxFigures, SystemEvent};
use crate::reference::{ActorRef, Ref};
use crate::supervision::{Directive, RootExhausted, Strategy};
use crate::telemetry::{FailureSnapshot, Severity};
use crate::time::{Clock, Instant};

use super::counts::TypeCounts;
use super::dispatcher::Place;
use super::dispatcher::home::{Home, Ready};
use super::dispatcher::homes::Homes;
use super::ending::{SystemEnd, SystemStopped};
use super::events::{EventListener, Events};
use super::groups::Groups;
use super::guard::contain;
use super::header::Owner;
use super::histories::Histories;
use super::lock::Lock;
use super::mailbox::{Deadline, signal};
use super::metrics::Metrics;
use super::registry::Registry;
use super::spawn::{FindError, Spawn, SpawnError};
use super::suspensions::Suspensions;
use super::telemetry::{Escalation, Telemetry, TelemetryCounts};
use super::terminations::Terminations;
use super::timers::{Due, Key, Timers};
use super::waits::Waits;
use super::watch::{self, Watch};

pub use builder::Builder;

/// What all actors of a system share.
pub(super) struct Core {
    name: String,
    clock: Box<dyn Clock + Send + Sync>,
    /// Time leaps where the stepper says so, and every deadline is met to the nanosecond.
    virtual_time: bool,
    random: AtomicU64,
    /// The runtime of the system; `None` for a stepped one.
    runtime: Option<::tokio::runtime::Handle>,
    /// Who runs actors that say nothing about it; `None` is the shared dispatcher.
    default_place: Option<Place>,
    homes: Homes,
    /// Ready cells that were dropped unrun.
    refused: AtomicU64,
    timers: Timers,
    watch: Watch,
    /// Somebody is on watch.
    sweeping: AtomicBool,
    registry: Registry,
    counts: Lock<Vec<(TypeId, Box<TypeCounts>)>>,
    events: Events,
    telemetry: Telemetry,
    /// What was decided about failures, by strategy and directive.
    decisions: [[AtomicU64; Directive::ALL.len()]; Strategy::ALL.len()],
    /// Failures on their way from a child to its parent, by the parent.
    escalated: Lock<Vec<(ActorId, Escalation)>>,
    terminations: Terminations,
    groups: Groups,
    histories: Histories,
    suspensions: Suspensions,
    waits: Waits,
    /// What all handles share, while there are any.
    handles: OnceLock<Weak<Handle>>,
    shutdown_timeout: Duration,
    exhausted: RootExhausted,
    /// No actor is started any more.
    closing: AtomicBool,
    /// It shuts down without anybody waiting for it.
    unattended: AtomicBool,
    down: AtomicBool,
    ending: SystemEnd,
}

/// A waker that is kept for a deadline.
#[derive(Clone, Copy)]
pub(super) enum Alarm {
    Exact(Key),
    Coarse(watch::Place),
}

impl Core {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    // ---- running -----------------------------------------------------------------------------------

    /// Who runs actors that say nothing about it; `None` is the shared dispatcher.
    pub(super) fn default_place(&self) -> Option<&Place> {
        self.default_place.as_ref()
    }

    /// The runtime of the system; `None` for a stepped one.
    pub(super) fn runtime(&self) -> Option<&::tokio::runtime::Handle> {
        self.runtime.as_ref()
    }

    pub(super) fn homes(&self) -> &Homes {
        &self.homes
    }

    /// The actors at `home` that have not ended, in order of their index.
    pub(super) fn cells_at(&self, home: &Arc<Home>) -> Vec<Owner> {
        let mut cells = self.registry.living();
        cells.retain(|cell| Arc::ptr_eq(&cell.header().core, home));
        cells
    }

    /// A ready cell is dropped unrun.
    pub(super) fn count_refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    // ---- time --------------------------------------------------------------------------------------

    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Has `waker` woken at `deadline`, which is set; soon after it where it is a `default` one and time is real.
    ///
    /// Virtual time has no ticks: every deadline is met to the nanosecond.
    pub(super) fn set_alarm(&self, deadline: Deadline, default: bool, waker: &Waker) -> Alarm {
        let moment = deadline.moment().unwrap_or(Instant::from_nanos(u64::MAX));
        if !default || self.virtual_time {
            return Alarm::Exact(self.timers.add(moment, Due::Wake(waker.clone())));
        }
        let place = self.watch.add(deadline, waker);
        // Between this and `sweep` one of the two sees the other's write.
        fence(Ordering::SeqCst);
        if !self.sweeping.load(Ordering::Relaxed) {
            self.sweeping.store(true, Ordering::Relaxed);
            self.timers.wake_sleeper();
        }
        Alarm::Coarse(place)
    }

    /// Forgets an alarm; done once for each.
    pub(super) fn cancel_alarm(&self, alarm: Alarm) {
        match alarm {
            Alarm::Exact(key) => self.timers.cancel(key),
            Alarm::Coarse(place) => self.watch.remove(place),
        }
    }

    /// Whether somebody is on watch.
    pub(super) fn is_sweeping(&self) -> bool {
        self.sweeping.load(Ordering::Relaxed)
    }

    /// Wakes asks that are late. Returns whether any is left on watch.
    pub(super) fn sweep(&self, now: Instant) -> bool {
        if !self.sweeping.load(Ordering::Relaxed) {
            return false;
        }
        if self.watch.sweep(now) {
            return true;
        }
        self.sweeping.store(false, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let left = self.watch.sweep(now);
        if left {
            self.sweeping.store(true, Ordering::Relaxed);
        }
        left
    }

    pub(super) fn timers(&self) -> &Timers {
        &self.timers
    }

    /// The next random number of the system (splitmix64, by Steele, Lea and Flood).
    pub(super) fn random(&self) -> u64 {
        const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.random.fetch_add(GOLDEN, Ordering::Relaxed).wrapping_add(GOLDEN);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    // ---- actors ------------------------------------------------------------------------------------

    /// Whether no actor is started any more, but children of those that are there.
    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Gives a new cell its id and keeps it until it has ended.
    pub(super) fn register(&self, top_level: bool, create: impl FnOnce(ActorId) -> Owner) -> Option<Owner> {
        self.registry.add(top_level, || top_level && self.is_closing(), create)
    }

    /// Ends whatever is left, when nobody will run it any more.
    pub(super) fn abandon_all(&self) {
        self.closing.store(true, Ordering::SeqCst);
        for cell in self.registry.living().iter().rev() {
            cell.signal(signal::KILL);
        }
        self.go_down();
    }

    pub(super) fn counts<A: Actor>(&self) -> NonNull<TypeCounts> {
        self.counts_of(TypeId::of::<A>(), TypeCounts::of::<A>)
    }

    pub(super) fn mailboxes(&self) -> Vec<MailboxFigures> {
        let counts = self.all_counts().into_iter();
        let mut figures: Vec<(TypeId, MailboxFigures)> =
            counts.map(|(actor, counts)| (actor, counts.mailboxes())).collect();
        for owner in self.registry.living() {
            let actor = (owner.header().table.actor)();
            let Some((_, figures)) = figures.iter_mut().find(|(known, _)| *known == actor) else { continue };
            let lanes = owner.lanes();
            figures.user.depth += lanes.user.depth;
            figures.urgent.depth += lanes.urgent.depth;
        }
        let now = self.now();
        for (actor, figures) in &mut figures {
            let past = self.suspensions.past_of(|suspended| suspended == *actor, now);
            (figures.suspensions, figures.suspended) = (past.times, past.total);
        }
        figures.into_iter().map(|(_, figures)| figures).collect()
    }

    /// The homes of living actors, that of the system's own workers or its stepper first.
    pub(super) fn living_homes(&self) -> Vec<Arc<Home>> {
        let mut homes: Vec<Arc<Home>> = self.homes.main().into_iter().collect();
        for cell in self.registry.living() {
            let home = &cell.header().core;
            if !homes.iter().any(|known| Arc::ptr_eq(known, home)) {
                homes.push(Arc::clone(home));
            }
        }
        homes
    }

    fn counts_of(&self, actor: TypeId, make: fn() -> TypeCounts) -> NonNull<TypeCounts> {
        let mut counts = self.counts.lock();
        let known = counts.iter().position(|(known, _)| *known == actor);
        let place = known.unwrap_or_else(|| {
            counts.push((actor, Box::new(make())));
            counts.len() - 1
        });
        NonNull::from(&*counts[place].1)
    }

    /// What was counted of each type of actors that there has been.
    pub(super) fn all_counts(&self) -> Vec<(TypeId, &TypeCounts)> {
        let counts = self.counts.lock();
        // SAFETY: each lies in a box of its own, which stays as long as this does.
        #[allow(unsafe_code)]
        counts.iter().map(|(actor, counts)| (*actor, unsafe { NonNull::from(&**counts).as_ref() })).collect()
    }

    /// Ready cells that were dropped unrun.
    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    // ---- failures and events -----------------------------------------------------------------------

    /// The name of an actor, for its event; not looked for where nobody is told.
    pub(super) fn name_in_event(&self, id: ActorId) -> Option<Arc<str>> {
        self.events.are_heard().then(|| self.registry.name_of(id)).flatten()
    }

    /// An actor that nobody awaited was not started.
    #[cold]
    pub(super) fn not_started(&self, actor: &'static str, why: &SpawnError) {
        self.event(&SystemEvent::NotStarted { actor, failure: &Failure::start(why) });
    }

    pub(super) fn event(&self, event: &SystemEvent<'_>) {
        self.events.tell(event);
    }

    pub(super) fn events(&self) -> &Events {
        &self.events
    }

    /// Tells events, by `event`, and telemetry of a failure of an actor whose kind these are the `counts` of.
    pub(super) fn tell_of_failure(
        &self,
        counts: &TypeCounts,
        severity: Severity,
        build: &dyn Fn(Instant, u32) -> FailureSnapshot,
        event: &dyn Fn(&FailureSnapshot),
    ) {
        self.telemetry.tell(&self.events, &*self.clock, &counts.storm, severity, build, event);
    }

    pub(super) fn telemetry_counts(&self) -> TelemetryCounts {
        self.telemetry.counts()
    }

    /// Counts what was decided about a failure.
    pub(super) fn decided(&self, strategy: Strategy, directive: Directive) {
        self.decisions[strategy as usize][directive as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How often each was decided.
    pub(super) fn decisions(&self) -> impl Iterator<Item = (Strategy, Directive, u64)> {
        let by = |strategy| Directive::ALL.map(|directive| (strategy, directive));
        Strategy::ALL.into_iter().flat_map(by).map(|(strategy, directive)| {
            let number = self.decisions[strategy as usize][directive as usize].load(Ordering::Relaxed);
            (strategy, directive, number)
        })
    }

    pub(super) fn escalate(&self, parent: ActorId, escalation: Escalation) {
        self.escalated.lock().push((parent, escalation));
    }

    pub(super) fn take_escalated(&self, parent: ActorId) -> Vec<Escalation> {
        take_all(&self.escalated, parent)
    }

    pub(super) fn waits(&self) -> &Waits {
        &self.waits
    }

    pub(super) fn suspensions(&self) -> &Suspensions {
        &self.suspensions
    }

    pub(super) fn groups(&self) -> &Groups {
        &self.groups
    }

    pub(super) fn histories(&self) -> &Histories {
        &self.histories
    }

    pub(super) fn terminations(&self) -> &Terminations {
        &self.terminations
    }

    // ---- the end -----------------------------------------------------------------------------------

    pub(super) fn is_down(&self) -> bool {
        self.down.load(Ordering::Acquire)
    }

    pub(super) fn ending(&self) -> &SystemEnd {
        &self.ending
    }

    /// Stops top-level actors, the youngest first, each when the one before it has ended.
    async fn shut_down(&self) -> Result<(), ShutdownError> {
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
    pub(super) fn root_exhausted(self: &Arc<Self>) {
        match self.exhausted {
            RootExhausted::Stop => {}
            RootExhausted::Shutdown if self.is_closing() => {}
            RootExhausted::Shutdown => self.shut_down_unattended(),
        }
    }

    /// Shuts down without anybody waiting for it. One such shutdown tells who is stuck, whatever leads to it again.
    fn shut_down_unattended(self: &Arc<Self>) {
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
        let mut ended = super::call::Stopped::of(cell.clone());
        let mut alarm = None;
        let result = poll_fn(|cx| {
            if core::pin::Pin::new(&mut ended).poll(cx).is_ready() {
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

    fn go_down(&self) {
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

impl Drop for Core {
    /// Whoever lets go of the system last must not pay for a dispatcher that panics when it is dropped.
    fn drop(&mut self) {
        let dispatcher = self.default_place.take();
        contain(|| drop(dispatcher));
    }
}

/// Takes what was kept for `id`.
fn take_all<T>(kept: &Lock<Vec<(ActorId, T)>>, id: ActorId) -> Vec<T> {
    kept.lock().extract_if(.., |(whose, _)| *whose == id).map(|(_, what)| what).collect()
}

/// Whether this thread runs inside a tokio runtime, where user code may spawn and sleep. A task is always; looking
/// further costs a count, and only who blocks on a future pays it.
pub(super) fn in_runtime() -> bool {
    ::tokio::task::try_id().is_some() || ::tokio::runtime::Handle::try_current().is_ok()
}

/// A system of actors on a tokio runtime.
///
/// Cloning gives another handle to the same system; when the last one is dropped, the system shuts down without
/// anybody waiting for it.
#[derive(Clone)]
pub struct ActorSystem {
    handle: Arc<Handle>,
}

/// What all handles share.
struct Handle {
    home: Arc<Home>,
    /// Made when the system was going down already.
    is_late: bool,
}

impl Home {
    /// One more handle to the system.
    pub(super) fn system(&self) -> ActorSystem {
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
    fn of(home: Arc<Home>) -> Self {
        let handle = Arc::new(Handle { home, is_late: false });
        // A core is made for one system, so nobody was here before.
        let _ = handle.home.handles.set(Arc::downgrade(&handle));
        Self { handle }
    }

    /// Starts a system with default settings on the tokio runtime this is called in, with one worker task for
    /// each of the runtime's worker threads.
    ///
    /// # Panics
    /// Outside of a tokio runtime, or in one without `enable_time`.
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
        EventListener::new(self.handle.home.core(), Arc::new(listener))
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
        Metrics::of(self.handle.home.core())
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
        SystemStopped::of(Arc::clone(self.handle.home.core()))
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

/// An actor that had not ended when a shutdown ran out of time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stuck {
    /// Its identity.
    pub id: ActorId,
    /// Its label.
    pub actor: &'static str,
    /// Its name, if it was [`named`](Spawn::named).
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
    use super::*;

    #[test]
    fn a_system_that_is_exhausted_twice_shuts_down_once() {
        let runtime = ::tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let system = ActorSystem::builder("exhausted").exhausted(RootExhausted::Shutdown).start();
            let core = Arc::clone(system.handle.home.core());
            let tasks = || ::tokio::runtime::Handle::current().metrics().num_alive_tasks();
            let before = tasks();
            core.root_exhausted();
            core.root_exhausted();
            drop(system);
            assert_eq!(tasks() - before, 1, "each would tell who is stuck");
        });
    }
}
