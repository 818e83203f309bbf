//! Messages in a row that few actors ever have: an urgent lane, senders that wait for room, a stash, letters.
//!
//! The messages lie on a shelf, and their order beside them. So a queue is compiled once for the program, and for each
//! type of message no more than that it is put down and picked up.

use std::collections::VecDeque;
use std::vec::Vec;

/// Elements in order. What is known of each, a `K`, is of a type that is the same for all actors.
pub(super) struct Row<T, K = ()> {
    /// Where each element lies, and what is known of it.
    pub(super) order: VecDeque<(usize, K)>,
    shelf: Vec<Option<T>>,
    /// Places on the shelf that are free.
    free: Vec<usize>,
}

impl<T, K> Default for Row<T, K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, K> Row<T, K> {
    pub(super) const fn new() -> Self {
        Self { order: VecDeque::new(), shelf: Vec::new(), free: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    pub(super) fn push_back(&mut self, element: T, known: K) {
        let place = self.put(element);
        self.order.push_back((place, known));
    }

    pub(super) fn insert(&mut self, index: usize, element: T, known: K) {
        let place = self.put(element);
        self.order.insert(index, (place, known));
    }

    pub(super) fn pop_front(&mut self) -> Option<(T, K)> {
        self.remove(0)
    }

    pub(super) fn remove(&mut self, index: usize) -> Option<(T, K)> {
        let (place, known) = self.order.remove(index)?;
        let element = self.shelf[place].take()?;
        self.free.push(place);
        Some((element, known))
    }

    pub(super) fn get(&self, index: usize) -> Option<&T> {
        self.shelf[self.order.get(index)?.0].as_ref()
    }

    fn put(&mut self, element: T) -> usize {
        let place = self.free.pop().unwrap_or(self.shelf.len());
        if place == self.shelf.len() {
            self.shelf.push(None);
        }
        self.shelf[place] = Some(element);
        place
    }
}

#[cfg(all(test, not(actor_loom)))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_row_is_a_deque_whose_places_are_used_again(steps in prop::collection::vec((0..4u8, 0..8usize), 0..64)) {
            let (mut row, mut deque) = (Row::new(), VecDeque::new());
            for (number, (step, index)) in steps.into_iter().enumerate() {
                match step {
                    0 | 1 if index <= deque.len() => {
                        row.insert(index, number, ());
                        deque.insert(index, number);
                    }
                    2 => prop_assert_eq!(row.pop_front().map(|(element, ())| element), deque.pop_front()),
                    _ => prop_assert_eq!(row.remove(index).map(|(element, ())| element), deque.remove(index)),
                }
                prop_assert_eq!(row.get(index), deque.get(index));
                prop_assert!(row.shelf.len() == deque.len() + row.free.len(), "no place is lost");
            }
        }
    }
}
