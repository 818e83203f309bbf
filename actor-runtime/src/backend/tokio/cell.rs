//! One actor of this backend: its mailbox, its state, and what only the owner of the turn touches.
//!
//! The turn (see `mailbox.rs`) is the right to everything but the mailbox; [`Turn`] is that right as a type.

use core::ptr::NonNull;
use core::time::Duration;
use std::any::TypeId;
use std::boxed::Box;
use std::cell::UnsafeCell;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::vec::Vec;

use crate::actor::Actor;
use crate::context::Context;
use crate::factory::Factory;
use crate::failure::Failure;
use crate::letter::DeadLetter;
use crate::lifecycle::Lifecycle;
use crate::message::Message;
use crate::metrics::{DeadLetterReason, Histogram, Lanes, LifeEvent, SystemEvent};
use crate::policy::Stash;
use crate::reply::Duty;
use crate::size::require;
use crate::supervision::{Directive, History};
use crate::time::Instant;

use super::address::Address;
use super::agenda::Held;
use super::ambient::Ambient;
use super::children::Children;
use super::confined::Thread;
use super::counts::TypeCounts;
use super::dispatcher::home::Home;
use super::future_slot::FutureSlot;
use super::guard::contain;
use super::hand::{Calm, Hand};
use super::header::{Header, Parent, Table};
use super::host::Host;
use super::lock::none_is_held;
use super::mailbox::{Deadline, Envelope, Mailbox, signal};
use super::owner::Owner;
use super::row::Row;
use super::runnable::{Allowance, Ran, Runnable};
use super::spans::{Trace, Traced};
use super::spawn::SpawnError;
use super::telemetry::Escalation;
use super::timers::Key;
use super::turn::{Said, Told, Turn};

/// Restarts that a history remembers.
pub(super) const RESTARTS_KEPT: usize = 16;

/// Makes the state of an `A`: a [`Factory`] without its marker.
pub(super) trait Build<A>: Send {
    /// `None` where a future was begun that makes it.
    fn build(&self, turn: Turn<A>) -> Option<Result<A, Failure>>
    where
        A: Actor;

    /// Whether there is no second one.
    fn is_once(&self) -> bool;
}

struct Built<F, M>(F, core::marker::PhantomData<fn() -> M>);

impl<A, M, F: Factory<A, M>> Build<A> for Built<F, M> {
    fn build(&self, turn: Turn<A>) -> Option<Result<A, Failure>>
    where
        A: Actor,
    {
        if !F::ASYNC {
            return Some(self.0.build());
        }
        turn.start_building(self.0.building());
        None
    }

    fn is_once(&self) -> bool {
        F::ONCE
    }
}

/// See the module.
#[repr(C)]
pub(super) struct Cell<A: Actor> {
    pub(super) header: Header,
    pub(super) mailbox: Mailbox<Traced<A::Message>>,
    pub(super) counts: NonNull<TypeCounts>,
    /// Gone with the actor: what it captured must not outlive that.
    pub(super) factory: UnsafeCell<Option<Box<dyn Build<A>>>>,
    pub(super) state: UnsafeCell<Option<A>>,
    pub(super) context: UnsafeCell<Context<A>>,
    /// Of its own, because the future in it comes back for the body while it is polled.
    pub(super) future: UnsafeCell<FutureSlot>,
    pub(super) body: UnsafeCell<Body<A>>,
}

// SAFETY: everything but header and mailbox is touched by the owner of the turn alone, one thread at a time, and
// may move between threads: messages and futures are `Send`, and so is `A`, or `create` would not compile. Where the
// actor is local instead, `turn/local.rs` lets nobody touch the state on another thread than its own.
unsafe impl<A: Actor> Sync for Cell<A> {}
// SAFETY: as above.
unsafe impl<A: Actor> Send for Cell<A> {}

/// What the owner of the turn works with.
pub(super) struct Body<A: Actor> {
    pub(super) hand: Hand<Envelope<Traced<A::Message>>>,
    /// What only actors that failed, have children or timers need.
    pub(super) cold: Option<Box<Cold<A>>>,
    pub(super) life: Lifecycle,
    /// Timers that are due.
    pub(super) ticks: u16,
    /// Messages of users since the last tick or errand, while any is due.
    pub(super) users_in_a_row: u16,
    /// A message was handled since the receive timeout was last moved on.
    pub(super) was_heard: bool,
    /// The future in its slot had to wait.
    pub(super) has_waited: bool,
    pub(super) calm: Calm,
    /// The span of the life in hand.
    pub(super) life_trace: Trace,
}

