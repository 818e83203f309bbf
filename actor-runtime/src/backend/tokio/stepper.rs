//! A system run by hand: one message at a time, under a virtual clock, in an order drawn from a seed. The same
//! seed and the same calls give the same run, to the message.

use core::future::Future;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::boxed::Box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Wake;
use std::vec::Vec;

use crate::policy::OverloadHint;
use crate::time::{Clock, Instant};

use super::dispatcher::home::{Home, Ready};
use super::lock::Lock;
use super::runnable::{Allowance, Runnable};

/// Time that passes when it is told to.
#[derive(Clone, Default)]
pub(super) struct VirtualClock(Arc<AtomicU64>);

impl Clock for VirtualClock {
    fn now(&self) -> Instant {
        Instant::from_nanos(self.0.load(Ordering::SeqCst))
    }
}

/// The ready cells of a stepped system.
pub(super) struct Stepped {
    ready: Lock<Vec<Runnable>>,
    /// A shutdown that nobody waits for.
    shutdown: Lock<Option<Shutdown>>,
    closed: AtomicBool,
}

type Shutdown = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Stepped {
    pub(super) fn new() -> Self {
        Self { ready: Lock::default(), shutdown: Lock::default(), closed: AtomicBool::new(false) }
    }

    pub(super) fn schedule(&self, runnable: Runnable) {
        let mut ready = self.ready.lock();
        if self.closed.load(Ordering::SeqCst) {
            drop(ready);
            // Refused: dropping the turn ends the actor, and nothing is left waiting.
            drop(runnable);
        } else {
            ready.push(runnable);
        }
    }

    /// Has the stepper get on with a shutdown.
    pub(super) fn keep(&self, shutdown: Shutdown) {
        let before = self.shutdown.lock().replace(shutdown);
        drop(before);
    }

    /// Gets on with the shutdown, if there is one. It is looked at before each step, so that nobody has to wake it.
    fn shut_down(&self) {
        let kept = self.shutdown.lock().take();
        if let Some(mut shutdown) = kept
            && shutdown.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()
        {
            self.keep(shutdown);
        }
    }

    pub(super) fn close(&self) {
        let mut ready = self.ready.lock();
        self.closed.store(true, Ordering::SeqCst);
        let left = core::mem::take(&mut *ready);
        drop(ready);
        drop(left);
    }
}

/// Polls of a future that only wakes itself before time leaps.
const IDLE_POLLS: u32 = 8;
/// Leaps of time that leave a future asleep before it is given up.
const LEAPS: u32 = 100_000;

/// Runs a system message by message; from [`Builder::stepper`](super::Builder::stepper).
pub struct Stepper {
    home: Arc<Home>,
    clock: VirtualClock,
    /// State of the choice among ready actors; apart from the actors' own randomness.
    choice: u64,
}

impl Stepper {
    pub(super) fn new(home: Arc<Home>, clock: VirtualClock, seed: u64) -> Self {
        Self { home, clock, choice: seed ^ 0x5bd1_e995 }
    }

    /// The moment by the virtual clock.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Another pair of hands for the same system, for another thread of the model.
    #[cfg(actor_loom)]
    #[must_use]
    pub fn beside(&self) -> Self {
        Self { home: Arc::clone(&self.home), clock: self.clock.clone(), choice: self.choice }
    }

    /// Lets one of the ready actors handle one message, or take one step of its start, restart or end. Returns whether
    /// any was ready.
    pub fn step(&mut self) -> bool {
        let Ready::Stepped(stepped) = self.home.ready() else { return false };
        stepped.shut_down();
        let runnable = {
            let mut ready = stepped.ready.lock();
            if ready.is_empty() {
                return false;
            }
            // Knuth's multiplicative generator: a cheap choice that a seed repeats.
            self.choice = self.choice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let chosen = usize::try_from(self.choice >> 33).unwrap_or(0) % ready.len();
            ready.remove(chosen)
        };
        let load = self.home.load();
        load.begun.fetch_add(1, Ordering::Relaxed);
        if let Some(again) = runnable.run(Allowance::new(1, OverloadHint::Calm)) {
            load.scheduled.fetch_add(1, Ordering::Relaxed);
            stepped.schedule(again);
        }
        true
    }

    /// Steps until nothing is ready. Returns the number of steps.
    pub fn run(&mut self) -> usize {
        let mut steps = 0;
        while self.step() {
            steps += 1;
        }
        steps
    }

    /// Lets time pass: fires each timer at its own moment, and runs what it made ready before the next.
    pub fn advance(&mut self, time: Duration) {
        let until = self.now().saturating_add(time);
        self.run();
        while let Some(moment) = self.home.timers().next().filter(|moment| *moment <= until) {
            self.leap(moment);
            self.run();
        }
        self.leap(until);
    }

    /// Lets time pass while nobody runs, as when every actor is slow: timers fire, and what they made ready waits for
    /// the next step.
    pub fn pass(&mut self, time: Duration) {
        let until = self.now().saturating_add(time);
        while let Some(moment) = self.home.timers().next().filter(|moment| *moment <= until) {
            self.leap(moment);
        }
        self.leap(until);
    }

    /// Runs a future to its end, or a call or a start as it is, stepping the system whenever it waits. When nothing is
    /// ready, time leaps to the next timer.
    ///
    /// # Panics
    /// When the future waits and neither an actor nor a timer is left that could wake it, or when a hundred thousand leaps have
    /// not, because an `#[every]` timer keeps time moving while nothing comes. So it is with anything only a tokio
    /// runtime can wake: tokio's timers, sockets and files need [`Builder::start`](super::Builder::start).
    #[track_caller]
    pub fn block_on<F: IntoFuture>(&mut self, future: F) -> F::Output {
        let mut future = pin!(future.into_future());
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut cx = Context::from_waker(&waker);
        // Polls of a future that wakes itself while nothing else gets on: it waits for time to pass.
        let mut idle_polls = 0;
        let mut leaps = 0;
        loop {
            if woken.0.swap(false, Ordering::SeqCst) {
                leaps = 0;
                if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
                    return output;
                }
            }
            // A step even if the future is awake: one that yields in a loop waits for the actors to get on.
            if self.step() {
                idle_polls = 0;
                continue;
            }
            let awake = woken.0.load(Ordering::SeqCst);
            if awake && idle_polls < IDLE_POLLS {
                idle_polls += 1;
                continue;
            }
            idle_polls = 0;
            match self.home.timers().next() {
                Some(_) if leaps == LEAPS => panic!(
                    "the future waits, and a hundred thousand timers have not woken it; give what it awaits a deadline, or run \
                     what waits for tokio's timers and sockets on a runtime"
                ),
                Some(moment) => {
                    leaps += 1;
                    self.leap(moment);
                }
                None if awake => {}
                None => panic!(
                    "the future waits, and no actor or timer is left that could wake it; send first what it waits for, or run what \
                     waits for tokio's timers and sockets on a runtime"
                ),
            }
        }
    }

    fn leap(&mut self, moment: Instant) {
        self.clock.0.store(moment.as_nanos(), Ordering::SeqCst);
        self.home.timers().fire(moment);
    }
}

impl Drop for Stepper {
    /// Nobody else can run the system: whatever is left ends.
    fn drop(&mut self) {
        self.home.abandon_all();
    }
}

impl core::fmt::Debug for Stepper {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Stepper").field("now", &self.now()).finish_non_exhaustive()
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}
