//! `shared`: one task per worker of the user's tokio runtime, each stepping cells.
//!
//! A cell made ready by a worker goes into that worker's *next* place, whence it runs while its message is
//! still in the cache; what it displaces goes to the worker's queue. A cell made ready elsewhere goes to the
//! injector. A worker without work steals from queues and next places of the others, so a handler that blocks
//! holds nobody but its own actor. After a number of activations, or some time, a worker yields to tokio, so that
//! the user's own tasks keep their share.

use core::cell::Cell;
use core::future::Future;
use core::pin::Pin;
use core::ptr::{null, null_mut};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::boxed::Box;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::thread_local;
use std::time::Instant as RealInstant;
use std::vec::Vec;

use crate::metrics::SystemEvent;
use crate::policy::OverloadHint;

use super::super::guard::{guard, wake};
use super::super::header::Header;
use super::super::lock::{Lock, SpinLock};
use super::super::runnable::{Allowance, Runnable};
use super::home::Home;
use super::load::{Load, count_alone};
use super::parking::Sleepers;

/// Activations out of the next place before the queue has its turn.
const NEXT_IN_A_ROW: u32 = 32;
/// Activations before the injector is looked at although there is other work.
const INJECTOR_EVERY: u32 = 61;
/// Activations before a worker looks at the time, and before it yields to tokio in any case.
pub(super) const LOOK_AT_TIME_EVERY: u32 = 32;
pub(super) const YIELD_AFTER: u32 = 512;
/// How long a worker keeps its thread from tokio's other tasks, unless one handler takes longer.
pub(super) const YIELD_AFTER_TIME: Duration = Duration::from_micros(500);

/// See the module.
pub(in super::super) struct Shared {
    workers: Box<[Worker]>,
    injector: Lock<VecDeque<Runnable>>,
    /// Length of the injector, readable without its lock.
    injected: AtomicUsize,
    sleepers: Sleepers,
    /// Worker tasks that have not ended.
    running: AtomicUsize,
    /// No more work is taken.
    closed: AtomicBool,
    /// Somebody looks whether a worker is stuck.
    watched: AtomicBool,
}

struct Worker {
    /// The cell to run next. Filled by its own worker alone, emptied by anybody.
    next: AtomicPtr<Header>,
    queue: SpinLock<VecDeque<Runnable>>,
    /// Length of the queue, readable without its lock.
    queued: AtomicUsize,
    waker: Lock<Option<Waker>>,
    /// Activations begun, so that others see whether it gets on. As the rest, counted by the worker alone.
    activations: AtomicU64,
    steals: AtomicU64,
    parks: AtomicU64,
    /// The activations at the monitor's last look.
    looked_at: AtomicU64,
}

/// Cells moved between queues at once, without an allocation.
const BATCH: usize = 32;
type Batch = heapless::Vec<Runnable, BATCH>;

thread_local! {
    /// The worker this thread runs, and its dispatcher.
    static HERE: Cell<(*const Shared, *const Worker)> = const { Cell::new((null(), null())) };
}

impl Shared {
    pub(in super::super) fn new(workers: usize) -> Self {
        let workers = workers.clamp(1, Sleepers::MAX);
        Self {
            workers: (0..workers)
                .map(|_| Worker {
                    next: AtomicPtr::new(null_mut()),
                    queue: SpinLock::new(VecDeque::new()),
                    queued: AtomicUsize::new(0),
                    waker: Lock::new(None),
                    activations: AtomicU64::new(0),
                    steals: AtomicU64::new(0),
                    parks: AtomicU64::new(0),
                    looked_at: AtomicU64::new(u64::MAX),
                })
                .collect(),
            injector: Lock::new(VecDeque::new()),
            injected: AtomicUsize::new(0),
            sleepers: Sleepers::new(),
            running: AtomicUsize::new(workers),
            closed: AtomicBool::new(false),
            watched: AtomicBool::new(false),
        }
    }

    /// The tasks that run the workers.
    pub(in super::super) fn tasks(home: &Arc<Home>, workers: usize) -> impl Iterator<Item = WorkerTask> {
        let task = |index| WorkerTask { home: Arc::clone(home), index, allowance: Allowance::default() };
        (0..workers.clamp(1, Sleepers::MAX)).map(task)
    }

