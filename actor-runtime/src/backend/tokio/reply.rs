//! The place where one ask waits for its answer: shared by the asker's future and the [`Reply`] in the
//! message, freed by whichever lets go last. Keeps `ask_resolves` and `ask_cancel`.
//!
//! ```text
//!                    register (1)              answer (4)
//!   0 ◄─────────────────────────────► WAKER ─────────────► ANSWERED|WAKER ── wake, go (5) ──► + REPLIER_GONE
//!   │          take back (2)
//!   ├── answer and go, in one step (3) ──► ANSWERED|REPLIER_GONE
//!   └── give up (6) ──► ASKER_GONE
//!
//!   An asker that finds ANSWERED takes the answer and then adds ASKER_GONE (7).
//! ```
//!
//! Before `ANSWERED` the waker belongs to the replier while `WAKER` is set, else to the asker. The answer
//! belongs to the asker from `ANSWERED` on; after step 6 there is no asker, and the replier keeps it. Who goes
//! second frees the slot. The answer may come before the first poll, and the asker never waits for the replier
//! to finish its step 5: it leaves the slot to it.

use core::mem::MaybeUninit;
use core::ptr::NonNull;
use core::task::{Poll, Waker};

use crate::error::Unanswered;
use crate::reply::Reply;

use super::guard::{contain, wake};
use super::lock::none_is_held;
use super::pool;
use super::sync::{AtomicU8, Ordering, UnsafeCell};

const WAKER: u8 = 1;
const ANSWERED: u8 = 1 << 1;
const REPLIER_GONE: u8 = 1 << 2;
const ASKER_GONE: u8 = 1 << 3;

type Answer<T> = Result<T, Unanswered>;

/// The shared place.
struct Slot<T> {
    state: AtomicU8,
    waker: UnsafeCell<MaybeUninit<Waker>>,
    answer: UnsafeCell<MaybeUninit<Answer<T>>>,
}

/// The asker's side.
pub(super) struct Pending<T> {
    /// `None` once the answer was taken.
    slot: Option<NonNull<Slot<T>>>,
}

// SAFETY: the slot hands the answer from one thread to another, which `T: Send` allows; wakers are `Send`.
unsafe impl<T: Send> Send for Pending<T> {}
// SAFETY: nothing can be done with a shared `Pending`.
unsafe impl<T: Send> Sync for Pending<T> {}

/// Makes both sides of one ask.
pub(super) fn pair<T: Send>() -> (Pending<T>, Reply<T>) {
    let slot = pool::take::<Slot<T>>();
    let fresh = Slot {
        state: AtomicU8::new(0),
        waker: UnsafeCell::new(MaybeUninit::uninit()),
        answer: UnsafeCell::new(MaybeUninit::uninit()),
    };
    // SAFETY: the block is fresh, aligned and large enough for a `Slot<T>`.
    unsafe { slot.write(fresh) };
    // SAFETY: `answer` is called once, by the one `Reply`, and any thread may do it, as `T: Send`.
    let reply = unsafe { Reply::from_raw(slot.as_ptr().cast_const().cast(), answer::<T>) };
    (Pending { slot: Some(slot) }, reply)
}

/// The replier's only act: steps 3, 4 and 5.
///
/// # Safety
/// `data` is the slot of this replier, and this is its only call.
unsafe fn answer<T>(data: *const (), value: Answer<T>) {
    // What nobody waits for is dropped here, and whoever waits is woken.
    none_is_held();
    let slot = data.cast::<Slot<T>>();
    // SAFETY: the slot is freed only when both sides have gone, and this side goes at the end of this function.
    let shared = unsafe { &*slot };
    let mut state = shared.state.load(Ordering::Acquire);
    if state & ASKER_GONE != 0 {
        // SAFETY: the asker went first, so this side frees. It does so before the value is dropped, which may panic.
        unsafe { free(slot) };
        return;
    }
    shared.put(value);
    loop {
        let next = match state {
            // Step 3: nobody is registered, so there is nothing left to do afterwards.
            0 => ANSWERED | REPLIER_GONE,
            // Step 4.
            WAKER => ANSWERED | WAKER,
            _ => {
                debug_assert_eq!(state, ASKER_GONE, "the asker takes its waker back before it goes");
                let value = shared.get();
                // SAFETY: the asker went first, so this side frees, and before the value is dropped, which may panic.
                unsafe { free(slot) };
                drop(value);
                return;
            }
        };
        match shared.state.compare_exchange(state, next, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) if next & REPLIER_GONE != 0 => return,
            Ok(_) => break,
            Err(now) => state = now,
        }
    }
    wake(shared.take_waker());
    // Step 5.
    if shared.state.fetch_or(REPLIER_GONE, Ordering::AcqRel) & ASKER_GONE != 0 {
        // SAFETY: the asker went first, so this side frees.
        unsafe { free(slot) };
    }
}