pub(super) struct Cold<A: Actor> {
    /// Who is to be told of the end of the handler in hand.
    pub(super) duty: Option<Duty>,
    /// Why the handler in hand fails, and what the supervisor wishes for that, if it was shown the error.
    pub(super) failure: Option<(Failure, Option<Directive>)>,
    /// Why the life in hand ends, for `#[restarting]`.
    pub(super) last_failure: Option<Failure>,
    /// What it has said of itself, for telemetry.
    pub(super) said: Option<Box<Said>>,
    /// The thread of a local actor: that of its state, while there is one.
    pub(super) thread: Option<Thread>,
    /// Somebody does not wait for handlers any more.
    pub(super) killed: bool,
    pub(super) history: History<RESTARTS_KEPT>,
    pub(super) children: Children,
    /// The child that is waited for, on the way down.
    pub(super) told: Option<Box<Told>>,
    /// `#[every]` timers, by number.
    pub(super) timers: Vec<Option<Key>>,
    /// The timer of a way down that leads to the next life: it ends what siblings wait for, and then the pause.
    pub(super) resume: Option<Key>,
    pub(super) pause: Duration,
    /// The deadline of the message whose future is in its slot.
    pub(super) deadline: Deadline,
    /// The span of that message, or of one whose handler has failed, until that is settled.
    pub(super) trace: Trace,
    /// When that future was begun, where handlers are timed.
    pub(super) began: Instant,
    /// What `#[dead_letter]` is given.
    pub(super) letter: Option<DeadLetter<A>>,
    /// The last errand was a letter.
    pub(super) was_letter: bool,
    /// Messages that wait until the actor is ready for them.
    pub(super) stash: Row<Envelope<Traced<A::Message>>>,
    /// Which of them have their turn.
    pub(super) stashed: Stash,
    /// What the life in hand has going beside its messages.
    pub(super) agenda: Option<Box<dyn Held<A>>>,
}

impl<A: Actor> Default for Cold<A> {
    fn default() -> Self {
        Self {
            duty: None,
            failure: None,
            last_failure: None,
            said: None,
            thread: None,
            killed: false,
            history: History::default(),
            children: Children::default(),
            told: None,
            timers: Vec::new(),
            resume: None,
            pause: Duration::ZERO,
            deadline: Deadline::NONE,
            trace: Trace::NONE,
            began: Instant::ZERO,
            letter: None,
            was_letter: false,
            stash: Row::new(),
            stashed: Stash::default(),
            agenda: None,
        }
    }
}

impl<A: Actor> Body<A> {
    pub(super) fn cold(&mut self) -> &mut Cold<A> {
        self.cold.get_or_insert_with(Box::default)
    }
}

