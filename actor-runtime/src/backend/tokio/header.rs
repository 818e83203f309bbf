//! What every cell begins with, and the pointers to it: thin, because a run queue moves them by the
//! million, and typed again only where a message is pushed.
//!
//! Two counts keep a cell alive. The *strong* count (the `Arc`) is of those who may touch its memory: the
//! registry, its parent, its timers, and all refs together. The *refs* count is of those who can send to it; when it
//! falls to zero the actor drains and stops. So cloning a ref is one addition, and the runtime's own pointers
//! keep no actor alive.

use core::any::TypeId;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;
use core::time::Duration;
use std::boxed::Box;
use std::cell::RefCell;
use std::sync::Arc;
use std::thread_local;
use std::vec::Vec;

use crate::actor::{Actor, UNBOUNDED};
use crate::failure::StopReason;
use crate::id::{ActorId, Incarnation};
use crate::metrics::{Histogram, Lanes};
use crate::policy::OverloadHint;
use crate::supervision::{Decider, RestartType, Scope, Supervision, Terms};

use super::cell::Cell;
use super::dispatcher::home::Home;
use super::mailbox::signal;
use super::suspensions::Suspension;
use super::sync::{AtomicBool, AtomicU8, AtomicU32, AtomicUsize, Ordering, fence};
use super::telemetry::Escalation;

/// The erased functions of one kind of cell.
pub(super) struct Table {
    pub(super) retain: unsafe fn(NonNull<Header>),
    pub(super) release: unsafe fn(NonNull<Header>),
    pub(super) run: unsafe fn(NonNull<Header>, Allowance) -> Ran,
    pub(super) abandon: unsafe fn(NonNull<Header>),
    pub(super) signal: unsafe fn(NonNull<Header>, u32) -> bool,
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

/// What became of an activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ran {
    /// The turn was given up, or the actor has ended.
    Idle,
    /// The budget is used and messages wait: the cell goes to the end of the queue.
    Again,
}

/// What a dispatcher allows one activation, on top of what the actor's own options say: the most messages, and its
/// hint. In one word, because it is handed on for every activation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowance(u32);

impl Allowance {
    const HINT: u32 = 30;
    /// As many messages as the actor's own options say: none given, so that the common case is a zero.
    const ALL: Self = Self(0);

    pub(super) fn new(most: u32, hint: OverloadHint) -> Self {
        let most = if most >= 1 << Self::HINT { 0 } else { most.max(1) };
        Self(most | (hint as u32) << Self::HINT)
    }

    /// Whether the actor's own options are all there is to it.
    #[inline]
    pub(super) fn is_all(self) -> bool {
        self.0 == Self::ALL.0
    }

    pub(super) fn most(self) -> u32 {
        match self.0 & ((1 << Self::HINT) - 1) {
            0 => u32::MAX,
            most => most,
        }
    }

    pub(super) fn hint(self) -> OverloadHint {
        match self.0 >> Self::HINT {
            0 => OverloadHint::Calm,
            1 => OverloadHint::Busy,
            _ => OverloadHint::Overloaded,
        }
    }
}

impl Default for Allowance {
    fn default() -> Self {
        Self::ALL
    }
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
    refs: AtomicUsize,
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

/// A strong pointer to a cell.
pub(super) struct Owner(NonNull<Header>);

// SAFETY: a cell may be touched from any thread; what may not is guarded by the turn.
unsafe impl Send for Owner {}
// SAFETY: as above.
unsafe impl Sync for Owner {}

impl Owner {
    pub(super) fn new<A: Actor>(cell: Arc<Cell<A>>) -> Self {
        // SAFETY: `Arc::into_raw` is never null. The header is the first field of the `repr(C)` cell, and the
        // pointer keeps the provenance of the whole cell.
        Self(unsafe { NonNull::new_unchecked(Arc::into_raw(cell).cast_mut().cast()) })
    }

    /// One more strong pointer to the cell behind `header`.
    ///
    /// # Safety
    /// The cell is alive, and `header` has the provenance of the whole cell.
    pub(super) unsafe fn retain(header: NonNull<Header>) -> Self {
        // SAFETY: alive, as promised.
        let table = unsafe { header.as_ref() }.table;
        // SAFETY: the table is that of this cell.
        unsafe { (table.retain)(header) };
        Self(header)
    }

