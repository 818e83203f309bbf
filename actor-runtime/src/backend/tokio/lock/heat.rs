//! What each lock costs, by the place in the source that takes it: how often, how long it is waited for, how long it
//! is held. Nothing of this is left when compiled without the feature `instrument-locks`.

#[cfg(not(feature = "instrument-locks"))]
pub(super) use off::{Heat, LockMode};
#[cfg(feature = "instrument-locks")]
pub(super) use on::Heat;
#[cfg(feature = "instrument-locks")]
pub use on::{LockMode, LockSite, lock_sites};

#[cfg(not(feature = "instrument-locks"))]
mod off {
    pub(in super::super) enum LockMode {
        Spin,
        Sleep,
    }

    pub(in super::super) struct Heat;

    impl Heat {
        #[inline(always)]
        pub(in super::super) fn at(_mode: LockMode) -> Self {
            Self
        }

        #[inline(always)]
        pub(in super::super) fn waits(&mut self) {}

        #[inline(always)]
        pub(in super::super) fn taken(&mut self) {}

        #[inline(always)]
        pub(in super::super) fn given_back(&mut self) {}
    }
}

#[cfg(feature = "instrument-locks")]
mod on {
    use core::cell::RefCell;
    use core::fmt;
    use core::panic::Location;
    use core::time::Duration;
    use std::boxed::Box;
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread_local;
    use std::time::Instant;
    use std::vec::Vec;

    use crate::time::nanos;

    /// How a thread waits for a lock.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    #[non_exhaustive]
    pub enum LockMode {
        /// It spins, backs off, and ends in yielding.
        Spin,
        /// It sleeps.
        Sleep,
    }

