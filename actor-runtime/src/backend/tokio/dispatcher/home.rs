//! Who runs an actor, and in which system: what all actors with the same dispatcher share, so that a cell holds one
//! pointer for both.

use core::ops::Deref;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use crate::actor::{Actor, DispatcherKind};
use crate::metrics::DispatcherFigures;
use crate::policy::YieldReason;

use super::super::ambient::{Ambient, Until};
use super::super::guard::{contain, guard};
use super::super::lock::none_is_held;
use super::super::mailbox::Deadline;
use super::super::monitor;
use super::super::owner::Owner;
use super::super::runnable::{Allowance, Runnable};
use super::super::stepper::Stepped;
use super::super::system::{Core, in_runtime};
use super::current_thread;
use super::homes::Homes;
use super::load::Load;
use super::residents::Residents;
use super::shared::Shared;
use super::{Dispatcher, Place, PlaceError, ReadyCell};

/// See the module.
pub(in super::super) struct Home {
    me: Weak<Self>,
    core: Arc<Core>,
    ready: Ready,
    load: Arc<Load>,
}

/// Who takes cells that have something to do. A tag of its own is cheaper to look at than one inside a variant.
#[repr(u8)]
pub(in super::super) enum Ready {
    Shared(Shared),
    Stepped(Stepped),
    Own(Arc<dyn Dispatcher>),
}

impl Home {
    pub(in super::super) fn new(core: Arc<Core>, ready: Ready) -> Arc<Self> {
        let load = Arc::new(match &ready {
            Ready::Shared(_) => Load::new("shared", 0),
            Ready::Stepped(_) => Load::new("stepped", 0),
            Ready::Own(dispatcher) => {
                let (label, parks) = guard(|| (dispatcher.label(), dispatcher.parks())).unwrap_or(("own", 0));
                Load::new(label, parks)
            }
        });
        let home = Arc::new_cyclic(|me| Self { me: me.clone(), core, ready, load });
        home.core.homes().add(home.me.clone(), Arc::clone(&home.load));
        home
    }

    /// The home of actors that are run by `dispatcher`.
    pub(in super::super) fn own(core: Arc<Core>, dispatcher: Arc<dyn Dispatcher>) -> Arc<Self> {
        let home = Self::new(core, Ready::Own(Arc::clone(&dispatcher)));
        contain(|| dispatcher.on_residents(Residents::of(Arc::downgrade(&home))));
        home
    }

    /// Takes a cell that has something to do.
    #[inline]
    pub(in super::super) fn schedule(&self, runnable: Runnable) {
        // A dispatcher is the user's, and one that refuses the cell ends its actor.
        none_is_held();
        if let Ready::Shared(shared) = &self.ready {
            if shared.schedule(runnable) {
                monitor::look_after(self.me.clone());
            }
        } else {
            self.schedule_elsewhere(runnable);
        }
    }

    /// Out of line, so that sending to a shared actor does not set up the stack for foreign code.
    #[cold]
    #[inline(never)]
    fn schedule_elsewhere(&self, runnable: Runnable) {
        self.load.scheduled.fetch_add(1, Ordering::Relaxed);
        match &self.ready {
            Ready::Shared(_) => drop(runnable),
            Ready::Stepped(stepped) => stepped.schedule(runnable),
            Ready::Own(dispatcher) => contain(|| dispatcher.schedule(ReadyCell::new(runnable))),
        }
    }

    /// Runs the first turn of a new cell: on this stack where that is allowed, so that an actor with sync hooks
    /// is up when this returns.
    pub(in super::super) fn start(&self, cell: &Owner) {
        // SAFETY: whoever made a cell owns its first turn, and hands it over here.
        #[allow(unsafe_code)]
        let runnable = unsafe { Runnable::from_turn(cell.as_ptr()) };
        let home = &cell.header().core;
        let left = match &home.ready {
            Ready::Shared(_) if Ambient::has_room() && in_runtime() => {
                // Its hooks have their own time, whatever is in hand on this stack.
                let _until = Until::enter(Deadline::NONE);
                runnable.run(Allowance::default())
            }
            Ready::Shared(_) | Ready::Stepped(_) | Ready::Own(_) => Some(runnable),
        };
        if let Some(runnable) = left {
            home.schedule(runnable);
        }
    }

    /// A ready cell is dropped unrun.
    pub(in super::super) fn count_refused(&self) {
        self.load.count_refused();
        self.core.count_refused();
    }

    /// An activation ended although messages wait.
    pub(in super::super) fn count_yield(&self, reason: YieldReason) {
        self.load.count_yield(reason);
    }

