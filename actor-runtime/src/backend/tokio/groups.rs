//! Declared children that are restarted together: the [`Group`] of each parent that has one, advanced by whichever of
//! them has something to report, without a turn of the parent.
//!
//! Nothing of it lies in a cell. A group is looked up by the parent's id, and by those alone whose parent says that
//! siblings are restarted together. What is decided under the lock is signalled when it is free; a signal says "look",
//! so that it may come late, or twice.

use core::mem::swap;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::vec;
use std::vec::Vec;

use crate::failure::Failure;
use crate::id::ActorId;
use crate::supervision::{Decision, Directive, Group, History, Patience, Rest, Standing, Step, Strategy, Supervision};

use super::cell::RESTARTS_KEPT;
use super::header::Header;
use super::lock::Lock;
use super::mailbox::signal;
use super::owner::Owner;
use super::spans::Trace;

/// The groups of one system, by the parent.
#[derive(Default)]
pub(super) struct Groups(Lock<BTreeMap<ActorId, Siblings>>);

struct Siblings {
    /// In the order of their start.
    cells: Vec<Owner>,
    group: Group<Vec<Standing>, RESTARTS_KEPT>,
    /// What the restart under way began with.
    cause: Option<Failure>,
    /// What ran then, while the restart is under way, if anybody wants to know.
    trace: Option<Arc<Trace>>,
}

/// Whether declared children under such a supervision are restarted together.
pub(super) const fn is_group(supervision: &Supervision) -> bool {
    !matches!(supervision.strategy, Strategy::OneForOne)
}

/// The parent of `member`, where that has its declared children restarted together.
fn parent_of(member: &Header) -> Option<&Owner> {
    member.parent.as_ref().filter(|parent| is_group(parent.header().table.supervision))
}

impl Groups {
    /// Takes note of the declared child that comes next, of `count`.
    pub(super) fn declare(&self, parent: &Header, count: usize, child: Owner) {
        let mut entries = self.0.lock();
        let siblings = entries.entry(parent.id).or_insert_with(|| Siblings {
            cells: Vec::with_capacity(count),
            group: Group::new(parent.table.supervision, vec![Standing::default(); count]),
            cause: None,
            trace: None,
        });
        siblings.group.started(siblings.cells.len());
        siblings.cells.push(child);
    }

    /// Whether the children of `parent` are not being restarted.
    pub(super) fn is_calm(&self, parent: ActorId) -> bool {
        self.0.lock().get(&parent).is_none_or(|siblings| siblings.group.is_calm())
    }

    /// Ends what is under way: the children of `parent` go down, and whoever is down already has no next life to wait for.
    pub(super) fn dissolve(&self, parent: ActorId) {
        let mut entries = self.0.lock();
        let Some(siblings) = entries.get_mut(&parent) else { return };
        let told = if siblings.group.dissolve() { siblings.cells.clone() } else { Vec::new() };
        drop(entries);
        told.iter().for_each(|cell| cell.signal(signal::RESUME));
    }

    /// Forgets the children of `parent`, which has none any more.
    pub(super) fn forget(&self, parent: ActorId) {
        let siblings = self.0.lock().remove(&parent);
        // The last strong pointers to cells may be among them.
        drop(siblings);
    }

    /// What is decided about a failure of `member`, or about the end of its life, if it has a group to ask. It is counted in
    /// `own`, where that is given.
    pub(super) fn failed(
        &self,
        member: &Header,
        own: Option<&mut History<RESTARTS_KEPT>>,
        directive: Directive,
        failure: &Failure,
    ) -> Option<Decision> {
        let parent = parent_of(member)?;
        let (now, random) = (member.core.now(), member.core.random());
        // Made, and what was there before let go of, with no lock held: that is the subscriber's code.
        let current = Trace::current();
        let mut trace = current.is_some().then(|| Arc::new(current));
        self.look(parent, member, |siblings, place| {
            let is_new = !siblings.group.is_concerned(place);
            let decision = siblings.group.failed(place, own, directive, failure.kind, now, random);
            if is_new && matches!(decision, Decision::Restart { .. }) {
                siblings.cause = Some(failure.clone());
                swap(&mut siblings.trace, &mut trace);
            }
            (decision, None)
        })
    }

