//! The subscribers of a topic, in a static with a place for each. Who publishes looks at one place after the other, each in a
//! critical section of its own, and tells whoever is there outside of that.

use core::cell::Cell;
use core::fmt;

use critical_section::Mutex;

use crate::backend::Hub;
use crate::recipient::Recipient;
use crate::topic::{Published, Topic};

/// The subscribers of a [`Topic`]: `N` at most. What `.topic()` gives is for actors, programs and interrupts alike.
///
/// ```
/// use actor::prelude::*;
/// use actor::{Subscribers, Topic};
///
/// #[actor(mailbox = 4)]
/// struct Valve {
///     alarms: Topic<u16>,
/// }
///
/// #[handlers]
/// impl Valve {
///     #[started]
///     fn started(&mut self, ctx: &mut Context<Self>) {
///         self.alarms.subscribe(ctx.this().recipient(ValveRef::alarm));
///     }
///     fn alarm(&mut self, level: u16) {}
/// }
///
/// static ALARMS: Subscribers<u16, 4> = Subscribers::new();
///
/// actor::system! {
///     mod plant { VALVE: Valve = || Valve { alarms: ALARMS.topic() } }
/// }
///
/// fn main() {
///     plant::start(|| actor::Instant::ZERO);
///     while plant::step() {}
///     assert_eq!(ALARMS.topic().publish(3).delivered, 1); // as from an interrupt
/// }
/// ```
pub struct Subscribers<T: 'static, const N: usize>(Places<[Place<T>; N]>);

/// Where one subscriber is.
type Place<T> = Mutex<Cell<Option<Recipient<T>>>>;

/// Places in a row, whose length stands in the type or in the pointer.
struct Places<P: ?Sized> {
    missed: Mutex<Cell<u32>>,
    row: P,
}

impl<T: 'static, const N: usize> Subscribers<T, N> {
    /// Nobody so far.
    ///
    /// # Panics
    /// If there is no place; where it is a static, that is an error when compiled.
    #[must_use]
    #[track_caller]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        assert!(N > 0, "a topic without a place for a subscriber reaches nobody; write `Subscribers<u16, 4>`");
        Self(Places { missed: Mutex::new(Cell::new(0)), row: [const { Mutex::new(Cell::new(None)) }; N] })
    }

    /// Their topic.
    #[must_use]
    pub const fn topic(&'static self) -> Topic<T> {
        Topic::of(Hub::BareMetal(Board(&self.0)))
    }
}

impl<T: 'static, const N: usize> fmt::Debug for Subscribers<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subscribers({N})")
    }
}

/// The subscribers, however many there may be.
pub(crate) struct Board<T: 'static>(&'static Places<[Place<T>]>);

impl<T: 'static> Clone for Board<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: 'static> Copy for Board<T> {}

impl<T: 'static> Board<T> {
    /// Looks at a place. Nothing in `look` is the user's.
    fn at<R>(self, place: usize, look: impl FnOnce(&mut Option<Recipient<T>>) -> R) -> Option<R> {
        critical_section::with(|cs| {
            let cell = self.0.row.get(place)?.borrow(cs);
            let mut subscriber = cell.take();
            let looked = look(&mut subscriber);
            cell.set(subscriber);
            Some(looked)
        })
    }

    fn is_at(self, place: usize, recipient: &Recipient<T>) -> bool {
        self.at(place, |it| it.as_ref() == Some(recipient)) == Some(true)
    }

    /// The first place where that recipient is.
    fn find(self, recipient: &Recipient<T>) -> Option<usize> {
        (0..self.0.row.len()).find(|place| self.is_at(*place, recipient))
    }

    /// Frees a place, if that recipient is there. Returns whether it was.
    fn remove(self, place: usize, recipient: &Recipient<T>) -> bool {
        let left = self.at(place, |it| it.take_if(|it| it == recipient));
        // Outside of the critical section: it may be the last ref of an actor elsewhere.
        left.flatten().is_some()
    }

    pub(crate) fn subscribe(self, recipient: Recipient<T>) -> bool {
        if self.find(&recipient).is_some() {
            return false;
        }
        let enters = |place: &usize| {
            let is_free = |it: &mut Option<_>| it.is_none().then(|| *it = Some(recipient.clone()));
            self.at(*place, is_free).flatten().is_some()
        };
        let Some(place) = (0..self.0.row.len()).find(enters) else { return false };
        // An interrupt may have subscribed it in between: then the first one stays.
        let twice = (0..self.0.row.len()).find(|other| *other != place && self.is_at(*other, &recipient));
        twice.is_none_or(|other| !self.remove(place.max(other), &recipient))
    }

    pub(crate) fn unsubscribe(self, recipient: &Recipient<T>) -> bool {
        self.find(recipient).is_some_and(|place| self.remove(place, recipient))
    }

    pub(crate) fn subscribers(self) -> usize {
        (0..self.0.row.len()).filter(|place| self.at(*place, |it| it.is_some()) == Some(true)).count()
    }

    pub(crate) fn missed(self) -> u64 {
        u64::from(critical_section::with(|cs| self.0.missed.borrow(cs).get()))
    }

    pub(crate) fn publish(self, value: T) -> Published
    where
        T: Clone,
    {
        let mut published = Published::default();
        for place in 0..self.0.row.len() {
            let Some(subscriber) = self.at(place, |it| it.clone()).flatten() else { continue };
            let before = published.ended;
            published.count(subscriber.send(value.clone()).tell());
            if published.ended > before {
                self.remove(place, &subscriber);
            }
        }
        if published.missed > 0 {
            critical_section::with(|cs| {
                let missed = self.0.missed.borrow(cs);
                missed.set(missed.get().saturating_add(published.missed as u32));
            });
        }
        published
    }
}
