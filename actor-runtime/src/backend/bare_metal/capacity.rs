//! How much room a slot has, as a type.

mod sealed {
    /// Keeps [`Capacity`](super::Capacity) to those who bring the places they speak of.
    pub trait Sealed {}
}

/// The length of a mailbox, and how many timers there are, as a type.
pub trait Capacity: sealed::Sealed + 'static {
    /// The number of messages.
    const MESSAGES: usize;
    /// The number of timers; zero for as many as the actor says.
    const TIMERS: usize;
    /// So many places.
    type Ring<M>;
    /// How many of them may have `#[indirect]` arguments.
    const INDIRECT: usize;
    /// So many places for those.
    type Beside<V>;
}

/// `N` messages, `INDIRECT` of which may have `#[indirect]` arguments, and `TIMERS` timers.
#[derive(Debug)]
pub struct Room<const N: usize, const TIMERS: usize = 0, const INDIRECT: usize = 0>;

impl<const N: usize, const TIMERS: usize, const INDIRECT: usize> sealed::Sealed for Room<N, TIMERS, INDIRECT> {}

impl<const N: usize, const TIMERS: usize, const INDIRECT: usize> Capacity for Room<N, TIMERS, INDIRECT> {
    const MESSAGES: usize = N;
    const TIMERS: usize = TIMERS;
    type Ring<M> = [M; N];
    const INDIRECT: usize = INDIRECT;
    type Beside<V> = [V; INDIRECT];
}
