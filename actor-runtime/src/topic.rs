//! Publish and subscribe: one value to many recipients, none of which can hold up the others.

use core::fmt;

use crate::backend::Hub;
use crate::error::TellError;
use crate::recipient::Recipient;

/// Sends each published value to all who have subscribed. Cloning gives another handle to the same topic.
///
/// Publishing never waits. A subscriber whose mailbox is full misses the value, by the overflow policy of its own, and
/// that is counted; one that has ended is removed. A subscription counts as a ref: it keeps its actor alive.
///
#[cfg_attr(feature = "tokio", doc = "```")]
#[cfg_attr(not(feature = "tokio"), doc = "```ignore")]
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
///
/// Where there is no heap a topic has its subscribers in a static, `Subscribers`, which says how many there may be and gives the
/// topic, in interrupts too. What an actor does with a topic is the same.
pub struct Topic<T: 'static>(Hub<T>);

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

#[cfg(feature = "tokio")]
impl<T: Clone + 'static> Topic<T> {
    /// A topic nobody has subscribed to.
    pub fn new() -> Self {
        Self(Hub::new())
    }
}

/// A topic whose subscribers are on the heap: none, where the feature `tokio` is off.
#[doc(hidden)]
#[cfg(not(feature = "tokio"))]
#[diagnostic::on_unimplemented(
    message = "there is no heap for the subscribers of this topic",
    label = "`Topic::new()` is there on tokio",
    note = "help: write `static ALARMS: Subscribers<u16, 4> = Subscribers::new();`, and take `ALARMS.topic()`"
)]
pub trait OnHeap {}

#[cfg(not(feature = "tokio"))]
impl<T: Clone + 'static> Topic<T> {
    /// Says what to write where there is no heap.
    #[doc(hidden)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self
    where
        Self: OnHeap,
    {
        unreachable!("no topic is on the heap")
    }
}

#[cfg(feature = "tokio")]
impl<T: Clone + 'static> Default for Topic<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Clone + 'static> Topic<T> {
    /// Has `recipient` told of what is published from now on. Returns whether it was not there already; on bare metal it is
    /// not, either, where all places are taken.
    pub fn subscribe(&self, recipient: Recipient<T>) -> bool {
        self.0.subscribe(recipient)
    }

    /// Ends a subscription. Returns whether there was one.
    pub fn unsubscribe(&self, recipient: &Recipient<T>) -> bool {
        self.0.unsubscribe(recipient)
    }

    /// How many have subscribed, as far as is known: who has ended is removed by the next publish.
    pub fn subscribers(&self) -> usize {
        self.0.subscribers()
    }

    /// How many values subscribers have missed because their mailbox was full.
    pub fn missed(&self) -> u64 {
        self.0.missed()
    }

    /// Sends `value` to all subscribers, in the order in which they subscribed; on bare metal in that of their places, the
    /// first of which goes to whoever subscribes when another has left.
    pub fn publish(&self, value: T) -> Published {
        self.0.publish(value)
    }
}

impl<T: 'static> Topic<T> {
    /// The one whose subscribers are there.
    #[cfg_attr(not(feature = "bare-metal"), allow(dead_code))]
    pub(crate) const fn of(hub: Hub<T>) -> Self {
        Self(hub)
    }
}

impl Published {
    #[cfg_attr(not(any(feature = "tokio", feature = "bare-metal")), allow(dead_code))]
    pub(crate) fn count(&mut self, told: Result<(), TellError>) {
        match told {
            Ok(()) => self.delivered += 1,
            Err(TellError::Stopped) => self.ended += 1,
            Err(TellError::Full | TellError::Timeout | TellError::WouldDeadlock) => self.missed += 1,
        }
    }
}

impl<T: 'static> Clone for Topic<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: 'static> fmt::Debug for Topic<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Before, because what is written to may be the user's.
        let subscribers = self.0.subscribers();
        f.debug_struct("Topic").field("subscribers", &subscribers).finish_non_exhaustive()
    }
}
