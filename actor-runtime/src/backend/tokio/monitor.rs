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

/// The systems that are looked after.
static WATCHED: Lock<Vec<Weak<Home>>> = Lock::new(Vec::new());
static MONITOR: OnceLock<Option<Thread>> = OnceLock::new();

/// Looks after a system until nothing lies ready in it.
#[cold]
pub(super) fn look_after(home: Weak<Home>) {
    // Miri takes a thread that outlives `main` for a leak.
    if cfg!(miri) {
        return;
    }
    WATCHED.lock().push(home);
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
    let mut looked_at = Vec::new();
    loop {
        if WATCHED.lock().is_empty() {
            thread::park();
        } else {
            thread::park_timeout(Shared::LOOK_EVERY);
        }
        // Out of the lock: looking wakes workers. Swapped, because whoever sends a message pushes to what is left there, and
        // once both lists have had as many systems as there are, nobody allocates.
        core::mem::swap(&mut looked_at, &mut *WATCHED.lock());
        // The last pointer to a system may go here, and with it code of the user's.
        looked_at.retain(|home| guard(|| look(home)).unwrap_or(false));
        WATCHED.lock().append(&mut looked_at);
    }
}

/// Looks once. Returns whether the system is to be looked at again.
fn look(home: &Weak<Home>) -> bool {
    home.upgrade().is_some_and(|home| home.shared().is_some_and(Shared::look_after_stuck))
}
