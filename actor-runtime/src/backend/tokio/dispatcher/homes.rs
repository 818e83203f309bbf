//! The homes of a system's actors: where each kind of them is found, and what those counted that are gone.

use std::sync::{Arc, Weak};
use std::vec::Vec;

use crate::metrics::DispatcherFigures;

use super::super::lock::Lock;
use super::super::system::Core;
use super::current_thread::CurrentThread;
use super::home::{Home, Ready};
use super::pinned::Pinned;
use super::{Dispatcher, DispatcherKind, Place, PlaceError, Placement, SingleWorker};

/// See the module. Beside the one of `single_worker` they are kept by their actors alone.
#[derive(Default)]
pub(in super::super) struct Homes {
    known: Lock<Known>,
    /// All that there are, in the order in which they were made.
    all: Lock<Vec<Weak<Home>>>,
    /// By label, without what lay ready.
    past: Lock<Vec<DispatcherFigures>>,
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
    pub(super) fn add(&self, home: Weak<Home>) {
        let mut all = self.all.lock();
        all.retain(|home| home.strong_count() > 0);
        all.push(home);
    }

    /// All that there are; to be let go of with no lock held: the last pointer to one may be among them, and with it a
    /// dispatcher of the user's.
    fn living(&self) -> Vec<Arc<Home>> {
        self.all.lock().iter().filter_map(Weak::upgrade).collect()
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
                let pinned = Pinned::start(runtime.clone())?;
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
        let runtime = CurrentThread::runtime()?;
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
        let home = Home::own(Arc::clone(core), Arc::new(CurrentThread::start(&runtime, core.name())));
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

    /// A home goes, and this is what it counted.
    pub(super) fn keep(&self, figures: DispatcherFigures) {
        merge(&mut self.past.lock(), DispatcherFigures { ready: 0, ..figures });
    }

    /// What all have counted, those that are gone included, by label.
    pub(in super::super) fn figures(&self) -> Vec<DispatcherFigures> {
        // Held until they are read: one that goes meanwhile is counted once.
        let living = self.living();
        let mut all = Vec::new();
        for home in &living {
            merge(&mut all, home.figures());
        }
        let past = self.past.lock().clone();
        for figures in past {
            merge(&mut all, figures);
        }
        all
    }
}

/// Adds `figures` to those of their label.
fn merge(all: &mut Vec<DispatcherFigures>, figures: DispatcherFigures) {
    match all.iter_mut().find(|known| known.dispatcher == figures.dispatcher) {
        Some(known) => known.merge(&figures),
        None => all.push(figures),
    }
}
