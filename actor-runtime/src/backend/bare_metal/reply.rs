//! Where the answers of awaited asks arrive: a table for the whole program, empty of code and bytes where nobody waits.
//!
//! A reply names its place by number, never by address: an asker that gives up frees the place, and an answer that comes
//! later finds another number and is dropped. The place knows the type of its answer as well, so that a reply which was
//! kept until the numbers began anew is no answer of another type.

use core::any::TypeId;
use core::cell::{Cell, RefCell};
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr::without_provenance;
use core::task::{Poll, Waker};

use critical_section::Mutex;

use crate::error::Unanswered;
use crate::reply::Reply;
use crate::size::require;
use crate::time::Instant;

use super::earliest::Earliest;
use super::linked::Linked;
use super::waiting;

/// Asks of the program that may be under way at a time; a power of two.
const PLACES: u32 = 8;

/// Room for an answer: 16 bytes on a 32-bit machine.
#[repr(C, align(8))]
struct Answer(MaybeUninit<[usize; 4]>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Free,
    Waiting,
    Answered,
    Refused,
}

struct Place {
    answer: Answer,
    /// When the asker gives up, in nanoseconds; the largest is never.
    due: u64,
    waker: Option<Waker>,
    /// The type of the answer.
    value: Option<TypeId>,
    /// Tells this ask from those that had the place before.
    number: u32,
    state: State,
    /// Why there is no answer, where it is refused.
    why: Unanswered,
}

impl Place {
    const FREE: Self = Self {
        answer: Answer(MaybeUninit::zeroed()),
        due: 0,
        waker: None,
        value: None,
        number: 0,
        state: State::Free,
        why: Unanswered::NoReply,
    };
}

static TABLE: Mutex<RefCell<[Place; PLACES as usize]>> =
    Mutex::new(RefCell::new([const { Place::FREE }; PLACES as usize]));
static NUMBER: Mutex<Cell<u32>> = Mutex::new(Cell::new(0));

/// What those in the table have to hear of.
#[derive(Clone, Copy)]
enum News<'n> {
    Tick(Instant),
    Next(&'n Earliest),
}

