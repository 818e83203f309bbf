//! Sends from elsewhere while the worker runs: another thread stands for an interrupt.
#![allow(missing_docs)]

use std::sync::atomic::{AtomicU32, Ordering};

use actor::prelude::*;
use actor::{Instant, system};

static SUM: AtomicU32 = AtomicU32::new(0);

#[actor]
struct Adder;

#[handlers]
impl Adder {
    fn add(&mut self, by: u32) {
        SUM.fetch_add(by, Ordering::Relaxed);
    }
}

system! {
    mod sums { ADDER: Adder { mailbox = 3 } = || Adder }
}

#[test]
fn no_message_is_lost_or_handled_twice() {
    let rounds = if cfg!(miri) { 20 } else { 2_000 };
    sums::start(|| Instant::ZERO);
    let senders: Vec<_> = (1..=2)
        .map(|by| {
            std::thread::spawn(move || {
                for _ in 0..rounds {
                    while sums::ADDER.add(by).tell().is_err() {
                        std::thread::yield_now();
                    }
                }
            })
        })
        .collect();
    // A second worker finds the place taken, or takes it in turns.
    let helper = std::thread::spawn(move || {
        for _ in 0..rounds {
            sums::step();
            std::thread::yield_now();
        }
    });
    while SUM.load(Ordering::Relaxed) < 3 * rounds {
        if !sums::step() {
            std::thread::yield_now();
        }
    }
    for thread in senders.into_iter().chain([helper]) {
        thread.join().unwrap();
    }
    assert!(!sums::step());
    assert_eq!(SUM.load(Ordering::Relaxed), 3 * rounds);
}

static URGENT: AtomicU32 = AtomicU32::new(0);

#[actor]
struct Siren {
    last: [u32; 2],
}

#[handlers]
impl Siren {
    #[handler(lane = urgent)]
    fn alarm(&mut self, by: u32, number: u32) {
        let last = &mut self.last[by as usize];
        assert_eq!(*last + 1, number, "in order, none lost, none twice");
        *last = number;
        URGENT.fetch_add(1, Ordering::Relaxed);
    }
    fn plain(&mut self) {
        URGENT.fetch_add(1, Ordering::Relaxed);
    }
}

system! {
    mod sirens { SIREN: Siren { mailbox = 3 } = || Siren { last: [0; 2] } }
}

#[test]
fn no_urgent_message_is_lost_or_handled_twice() {
    let rounds = if cfg!(miri) { 20 } else { 2_000 };
    sirens::start(|| Instant::ZERO);
    let senders: Vec<_> = (0..2)
        .map(|by| {
            std::thread::spawn(move || {
                for number in 1..=rounds {
                    while sirens::SIREN.alarm(by, number).tell().is_err() {
                        std::thread::yield_now();
                    }
                    while sirens::SIREN.plain().tell().is_err() {
                        std::thread::yield_now();
                    }
                }
            })
        })
        .collect();
    while URGENT.load(Ordering::Relaxed) < 4 * rounds {
        if !sirens::step() {
            std::thread::yield_now();
        }
    }
    for thread in senders {
        thread.join().unwrap();
    }
    assert!(!sirens::step());
    assert_eq!(sirens::SIREN.control().depth(), 0);
}