    pub(super) fn header(&self) -> &Header {
        // SAFETY: this pointer keeps the cell alive.
        unsafe { self.0.as_ref() }
    }

    pub(super) fn as_ptr(&self) -> NonNull<Header> {
        self.0
    }

    /// Tells the cell something besides messages, and schedules it if it has to look.
    pub(super) fn signal(&self, bits: u32) {
        // SAFETY: the cell is alive and the table is its own.
        if unsafe { (self.header().table.signal)(self.0, bits) } {
            // SAFETY: `signal` handed over the turn.
            self.header().core.schedule(unsafe { Runnable::from_turn(self.0) });
        }
    }

    /// A ref for those who send.
    pub(super) fn address(&self) -> Address {
        // SAFETY: this pointer keeps the cell alive.
        unsafe { Address::new(self.0) }
    }

    /// A ref for those who send, unless the actor takes no more messages.
    pub(super) fn upgrade(&self) -> Option<Address> {
        // SAFETY: the cell is alive and the table is its own.
        unsafe { (self.header().table.upgrade)(self.0) }
    }

    /// The handler that it has begun, and which has not come to its end.
    pub(super) fn begun(&self) -> Option<&'static str> {
        // SAFETY: this pointer keeps the cell, and has the provenance of its allocation.
        unsafe { (self.header().table.begun)(self.0) }
    }

    pub(super) fn depth(&self) -> usize {
        // SAFETY: the cell is alive and the table is its own.
        unsafe { (self.header().table.depth)(self.0) }
    }

    pub(super) fn lanes(&self) -> Lanes {
        // SAFETY: the cell is alive and the table is its own.
        unsafe { (self.header().table.lanes)(self.0) }
    }

    /// Adds how long messages waited lately in each lane to what was seen of others.
    pub(super) fn add_recent(&self, all: &mut [Histogram; 2]) {
        // SAFETY: the cell is alive and the table is its own.
        unsafe { (self.header().table.add_recent)(self.0, all) }
    }

    pub(super) fn wait_for_end(&self, ticket: Option<u64>, waker: &core::task::Waker) -> Option<u64> {
        // SAFETY: the cell is alive and the table is its own.
        unsafe { (self.header().table.wait_for_end)(self.0, ticket, waker) }
    }

    /// Why the first start failed, for the one who asks first.
    pub(super) fn take_start_failure(&self) -> Option<Box<Escalation>> {
        // SAFETY: the cell is alive and the table is its own.
        unsafe { (self.header().table.take_start_failure)(self.0) }
    }

    pub(super) fn cancel_wait_for_end(&self, ticket: u64) {
        // SAFETY: the cell is alive and the table is its own.
        unsafe { (self.header().table.cancel_wait_for_end)(self.0, ticket) }
    }
}

impl Clone for Owner {
    fn clone(&self) -> Self {
        // SAFETY: this pointer keeps the cell alive.
        unsafe { Self::retain(self.0) }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let release = self.header().table.release;
        // SAFETY: this pointer's own count is given back, once.
        unsafe { release(self.0) };
    }
}

thread_local! {
    /// Turns that were given up while this thread gave up another.
    static ABANDONED: RefCell<Option<Vec<NonNull<Header>>>> = const { RefCell::new(None) };
}

/// The turn of a cell that has something to do, on its way to whoever runs it.
///
/// It counts nothing: the registry keeps a cell until it has ended, and only the turn can end it.
pub(super) struct Runnable(NonNull<Header>);

// SAFETY: the turn is exclusive and may be run by any thread.
unsafe impl Send for Runnable {}

impl Runnable {
    /// # Safety
    /// The caller owns the turn of the cell and hands it over.
    pub(super) unsafe fn from_turn(header: NonNull<Header>) -> Self {
        Self(header)
    }

    pub(super) fn header(&self) -> &Header {
        // SAFETY: the turn keeps the cell alive.
        unsafe { self.0.as_ref() }
    }