impl<A: Actor> Cell<A> {
    const TABLE: &'static Table = &Table {
        retain: Self::retain,
        release: Self::release,
        run: Self::run,
        abandon: Self::abandon,
        signal: Self::signal,
        is_woken: Self::is_woken,
        depth: Self::depth,
        begun: Self::begun,
        load: Self::load,
        lanes: Self::lanes,
        add_recent: Self::add_recent,
        wait_for_end: Self::wait_for_end,
        cancel_wait_for_end: Self::cancel_wait_for_end,
        take_start_failure: Self::take_start_failure,
        actor: TypeId::of::<A>,
        label: || A::OPTIONS.name,
        upgrade: Self::upgrade,
        capacity: A::OPTIONS.capacity,
        supervision: const { &A::SUPERVISION },
        decider: A::DECIDER,
    };

    /// Makes a cell at `home`; the caller owns its first turn, and the registry its memory.
    ///
    /// # Errors
    /// Where the system is going down and the actor would be a top-level one.
    pub(super) fn create<F, M>(home: Arc<Home>, parent: Option<Parent>, factory: F) -> Result<Owner, SpawnError>
    where
        F: Factory<A, M>,
        M: 'static,
    {
        const {
            require(A::MOVABLE.is_some() || A::LOCAL, "the state of an actor is `Send`, or the actor is `local`");
            let () = A::FITS;
            require(A::PROTOCOL.timers.len() <= signal::TICKS as usize, "an actor has at most 16 `#[every]` timers");
            require(
                A::CHILDREN <= u8::MAX as usize,
                "an actor has at most 255 declared children: give its pools fewer members",
            );
        }
        let top_level = parent.is_none();
        let counts = home.counts::<A>();
        let core = Arc::clone(home.core());
        let created = core.register(top_level, |id| {
            let cell = Arc::new_cyclic(|weak: &std::sync::Weak<Self>| {
                let this = NonNull::new(weak.as_ptr().cast_mut()).expect("an allocation has an address");
                Self {
                    header: Header::new(Self::TABLE, home, parent, id),
                    mailbox: Mailbox::new(),
                    counts,
                    state: UnsafeCell::new(None),
                    context: UnsafeCell::new(Context::new(crate::backend::Host::Tokio(Host::new(this)))),
                    factory: UnsafeCell::new(Some(Box::new(Built(factory, core::marker::PhantomData)))),
                    future: UnsafeCell::new(FutureSlot::new()),
                    body: UnsafeCell::new(Body {
                        hand: Hand::new(),
                        cold: None,
                        life: Lifecycle::new(),
                        ticks: 0,
                        users_in_a_row: 0,
                        was_heard: false,
                        has_waited: false,
                        calm: Calm::default(),
                        life_trace: Trace::NONE,
                    }),
                }
            });
            Owner::new(cell)
        });
        created.ok_or(SpawnError::ShutDown)
    }

    /// Counts an event of its life, where anything is recorded.
    pub(super) fn count(&self, event: LifeEvent) {
        if const { A::OPTIONS.metrics.is_on() } {
            self.counts().life(event);
        }
    }

    pub(super) fn counts(&self) -> &TypeCounts {
        // SAFETY: the counters live as long as the core, which the header keeps.
        unsafe { self.counts.as_ref() }
    }

    /// Has the first life begin of a cell that was [created](Self::create) and has its name.
    pub(super) fn start(cell: &Owner) {
        if Trace::is_wanted() {
            // SAFETY: the caller has the first turn, which is handed over below.
            unsafe { Turn::<A>::of(cell.as_ptr().cast()) }.traces_life();
        }
        cell.header().core.start(cell);
    }

    /// Hands the turn to the dispatcher.
    ///
    /// # Safety
    /// The caller owns the turn of this cell, and `this` has the provenance of its allocation.
    pub(super) unsafe fn schedule(this: NonNull<Self>) {
        // SAFETY: the turn keeps the cell alive.
        let cell = unsafe { this.as_ref() };
        // SAFETY: the caller owns the turn and hands it over.
        cell.header.core.schedule(unsafe { Runnable::from_turn(this.cast()) });
    }

    /// Gives up a message that nobody will handle. Returns whether the actor is to be told of it, with
    /// [`signal::AGENDA`].
    pub(super) fn dead_letter(&self, mut message: A::Message, reason: DeadLetterReason) -> bool {
        let index = message.index();
        self.count(LifeEvent::DeadLetter(reason));
        // One whose actor ends is nobody's letter.
        let is_letter = A::TAKES_LETTERS && reason != DeadLetterReason::Stopped;
        let letter = if is_letter {
            contain(|| message.refuse_reply(reason.into()));
            Some(message)
        } else {
            contain(|| message.refuse(reason.into()));
            None
        };
        let name = self.header.core.name_in_event(self.header.id);
        self.header.core.event(&SystemEvent::DeadLetter {
            actor: A::OPTIONS.name,
            name: name.as_deref(),
            id: self.header.id,
            message: A::PROTOCOL.messages[index],
            reason,
        });
        A::TAKES_LETTERS
            && letter.is_some_and(|letter| match self.mailbox.post(letter.into(), reason, A::OPTIONS.capacity) {
                Ok(()) => true,
                Err(letter) => {
                    contain(|| drop(letter));
                    false
                }
            })
    }

    /// Runs a sync handler of this idle actor on the stack of its asker.
    ///
    /// # Safety
    /// The caller has claimed the turn, and `this` has the provenance of its allocation.
    #[inline]
    pub(super) unsafe fn run_inline(this: NonNull<Self>, message: A::Message) {
        // SAFETY: the turn was claimed.
        let turn = unsafe { Turn::of(this) };
        let ambient = Ambient::enter(this.cast());
        let was_heard = Turn::<A>::WAITS_FOR_QUIET && !message.is_passive();
        let undisturbed =
            if Trace::is_wanted() { turn.handle_asked(message) } else { turn.handle_alone::<true>(message.into()) };
        if Turn::<A>::WAITS_FOR_QUIET && was_heard {
            turn.was_heard();
        }
        drop(ambient);
        let cell = turn.cell();
        // The turn was claimed with an empty hand, and a sync handler leaves no future.
        if !undisturbed || !cell.mailbox.release_idle(|| cell.header.refs_gone()) {
            // SAFETY: the turn was claimed, and is still held.
            unsafe { Self::schedule(this) };
        }
    }
}

