//! The restarts of declared children that are restarted one by one and counted together. Keeps `scope`.
//!
//! As with [`Groups`](super::groups::Groups), nothing of it lies in a cell: a history is looked up by the parent's id. It
//! begins with the first failure, so that a parent whose children do not fail has none.

use std::collections::BTreeMap;

use crate::failure::FailureKind;
use crate::id::ActorId;
use crate::supervision::{Decision, Directive, History, decide};

use super::cell::RESTARTS_KEPT;
use super::header::Header;
use super::lock::Lock;
use super::owner::Owner;

/// The histories of one system, by the parent.
#[derive(Default)]
pub(super) struct Histories(Lock<BTreeMap<ActorId, History<RESTARTS_KEPT>>>);

impl Histories {
    /// What is decided about a failure of a child of `parent`, or about the end of its life.
    pub(super) fn failed(&self, parent: &Owner, directive: Directive, kind: FailureKind) -> Decision {
        let header = parent.header();
        let (policy, now, random) = (header.table.supervision, header.core.now(), header.core.random());
        let mut entries = self.0.lock();
        // One that ends beside its parent, which has its history forgotten when it has ended.
        let mut last = History::new();
        let history = match header.has_ended() {
            true => &mut last,
            false => entries.entry(header.id).or_default(),
        };
        decide(policy, history, directive, kind, now, random)
    }

    /// Restarts in the window of the limit that the children of `parent` share.
    pub(super) fn restarts(&self, parent: &Owner) -> u32 {
        self.0.lock().get(&parent.header().id).map_or(0, History::restarts)
    }

    /// Forgets those of the children of `parent`, which has none any more.
    pub(super) fn forget(&self, parent: &Header) {
        self.0.lock().remove(&parent.id);
    }
}
