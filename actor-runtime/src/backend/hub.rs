//! The subscribers of a topic.

use crate::recipient::Recipient;
use crate::topic::Published;

#[cfg(feature = "bare-metal")]
use super::bare_metal;
#[cfg(feature = "tokio")]
use super::tokio;

/// The subscribers of a topic, shared by its clones.
pub(crate) enum Hub<T: 'static> {
    #[cfg(feature = "tokio")]
    Tokio(tokio::Topic<T>),
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Board<T>),
    /// Keeps the type parameter where no backend is on.
    #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
    None(core::convert::Infallible, core::marker::PhantomData<T>),
}

/// Hands one call on to whichever backend has the subscribers.
macro_rules! on_hub {
    ($self:ident, $hub:ident => $call:expr) => {
        match $self {
            #[cfg(feature = "tokio")]
            Hub::Tokio($hub) => $call,
            #[cfg(feature = "bare-metal")]
            Hub::BareMetal($hub) => $call,
            #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
            Hub::None(never, _) => match *never {},
        }
    };
}

impl<T: 'static> Hub<T> {
    #[cfg(feature = "tokio")]
    pub(crate) fn new() -> Self {
        Self::Tokio(tokio::Topic::new())
    }

    pub(crate) fn subscribe(&self, recipient: Recipient<T>) -> bool {
        let _ = &recipient;
        on_hub!(self, hub => hub.subscribe(recipient))
    }

    pub(crate) fn unsubscribe(&self, recipient: &Recipient<T>) -> bool {
        let _ = recipient;
        on_hub!(self, hub => hub.unsubscribe(recipient))
    }

    pub(crate) fn subscribers(&self) -> usize {
        on_hub!(self, hub => hub.subscribers())
    }

    pub(crate) fn missed(&self) -> u64 {
        on_hub!(self, hub => hub.missed())
    }

    pub(crate) fn publish(&self, value: T) -> Published
    where
        T: Clone,
    {
        let _ = &value;
        on_hub!(self, hub => hub.publish(value))
    }
}

impl<T: 'static> Clone for Hub<T> {
    fn clone(&self) -> Self {
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(topic) => Self::Tokio(topic.clone()),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(board) => Self::BareMetal(*board),
            #[cfg(not(any(feature = "tokio", feature = "bare-metal")))]
            Self::None(never, _) => match *never {},
        }
    }
}
