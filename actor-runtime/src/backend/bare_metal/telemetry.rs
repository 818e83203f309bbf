//! Who is told of failures. Where no `system!` names a telemetry nobody sets one, the place for it is a constant, and all of
//! this stays out of the flash, as behind the [`detour`](super::detour).

use core::cell::Cell;
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};

use critical_section::{Mutex, with};

use crate::actor::Actor;
use crate::failure::{Description, Failure, FailureKind};
use crate::metrics::SystemEvent;
use crate::supervision::{Decision, Scope};
use crate::telemetry::{
    About, Ascent, DESCRIPTION, EscalationStage, Excerpt, FailureOrigin, FailureSnapshot, FailureTelemetry, Report,
    Severity, Tags,
};
use crate::time::Instant;

use super::berth::{Berth, claim_of};
use super::events::{self, Ears};
use super::header::{Address, Stage};
use super::in_hand;
use super::names::{Names, PathOf};
use super::observer;
use super::place::Place;

/// A telemetry in a static.
pub(super) type Taker = &'static (dyn FailureTelemetry + Sync);

/// That of the program.
static TAKER: Mutex<Cell<Option<Taker>>> = Mutex::new(Cell::new(None));

/// Whether there is one: without a critical section, which would be left where nobody sets it.
static IS_SET: AtomicBool = AtomicBool::new(false);

/// What was said of a failure at the place where it happened.
#[derive(Clone, Copy)]
struct Said {
    handler: Option<&'static str>,
    text: Excerpt<DESCRIPTION>,
}

/// Failures on their way from a child to its parent, by the parent: one at a time, or two where another child fails before the
/// parent has its turn. Of more the origin is lost, and not the failure.
static CLIMBING: [Berth<Address, (Ascent, Said)>; 2] = [const { Berth::new() }; 2];

/// The beginning of what an error says, between the handler that returns it and the decision, by its actor: one, and one in an
/// interrupt that runs a system of its own. Of more one text is lost, and no failure.
static SAYING: [Berth<Address, Excerpt<DESCRIPTION>>; 2] = [const { Berth::new() }; 2];

/// From here on `telemetry` takes the failures of the program, those of actors of systems with these names among them.
pub fn report_to(telemetry: &'static (dyn FailureTelemetry + Sync), names: &'static [Names]) {
    names.iter().for_each(Names::add);
    in_hand::watch();
    let taker = telemetry.is_active().then_some(telemetry);
    with(|cs| TAKER.borrow(cs).set(taker));
    IS_SET.store(true, Ordering::Relaxed);
}

/// Who takes failures, if anybody does.
#[inline]
pub(super) fn taker() -> Option<Taker> {
    if !IS_SET.load(Ordering::Relaxed) {
        return None;
    }
    with(|cs| TAKER.borrow(cs).get())
}

/// What is known of all actors of a type.
pub(super) const fn about<A: Actor>() -> About {
    About { label: A::OPTIONS.name, type_name: A::PROTOCOL.type_name, tags: A::OPTIONS.tags }
}

/// The failure of an actor, and what was decided.
pub(super) struct What {
    pub(super) kind: FailureKind,
    pub(super) handler: Option<&'static str>,
    pub(super) decision: Decision,
    pub(super) restarts: u32,
    pub(super) scope: Scope,
    pub(super) at: Instant,
}

