//! Messages that were accepted and that nobody will handle.

use crate::actor::Actor;
use crate::message::Message;
use crate::metrics::DeadLetterReason;
use crate::trace_dump::{self, TraceKind};

use super::header::Address;
use super::{done, events, observer, trace_ring};

/// Gives up a message of the actor at `address`: counts it, answers who asked, and tells whoever is told of events.
#[cold]
pub(super) fn lose<A: Actor>(address: Address, message: A::Message, reason: DeadLetterReason) {
    if const { A::OPTIONS.metrics.is_on() }
        && let Some(meters) = observer::meters_of(address)
    {
        meters.lost(reason);
    }
    trace_ring::note_at(address, TraceKind::DeadLetter, Some(message.index()), trace_dump::lost(reason));
    done::lost(address, reason.into());
    if !events::are_any() {
        return message.refuse(reason.into());
    }
    let index = message.index();
    message.refuse(reason.into());
    observer::tell_lost(address, index, reason);
}
