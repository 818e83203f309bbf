//! Who waits for whom in a handler, so that a circle is found where it closes. Keeps `ask_cycle`.
//!
//! An arrow stands for a handler that does not go on before another actor does: it asked, and that actor has to answer
//! itself, or it has no room for a message. A reply that may be handed on is no arrow, since whoever has it may answer. Nor is
//! a call that is polled by a handler that cannot wait, or with another waker than the handler's own: nobody knows here whether
//! the handler waits for it, or when it goes on. None outlives the handler, whoever keeps the future that waits.
//!
//! Whoever is woken may have what it waits for, and goes on: its arrows end there, before the one who [woke](Waits::wake) it
//! goes on itself, and it draws no other before it is polled again. A wait that is polled and has to go on is an arrow anew.
//!
//! So it has its number before the message goes; then the waker is left with whoever has to bring what is waited for; and only
//! then, where nobody has woken the handler meanwhile, the wait [begins](Wait::begin). Where the message is refused nobody
//! has waited.
//!
//! A message that would close a circle of arrows does [not go](Wait::look). Where several go in the same moment, the circle is
//! found by the one that begins last, and is that of the wait with the last number: whose it is is woken for it, and finds it
//! there, whether the others still wait or not.

use core::ops::RangeInclusive;
use core::task::Waker;
use std::collections::BTreeMap;
use std::vec::Vec;

use crate::id::ActorId;
use crate::metrics::SystemEvent;

use super::ambient::Polled;
use super::guard::wake;
use super::header::Header;
use super::lock::Lock;
use super::system::Core;

