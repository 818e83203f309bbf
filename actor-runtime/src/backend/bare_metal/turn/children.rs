//! The declared children of an actor: started in order, and ended the youngest first.

use crate::actor::Actor;
use crate::context::Nursery;
use crate::failure::FailureKind;
use crate::lifecycle::EndOfChildren;
use crate::supervision::{Scope, Terms};

use super::super::annex::{self, Restarts};
use super::super::brood::Brood;
use super::super::crash;
use super::super::header::{Stage, attention};
use super::super::siblings::Siblings;
use super::super::slot::Placed;
use super::{Flow, Turn};

impl<A: Actor + Placed> Turn<'_, A> {
    pub(super) fn start_child(self, index: usize) -> Flow {
        let Some(started) = self.started_children() else { return Flow::Again };
        if usize::from(started.get()) <= index {
            // SAFETY: the worker alone looks at a group, and what it finds is not kept.
            if self.group().is_some_and(|group| !unsafe { group.as_ref() }.are_calm()) {
                // Those before it are being restarted, and it may need them; their end is told.
                return Flow::Wait;
            }
            let host = self.host();
            // SAFETY: children are started between build and drop; the turn is exclusive and no future is live.
            let state = unsafe { self.state().as_mut() };
            if let Err(failure) = state.start_child(index, &mut Nursery { host: &host }) {
                self.fail(failure.kind);
                return Flow::Again;
            }
            started.set(started.get() + 1);
            self.declare(index);
        }
        match self.children().find(index).map(|child| child.address.header().stage()) {
            Some(Stage::Starting) => Flow::Wait,
            Some(Stage::Up | Stage::Ended) => Flow::Done,
            Some(Stage::NeverUp | Stage::Absent) | None => {
                self.fail(FailureKind::Start);
                Flow::Again
            }
        }
    }

    /// Takes note of a child that was started, where it has siblings to be restarted with.
    #[inline]
    fn declare(self, index: usize) {
        if let (Some(count), 0) = (annex::shared_count::<A>(self.place.annex), index) {
            // SAFETY: the actor's part of the annex has the bytes, and the worker alone looks at them.
            unsafe { count.write(Restarts::new()) };
            self.recall_children();
        }
        let (Some(mut group), Some(child)) = (self.group(), self.children().find(index)) else { return };
        if index == 0 {
            // SAFETY: the actor's part of the annex has the bytes, and the worker alone looks at them.
            unsafe { Siblings::begin(group, const { &A::SUPERVISION }, A::CHILDREN) };
            self.recall_children();
        }
        // SAFETY: as above; it was written with the first child.
        unsafe { group.as_mut() }.declare(index, child.address);
    }

    /// Has those that are counted together count what happened before the reset, all of it before the first of them decides
    /// about a crash.
    #[inline]
    fn recall_children(self) {
        if !crash::is_kept() {
            return;
        }
        let count = |at| match (self.group(), annex::shared_count::<A>(self.place.annex)) {
            // SAFETY: it was written, and the worker alone looks at it.
            (Some(mut group), _) => unsafe { group.as_mut() }.recall(at),
            // SAFETY: likewise.
            (None, Some(mut count)) => unsafe { count.as_mut() }.recall(const { &A::SUPERVISION }, at),
            (None, None) => {}
        };
        for child in (0..A::CHILDREN).filter(|child| Terms::of(A::TERMS, *child).scope() == Scope::Group) {
            if let Some(found) = self.children().find(child) {
                crash::recall_child(self.address, self.place.bit + 1 + found.bit as u8, count);
            }
        }
    }

    /// Has the youngest child end and waits for that, until none is left.
    pub(super) fn stop_children(self) -> Flow {
        while let Some(started) = self.started_children()
            && let Some(youngest) = started.get().checked_sub(1)
        {
            match self.children().find(usize::from(youngest)) {
                Some(child) if child.address.is_alive() => {
                    match self.life(|life| life.end_of_children()) {
                        EndOfChildren::Stop => {
                            if let Some(mut group) = self.group() {
                                // SAFETY: a child was started; the worker alone looks at a group.
                                unsafe { group.as_mut() }.dissolve();
                            }
                            child.address.header().signal(attention::PARENT_STOPPED);
                        }
                        // Those that are being restarted have their next lives, if there is anything left to do for them.
                        EndOfChildren::Drain => child.address.header().close(),
                    }
                    return Flow::Wait;
                }
                Some(_) | None => started.set(youngest),
            }
        }
        Flow::Done
    }
}
