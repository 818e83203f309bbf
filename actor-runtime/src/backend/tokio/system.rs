//! One system of actors, and what they share.

mod actor_system;
mod builder;
mod shutdown;

use core::ptr::NonNull;
use core::time::Duration;
use std::any::TypeId;
use std::boxed::Box;
use std::string::String;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
use std::sync::{Arc, OnceLock, Weak};
use std::task::Waker;
use std::vec::Vec;

use crate::actor::Actor;
use crate::failure::Failure;
use crate::id::ActorId;
use crate::metrics::{MailboxFigures, SystemEvent};
use crate::supervision::{Directive, RootExhausted, Strategy};
use crate::telemetry::{FailureSnapshot, Severity};
use crate::time::{Clock, Instant};

use super::counts::TypeCounts;
use super::dispatcher::Place;
use super::dispatcher::home::Home;
use super::dispatcher::homes::Homes;
use super::ending::SystemEnd;
use super::events::Events;
use super::groups::Groups;
use super::guard::contain;
use super::histories::Histories;
use super::lock::Lock;
use super::mailbox::{Deadline, signal};
use super::owner::Owner;
use super::registry::Registry;
use super::spawn::SpawnError;
use super::suspensions::Suspensions;
use super::telemetry::{Escalation, Telemetry, TelemetryCounts};
use super::terminations::Terminations;
use super::timers::{Due, Key, Timers};
use super::waits::Waits;
use super::watch::{self, Watch};

pub use actor_system::ActorSystem;
pub use builder::Builder;
pub use shutdown::{ShutdownError, Stuck};

use actor_system::Handle;

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
        let mut escalated = self.escalated.lock();
        escalated.extract_if(.., |(whose, _)| *whose == parent).map(|(_, escalation)| escalation).collect()
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
}

impl Drop for Core {
    /// Whoever lets go of the system last must not pay for a dispatcher that panics when it is dropped.
    fn drop(&mut self) {
        let dispatcher = self.default_place.take();
        contain(|| drop(dispatcher));
    }
}

/// Whether this thread runs inside a tokio runtime, where user code may spawn and sleep. A task is always; looking
/// further costs a count, and only who blocks on a future pays it.
pub(super) fn in_runtime() -> bool {
    ::tokio::task::try_id().is_some() || ::tokio::runtime::Handle::try_current().is_ok()
}
