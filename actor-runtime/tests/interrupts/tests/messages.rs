//! Messages that interrupts send while the worker handles others: none is lost, none is handled twice, all are in order.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use actor::system;
use common::{Load, Once, note, noted, now, pass, run};
use interrupts::{interrupted, sweep};

#[actor(mailbox = 4)]
struct Plain;

#[handlers]
impl Plain {
    fn item(&mut self, load: Load) {
        note(load.0);
    }
}

system! {
    mod plain { PLAIN: Plain { mailbox = 4 } = || Plain }
}

#[test]
fn a_message_from_an_interrupt_comes_after_those_before_it() {
    sweep(
        || plain::PLAIN.item(Load::new(9)).tell().unwrap(),
        || {
            plain::start(now);
            run(plain::step);
            interrupted(|| {
                plain::PLAIN.item(Load::new(1)).tell().unwrap();
                plain::PLAIN.item(Load::new(2)).tell().unwrap();
                run(plain::step);
            });
            run(plain::step);
            let seen = noted();
            assert_eq!(seen.iter().filter(|number| **number < 9).collect::<Vec<_>>(), [&1, &2]);
            assert_eq!((seen.len(), Load::alive()), (Load::made(), 0), "{seen:?}");
        },
    );
}

#[actor(mailbox = 4)]
struct Waits;

#[handlers]
impl Waits {
    async fn slow(&mut self, load: Load) {
        note(load.0);
        Once::default().await;
        note(load.0 + 100);
    }

    #[handler(lane = urgent)]
    fn urgent(&mut self, load: Load) {
        note(load.0);
    }
}

system! {
    mod waits { WAITS: Waits { mailbox = 4 } = || Waits }
}

#[test]
fn a_future_in_hand_is_woken_and_ends_before_what_follows() {
    sweep(
        || waits::WAITS.slow(Load::new(9)).tell().unwrap(),
        || {
            waits::start(now);
            run(waits::step);
            interrupted(|| {
                waits::WAITS.slow(Load::new(1)).tell().unwrap();
                run(waits::step);
            });
            run(waits::step);
            let seen = noted();
            assert!(seen.chunks(2).all(|pair| pair[0] + 100 == pair[1]), "{seen:?}");
            assert_eq!((seen.len(), Load::alive()), (2 * Load::made(), 0), "{seen:?}");
        },
    );
}

#[test]
fn an_urgent_message_from_an_interrupt_is_handled() {
    sweep(
        || waits::WAITS.urgent(Load::new(9)).tell().unwrap(),
        || {
            waits::start(now);
            run(waits::step);
            interrupted(|| {
                waits::WAITS.slow(Load::new(1)).tell().unwrap();
                waits::WAITS.urgent(Load::new(2)).tell().unwrap();
                run(waits::step);
            });
            run(waits::step);
            let seen = noted();
            for number in [1, 2, 101] {
                assert_eq!(seen.iter().filter(|seen| **seen == number).count(), 1, "{seen:?}");
            }
            assert_eq!((seen.len(), Load::alive()), (Load::made() + 1, 0), "{seen:?}");
        },
    );
}

#[actor(mailbox = 4, stash = 4)]
struct Gate {
    is_open: bool,
}

#[handlers]
impl Gate {
    #[handler(stash_unless = self.is_open)]
    fn pass(&mut self, load: Load) {
        note(load.0);
    }

    fn open(&mut self, ctx: &mut Context<Self>) {
        self.is_open = true;
        ctx.unstash_all();
    }

    fn close(&mut self) {
        self.is_open = false;
    }
}

system! {
    mod gate { GATE: Gate { mailbox = 4 } = || Gate { is_open: false } }
}

#[test]
fn what_was_not_ready_comes_before_what_an_interrupt_sends() {
    sweep(
        || gate::GATE.pass(Load::new(9)).tell().unwrap(),
        || {
            gate::start(now);
            run(gate::step);
            // Waits in the stash.
            gate::GATE.pass(Load::new(1)).tell().unwrap();
            interrupted(|| {
                run(gate::step);
                gate::GATE.open().tell().unwrap();
                run(gate::step);
            });
            run(gate::step);
            let seen = noted();
            assert_eq!(seen.first(), Some(&1), "{seen:?}");
            assert_eq!((seen.len(), Load::alive()), (Load::made(), 0), "{seen:?}");
            gate::GATE.close().tell().unwrap();
            run(gate::step);
        },
    );
}

#[actor(mailbox = 4)]
struct Clockwork;

#[handlers]
impl Clockwork {
    #[every(1s)]
    fn beat(&mut self) {
        note(1);
    }

    fn item(&mut self, load: Load) {
        note(load.0);
    }
}

system! {
    mod clockwork { CLOCKWORK: Clockwork { mailbox = 4 } = || Clockwork }
}

#[test]
fn a_beat_from_the_timer_interrupt_is_handled_once() {
    sweep(
        || {
            pass(1);
            clockwork::tick();
        },
        || {
            clockwork::start(now);
            run(clockwork::step);
            noted();
            let sent = [2, 3];
            interrupted(|| {
                for number in sent {
                    clockwork::CLOCKWORK.item(Load::new(number)).tell().unwrap();
                    run(clockwork::step);
                }
            });
            run(clockwork::step);
            let seen = noted();
            let beats = seen.iter().filter(|number| **number == 1).count();
            assert_eq!((seen.len() - beats, Load::alive()), (Load::made(), 0), "{seen:?}");
            assert!(beats <= 2, "{seen:?}");
            // One more second, one more beat.
            pass(1);
            clockwork::tick();
            run(clockwork::step);
            assert_eq!(noted(), [1]);
        },
    );
}
