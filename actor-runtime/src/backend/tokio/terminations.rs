//! Who has ended, and who has still to hear of it.
//!
//! An end is told through here and not through mailboxes: it needs no room, and nobody who has ended hears anything.

use std::collections::BTreeMap;
use std::vec::Vec;

use crate::failure::StopReason;
use crate::id::ActorId;

use super::header::Header;
use super::lock::Lock;
use super::mailbox::signal;
use super::owner::Owner;
use super::sync::{Ordering, fence};

#[derive(Default)]
struct Entries {
    /// Children that have ended, by their parent.
    children: BTreeMap<ActorId, Vec<ActorId>>,
    /// Who watches, by whom they watch. Ordered, so that a stepper repeats itself.
    watchers: BTreeMap<ActorId, BTreeMap<ActorId, Owner>>,
    /// What watchers have still to hear.
    news: BTreeMap<ActorId, Vec<(ActorId, StopReason)>>,
}

/// The ends in one system that somebody has not heard of.
#[derive(Default)]
pub(super) struct Terminations(Lock<Entries>);

impl Terminations {
    /// Keeps the end of `child` for its parent, unless that has ended itself.
    pub(super) fn child_ended(&self, parent: &Owner, child: ActorId) {
        let mut entries = self.0.lock();
        // Looked at under the lock: who ends takes what is kept for it afterwards.
        if !parent.header().has_ended() {
            entries.children.entry(parent.header().id).or_default().push(child);
        }
    }

    /// The children of `parent` that have ended since the last look.
    pub(super) fn take_children(&self, parent: ActorId) -> Vec<ActorId> {
        self.0.lock().children.remove(&parent).unwrap_or_default()
    }

    /// Has `watcher` told of the end of `target`, at once if that has ended already.
    pub(super) fn watch(&self, watcher: &Owner, target: &Owner) {
        let mut entries = self.0.lock();
        // Between this and `ended` one of the two sees the other's write.
        target.header().watched.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        match target.header().end() {
            Some(why) => {
                entries.news.entry(watcher.header().id).or_default().push((target.header().id, why));
                drop(entries);
                watcher.signal(signal::AGENDA);
            }
            None => {
                let watchers = entries.watchers.entry(target.header().id).or_default();
                let before = watchers.insert(watcher.header().id, watcher.clone());
                drop(entries);
                drop(before);
            }
        }
    }

    /// Tells whoever watches that `target` has ended.
    pub(super) fn ended(&self, target: &Header, why: StopReason) {
        if !target.watched.load(Ordering::Relaxed) {
            return;
        }
        let mut entries = self.0.lock();
        let watchers = entries.watchers.remove(&target.id).unwrap_or_default();
        for watcher in watchers.keys() {
            entries.news.entry(*watcher).or_default().push((target.id, why));
        }
        drop(entries);
        for watcher in watchers.into_values() {
            watcher.signal(signal::AGENDA);
        }
    }

    /// What `watcher` has not heard.
    pub(super) fn take_news(&self, watcher: ActorId) -> Vec<(ActorId, StopReason)> {
        self.0.lock().news.remove(&watcher).unwrap_or_default()
    }

    /// Has `watcher` hear nothing of `targets`, not even what has happened.
    pub(super) fn unwatch(&self, watcher: ActorId, targets: impl Iterator<Item = ActorId>) {
        let mut forgotten = Vec::new();
        let mut entries = self.0.lock();
        for target in targets {
            if let Some(watchers) = entries.watchers.get_mut(&target) {
                forgotten.extend(watchers.remove(&watcher));
                if watchers.is_empty() {
                    entries.watchers.remove(&target);
                }
            }
            if let Some(news) = entries.news.get_mut(&watcher) {
                news.retain(|(who, _)| *who != target);
                if news.is_empty() {
                    entries.news.remove(&watcher);
                }
            }
        }
        drop(entries);
        // The last strong pointer to a cell may be among them.
        drop(forgotten);
    }
}
