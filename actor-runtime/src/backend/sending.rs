//! The future of an awaited tell.

use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll};

use crate::actor::Actor;
use crate::call::Limit;
use crate::error::TellError;
use crate::reference::Ref;

use super::Address;
#[cfg(feature = "bare-metal")]
use super::bare_metal;
#[cfg(feature = "tokio")]
use super::tokio;

/// The future of an awaited tell: ends when the message is in the mailbox.
///
/// # Cancel safety
/// Dropped while it waits for room, the message is not sent and nothing is left behind. Once there was room the message
/// is in the mailbox, even if the future was not polled again.
pub struct Sending<'a, A: Actor>(SendingOn<'a, A>);

enum SendingOn<'a, A: Actor> {
    Nobody(PhantomData<&'a Ref<A>>),
    #[cfg(feature = "tokio")]
    Tokio(tokio::Sending<'a, A>),
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Sending<'a, A>),
}

impl<'a, A: Actor> Sending<'a, A> {
    #[inline]
    pub(crate) fn new(target: &'a Ref<A>, message: A::Message, limit: Limit) -> Self {
        let _ = limit;
        Self(match target.address() {
            Address::Nobody => {
                drop(message);
                SendingOn::Nobody(PhantomData)
            }
            #[cfg(feature = "tokio")]
            Address::Tokio(address) => SendingOn::Tokio(tokio::Sending::new(address, message, limit)),
            #[cfg(feature = "bare-metal")]
            Address::BareMetal(address) => SendingOn::BareMetal(bare_metal::Sending::new(address, message, limit)),
        })
    }
}

impl<A: Actor> Future for Sending<'_, A> {
    type Output = Result<(), TellError>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let _ = &cx;
        match &mut self.get_mut().0 {
            SendingOn::Nobody(_) => Poll::Ready(Err(TellError::Stopped)),
            #[cfg(feature = "tokio")]
            SendingOn::Tokio(sending) => Pin::new(sending).poll(cx),
            #[cfg(feature = "bare-metal")]
            SendingOn::BareMetal(sending) => Pin::new(sending).poll(cx),
        }
    }
}