/// The functions of the table.
///
/// Each is called with the header of a living `Cell<A>`, and with the provenance of its allocation.
impl<A: Actor> Cell<A> {
    unsafe fn retain(header: NonNull<Header>) {
        // SAFETY: see the block.
        unsafe { Arc::increment_strong_count(header.as_ptr().cast::<Self>()) };
    }

    unsafe fn release(header: NonNull<Header>) {
        // The last one frees the cell, and its system, whose event handler is the user's.
        none_is_held();
        // SAFETY: see the block; the caller gives one count back.
        unsafe { Arc::decrement_strong_count(header.as_ptr().cast::<Self>()) };
    }

    unsafe fn run(header: NonNull<Header>, allowance: Allowance) -> Ran {
        // SAFETY: see the block; whoever calls owns the turn.
        unsafe { Turn::<A>::of(header.cast()) }.run(allowance)
    }

    unsafe fn abandon(header: NonNull<Header>) {
        // SAFETY: see the block; whoever calls owns the turn.
        unsafe { Turn::<A>::of(header.cast()) }.abandon();
    }

    unsafe fn signal(header: NonNull<Header>, bits: u32) -> bool {
        // SAFETY: see the block.
        unsafe { header.cast::<Self>().as_ref() }.mailbox.signal(bits)
    }

    unsafe fn is_woken(header: NonNull<Header>) -> bool {
        // SAFETY: see the block.
        unsafe { header.cast::<Self>().as_ref() }.mailbox.has(signal::WAKE)
    }

    unsafe fn upgrade(header: NonNull<Header>) -> Option<Address> {
        // SAFETY: see the block.
        let cell = unsafe { header.cast::<Self>().as_ref() };
        // SAFETY: see the block.
        cell.mailbox.unless_closed(|| unsafe { Address::new(header) })
    }

    unsafe fn load(header: NonNull<Header>) -> usize {
        // SAFETY: see the block.
        unsafe { header.cast::<Self>().as_ref() }.mailbox.load()
    }

    unsafe fn depth(header: NonNull<Header>) -> usize {
        // SAFETY: see the block.
        unsafe { header.cast::<Self>().as_ref() }.mailbox.depth()
    }

    unsafe fn begun(header: NonNull<Header>) -> Option<&'static str> {
        // SAFETY: see the block.
        let begun = unsafe { header.cast::<Self>().as_ref() }.mailbox.begun()?;
        Some(A::PROTOCOL.messages[usize::from(begun)])
    }

    unsafe fn lanes(header: NonNull<Header>) -> Lanes {
        // SAFETY: see the block.
        unsafe { header.cast::<Self>().as_ref() }.mailbox.lanes()
    }

    unsafe fn add_recent(header: NonNull<Header>, all: &mut [Histogram; 2]) {
        // SAFETY: see the block.
        unsafe { header.cast::<Self>().as_ref() }.mailbox.add_recent(all);
    }

    unsafe fn wait_for_end(header: NonNull<Header>, ticket: Option<u64>, waker: &Waker) -> Option<u64> {
        // SAFETY: see the block.
        unsafe { header.cast::<Self>().as_ref() }.mailbox.wait_for_end(ticket, waker)
    }

    unsafe fn take_start_failure(header: NonNull<Header>) -> Option<Box<Escalation>> {
        // SAFETY: see the block.
        unsafe { header.cast::<Self>().as_ref() }.mailbox.take_start_failure()
    }

    unsafe fn cancel_wait_for_end(header: NonNull<Header>, ticket: u64) {
        // SAFETY: see the block.
        unsafe { header.cast::<Self>().as_ref() }.mailbox.cancel_wait_for_end(ticket);
    }
}

impl<A: Actor> Wake for Cell<A> {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.header.core.waits().wake(self.header.id, || self.mailbox.signal(signal::WAKE)) {
            let this = NonNull::new(Arc::as_ptr(self).cast_mut()).expect("an allocation has an address");
            // SAFETY: `signal` handed over the turn, and the pointer is that of the `Arc`.
            unsafe { Self::schedule(this) };
        }
    }
}
