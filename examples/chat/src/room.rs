//! A room: passes on what is said to whoever is in it.
//!
//! **A room that fails keeps its members.** A failed actor is built anew by its factory, and what it knew is gone. So
//! the members are not in the room but on a roster, which outlives it: the factory hands the same roster to each life.
//! The new life says what happened. What is lost is the line in hand; whoever said it hears so, because `say` is an ask.
//!
//! The other way would be to send everybody out and have them come back. Nobody would thank us: they did nothing wrong,
//! and their names and their refs are as good as before.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actor::Incarnation;
use actor::prelude::*;

use crate::client::ClientRef;
use crate::name::Name;

/// Who is in a room. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Roster(Arc<Mutex<HashMap<ClientRef, Name>>>);

impl Roster {
    fn lock(&self) -> MutexGuard<'_, HashMap<ClientRef, Name>> {
        // Each change is one call to the map: a panic elsewhere left nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One room.
#[actor]
pub(crate) struct Room {
    name: Name,
    roster: Roster,
}

#[handlers]
impl Room {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        if ctx.incarnation() != Incarnation::FIRST {
            self.announce(&format!("* {} stumbled and is up again; you are still in it", self.name));
        }
    }

    /// Somebody comes in.
    pub(crate) fn enter(&mut self, client: ClientRef, nick: Name) {
        self.announce(&format!("* {nick} joined {}", self.name));
        self.roster.lock().insert(client, nick);
    }

    /// Somebody goes.
    pub(crate) fn leave(&mut self, client: ClientRef) {
        let left = self.roster.lock().remove(&client);
        if let Some(nick) = left {
            self.announce(&format!("* {nick} left {}", self.name));
        }
    }

    /// Somebody has another name now.
    pub(crate) fn rename(&mut self, client: ClientRef, nick: Name) {
        let known = self.roster.lock().insert(client, nick.clone());
        if let Some(old) = known {
            self.announce(&format!("* {old} is now {nick}"));
        }
    }

    /// Passes on what `speaker` says. Returns to how many, or `None` where nobody of that ref is here.
    pub(crate) fn say(&mut self, speaker: ClientRef, text: String) -> Option<usize> {
        let roster = self.roster.lock();
        let line: Arc<str> = format!("<{}> {text}", roster.get(&speaker)?).into();
        let others = roster.keys().filter(|client| **client != speaker);
        Some(others.map(|client| tell(client, &line)).count())
    }

    /// Who is here.
    pub(crate) fn who(&self) -> Vec<Name> {
        let mut names: Vec<_> = self.roster.lock().values().cloned().collect();
        names.sort();
        names
    }

    /// Fails, to see what comes of it.
    pub(crate) fn crash(&mut self) {
        panic!("somebody said /crash");
    }
}

impl Room {
    pub(crate) fn new(name: Name, roster: Roster) -> Self {
        Self { name, roster }
    }

    fn announce(&self, text: &str) {
        let line: Arc<str> = text.into();
        self.roster.lock().keys().for_each(|client| tell(client, &line));
    }
}

/// Who has gone misses nothing: its session takes it off the roster.
fn tell(client: &ClientRef, line: &Arc<str>) {
    let _ = client.show(Arc::clone(line)).tell();
}
