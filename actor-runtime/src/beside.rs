//! What lies beside a mailbox where there is no heap: the `#[indirect]` arguments of its messages, those of one message in
//! one place. In the mailbox lies the message without them, and which place that is.

use core::marker::PhantomData;

/// Which place beside a mailbox holds a `T`. Whoever has it has the value.
#[derive(Debug)]
pub struct Beside<T> {
    place: u8,
    value: PhantomData<fn() -> T>,
}

impl<T> Beside<T> {
    #[cfg_attr(not(feature = "bare-metal"), allow(dead_code))]
    pub(crate) const fn new(place: u8) -> Self {
        Self { place, value: PhantomData }
    }

    #[cfg_attr(not(feature = "bare-metal"), allow(dead_code))]
    pub(crate) fn place(self) -> u8 {
        self.place
    }
}

/// The places beside a mailbox, as one message needs them.
pub trait Shelf {
    /// A place that was free.
    type Claim: Claim;

    /// Claims a place, if one is free.
    fn claim_place(self) -> Option<Self::Claim>;

    /// Takes a value out of its place.
    fn take_beside<T: Send>(self, beside: Beside<T>) -> T;
}

/// A place that is to be filled.
pub trait Claim {
    /// Fills it.
    fn put_beside<T: Send>(self, value: T) -> Beside<T>;
}

mod sealed {
    /// Keeps [`Values`](super::Values) to those below.
    pub trait Sealed {}
}

/// What lies beside the messages of one actor, as a type: the places are there for those who need them.
pub trait Values: sealed::Sealed + 'static {
    /// Whether anything does.
    const ANY: bool;
    /// As large as the largest of the values.
    type Largest: 'static;
    /// An `S` where anything does, else nothing.
    type Stored<S>;
}

/// Nothing.
#[derive(Debug)]
pub struct NoValues;

/// Values that fit a `U`.
#[derive(Debug)]
pub struct LargeValues<U>(PhantomData<fn() -> U>);

impl sealed::Sealed for NoValues {}
impl<U> sealed::Sealed for LargeValues<U> {}

impl Values for NoValues {
    const ANY: bool = false;
    type Largest = ();
    type Stored<S> = ();
}

impl<U: 'static> Values for LargeValues<U> {
    const ANY: bool = true;
    type Largest = U;
    type Stored<S> = S;
}
