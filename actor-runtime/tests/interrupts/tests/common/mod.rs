//! A clock, a journal, and things that are counted while they live. None of it orders an interrupt and whom it interrupts, so
//! that miri sees where the backend does not.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

use actor::Instant;
use critical_section::Mutex;

/// In seconds.
static CLOCK: AtomicU32 = AtomicU32::new(0);

static JOURNAL: [AtomicU32; 128] = [const { AtomicU32::new(0) }; 128];
static NOTED: AtomicUsize = AtomicUsize::new(0);
static ALIVE: AtomicI32 = AtomicI32::new(0);
static MADE: AtomicUsize = AtomicUsize::new(0);

pub fn now() -> Instant {
    Instant::from_nanos(u64::from(CLOCK.load(Relaxed)) * 1_000_000_000)
}

/// Moves the clock by so many seconds.
pub fn pass(seconds: u32) {
    CLOCK.fetch_add(seconds, Relaxed);
}

pub fn note(entry: u32) {
    JOURNAL[NOTED.fetch_add(1, Relaxed)].store(entry, Relaxed);
}

/// What was noted since this was last asked.
pub fn noted() -> Vec<u32> {
    let noted = NOTED.swap(0, Relaxed);
    JOURNAL[..noted].iter().map(|entry| entry.load(Relaxed)).collect()
}

/// What a test and its interrupts take from each other.
pub struct Shared<T>(Mutex<Cell<Option<T>>>);

impl<T> Shared<T> {
    pub const fn new() -> Self {
        Self(Mutex::new(Cell::new(None)))
    }

    pub fn set(&self, value: T) {
        let before = critical_section::with(|cs| self.0.borrow(cs).replace(Some(value)));
        drop(before);
    }

    pub fn take(&self) -> Option<T> {
        critical_section::with(|cs| self.0.borrow(cs).take())
    }

    /// Looks at what is there, which meanwhile nobody else finds.
    pub fn with<R>(&self, look: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut value = self.take()?;
        let seen = look(&mut value);
        self.set(value);
        Some(seen)
    }
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
        ALIVE.fetch_add(1, Relaxed);
        MADE.fetch_add(1, Relaxed);
        Self(number)
    }

    /// How many were made since this was last asked, here and in interrupts.
    pub fn made() -> usize {
        MADE.swap(0, Relaxed)
    }

    /// How many there are.
    pub fn alive() -> i32 {
        ALIVE.load(Relaxed)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Relaxed);
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
    future: Pin<Box<dyn Future<Output = T> + Send>>,
    woken: Arc<Woken>,
    polled: u32,
    output: Option<T>,
}

#[derive(Default)]
struct Woken(AtomicU32);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

impl<T> Task<T> {
    pub fn new(future: impl Future<Output = T> + Send + 'static) -> Self {
        Self { future: Box::pin(future), woken: Arc::new(Woken(AtomicU32::new(1))), polled: 0, output: None }
    }

    /// Polls it, if it was woken. Returns whether it is done.
    pub fn go_on(&mut self) -> bool {
        let woken = self.woken.0.load(Relaxed);
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
