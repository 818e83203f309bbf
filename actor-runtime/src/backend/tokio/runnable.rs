//! A turn on its way to whoever runs it, how much of it is allowed, and what became of it.

use core::mem::ManuallyDrop;
use core::ptr::NonNull;
use std::cell::RefCell;
use std::thread_local;
use std::vec::Vec;

use crate::policy::OverloadHint;

use super::header::Header;

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
