//! Messages that were accepted and that nobody will handle.

use crate::actor::Actor;
use crate::message::Message;
use crate::metrics::DeadLetterReason;

use super::header::Address;
use super::{events, observer};

/// Gives up a message of the actor at `address`: counts it, answers who asked, and tells whoever is told of events.
#[cold]
pub(super) fn lose<A: Actor>(address: Address, message: A::Message, reason: DeadLetterReason) {
    if const { A::OPTIONS.metrics.is_on() }
        && let Some(meters) = observer::meters_of(address)
    {
        meters.lost(reason);
    }
    if !events::are_any() {
        return message.refuse(reason.into());
    }
    let index = message.index();
    message.refuse(reason.into());
    observer::tell_lost(address, index, reason);
}
