//! What every cell begins with. The pointers to it (`owner.rs`, `runnable.rs`, `address.rs`) are thin, because a run queue
//! moves them by the million, and typed again only where a message is pushed.
//!
//! Two counts keep a cell alive. The *strong* count (the `Arc`) is of those who may touch its memory: the
//! registry, its parent, its timers, and all refs together. The *refs* count is of those who can send to it; when it
//! falls to zero the actor drains and stops. So cloning a ref is one addition, and the runtime's own pointers
//! keep no actor alive.

use core::any::TypeId;
use core::fmt;
use core::ptr::NonNull;
use std::boxed::Box;
use std::sync::Arc;

use crate::failure::StopReason;
use crate::id::{ActorId, Incarnation};
use crate::metrics::{Histogram, Lanes};
use crate::supervision::{Decider, RestartType, Scope, Supervision, Terms};

use super::address::Address;
use super::dispatcher::home::Home;
use super::owner::Owner;
use super::runnable::{Allowance, Ran};
use super::sync::{AtomicBool, AtomicU8, AtomicU32, AtomicUsize, Ordering, fence};
use super::telemetry::Escalation;

/// The erased functions of one kind of cell.
pub(super) struct Table {
    pub(super) retain: unsafe fn(NonNull<Header>),
    pub(super) release: unsafe fn(NonNull<Header>),
    pub(super) run: unsafe fn(NonNull<Header>, Allowance) -> Ran,
    pub(super) abandon: unsafe fn(NonNull<Header>),
    pub(super) signal: unsafe fn(NonNull<Header>, u32) -> bool,
    pub(super) is_woken: unsafe fn(NonNull<Header>) -> bool,
    pub(super) depth: unsafe fn(NonNull<Header>) -> usize,
    pub(super) begun: unsafe fn(NonNull<Header>) -> Option<&'static str>,
    pub(super) load: unsafe fn(NonNull<Header>) -> usize,
    pub(super) lanes: unsafe fn(NonNull<Header>) -> Lanes,
    pub(super) add_recent: unsafe fn(NonNull<Header>, &mut [Histogram; 2]),
    pub(super) wait_for_end: unsafe fn(NonNull<Header>, Option<u64>, &core::task::Waker) -> Option<u64>,
    pub(super) cancel_wait_for_end: unsafe fn(NonNull<Header>, u64),
    pub(super) take_start_failure: unsafe fn(NonNull<Header>) -> Option<Box<Escalation>>,
    pub(super) actor: fn() -> TypeId,
    pub(super) label: fn() -> &'static str,
    /// Makes a ref, unless the actor takes no more messages.
    pub(super) upgrade: unsafe fn(NonNull<Header>) -> Option<Address>,
    pub(super) capacity: u32,
    /// How actors of this kind treat their children.
    pub(super) supervision: &'static Supervision,
    pub(super) decider: Option<Decider>,
}

/// The reasons for an end, by the number they are kept as, less one.
const REASONS: [StopReason; 6] = [
    StopReason::Requested,
    StopReason::Drained,
    StopReason::Killed,
    StopReason::Failed,
    StopReason::ParentStopped,
    StopReason::Shutdown,
];

/// The first start of an actor.
pub(super) struct Start(AtomicU8);

impl Start {
    const UP: u8 = 0;
    const AWAITED: u8 = 1;
    const GIVEN_UP: u8 = 2;

    fn begin() -> Self {
        Self(AtomicU8::new(Self::AWAITED))
    }

    /// Whether it goes on; an actor that ended before it was up stays there.
    pub(super) fn is_on(&self) -> bool {
        self.0.load(Ordering::Acquire) != Self::UP
    }

    /// The actor is up. Returns whether it was not before.
    pub(super) fn end(&self) -> bool {
        self.0.swap(Self::UP, Ordering::AcqRel) != Self::UP
    }

    /// Nobody waits for it any more.
    pub(super) fn give_up(&self) {
        // Where it has ended there is nothing to give up.
        let _ = self.0.compare_exchange(Self::AWAITED, Self::GIVEN_UP, Ordering::AcqRel, Ordering::Relaxed);
    }

