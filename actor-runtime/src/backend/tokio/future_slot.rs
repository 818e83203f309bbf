//! The place where the future of an async handler lives: allocated at the first async message of a cell and
//! reused for life, so that an async handler costs no allocation either.
//!
//! A future is written here before its first poll and never moved, because a future that was polled is pinned.

use core::alloc::Layout;
use core::future::Future;
use core::pin::Pin;
use core::ptr::NonNull;
use core::task::{Context, Poll};
use std::alloc::{alloc, dealloc, handle_alloc_error};

use crate::actor::Handled;

/// What the slot knows of the future in it.
struct Table {
    /// Of the whole block.
    layout: Layout,
    /// Where the future lies in it, in bytes.
    offset: usize,
    poll: unsafe fn(NonNull<u8>, &mut Context<'_>) -> Poll<Handled>,
    drop: unsafe fn(NonNull<u8>),
}

impl Table {
    const fn of<F: Future<Output = Handled>>() -> &'static Self {
        &const {
            let Ok((layout, offset)) = Layout::new::<Block>().extend(Layout::new::<F>()) else {
                panic!("the future of a handler is larger than memory")
            };
            Self {
                layout: layout.pad_to_align(),
                offset,
                poll: |place, cx| {
                    // SAFETY: called only with the place of a live `F`, which nobody else touches meanwhile.
                    let future = unsafe { place.cast::<F>().as_mut() };
                    // SAFETY: it stays where it is until it is dropped.
                    unsafe { Pin::new_unchecked(future) }.poll(cx)
                },
                // SAFETY: called once, with the place of a live `F`.
                drop: |place| unsafe { place.cast::<F>().drop_in_place() },
            }
        }
    }
}

/// What a block begins with; the future lies behind it.
struct Block {
    /// That of the future the block was last used for.
    table: &'static Table,
    live: bool,
}

/// Room for one future at a time: one word while the actor has had no async message.
pub(super) struct FutureSlot {
    block: Option<NonNull<Block>>,
}

// SAFETY: the slot owns its future, and `start` takes only futures that are `Send`.
unsafe impl Send for FutureSlot {}

impl FutureSlot {
    pub(super) const fn new() -> Self {
        Self { block: None }
    }

    /// Whether a future waits here.
    #[inline]
    pub(super) fn is_live(&self) -> bool {
        // SAFETY: the block is this slot's, and its beginning is always initialised.
        self.block.is_some_and(|block| unsafe { block.as_ref() }.live)
    }

    /// Puts a future here, to be polled in place.
    ///
    /// # Safety
    /// Whatever the future borrows stays valid and untouched until the future has ended or
    /// [`cancel`](Self::cancel) was called; `'static` is not asked for because a handler's future borrows its
    /// actor.
    pub(super) unsafe fn start<F: Future<Output = Handled> + Send>(&mut self, future: F) {
        self.cancel();
        let table = Table::of::<F>();
        let block = match self.block {
            // SAFETY: as in `is_live`.
            Some(block) if unsafe { block.as_ref() }.table.layout == table.layout => block,
            _ => {
                self.free();
                allocate(table.layout).cast()
            }
        };
        // SAFETY: the block has the layout of a `Block` with an `F` behind it, and no live value is in it.
        unsafe { block.write(Block { table, live: true }) };
        self.block = Some(block);
        // SAFETY: as above; the offset is that of the layout.
        let place = unsafe { block.cast::<u8>().add(table.offset) };
        // SAFETY: the place is that of an `F` and holds none.
        unsafe { place.cast::<F>().write(future) };
    }

    /// The live future, if there is one: its place and its table.
    fn live(&self) -> Option<(NonNull<u8>, &'static Table)> {
        let block = self.block.filter(|_| self.is_live())?;
        // SAFETY: as in `is_live`.
        let table = unsafe { block.as_ref() }.table;
        // SAFETY: the block was allocated with this table's layout, which has the offset inside.
        Some((unsafe { block.cast::<u8>().add(table.offset) }, table))
    }

    /// Polls the future, and drops it when it has ended.
    ///
    /// # Panics
    /// As the future does; it is dropped before the panic goes on.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Handled> {
        let Some((place, table)) = self.live() else {
            return Poll::Ready(Handled::Done);
        };
        let mut ends = DropAtEnd { slot: self, armed: true };
        // SAFETY: the future is live and lies where it was written.
        let polled = unsafe { (table.poll)(place, cx) };
        ends.armed = polled.is_ready();
        drop(ends);
        polled
    }

    /// Drops the future, if there is one, at the await it stands at.
    pub(super) fn cancel(&mut self) {
        let (Some((place, table)), Some(mut block)) = (self.live(), self.block) else { return };
        // SAFETY: as in `is_live`; the slot is borrowed mutably.
        unsafe { block.as_mut() }.live = false;
        // SAFETY: the future was live, and `live` was cleared first, so it is dropped once.
        unsafe { (table.drop)(place) };
    }

    fn free(&mut self) {
        if let Some(block) = self.block.take() {
            // SAFETY: as in `is_live`.
            let layout = unsafe { block.as_ref() }.table.layout;
            // SAFETY: allocated by `start` with this layout; no live value is in it.
            unsafe { dealloc(block.as_ptr().cast(), layout) };
        }
    }
}

/// Drops the future when it has ended, also by a panic.
struct DropAtEnd<'a> {
    slot: &'a mut FutureSlot,
    armed: bool,
}

impl Drop for DropAtEnd<'_> {
    fn drop(&mut self) {
        if self.armed {
            self.slot.cancel();
        }
    }
}

impl Drop for FutureSlot {
    fn drop(&mut self) {
        self.cancel();
        self.free();
    }
}

#[cold]
fn allocate(layout: Layout) -> NonNull<u8> {
    // SAFETY: a layout has room for a `Block`, so its size is not zero.
    let block = unsafe { alloc(layout) };
    NonNull::new(block).unwrap_or_else(|| handle_alloc_error(layout))
}
