//! The members of a pool.

use core::marker::PhantomData;

use crate::policy::Route;

#[cfg(feature = "bare-metal")]
use super::bare_metal;
#[cfg(feature = "tokio")]
use super::tokio;

/// The members of a pool, shared by its clones.
pub(crate) enum Crew<R: 'static> {
    /// None so far.
    Nobody(PhantomData<R>),
    #[cfg(feature = "tokio")]
    Tokio(std::sync::Arc<tokio::Crew<R>>),
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Crew<R>),
}

impl<R> Crew<R> {
    pub(crate) const NOBODY: Self = Self::Nobody(PhantomData);

    /// In the order of their start.
    pub(crate) fn members(&self) -> &[R] {
        match self {
            Self::Nobody(_) => &[],
            #[cfg(feature = "tokio")]
            Self::Tokio(crew) => crew.members(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(crew) => crew.members(),
        }
    }

    /// How the next call finds its member, and the one whose turn it is.
    pub(crate) fn turn(&self) -> (Route, usize) {
        match self {
            Self::Nobody(_) => (Route::RoundRobin, 0),
            #[cfg(feature = "tokio")]
            Self::Tokio(crew) => crew.turn(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(crew) => crew.turn(),
        }
    }
}

impl<R> Clone for Crew<R> {
    fn clone(&self) -> Self {
        match self {
            Self::Nobody(_) => Self::NOBODY,
            #[cfg(feature = "tokio")]
            Self::Tokio(crew) => Self::Tokio(std::sync::Arc::clone(crew)),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(crew) => Self::BareMetal(*crew),
        }
    }
}
