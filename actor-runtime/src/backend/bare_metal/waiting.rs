//! Who waits for room in a mailbox, or for the end of an actor: a table for the whole program. Where nobody ever
//! waits, neither it nor its code is linked: the one way to it is a pointer that the first who waits sets.

use core::cell::{Cell, RefCell};
use core::task::Waker;

use critical_section::Mutex;

use super::header::Address;

/// Futures of the program that may wait at a time.
const PLACES: usize = 8;

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Room,
    End,
}

struct Waiting {
    address: Address,
    /// A [`What`] as a number, so that an empty table is all zeros.
    what: u8,
    waker: Waker,
}

static TABLE: Mutex<RefCell<[Option<Waiting>; PLACES]>> = Mutex::new(RefCell::new([const { None }; PLACES]));

type Wake = fn(Address, u8);

/// Wakes those in the table, once there is one.
static WAKE: Mutex<Cell<Option<Wake>>> = Mutex::new(Cell::new(None));

/// Has `waker` woken once when what is waited for may have come. Returns whether there was a place for it.
pub(super) fn wait(address: Address, what: What, waker: &Waker) -> bool {
    let (waker, what) = (waker.clone(), what as u8);
    let replaced = critical_section::with(|cs| {
        WAKE.borrow(cs).set(Some(wake_waiting));
        let Ok(mut table) = TABLE.borrow(cs).try_borrow_mut() else { return Err(waker) };
        let is_same = |place: &Option<Waiting>| {
            place
                .as_ref()
                .is_some_and(|other| other.address == address && other.what == what && other.waker.will_wake(&waker))
        };
        let place = match table.iter().position(is_same) {
            Some(place) => Some(place),
            None => table.iter().position(Option::is_none),
        };
        match place.and_then(|place| table.get_mut(place)) {
            Some(place) => Ok(place.replace(Waiting { address, what, waker })),
            None => Err(waker),
        }
    });
    replaced.is_ok()
}

/// Wakes all who wait for that.
pub(super) fn wake(address: Address, what: What) {
    if let Some(wake) = critical_section::with(|cs| WAKE.borrow(cs).get()) {
        wake(address, what as u8);
    }
}

fn wake_waiting(address: Address, what: u8) {
    loop {
        let found = critical_section::with(|cs| {
            let mut table = TABLE.borrow(cs).try_borrow_mut().ok()?;
            let place = table.iter_mut().find(|place| {
                place.as_ref().is_some_and(|waiting| waiting.address == address && waiting.what == what)
            })?;
            place.take()
        });
        match found {
            Some(waiting) => waiting.waker.wake(),
            None => return,
        }
    }
}
