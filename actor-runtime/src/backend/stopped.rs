//! The future of the end of an actor.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

#[cfg(feature = "bare-metal")]
use super::bare_metal;
#[cfg(feature = "tokio")]
use super::tokio;

/// A future that ends when an actor has ended; from [`Control::stopped`](crate::reference::Control::stopped).
#[must_use = "it only waits: await it, or leave it out"]
pub struct Stopped(pub(super) WaitingForEnd);

pub(super) enum WaitingForEnd {
    Nobody,
    #[cfg(feature = "tokio")]
    Tokio(tokio::Stopped),
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Stopped),
}

impl Future for Stopped {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let _ = &cx;
        match &mut self.get_mut().0 {
            WaitingForEnd::Nobody => Poll::Ready(()),
            #[cfg(feature = "tokio")]
            WaitingForEnd::Tokio(stopped) => Pin::new(stopped).poll(cx),
            #[cfg(feature = "bare-metal")]
            WaitingForEnd::BareMetal(stopped) => Pin::new(stopped).poll(cx),
        }
    }
}

impl fmt::Debug for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stopped")
    }
}
