//! Who waits for whom in a handler, so that a circle is found where it closes. Keeps `ask_cycle`.
//!
//! An arrow stands for a handler that does not go on before another actor does: it asked, and that actor has to answer
//! itself, or it has no room for a message. A reply that may be handed on is no arrow, since whoever has it may answer. None
//! outlives the handler, whoever keeps the future that waits.
//!
//! Whoever is woken may have what it waits for, and goes on: its arrows end there, before the one who woke it goes on
//! itself. A wait that is polled and has to go on is an arrow anew.
//!
//! So an arrow is drawn in two steps, or it would outlive a wake that came too early for it, or stand where the message is
//! refused and nobody waits: it is [prepared](Wait::prepare) before the message goes, and is no way yet; then the waker is
//! left with whoever has to bring what is waited for; and only then, where nobody has woken the handler meanwhile, does it
//! [begin](Wait::begin).
//!
//! A message that would close a circle of what has begun does [not go](Wait::look). Where several go in the same moment, the
//! circle is found by the one that begins last, and told to the one that was prepared last, which is woken for it.

use core::task::Waker;
use std::collections::BTreeMap;
use std::vec::Vec;

use crate::id::ActorId;
use crate::metrics::SystemEvent;

use super::guard::wake;
use super::header::Header;
use super::lock::Lock;
use super::system::Core;

/// An actor, as it is named to the user.
type Named = (&'static str, ActorId);

/// From one who waits.
struct Arrow {
    label: &'static str,
    to: Named,
    /// Whom to wake if this has closed a circle; there once it has begun.
    waker: Option<Waker>,
}

/// By whoever waits, and by the number of the wait.
type Key = (ActorId, u64);

#[derive(Default)]
struct Arrows {
    from: BTreeMap<Key, Arrow>,
    /// What they closed that went in the same moment as others, until they are told.
    closed: BTreeMap<Key, Cycle>,
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
            for (&(_, number), arrow) in self.from.range((id, 0)..=(id, u64::MAX)) {
                if arrow.waker.is_some() && found.iter().all(|((_, known), ..)| *known != arrow.to.1) {
                    found.push((arrow.to, (number, named), Some(place)));
                }
            }
            place += 1;
        }
        None
    }

    /// See [`Waits::begin`]. Takes the waker if it waits, and returns whom to wake besides.
    fn begin(&mut self, key: Key, waker: &mut Option<Waker>) -> (Result<(), Cycle>, Vec<Waker>) {
        let mut woken = Vec::new();
        if let Some(cycle) = self.closed.remove(&key) {
            return (Err(cycle), woken);
        }
        let Some(arrow) = self.from.get(&key) else { return (Ok(()), woken) };
        let (asker, target) = ((arrow.label, key.0), arrow.to);
        while let Some(circle) = self.circle(asker, key.1, target) {
            let (closer, cycle) = Cycle::of(circle);
            if closer == key {
                return (Err(cycle), woken);
            }
            woken.extend(self.from.remove(&closer).and_then(|arrow| arrow.waker));
            self.closed.insert(closer, cycle);
        }
        self.from.entry(key).and_modify(|arrow| arrow.waker = waker.take());
        (Ok(()), woken)
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

    /// Whether `asker` would close a circle, if it waited for `target`.
    fn look(&self, asker: Named, target: Named) -> Result<(), Cycle> {
        let circle = self.0.as_ref().and_then(|arrows| arrows.lock().circle(asker, u64::MAX, target));
        circle.map_or(Ok(()), |circle| Err(Cycle::of(circle).1))
    }

    /// `asker` is about to wait for `target`. Returns the number of the wait, where circles are looked for.
    fn prepare(&self, asker: Named, target: Named) -> Option<u64> {
        let mut arrows = self.0.as_ref()?.lock();
        let number = arrows.next_number;
        arrows.next_number += 1;
        arrows.from.insert((asker.1, number), Arrow { label: asker.0, to: target, waker: None });
        Some(number)
    }

    /// `asker` is about to go on with the wait of this number.
    fn prepare_again(&self, asker: Named, number: u64, target: Named) {
        let Some(arrows) = &self.0 else { return };
        let arrow = Arrow { label: asker.0, to: target, waker: None };
        // Here and below, a waker is dropped out of the lock.
        let _before = arrows.lock().from.insert((asker.1, number), arrow);
    }

    /// It waits from here on, unless it has closed a circle; and not at all, where it was woken since.
    fn begin(&self, asker: ActorId, number: u64, waker: &Waker) -> Result<(), Cycle> {
        let Some(arrows) = &self.0 else { return Ok(()) };
        let mut waker = Some(waker.clone());
        let (outcome, woken) = arrows.lock().begin((asker, number), &mut waker);
        woken.into_iter().for_each(wake);
        outcome
    }

    /// The handler of `asker` goes on, or has ended: what it has begun to wait for and kept, or handed on, holds it up no
    /// more.
    pub(super) fn leave(&self, asker: ActorId) {
        if let Some(arrows) = &self.0 {
            let _left: Vec<_> = arrows.lock().from.extract_if((asker, 0)..=(asker, u64::MAX), |_, _| true).collect();
        }
    }

    fn end(&self, asker: ActorId, number: u64) {
        if let Some(arrows) = &self.0 {
            let _ended = {
                let mut arrows = arrows.lock();
                (arrows.from.remove(&(asker, number)), arrows.closed.remove(&(asker, number)))
            };
        }
    }
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

    /// The handler of `asker` is about to wait for `target`, and has not yet left its waker. Nothing, where nobody looks for
    /// circles or it is in another system.
    pub(super) fn prepare(asker: &Header, target: &'a Header) -> Option<Self> {
        if !asker.is_beside(target) {
            return None;
        }
        let number = target.core.waits().prepare(asker.named(), target.named())?;
        Some(Self { target, asker: asker.id, number })
    }

    /// The same, when it was woken and has to go on; `asker` may be another one by now.
    pub(super) fn prepare_again(self, asker: &Header) -> Option<Self> {
        if asker.id != self.asker || !asker.is_beside(self.target) {
            return Self::prepare(asker, self.target);
        }
        self.target.core.waits().prepare_again(asker.named(), self.number, self.target.named());
        Some(self)
    }

    /// The handler has left its `waker` with whoever has to bring what it waits for, which was not there yet.
    ///
    /// # Errors
    /// The target waits for the handler already.
    pub(super) fn begin(&self, waker: &Waker) -> Result<(), Cycle> {
        self.target.core.waits().begin(self.asker, self.number, waker)
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
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.target.core.waits().end(self.asker, self.number);
    }
}

