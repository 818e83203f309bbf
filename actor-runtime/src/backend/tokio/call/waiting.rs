//! What a call has while it waits: its place in the line for room, the end of its patience, and the handler it holds up.

use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;
use core::task::Waker;

use crate::actor::Actor;
use crate::message::{Lane, Message};

use super::super::address::Borrowed;
use super::super::ambient::Ambient;
use super::super::header::Header;
use super::super::mailbox::{Deadline, Envelope, Waited};
use super::super::spans::Traced;
use super::super::system::{self, Core};
use super::super::waits::{Cycle, Wait};

/// A place in the line of senders that wait for room; left when dropped.
pub(super) struct Line<'a, A: Actor> {
    address: Borrowed<'a>,
    ticket: u64,
    lane: Lane,
    actor: PhantomData<fn() -> A>,
}

impl<'a, A: Actor> Line<'a, A> {
    /// Moves the message into the line. `None` leaves it: there is room by now, or the actor has ended.
    pub(super) fn join(
        address: Borrowed<'a>,
        message: &mut Option<Traced<A::Message>>,
        deadline: Deadline,
        waker: &Waker,
    ) -> Option<Self> {
        let cell = address.cell::<A>();
        let envelope = Envelope { message: message.take()?, deadline };
        let lane = envelope.message.lane();
        match cell.mailbox.wait(envelope, lane, waker.clone(), A::OPTIONS.capacity, cell) {
            Ok(ticket) => Some(Self { address, ticket, lane, actor: PhantomData }),
            Err(back) => {
                *message = Some(back.message);
                None
            }
        }
    }

    pub(super) fn poll(&self, waker: &Waker) -> Waited {
        self.address.cell::<A>().mailbox.poll_wait(self.ticket, self.lane, waker)
    }
}

impl<A: Actor> Drop for Line<'_, A> {
    fn drop(&mut self) {
        let mailbox = &self.address.cell::<A>().mailbox;
        let left = mailbox.cancel_wait(self.ticket, self.lane);
        if let Some(envelope) = &left
            && envelope.deadline.is_set()
            && envelope.deadline.is_watch()
        {
            drop(mailbox.unwatch(envelope.deadline));
        }
    }
}

/// Wakes a task at its deadline, unless dropped before.
struct Alarm<'a> {
    core: &'a Core,
    alarm: system::Alarm,
}

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        self.core.cancel_alarm(self.alarm);
    }
}

/// The end of a wait, if it has one.
pub(super) struct Patience<'a> {
    deadline: Deadline,
    /// The deadline is the actor's default, and may be kept on the coarse tick.
    default: bool,
    alarm: Option<Alarm<'a>>,
}

impl<'a> Patience<'a> {
    pub(super) fn new(deadline: Deadline, default: bool) -> Self {
        Self { deadline, default, alarm: None }
    }

    /// Keeps the alarm set. Returns whether the deadline has passed; not asked of a default one at the `first` poll,
    /// which has just counted it from now.
    pub(super) fn is_over(&mut self, core: &'a Core, waker: &Waker, first: bool) -> bool {
        if !self.deadline.is_set() {
            return false;
        }
        if !(first && self.default) && self.deadline.has_passed(core.now()) {
            return true;
        }
        // The old one first: its place is used again.
        self.alarm = None;
        self.alarm = Some(Alarm { core, alarm: core.set_alarm(self.deadline, self.default, waker) });
        false
    }
}

/// Shows the actor whose handler is in hand, if there is one, and the pointer to its whole cell.
fn in_hand<R>(see: impl FnOnce(&Header, NonNull<Header>) -> R) -> Option<R> {
    // SAFETY: whoever runs an actor keeps it alive meanwhile.
    Ambient::current().map(|asker| see(unsafe { asker.as_ref() }, asker))
}

/// The handler in hand, if there is one, is about to send the actor at `address` what it will wait for.
///
/// # Errors
/// That actor waits for the handler already.
pub(super) fn look_for_circle(address: Borrowed<'_>) -> Result<(), Cycle> {
    in_hand(|asker, _| Wait::look(asker, address.header())).unwrap_or(Ok(()))
}

/// The handler in hand, if there is one, is about to wait for the actor at `address`, with this `waker`: for the first time, or
/// after what it had `before`.
pub(super) fn prepare_wait<'a>(address: Borrowed<'a>, before: Option<Wait<'a>>, waker: &Waker) -> Option<Wait<'a>> {
    in_hand(|asker, _| match before {
        Some(wait) => wait.prepare_again(asker, waker),
        None => Wait::prepare(asker, address.header(), waker),
    })
    .flatten()
}

/// The handler in hand, which has prepared for it, has to wait.
///
/// # Errors
/// That actor waits for the handler already.
pub(super) fn begin_wait(wait: Option<&Wait<'_>>, waker: &Waker) -> Result<(), Cycle> {
    let Some(wait) = wait else { return Ok(()) };
    in_hand(|asker, cell| {
        // SAFETY: as above; the table is its own, and the pointer has the provenance of the whole cell.
        wait.begin(asker, waker, || unsafe { (asker.table.is_woken)(cell) })
    })
    .unwrap_or(Ok(()))
}

/// Something that few of its owners ever hold: its destructor is kept out of theirs, which are then small enough to
/// be inlined.
pub(super) struct Rare<T>(pub(super) ManuallyDrop<T>);

impl<T> Rare<T> {
    pub(super) fn new(value: T) -> Self {
        Self(ManuallyDrop::new(value))
    }
}

impl<T> Drop for Rare<T> {
    #[cold]
    #[inline(never)]
    fn drop(&mut self) {
        // SAFETY: dropped here, once, and not used after this.
        unsafe { ManuallyDrop::drop(&mut self.0) }
    }
}
