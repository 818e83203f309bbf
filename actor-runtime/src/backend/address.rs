//! Where actors are, whichever backend they run on.

use core::fmt;
use core::time::Duration;

use crate::actor::Actor;
use crate::call::{Batch, Limit};
use crate::error::Reason;
use crate::id::ActorId;
use crate::metrics::Lanes;
#[cfg(any(feature = "tokio", feature = "bare-metal"))]
use crate::reply::Duty;

#[cfg(feature = "bare-metal")]
use super::bare_metal;
use super::stopped::WaitingForEnd;
use super::suspension::SuspendedOn;
#[cfg(feature = "tokio")]
use super::tokio;
use super::{Stopped, Suspension};

/// Where an actor is, without its type.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Address {
    /// Nowhere: answers `Stopped`.
    Nobody,
    #[cfg(feature = "tokio")]
    Tokio(tokio::Address),
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Address),
}

impl Address {
    /// Sends now or never.
    #[inline]
    pub(crate) fn tell<A: Actor>(&self, message: A::Message, limit: Limit) -> Result<(), (A::Message, Reason)> {
        let _ = limit;
        match self {
            Self::Nobody => Err((message, Reason::Stopped)),
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.tell::<A>(message, limit),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.tell::<A>(message, limit),
        }
    }

    /// Takes messages out of `batch`, in order, as long as there is room for them; possibly none.
    pub(crate) fn accept<A: Actor>(&self, batch: &mut Batch<A::Message>) {
        let _ = &batch;
        match self {
            Self::Nobody => {}
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.accept::<A>(batch),
            // One critical section for each, as short as it is for one message alone.
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(_) => {}
        }
    }

    /// Sends now or never, and has `duty` told of the end of the handler.
    #[cfg(any(feature = "tokio", feature = "bare-metal"))]
    pub(crate) fn tell_watched<A: Actor>(
        &self,
        message: A::Message,
        limit: Limit,
        duty: Duty,
    ) -> Result<(), (A::Message, Duty, Reason)> {
        match self {
            Self::Nobody => Err((message, duty, Reason::Stopped)),
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.tell_watched::<A>(message, limit, duty),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.tell_watched::<A>(message, limit, duty),
        }
    }

    pub(crate) fn id(&self) -> Option<ActorId> {
        match self {
            Self::Nobody => None,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => Some(address.id()),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => Some(address.id()),
        }
    }

    /// Whether it is that of an actor on bare metal.
    #[cfg(feature = "tokio")]
    pub(crate) fn is_static(&self) -> bool {
        !matches!(self, Self::Nobody | Self::Tokio(_))
    }

    pub(crate) fn is_alive(&self) -> bool {
        match self {
            Self::Nobody => false,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.is_alive(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.is_alive(),
        }
    }

    /// What the actor has to do, in messages: those that wait, and what it does now.
    pub(crate) fn load(&self) -> usize {
        match self {
            Self::Nobody => 0,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.load(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.load(),
        }
    }

    pub(crate) fn depth(&self) -> usize {
        match self {
            Self::Nobody => 0,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.depth(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.depth(),
        }
    }

    pub(crate) fn lanes(&self) -> Lanes {
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.lanes(),
            Self::Nobody => Lanes::default(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(_) => Lanes::default(),
        }
    }

    /// How many messages may wait in a lane.
    pub(crate) fn capacity(&self) -> Option<u32> {
        match self {
            Self::Nobody => Some(0),
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.capacity(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => Some(address.capacity()),
        }
    }

    pub(crate) fn downgrade(&self) -> WeakAddress {
        match self {
            Self::Nobody => WeakAddress::Nobody,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => WeakAddress::Tokio(address.downgrade()),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => WeakAddress::BareMetal(*address),
        }
    }

    pub(crate) fn suspend(&self, owner: &'static str) -> Suspension {
        let _ = owner;
        Suspension(match self {
            Self::Nobody => SuspendedOn::Nobody,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.suspend(owner).map_or(SuspendedOn::Nobody, SuspendedOn::Tokio),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.suspend(owner).map_or(SuspendedOn::Nobody, SuspendedOn::BareMetal),
        })
    }

    /// Who keeps the actor suspended, the first of them.
    pub(crate) fn suspended_by(&self) -> Option<&'static str> {
        match self {
            Self::Nobody => None,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.suspended_by(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.suspended_by(),
        }
    }

    /// How often the actor was suspended, and for how long in all.
    pub(crate) fn suspended(&self) -> (u64, Duration) {
        match self {
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.suspended(),
            Self::Nobody => Default::default(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(_) => Default::default(),
        }
    }

    pub(crate) fn kill(&self) {
        match self {
            Self::Nobody => {}
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.kill(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.stop(),
        }
    }

    pub(crate) fn stop(&self) {
        match self {
            Self::Nobody => {}
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.stop(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.stop(),
        }
    }

    pub(crate) fn drain(&self) {
        match self {
            Self::Nobody => {}
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.drain(),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.drain(),
        }
    }

    /// A future that ends when the actor has ended.
    pub(crate) fn stopped(&self) -> Stopped {
        Stopped(match self {
            Self::Nobody => WaitingForEnd::Nobody,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => WaitingForEnd::Tokio(address.stopped()),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => WaitingForEnd::BareMetal(address.stopped()),
        })
    }
}

/// An address that keeps no actor alive.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum WeakAddress {
    Nobody,
    #[cfg(feature = "tokio")]
    Tokio(tokio::WeakAddress),
    /// Static: there is no last ref to it.
    #[cfg(feature = "bare-metal")]
    BareMetal(bare_metal::Address),
}

impl WeakAddress {
    pub(crate) fn upgrade(&self) -> Option<Address> {
        match self {
            Self::Nobody => None,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.upgrade().map(Address::Tokio),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => address.is_alive().then_some(Address::BareMetal(*address)),
        }
    }

    pub(crate) fn write_path(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => f.write_str("nobody"),
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => address.write_path(f),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => fmt::Display::fmt(&address.id(), f),
        }
    }

    pub(crate) fn id(&self) -> Option<ActorId> {
        match self {
            Self::Nobody => None,
            #[cfg(feature = "tokio")]
            Self::Tokio(address) => Some(address.id()),
            #[cfg(feature = "bare-metal")]
            Self::BareMetal(address) => Some(address.id()),
        }
    }
}
