//! Messages that were accepted and that nobody will handle.

use crate::actor::Actor;
use crate::message::Message;
use crate::metrics::DeadLetterReason;

use super::header::Address;
use super::observer;

/// Gives up a message of the actor at `address`.
#[cold]
pub(super) fn lose<A: Actor>(address: Address, message: A::Message, reason: DeadLetterReason) {
    if const { A::OPTIONS.metrics.is_on() }
        && let Some(meters) = observer::meters_of(address)
    {
        meters.lost(reason);
    }
    message.refuse(reason.into());
}