#[cfg(all(test, actor_loom))]
mod model {
    use super::*;
    use crate::backend::tokio::reply;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::Wake;

    const ASKER: Named = ("asker", ActorId::new(0, 0));
    const TARGET: Named = ("target", ActorId::new(1, 0));

    /// The cell of one that waits, until it is woken.
    struct Waiting {
        waits: Arc<Waits>,
        id: ActorId,
        woken: AtomicBool,
    }

    impl Waiting {
        fn new(waits: &Arc<Waits>, (_, id): Named) -> Arc<Self> {
            Arc::new(Self { waits: Arc::clone(waits), id, woken: AtomicBool::new(false) })
        }
    }

    impl Wake for Waiting {
        fn wake(self: Arc<Self>) {
            self.waits.leave(self.id);
            self.woken.store(true, Ordering::Relaxed);
        }
    }

    /// Whoever answers may ask the other back at once, however far that is with its wait.
    #[test]
    fn whoever_is_answered_waits_no_more() {
        loom::model(|| {
            let waits = Arc::new(Waits::new(true));
            let waker = Waker::from(Waiting::new(&waits, ASKER));
            let (mut pending, reply) = reply::pair::<()>();
            let number = waits.prepare(ASKER, TARGET).unwrap();
            let theirs = Arc::clone(&waits);
            let replier = loom::thread::spawn(move || {
                reply.send(());
                assert!(theirs.look(TARGET, ASKER).is_ok(), "it has answered");
                let number = theirs.prepare(TARGET, ASKER).unwrap();
                assert!(theirs.begin(TARGET.1, number, Waker::noop()).is_ok(), "it has answered");
                assert!(theirs.begin(TARGET.1, number, Waker::noop()).is_ok(), "nobody has waited since");
                theirs.end(TARGET.1, number);
            });
            for _polled_twice in 0..2 {
                waits.prepare_again(ASKER, number, TARGET);
                let polled = pending.poll(&waker);
                if polled.is_ready() {
                    break;
                }
                assert!(waits.begin(ASKER.1, number, &waker).is_ok());
            }
            waits.end(ASKER.1, number);
            replier.join().unwrap();
        });
    }

    /// Whoever finds the mailbox full has prepared to wait, and goes on.
    #[test]
    fn whoever_is_refused_has_never_waited() {
        loom::model(|| {
            let waits = Arc::new(Waits::new(true));
            let theirs = Arc::clone(&waits);
            let refused = loom::thread::spawn(move || {
                let number = theirs.prepare(TARGET, ASKER).unwrap();
                theirs.end(TARGET.1, number);
            });
            assert!(waits.look(ASKER, TARGET).is_ok());
            let number = waits.prepare(ASKER, TARGET).unwrap();
            assert!(waits.begin(ASKER.1, number, Waker::noop()).is_ok());
            refused.join().unwrap();
            assert!(waits.begin(ASKER.1, number, Waker::noop()).is_ok(), "nobody has told it since");
        });
    }

    /// Where both ask each other, one is told, and woken for it if it waits already: the one that prepared last.
    #[test]
    fn of_two_that_go_at_once_the_last_is_told() {
        loom::model(|| {
            let waits = Arc::new(Waits::new(true));
            let sides = [(ASKER, TARGET), (TARGET, ASKER)];
            let [one, other] = sides.map(|(asker, target)| {
                let waits = Arc::clone(&waits);
                loom::thread::spawn(move || {
                    let (number, waiting) = (waits.prepare(asker, target).unwrap(), Waiting::new(&waits, asker));
                    let outcome = waits.begin(asker.1, number, &Waker::from(Arc::clone(&waiting)));
                    (number, outcome.is_err(), waiting)
                })
            });
            let found = [one.join().unwrap(), other.join().unwrap()];
            let told = [0, 1].map(|side: usize| {
                let ((asker, target), (number, at_once, waiting)) = (sides[side], &found[side]);
                let is_woken = waiting.woken.load(Ordering::Relaxed);
                waits.prepare_again(asker, *number, target);
                let then = !at_once && waits.begin(asker.1, *number, Waker::noop()).is_err();
                waits.end(asker.1, *number);
                assert_eq!(is_woken, then, "it is woken for nothing else");
                *at_once || then
            });
            assert_eq!(told, [found[0].0 > found[1].0, found[1].0 > found[0].0]);
        });
    }
}
