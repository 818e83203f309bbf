//! Why replies are dropped at this moment, where the worker is the one who drops them.

use core::cell::Cell;

use critical_section::Mutex;

use crate::error::Unanswered;

static DROPPED: Mutex<Cell<Unanswered>> = Mutex::new(Cell::new(Unanswered::NoReply));

/// What an asker is told whose reply is dropped at this moment, by the worker or an interrupt.
pub(crate) fn why_dropped() -> Unanswered {
    critical_section::with(|cs| DROPPED.borrow(cs).get())
}

/// Runs `drops`, whose replies are dropped because of `why`.
pub(crate) fn because(why: Unanswered, drops: impl FnOnce()) {
    let before = replace(why);
    drops();
    replace(before);
}

/// Replies are dropped because of `why` from here on. Returns why they were before.
pub(super) fn replace(why: Unanswered) -> Unanswered {
    critical_section::with(|cs| DROPPED.borrow(cs).replace(why))
}