impl<T> Slot<T> {
    fn put(&self, answer: Answer<T>) {
        // SAFETY: before `ANSWERED` only the replier touches the place.
        self.answer.with_mut(|place| unsafe { (*place).write(answer) });
    }

    fn get(&self) -> Answer<T> {
        self.answer.with_mut(|place| {
            // SAFETY: the place belongs to the caller: to the asker after `ANSWERED`, to the replier when the asker
            // gave up.
            let place = unsafe { &*place };
            // SAFETY: the answer was put, and each of the two reads it once.
            unsafe { place.assume_init_read() }
        })
    }

    fn put_waker(&self, waker: Waker) {
        // SAFETY: while `WAKER` is not set the place is the asker's.
        self.waker.with_mut(|place| unsafe { (*place).write(waker) });
    }

    fn take_waker(&self) -> Waker {
        self.waker.with_mut(|place| {
            // SAFETY: the place belongs to the caller: to the replier after step 4, to the asker after step 2 or a
            // failed step 1.
            let place = unsafe { &*place };
            // SAFETY: the waker was put, and each of the two reads it once.
            unsafe { place.assume_init_read() }
        })
    }
}

impl<T> Pending<T> {
    /// The answer, or `Pending` with `waker` registered for it.
    ///
    /// # Panics
    /// When polled again after the answer was returned.
    pub(super) fn poll(&mut self, waker: &Waker) -> Poll<Answer<T>> {
        let slot = self.slot.expect("an ask is not polled after its answer");
        // SAFETY: this side has not gone.
        let shared = unsafe { slot.as_ref() };
        let mut state = shared.state.load(Ordering::Acquire);
        // Step 2.
        if state == WAKER {
            match shared.state.compare_exchange(WAKER, 0, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => {
                    drop(shared.take_waker());
                    state = 0;
                }
                Err(now) => state = now,
            }
        }
        // Step 1.
        if state == 0 {
            shared.put_waker(waker.clone());
            match shared.state.compare_exchange(0, WAKER, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Poll::Pending,
                Err(_) => drop(shared.take_waker()),
            }
        }
        self.slot = None;
        let answer = shared.get();
        // SAFETY: this side has just taken the answer and let go of the slot.
        unsafe { leave(slot) };
        Poll::Ready(answer)
    }
}

/// Step 7.
///
/// # Safety
/// The caller is the asker, has taken the answer, and goes now.
unsafe fn leave<T>(slot: NonNull<Slot<T>>) {
    // SAFETY: this side has not gone yet.
    let shared = unsafe { slot.as_ref() };
    let replier_gone = shared.state.load(Ordering::Acquire) & REPLIER_GONE != 0
        || shared.state.fetch_or(ASKER_GONE, Ordering::AcqRel) & REPLIER_GONE != 0;
    if replier_gone {
        // SAFETY: the replier went first, so this side frees.
        unsafe { free(slot.as_ptr()) };
    }
}

impl<T> Drop for Pending<T> {
    fn drop(&mut self) {
        let Some(slot) = self.slot.take() else { return };
        // SAFETY: this side has not gone.
        let shared = unsafe { slot.as_ref() };
        loop {
            let state = shared.state.load(Ordering::Acquire);
            if state & ANSWERED != 0 {
                let answer = shared.get();
                // SAFETY: this side has just taken the answer and goes.
                unsafe { leave(slot) };
                drop(answer);
                return;
            }
            let next = if state == WAKER { 0 } else { ASKER_GONE };
            if shared.state.compare_exchange(state, next, Ordering::AcqRel, Ordering::Acquire).is_err() {
                continue;
            }
            if next == ASKER_GONE {
                return;
            }
            // Foreign code, and this side has still to go.
            let waker = shared.take_waker();
            contain(|| drop(waker));
        }
    }
}