    pub(in super::super) fn load(&self) -> &Load {
        &self.load
    }

    /// What its dispatcher has had to do.
    pub(in super::super) fn figures(&self) -> DispatcherFigures {
        let mut ready = None;
        match &self.ready {
            Ready::Shared(shared) => ready = Some(shared.note(&self.load)),
            Ready::Stepped(_) => {}
            Ready::Own(dispatcher) => contain(|| self.load.note(0, 0, dispatcher.parks())),
        }
        let figures = self.load.figures();
        DispatcherFigures { ready: ready.unwrap_or(figures.ready), ..figures }
    }

    /// An actor from here has ended; refs to it may be left.
    pub(in super::super) fn on_end(&self) {
        match &self.ready {
            Ready::Shared(_) | Ready::Stepped(_) => {}
            Ready::Own(dispatcher) => contain(|| dispatcher.on_end()),
        }
    }

    pub(in super::super) fn ready(&self) -> &Ready {
        &self.ready
    }

    pub(in super::super) fn me(&self) -> &Weak<Self> {
        &self.me
    }

    pub(in super::super) fn core(&self) -> &Arc<Core> {
        &self.core
    }

    pub(in super::super) fn shared(&self) -> Option<&Shared> {
        match &self.ready {
            Ready::Shared(shared) => Some(shared),
            Ready::Stepped(_) | Ready::Own(_) => None,
        }
    }

    /// Whether its dispatcher still takes cells.
    pub(in super::super) fn is_open(&self) -> bool {
        match &self.ready {
            Ready::Shared(_) | Ready::Stepped(_) => true,
            Ready::Own(dispatcher) => dispatcher.is_open(),
        }
    }

    /// An asker may run a handler itself only where no thread is promised to the actor. A stepper runs every message
    /// itself, so that it can count them.
    #[inline]
    pub(in super::super) fn allows_inline_asks(&self) -> bool {
        matches!(self.ready, Ready::Shared(_))
    }

    /// The home of a new `A` that is started from here: at the place that was `chosen` for it, or else by its options,
    /// or its system's.
    pub(in super::super) fn for_actor<A: Actor>(
        self: &Arc<Self>,
        chosen: Option<&Place>,
    ) -> Result<Arc<Self>, PlaceError> {
        if let Some(chosen) = chosen {
            return self.place::<A>(chosen);
        }
        match (A::OPTIONS.dispatcher, self.core.default_place()) {
            (Some(kind), _) => self.place::<A>(&Place::Kind(kind)),
            (None, Some(place)) if !A::LOCAL || place.stays_on_one_thread() => self.place::<A>(place),
            (None, _) => self.place::<A>(&Place::Kind(Self::usual_kind::<A>())),
        }
    }

    /// Who runs an `A` of which nobody has said anything.
    fn usual_kind<A: Actor>() -> DispatcherKind {
        if !A::LOCAL {
            DispatcherKind::Shared
        } else if current_thread::runtime().is_ok() {
            DispatcherKind::CurrentThread
        } else {
            DispatcherKind::SingleWorker
        }
    }

    /// The home of a new `A` at `place`.
    fn place<A: Actor>(self: &Arc<Self>, place: &Place) -> Result<Arc<Self>, PlaceError> {
        if let Ready::Stepped(_) = self.ready {
            // Whoever should run an actor, the stepper does.
            return Ok(Arc::clone(self));
        }
        if A::LOCAL && !place.stays_on_one_thread() {
            return Err(PlaceError::Moves);
        }
        let home = match place {
            Place::Kind(DispatcherKind::Shared) if self.shared().is_some() => return Ok(Arc::clone(self)),
            Place::Kind(kind) => Homes::of_kind(&self.core, *kind)?,
            Place::Own(dispatcher) => Homes::of_own(&self.core, dispatcher),
        };
        if home.is_open() { Ok(home) } else { Err(PlaceError::ShutDown) }
    }
}

impl Drop for Home {
    /// Whoever lets go of the last actor here must not pay for a dispatcher of the user's that panics when it is dropped.
    fn drop(&mut self) {
        self.core.homes().keep(&self.load, self.figures());
        if let Ready::Own(_) = &self.ready {
            let ready = core::mem::replace(&mut self.ready, Ready::Stepped(Stepped::new()));
            contain(|| drop(ready));
        }
    }
}

/// A system is asked by way of an actor's home.
impl Deref for Home {
    type Target = Core;

    #[inline]
    fn deref(&self) -> &Core {
        &self.core
    }
}
