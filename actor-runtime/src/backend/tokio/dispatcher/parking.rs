//! Which workers sleep, and waking one: the protocol that must not lose a wake-up.
//!
//! A worker that finds nothing says that it sleeps (1), looks once more (2), and only then sleeps. Who adds work
//! makes it visible (3) and then looks for a sleeper (4). The fences between 1 and 2 and between 3 and 4 make one
//! of the two see the other. A sleeper is taken off the list by whoever wakes it, so each wake-up wakes one worker
//! that slept.

use super::super::sync::{AtomicU64, Ordering, fence};

/// A set of sleeping workers, by number.
pub(crate) struct Sleepers(AtomicU64);

impl Sleepers {
    /// Workers that can be told apart.
    pub(crate) const MAX: usize = 64;

    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Step 1: worker `index` is about to sleep. It must look for work once more after this.
    pub(crate) fn add(&self, index: usize) {
        self.0.fetch_or(1 << index, Ordering::SeqCst);
        fence(Ordering::SeqCst);
    }

    /// Worker `index` does not sleep after all.
    pub(crate) fn remove(&self, index: usize) {
        self.0.fetch_and(!(1 << index), Ordering::SeqCst);
    }

    /// Step 4: takes one sleeper off the list. Work must have been made visible before.
    #[inline]
    pub(crate) fn take_one(&self) -> Option<usize> {
        fence(Ordering::SeqCst);
        let mut sleeping = self.0.load(Ordering::Relaxed);
        while sleeping != 0 {
            let index = sleeping.trailing_zeros() as usize;
            let before = self.0.fetch_and(!(1 << index), Ordering::AcqRel);
            if before & (1 << index) != 0 {
                return Some(index);
            }
            sleeping = before & !(1 << index);
        }
        None
    }

    /// Whether any worker sleeps. A hint: only [`take_one`](Self::take_one) is ordered against the work.
    #[inline]
    pub(crate) fn any(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }
}

#[cfg(all(test, actor_loom))]
mod model {
    use super::*;
    use loom::sync::atomic::AtomicBool;
    use std::sync::Arc;

    #[test]
    fn a_worker_that_sleeps_while_work_comes_is_woken() {
        loom::model(|| {
            let shared = Arc::new((Sleepers::new(), AtomicBool::new(false), AtomicBool::new(false)));
            let adder = {
                let shared = Arc::clone(&shared);
                loom::thread::spawn(move || {
                    let (sleepers, work, woken) = &*shared;
                    work.store(true, Ordering::Relaxed);
                    if let Some(index) = sleepers.take_one() {
                        assert_eq!(index, 0);
                        woken.store(true, Ordering::Relaxed);
                    }
                })
            };
            let (sleepers, work, woken) = &*shared;
            sleepers.add(0);
            let found = work.load(Ordering::Relaxed);
            if found {
                sleepers.remove(0);
            }
            adder.join().unwrap();
            assert!(found || woken.load(Ordering::Relaxed), "the worker sleeps beside its work");
        });
    }

    #[test]
    fn two_pieces_of_work_wake_two_sleepers() {
        loom::model(|| {
            let sleepers = Arc::new(Sleepers::new());
            sleepers.add(0);
            sleepers.add(1);
            let other = {
                let sleepers = Arc::clone(&sleepers);
                loom::thread::spawn(move || sleepers.take_one())
            };
            let mine = sleepers.take_one();
            let theirs = other.join().unwrap();
            assert_ne!(mine, theirs);
            assert!(mine.is_some() && theirs.is_some());
        });
    }
}
