//! The members of a pool, and who of them is next.

use core::hash::{Hash, Hasher};
use std::collections::hash_map::DefaultHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::vec::Vec;

use crate::reference::{ActorRef, Route};

/// See the module.
pub(crate) struct Crew<R> {
    members: Vec<R>,
    route: Route,
    next: AtomicUsize,
}

impl<R: ActorRef> Crew<R> {
    /// The crew of before, and one more.
    pub(crate) fn with(before: Option<&Arc<Self>>, route: Route, member: R) -> Arc<Self> {
        let mut members = before.map(|before| before.members.clone()).unwrap_or_default();
        members.push(member);
        Arc::new(Self { members, route, next: AtomicUsize::new(0) })
    }

    pub(crate) fn members(&self) -> &[R] {
        &self.members
    }

    /// Who gets the next call: none that has ended, if there is another.
    pub(crate) fn next(&self) -> &R {
        let count = self.members.len();
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        // Begins with another one each time, so that equals take turns.
        let in_turn = (0..count).map(|place| &self.members[first.wrapping_add(place) % count]);
        let mut alive = in_turn.filter(|member| member.as_ref().address().is_alive());
        let chosen = match self.route {
            Route::RoundRobin => alive.next(),
            Route::LeastLoaded => alive.min_by_key(|member| member.as_ref().address().load()),
        };
        chosen.unwrap_or(&self.members[first % count])
    }

    /// The member that gets all calls for `key`.
    pub(crate) fn by(&self, key: &impl Hash) -> &R {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let place = hasher.finish() % self.members.len() as u64;
        &self.members[usize::try_from(place).unwrap_or(0)]
    }
}