    /// Runs one activation.
    pub(super) fn run(self, allowance: Allowance) -> Option<Self> {
        let this = ManuallyDrop::new(self);
        // SAFETY: the turn keeps the cell alive.
        let run = unsafe { this.0.as_ref() }.table.run;
        // SAFETY: the caller owns the turn, and gets it back with `Again`.
        match unsafe { run(this.0, allowance) } {
            Ran::Idle => None,
            Ran::Again => Some(ManuallyDrop::into_inner(this)),
        }
    }

    /// The thin pointer, to be kept in an atomic.
    pub(super) fn into_raw(self) -> *mut Header {
        ManuallyDrop::new(self).0.as_ptr()
    }

    /// # Safety
    /// `raw` came from [`into_raw`](Self::into_raw) and is used once.
    pub(super) unsafe fn from_raw(raw: *mut Header) -> Option<Self> {
        NonNull::new(raw).map(Self)
    }
}

impl Drop for Runnable {
    /// A turn that nobody will run ends its actor: nothing may be left waiting.
    fn drop(&mut self) {
        self.header().core.count_refused();
        // One after the other: an actor that ends lets go of refs, and so ends others. A chain of them must not grow
        // the stack.
        let mut next = Some(self.0);
        let first = with_abandoned(|abandoned| match abandoned {
            Some(waiting) => {
                waiting.extend(next.take());
                false
            }
            None => {
                *abandoned = Some(Vec::new());
                true
            }
        });
        while let Some(header) = next {
            // SAFETY: the turn keeps the cell alive.
            let abandon = unsafe { header.as_ref() }.table.abandon;
            // SAFETY: this is the turn, and it is given up for good.
            unsafe { abandon(header) };
            next = with_abandoned(|abandoned| abandoned.as_mut().and_then(Vec::pop)).flatten();
        }
        if first == Some(true) {
            with_abandoned(Option::take);
        }
    }
}

/// Looks at the turns that were given up; `None` on a thread that is going down, which gives each up on its own.
fn with_abandoned<R>(look: impl FnOnce(&mut Option<Vec<NonNull<Header>>>) -> R) -> Option<R> {
    ABANDONED.try_with(|abandoned| look(&mut abandoned.borrow_mut())).ok()
}

/// The address of an actor of this backend: what a ref holds.
pub(crate) struct Address(NonNull<Header>);

// SAFETY: an address only pushes and signals, both of which any thread may do.
unsafe impl Send for Address {}
// SAFETY: as above.
unsafe impl Sync for Address {}

impl Address {
    /// # Safety
    /// The cell is alive, and `header` has the provenance of the whole cell.
    pub(super) unsafe fn new(header: NonNull<Header>) -> Self {
        // SAFETY: alive, as promised.
        let shared = unsafe { header.as_ref() };
        if shared.refs.fetch_add(1, Ordering::Relaxed) == 0 {
            // The refs together hold one strong count; the first brings it.
            // SAFETY: alive, as promised; forgotten here, released by the last ref.
            core::mem::forget(unsafe { Owner::retain(header) });
        }
        Self(header)
    }

