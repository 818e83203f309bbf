//! The homes of a system's actors: where each kind of them is found, and what those counted that are gone.

use std::sync::{Arc, Weak};
use std::vec::Vec;

use crate::metrics::DispatcherFigures;

use super::super::lock::Lock;
use super::super::system::Core;
use super::home::{Home, Ready};
use super::load::Load;
use super::{Dispatcher, DispatcherKind, Place, PlaceError, Placement, SingleWorker, current_thread, pinned};

/// See the module. Beside the one of `single_worker` they are kept by their actors alone.
#[derive(Default)]
pub(in super::super) struct Homes {
    known: Lock<Known>,
    counted: Lock<Counted>,
}

/// Each home is in one of these, under one lock, so that no look at both misses it or finds it twice.
#[derive(Default)]
struct Counted {
    /// All that there are, in the order in which they were made, with what can be read of one that is about to go: then
    /// its pointer leads nowhere, and it is not among those that are gone.
    all: Vec<(Weak<Home>, Arc<Load>)>,
    /// Those that are gone, by label, without what lay ready.
    past: Vec<DispatcherFigures>,
}

#[derive(Default)]
struct Known {
    /// Where the system's own workers or its stepper run actors.
    main: Weak<Home>,
    /// That of `single_worker`, made when first asked for.
    single_worker: Option<Arc<Home>>,
    /// Those of `current_thread`, by the runtime they were spawned in.
    current_thread: Vec<(::tokio::runtime::Id, Weak<Home>)>,
}

impl Homes {
    pub(super) fn add(&self, home: Weak<Home>, load: Arc<Load>) {
        self.counted.lock().all.push((home, load));
    }

    /// All that there are; to be let go of with no lock held: the last pointer to one may be among them, and with it a
    /// dispatcher of the user's.
    fn living(&self) -> Vec<Arc<Home>> {
        self.counted.lock().all.iter().filter_map(|(home, _)| home.upgrade()).collect()
    }

    pub(in super::super) fn set_main(&self, home: &Arc<Home>) {
        self.known.lock().main = Arc::downgrade(home);
    }

    /// Where the system's own workers or its stepper run actors; gone where their runtime is, or when the system is down.
    pub(in super::super) fn main(&self) -> Option<Arc<Home>> {
        self.known.lock().main.upgrade()
    }

    /// Forgets them all, for a system that goes down.
    pub(in super::super) fn forget(&self) {
        // The thread of `single_worker` ends with the last actor on it.
        let known = core::mem::take(&mut *self.known.lock());
        drop(known);
    }

    /// The home of actors on a dispatcher that comes with the crate.
    pub(super) fn of_kind(core: &Arc<Core>, kind: DispatcherKind) -> Result<Arc<Home>, PlaceError> {
        match kind {
            // Where its runtime is gone the system is closing, and nothing starts.
            DispatcherKind::Shared => core.homes().main().ok_or(PlaceError::NoRuntime),
            DispatcherKind::Pinned => {
                let runtime = core.runtime().ok_or(PlaceError::NoRuntime)?;
                let pinned = pinned::start(runtime.clone())?;
                Ok(Home::own(Arc::clone(core), Arc::new(pinned)))
            }
            DispatcherKind::CurrentThread => Self::of_thread(core),
            DispatcherKind::SingleWorker => Self::of_single_worker(core),
        }
    }

    fn of_single_worker(core: &Arc<Core>) -> Result<Arc<Home>, PlaceError> {
        if let Some(home) = &core.homes().known.lock().single_worker {
            return Ok(Arc::clone(home));
        }
        let worker = Placement::from(SingleWorker::new("actor-single-worker")?);
        let Place::Own(worker) = worker.0 else { return Err(PlaceError::NoRuntime) };
        let home = Home::own(Arc::clone(core), worker);
        // Two may come at once: the first stays.
        let mut known = core.homes().known.lock();
        // A home keeps its system: one that is down, which lets go of no home any more, must not keep it.
        if core.is_down() {
            drop(known);
            return Ok(home);
        }
        let first = Arc::clone(known.single_worker.get_or_insert_with(|| Arc::clone(&home)));
        drop(known);
        Ok(first)
    }

    /// The home of `current_thread` actors that are spawned in the runtime of this thread: it may have another one later.
    fn of_thread(core: &Arc<Core>) -> Result<Arc<Home>, PlaceError> {
        let runtime = current_thread::runtime()?;
        let here = runtime.id();
        let homes = core.homes();
        let before = {
            let mut known = homes.known.lock();
            known.current_thread.retain(|(_, home)| home.strong_count() > 0);
            known.current_thread.iter().find(|(runtime, _)| *runtime == here).and_then(|(_, home)| home.upgrade())
        };
        // A task that its runtime took along takes nothing more.
        if let Some(home) = before.filter(|home| home.is_open()) {
            return Ok(home);
        }
        let home = Home::own(Arc::clone(core), Arc::new(current_thread::start(&runtime, core.name())));
        let mut known = homes.known.lock();
        known.current_thread.retain(|(runtime, _)| *runtime != here);
        known.current_thread.push((here, Arc::downgrade(&home)));
        drop(known);
        Ok(home)
    }

    /// The home of actors on a dispatcher of the user's.
    pub(super) fn of_own(core: &Arc<Core>, dispatcher: &Arc<dyn Dispatcher>) -> Arc<Home> {
        let is_its = |home: &Arc<Home>| matches!(home.ready(), Ready::Own(known) if Arc::ptr_eq(known, dispatcher));
        let before = core.homes().living().into_iter().find(is_its);
        before.unwrap_or_else(|| Home::own(Arc::clone(core), Arc::clone(dispatcher)))
    }

    // ---- what they counted -------------------------------------------------------------------------

    /// The home with this `load` goes, and has counted this.
    pub(super) fn keep(&self, load: &Arc<Load>, figures: DispatcherFigures) {
        let counted = &mut *self.counted.lock();
        counted.all.retain(|(_, known)| !Arc::ptr_eq(known, load));
        merge(&mut counted.past, DispatcherFigures { ready: 0, ..figures });
    }

    /// What all have counted, those that are gone included, by label. No sum in it is ever less than before.
    pub(in super::super) fn figures(&self) -> Vec<DispatcherFigures> {
        let (all, past) = {
            let counted = self.counted.lock();
            let all = counted.all.iter().map(|(home, load)| (home.upgrade(), Arc::clone(load))).collect::<Vec<_>>();
            (all, counted.past.clone())
        };
        let mut sums = Vec::new();
        for (home, load) in &all {
            let figures = home.as_ref().map_or_else(|| load.figures(), |home| home.figures());
            merge(&mut sums, figures);
        }
        for figures in past {
            merge(&mut sums, figures);
        }
        sums
    }
}

/// Adds `figures` to those of their label.
fn merge(all: &mut Vec<DispatcherFigures>, figures: DispatcherFigures) {
    match all.iter_mut().find(|known| known.dispatcher == figures.dispatcher) {
        Some(known) => known.merge(&figures),
        None => all.push(figures),
    }
}