/// Goes through the table, once there is one.
static TELL: Linked<fn(News<'_>)> = Linked::new();

fn tell(news: News<'_>) {
    if let Some(tell) = critical_section::with(|cs| TELL.get(cs)) {
        tell(news);
    }
}

/// Looks at one place, so that interrupts are off for a short time only. Nothing in `look` comes back here.
fn at<R>(place: u32, look: impl FnOnce(&mut Place) -> R) -> Option<R> {
    critical_section::with(|cs| {
        let mut table = TABLE.borrow(cs).try_borrow_mut().ok()?;
        table.get_mut(place as usize).map(look)
    })
}

/// Time has come to `now`: whoever gives up is woken.
pub(super) fn tick(now: Instant) {
    tell(News::Tick(now));
}

/// Shows when they give up.
pub(super) fn next(earliest: &Earliest) {
    tell(News::Next(earliest));
}

fn heed(news: News<'_>) {
    for place in 0..PLACES {
        let waker = at(place, |place| match news {
            News::Tick(now) if place.due <= now.as_nanos() => place.waker.take(),
            News::Tick(_) => None,
            News::Next(earliest) => {
                // Whoever was woken is about to find out.
                if place.waker.is_some() {
                    earliest.see(place.due.max(1));
                }
                None
            }
        });
        crate::backend::wake(waker.flatten());
    }
}

/// Whether an answer `T` fits a place.
const fn fits<T>() -> bool {
    size_of::<T>() <= size_of::<Answer>() && align_of::<T>() <= align_of::<Answer>()
}

/// Whether there is a place for an answer.
pub(super) fn has_room() -> bool {
    (0..PLACES).any(|index| at(index, |place| place.state == State::Free) == Some(true))
}

/// The asking side of one ask: a place of the table, freed when dropped.
pub(super) struct Pending<T> {
    number: u32,
    value: PhantomData<fn() -> T>,
}

/// A place for an answer that is awaited until `due`, and the reply that ends there; or nothing where all are taken.
///
/// # Panics
/// If the answer is too large, where the program has actors on tokio as well: else that is an error when compiled.
pub(super) fn pair<T: Send>(due: Option<Instant>) -> Option<(Pending<T>, Reply<T>)> {
    const TOO_LARGE: &str = "on bare metal an answer that is awaited takes at most 16 bytes, aligned to 8; answer with \
        less, or with a reference to a static";
    const { require(fits::<T>() || cfg!(feature = "tokio"), TOO_LARGE) };
    assert!(const { fits::<T>() }, "{TOO_LARGE}");
    TELL.link(heed);
    for index in 0..PLACES {
        let turn = critical_section::with(|cs| {
            let turn = NUMBER.borrow(cs).get().wrapping_add(PLACES);
            NUMBER.borrow(cs).set(turn);
            turn
        });
        let number = at(index, |place| {
            if place.state != State::Free {
                return None;
            }
            place.state = State::Waiting;
            place.number = turn | index;
            place.value = Some(typeid::of::<T>());
            place.due = due.map_or(u64::MAX, Instant::as_nanos);
            Some(place.number)
        });
        if let Some(number) = number.flatten() {
            let pending = Pending { number, value: PhantomData };
            let reply = pending.reply();
            return Some((pending, reply));
        }
    }
    None
}

/// # Safety
/// `data` is that of a reply of [`pair`] with the same `T`.
unsafe fn deliver<T>(data: *const (), answer: Result<T, Unanswered>) {
    let number = data.addr() as u32;
    let mut answer = Some(answer);
    let waker = at(number % PLACES, |place| {
        let is_it = place.number == number && place.value == Some(typeid::of::<T>());
        if !is_it || place.state != State::Waiting {
            return None;
        }
        place.state = match answer.take()? {
            Ok(value) => {
                // SAFETY: the place was given to an ask for a `T`, which fits; it holds nothing yet.
                unsafe { place.answer.0.as_mut_ptr().cast::<T>().write(value) };
                State::Answered
            }
            Err(why) => {
                place.why = why;
                State::Refused
            }
        };
        place.waker.take()
    });
    crate::backend::wake(waker.flatten());
    // An answer nobody waits for goes here, outside of the critical section.
    drop(answer);
}

impl<T: Send> Pending<T> {
    /// The reply that ends there: the first one that is sent is the answer.
    pub(super) fn reply(&self) -> Reply<T> {
        // SAFETY: `deliver` looks at nothing but the number, and at the table under the critical section.
        unsafe { Reply::from_raw(without_provenance(self.number as usize), deliver::<T>) }
    }
}

impl<T> Pending<T> {
    /// The answer, if it has come; else `waker` is woken when it does.
    pub(super) fn poll(&self, waker: &Waker) -> Poll<Result<T, Unanswered>> {
        let mut waker = Some(waker.clone());
        let answer = at(self.number % PLACES, |place| {
            if place.number == self.number && place.state == State::Waiting {
                core::mem::swap(&mut place.waker, &mut waker);
                return None;
            }
            self.take(place)
        });
        match answer.flatten() {
            Some(answer) => {
                waiting::answer();
                Poll::Ready(answer)
            }
            None => Poll::Pending,
        }
    }

    /// Frees the place, and hands out the answer if there is one.
    fn take(&self, place: &mut Place) -> Option<Result<T, Unanswered>> {
        if place.number != self.number {
            return None;
        }
        match core::mem::replace(&mut place.state, State::Free) {
            // SAFETY: an answer of this type was written, and the state says that it is read once.
            State::Answered => Some(Ok(unsafe { place.answer.0.as_ptr().cast::<T>().read() })),
            State::Refused => Some(Err(place.why)),
            State::Free | State::Waiting => None,
        }
    }
}

impl<T> Drop for Pending<T> {
    fn drop(&mut self) {
        let left = at(self.number % PLACES, |place| {
            if place.number != self.number || place.state == State::Free {
                return None;
            }
            let waker = place.waker.take();
            Some((self.take(place), waker))
        });
        if let Some(left) = left.flatten() {
            drop(left);
            waiting::answer();
        }
    }
}