/// Tells those who hear events of a failure, and then `taker`, with no lock held. For all actors alike, so that it is linked
/// once.
#[cold]
#[inline(never)]
pub(super) fn tell(
    (ears, taker): (Option<Ears>, Option<Taker>),
    what: &What,
    (address, place, about): (Address, &Place, &'static About),
) {
    let What { kind, decision, restarts, .. } = *what;
    let mut tags = Tags::new();
    for tag in about.tags {
        tags.set(tag.key, &tag.value);
    }
    let said = Said { handler: what.handler, text: take_said(address) };
    let climbed = match kind {
        FailureKind::Escalated | FailureKind::Start => arrived(address),
        FailureKind::Error | FailureKind::Panic | FailureKind::Unasked => None,
    };
    let (ascent, said) = climbed.map_or((None, said), |(ascent, said)| (Some(ascent), said));
    let stage = ascent.map_or(EscalationStage::Initial, |ascent| EscalationStage::Escalated { hops: ascent.hops });
    // The first start of a child is its parent's own start.
    let is_passed_on = decision == Decision::Escalate || address.header().stage() == Stage::Starting;
    if let Some(parent) = place.parent.filter(|_| is_passed_on) {
        let origin = FailureOrigin { id: address.id(), actor: about.label, kind };
        climb(parent, ascent.unwrap_or(Ascent { origin, hops: 0, tags }).passed_on(), said);
    }
    let failure = Failure { message: said.handler, ..Failure::new(kind, Description::of(&said.text)) };
    let snapshot = FailureSnapshot::of(&Report {
        id: address.id(),
        about,
        path: &PathOf { address, place, label: about.label },
        incarnation: address.header().incarnation(),
        failure: &failure,
        ascent: ascent.as_ref(),
        tags: &tags,
        decision,
        strategy: place.upbringing.supervision.strategy,
        restarts,
        scope: what.scope,
        severity: Severity::of(decision, stage, restarts, place.parent.is_none()),
        at: what.at,
        left_out: 0,
    });
    if let Some(ears) = ears {
        let (actor, id, failure, snapshot) = (about.label, address.id(), &failure, &snapshot);
        ears.tell(&SystemEvent::Failed { actor, name: None, id, failure, decision, snapshot });
    }
    if let Some(taker) = taker {
        taker.on_failure(&snapshot);
    }
}

/// Keeps the beginning of what the failure of the actor in hand says, if anybody is told: of one that nobody is told of it would
/// be kept for nobody.
pub(super) fn say(text: &dyn fmt::Display) {
    if (taker().is_some() || events::are_any())
        && let Some(address) = in_hand::look().address
        && (taker().is_some() || observer::hears_of(address))
    {
        // Code of the user.
        keep_said(address, &Excerpt::of(text));
    }
}

#[cold]
#[inline(never)]
fn keep_said(address: Address, text: &Excerpt<DESCRIPTION>) {
    let claim = with(|cs| {
        let of = |whose| claim_of(&SAYING, cs, whose);
        // Else it may be of a handler that waits.
        of(Some(address)).or_else(|| of(None)).or_else(|| SAYING.iter().find_map(|said| said.claim(cs)))
    });
    if let Some(claim) = claim {
        claim.write(address, text);
    }
}

#[inline(never)]
fn take_said(address: Address) -> Excerpt<DESCRIPTION> {
    let said = with(|cs| SAYING.iter().find_map(|said| said.share(cs, address)));
    said.map_or(Excerpt::of(&""), |said| said.take())
}

/// What is kept for the actor at `address` is none of its next life: a failure that was passed on to it and for which it had no
/// time, as it was told to go down, or what a handler said that was dropped.
pub(super) fn end_life(address: Address) {
    if taker().is_some() || events::are_any() {
        arrived(address);
        take_said(address);
    }
}

/// Keeps where a failure comes from that is passed on to `parent`.
fn climb(parent: Address, ascent: Ascent, said: Said) {
    if let Some(claim) = with(|cs| claim_of(&CLIMBING, cs, None)) {
        claim.write(parent, &(ascent, said));
    }
}

/// Where a failure comes from that was passed on to `parent`. Several that come together are one.
#[cold]
#[inline(never)]
fn arrived(parent: Address) -> Option<(Ascent, Said)> {
    let mut climbed = CLIMBING.iter().filter_map(|kept| with(|cs| kept.share(cs, parent)));
    let first = climbed.next().map(|kept| kept.take());
    climbed.for_each(|other| _ = other.take());
    first
}
