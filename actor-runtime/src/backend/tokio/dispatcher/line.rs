//! The ready cells of a dispatcher that runs them one after the other on one thread.
//!
//! One lock guards cells, sleep and close, so that "add" and "does somebody sleep" are one step.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Instant as RealInstant;
use std::vec::Vec;

use crate::policy::OverloadHint;

use super::super::guard::wake;
use super::super::lock::Lock;
use super::ReadyCell;
use super::load::count_alone;
use super::residents::Residents;
use super::shared::{LOOK_AT_TIME_EVERY, YIELD_AFTER, YIELD_AFTER_TIME};

/// See the module.
#[derive(Default)]
pub(super) struct Line {
    state: Lock<State>,
    /// The hint of the last look at the time.
    hint: AtomicU8,
    residents: Lock<Vec<Residents>>,
    /// How often whoever runs it went to sleep; counted by him alone.
    parks: AtomicU64,
}

#[derive(Default)]
struct State {
    ready: VecDeque<ReadyCell>,
    sleeper: Option<Waker>,
    phase: Phase,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Open,
    /// What is ready is run, and then it is closed.
    Closing,
    /// Nothing is taken any more.
    Closed,
}

/// What the thread of the line does next.
enum Next {
    Run(ReadyCell),
    Sleep,
    End,
}

impl Line {
    /// Takes a cell, and wakes whoever runs the line. Refused by a closed line: the cell is dropped.
    pub(super) fn add(&self, cell: ReadyCell) {
        let mut state = self.state.lock();
        if state.phase == Phase::Closed {
            drop(state);
            drop(cell);
            return;
        }
        state.ready.push_back(cell);
        let sleeper = state.sleeper.take();
        drop(state);
        sleeper.into_iter().for_each(wake);
    }

    /// Tells the line of a system whose actors it runs.
    pub(super) fn on_residents(&self, residents: Residents) {
        let mut known = self.residents.lock();
        known.retain(Residents::may_come);
        known.push(residents);
    }

    pub(super) fn is_open(&self) -> bool {
        self.state.lock().phase == Phase::Open
    }

    pub(super) fn parks(&self) -> u64 {
        self.parks.load(Ordering::Relaxed)
    }

    pub(super) fn overload_hint(&self) -> OverloadHint {
        match self.hint.load(Ordering::Relaxed) {
            0 => OverloadHint::Calm,
            1 => OverloadHint::Busy,
            _ => OverloadHint::Overloaded,
        }
    }

    /// Lets the actors end, for `within` where this thread may block; then closes the line behind what is ready.
    pub(super) fn shut_down(&self, within: Duration) {
        let residents = core::mem::take(&mut *self.residents.lock());
        for residents in &residents {
            residents.stop();
        }
        let begun = RealInstant::now();
        for residents in &residents {
            residents.wait(within.saturating_sub(begun.elapsed()));
        }
        for residents in &residents {
            residents.abandon();
        }
        self.finish();
    }

    /// Closes the line once what is ready has been run.
    pub(super) fn finish(&self) {
        let mut state = self.state.lock();
        if state.phase == Phase::Open {
            state.phase = Phase::Closing;
        }
        let sleeper = state.sleeper.take();
        drop(state);
        sleeper.into_iter().for_each(wake);
    }

    /// Closes the line at once: nobody will run it any more. Its actors end.
    fn abandon(&self) {
        let residents = core::mem::take(&mut *self.residents.lock());
        for residents in residents {
            // Reported first: whatever lies ready has not ended either.
            residents.abandon();
        }
        let left = {
            let mut state = self.state.lock();
            state.phase = Phase::Closed;
            core::mem::take(&mut state.ready)
        };
        drop(left);
    }

    /// The next cell; where there is none, `waker` is woken when one comes.
    fn next(&self, waker: &Waker) -> Next {
        let mut state = self.state.lock();
        if let Some(cell) = state.ready.pop_front() {
            return Next::Run(cell);
        }
        if state.phase != Phase::Open {
            state.phase = Phase::Closed;
            return Next::End;
        }
        drop(state);
        // Cloned outside of the lock: it may be foreign code.
        let waker = waker.clone();
        let mut state = self.state.lock();
        if !state.ready.is_empty() || state.phase != Phase::Open {
            drop(state);
            waker.wake();
            return Next::Sleep;
        }
        let before = state.sleeper.replace(waker);
        drop(state);
        drop(before);
        Next::Sleep
    }

    fn len(&self) -> usize {
        self.state.lock().ready.len()
    }
}

/// What runs the cells of a line: a task, or the future a thread blocks on.
pub(super) struct Runner(Arc<Line>);

impl Runner {
    pub(super) fn new(line: Arc<Line>) -> Self {
        Self(line)
    }
}

impl Future for Runner {
    type Output = ();

    /// Runs cells until there are none or it is time to yield.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let line = &*self.0;
        let mut activations = 0_u32;
        let begun = RealInstant::now();
        loop {
            let cell = match line.next(cx.waker()) {
                Next::Run(cell) => cell,
                Next::Sleep => {
                    count_alone(&line.parks);
                    line.hint.store(OverloadHint::Calm as u8, Ordering::Relaxed);
                    return Poll::Pending;
                }
                Next::End => return Poll::Ready(()),
            };
            let again = cell.run();
            let used_up = again.is_some();
            again.into_iter().for_each(|cell| line.add(cell));
            activations += 1;
            if used_up || activations.is_multiple_of(LOOK_AT_TIME_EVERY) {
                let elapsed = begun.elapsed();
                let hint = OverloadHint::measured(line.len(), elapsed / activations);
                line.hint.store(hint as u8, Ordering::Relaxed);
                if activations >= YIELD_AFTER || elapsed >= YIELD_AFTER_TIME {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
            }
        }
    }
}

impl Drop for Runner {
    /// Whatever ended it: nobody is left waiting.
    fn drop(&mut self) {
        self.0.abandon();
    }
}
