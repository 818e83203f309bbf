//! Declared children that are restarted together: the [`Group`] of a parent that says so lies in its part of the annex,
//! and whichever of them has something to report moves it on, without a turn of the parent.
//!
//! Whoever is told to look finds [`WAKE`](attention::WAKE) raised, which may come late, or for nothing. In a program
//! without such parents nothing of this file is linked.

use core::ptr::NonNull;
use core::sync::atomic::{AtomicBool, Ordering};

use crate::actor::Actor;
use crate::failure::FailureKind;
use crate::supervision::{Decision, Directive, Group, Rest, Standing, Step, Strategy, Supervision};
use crate::time::Instant;

use super::annex::{RESTARTS_KEPT, Restarts};
use super::crash;
use super::header::{Address, attention};
use super::place::Place;

/// See the module. What there is one of for each member lies behind it.
pub(super) struct Siblings {
    group: Group<&'static mut [Standing], RESTARTS_KEPT>,
    /// Where they are, in the order of their start.
    members: &'static mut [Option<Address>],
}

/// The bytes of a group of so many.
pub(super) const fn group_size(members: usize) -> usize {
    size_of::<Siblings>() + members * (size_of::<Option<Address>>() + size_of::<Standing>())
}

/// Whether the declared children of an `A` are restarted together.
pub(super) const fn has_group<A: Actor>() -> bool {
    A::CHILDREN > 0 && !matches!(A::SUPERVISION.strategy, Strategy::OneForOne)
}

static ANY: AtomicBool = AtomicBool::new(false);

/// Whether any parent has such children. Where none has, it is a constant.
#[inline]
pub(super) fn are_any() -> bool {
    ANY.load(Ordering::Relaxed)
}

impl Siblings {
    /// Writes the group of a life whose first child is still to start. `count` is that of all.
    ///
    /// # Safety
    /// Behind `place` are [`group_size`] bytes, and nobody looks at a group there.
    pub(super) unsafe fn begin(place: NonNull<Self>, supervision: &'static Supervision, count: usize) {
        // SAFETY: as the caller says; a pointer needs no more alignment than what lies before.
        let members = unsafe { place.add(1) }.cast::<Option<Address>>();
        // SAFETY: as above; a standing needs none.
        let standings = unsafe { members.add(count) }.cast::<Standing>();
        // SAFETY: the bytes are there for ever.
        let members = unsafe { fill(members, count, None) };
        // SAFETY: as above.
        let standings = unsafe { fill(standings, count, Standing::Gone) };
        // SAFETY: as the caller says.
        unsafe { place.write(Self { group: Group::new(supervision, standings), members }) };
    }

    /// Child `index`, which is at `child`, starts for the first time.
    pub(super) fn declare(&mut self, index: usize, child: Address) {
        ANY.store(true, Ordering::Relaxed);
        self.group.started(index);
        if let Some(member) = self.members.get_mut(index) {
            *member = Some(child);
        }
    }

    /// Counts a restart that one of them led to in an earlier run.
    pub(super) fn recall(&mut self, at: Instant) {
        self.group.recall(at);
    }

    /// Whether none of them is being restarted.
    pub(super) fn are_calm(&self) -> bool {
        self.group.is_calm()
    }

    /// Their parent has them end: none begins anew, and whoever is down already has no next life to wait for.
    pub(super) fn dissolve(&mut self) {
        if self.group.dissolve() {
            self.members.iter().flatten().for_each(|member| member.header().signal(attention::WAKE));
        }
    }
}

/// Writes `value` to `count` places.
///
/// # Safety
/// The places are there for ever, and nobody else looks at them.
unsafe fn fill<T: Copy>(places: NonNull<T>, count: usize, value: T) -> &'static mut [T] {
    for place in 0..count {
        // SAFETY: as the caller says.
        let place = unsafe { places.add(place) };
        // SAFETY: as above.
        unsafe { place.write(value) };
    }
    // SAFETY: as the caller says; each was written.
    unsafe { NonNull::slice_from_raw_parts(places, count).as_mut() }
}