    /// Takes a ready cell. Returns whether somebody must begin to [look after](Self::look_after_stuck) workers.
    #[inline]
    #[must_use]
    pub(in super::super) fn schedule(&self, runnable: Runnable) -> bool {
        let (here, worker) = HERE.get();
        if core::ptr::eq(here, self) {
            // SAFETY: the worker is one of this dispatcher's, which is alive; see `WorkerTask::poll`.
            self.schedule_here(unsafe { &*worker }, runnable);
            // A handler that never returns holds what lies behind it, until another worker comes for it.
            self.workers.len() > 1
                && !self.watched.load(Ordering::Relaxed)
                && !self.watched.swap(true, Ordering::Relaxed)
        } else {
            self.inject(runnable);
            false
        }
    }

    #[inline]
    fn schedule_here(&self, worker: &Worker, runnable: Runnable) {
        let runnable = runnable.into_raw();
        // Others only empty the place, so an empty one stays empty and needs no exchange.
        let displaced = if worker.next.load(Ordering::Relaxed).is_null() {
            worker.next.store(runnable, Ordering::Release);
            null_mut()
        } else if self.workers.len() == 1 {
            let displaced = worker.next.load(Ordering::Relaxed);
            worker.next.store(runnable, Ordering::Relaxed);
            displaced
        } else {
            worker.next.swap(runnable, Ordering::AcqRel)
        };
        // SAFETY: it came from `into_raw` and was taken out of the place here.
        if let Some(displaced) = unsafe { Runnable::from_raw(displaced) } {
            worker.push(displaced);
            if self.sleepers.any() {
                self.wake_one();
            }
        }
    }

    #[cold]
    fn inject(&self, runnable: Runnable) {
        let mut injector = self.injector.lock();
        if self.closed.load(Ordering::Relaxed) {
            drop(injector);
            // Refused: dropping the turn ends the actor, and nothing is left waiting.
            drop(runnable);
            return;
        }
        injector.push_back(runnable);
        self.injected.store(injector.len(), Ordering::Relaxed);
        drop(injector);
        self.wake_one();
    }

    fn wake_one(&self) {
        if let Some(index) = self.sleepers.take_one() {
            self.workers[index].wake();
        }
    }

    /// Takes no more work, and lets the worker tasks end.
    pub(in super::super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        for (index, worker) in self.workers.iter().enumerate() {
            self.sleepers.remove(index);
            worker.wake();
        }
    }

    /// Ends the actors whose turn lies here, after the last worker is gone.
    fn abandon_ready(&self) {
        self.closed.store(true, Ordering::SeqCst);
        let mut left = Vec::from(core::mem::take(&mut *self.injector.lock()));
        for worker in &self.workers {
            // SAFETY: the place holds what `schedule_here` put there.
            left.extend(unsafe { Runnable::from_raw(worker.next.swap(null_mut(), Ordering::AcqRel)) });
            left.extend(core::mem::take(&mut *worker.queue.lock()));
        }
        drop(left);
    }

    /// Has somebody come for cells that lie behind the same activation as at the last look. Returns whether to look
    /// again, after [`LOOK_EVERY`](Self::LOOK_EVERY). For the monitor alone.
    pub(in super::super) fn look_after_stuck(&self) -> bool {
        let mut ready = false;
        for worker in &self.workers {
            let activations = worker.activations.load(Ordering::Relaxed);
            let waits = !worker.next.load(Ordering::Relaxed).is_null() || worker.queued.load(Ordering::Relaxed) > 0;
            ready |= waits;
            if waits && worker.looked_at.load(Ordering::Relaxed) == activations {
                self.wake_one();
            }
            worker.looked_at.store(activations, Ordering::Relaxed);
        }
        if !ready {
            // Cleared before the last look, so that what is scheduled from here on begins anew; and set again where this one goes
            // on and nobody has begun anew, as two would take each other's looks for those of a stuck worker.
            self.watched.store(false, Ordering::SeqCst);
            ready = self.workers.iter().any(|worker| {
                !worker.next.load(Ordering::SeqCst).is_null() || worker.queued.load(Ordering::SeqCst) > 0
            }) && !self.watched.swap(true, Ordering::SeqCst);
        }
        ready
    }

    /// How long a ready cell may lie behind a handler before another worker is sent for it.
    pub(in super::super) const LOOK_EVERY: Duration = Duration::from_millis(2);

    // ---- for a worker ------------------------------------------------------------------------------

    /// Finds the next cell to run.
    #[inline]
    fn find(&self, index: usize, worker: &Worker, pace: &mut Pace) -> Option<Runnable> {
        let alone = self.workers.len() == 1;
        if pace.activations.is_multiple_of(INJECTOR_EVERY)
            && let Some(runnable) = self.take_injected(index)
        {
            return Some(runnable);
        }
        if pace.next_in_a_row < NEXT_IN_A_ROW
            && let Some(runnable) = worker.take_next(alone)
        {
            pace.next_in_a_row += 1;
            return Some(runnable);
        }
        pace.next_in_a_row = 0;
        worker
            .pop()
            .or_else(|| self.take_injected(index))
            .or_else(|| worker.take_next(alone))
            .or_else(|| self.steal(index))
    }