/// Gives the block of a slot back.
///
/// # Safety
/// Both sides have gone, and neither waker nor answer is in the slot.
unsafe fn free<T>(slot: *const Slot<T>) {
    #[cfg(actor_loom)]
    {
        // SAFETY: as promised by the caller; loom's atomics keep a record that must be dropped.
        unsafe { core::ptr::drop_in_place(slot.cast_mut()) };
    }
    // SAFETY: the block came from `pool::take::<Slot<T>>`, and as promised nobody has it any more.
    unsafe { pool::give_back(slot.cast_mut()) };
}

#[cfg(all(test, actor_loom))]
mod model {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;
    use std::task::Wake;

    /// Counts its wakes; `std` atomics, because the protocol under test must not lean on them.
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, core::sync::atomic::Ordering::SeqCst);
        }
    }

    fn waker() -> (Arc<Woken>, Waker) {
        let woken = Arc::new(Woken(AtomicUsize::new(0)));
        (Arc::clone(&woken), Waker::from(woken))
    }

    /// A value that is dropped exactly once in each run.
    struct Value(Arc<AtomicUsize>);

    impl Drop for Value {
        fn drop(&mut self) {
            self.0.fetch_add(1, core::sync::atomic::Ordering::SeqCst);
        }
    }

    #[test]
    fn an_asker_gets_the_answer_or_is_woken_for_it() {
        loom::model(|| {
            let (mut pending, reply) = pair::<u32>();
            let replier = loom::thread::spawn(move || reply.send(7));
            let (woken, waker) = waker();
            let first = pending.poll(&waker);
            replier.join().unwrap();
            match first {
                Poll::Ready(answer) => assert_eq!(answer, Ok(7)),
                Poll::Pending => {
                    assert_eq!(woken.0.load(core::sync::atomic::Ordering::SeqCst), 1, "nobody woke the asker");
                    assert_eq!(pending.poll(&waker), Poll::Ready(Ok(7)));
                }
            }
        });
    }

    #[test]
    fn an_asker_polled_by_another_task_is_woken_there() {
        loom::model(|| {
            let (mut pending, reply) = pair::<u32>();
            let (_, first_waker) = waker();
            assert!(pending.poll(&first_waker).is_pending());
            let replier = loom::thread::spawn(move || reply.send(7));
            let (woken, second_waker) = waker();
            let second = pending.poll(&second_waker);
            replier.join().unwrap();
            if second.is_pending() {
                assert_eq!(woken.0.load(core::sync::atomic::Ordering::SeqCst), 1, "the wake went to the old task");
                assert_eq!(pending.poll(&second_waker), Poll::Ready(Ok(7)));
            }
        });
    }

    #[test]
    fn a_dropped_reply_answers() {
        loom::model(|| {
            let (mut pending, reply) = pair::<u32>();
            let replier = loom::thread::spawn(move || drop(reply));
            let (_, waker) = waker();
            let first = pending.poll(&waker);
            replier.join().unwrap();
            let answer = if first.is_ready() { first } else { pending.poll(&waker) };
            assert_eq!(answer, Poll::Ready(Err(Unanswered::NoReply)));
        });
    }

    #[test]
    fn an_asker_that_gives_up_leaves_nothing_behind() {
        loom::model(|| {
            let drops = Arc::new(AtomicUsize::new(0));
            let (pending, reply) = pair::<Value>();
            let value = Value(Arc::clone(&drops));
            let replier = loom::thread::spawn(move || reply.send(value));
            drop(pending);
            replier.join().unwrap();
            assert_eq!(drops.load(core::sync::atomic::Ordering::SeqCst), 1);
        });
    }

    #[test]
    fn an_asker_that_waits_and_gives_up_leaves_nothing_behind() {
        loom::model(|| {
            let drops = Arc::new(AtomicUsize::new(0));
            let (mut pending, reply) = pair::<Value>();
            let (woken, waker) = waker();
            assert!(pending.poll(&waker).is_pending());
            drop(waker);
            let value = Value(Arc::clone(&drops));
            let replier = loom::thread::spawn(move || reply.send(value));
            drop(pending);
            replier.join().unwrap();
            assert_eq!(drops.load(core::sync::atomic::Ordering::SeqCst), 1);
            assert_eq!(Arc::strong_count(&woken), 1, "the waker was not dropped");
        });
    }
}
