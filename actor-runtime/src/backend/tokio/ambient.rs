//! What a thread is doing while it runs an actor: the one slot through which asks recognise their asker.

use core::cell::Cell;
use core::ptr::{NonNull, null, null_mut};

use crate::error::Unanswered;
use crate::reply::Debt;

use super::header::Header;
use super::mailbox::Deadline;
use super::sync::thread_local;

thread_local! {
    static CURRENT: Cell<*mut Header> = const { Cell::new(null_mut()) };
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

thread_local! {
    /// The deadline of the message in hand, if it has one.
    static DEADLINE: Cell<Deadline> = const { Cell::new(Deadline::NONE) };
}

/// A message with this deadline is in hand on this thread, until dropped: what is asked meanwhile inherits it.
pub(super) struct Until {
    outer: Deadline,
}

impl Until {
    pub(super) fn enter(deadline: Deadline) -> Self {
        Self { outer: DEADLINE.replace(deadline) }
    }

    /// The deadline of the message in hand.
    #[inline]
    pub(super) fn now() -> Deadline {
        DEADLINE.get()
    }
}

impl Drop for Until {
    fn drop(&mut self) {
        DEADLINE.set(self.outer);
    }
}

/// How deep asks may run handlers inside handlers on one stack.
const MAX_DEPTH: u32 = 16;

/// An actor is in hand on this thread, until dropped.
pub(super) struct Ambient {
    outer: *mut Header,
}

impl Ambient {
    #[inline]
    pub(super) fn enter(header: NonNull<Header>) -> Self {
        DEPTH.set(DEPTH.get() + 1);
        Self { outer: CURRENT.replace(header.as_ptr()) }
    }

    /// No actor is in hand, although one is further up the stack.
    pub(super) fn leave() -> Self {
        DEPTH.set(DEPTH.get() + 1);
        Self { outer: CURRENT.replace(null_mut()) }
    }

    /// Whether this thread runs the actor behind `header` at the moment.
    #[inline]
    pub(super) fn is(header: NonNull<Header>) -> bool {
        CURRENT.get() == header.as_ptr()
    }

    /// The actor that this thread runs at the moment.
    #[inline]
    pub(super) fn current() -> Option<NonNull<Header>> {
        NonNull::new(CURRENT.get())
    }

    /// Whether this thread runs an actor at the moment, or what it started beside its handlers.
    pub(super) fn is_inside() -> bool {
        DEPTH.get() > 0
    }

    /// Whether one more handler may run on this stack.
    #[inline]
    pub(super) fn has_room() -> bool {
        DEPTH.get() < MAX_DEPTH
    }
}

impl Drop for Ambient {
    #[inline]
    fn drop(&mut self) {
        CURRENT.set(self.outer);
        DEPTH.set(DEPTH.get() - 1);
    }
}

thread_local! {
    static POLLED: Cell<*const Header> = const { Cell::new(null()) };
}

/// The handler of an actor is polled on this thread, until dropped: it may wait, as no other handler may.
pub(super) struct Polled {
    outer: *const Header,
}

impl Polled {
    pub(super) fn enter(header: NonNull<Header>) -> Self {
        Self { outer: POLLED.replace(header.as_ptr()) }
    }

    /// Whether it is that of the actor behind `header`.
    pub(super) fn is(header: *const Header) -> bool {
        POLLED.get() == header
    }
}

impl Drop for Polled {
    fn drop(&mut self) {
        POLLED.set(self.outer);
    }
}

thread_local! {
    static WHY_DROPPED: Cell<Option<Unanswered>> = const { Cell::new(None) };
}

/// Why replies that are dropped on this thread are not sent, until dropped.
pub(crate) struct WhyDropped {
    outer: Option<Unanswered>,
}

impl WhyDropped {
    pub(in super::super) fn because(why: Unanswered) -> Self {
        Self { outer: WHY_DROPPED.replace(Some(why)) }
    }

    /// What is to be said of a reply that is dropped now.
    pub(crate) fn now() -> Unanswered {
        if std::thread::panicking() {
            // It goes down with its handler.
            return Unanswered::Failed;
        }
        WHY_DROPPED.get().unwrap_or(Unanswered::NoReply)
    }
}

impl Drop for WhyDropped {
    fn drop(&mut self) {
        WHY_DROPPED.set(self.outer);
    }
}

thread_local! {
    static OWED: Cell<Option<Debt>> = const { Cell::new(None) };
}

/// Puts `debt` in the place of what the handler in hand on this thread owes, which comes back.
#[inline]
pub(crate) fn replace_debt(debt: Option<Debt>) -> Option<Debt> {
    OWED.replace(debt)
}
