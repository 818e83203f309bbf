//! What is observed of the actors of one system: a constant, so that what is not observed costs nothing.

/// See the module.
#[derive(Clone, Copy, Debug)]
pub struct Watch {
    /// Whether it is counted what they do.
    pub(super) counts: bool,
}

impl Watch {
    /// Nothing is.
    pub const NOTHING: Self = Self { counts: false };

    /// It is counted what they do as well.
    #[must_use]
    pub const fn counting(self) -> Self {
        Self { counts: true }
    }
}
