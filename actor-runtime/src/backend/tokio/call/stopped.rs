//! The future of an end that is waited for.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::super::owner::Owner;

/// See [`crate::backend::Stopped`].
pub(crate) struct Stopped {
    cell: Owner,
    ticket: Option<u64>,
}

impl Stopped {
    pub(in super::super) fn of(cell: Owner) -> Self {
        Self { cell, ticket: None }
    }
}

impl Future for Stopped {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        this.ticket = this.cell.wait_for_end(this.ticket, cx.waker());
        if this.ticket.is_none() { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.cell.cancel_wait_for_end(ticket);
        }
    }
}
