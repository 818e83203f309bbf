//! Where the answers of awaited asks arrive: a table for the whole program, empty of code and bytes where nobody waits.
//!
//! A reply names its place by number and generation, never by address: an asker that gives up frees the place, and an
//! answer that comes later finds another generation and is dropped.

use core::cell::RefCell;
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr::without_provenance;
use core::task::{Poll, Waker};

use critical_section::Mutex;

use crate::error::Unanswered;
use crate::reply::Reply;

/// Asks of the program that may be under way at a time.
const PLACES: usize = 8;

/// Room for an answer: 16 bytes on a 32-bit machine.
type Storage = MaybeUninit<[usize; 4]>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Free,
    Waiting,
    Answered,
}

#[repr(C, align(8))]
struct Answer(Storage);

struct Place {
    answer: Answer,
    waker: Option<Waker>,
    generation: u16,
    state: State,
}

static TABLE: Mutex<RefCell<[Place; PLACES]>> = Mutex::new(RefCell::new(
    [const { Place { answer: Answer(MaybeUninit::zeroed()), waker: None, generation: 0, state: State::Free } }; PLACES],
));

/// Looks at the table. Nothing in `look` comes back here.
fn with_table<R>(look: impl FnOnce(&mut [Place; PLACES]) -> R) -> Option<R> {
    critical_section::with(|cs| TABLE.borrow(cs).try_borrow_mut().ok().map(|mut table| look(&mut table)))
}

/// Whether an answer `T` fits a place.
const fn fits<T>() -> bool {
    size_of::<Result<T, Unanswered>>() <= size_of::<Answer>()
        && align_of::<Result<T, Unanswered>>() <= align_of::<Answer>()
}

/// The asking side of one ask: a place of the table, freed when dropped.
pub(super) struct Pending<T> {
    place: usize,
    generation: u16,
    value: PhantomData<fn() -> T>,
}

/// A place for an answer, and the reply that ends there; or nothing where all are taken or the answer is too large.
pub(super) fn pair<T: Send>() -> Option<(Pending<T>, Reply<T>)> {
    debug_assert!(fits::<T>(), "on bare metal an answer that is awaited takes at most 16 bytes");
    if !fits::<T>() {
        return None;
    }
    let (place, generation) = with_table(|table| {
        let (index, place) = table.iter_mut().enumerate().find(|(_, place)| place.state == State::Free)?;
        place.state = State::Waiting;
        Some((index, place.generation))
    })??;
    let data = without_provenance(place | usize::from(generation) << 8);
    // SAFETY: `deliver` looks at nothing but the number, and at the table under the critical section.
    let reply = unsafe { Reply::from_raw(data, deliver::<T>) };
    Some((Pending { place, generation, value: PhantomData }, reply))
}

/// # Safety
/// `data` is that of a reply of [`pair`] with the same `T`.
unsafe fn deliver<T>(data: *const (), answer: Result<T, Unanswered>) {
    let number = data.addr();
    let mut answer = Some(answer);
    let waker = with_table(|table| {
        let place = table.get_mut(number & 0xff)?;
        if usize::from(place.generation) != number >> 8 || place.state != State::Waiting {
            return None;
        }
        let answer = answer.take()?;
        // SAFETY: the place was given to an ask for a `T`, which fits; it holds nothing yet.
        unsafe { place.answer.0.as_mut_ptr().cast::<Result<T, Unanswered>>().write(answer) };
        place.state = State::Answered;
        place.waker.take()
    });
    crate::backend::wake(waker.flatten());
    // An answer nobody waits for goes here, outside of the critical section.
    drop(answer);
}

impl<T> Pending<T> {
    /// The answer, if it has come; else `waker` is woken when it does.
    pub(super) fn poll(&self, waker: &Waker) -> Poll<Result<T, Unanswered>> {
        let mut waker = Some(waker.clone());
        let answer = with_table(|table| {
            let place = table.get_mut(self.place)?;
            if place.state == State::Waiting {
                core::mem::swap(&mut place.waker, &mut waker);
                return None;
            }
            self.take(place)
        });
        match answer.flatten() {
            Some(answer) => Poll::Ready(answer),
            None => Poll::Pending,
        }
    }

    /// Frees the place, and hands out the answer if there is one.
    fn take(&self, place: &mut Place) -> Option<Result<T, Unanswered>> {
        if place.generation != self.generation {
            return None;
        }
        let state = core::mem::replace(&mut place.state, State::Free);
        place.generation = place.generation.wrapping_add(1);
        match state {
            // SAFETY: an answer of this type was written, and the state says that it is read once.
            State::Answered => Some(unsafe { place.answer.0.as_ptr().cast::<Result<T, Unanswered>>().read() }),
            State::Free | State::Waiting => None,
        }
    }
}

impl<T> Drop for Pending<T> {
    fn drop(&mut self) {
        let left = with_table(|table| {
            let place = table.get_mut(self.place).filter(|place| place.generation == self.generation)?;
            let waker = place.waker.take();
            Some((self.take(place), waker))
        });
        drop(left);
    }
}
