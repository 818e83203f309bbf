//! Failures, and ends that a restart type may turn into another life: what is decided, and what follows at once.

use crate::actor::Actor;
use crate::failure::{FailureKind, StopReason};
use crate::lifecycle::{Course, Lifecycle};
use crate::supervision::{self, Decision, Directive, LiveFailure, Scope, directive};
use crate::trace_dump::{self, TraceKind};

use super::super::annex::Record;
use super::super::events::Ears;
use super::super::header::{Address, Stage, attention};
use super::super::place::Place;
use super::super::siblings::Member;
use super::super::slot::Placed;
use super::super::telemetry::What;
use super::super::{crash, detour, in_hand, observer, telemetry, trace_ring, upbringing};
use super::Turn;

impl<A: Actor + Placed> Turn<'_, A> {
    /// The actor asked for its own end. Returns whether that is the end of this life alone.
    #[cold]
    #[inline(never)]
    pub(super) fn leave(self) -> bool {
        let record = self.place.record::<A>();
        // SAFETY: the turn is exclusive, and nothing that `leave` calls asks for the record or the life.
        let record = record.map(|mut record| unsafe { record.as_mut() });
        // SAFETY: the turn is exclusive.
        let goes_on = self.life(|life| unsafe { leave(life, record, self.address, self.place) });
        if goes_on {
            self.close_life();
        }
        goes_on
    }

    /// Fails without an error to look at.
    #[cold]
    pub(super) fn fail(self, kind: FailureKind) {
        self.fail_as_directed(kind, directive(self.place.upbringing.decider, &LiveFailure::new(kind)));
    }

    #[cold]
    pub(super) fn fail_as_directed(self, kind: FailureKind, directive: Directive) {
        detour::open();
        self.fail_on_detour(kind, directive);
    }

    /// The same, where the detour is open: to open it here would link that where nobody comes here.
    #[cold]
    pub(super) fn fail_on_detour(self, kind: FailureKind, directive: Directive) {
        let record = self.place.record::<A>();
        // SAFETY: the turn is exclusive, and nothing that `fail` calls asks for the record or the life.
        let record = record.map(|mut record| unsafe { record.as_mut() });
        let (is_over, is_own, course) = self.life(|life| {
            // Elsewhere it was counted where it began: in a child, that of a start included.
            let is_own = match kind {
                FailureKind::Escalated => false,
                FailureKind::Start => life.is_building(),
                FailureKind::Error | FailureKind::Panic | FailureKind::Unasked => true,
            };
            // The first one is none before it was built.
            let is_first = life.is_building() && self.address.header().stage() == Stage::Starting;
            let was_one = life.is_going_on() && !is_first;
            // SAFETY: the turn is exclusive.
            let course = unsafe { fail(kind, directive, life, record, self.address, self.place) };
            (was_one && life.is_restarting(), is_own, course)
        });
        trace_ring::note_at(self.address, TraceKind::Failed, None, trace_dump::failed(kind));
        if is_own {
            self.note_failed();
        }
        let (ears, taker) = (observer::ears_of(self.place.system), telemetry::taker());
        if ears.is_some() || taker.is_some() {
            self.report((ears, taker), kind, course);
        }
        // A handler that waits is part of this life, and so is what it asks before it has ended.
        if is_over && !self.is_running() {
            self.close_life();
        }
    }

    /// Restarts in the window of the limit that it shares, where it is restarted alone and shares one.
    #[cold]
    fn counted_together(self) -> Option<u32> {
        let shared = self.place.shared_count().filter(|_| upbringing::are_counted_together())?;
        // SAFETY: as in `decide`.
        Some(unsafe { shared.as_ref() }.restarts())
    }

    /// Tells of a failure and of what was decided, which the life shows: to return it would cost those who tell nobody.
    #[cold]
    fn report(self, told: (Option<Ears>, Option<telemetry::Taker>), kind: FailureKind, course: Course) {
        let now = self.place.system.now();
        let (alone, resume_at) =
            self.record(|record| (record.history.restarts(), record.resume_at)).unwrap_or_else(|| {
                let mut apart = Record::NEW;
                let policy = self.place.upbringing.supervision;
                crash::recall(self.address, |at| apart.history.recall(policy, at));
                (apart.history.restarts(), now)
            });
        let (restarts, scope, resume_at) = match self.member() {
            Some(member) => {
                let (restarts, resume_at) = member.told(now);
                if upbringing::are_told_apart() && self.place.counts_alone() {
                    (alone, Scope::Child, resume_at)
                } else {
                    (restarts, Scope::Group, resume_at)
                }
            }
            None => match self.counted_together() {
                Some(restarts) => (restarts, Scope::Group, resume_at),
                None => (alone, Scope::Child, resume_at),
            },
        };
        let decision = self.life(|life| match course {
            Course::Escalate => Decision::Escalate,
            Course::StopParent => Decision::StopSelf,
            Course::Continue if life.is_restarting() => Decision::Restart { after: resume_at.saturating_since(now) },
            Course::Continue if life.is_going_on() => Decision::Resume,
            Course::Continue => Decision::Stop,
        });
        let hand = in_hand::look();
        let handler = if hand.address == Some(self.address) { in_hand::name::<A>(hand.handler) } else { None };
        let about = const { &telemetry::about::<A>() };
        let what = What { kind, handler, decision, restarts, scope, at: now };
        telemetry::tell(told, &what, (self.address, self.place, about));
    }
}

