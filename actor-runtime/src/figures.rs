//! Figures of an actor's own, as its handlers record them: by name for the user, by index beneath.

use crate::backend::Sink;

/// What a handler records into: of the thread it runs on, and so not `Send`.
#[derive(Debug)]
pub struct Figures<'a>(Sink<'a>);

impl<'a> Figures<'a> {
    pub(crate) const fn new(sink: Sink<'a>) -> Self {
        Self(sink)
    }

    /// The counter with this index.
    #[doc(hidden)]
    #[must_use]
    pub const fn counter(&self, index: usize) -> OwnCounter<'a> {
        OwnCounter { sink: self.0, index }
    }

    /// The histogram with this index.
    #[doc(hidden)]
    #[must_use]
    pub const fn histogram(&self, index: usize) -> OwnHistogram<'a> {
        OwnHistogram { sink: self.0, index }
    }
}

/// A counter of an actor's own.
#[derive(Clone, Copy, Debug)]
pub struct OwnCounter<'a> {
    sink: Sink<'a>,
    index: usize,
}

impl OwnCounter<'_> {
    /// Counts `by` more.
    #[inline]
    pub fn add(self, by: u64) {
        self.sink.add(self.index, by);
    }
}

/// A histogram of an actor's own.
#[derive(Clone, Copy, Debug)]
pub struct OwnHistogram<'a> {
    sink: Sink<'a>,
    index: usize,
}

impl OwnHistogram<'_> {
    /// Records one value, in whatever unit the histogram is of.
    #[inline]
    pub fn record(self, value: u64) {
        self.sink.record(self.index, value);
    }
}
