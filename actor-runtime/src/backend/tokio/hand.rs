//! The two halves of a mailbox's double buffer: the [`Queue`] that senders fill under the lock, and the [`Hand`]
//! of messages that the owner of the turn has taken out and not begun.
//!
//! Reading a message is a copy and an addition, and both buffers are used for ever. They are vectors taken apart:
//! lengths of 32 bits spare every idle actor 48 bytes, and an element is written where it stays.

use core::mem::{ManuallyDrop, replace, swap};
use core::ptr::NonNull;
use std::vec::Vec;

/// Memory for elements, as a vector has it, without a word on what is in it.
///
/// Packed, so that the counts of its owners lie in what would be padding: 16 bytes of every idle actor.
#[repr(Rust, packed(4))]
struct Buffer<T> {
    start: NonNull<T>,
    capacity: u32,
}

impl<T> Buffer<T> {
    const fn new() -> Self {
        Self { start: NonNull::dangling(), capacity: 0 }
    }

    /// Takes a vector apart; its elements are forgotten.
    fn of(vec: Vec<T>) -> Self {
        let mut vec = ManuallyDrop::new(vec);
        let start = NonNull::new(vec.as_mut_ptr()).expect("a vector has an address");
        let capacity = u32::try_from(vec.capacity()).expect("a mailbox has room for fewer than 2^32 messages");
        Self { start, capacity }
    }

    /// As [`of`](Self::of), and says how many elements were forgotten.
    fn of_len(vec: Vec<T>, len: &mut u32) -> Self {
        *len = u32::try_from(vec.len()).expect("no more elements than places");
        Self::of(vec)
    }

    /// The buffer as a vector of its first `len` elements.
    ///
    /// # Safety
    /// Those elements are initialised, and nobody uses the buffer after this but through the vector.
    unsafe fn vec(&self, len: u32) -> Vec<T> {
        // SAFETY: start and capacity are those of a vector; the rest is promised by the caller.
        unsafe { Vec::from_raw_parts(self.start.as_ptr(), len as usize, self.capacity as usize) }
    }

    /// The place of element `index`.
    ///
    /// # Safety
    /// `index` is below the capacity.
    #[inline]
    unsafe fn place(&self, index: u32) -> NonNull<T> {
        // SAFETY: inside the buffer, as promised.
        unsafe { self.start.add(index as usize) }
    }
}

/// Elements in the order in which they came.
pub(super) struct Queue<T> {
    buffer: Buffer<T>,
    /// So many elements are initialised.
    len: u32,
}

// SAFETY: the queue owns its elements.
unsafe impl<T: Send> Send for Queue<T> {}

impl<T> Queue<T> {
    pub(super) const fn new() -> Self {
        Self { buffer: Buffer::new(), len: 0 }
    }

    #[inline]
    pub(super) const fn len(&self) -> usize {
        self.len as usize
    }

    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds what `make` returns. It is made when there is room, so that it is written into its place at once.
    #[inline(always)]
    pub(super) fn push_with(&mut self, make: impl FnOnce() -> T) {
        if self.len == self.buffer.capacity {
            self.grow();
        }
        // SAFETY: the length is below the capacity.
        let place = unsafe { self.buffer.place(self.len) };
        // SAFETY: the place is this queue's alone, and no live element is in it.
        unsafe { place.write(make()) };
        self.len += 1;
    }

    /// The element that was added last.
    pub(super) fn last_mut(&mut self) -> Option<&mut T> {
        let last = self.len.checked_sub(1)?;
        // SAFETY: it lies below the length, and so below the capacity.
        let mut place = unsafe { self.buffer.place(last) };
        // SAFETY: it is initialised, and the queue is borrowed for as long as this.
        Some(unsafe { place.as_mut() })
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let len = self.len;
        let mut vec = self.take();
        vec.reserve(1);
        self.buffer = Buffer::of(vec);
        self.len = len;
    }

    /// Takes the first element out; the others move up.
    pub(super) fn remove_first(&mut self) -> Option<T> {
        let len = self.len;
        let mut elements = self.take();
        // A vector's own way, since nothing but an overflow comes here.
        let first = (len > 0).then(|| elements.remove(0));
        self.buffer = Buffer::of_len(elements, &mut self.len);
        first
    }

    /// All elements; the queue is left without memory.
    pub(super) fn take(&mut self) -> Vec<T> {
        let buffer = replace(&mut self.buffer, Buffer::new());
        // SAFETY: so many elements are initialised, and the queue has neither them nor the buffer any more.
        unsafe { buffer.vec(replace(&mut self.len, 0)) }
    }
}

impl<T> Drop for Queue<T> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

/// Elements taken out in order, in a buffer that is handed back when they are gone.
pub(super) struct Hand<T> {
    buffer: Buffer<T>,
    /// The elements from `next` to `end` are initialised.
    next: u32,
    end: u32,
}

/// Refills in a row that needed little of a large buffer. No part of the [`Hand`], in which it would cost every idle
/// actor four bytes of padding.
#[derive(Default)]
pub(super) struct Calm(u8);