    /// Takes one cell from the injector, and some more into the worker's own queue.
    fn take_injected(&self, index: usize) -> Option<Runnable> {
        if self.injected.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let mut injector = self.injector.lock();
        let first = injector.pop_front()?;
        let share = (injector.len() / self.workers.len()).min(BATCH);
        let batch: Batch = injector.drain(..share).collect();
        self.injected.store(injector.len(), Ordering::Relaxed);
        let more = !injector.is_empty();
        drop(injector);
        let worker = &self.workers[index];
        for runnable in batch {
            worker.push(runnable);
        }
        if more && self.sleepers.any() {
            self.wake_one();
        }
        Some(first)
    }

    /// Takes half of what another worker has, at most a batch, and its next place last.
    fn steal(&self, index: usize) -> Option<Runnable> {
        let others = (1..self.workers.len()).map(|step| &self.workers[(index + step) % self.workers.len()]);
        for victim in others.clone() {
            if victim.queued.load(Ordering::Relaxed) == 0 {
                continue;
            }
            let mut queue = victim.queue.lock();
            let half = queue.len().div_ceil(2).min(BATCH);
            let stolen: Batch = queue.drain(..half).collect();
            victim.queued.store(queue.len(), Ordering::Relaxed);
            drop(queue);
            let mut stolen = stolen.into_iter();
            let first = stolen.next();
            let worker = &self.workers[index];
            for runnable in stolen {
                worker.push(runnable);
            }
            if first.is_some() {
                count_alone(&worker.steals);
                return first;
            }
        }
        let next = others.into_iter().find_map(|victim| victim.take_next(false));
        if next.is_some() {
            count_alone(&self.workers[index].steals);
        }
        next
    }

    /// Notes what its workers have counted, and returns how many cells are ready.
    pub(super) fn note(&self, load: &Load) -> usize {
        let sum = |read: fn(&Worker) -> &AtomicU64| {
            self.workers.iter().map(|worker| read(worker).load(Ordering::Relaxed)).fold(0, u64::wrapping_add)
        };
        load.note(sum(|worker| &worker.activations), sum(|worker| &worker.steals), sum(|worker| &worker.parks));
        let ready_at = |worker: &Worker| {
            worker.queued.load(Ordering::Relaxed) + usize::from(!worker.next.load(Ordering::Relaxed).is_null())
        };
        self.injected.load(Ordering::Relaxed) + self.workers.iter().map(ready_at).sum::<usize>()
    }

    /// Cells that `worker` has before it: its own, and its part of what anybody may take.
    fn ready_for(&self, worker: &Worker) -> usize {
        worker.queued.load(Ordering::Relaxed) + self.injected.load(Ordering::Relaxed) / self.workers.len()
    }

    /// Whether there is anything a worker could run.
    fn has_work(&self) -> bool {
        self.injected.load(Ordering::SeqCst) > 0
            || self.workers.iter().any(|worker| worker.queued.load(Ordering::SeqCst) > 0)
    }
}

impl Worker {
    fn push(&self, runnable: Runnable) {
        let mut queue = self.queue.lock();
        queue.push_back(runnable);
        self.queued.store(queue.len(), Ordering::Relaxed);
    }

    fn pop(&self) -> Option<Runnable> {
        if self.queued.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let mut queue = self.queue.lock();
        let runnable = queue.pop_front();
        self.queued.store(queue.len(), Ordering::Relaxed);
        runnable
    }

    #[inline]
    fn take_next(&self, alone: bool) -> Option<Runnable> {
        let next = self.next.load(Ordering::Relaxed);
        if next.is_null() {
            return None;
        }
        let next = if alone {
            self.next.store(null_mut(), Ordering::Relaxed);
            next
        } else {
            self.next.swap(null_mut(), Ordering::AcqRel)
        };
        // SAFETY: the place holds what `schedule_here` put there, and it was taken out here.
        unsafe { Runnable::from_raw(next) }
    }

    fn wake(&self) {
        // Taken, because a clone would be made under the lock; a worker leaves another before it sleeps.
        let waker = self.waker.lock().take();
        waker.into_iter().for_each(wake);
    }
}

/// This thread runs a worker, until dropped.
struct Here {
    outer: (*const Shared, *const Worker),
}

