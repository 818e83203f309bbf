//! Where the time goes: how long each handler ran itself, what it waited for and what it asked on its own stack left out.
//! Without the feature `flame` nothing of this is left when compiled.

#[cfg(not(feature = "flame"))]
pub(super) use off::Frame;
#[cfg(feature = "flame")]
pub(super) use on::Frame;
#[cfg(feature = "flame")]
pub use on::{HandlerTime, handler_times};

#[cfg(not(feature = "flame"))]
mod off {
    pub(in super::super) struct Frame;

    impl Frame {
        #[inline(always)]
        pub(in super::super) fn begin(_actor: &'static str, _handlers: &'static [&'static str], _index: usize) -> Self {
            Self
        }

        #[inline(always)]
        pub(in super::super) fn end(self) {}
    }
}

#[cfg(feature = "flame")]
mod on {
    use core::cell::{Cell, RefCell};
    use core::fmt;
    use core::time::Duration;
    use std::boxed::Box;
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread_local;
    use std::time::Instant;
    use std::vec::Vec;

    use super::super::lock::Lock;
    use crate::time::nanos;

    /// How long a handler has run so far in this process, in all actors of that name.
    ///
    /// Shown, it is a line of folded stacks: `actor;handler nanoseconds`.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct HandlerTime {
        /// The label of the actor.
        pub actor: &'static str,
        /// The handler, hook or timer.
        pub handler: &'static str,
        /// How often it ran: once, and once more for each time that it waited.
        pub runs: u64,
        /// How long it ran itself: neither what it waited is part of that, nor a handler that it asked and that ran on its stack.
        pub itself: Duration,
    }

    impl fmt::Display for HandlerTime {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            // The one sign that parts frames.
            self.actor.split(';').try_for_each(|part| f.write_str(part))?;
            write!(f, ";{} {}", self.handler, self.itself.as_nanos())
        }
    }

    /// How long each handler has run so far in this process, the longest first.
    #[must_use]
    pub fn handler_times() -> Vec<HandlerTime> {
        let mut times: Vec<_> = SITES.with(|sites| sites.values().map(|site| site.read()).collect());
        times.sort_by_key(|time| core::cmp::Reverse(time.itself));
        times
    }

    struct Site {
        actor: &'static str,
        handler: &'static str,
        runs: AtomicU64,
        nanos: AtomicU64,
    }

    /// As many as there are handlers, so they are never given back.
    static SITES: Lock<BTreeMap<(&str, &str), &'static Site>> = Lock::new(BTreeMap::new());

    thread_local! {
        /// Those that this thread has come by, by the addresses of their names.
        static KNOWN: RefCell<BTreeMap<(usize, usize), &'static Site>> = const { RefCell::new(BTreeMap::new()) };
        /// How long others have run on this stack since the handler in hand began.
        static OTHERS: Cell<u64> = const { Cell::new(0) };
    }

    impl Site {
        fn of(actor: &'static str, handler: &'static str) -> &'static Self {
            let names = (actor.as_ptr().addr(), handler.as_ptr().addr());
            let known = KNOWN.try_with(|known| known.borrow().get(&names).copied()).ok().flatten();
            known.unwrap_or_else(|| Self::registered(actor, handler, names))
        }

        #[cold]
        fn registered(actor: &'static str, handler: &'static str, names: (usize, usize)) -> &'static Self {
            let site = SITES.with(|sites| {
                *sites.entry((actor, handler)).or_insert_with(|| {
                    let (runs, nanos) = (AtomicU64::new(0), AtomicU64::new(0));
                    Box::leak(Box::new(Self { actor, handler, runs, nanos }))
                })
            });
            // A thread that is going down already has nothing of its own.
            let _ = KNOWN.try_with(|known| known.borrow_mut().insert(names, site));
            site
        }

        fn read(&self) -> HandlerTime {
            let itself = Duration::from_nanos(self.nanos.load(Ordering::Relaxed));
            let runs = self.runs.load(Ordering::Relaxed);
            HandlerTime { actor: self.actor, handler: self.handler, runs, itself }
        }
    }

    /// A handler runs on this stack, until it ends, or is dropped by a panic.
    pub(in super::super) struct Frame {
        site: &'static Site,
        begun: Instant,
        /// What others had run before, of the handler further up the stack.
        outer: u64,
    }

    impl Frame {
        pub(in super::super) fn begin(actor: &'static str, handlers: &'static [&'static str], index: usize) -> Self {
            Self {
                site: Site::of(actor, handlers.get(index).copied().unwrap_or_default()),
                outer: OTHERS.replace(0),
                begun: Instant::now(),
            }
        }

        pub(in super::super) fn end(self) {}
    }

    impl Drop for Frame {
        fn drop(&mut self) {
            let ran = nanos(self.begun.elapsed());
            let others = OTHERS.replace(self.outer.saturating_add(ran));
            self.site.runs.fetch_add(1, Ordering::Relaxed);
            self.site.nanos.fetch_add(ran.saturating_sub(others), Ordering::Relaxed);
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn time(handler: &str) -> HandlerTime {
            let mut times = handler_times().into_iter();
            times.find(|time| (time.actor, time.handler) == ("flame;test", handler)).expect("it has run")
        }

        #[test]
        fn who_runs_on_the_stack_of_another_is_not_counted_there() {
            // The clock is the real one; how much passes by the way does not matter.
            let (begun, busy) = (Instant::now(), Duration::from_millis(2));
            let work = |busy| {
                let begun = Instant::now();
                while begun.elapsed() < busy {
                    core::hint::spin_loop();
                }
            };
            let [outer, inner, innermost] =
                [0, 1, 2].map(|index| Frame::begin("flame;test", &["outer", "inner", "innermost"], index));
            work(2 * busy);
            innermost.end();
            inner.end();
            work(busy);
            outer.end();
            let all = begun.elapsed();
            let [outer, inner, innermost] = ["outer", "inner", "innermost"].map(time);
            assert!(innermost.itself >= 2 * busy && outer.itself >= busy, "{outer:?}, {innermost:?}");
            assert!(outer.itself + inner.itself + innermost.itself <= all, "counted twice: {outer:?}, {inner:?}");
            assert_eq!(std::format!("{inner}"), std::format!("flametest;inner {}", inner.itself.as_nanos()));
        }
    }
}
