//! Publish and subscribe: one value to many recipients, none of which can hold up the others.

use core::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::vec::Vec;

use super::lock::Lock;
use crate::error::TellError;
use crate::recipient::Recipient;

/// Sends each published value to all who have subscribed. Cloning gives another handle to the same topic.
///
/// Publishing never waits. A subscriber whose mailbox is full misses the value, by the overflow policy of its own, and
/// that is counted; one that has ended is removed. A subscription counts as a ref: it keeps its actor alive.
///
/// ```
/// # use actor::prelude::*;
/// # use actor::Topic;
/// # #[actor]
/// # #[derive(Default)]
/// # struct Store {
/// #     rows: Vec<u64>,
/// # }
/// # #[handlers]
/// # impl Store {
/// #     fn row(&mut self, row: u64) {
/// #         self.rows.push(row);
/// #     }
/// #     fn rows(&self) -> usize {
/// #         self.rows.len()
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let system = ActorSystem::new("example");
/// # let chart = system.spawn(Store::default).await?;
/// # let alarm = system.spawn(Store::default).await?;
/// let prices = Topic::new();
/// prices.subscribe(chart.recipient(StoreRef::row));
/// prices.subscribe(alarm.recipient(StoreRef::row));
/// let published = prices.publish(7);
/// assert_eq!(published.delivered, 2);
/// # Ok(())
/// # }
/// ```
pub struct Topic<T: 'static> {
    shared: Arc<Shared<T>>,
}

struct Shared<T: 'static> {
    /// Replaced as a whole, so that nobody publishes under the lock.
    subscribers: Lock<Arc<[Recipient<T>]>>,
    missed: AtomicU64,
}

/// What became of one value; from [`Topic::publish`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Published {
    /// Subscribers that have it in their mailbox.
    pub delivered: usize,
    /// Subscribers whose mailbox was full.
    pub missed: usize,
    /// Subscribers that have ended; they are removed.
    pub ended: usize,
}

impl<T: Clone + 'static> Topic<T> {
    /// A topic nobody has subscribed to.
    pub fn new() -> Self {
        Self { shared: Arc::new(Shared { subscribers: Lock::new(Arc::new([])), missed: AtomicU64::new(0) }) }
    }

    /// Has `recipient` told of what is published from now on. Returns whether it was not there already.
    pub fn subscribe(&self, recipient: Recipient<T>) -> bool {
        self.change(|subscribers| {
            let is_new = !subscribers.contains(&recipient);
            subscribers.extend(is_new.then_some(recipient));
            is_new
        })
    }

    /// Ends a subscription. Returns whether there was one.
    pub fn unsubscribe(&self, recipient: &Recipient<T>) -> bool {
        self.change(|subscribers| {
            let before = subscribers.len();
            subscribers.retain(|subscriber| subscriber != recipient);
            subscribers.len() < before
        })
    }

    /// How many have subscribed, as far as is known: who has ended is removed by the next publish.
    pub fn subscribers(&self) -> usize {
        self.shared.subscribers.lock().len()
    }

    /// How many values subscribers have missed because their mailbox was full.
    pub fn missed(&self) -> u64 {
        self.shared.missed.load(Ordering::Relaxed)
    }

    /// Sends `value` to all subscribers, in the order in which they subscribed.
    pub fn publish(&self, value: T) -> Published {
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

impl Published {
    fn count(&mut self, told: Result<(), TellError>) {
        match told {
            Ok(()) => self.delivered += 1,
            Err(TellError::Stopped) => self.ended += 1,
            Err(TellError::Full | TellError::Timeout | TellError::WouldDeadlock) => self.missed += 1,
        }
    }
}

impl<T: Clone + 'static> Default for Topic<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: 'static> Clone for Topic<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<T: 'static> fmt::Debug for Topic<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Before, because what is written to may be the user's.
        let subscribers = self.shared.subscribers.lock().len();
        f.debug_struct("Topic").field("subscribers", &subscribers).finish_non_exhaustive()
    }
}
