//! The children of one actor, in the order of their start: the declared ones, whose number is that of their
//! declaration, and then those it started itself.

use std::collections::BTreeMap;

use crate::id::ActorId;

use super::owner::Owner;

/// See the module.
#[derive(Default)]
pub(super) struct Children {
    /// By number, which grows with every start.
    cells: BTreeMap<u64, Owner>,
    /// The numbers of those that are let go of when they end: all but the declared ones.
    numbers: BTreeMap<ActorId, u64>,
    /// Of one life: a parent that starts a thousand a second would use 32 bits up in seven weeks, and begin anew with the
    /// numbers of its declared ones.
    next: u64,
}

impl Children {
    /// Takes note of a declared child.
    pub(super) fn declare(&mut self, child: Owner) {
        self.cells.insert(self.next, child);
        self.next += 1;
    }

    /// Takes note of a child that its parent started itself.
    pub(super) fn adopt(&mut self, child: Owner) {
        self.numbers.insert(child.header().id, self.next);
        self.declare(child);
    }

    /// How many were started in this life.
    pub(super) fn started(&self) -> usize {
        usize::try_from(self.next).unwrap_or(usize::MAX)
    }

    /// Declared child `index`.
    pub(super) fn declared(&self, index: usize) -> Option<&Owner> {
        self.cells.get(&u64::try_from(index).ok()?)
    }

    pub(super) fn youngest(&self) -> Option<&Owner> {
        self.cells.last_key_value().map(|(_, child)| child)
    }

    /// Lets the youngest go. The numbers begin anew when none is left.
    #[must_use = "it may be the last to hold the cell, and is dropped outside of the body"]
    pub(super) fn remove_youngest(&mut self) -> Option<Owner> {
        let (_, child) = self.cells.pop_last()?;
        self.numbers.remove(&child.header().id);
        if self.cells.is_empty() {
            self.next = 0;
        }
        Some(child)
    }

    /// Lets a child go that has ended, unless it was declared.
    #[must_use = "it may be the last to hold the cell, and is dropped outside of the body"]
    pub(super) fn remove(&mut self, child: ActorId) -> Option<Owner> {
        self.cells.remove(&self.numbers.remove(&child)?)
    }

    /// Those that have not ended, in order of start.
    pub(super) fn alive(&self) -> impl Iterator<Item = ActorId> {
        self.cells.values().map(Owner::header).filter(|child| !child.has_ended()).map(|child| child.id)
    }

    /// All of them, the youngest first.
    pub(super) fn youngest_first(self) -> impl Iterator<Item = Owner> {
        self.cells.into_values().rev()
    }
}