impl Here {
    fn enter(dispatcher: &Shared, worker: &Worker) -> Self {
        Self { outer: HERE.replace((dispatcher, worker)) }
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        HERE.set(self.outer);
    }
}

/// How far a worker is in one poll.
struct Pace {
    activations: u32,
    next_in_a_row: u32,
    allowance: Allowance,
}

/// The task of one worker.
pub(in super::super) struct WorkerTask {
    home: Arc<Home>,
    index: usize,
    /// Shorter when many cells are ready, or when each takes long: looked at with the time, and kept from one poll to the
    /// next, because activations that take long end the poll.
    allowance: Allowance,
}

impl WorkerTask {
    fn dispatcher(&self) -> &Shared {
        self.home.shared().expect("a worker task belongs to a shared dispatcher")
    }

    /// Runs cells until there are none, or it is time to yield. Returns whether work is left.
    fn run(&self, allowance: &mut Allowance) -> bool {
        let dispatcher = self.dispatcher();
        let worker = &dispatcher.workers[self.index];
        let mut pace = Pace { activations: 0, next_in_a_row: 0, allowance: *allowance };
        let begun = RealInstant::now();
        loop {
            let Some(runnable) = dispatcher.find(self.index, worker, &mut pace) else {
                *allowance = Allowance::default();
                return false;
            };
            count_alone(&worker.activations);
            // A handler's panic never comes so far; this keeps a mistake of ours from taking the worker down.
            let again = guard(|| runnable.run(pace.allowance)).ok().flatten();
            // An activation that used its budget may have taken long: handlers decide that.
            let look_at_time = again.is_some();
            if let Some(again) = again {
                worker.push(again);
                if dispatcher.sleepers.any() {
                    dispatcher.wake_one();
                }
            }
            pace.activations += 1;
            let look_at_time = look_at_time || pace.activations.is_multiple_of(LOOK_AT_TIME_EVERY);
            if look_at_time {
                let elapsed = begun.elapsed();
                let hint = OverloadHint::measured(dispatcher.ready_for(worker), elapsed / pace.activations);
                pace.allowance = Allowance::new(u32::MAX, hint);
                if pace.activations >= YIELD_AFTER || elapsed >= YIELD_AFTER_TIME {
                    *allowance = pace.allowance;
                    return true;
                }
            }
        }
    }
}

impl Future for WorkerTask {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut allowance = self.allowance;
        let here = Here::enter(self.dispatcher(), &self.dispatcher().workers[self.index]);
        let left = self.run(&mut allowance);
        drop(here);
        self.allowance = allowance;
        let dispatcher = self.dispatcher();
        let worker = &dispatcher.workers[self.index];
        if dispatcher.closed.load(Ordering::Acquire) && !dispatcher.has_work() {
            return Poll::Ready(());
        }
        if left {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let waker = cx.waker().clone();
        let before = worker.waker.lock().replace(waker);
        drop(before);
        dispatcher.sleepers.add(self.index);
        if dispatcher.has_work() || dispatcher.closed.load(Ordering::SeqCst) {
            dispatcher.sleepers.remove(self.index);
            cx.waker().wake_by_ref();
        } else {
            count_alone(&worker.parks);
        }
        Poll::Pending
    }
}

impl Drop for WorkerTask {
    /// The last worker to go, whatever ended it, leaves no actor behind.
    fn drop(&mut self) {
        if self.dispatcher().running.fetch_sub(1, Ordering::AcqRel) == 1 {
            // Counted before, while they have not ended.
            let pending = self.home.cells_at(&self.home).len();
            if pending > 0 {
                self.home.event(&SystemEvent::DispatcherDropped { pending });
            }
            self.dispatcher().abandon_ready();
            self.home.abandon_all();
        }
    }
}

#[cfg(all(test, not(actor_loom)))]
mod tests {
    use super::*;

    #[test]
    fn who_looks_again_is_the_only_one() {
        let (shared, done) = (Shared::new(2), AtomicBool::new(false));
        let twice = std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let queued = &shared.workers[0].queued;
                    [1, 0].into_iter().for_each(|cells| queued.store(cells, Ordering::SeqCst));
                }
            });
            let twice = (0..if cfg!(miri) { 100 } else { 200_000 }).any(|_| {
                shared.watched.store(true, Ordering::SeqCst);
                shared.look_after_stuck() != shared.watched.load(Ordering::SeqCst)
            });
            done.store(true, Ordering::Relaxed);
            twice
        });
        assert!(!twice, "whoever schedules next has it looked after once more");
    }
}