/// Decides about a failure and takes the decision's course. For all actors alike, so that it is linked once.
///
/// # Safety
/// The caller owns the turn of the actor at `place`.
#[cold]
#[inline(never)]
unsafe fn fail(
    kind: FailureKind,
    directive: Directive,
    life: &mut Lifecycle,
    record: Option<&mut Record>,
    address: Address,
    place: &Place,
) -> Course {
    let directive = match upbringing::are_told_apart() {
        true => place.restart().after_failure(directive, kind),
        false => directive,
    };
    // SAFETY: as the caller says.
    let decision = unsafe { decide(record, life, directive, kind, address, place) };
    let course = life.failed(decision, false);
    pass_on(course, place);
    course
}

/// Decides what follows a life that ended by itself. Returns whether it is another one.
///
/// # Safety
/// As for [`fail`].
unsafe fn leave(life: &mut Lifecycle, record: Option<&mut Record>, address: Address, place: &Place) -> bool {
    // The kind rules out nothing but resuming.
    let (directive, kind) = (place.restart().after_end(), FailureKind::Error);
    // SAFETY: as the caller says.
    let decision = unsafe { decide(record, life, directive, kind, address, place) };
    let course = match decision {
        Decision::Restart { after: _ } => {
            life.renew(StopReason::Requested);
            return true;
        }
        Decision::Resume | Decision::Stop => Course::Continue,
        Decision::StopSelf => Course::StopParent,
        Decision::Escalate => Course::Escalate,
    };
    pass_on(course, place);
    false
}

/// What is decided: by those with whom the actor is restarted, or else by the restarts with which its own are counted, or
/// its own record, in which the moment of its next life is kept.
///
/// # Safety
/// As for [`fail`].
#[inline(always)]
unsafe fn decide(
    record: Option<&mut Record>,
    life: &Lifecycle,
    directive: Directive,
    kind: FailureKind,
    address: Address,
    place: &Place,
) -> Decision {
    // The first start of a child is its parent's own start; that of others is tried again.
    let is_first_start = place.parent.is_some() && address.header().stage() == Stage::Starting;
    if is_first_start || !life.is_going_on() {
        // On the way down there is nothing to decide.
        return Decision::Stop;
    }
    // SAFETY: as the caller says.
    if let Some(member) = unsafe { Member::at(place) } {
        // Whoever has no record fails when it is started along with others, at most, and costs these.
        let own = record.filter(|_| upbringing::are_told_apart() && place.counts_alone());
        return member.failed(address, own.map(|record| &mut record.history), directive, kind);
    }
    let supervision = place.upbringing.supervision;
    let mut apart = Record::NEW;
    let record = match record {
        Some(record) => record,
        // Who cannot fail may have panicked before the reset.
        None if crash::is_kept() => {
            crash::recall(address, |at| apart.history.recall(supervision, at));
            &mut apart
        }
        // Whoever has no record, fails at its first start at most.
        None => return Decision::Stop,
    };
    let (now, random) = (place.system.now(), place.system.random());
    let counted = crash::counted(now);
    let history = match place.shared_count().filter(|_| upbringing::are_counted_together()) {
        // SAFETY: the parent wrote it before it started the first of them. The worker alone comes here, in the turn of one
        // of them, and `decide` runs no code of users.
        Some(mut shared) => unsafe { shared.as_mut() },
        None => &mut record.history,
    };
    let decision = supervision::decide(supervision, history, directive, kind, counted, random);
    if let Decision::Restart { after } = decision {
        record.resume_at = now.saturating_add(after);
        crash::count(address, counted);
    }
    decision
}

/// Tells the parent what a decision means for it.
#[inline]
fn pass_on(course: Course, place: &Place) {
    match (course, place.parent) {
        (Course::Continue, _) | (_, None) => {}
        (Course::Escalate, Some(parent)) => parent.header().signal(attention::ESCALATED),
        (Course::StopParent, Some(parent)) => parent.header().signal(attention::STOP),
    }
}
