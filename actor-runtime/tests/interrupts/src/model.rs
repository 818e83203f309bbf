//! Several interrupts, which may interrupt each other, in every order that loom finds.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use loom::model::Builder;
use loom::sync::{Condvar, Mutex, MutexGuard};
use loom::thread;

use super::alone;

/// What comes once, within whatever has a lower level.
#[derive(Clone, Copy, Debug)]
pub struct Interrupt {
    /// From one up. Nobody is interrupted by one of its own level.
    pub level: usize,
    /// What it does.
    pub act: fn(),
}

thread_local! {
    // All threads of loom are one of the system's, so these are of all of them.
    static INTERRUPTS: Cell<&'static [Interrupt]> = const { Cell::new(&[]) };
    /// Whether loom runs what is modelled.
    static IS_BEGUN: Cell<bool> = const { Cell::new(false) };
    static ROUNDS: Cell<u32> = const { Cell::new(0) };
    static PROCESSOR: RefCell<Option<Rc<Processor>>> = const { RefCell::new(None) };
}

/// Who goes on.
struct Processor {
    level: Mutex<usize>,
    changed: Condvar,
    /// The same, for those who do; so it is without loom.
    running: Cell<usize>,
    /// The levels of those that have not come.
    to_come: RefCell<Vec<usize>>,
}

impl Processor {
    fn new(interrupts: &[Interrupt]) -> Self {
        Self {
            level: Mutex::new(0),
            changed: Condvar::new(),
            running: Cell::new(0),
            to_come: RefCell::new(interrupts.iter().map(|interrupt| interrupt.level).collect()),
        }
    }

    /// Lets those come who may. Goes on when they are over.
    fn point(&self) {
        let own = self.running.get();
        if self.to_come.borrow().iter().any(|level| *level > own) {
            drop(self.wait(|level| level == own));
            self.running.set(own);
        }
    }

    fn wait(&self, may_go_on: impl Fn(usize) -> bool) -> MutexGuard<'_, usize> {
        let mut level = self.level.lock().unwrap();
        while !may_go_on(*level) {
            level = self.changed.wait(level).unwrap();
        }
        level
    }

    /// Interrupts whoever goes on, as soon as it may.
    fn interrupt(&self, Interrupt { level: own, act }: Interrupt) {
        let mut level = self.wait(|level| level < own);
        let interrupted = std::mem::replace(&mut *level, own);
        self.running.set(own);
        let place = self.to_come.borrow().iter().position(|to_come| *to_come == own).unwrap();
        self.to_come.borrow_mut().remove(place);
        drop(level);
        act();
        *self.wait(|level| level == own) = interrupted;
        self.changed.notify_all();
    }
}

pub(super) fn point() {
    if let Some(processor) = PROCESSOR.with_borrow(Option::clone) {
        processor.point();
    }
}

/// Runs `round` again and again, until the `interrupts` have come at all points of what is
/// [`interrupted`](super::interrupted) in it, and of each other, in all orders. A round leaves everything as it found it.
///
/// # Panics
/// If `round` does, or if there is no point in it.
pub fn model(interrupts: &'static [Interrupt], round: impl Fn() + Send + Sync + 'static) {
    let _alone = alone();
    // What a program does once is done before, so that all rounds are alike.
    INTERRUPTS.set(interrupts);
    round();
    let mut loom = Builder::new();
    loom.max_branches = 100_000;
    // To be interrupted is to be preempted, and nothing else is.
    loom.preemption_bound = Some(interrupts.len());
    loom.check(move || {
        IS_BEGUN.set(true);
        ROUNDS.set(ROUNDS.get() + 1);
        round();
    });
    IS_BEGUN.set(false);
    INTERRUPTS.set(&[]);
    assert!(ROUNDS.take() > 10, "nothing was interrupted");
}

/// Does `act`; whoever has not come when it is over comes then.
pub(super) fn interrupted<R>(act: impl FnOnce() -> R) -> R {
    let interrupts = INTERRUPTS.get();
    if !IS_BEGUN.get() {
        let done = act();
        interrupts.iter().for_each(|interrupt| (interrupt.act)());
        return done;
    }
    let processor = Rc::new(Processor::new(interrupts));
    PROCESSOR.set(Some(Rc::clone(&processor)));
    let threads = interrupts.iter().map(|interrupt| {
        let processor = Rc::clone(&processor);
        thread::spawn(move || processor.interrupt(*interrupt))
    });
    let threads: Vec<_> = threads.collect();
    processor.point();
    let done = act();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    PROCESSOR.set(None);
    done
}
