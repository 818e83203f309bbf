//! The members of a pool, and whose turn it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::vec::Vec;

use crate::policy::Route;

/// See the module.
pub(crate) struct Crew<R> {
    members: Vec<R>,
    route: Route,
    next: AtomicUsize,
}

impl<R: Clone> Crew<R> {
    /// The members of before, and one more.
    pub(crate) fn with(before: &[R], route: Route, member: R) -> Arc<Self> {
        let mut members = before.to_vec();
        members.push(member);
        Arc::new(Self { members, route, next: AtomicUsize::new(0) })
    }
}

impl<R> Crew<R> {
    pub(crate) fn members(&self) -> &[R] {
        &self.members
    }

    /// How the next call finds its member, and the one whose turn it is.
    pub(crate) fn turn(&self) -> (Route, usize) {
        (self.route, self.next.fetch_add(1, Ordering::Relaxed) % self.members.len())
    }
}
