//! Wakers are the user's: they are called and dropped with interrupts on.
#![allow(missing_docs)]

mod common;

use std::future::{Future, IntoFuture};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context as Polling, Poll, Wake, Waker};

use actor::prelude::*;
use actor::system;
use common::{now, run};
use interrupts::{alone, are_off};

#[actor(mailbox = 2)]
struct Valve;

#[handlers]
impl Valve {
    fn open(&mut self) {}
    #[handler(lane = urgent)]
    fn shut(&mut self) {}
}

system! {
    mod plant { VALVE: Valve = || Valve }
}

/// Of wakers: how often one was called, or dropped, and how often that was with interrupts off.
static CALLED: AtomicU32 = AtomicU32::new(0);
static DROPPED: AtomicU32 = AtomicU32::new(0);
static WITH_INTERRUPTS_OFF: AtomicU32 = AtomicU32::new(0);

fn note(what: &AtomicU32) {
    what.fetch_add(1, SeqCst);
    WITH_INTERRUPTS_OFF.fetch_add(are_off().into(), SeqCst);
}

struct Noted;

impl Wake for Noted {
    fn wake(self: Arc<Self>) {
        note(&CALLED);
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        note(&DROPPED);
    }
}

/// Polls with a waker that is kept by nobody but the call.
fn poll<F: Future>(call: Pin<&mut F>) -> Poll<F::Output> {
    call.poll(&mut Polling::from_waker(&Waker::from(Arc::new(Noted))))
}

/// Fills the mailbox, has two wait for room, and lets both in: the first wakes the second, and lets go of its own waker.
fn wait_for_room<F: Future<Output = Result<(), E>>, E>(fill: fn() -> bool, call: fn() -> F) {
    while fill() {}
    let (mut first, mut second) = (pin!(call()), pin!(call()));
    assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
    run(plant::step);
    for call in [&mut first, &mut second] {
        let _ = poll(call.as_mut());
    }
    run(plant::step);
}

#[test]
fn who_waits_for_room_is_woken_with_interrupts_on() {
    let _alone = alone();
    plant::start(now);
    run(plant::step);
    wait_for_room(|| plant::VALVE.open().tell().is_ok(), || plant::VALVE.open().into_future());
    wait_for_room(|| plant::VALVE.shut().tell().is_ok(), || plant::VALVE.shut().into_future());
    wait_for_room(|| plant::VALVE.open().tell().is_ok(), || plant::VALVE.open().done().into_future());
    wait_for_room(|| plant::VALVE.shut().tell().is_ok(), || plant::VALVE.shut().done().into_future());
    assert!(CALLED.load(SeqCst) >= 8 && DROPPED.load(SeqCst) >= 8, "nobody waits");
    assert_eq!(WITH_INTERRUPTS_OFF.load(SeqCst), 0);
}
