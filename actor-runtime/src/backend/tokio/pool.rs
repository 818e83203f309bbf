//! Blocks of memory that are used over and over: an ask that has to wait allocates nothing once its thread has
//! asked before.
//!
//! Each thread keeps a few free blocks of four sizes. A block is usually given back where it was taken, on the
//! asker's thread; what drifts to other threads is bounded by [`KEPT`].

use core::alloc::Layout;
use core::cell::RefCell;
use core::ptr::NonNull;
use std::alloc::{alloc, dealloc, handle_alloc_error};
use std::thread_local;
use std::vec::Vec;

/// The sizes of pooled blocks, in bytes; larger ones are allocated each time.
const SIZES: [usize; 4] = [64, 128, 256, 512];
/// The alignment of pooled blocks, in bytes.
const ALIGN: usize = 16;
/// Free blocks of one size that a thread keeps.
const KEPT: usize = 256;

/// The free blocks of one thread.
struct Free([Vec<NonNull<u8>>; SIZES.len()]);

thread_local! {
    static FREE: RefCell<Free> = const { RefCell::new(Free([Vec::new(), Vec::new(), Vec::new(), Vec::new()])) };
}

impl Drop for Free {
    fn drop(&mut self) {
        for (blocks, size) in self.0.iter_mut().zip(SIZES) {
            for block in blocks.drain(..) {
                // SAFETY: the block was allocated by `take` with the layout of its size.
                unsafe { dealloc(block.as_ptr(), layout_of_size(size)) };
            }
        }
    }
}

/// A block for one `S`, uninitialised.
pub(super) fn take<S>() -> NonNull<S> {
    let class = const { class_of::<S>() };
    let kept = class.and_then(|class| FREE.try_with(|free| free.borrow_mut().0[class].pop()).ok().flatten());
    kept.unwrap_or_else(|| allocate(block_layout::<S>())).cast()
}

/// Takes a block back.
///
/// # Safety
/// The block came from `take::<S>`, and nobody uses it any more.
pub(super) unsafe fn give_back<S>(block: *mut S) {
    let block = block.cast::<u8>();
    let class = const { class_of::<S>() };
    let kept = class.is_some_and(|class| {
        FREE.try_with(|free| {
            let blocks = &mut free.borrow_mut().0[class];
            let room = blocks.len() < KEPT;
            if room && let Some(block) = NonNull::new(block) {
                blocks.push(block);
            }
            room
        })
        .unwrap_or(false)
    });
    if !kept {
        // SAFETY: allocated by `take` with this layout, and unused as promised by the caller.
        unsafe { dealloc(block, block_layout::<S>()) };
    }
}

/// Which of [`SIZES`] holds an `S`.
const fn class_of<S>() -> Option<usize> {
    let mut class = 0;
    while class < SIZES.len() {
        if size_of::<S>() <= SIZES[class] && align_of::<S>() <= ALIGN {
            return Some(class);
        }
        class += 1;
    }
    None
}

fn block_layout<S>() -> Layout {
    match class_of::<S>() {
        Some(class) => layout_of_size(SIZES[class]),
        None => Layout::new::<S>(),
    }
}

fn layout_of_size(size: usize) -> Layout {
    Layout::from_size_align(size, ALIGN).expect("a small size and a power of two")
}

#[cold]
fn allocate(layout: Layout) -> NonNull<u8> {
    // SAFETY: a slot has a state byte, so no layout has size zero.
    let block = unsafe { alloc(layout) };
    NonNull::new(block).unwrap_or_else(|| handle_alloc_error(layout))
}