/// One of them, in its turn.
#[derive(Clone, Copy)]
pub(super) struct Member<'p> {
    place: &'p Place,
    siblings: NonNull<Siblings>,
}

impl<'p> Member<'p> {
    /// The actor at `place`, if it is one.
    ///
    /// # Safety
    /// The caller owns its turn, and nobody looks at what [`Place::siblings`] points to.
    #[inline]
    pub(super) unsafe fn at(place: &'p Place) -> Option<Self> {
        place.siblings().filter(|_| are_any()).map(|siblings| Self { place, siblings })
    }

    /// Decides about a failure, or an end that is none, and counts the restart if it is a new one: in `own`, where it is
    /// counted by itself.
    #[cold]
    #[inline(never)]
    pub(super) fn failed(
        self,
        address: Address,
        own: Option<&mut Restarts>,
        directive: Directive,
        kind: FailureKind,
    ) -> Decision {
        let random = self.place.system.random();
        self.look(|group, number, now| {
            let (is_new, counted) = (!group.is_concerned(number), crash::counted(now));
            let decision = group.failed(number, own, directive, kind, counted, random);
            if let (true, Decision::Restart { after: _ }) = (is_new, decision) {
                crash::count(address, counted);
            }
            (decision, None)
        })
    }

    /// What it does, as its state is dropped.
    #[cold]
    #[inline(never)]
    pub(super) fn rests(self) -> Rest {
        self.look(|group, number, now| match group.rests(number, now) {
            Rest::Wait(next) => (Rest::Wait(None), next),
            rest @ (Rest::Begin | Rest::Until(_) | Rest::End) => (rest, None),
        })
    }

    /// Whether it is to go down.
    #[cold]
    #[inline(never)]
    pub(super) fn falls(self) -> bool {
        self.look(|group, number, _| (group.falls(number), None))
    }

    /// When the pause of the group is over, if it is the one to begin then.
    #[cold]
    #[inline(never)]
    pub(super) fn due(self) -> Option<Instant> {
        self.look(|group, number, _| (group.due(number), None))
    }

    /// Restarts in the window of the group's limit, and when the pause would be over if all were down `now`.
    #[cold]
    #[inline(never)]
    pub(super) fn told(self, now: Instant) -> (u32, Instant) {
        self.look(|group, _, _| ((group.restarts(), now.saturating_add(group.pause())), None))
    }

    /// Whether somebody who is down waits for the end of this life.
    #[cold]
    #[inline(never)]
    pub(super) fn is_awaited(self) -> bool {
        self.look(|group, number, _| (group.is_awaited(number), None))
    }

    /// It is up.
    #[cold]
    #[inline(never)]
    pub(super) fn rose(self) {
        self.look(|group, number, now| ((), group.rose(number, now)));
    }

    /// It has ended.
    #[cold]
    #[inline(never)]
    pub(super) fn ended(self) {
        self.look(|group, number, now| ((), group.ended(number, now)));
    }

    /// Looks at the group, and tells whoever is next.
    fn look<R>(
        mut self,
        look: impl FnOnce(&mut Group<&'static mut [Standing], RESTARTS_KEPT>, usize, Instant) -> (R, Option<Step>),
    ) -> R {
        let now = self.place.system.now();
        // SAFETY: the parent wrote it before it started the first of them. The worker alone comes here, in the turn of one
        // of them, and nothing in `look` runs code of users.
        let Siblings { group, members } = unsafe { self.siblings.as_mut() };
        let was_calm = group.is_calm();
        let (seen, step) = look(group, self.place.number(), now);
        let next = step.and_then(|step| members.get(step.member()).copied().flatten());
        let is_over = !was_calm && group.is_calm();
        // The parent may wait for that with the next of its children.
        let parent = self.place.parent.filter(|_| is_over);
        for told in next.into_iter().chain(parent) {
            told.header().signal(attention::WAKE);
        }
        seen
    }
}