    /// Restarts in the window of the limit of `member`'s group, if it belongs to one.
    pub(super) fn restarts(&self, member: &Header) -> Option<u32> {
        self.look(parent_of(member)?, member, |siblings, _| (siblings.group.restarts(), None))
    }

    /// What a member does whose state is dropped, if it has a group to ask.
    pub(super) fn rests(&self, member: &Header) -> Option<Rest> {
        let (parent, now) = (parent_of(member)?, member.core.now());
        self.look(parent, member, |siblings, place| match siblings.group.rests(place, now) {
            Rest::Wait(next) => (Rest::Wait(None), next),
            rest @ (Rest::Begin | Rest::Until(_) | Rest::End) => (rest, None),
        })
    }

    /// Whether somebody who is down waits for the end of this life of `member`, or of one of those above it.
    pub(super) fn is_awaited(&self, member: &Header) -> bool {
        let mut above = Some(member);
        while let Some(member) = above {
            let look = |siblings: &mut Siblings, place| (siblings.group.is_awaited(place), None);
            if parent_of(member).and_then(|parent| self.look(parent, member, look)) == Some(true) {
                return true;
            }
            above = member.parent.as_ref().map(Owner::header);
        }
        false
    }

    /// Why `member` is to go down, if it is, and what ran when that was decided.
    pub(super) fn calls(&self, member: &Header) -> Option<(Failure, Option<Arc<Trace>>)> {
        self.look(parent_of(member)?, member, |siblings, place| {
            let cause = || siblings.cause.clone().unwrap_or_else(|| Failure::error(&"a sibling was restarted"));
            (siblings.group.falls(place).then(|| (cause(), siblings.trace.clone())), None)
        })?
    }

    /// How long siblings wait for `member`, which is on its way down from now on; `None` where none does.
    pub(super) fn patience(&self, member: &Header) -> Option<Patience> {
        let (parent, now) = (parent_of(member)?, member.core.now());
        let policy = parent.header().table.supervision;
        self.look(parent, member, |siblings, place| {
            (siblings.group.is_concerned(place).then(|| policy.patience(Some(now), now)), None)
        })?
    }

    /// `member` is up.
    pub(super) fn rose(&self, member: &Header) {
        let Some(parent) = parent_of(member) else { return };
        let now = member.core.now();
        self.look(parent, member, |siblings, place| ((), siblings.group.rose(place, now)));
    }

    /// `member` has ended.
    pub(super) fn ended(&self, member: &Header) {
        let Some(parent) = parent_of(member) else { return };
        let now = member.core.now();
        self.look(parent, member, |siblings, place| ((), siblings.group.ended(place, now)));
    }

    /// Looks at the group of `member`, and tells whoever is next; `None` where it belongs to none.
    fn look<R>(
        &self,
        parent: &Owner,
        member: &Header,
        look: impl FnOnce(&mut Siblings, usize) -> (R, Option<Step>),
    ) -> Option<R> {
        let mut entries = self.0.lock();
        let siblings = entries.get_mut(&parent.header().id)?;
        // Children that their parent started itself are none of them.
        let place = siblings.cells.iter().position(|cell| cell.header().id == member.id)?;
        let was_calm = siblings.group.is_calm();
        let (seen, step) = look(siblings, place);
        let next = step.and_then(|step| siblings.cells.get(step.member()).cloned());
        let is_over = !was_calm && siblings.group.is_calm();
        let trace = if is_over { siblings.trace.take() } else { None };
        drop(entries);
        drop(trace);
        if let Some(next) = next {
            next.signal(signal::RESUME);
        }
        if is_over {
            // It may wait for that with the next of its children.
            parent.signal(signal::CHILD);
        }
        Some(seen)
    }
}
