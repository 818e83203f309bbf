//! Where a context records.

use core::marker::PhantomData;

#[cfg(feature = "bare-metal")]
use super::bare_metal;
#[cfg(feature = "tokio")]
use super::tokio;

/// Where the figures of an actor's own are recorded.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sink<'a> {
    #[cfg(feature = "tokio")]
    Tokio(tokio::Tally<'a>),
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Tally<'a>),
    /// Where its system says so, nothing is recorded.
    #[allow(dead_code, reason = "made where bare metal is on")]
    Nowhere(PhantomData<&'a *const ()>),
}

impl Sink<'_> {
    #[cfg(feature = "bare-metal")]
    pub(crate) const NOWHERE: Self = Self::Nowhere(PhantomData);

    pub(crate) fn add(self, counter: usize, by: u64) {
        let _ = (counter, by);
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(tally) => tally.add_own(counter, by),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(tally) => tally.add_own(counter, by),
            Self::Nowhere(_) => {}
        }
    }

    pub(crate) fn record(self, histogram: usize, value: u64) {
        let _ = (histogram, value);
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(tally) => tally.record_own(histogram, value),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(tally) => tally.record_own(histogram, value),
            Self::Nowhere(_) => {}
        }
    }
}