/// An actor, as it is named to the user.
type Named = (&'static str, ActorId);

/// From one who waits.
struct Arrow {
    to: Named,
    /// Whom to wake if this has closed a circle.
    waker: Waker,
}

/// By whoever waits, and by the number of the wait.
type Key = (ActorId, u64);

#[derive(Default)]
struct Arrows {
    from: BTreeMap<Key, Arrow>,
    /// Circles that somebody else has found, by the wait that has closed each.
    found: BTreeMap<Key, Cycle>,
    next_number: u64,
}

impl Arrows {
    /// The shortest circle through the wait of `asker` for `target` with this number, if there is one: the waits on it, and
    /// whoever waits.
    fn circle(&self, asker: Named, number: u64, target: Named) -> Option<Vec<(u64, Named)>> {
        // Each with the wait for it, and with the place of the one who waits.
        let mut found = std::vec![(target, (number, asker), None::<usize>)];
        let mut place = 0;
        while let Some(&(named @ (_, id), ..)) = found.get(place) {
            if id == asker.1 {
                let way = std::iter::successors(Some(place), |place| found[*place].2);
                return Some(way.map(|place| found[place].1).collect());
            }
            for (&(_, number), arrow) in self.from.range(all_of(id)) {
                if found.iter().all(|((_, known), ..)| *known != arrow.to.1) {
                    found.push((arrow.to, (number, named), Some(place)));
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
    /// Of waits and of those who wait, the last one first. Returns which wait has closed it: the one that was prepared last.
    fn of(mut circle: Vec<(u64, Named)>) -> (Key, Self) {
        circle.reverse();
        let last = (0..circle.len()).max_by_key(|place| circle[*place].0).unwrap_or(0);
        circle.rotate_left(last);
        let (number, (_, id)) = circle[0];
        ((id, number), Self(circle.into_iter().map(|(_, named)| named).collect()))
    }

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

    /// Whether circles are looked for.
    pub(super) fn are_looked_at(&self) -> bool {
        self.0.is_some()
    }

    /// Whether `asker` would close a circle, if it waited for `target`.
    fn look(&self, asker: Named, target: Named) -> Result<(), Cycle> {
        let circle = self.0.as_ref().and_then(|arrows| arrows.lock().circle(asker, u64::MAX, target));
        circle.map_or(Ok(()), |circle| Err(Cycle::of(circle).1))
    }

    /// The number of a wait that is about to begin, where circles are looked for.
    fn number(&self) -> Option<u64> {
        let mut arrows = self.0.as_ref()?.lock();
        arrows.next_number += 1;
        Some(arrows.next_number)
    }

    /// `asker` waits for `target` from here on, unless that has closed a circle; and not at all, where it `is_woken` since it was
    /// polled.
    fn begin(
        &self,
        (asker, number): (Named, u64),
        target: Named,
        waker: &Waker,
        is_woken: impl FnOnce() -> bool,
    ) -> Result<(), Cycle> {
        let Some(arrows) = &self.0 else { return Ok(()) };
        let key = (asker.1, number);
        // Here and below, a waker is dropped out of the lock.
        let mut arrow = Some(Arrow { to: target, waker: waker.clone() });
        let mut told = Vec::new();
        let outcome = arrows.with(|arrows| {
            if let Some(cycle) = arrows.found.remove(&key) {
                return Err(cycle);
            }
            // Looked at under the lock: between this and `wake` one of the two sees what the other did.
            if is_woken() {
                return Ok(());
            }
            while let Some(circle) = arrows.circle(asker, number, target) {
                let (closer, cycle) = Cycle::of(circle);
                if closer == key {
                    return Err(cycle);
                }
                told.extend(arrows.from.remove(&closer));
                arrows.found.insert(closer, cycle);
            }
            // What was in its place goes out the same way.
            arrow = arrow.take().and_then(|arrow| arrows.from.insert(key, arrow));
            Ok(())
        });
        told.into_iter().for_each(|arrow| wake(arrow.waker));
        outcome
    }

    /// Wakes the handler of `asker`, by a `signal` that returns whether its turn is the caller's. Returns the same.
    pub(super) fn wake(&self, asker: ActorId, signal: impl Fn() -> bool) -> bool {
        let owns_turn = signal();
        // Who was running has gone on meanwhile, it may be: what ends here was drawn after the signal, and is to be once more.
        let has_waited = self.go_on(asker);
        owns_turn || has_waited && signal()
    }

    /// The handler of `asker` goes on. Returns whether it has waited.
    fn go_on(&self, asker: ActorId) -> bool {
        let Some(arrows) = &self.0 else { return false };
        let left: Vec<_> = arrows.lock().from.extract_if(all_of(asker), |_, _| true).collect();
        !left.is_empty()
    }

    /// The handler of `asker` has ended: what it has begun to wait for and kept, or handed on, holds it up no more.
    pub(super) fn leave(&self, asker: ActorId) {
        let Some(arrows) = &self.0 else { return };
        let _left: Vec<_> = arrows.with(|arrows| {
            arrows.found.extract_if(all_of(asker), |_, _| true).for_each(drop);
            arrows.from.extract_if(all_of(asker), |_, _| true).collect()
        });
    }

    /// The wait is polled, or is over.
    fn end(&self, asker: ActorId, number: u64) {
        if let Some(arrows) = &self.0 {
            let _ended = arrows.lock().from.remove(&(asker, number));
        }
    }

    /// The wait is over.
    fn forget(&self, asker: ActorId, number: u64) {
        let Some(arrows) = &self.0 else { return };
        let _ended = arrows.with(|arrows| {
            arrows.found.remove(&(asker, number));
            arrows.from.remove(&(asker, number))
        });
    }
}

/// The waits of `asker`.
fn all_of(asker: ActorId) -> RangeInclusive<Key> {
    (asker, 0)..=(asker, u64::MAX)
}

/// A handler that waits for another actor, until this is dropped, or the handler is woken or has ended.
pub(super) struct Wait<'a> {
    target: &'a Header,
    asker: ActorId,
    number: u64,
}

impl<'a> Wait<'a> {
    /// The handler of `asker` is about to send `target` what it will wait for.
    ///
    /// # Errors
    /// The target waits for the handler already.
    pub(super) fn look(asker: &Header, target: &Header) -> Result<(), Cycle> {
        if !asker.is_beside(target) {
            return Ok(());
        }
        target.core.waits().look(asker.named(), target.named())
    }

    /// The handler of `asker` is about to wait for `target`, and has not yet left its `waker`. Nothing, where nobody looks for
    /// circles, it is in another system, or that waker is not the handler's.
    pub(super) fn prepare(asker: &Header, target: &'a Header, waker: &Waker) -> Option<Self> {
        if !asker.is_beside(target) || !asker.is_woken_by(waker) {
            return None;
        }
        let number = target.core.waits().number()?;
        Some(Self { target, asker: asker.id, number })
    }

    /// The same, when it was woken and has to go on; `asker` may be another one by now.
    pub(super) fn prepare_again(self, asker: &Header, waker: &Waker) -> Option<Self> {
        if asker.id != self.asker || !asker.is_beside(self.target) || !asker.is_woken_by(waker) {
            return Self::prepare(asker, self.target, waker);
        }
        self.target.core.waits().end(self.asker, self.number);
        Some(self)
    }

    /// The handler of `asker`, which has prepared for this, has left its `waker` with whoever has to bring what it waits for,
    /// which was not there yet; it `is_woken` where it is to be polled again in any case.
    ///
    /// # Errors
    /// The target waits for the handler already.
    pub(super) fn begin(&self, asker: &Header, waker: &Waker, is_woken: impl FnOnce() -> bool) -> Result<(), Cycle> {
        self.target.core.waits().begin((asker.named(), self.number), self.target.named(), waker, is_woken)
    }
}

impl Header {
    fn named(&self) -> Named {
        ((self.table.label)(), self.id)
    }

    /// Whether both are in one system.
    fn is_beside(&self, other: &Self) -> bool {
        std::ptr::eq::<Core>(&raw const **self.core, &raw const **other.core)
    }

    /// Whether this thread polls its handler, and with this `waker`. Its handlers have one that is made of the `Arc` of the
    /// cell, so that its data is the pointer to that (`Arc::into_raw`); a waker to compare it to by `will_wake` would have to be
    /// made first, at two changes of the count.
    fn is_woken_by(&self, waker: &Waker) -> bool {
        let cell = std::ptr::from_ref(self);
        Polled::is(cell) && std::ptr::eq(waker.data(), cell.cast())
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.target.core.waits().forget(self.asker, self.number);
    }
}

#[cfg(all(test, actor_loom))]
mod model {
    use super::*;
    use crate::backend::tokio::reply;
    use crate::backend::tokio::sync::{AtomicBool, Ordering};
    use std::sync::Arc;
    use std::task::Wake;

    const ASKER: Named = ("asker", ActorId::new(0, 0));
    const TARGET: Named = ("target", ActorId::new(1, 0));

    /// The cell of one that waits.
    struct Waiting {
        waits: Arc<Waits>,
        id: ActorId,
        woken: AtomicBool,
    }

    impl Waiting {
        fn new(waits: &Arc<Waits>, (_, id): Named) -> Arc<Self> {
            Arc::new(Self { waits: Arc::clone(waits), id, woken: AtomicBool::new(false) })
        }

        fn is_woken(&self) -> bool {
            self.woken.load(Ordering::Relaxed)
        }

        /// It is polled again.
        fn goes_on(&self) -> bool {
            self.woken.swap(false, Ordering::AcqRel)
        }
    }

    impl Wake for Waiting {
        fn wake(self: Arc<Self>) {
            self.waits.wake(self.id, || {
                self.woken.swap(true, Ordering::AcqRel);
                false
            });
        }
    }

    fn begin(waits: &Waits, asker: Named, number: u64, target: Named) -> Result<(), Cycle> {
        waits.begin((asker, number), target, Waker::noop(), || false)
    }

    /// Whoever answers may ask the other back at once, however far that is with its wait.
    #[test]
    fn whoever_is_answered_waits_no_more() {
        loom::model(|| {
            let waits = Arc::new(Waits::new(true));
            let waiting = Waiting::new(&waits, ASKER);
            let waker = Waker::from(Arc::clone(&waiting));
            let (mut pending, reply) = reply::pair::<()>();
            let number = waits.number().unwrap();
            let theirs = Arc::clone(&waits);
            let replier = loom::thread::spawn(move || {
                reply.send(());
                assert!(theirs.look(TARGET, ASKER).is_ok(), "it has answered");
                let number = theirs.number().unwrap();
                assert!(begin(&theirs, TARGET, number, ASKER).is_ok(), "it has answered");
                theirs.end(TARGET.1, number);
            });
            for _polled_twice in 0..2 {
                waiting.goes_on();
                waits.end(ASKER.1, number);
                if pending.poll(&waker).is_ready() {
                    break;
                }
                assert!(waits.begin((ASKER, number), TARGET, &waker, || waiting.is_woken()).is_ok());
            }
            waits.end(ASKER.1, number);
            replier.join().unwrap();
        });
    }

    /// Nor for anything else, before it is polled again.
    #[test]
    fn whoever_is_woken_waits_for_nothing() {
        loom::model(|| {
            let waits = Arc::new(Waits::new(true));
            let waiting = Waiting::new(&waits, ASKER);
            let waker = Waker::from(Arc::clone(&waiting));
            let theirs = (Arc::clone(&waits), waker.clone());
            let other = loom::thread::spawn(move || {
                let (waits, waker) = theirs;
                waker.wake();
                assert!(waits.look(TARGET, ASKER).is_ok(), "it was woken");
            });
            let number = waits.number().unwrap();
            assert!(waits.begin((ASKER, number), TARGET, &waker, || waiting.is_woken()).is_ok());
            other.join().unwrap();
            assert!(waits.look(TARGET, ASKER).is_ok(), "nobody has polled it since");
        });
    }

    /// Whoever is woken while it is polled waits again, or is polled again.
    #[test]
    fn whoever_is_woken_and_has_to_wait_on_does() {
        loom::model(|| {
            let waits = Arc::new(Waits::new(true));
            let waiting = Waiting::new(&waits, ASKER);
            let waker = Waker::from(Arc::clone(&waiting));
            let number = waits.number().unwrap();
            let other = {
                let waker = waker.clone();
                loom::thread::spawn(move || waker.wake())
            };
            let poll = || {
                waits.end(ASKER.1, number);
                assert!(waits.begin((ASKER, number), TARGET, &waker, || waiting.is_woken()).is_ok());
            };
            poll();
            if waiting.goes_on() {
                poll();
            }
            other.join().unwrap();
            assert!(waiting.is_woken() || waits.look(TARGET, ASKER).is_err());
        });
    }

    /// Where both ask each other, one is told, and woken for it if it waits already: the one with the last number.
    #[test]
    fn of_two_that_go_at_once_the_last_is_told() {
        loom::model(|| {
            let waits = Arc::new(Waits::new(true));
            let sides = [(ASKER, TARGET), (TARGET, ASKER)];
            let [one, other] = sides.map(|(asker, target)| {
                let waits = Arc::clone(&waits);
                loom::thread::spawn(move || {
                    let (number, waiting) = (waits.number().unwrap(), Waiting::new(&waits, asker));
                    let waker = Waker::from(Arc::clone(&waiting));
                    let outcome = waits.begin((asker, number), target, &waker, || waiting.is_woken());
                    (number, outcome.is_err(), waiting)
                })
            });
            let found = [one.join().unwrap(), other.join().unwrap()];
            let told = [0, 1].map(|side: usize| {
                let ((asker, target), (number, at_once, waiting)) = (sides[side], &found[side]);
                // Found by the other one, who goes on before this one does.
                waits.go_on(target.1);
                *at_once || waiting.goes_on() && begin(&waits, asker, *number, target).is_err()
            });
            assert_eq!(told, [found[0].0 > found[1].0, found[1].0 > found[0].0]);
            waits.leave(ASKER.1);
            waits.leave(TARGET.1);
        });
    }
}
