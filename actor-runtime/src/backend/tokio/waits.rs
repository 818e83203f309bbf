//! Who waits for whom in a handler, so that a circle is found where it closes. Keeps `ask_cycle`.
//!
//! An arrow stands for a handler that does not go on before another actor does: it asked, and that actor has to answer
//! itself, or it has no room for a message. A reply that may be handed on is no arrow, since whoever has it may answer. None
//! outlives the handler, whoever keeps the future that waits.
//!
//! Whoever is woken may have what it waits for, and goes on: its arrows end there, before the one who woke it goes on
//! itself. A wait that is polled and has to go on is an arrow anew.
//!
//! So an arrow is drawn in two steps, or it would outlive a wake that came too early for it, or be there before anybody
//! could wake: it is [prepared](Wait::prepare), and is no way yet; then the waker is left with whoever has to bring what is
//! waited for; and only then, where nobody has woken the handler meanwhile, does it [begin](Wait::begin).

use std::collections::BTreeMap;
use std::vec::Vec;

use crate::id::ActorId;
use crate::metrics::SystemEvent;

use super::header::Header;
use super::lock::Lock;
use super::system::Core;

/// An actor, as it is named to the user.
type Named = (&'static str, ActorId);

/// From one who waits.
struct Arrow {
    label: &'static str,
    to: Named,
    begun: bool,
}

#[derive(Default)]
struct Arrows {
    /// By whoever waits, and by the number of the wait.
    from: BTreeMap<(ActorId, u64), Arrow>,
    next_number: u64,
}

impl Arrows {
    /// The shortest way from `start` to `end`, if there is one: all on it, but `end` first.
    fn circle(&self, start: Named, end: Named) -> Result<(), Cycle> {
        // Each with the place of the one before it.
        let mut found = std::vec![(start, None::<usize>)];
        let mut place = 0;
        while let Some(&((_, id), before)) = found.get(place) {
            if id == end.1 {
                let back = std::iter::successors(before, |before| found[*before].1);
                let mut way: Vec<_> = back.map(|place| found[place].0).collect();
                way.push(end);
                way.reverse();
                return Err(Cycle(way));
            }
            for (_, arrow) in self.from.range((id, 0)..=(id, u64::MAX)).filter(|(_, arrow)| arrow.begun) {
                if found.iter().all(|((_, known), _)| *known != arrow.to.1) {
                    found.push((arrow.to, Some(place)));
                }
            }
            place += 1;
        }
        Ok(())
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

    /// `asker` is about to wait for `target`. Returns the number of the wait, where circles are looked for.
    fn prepare(&self, asker: Named, target: Named) -> Option<u64> {
        let mut arrows = self.0.as_ref()?.lock();
        let number = arrows.next_number;
        arrows.next_number += 1;
        arrows.from.insert((asker.1, number), Arrow { label: asker.0, to: target, begun: false });
        Some(number)
    }

    /// It waits from here on, unless that closes a circle; and not at all, where it was woken since.
    fn begin(&self, asker: ActorId, number: u64) -> Result<(), Cycle> {
        let Some(arrows) = &self.0 else { return Ok(()) };
        let mut arrows = arrows.lock();
        let Some(&Arrow { label, to, .. }) = arrows.from.get(&(asker, number)) else { return Ok(()) };
        arrows.circle(to, (label, asker))?;
        arrows.from.entry((asker, number)).and_modify(|arrow| arrow.begun = true);
        Ok(())
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
    /// The handler of `asker` is about to wait for `target`, and has not yet left its waker. Nothing, where nobody looks for
    /// circles or it is in another system.
    pub(super) fn prepare(asker: Option<&Header>, target: &'a Header) -> Option<Self> {
        let core: &Core = &target.core;
        let asker = asker.filter(|asker| std::ptr::eq::<Core>(&raw const **asker.core, core))?;
        let named = |header: &Header| ((header.table.label)(), header.id);
        let number = core.waits().prepare(named(asker), named(target))?;
        Some(Self { core, asker: asker.id, number })
    }

    /// The handler has left its waker with whoever has to bring what it waits for, which was not there yet.
    ///
    /// # Errors
    /// The target waits for the handler already.
    pub(super) fn begin(&self) -> Result<(), Cycle> {
        self.core.waits().begin(self.asker, self.number)
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.core.waits().end(self.asker, self.number);
    }
}

#[cfg(all(test, actor_loom))]
mod model {
    use super::*;
    use crate::backend::tokio::reply;
    use core::task::Waker;
    use std::sync::Arc;
    use std::task::Wake;

    /// The cell of one that waits.
    struct Asker(Arc<Waits>, ActorId);

    impl Wake for Asker {
        fn wake(self: Arc<Self>) {
            self.0.leave(self.1);
        }
    }

    /// Whoever answers may ask the other back at once, however far that is with its wait.
    #[test]
    fn whoever_is_answered_waits_no_more() {
        loom::model(|| {
            let waits = Arc::new(Waits::new(true));
            let (asker, target) = (("asker", ActorId::new(0, 0)), ("target", ActorId::new(1, 0)));
            let waker = Waker::from(Arc::new(Asker(Arc::clone(&waits), asker.1)));
            let (mut pending, reply) = reply::pair::<()>();
            let theirs = Arc::clone(&waits);
            let replier = loom::thread::spawn(move || {
                reply.send(());
                let number = theirs.prepare(target, asker).unwrap();
                assert!(theirs.begin(target.1, number).is_ok(), "it has answered");
                theirs.end(target.1, number);
            });
            for _polled_twice in 0..2 {
                let number = waits.prepare(asker, target).unwrap();
                let polled = pending.poll(&waker);
                if polled.is_pending() {
                    assert!(waits.begin(asker.1, number).is_ok());
                }
                waits.end(asker.1, number);
                if polled.is_ready() {
                    break;
                }
            }
            replier.join().unwrap();
        });
    }
}
