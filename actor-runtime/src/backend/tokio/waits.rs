//! Who waits for whom in a handler, so that a circle is found where it closes. Keeps `ask_cycle`.
//!
//! An arrow stands for a handler that does not go on before another actor does: it asked, and that actor has to answer
//! itself, or it has no room for a message. A reply that may be handed on is no arrow, since whoever has it may answer. None
//! outlives the handler, whoever keeps the future that waits.
//!
//! Whoever is woken may have what it waits for, and goes on: its arrows end there, before the one who woke it goes on
//! itself. A wait that is polled and has to go on is an arrow anew.

use std::collections::BTreeMap;
use std::vec::Vec;

use crate::id::ActorId;
use crate::metrics::SystemEvent;

use super::header::Header;
use super::lock::Lock;
use super::system::Core;

/// An actor, as it is named to the user.
type Named = (&'static str, ActorId);

#[derive(Default)]
struct Arrows {
    /// From whoever waits, by the number of the wait, to whom it waits for.
    from: BTreeMap<(ActorId, u64), Named>,
    next_number: u64,
}

impl Arrows {
    /// The shortest way from `start` to `end`, if there is one: all on it but `end`.
    fn way(&self, start: Named, end: ActorId) -> Option<Vec<Named>> {
        // Each with the place of the one before it.
        let mut found = std::vec![(start, None::<usize>)];
        let mut place = 0;
        while let Some(&((_, id), before)) = found.get(place) {
            if id == end {
                let back = std::iter::successors(before, |before| found[*before].1);
                let mut way: Vec<_> = back.map(|place| found[place].0).collect();
                way.reverse();
                return Some(way);
            }
            for (_, to) in self.from.range((id, 0)..=(id, u64::MAX)) {
                if found.iter().all(|((_, known), _)| *known != to.1) {
                    found.push((*to, Some(place)));
                }
            }
            place += 1;
        }
        None
    }
}

/// The waits of one system.
pub(super) struct Waits(Option<Lock<Arrows>>);

/// A circle would close: whoever is on it, the one that was about to wait first.
pub(super) struct Cycle(Vec<Named>);

impl Cycle {
    /// Tells of it.
    pub(super) fn tell(&self, core: &Core) {
        core.event(&SystemEvent::AskCycle { actors: &self.0 });
    }
}

impl Waits {
    /// Those of a system that looks for circles, or of one that does not.
    pub(super) fn new(look: bool) -> Self {
        Self(look.then(Lock::default))
    }

    /// The handler of `asker` waits for `target` from here on, unless that waits for the asker already.
    fn begin(&self, asker: &Header, target: &Header) -> Result<Option<u64>, Cycle> {
        let Some(arrows) = &self.0 else { return Ok(None) };
        let named = |header: &Header| ((header.table.label)(), header.id);
        let mut arrows = arrows.lock();
        let Some(mut way) = arrows.way(named(target), asker.id) else {
            let number = arrows.next_number;
            arrows.next_number += 1;
            arrows.from.insert((asker.id, number), named(target));
            return Ok(Some(number));
        };
        drop(arrows);
        way.insert(0, named(asker));
        Err(Cycle(way))
    }

    /// The handler of `asker` goes on, or has ended: what it has begun to wait for and kept, or handed on, holds it up no
    /// more.
    pub(super) fn leave(&self, asker: ActorId) {
        if let Some(arrows) = &self.0 {
            arrows.lock().from.extract_if((asker, 0)..=(asker, u64::MAX), |_, _| true).for_each(drop);
        }
    }

    fn end(&self, asker: ActorId, number: u64) {
        if let Some(arrows) = &self.0 {
            arrows.lock().from.remove(&(asker, number));
        }
    }
}

/// A handler that waits for another actor, until this is dropped, or the handler is woken or has ended.
pub(super) struct Wait<'a> {
    core: &'a Core,
    asker: ActorId,
    number: u64,
}

impl<'a> Wait<'a> {
    /// The handler of `asker` waits for `target`. Nothing, where nobody looks for circles or it is in another system.
    pub(super) fn begin(asker: Option<&Header>, target: &'a Header) -> Result<Option<Self>, Cycle> {
        let core: &Core = &target.core;
        let Some(asker) = asker.filter(|asker| std::ptr::eq::<Core>(&raw const **asker.core, core)) else {
            return Ok(None);
        };
        let number = core.waits().begin(asker, target)?;
        Ok(number.map(|number| Self { core, asker: asker.id, number }))
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.core.waits().end(self.asker, self.number);
    }
}
