//! Topics in interrupts: nobody is subscribed twice, and each value reaches all who have subscribed, once.
#![allow(missing_docs)]

mod common;

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use actor::prelude::*;
use actor::{Subscribers, Topic, system};
use common::{note, noted, now, run};
use interrupts::{interrupted, sweep};

#[actor(mailbox = 8)]
struct Chart {
    number: u32,
}

#[handlers]
impl Chart {
    fn reading(&mut self, reading: u32) {
        note(self.number + reading);
    }
}

static READINGS: Subscribers<u32, 3> = Subscribers::new();

system! {
    mod wall {
        FIRST: Chart { mailbox = 8 } = || Chart { number: 10 },
        SECOND: Chart { mailbox = 8 } = || Chart { number: 20 },
        THIRD: Chart { mailbox = 8 } = || Chart { number: 30 },
        FOURTH: Chart { mailbox = 8 } = || Chart { number: 40 },
    }
}

/// What the interrupt was told of those it reached.
static DELIVERED: AtomicUsize = AtomicUsize::new(0);

fn readings() -> Topic<u32> {
    READINGS.topic()
}

fn listens(chart: &ChartRef) -> bool {
    readings().subscribe(chart.recipient(ChartRef::reading))
}

fn ceases(chart: &ChartRef) -> bool {
    readings().unsubscribe(&chart.recipient(ChartRef::reading))
}

fn nobody_listens() {
    for chart in [&wall::FIRST, &wall::SECOND, &wall::THIRD, &wall::FOURTH] {
        ceases(chart);
        assert!(!ceases(chart), "nobody is there twice");
    }
    assert_eq!(readings().subscribers(), 0);
}

#[test]
fn what_an_interrupt_publishes_reaches_all() {
    sweep(
        || _ = DELIVERED.fetch_add(readings().publish(9).delivered, Relaxed),
        || {
            wall::start(now);
            assert!(listens(&wall::FIRST) && listens(&wall::SECOND));
            interrupted(|| {
                assert_eq!(readings().publish(1).delivered, 2);
                run(wall::step);
                assert!(listens(&wall::THIRD));
            });
            run(wall::step);
            let mut seen = noted();
            seen.sort_unstable();
            let ours: Vec<u32> = seen.iter().copied().filter(|reading| reading % 10 == 1).collect();
            assert_eq!(ours, [11, 21]);
            assert_eq!(seen.len(), 2 + DELIVERED.swap(0, Relaxed), "{seen:?}");
            nobody_listens();
        },
    );
}

#[test]
fn who_subscribes_in_an_interrupt_too_is_there_once() {
    sweep(
        || _ = (listens(&wall::FIRST), listens(&wall::SECOND)),
        || {
            wall::start(now);
            interrupted(|| {
                listens(&wall::SECOND);
                listens(&wall::FIRST);
            });
            listens(&wall::FIRST);
            assert_eq!(readings().subscribers(), 2);
            assert_eq!(readings().publish(1).delivered, 2);
            assert!(listens(&wall::THIRD));
            assert!(!listens(&wall::FOURTH), "there is no place for a fourth");
            run(wall::step);
            assert_eq!(noted().len(), 2);
            nobody_listens();
        },
    );
}

#[test]
fn who_leaves_in_an_interrupt_is_gone() {
    sweep(
        || _ = ceases(&wall::FIRST),
        || {
            wall::start(now);
            interrupted(|| {
                listens(&wall::FIRST);
                listens(&wall::SECOND);
                readings().publish(1);
                listens(&wall::THIRD);
            });
            run(wall::step);
            noted();
            let there = readings().subscribers() as u32;
            assert_eq!(there, 2 + u32::from(ceases(&wall::FIRST)));
            assert!(ceases(&wall::SECOND) && ceases(&wall::THIRD));
            nobody_listens();
        },
    );
}
