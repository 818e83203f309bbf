//! One message: a variant of the enum that `#[handlers]` generates for an actor.

use crate::beside::{Shelf, Values};
use crate::error::Unanswered;

/// How a message must be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// By a plain function that answers before it returns; an asker may run it on its own stack.
    Sync,
    /// By a plain function that was given the duty to answer and may answer later.
    Delegated,
    /// By a future.
    Async,
}

/// Which messages go first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lane {
    /// In the order sent, with all others of this lane.
    #[default]
    User,
    /// Before the user lane.
    Urgent,
}

mod sealed {
    /// Keeps [`Lanes`](super::Lanes) to those below.
    pub trait Sealed {}
}

/// The lanes that messages of one actor travel on, as a type: what the urgent one takes is there for those who have it.
pub trait Lanes: sealed::Sealed + 'static {
    /// Whether any of them is urgent.
    const URGENT: bool;
    /// A `T` where there is an urgent lane, else nothing.
    type Urgent<T>;
}

/// The user lane alone.
#[derive(Debug)]
pub struct UserLane;

/// The user lane, and the urgent one before it.
#[derive(Debug)]
pub struct BothLanes;

impl sealed::Sealed for UserLane {}
impl sealed::Sealed for BothLanes {}

impl Lanes for UserLane {
    const URGENT: bool = false;
    type Urgent<T> = ();
}

impl Lanes for BothLanes {
    const URGENT: bool = true;
    type Urgent<T> = T;
}

/// The enum of everything one actor can be told or asked, its hooks and timers included.
pub trait Message: Sized + Send + 'static {
    /// The lanes that one of them or another travels on.
    type Lanes: Lanes;

    /// Whether any of them is urgent.
    const HAS_URGENT: bool = <Self::Lanes as Lanes>::URGENT;

    /// The message as it lies in a mailbox where there is no heap: without what lies beside it.
    type Packed: Send;

    /// What may lie beside it.
    type Values: Values;

    /// Packs the message; given back where what belongs beside it finds no place.
    ///
    /// # Errors
    /// The message.
    fn pack(self, shelf: impl Shelf) -> Result<Self::Packed, Self>;

    /// The message, whole.
    fn unpack(packed: Self::Packed, shelf: impl Shelf) -> Self;

    /// The place of this message in [`Protocol::messages`](crate::actor::Protocol::messages).
    fn index(&self) -> usize;

    /// How this message must be run.
    #[inline]
    fn mode(&self) -> Mode {
        Mode::Sync
    }

    /// The lane it travels on.
    #[inline]
    fn lane(&self) -> Lane {
        Lane::User
    }

    /// Whether this message leaves the idle timer alone.
    #[inline]
    fn is_passive(&self) -> bool {
        false
    }

    /// Whether a message that is packed leaves the idle timer alone.
    #[inline]
    fn is_passive_packed(packed: &Self::Packed) -> bool {
        let _ = packed;
        false
    }

    /// Gives the message up: an asker hears `why`, everything else is dropped.
    #[inline]
    fn refuse(self, why: Unanswered) {
        let _ = why;
    }

    /// Tells whoever asked `why` there will be no answer, and leaves everything else as it is.
    #[inline]
    fn refuse_reply(&mut self, why: Unanswered) {
        let _ = why;
    }
}
