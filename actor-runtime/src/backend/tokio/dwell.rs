//! Measures how long messages lie in a mailbox: those that a draw picks are sent with the time in the place of their
//! deadline, so nobody else pays for them, and what becomes of a message needs no second book. See `metrics/sampler.rs`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread_local;

use crate::actor::Actor;
use crate::message::{Lane, Message};
use crate::metrics::{Dwell, Sampler, price};
use crate::time::{Instant, nanos};

use super::cell::Cell;
use super::mailbox::{Envelope, Measure};
use super::spans::Traced;
use super::turn::Turn;

thread_local! {
    static SAMPLER: Sampler = const { Sampler::new() };
}

/// Another one for each thread.
fn seed() -> u64 {
    static SEEDS: AtomicU64 = AtomicU64::new(0);
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    SEEDS.fetch_add(GOLDEN, Ordering::Relaxed).wrapping_add(GOLDEN)
}

/// Whether the message that is sent now is measured.
#[inline(always)]
fn is_due(dwell: Dwell) -> bool {
    match dwell {
        Dwell::Off => false,
        // The model checker runs the same again and again, and draws nothing.
        Dwell::Sampled(_) if cfg!(actor_loom) => false,
        Dwell::Sampled(one_in) => SAMPLER.with(|sampler| sampler.is_due(price(one_in), seed)),
        Dwell::All => true,
    }
}

/// Which messages to it are measured.
impl<A: Actor> Measure for &Cell<A> {
    #[inline(always)]
    fn is_due(self) -> bool {
        is_due(const { A::OPTIONS.dwell })
    }

    fn now(self) -> Instant {
        self.header.core.now()
    }
}

impl<A: Actor> Cell<A> {
    /// A sender found no room in this lane.
    #[cold]
    pub(super) fn found_full(&self, lane: Lane) {
        if const { A::OPTIONS.dwell.is_on() } {
            self.mailbox.note_full(lane, A::OPTIONS.capacity);
            self.counts().tally().saw(lane, A::OPTIONS.capacity);
        }
    }
}

impl<A: Actor> Turn<A> {
    /// A message has left its lane. Returns it with its own deadline, if it was measured.
    pub(super) fn arrived(self, envelope: Envelope<Traced<A::Message>>) -> Envelope<Traced<A::Message>> {
        if const { !A::OPTIONS.dwell.is_on() } {
            return envelope;
        }
        let cell = self.cell();
        let (deadline, sent) = cell.mailbox.unstamp(envelope.deadline);
        let message = envelope.message;
        if let Some(sent) = sent {
            let (lane, waited) = (message.lane(), nanos(cell.header.core.now().saturating_since(sent.at)));
            if sent.first {
                cell.header.core.load().waited(waited);
            }
            let depth = cell.mailbox.note_dwell(lane, waited);
            let tally = cell.counts().tally();
            tally.dwelt(lane, waited);
            tally.saw(lane, depth);
        }
        Envelope { message, deadline }
    }
}
