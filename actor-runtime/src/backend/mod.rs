//! The seam: the one place where the backends that are switched on are listed.
//!
//! Everything above holds these enums and calls their methods; each method hands on to the backend that
//! made the value. With one backend on, an enum has one case worth a tag and costs nothing. What both backends
//! have lies in files of the same name, so a diff of those is the porting guide.

use core::future::Future;
use core::task::Waker;

use crate::actor::Handled;

mod address;
mod asking;
#[cfg(feature = "bare-metal")]
pub mod bare_metal;
mod crew;
mod debt;
mod host;
mod hub;
#[cfg(any(feature = "tokio", feature = "bare-metal"))]
mod ring;
mod sending;
mod sink;
mod stopped;
mod suspension;
#[cfg(feature = "tokio")]
pub mod tokio;

pub(crate) use address::{Address, WeakAddress};
pub use asking::Asking;
#[cfg(feature = "bare-metal")]
pub use bare_metal::Family;
pub(crate) use crew::Crew;
#[cfg(feature = "bare-metal")]
use debt::dropped_because;
pub(crate) use debt::{enter_debt, owes, replace_debt, why_dropped};
pub(crate) use host::Host;
pub(crate) use hub::Hub;
#[cfg(any(feature = "tokio", feature = "bare-metal"))]
pub use ring::RingBufferFailureTelemetry;
pub use sending::Sending;
pub(crate) use sink::Sink;
pub use stopped::Stopped;
pub use suspension::Suspension;
#[cfg(feature = "tokio")]
pub(crate) use tokio::block_on;

/// The future of a handler of a local actor, which may hold what is not `Send`: a backend with threads keeps it on one.
/// Where there are no threads there are no local actors, and nobody polls it.
#[doc(hidden)]
pub fn confine<F: Future<Output = Handled>>(future: F) -> impl Future<Output = Handled> + Send {
    #[cfg(feature = "tokio")]
    return tokio::Confined::new(future);
    #[cfg(not(feature = "tokio"))]
    {
        drop(future);
        core::future::pending()
    }
}

/// What a parent must have to start a `C`: on bare metal a slot inside its own slot, elsewhere nothing.
#[cfg(not(feature = "bare-metal"))]
pub trait Family<C> {}

#[cfg(not(feature = "bare-metal"))]
impl<A, C> Family<C> for A {}

/// Runs `waker` where there is one.
#[allow(dead_code)]
pub(crate) fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}
