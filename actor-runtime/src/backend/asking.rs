//! The future of an awaited ask.

use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll};

use crate::actor::Actor;
use crate::call::{Call, Kind};
use crate::error::TellError;
use crate::reference::Ref;

use super::Address;
#[cfg(feature = "bare-metal")]
use super::bare_metal;
#[cfg(feature = "tokio")]
use super::tokio;

/// The future of an awaited ask: ends with the reply, or with why there is none.
///
/// # Cancel safety
/// Dropped before it ends, nothing leaks: the handler may still run, and its reply is discarded.
pub struct Asking<'a, A: Actor, K: Kind>(AskingOn<'a, A, K>);

enum AskingOn<'a, A: Actor, K: Kind> {
    Nobody(PhantomData<&'a Ref<A>>, PhantomData<fn() -> K>),
    #[cfg(feature = "tokio")]
    Tokio(tokio::Asking<'a, A, K>),
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Asking<'a, A, K>),
}

impl<'a, A: Actor, K: Kind> Asking<'a, A, K> {
    #[inline]
    pub(crate) fn new(call: Call<'a, A, K>) -> Self {
        Self(match call.target.address() {
            Address::Nobody => AskingOn::Nobody(PhantomData, PhantomData),
            #[cfg(feature = "tokio")]
            Address::Tokio(address) => {
                AskingOn::Tokio(tokio::Asking::new(address, call.message, call.attach, call.limit))
            }
            #[cfg(feature = "bare-metal")]
            Address::BareMetal(address) => {
                AskingOn::BareMetal(bare_metal::Asking::new(address, call.message, call.attach, call.limit))
            }
        })
    }
}

impl<A: Actor, K: Kind> Future for Asking<'_, A, K> {
    type Output = K::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<K::Output> {
        let _ = &cx;
        match &mut self.get_mut().0 {
            AskingOn::Nobody(..) => Poll::Ready(K::unsent(TellError::Stopped)),
            #[cfg(feature = "tokio")]
            AskingOn::Tokio(asking) => Pin::new(asking).poll(cx),
            #[cfg(feature = "bare-metal")]
            AskingOn::BareMetal(asking) => Pin::new(asking).poll(cx),
        }
    }
}