    pub(super) fn is_given_up(&self) -> bool {
        self.0.load(Ordering::Acquire) == Self::GIVEN_UP
    }
}

/// Under whom a child starts, and how.
pub(super) struct Parent {
    pub(super) cell: Owner,
    pub(super) terms: Terms,
}

/// The first field of every cell.
#[repr(C)]
pub(super) struct Header {
    pub(super) table: &'static Table,
    pub(super) refs: AtomicUsize,
    /// Who runs it, and by way of that the core of its system.
    pub(super) core: Arc<Home>,
    /// The supervisor, for a child.
    pub(super) parent: Option<Owner>,
    pub(super) id: ActorId,
    pub(super) incarnation: AtomicU32,
    /// Zero while it lives, then why it ended, as a number of `REASONS`.
    ended: AtomicU8,
    /// What became of the first start.
    pub(super) start: Start,
    /// On what terms its parent keeps it.
    terms: Terms,
    /// Whether anybody ever asked to hear of its end.
    pub(super) watched: AtomicBool,
}

impl Header {
    pub(super) fn new(table: &'static Table, core: Arc<Home>, parent: Option<Parent>, id: ActorId) -> Self {
        let alone = Terms::new(RestartType::Transient, Scope::Child);
        let (parent, terms) = parent.map_or((None, alone), |parent| (Some(parent.cell), parent.terms));
        Self {
            table,
            refs: AtomicUsize::new(0),
            core,
            parent,
            id,
            incarnation: AtomicU32::new(0),
            ended: AtomicU8::new(0),
            start: Start::begin(),
            terms,
            watched: AtomicBool::new(false),
        }
    }

    /// Whether nobody can send to the actor any more but itself, and it ends for that.
    #[inline]
    pub(super) fn refs_gone(&self) -> bool {
        self.refs.load(Ordering::Acquire) == 0 && self.restart() != RestartType::Permanent
    }

    /// After which ends it is restarted.
    #[inline]
    pub(super) fn restart(&self) -> RestartType {
        self.terms.restart()
    }

    /// With whom its restarts are counted.
    pub(super) fn scope(&self) -> Scope {
        self.terms.scope()
    }

    /// How the supervisor treats this actor.
    pub(super) fn supervision(&self) -> &'static Supervision {
        match &self.parent {
            Some(parent) => parent.header().table.supervision,
            None => &Supervision::DEFAULT,
        }
    }

    /// What the supervisor wishes for failures of this actor, if it says anything.
    pub(super) fn decider(&self) -> Option<Decider> {
        self.parent.as_ref()?.header().table.decider
    }

    pub(super) fn incarnation(&self) -> Incarnation {
        Incarnation::new(self.incarnation.load(Ordering::Relaxed))
    }

    /// What [`write_path`](Self::write_path) writes.
    pub(super) fn path(&self) -> impl fmt::Display {
        fmt::from_fn(|f| self.write_path(f))
    }

    pub(super) fn write_path(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = &self.parent {
            parent.header().write_path(f)?;
            f.write_str("/")?;
        }
        // Taken out of the registry first: whoever formats is foreign code.
        let name = self.core.registry().name_of(self.id);
        f.write_str(name.as_deref().unwrap_or_else(|| (self.table.label)()))
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire) != 0
    }

    /// Why it has ended, if it has.
    pub(super) fn end(&self) -> Option<StopReason> {
        REASONS.get(usize::from(self.ended.load(Ordering::Acquire)).checked_sub(1)?).copied()
    }

    /// Whoever writes something, and then looks at [`end`](Self::end) behind a fence, sees this, or what they wrote is seen
    /// by whom this is said.
    pub(super) fn set_ended(&self, why: StopReason) {
        let place = REASONS.iter().position(|reason| *reason == why).unwrap_or(0);
        self.ended.store(u8::try_from(place + 1).unwrap_or(1), Ordering::Release);
        fence(Ordering::SeqCst);
    }
}
