//! The actors of a system that have not ended, by index, and the names that some have.

use core::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;
use std::vec::Vec;

use crate::id::ActorId;

use super::lock::Lock;
use super::owner::Owner;

/// See the module. Each cell is kept alive here until it has ended.
#[derive(Default)]
pub(super) struct Registry(Lock<Entries>);

#[derive(Default)]
struct Entries {
    all: Vec<Entry>,
    free: Vec<u32>,
    births: u32,
    /// Names in use; one whose actor is about to be made has no id.
    ids: HashMap<Arc<str>, Option<ActorId>>,
    /// The same by id, of the few that have one.
    names: HashMap<ActorId, Arc<str>>,
}

struct Entry {
    cell: Option<Owner>,
    generation: u32,
    /// The order of top-level actors; zero for children.
    born: u32,
}

impl Registry {
    /// Gives a new cell its id and keeps it until it has ended; not if the system `is_closed` to it, which is asked under the
    /// lock that a shutdown lists the actors under, so that it misses none.
    pub(super) fn add(
        &self,
        top_level: bool,
        is_closed: impl FnOnce() -> bool,
        create: impl FnOnce(ActorId) -> Owner,
    ) -> Option<Owner> {
        let mut entries = self.0.lock();
        if is_closed() {
            return None;
        }
        let born = if top_level {
            // After 2^32 births the order begins anew; zero is for children.
            entries.births = entries.births.wrapping_add(1).max(1);
            entries.births
        } else {
            0
        };
        let index = entries.free.pop().unwrap_or_else(|| {
            let index = u32::try_from(entries.all.len()).expect("fewer than 2^32 actors at once");
            entries.all.push(Entry { cell: None, generation: 0, born: 0 });
            index
        });
        let entry = &mut entries.all[index as usize];
        let cell = create(ActorId::new(index, entry.generation));
        entry.born = born;
        entry.cell = Some(cell.clone());
        Some(cell)
    }

    /// Lets a cell go that has ended.
    pub(super) fn remove(&self, id: ActorId) -> Option<Owner> {
        let mut entries = self.0.lock();
        let entry = entries.all.get_mut(id.index() as usize)?;
        let cell = entry.cell.take();
        entry.generation = entry.generation.wrapping_add(1);
        entries.free.push(id.index());
        if !entries.names.is_empty()
            && let Some(name) = entries.names.remove(&id)
        {
            entries.ids.remove(&name);
        }
        cell
    }

    /// All of them, in order of their index.
    pub(super) fn living(&self) -> Vec<Owner> {
        self.0.lock().all.iter().filter_map(|entry| entry.cell.clone()).collect()
    }

    /// Those without a parent, the youngest first.
    pub(super) fn top_level(&self) -> Vec<Owner> {
        let entries = self.0.lock();
        let top_level = entries.all.iter().filter(|entry| entry.born != 0);
        let mut cells: Vec<_> = top_level.filter_map(|entry| Some((entry.born, entry.cell.clone()?))).collect();
        drop(entries);
        cells.sort_unstable_by_key(|(born, _)| Reverse(*born));
        cells.into_iter().map(|(_, cell)| cell).collect()
    }

    // ---- names -------------------------------------------------------------------------------------

    /// Takes a name for an actor that is about to be made; `None` if it is in use.
    pub(super) fn reserve(&self, name: &str) -> Option<Arc<str>> {
        let mut entries = self.0.lock();
        if entries.ids.contains_key(name) {
            return None;
        }
        let name: Arc<str> = name.into();
        entries.ids.insert(Arc::clone(&name), None);
        Some(name)
    }

    /// Gives a reserved name to the actor that was made, or back.
    pub(super) fn give_name(&self, name: &Arc<str>, id: Option<ActorId>) {
        let mut entries = self.0.lock();
        match id {
            Some(id) => {
                entries.ids.insert(Arc::clone(name), Some(id));
                entries.names.insert(id, Arc::clone(name));
            }
            None => drop(entries.ids.remove(name)),
        }
    }

    /// The actor of that name.
    pub(super) fn find(&self, name: &str) -> Option<Owner> {
        let entries = self.0.lock();
        let id = entries.ids.get(name).copied().flatten()?;
        entries.all.get(id.index() as usize)?.cell.clone()
    }

    /// The name of an actor that has one.
    pub(super) fn name_of(&self, id: ActorId) -> Option<Arc<str>> {
        self.0.lock().names.get(&id).cloned()
    }
}
