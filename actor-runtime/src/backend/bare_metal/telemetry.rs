//! Who is told of failures. Where no `system!` names a telemetry nobody sets one, the place for it is a constant, and all of
//! this stays out of the flash, as behind the [`detour`](super::detour).

use core::cell::{Cell, RefCell};
use core::sync::atomic::{AtomicBool, Ordering};

use critical_section::Mutex;

use crate::actor::Actor;
use crate::failure::{Description, Failure, FailureKind};
use crate::supervision::Decision;
use crate::telemetry::{
    About, Ascent, EscalationStage, FailureOrigin, FailureSnapshot, FailureTelemetry, Report, RestartScope, Severity,
    Tags,
};

use crate::time::Instant;

use super::header::{Address, Stage};
use super::slot::Place;

/// A telemetry in a static.
pub(super) type Taker = &'static (dyn FailureTelemetry + Sync);

/// That of the program.
static TAKER: Mutex<Cell<Option<Taker>>> = Mutex::new(Cell::new(None));

/// Whether there is one: without a critical section, which would be left where nobody sets it.
static IS_SET: AtomicBool = AtomicBool::new(false);

/// A failure on its way from a child to its parent, by the parent.
type Climbing = Option<(Address, Ascent)>;

/// Those that are under way: one at a time, or two where another child fails before the parent has its turn. Of more the
/// origin is lost, and not the failure.
static CLIMBING: Mutex<RefCell<[Climbing; 2]>> = Mutex::new(RefCell::new([None; 2]));

/// From here on `telemetry` takes the failures of the program.
pub fn report_to(telemetry: &'static (dyn FailureTelemetry + Sync)) {
    let taker = telemetry.is_active().then_some(telemetry);
    critical_section::with(|cs| TAKER.borrow(cs).set(taker));
    IS_SET.store(true, Ordering::Relaxed);
}

/// Who takes failures, if anybody does.
#[inline]
pub(super) fn taker() -> Option<Taker> {
    if !IS_SET.load(Ordering::Relaxed) {
        return None;
    }
    critical_section::with(|cs| TAKER.borrow(cs).get())
}

/// What is known of all actors of a type.
pub(super) const fn about<A: Actor>() -> About {
    About { label: A::OPTIONS.name, type_name: A::PROTOCOL.type_name, tags: A::OPTIONS.tags }
}

/// Tells `taker` of a failure, with no lock held. For all actors alike, so that it is linked once.
#[cold]
#[inline(never)]
pub(super) fn tell(
    taker: Taker,
    (kind, decision, (restarts, scope), at): (FailureKind, Decision, (u32, RestartScope), Instant),
    (address, place, about): (Address, &Place, &'static About),
) {
    let mut tags = Tags::new();
    for tag in about.tags {
        tags.set(tag.key, &tag.value);
    }
    let ascent = match kind {
        FailureKind::Escalated | FailureKind::Start => arrived(address),
        FailureKind::Error | FailureKind::Panic | FailureKind::Unasked => None,
    };
    let stage = ascent.map_or(EscalationStage::Initial, |ascent| EscalationStage::Escalated { hops: ascent.hops });
    // The first start of a child is its parent's own start.
    let is_passed_on = decision == Decision::Escalate || address.header().stage() == Stage::Starting;
    if let Some(parent) = place.parent.filter(|_| is_passed_on) {
        let origin = FailureOrigin { id: address.id(), actor: about.label, kind };
        climb(parent, ascent.unwrap_or(Ascent { origin, hops: 0, tags }).passed_on());
    }
    taker.on_failure(&FailureSnapshot::of(&Report {
        id: address.id(),
        about,
        path: &"",
        incarnation: address.header().incarnation(),
        failure: &Failure::new(kind, Description::empty()),
        ascent: ascent.as_ref(),
        tags: &tags,
        decision,
        strategy: place.upbringing.supervision.strategy,
        restarts,
        scope,
        severity: Severity::of(decision, stage, restarts, place.parent.is_none()),
        at,
        left_out: 0,
    }));
}

/// Keeps where a failure comes from that is passed on to `parent`.
fn climb(parent: Address, ascent: Ascent) {
    critical_section::with(|cs| {
        let mut climbing = CLIMBING.borrow_ref_mut(cs);
        if let Some(free) = climbing.iter_mut().find(|kept| kept.is_none()) {
            *free = Some((parent, ascent));
        }
    });
}

/// Where a failure comes from that was passed on to `parent`. Several that come together are one.
fn arrived(parent: Address) -> Option<Ascent> {
    critical_section::with(|cs| {
        let mut climbing = CLIMBING.borrow_ref_mut(cs);
        let mut of_parent = climbing.iter_mut().filter(|kept| kept.is_some_and(|(whose, _)| whose == parent));
        let first = of_parent.next().and_then(Option::take);
        of_parent.for_each(|other| *other = None);
        first.map(|(_, ascent)| ascent)
    })
}
