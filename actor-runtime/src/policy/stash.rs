//! What waits in a stash, and in which order it comes out.
//!
//! Keeps the order in which messages came: what has to wait once more goes back before those that have not been looked at
//! again yet. A backend keeps the messages; how many and which are decided here.

/// The messages of one stash, by their places: first those that wait, then those that were released and have their turn
/// next, each in order.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Stash {
    waiting: usize,
    released: usize,
}

impl Stash {
    /// A stash in which so many messages wait, and so many more have their turn.
    #[must_use]
    pub const fn new(waiting: usize, released: usize) -> Self {
        Self { waiting, released }
    }

    /// Messages that wait.
    #[must_use]
    pub const fn waiting(self) -> usize {
        self.waiting
    }

    /// Messages that have their turn.
    #[must_use]
    pub const fn released(self) -> usize {
        self.released
    }

    /// All of them.
    #[must_use]
    pub const fn len(self) -> usize {
        self.waiting.saturating_add(self.released)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Decides where a message that has to wait goes: the place it is inserted at, or `None` where `capacity` messages
    /// are there already.
    ///
    /// One that was released and has to wait still always finds the room it left.
    pub const fn put(&mut self, capacity: usize) -> Option<usize> {
        if self.len() >= capacity {
            return None;
        }
        self.waiting += 1;
        Some(self.waiting - 1)
    }

    /// Gives all messages their turn. Returns whether there are any.
    pub const fn release(&mut self) -> bool {
        self.released = self.len();
        self.waiting = 0;
        self.released > 0
    }

    /// Decides which message has its turn: the place it is removed from, or `None` where all of them wait.
    pub const fn take(&mut self) -> Option<usize> {
        match self.released.checked_sub(1) {
            Some(released) => {
                self.released = released;
                Some(self.waiting)
            }
            None => None,
        }
    }

    /// The message in `place` is removed: nobody wants it any more.
    pub const fn forget(&mut self, place: usize) {
        if place < self.waiting {
            self.waiting -= 1;
        } else {
            self.released = self.released.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    #[derive(Clone, Copy, Debug)]
    enum Event {
        /// A message comes that has to wait.
        Come,
        Release,
        /// The next message has its turn, and has to wait still.
        GoBack,
        /// The next message is handled.
        Handle,
        /// The message in this place expires, if there is one.
        Expire(usize),
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            3 => Just(Event::Come),
            2 => Just(Event::Release),
            3 => Just(Event::GoBack),
            2 => Just(Event::Handle),
            1 => (0usize..8).prop_map(Event::Expire),
        ]
    }

    #[test]
    fn what_goes_back_stays_before_what_has_not_been_looked_at() {
        let mut stash = Stash::default();
        for place in 0..3 {
            assert_eq!(stash.put(3), Some(place));
        }
        assert_eq!(stash.put(3), None, "full");
        assert_eq!(stash.take(), None, "all wait");
        assert!(stash.release());
        assert_eq!((stash.take(), stash.put(3)), (Some(0), Some(0)));
        assert_eq!((stash.take(), stash.put(3)), (Some(1), Some(1)));
        assert!(stash.release());
        assert_eq!((stash.waiting(), stash.released()), (0, 3));
        assert_eq!(stash.take(), Some(0), "the first of all");
    }

    #[test]
    fn a_stash_without_room_takes_nothing() {
        let mut stash = Stash::default();
        assert_eq!(stash.put(0), None);
        assert!(!stash.release());
        assert!(stash.is_empty());
    }

    proptest! {
        /// Messages of one lane: none comes while others have their turn. They stay in the order they came, and what
        /// goes back always finds room.
        #[test]
        fn order_is_kept(events in prop::collection::vec(event(), 0..80), capacity in 1usize..6) {
            let (mut stash, mut messages, mut number) = (Stash::default(), Vec::new(), 0);
            for event in events {
                match event {
                    Event::Come if stash.released() == 0 => {
                        let place = stash.put(capacity);
                        prop_assert_eq!(place.is_some(), messages.len() < capacity);
                        if let Some(place) = place {
                            messages.insert(place, number);
                            number += 1;
                        }
                    }
                    Event::Come => {}
                    Event::Release => prop_assert_eq!(stash.release(), !messages.is_empty()),
                    Event::GoBack => {
                        if let Some(place) = stash.take() {
                            let message = messages.remove(place);
                            let place = stash.put(capacity);
                            prop_assert!(place.is_some(), "it left its room");
                            messages.insert(place.unwrap_or_default(), message);
                        }
                    }
                    Event::Handle => {
                        if let Some(place) = stash.take() {
                            messages.remove(place);
                        }
                    }
                    Event::Expire(place) if place < messages.len() => {
                        stash.forget(place);
                        messages.remove(place);
                    }
                    Event::Expire(_) => {}
                }
                prop_assert_eq!(stash.len(), messages.len());
                prop_assert!(messages.is_sorted(), "{:?}", messages);
            }
        }
    }
}
