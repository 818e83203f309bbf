//! A clock, a journal, and things that are counted while they live.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};

use actor::Instant;

/// In seconds.
static CLOCK: AtomicU32 = AtomicU32::new(0);

thread_local! {
    static JOURNAL: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
    static ALIVE: Cell<i32> = const { Cell::new(0) };
    static MADE: Cell<usize> = const { Cell::new(0) };
}

pub fn now() -> Instant {
    Instant::from_nanos(u64::from(CLOCK.load(SeqCst)) * 1_000_000_000)
}

/// Moves the clock by so many seconds.
pub fn pass(seconds: u32) {
    CLOCK.fetch_add(seconds, SeqCst);
}

pub fn note(entry: u32) {
    JOURNAL.with_borrow_mut(|journal| journal.push(entry));
}

/// What was noted since this was last asked.
pub fn noted() -> Vec<u32> {
    JOURNAL.take()
}

/// Steps until nothing is ready.
pub fn run(step: fn() -> bool) {
    let mut steps = 0;
    while step() {
        steps += 1;
        assert!(steps < 1_000, "the worker spins");
    }
}

/// What a message carries. It is never lost and never there twice.
#[derive(Debug)]
pub struct Load(pub u32);

impl Load {
    pub fn new(number: u32) -> Self {
        ALIVE.set(ALIVE.get() + 1);
        MADE.set(MADE.get() + 1);
        Self(number)
    }

    /// How many were made since this was last asked, here and in interrupts.
    pub fn made() -> usize {
        MADE.take()
    }

    /// How many there are.
    pub fn alive() -> i32 {
        ALIVE.get()
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        ALIVE.set(ALIVE.get() - 1);
    }
}

/// Waits until it is polled again.
#[derive(Default)]
pub struct Once(bool);

impl Future for Once {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// A future of the program, which is polled at first and whenever it was woken: one that is not woken hangs.
pub struct Task<T> {
    future: Pin<Box<dyn Future<Output = T>>>,
    woken: Arc<Woken>,
    polled: u32,
    output: Option<T>,
}

#[derive(Default)]
struct Woken(AtomicU32);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

impl<T> Task<T> {
    pub fn new(future: impl Future<Output = T> + 'static) -> Self {
        Self { future: Box::pin(future), woken: Arc::new(Woken(AtomicU32::new(1))), polled: 0, output: None }
    }

    /// Polls it, if it was woken. Returns whether it is done.
    pub fn go_on(&mut self) -> bool {
        let woken = self.woken.0.load(SeqCst);
        if self.output.is_none() && woken > self.polled {
            self.polled = woken;
            let waker = Waker::from(Arc::clone(&self.woken));
            if let Poll::Ready(output) = self.future.as_mut().poll(&mut Context::from_waker(&waker)) {
                self.output = Some(output);
            }
        }
        self.output.is_some()
    }

    /// How often it had been woken when it was last polled.
    pub fn polled(&self) -> u32 {
        self.polled
    }

    /// Its output; it is done.
    pub fn output(mut self) -> T {
        self.output.take().expect("the task is done")
    }
}

/// Lets the worker and `task` go on until neither has anything to do. Returns whether the task is done.
pub fn settle<T>(step: fn() -> bool, task: &mut Task<T>) -> bool {
    let mut rounds = 0;
    loop {
        run(step);
        let polled = task.polled;
        if task.go_on() || task.polled == polled {
            run(step);
            return task.output.is_some();
        }
        rounds += 1;
        assert!(rounds < 100, "the task spins");
    }
}