    impl LockMode {
        /// Its name in the exported figures.
        #[must_use]
        pub const fn name(self) -> &'static str {
            match self {
                Self::Spin => "spin",
                Self::Sleep => "sleep",
            }
        }
    }

    /// What a place in the runtime's source that takes a lock has cost so far, in this process.
    ///
    /// Shown, it is a line of the heat map.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct LockSite {
        /// File and line.
        pub site: &'static Location<'static>,
        /// How it waits.
        pub mode: LockMode,
        /// How often the lock was taken here.
        pub taken: u64,
        /// How often somebody else held it then.
        pub contended: u64,
        /// How long was waited in all, and what it takes to look at the clock.
        pub waited: Duration,
        /// How long was waited at most.
        pub longest_wait: Duration,
        /// How long it was held in all.
        pub held: Duration,
        /// How long it was held at most.
        pub longest_hold: Duration,
    }

    impl fmt::Display for LockSite {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let Self { site, mode, taken, contended, waited, longest_wait, held, longest_hold } = self;
            write!(
                f,
                "{}:{} ({}): taken {taken}, contended {contended}, waited {waited:?} (at most {longest_wait:?}), \
                 held {held:?} (at most {longest_hold:?})",
                site.file(),
                site.line(),
                mode.name()
            )
        }
    }

    /// What every lock of the runtime has cost so far in this process, the one that was waited for longest first.
    #[must_use]
    pub fn lock_sites() -> Vec<LockSite> {
        let mut sites: Vec<_> = SITES.lock().values().map(|site| site.read()).collect();
        sites.sort_by_key(|site| core::cmp::Reverse(site.waited));
        sites
    }

    /// As the compiler knows it; one place may have several of these.
    type Place = &'static Location<'static>;

    struct Site {
        place: Place,
        mode: LockMode,
        taken: AtomicU64,
        contended: AtomicU64,
        waited: AtomicU64,
        longest_wait: AtomicU64,
        held: AtomicU64,
        longest_hold: AtomicU64,
    }

    /// By file, line and column. A lock that is not one of those it measures. There are as many sites as the source has,
    /// so they are never given back.
    static SITES: parking_lot::Mutex<BTreeMap<(&str, u32, u32), &'static Site>> =
        parking_lot::Mutex::new(BTreeMap::new());

    thread_local! {
        /// Those that this thread has come by, by the address of their place.
        static KNOWN: RefCell<BTreeMap<usize, &'static Site>> = const { RefCell::new(BTreeMap::new()) };
    }

    impl Site {
        fn of(place: Place, mode: LockMode) -> &'static Self {
            let address = core::ptr::from_ref(place).addr();
            let known = |known: &RefCell<BTreeMap<_, _>>| {
                *known.borrow_mut().entry(address).or_insert_with(|| Self::registered(place, mode))
            };
            // A thread that is going down already has nothing of its own.
            KNOWN.try_with(known).unwrap_or_else(|_| Self::registered(place, mode))
        }

        fn registered(place: Place, mode: LockMode) -> &'static Self {
            SITES.lock().entry((place.file(), place.line(), place.column())).or_insert_with(|| {
                Box::leak(Box::new(Self {
                    place,
                    mode,
                    taken: AtomicU64::new(0),
                    contended: AtomicU64::new(0),
                    waited: AtomicU64::new(0),
                    longest_wait: AtomicU64::new(0),
                    held: AtomicU64::new(0),
                    longest_hold: AtomicU64::new(0),
                }))
            })
        }

        fn read(&self) -> LockSite {
            let time = |nanos: &AtomicU64| Duration::from_nanos(nanos.load(Ordering::Relaxed));
            LockSite {
                site: self.place,
                mode: self.mode,
                taken: self.taken.load(Ordering::Relaxed),
                contended: self.contended.load(Ordering::Relaxed),
                waited: time(&self.waited),
                longest_wait: time(&self.longest_wait),
                held: time(&self.held),
                longest_hold: time(&self.longest_hold),
            }
        }
    }

    /// One taking of a lock, from the wish to the end.
    pub(in super::super) struct Heat {
        site: &'static Site,
        /// Since when it is waited for, or held.
        since: Instant,
        contended: bool,
        waited: u64,
    }

    impl Heat {
        #[track_caller]
        pub(in super::super) fn at(mode: LockMode) -> Self {
            let site = Site::of(Location::caller(), mode);
            Self { site, since: Instant::now(), contended: false, waited: 0 }
        }

        pub(in super::super) fn waits(&mut self) {
            self.contended = true;
        }

        pub(in super::super) fn taken(&mut self) {
            let now = Instant::now();
            self.waited = nanos(now.saturating_duration_since(self.since));
            self.since = now;
        }

        /// Counts, now that nobody waits for the lock on account of that.
        pub(in super::super) fn given_back(&mut self) {
            let held = nanos(self.since.elapsed());
            let Site { taken, contended, waited, longest_wait, held: held_in_all, longest_hold, .. } = self.site;
            taken.fetch_add(1, Ordering::Relaxed);
            contended.fetch_add(u64::from(self.contended), Ordering::Relaxed);
            waited.fetch_add(self.waited, Ordering::Relaxed);
            longest_wait.fetch_max(self.waited, Ordering::Relaxed);
            held_in_all.fetch_add(held, Ordering::Relaxed);
            longest_hold.fetch_max(held, Ordering::Relaxed);
        }
    }

    #[cfg(test)]
    mod tests {
        use super::super::super::{Lock, SpinLock};
        use super::*;

        /// What is known of the one place in this file that took such a lock so often.
        fn taken(mode: LockMode, times: u64) -> LockSite {
            let mut sites = lock_sites().into_iter();
            sites.find(|at| at.site.file() == file!() && (at.mode, at.taken) == (mode, times)).expect("a site")
        }

        #[test]
        fn who_waits_is_counted_where_it_waits() {
            let (lock, spin) = (Lock::new(0), SpinLock::new(0));
            let pause = Duration::from_millis(20);
            std::thread::scope(|scope| {
                let other = || {
                    scope.spawn(|| {
                        *lock.lock() += 1;
                        *spin.lock() += 1;
                    })
                };
                let (held, waiter) = (lock.lock(), other());
                std::thread::sleep(pause);
                drop(held);
                waiter.join().unwrap();
                let held = spin.lock();
                let waiter = other();
                std::thread::sleep(pause);
                drop(held);
                waiter.join().unwrap();
            });
            for site in [taken(LockMode::Sleep, 2), taken(LockMode::Spin, 2)] {
                assert_eq!(site.contended, 1, "{site}");
                assert!(site.longest_wait >= pause / 2 && site.waited >= site.longest_wait, "{site}");
            }
            let holder = taken(LockMode::Sleep, 1);
            assert!(holder.contended == 0 && holder.longest_hold >= pause && holder.held >= pause, "{holder}");
        }
    }
}
