//! What happens in a system, told where it happens: to its event handler, then to whoever listens. Keeps the end of
//! `failure_order`.

use core::cell::Cell;
use core::fmt;
use std::boxed::Box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::vec::Vec;

use crate::metrics::SystemEvent;

use super::guard::contain;
use super::lock::Lock;
use super::sync::thread_local;
use super::system::Core;

/// Somebody who is told of everything that happens, where it happens.
pub(super) type Told = dyn Fn(&SystemEvent<'_>) + Send + Sync;

/// Listeners by number, in the order in which they came. Shared with whoever tells them, so that no lock is held meanwhile.
type Listeners = Arc<Vec<(u64, Arc<Told>)>>;

#[derive(Default)]
struct Entries {
    listeners: Listeners,
    next_number: u64,
}

/// Who is told of events.
pub(super) struct Events {
    handler: Option<Box<Told>>,
    entries: Lock<Entries>,
    /// Whether anybody listens.
    any: AtomicBool,
}

impl Events {
    pub(super) fn new(handler: Option<Box<Told>>) -> Self {
        Self { handler, entries: Lock::default(), any: AtomicBool::new(false) }
    }

    /// Whether anybody would be told.
    pub(super) fn are_heard(&self) -> bool {
        self.handler.is_some() || self.any.load(Ordering::Relaxed)
    }

    /// Tells the handler and all listeners. One that panics loses its event and nothing else.
    pub(super) fn tell(&self, event: &SystemEvent<'_>) {
        let Some(_inside) = Inside::enter() else { return };
        if let Some(handler) = &self.handler {
            contain(|| handler(event));
        }
        if !self.any.load(Ordering::Relaxed) {
            return;
        }
        let listeners = Arc::clone(&self.entries.lock().listeners);
        for (_, listener) in &*listeners {
            contain(|| listener(event));
        }
        let_go(listeners);
    }

    fn add(&self, listener: Arc<Told>) -> u64 {
        let mut entries = self.entries.lock();
        let number = entries.next_number;
        entries.next_number += 1;
        let with = entries.listeners.iter().cloned().chain([(number, listener)]).collect();
        let before = std::mem::replace(&mut entries.listeners, Arc::new(with));
        self.any.store(true, Ordering::Relaxed);
        drop(entries);
        // One of them may have ceased meanwhile.
        let_go(before);
        number
    }

    fn remove(&self, number: u64) {
        let mut entries = self.entries.lock();
        let without: Vec<_> = entries.listeners.iter().filter(|(known, _)| *known != number).cloned().collect();
        self.any.store(!without.is_empty(), Ordering::Relaxed);
        let before = std::mem::replace(&mut entries.listeners, Arc::new(without));
        drop(entries);
        let_go(before);
    }
}

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// How deep events are told inside each other. Whoever is told may cause one on the spot, by each that it is told: a line for
/// a log whose mailbox drops it is lost, which is an event.
const MAX_DEPTH: u32 = 4;

/// An event is told on this thread, until dropped.
struct Inside;

impl Inside {
    fn enter() -> Option<Self> {
        let depth = DEPTH.get();
        (depth < MAX_DEPTH).then(|| {
            DEPTH.set(depth + 1);
            Self
        })
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

/// Drops what may be the last pointer to some listeners: one by one, as two that panic at once would be an abort.
fn let_go(listeners: Listeners) {
    for (_, listener) in Arc::into_inner(listeners).into_iter().flatten() {
        contain(|| drop(listener));
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        let (handler, entries) = (self.handler.take(), std::mem::take(&mut *self.entries.lock()));
        contain(|| drop(handler));
        let_go(entries.listeners);
    }
}

/// Somebody who is told of all events of a system for as long as this is kept; from
/// [`ActorSystem::listen`](super::ActorSystem::listen).
#[must_use = "it listens no longer than this is kept, and `let _ =` drops at once: write `let listener = ..`"]
pub struct EventListener {
    core: Weak<Core>,
    number: u64,
}

impl EventListener {
    pub(super) fn new(core: &Arc<Core>, listener: Arc<Told>) -> Self {
        Self { core: Arc::downgrade(core), number: core.events().add(listener) }
    }
}

impl Drop for EventListener {
    fn drop(&mut self) {
        if let Some(core) = self.core.upgrade() {
            core.events().remove(self.number);
        }
    }
}

impl fmt::Debug for EventListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EventListener").field(&self.number).finish()
    }
}
