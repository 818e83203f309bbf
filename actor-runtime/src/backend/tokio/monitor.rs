//! The thread that looks after workers whose handler does not return: one in a process, asleep unless a ready cell
//! lies behind a handler.
//!
//! It is a thread because a task would not do: a handler that blocks holds its tokio worker, and with it whatever
//! task that worker was about to run, which is the one it woke last.

use std::sync::{OnceLock, Weak};
use std::thread::{self, Thread};
use std::vec::Vec;

use super::dispatcher::home::Home;
use super::dispatcher::shared::Shared;
use super::guard::guard;
use super::lock::Lock;

/// A system that is looked after, with the activations of its workers at the last look.
type Watched = (Weak<Home>, Vec<u64>);

static WATCHED: Lock<Vec<Watched>> = Lock::new(Vec::new());
static MONITOR: OnceLock<Option<Thread>> = OnceLock::new();

/// Looks after a system until nothing lies ready in it.
#[cold]
pub(super) fn look_after(home: Weak<Home>) {
    // Miri takes a thread that outlives `main` for a leak.
    if cfg!(miri) {
        return;
    }
    WATCHED.lock().push((home, Vec::new()));
    // Where no thread can be had, a blocking handler holds its neighbours, as it does without this module.
    let monitor = MONITOR.get_or_init(|| {
        let thread = thread::Builder::new().name("actor-monitor".into()).spawn(run);
        thread.ok().map(|handle| handle.thread().clone())
    });
    if let Some(monitor) = monitor {
        monitor.unpark();
    }
}

fn run() {
    loop {
        if WATCHED.lock().is_empty() {
            thread::park();
        } else {
            thread::park_timeout(Shared::LOOK_EVERY);
        }
        // Out of the lock: looking wakes workers.
        let watched = core::mem::take(&mut *WATCHED.lock());
        // The last pointer to a system may go here, and with it code of the user's.
        let left: Vec<_> = watched.into_iter().filter_map(|one| guard(|| look(one)).ok().flatten()).collect();
        WATCHED.lock().extend(left);
    }
}

/// Looks once. Returns the system if it is to be looked at again.
fn look((weak, mut activations): Watched) -> Option<Watched> {
    let home = weak.upgrade()?;
    home.shared()?.look_after_stuck(&mut activations).then_some((weak, activations))
}