    /// The same, for as long as it is borrowed, without the place where this one lies.
    #[inline]
    pub(super) fn borrow(&self) -> Borrowed<'_> {
        Borrowed { header: self.0, address: PhantomData }
    }

    #[inline]
    pub(super) fn header(&self) -> &Header {
        self.borrow().header()
    }

    #[inline]
    pub(super) fn as_ptr(&self) -> NonNull<Header> {
        self.0
    }

    /// A strong pointer that does not count as a ref.
    pub(super) fn owner(&self) -> Owner {
        // SAFETY: the refs together keep the cell alive.
        unsafe { Owner::retain(self.0) }
    }

    pub(crate) fn id(&self) -> ActorId {
        self.header().id
    }

    pub(crate) fn is_alive(&self) -> bool {
        !self.header().has_ended()
    }

    pub(crate) fn depth(&self) -> usize {
        self.owner().depth()
    }

    pub(crate) fn lanes(&self) -> Lanes {
        self.owner().lanes()
    }

    pub(crate) fn load(&self) -> usize {
        // SAFETY: the refs together keep the cell alive, and the table is its own.
        unsafe { (self.header().table.load)(self.0) }
    }

    pub(crate) fn capacity(&self) -> Option<u32> {
        Some(self.header().table.capacity).filter(|capacity| *capacity != UNBOUNDED)
    }

    pub(crate) fn downgrade(&self) -> WeakAddress {
        WeakAddress(self.owner())
    }

    pub(crate) fn suspend(&self, owner: &'static str) -> Option<Suspension> {
        self.header().core.suspensions().suspend(self.owner(), owner)
    }

    /// Who keeps the actor suspended, the first of them.
    pub(crate) fn suspended_by(&self) -> Option<&'static str> {
        let header = self.header();
        header.core.suspensions().first_owner(header.id)
    }

    /// How often the actor was suspended, and for how long in all.
    pub(crate) fn suspended(&self) -> (u64, Duration) {
        let header = self.header();
        let past = header.core.suspensions().past(header.id, header.core.now());
        (past.times, past.total)
    }

    pub(crate) fn kill(&self) {
        self.owner().signal(signal::KILL);
    }

    pub(crate) fn stop(&self) {
        self.owner().signal(signal::STOP);
    }

    pub(crate) fn drain(&self) {
        self.owner().signal(signal::DRAIN);
    }
}

/// What is left of an address that keeps no actor alive: only its memory, as a weak `Arc` does.
#[derive(Clone)]
pub(crate) struct WeakAddress(Owner);

impl WeakAddress {
    pub(crate) fn upgrade(&self) -> Option<Address> {
        self.0.upgrade()
    }

    /// Writes the names, or else labels, from the root down to this actor.
    pub(crate) fn write_path(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.header().write_path(f)
    }

    pub(crate) fn id(&self) -> ActorId {
        self.0.header().id
    }
}

impl PartialEq for WeakAddress {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_ptr() == other.0.as_ptr()
    }
}

impl Eq for WeakAddress {}

impl Hash for WeakAddress {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_ptr().hash(state);
    }
}

/// An address that somebody else counts for `'a`. It may be moved away from where that address lies, which may move
/// as well.
#[derive(Clone, Copy)]
pub(super) struct Borrowed<'a> {
    header: NonNull<Header>,
    address: PhantomData<&'a Address>,
}

// SAFETY: as `Address`.
unsafe impl Send for Borrowed<'_> {}
// SAFETY: as `Address`.
unsafe impl Sync for Borrowed<'_> {}

impl<'a> Borrowed<'a> {
    #[inline]
    pub(super) fn header(self) -> &'a Header {
        // SAFETY: the refs together keep the cell alive.
        unsafe { self.header.as_ref() }
    }

    #[inline]
    pub(super) fn as_ptr(self) -> NonNull<Header> {
        self.header
    }

    /// The cell, typed.
    ///
    /// The caller has it from a `Ref<A>`, which was made for an actor of type `A`.
    #[inline]
    pub(super) fn cell<A: Actor>(self) -> &'a Cell<A> {
        debug_assert_eq!((self.header().table.actor)(), TypeId::of::<A>());
        // SAFETY: the cell is a `Cell<A>`, alive while the address is, and the pointer has its provenance.
        unsafe { self.header.cast::<Cell<A>>().as_ref() }
    }
}

impl Clone for Address {
    #[inline]
    fn clone(&self) -> Self {
        let before = self.header().refs.fetch_add(1, Ordering::Relaxed);
        debug_assert!(before > 0, "this ref counts");
        Self(self.0)
    }
}

impl Drop for Address {
    #[inline]
    fn drop(&mut self) {
        if self.header().refs.fetch_sub(1, Ordering::AcqRel) == 1 {
            last_ref_gone(self.0);
        }
    }
}

/// Lets the actor look whether anybody can still send, and gives back the refs' strong count.
#[cold]
fn last_ref_gone(header: NonNull<Header>) {
    let owner = Owner(header);
    if !owner.header().has_ended() {
        owner.signal(signal::LAST_REF);
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Address {}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
