//! What the handler in hand owes, where the worker is the one who runs it.

use core::cell::Cell;
use core::sync::atomic::{AtomicBool, Ordering};

use critical_section::Mutex;

use crate::reply::Debt;

/// The place of a debt.
struct Place(Cell<Option<Debt>>);

// SAFETY: the reply that lies in a debt was made by this backend, all of whose replies may be sent from anywhere.
unsafe impl Send for Place {}

static OWED: Mutex<Place> = Mutex::new(Place(Cell::new(None)));

/// Whether any handler that may fail was ever lent its reply. Where none is, it is a constant.
static ANY: AtomicBool = AtomicBool::new(false);

/// Whether a reply that is dropped may be owed.
#[inline]
pub(crate) fn owes() -> bool {
    ANY.load(Ordering::Relaxed)
}

/// A handler begins, that owes this. What that one owes within which it runs comes back.
pub(crate) fn enter_debt(debt: Debt) -> Option<Debt> {
    ANY.store(true, Ordering::Relaxed);
    replace_debt(Some(debt))
}

/// Puts `debt` in the place of what the handler in hand owes, which comes back.
pub(crate) fn replace_debt(debt: Option<Debt>) -> Option<Debt> {
    critical_section::with(|cs| OWED.borrow(cs).0.replace(debt))
}
