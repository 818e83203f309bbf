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