/// Elements for which an idle actor keeps room in any case.
const KEPT: u32 = 64;
/// Small refills in a row after which a large buffer is given back.
const CALM: u8 = 255;

impl<T> Hand<T> {
    pub(super) const fn new() -> Self {
        Self { buffer: Buffer::new(), next: 0, end: 0 }
    }

    #[inline]
    pub(super) const fn len(&self) -> u32 {
        self.end - self.next
    }

    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.next == self.end
    }

    /// Takes all of `queue`, which gets the empty buffer.
    ///
    /// # Panics
    /// When the hand is not empty.
    #[inline]
    pub(super) fn refill(&mut self, queue: &mut Queue<T>) {
        assert!(self.is_empty(), "the hand is empty before it is filled");
        swap(&mut self.buffer, &mut queue.buffer);
        self.next = 0;
        self.end = replace(&mut queue.len, 0);
    }

    /// Moves on past the next element and returns its place: it is read where it lies, so that it is copied once.
    ///
    /// The element belongs to the caller, who reads it out once, before the hand is filled or rests.
    #[inline]
    pub(super) fn advance(&mut self) -> Option<NonNull<T>> {
        if self.is_empty() {
            return None;
        }
        // SAFETY: `next` lies below `end`, so it is inside the buffer.
        let place = unsafe { self.buffer.place(self.next) };
        self.next += 1;
        Some(place)
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<T> {
        let place = self.advance()?;
        // SAFETY: the element was initialised, and the hand has moved on, so it is read once.
        Some(unsafe { place.read() })
    }

    /// Gives the memory of a burst back when it has long been over. To be called with an empty hand.
    #[inline]
    pub(super) fn rest(&mut self, calm: &mut Calm) {
        if self.buffer.capacity > KEPT {
            self.rest_large(calm);
        }
    }

    #[cold]
    fn rest_large(&mut self, calm: &mut Calm) {
        if self.end > self.buffer.capacity / 4 {
            calm.0 = 0;
        } else if calm.0 < CALM {
            calm.0 += 1;
        } else if self.is_empty() {
            calm.0 = 0;
            self.free();
        }
    }

    /// Frees the buffer, and forgets what is in it.
    fn free(&mut self) {
        (self.next, self.end) = (0, 0);
        let buffer = replace(&mut self.buffer, Buffer::new());
        // SAFETY: no element is claimed, and the hand has the buffer no more.
        drop(unsafe { buffer.vec(0) });
    }
}

impl<T> Drop for Hand<T> {
    fn drop(&mut self) {
        while let Some(element) = self.pop() {
            drop(element);
        }
        self.free();
    }
}

#[cfg(all(test, not(actor_loom)))]
mod tests {
    use super::*;
    use std::rc::Rc;

    fn queue_of<T>(elements: impl IntoIterator<Item = T>) -> Queue<T> {
        let mut queue = Queue::new();
        for element in elements {
            queue.push_with(|| element);
        }
        queue
    }

    #[test]
    fn elements_come_out_in_order_and_the_buffer_goes_back() {
        let mut hand = Hand::new();
        let mut queue = queue_of([1, 2, 3]);
        hand.refill(&mut queue);
        assert!(queue.is_empty());
        queue.push_with(|| 4);
        assert_eq!((hand.pop(), hand.len()), (Some(1), 2));
        assert_eq!((hand.pop(), hand.pop(), hand.pop()), (Some(2), Some(3), None));
        hand.refill(&mut queue);
        assert!(queue.buffer.capacity >= 3, "the first buffer is in use again");
        assert_eq!((hand.pop(), hand.pop()), (Some(4), None));
    }

    #[test]
    fn elements_left_in_hand_and_queue_are_dropped_once() {
        let element = Rc::new(());
        let mut hand = Hand::new();
        let mut queue = queue_of([Rc::clone(&element), Rc::clone(&element), Rc::clone(&element)]);
        hand.refill(&mut queue);
        queue.push_with(|| Rc::clone(&element));
        drop(hand.pop());
        assert_eq!(Rc::strong_count(&element), 4);
        drop(queue);
        assert_eq!(Rc::strong_count(&element), 3);
        drop(hand);
        assert_eq!(Rc::strong_count(&element), 1);
    }

    #[test]
    fn a_queue_gives_all_its_elements_and_is_used_again() {
        let mut queue = queue_of(0..100);
        assert_eq!(queue.take(), (0..100).collect::<Vec<_>>());
        assert_eq!((queue.len(), queue.buffer.capacity), (0, 0));
        queue.push_with(|| 7);
        assert_eq!(queue.take(), [7]);
    }

    #[test]
    fn the_memory_of_a_burst_is_given_back_in_the_end() {
        let mut hand = Hand::new();
        hand.refill(&mut queue_of(0..1000));
        while hand.pop().is_some() {}
        let mut large = queue_of(0..1000);
        let mut calm = Calm::default();
        for _ in 0..600 {
            hand.rest(&mut calm);
            if hand.buffer.capacity == 0 {
                return;
            }
            // A small refill of a large buffer.
            large.len = 1;
            hand.refill(&mut large);
            while hand.pop().is_some() {}
        }
        panic!("the buffer of 1000 is still there");
    }
}
