//! The subscribers of a topic, in a list that is replaced as a whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::vec::Vec;

use super::lock::Lock;
use crate::recipient::Recipient;
use crate::topic::Published;

/// See the module.
pub(crate) struct Topic<T: 'static> {
    shared: Arc<Shared<T>>,
}

struct Shared<T: 'static> {
    /// Replaced as a whole, so that nobody publishes under the lock.
    subscribers: Lock<Arc<[Recipient<T>]>>,
    missed: AtomicU64,
}

impl<T: 'static> Topic<T> {
    pub(crate) fn new() -> Self {
        Self { shared: Arc::new(Shared { subscribers: Lock::default(), missed: AtomicU64::new(0) }) }
    }

    pub(crate) fn subscribe(&self, recipient: Recipient<T>) -> bool {
        self.change(|subscribers| {
            let is_new = !subscribers.contains(&recipient);
            subscribers.extend(is_new.then_some(recipient));
            is_new
        })
    }

    pub(crate) fn unsubscribe(&self, recipient: &Recipient<T>) -> bool {
        self.change(|subscribers| {
            let before = subscribers.len();
            subscribers.retain(|subscriber| subscriber != recipient);
            subscribers.len() < before
        })
    }

    pub(crate) fn subscribers(&self) -> usize {
        self.shared.subscribers.lock().len()
    }

    pub(crate) fn missed(&self) -> u64 {
        self.shared.missed.load(Ordering::Relaxed)
    }

    pub(crate) fn publish(&self, value: T) -> Published
    where
        T: Clone,
    {
        let subscribers = Arc::clone(&self.shared.subscribers.lock());
        let mut published = Published::default();
        let Some((last, others)) = subscribers.split_last() else { return published };
        for subscriber in others {
            published.count(subscriber.send(value.clone()).tell());
        }
        published.count(last.send(value).tell());
        if published.missed > 0 {
            self.shared.missed.fetch_add(published.missed as u64, Ordering::Relaxed);
        }
        if published.ended > 0 {
            self.change(|subscribers| subscribers.retain(Recipient::is_alive));
        }
        published
    }

    fn change<R>(&self, change: impl FnOnce(&mut Vec<Recipient<T>>) -> R) -> R {
        let mut subscribers = self.shared.subscribers.lock();
        let mut changed = subscribers.to_vec();
        let result = change(&mut changed);
        let before = core::mem::replace(&mut *subscribers, changed.into());
        drop(subscribers);
        // Outside of the lock: the last ref of an actor may be among them.
        drop(before);
        result
    }
}

impl<T: 'static> Clone for Topic<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}
