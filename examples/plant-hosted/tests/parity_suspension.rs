//! Suspension on both backends, step by step under a virtual clock: what was noted must be the same.
#![allow(missing_docs)]

mod common;

use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError};

use actor::prelude::*;
use actor::system;
use common::{Bed, Owing, OwingRef, note, noted, now, run};

thread_local!(static IS_SLOW: Cell<bool> = const { Cell::new(false) });

/// The worker's table is for the whole program, and all tests together would fill it.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[actor(mailbox = 4)]
#[supervise(backoff = 10ms..10ms, jitter = none)]
struct Scribe {
    owing: OwingRef,
}

#[handlers]
impl Scribe {
    #[started]
    async fn started(&mut self, ctx: &mut Context<Self>) {
        if ctx.incarnation().get() > 0 && IS_SLOW.get() {
            let _ = self.owing.second().await;
        }
        note(format!("up {}", ctx.incarnation()));
    }
    fn write(&mut self, word: &'static str) {
        note(word);
    }
    #[handler(lane = urgent)]
    fn shout(&mut self, word: &'static str) {
        note(word);
    }
    async fn hold(&mut self) {
        note(format!("held {:?}", self.owing.first().await));
    }
    async fn fails_later(&mut self) -> Result<(), &'static str> {
        note(format!("fails {:?}", self.owing.first().await));
        Err("on purpose")
    }
    fn fails(&mut self) -> Result<(), &'static str> {
        Err("on purpose")
    }
    #[every(1s)]
    fn beats(&mut self) {
        note("beat");
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        note(format!("{why}"));
    }
}

#[actor(mailbox = 4)]
struct Reader {
    scribe: ScribeRef,
}

#[handlers]
impl Reader {
    async fn waits_for_room(&mut self, word: &'static str) {
        note(format!("sent {:?}", self.scribe.write(word).await));
    }
}

macro_rules! parity {
    ($test:ident, |$bed:ident, $scribe:ident, $reader:ident, $owing:ident| $body:block) => {
        mod $test {
            use super::*;

            system! {
                mod system {
                    SCRIBE: Scribe { mailbox = 4 } = || Scribe { owing: system::OWING.clone() },
                    READER: Reader { mailbox = 4 } = || Reader { scribe: system::SCRIBE.clone() },
                    OWING: Owing { mailbox = 2 } = Owing::new,
                }
            }

            #[allow(unused_variables)]
            fn scenario($bed: &mut Bed, $scribe: &ScribeRef, $reader: &ReaderRef, $owing: &OwingRef) {
                $body
                $bed.run();
                note(format!("alive {}, by {:?}", $scribe.control().is_alive(), $scribe.control().suspended_by()));
            }

            #[test]
            #[cfg_attr(miri, ignore = "takes long, and does nothing that other tests do not")]
            fn $test() {
                let (tokio, mut stepper) = ActorSystem::builder("parity").stepper();
                let (scribe, reader, owing) = stepper.block_on(async {
                    let owing = tokio.spawn(Owing::new).await.unwrap();
                    let owed = owing.clone();
                    let scribe = tokio.spawn(move || Scribe { owing: owed.clone() }).await.unwrap();
                    let read = scribe.clone();
                    (scribe, tokio.spawn(move || Reader { scribe: read.clone() }).await.unwrap(), owing)
                });
                let mut bed = Bed::Tokio(stepper);
                scenario(&mut bed, &scribe, &reader, &owing);
                let on_tokio = noted();
                drop((scribe, reader, owing, tokio, bed));
                noted();

                let _alone = alone();
                system::start(now);
                run(system::step);
                let mut bed = Bed::Worker { step: system::step, tick: system::tick };
                scenario(&mut bed, &system::SCRIBE, &system::READER, &system::OWING);
                assert_eq!(on_tokio, noted(), "tokio on the left, the worker on the right");
            }
        }
    };
}

parity!(what_comes_is_kept_and_handled_afterwards_in_order, |bed, scribe, reader, owing| {
    let suspension = scribe.control().suspend("test");
    note(format!("by {:?}", scribe.control().suspended_by()));
    for word in ["a", "b"] {
        scribe.write(word).tell().unwrap();
        bed.run();
    }
    scribe.shout("now").tell().unwrap();
    bed.run();
    note(format!("waiting {}", scribe.control().depth()));
    suspension.resume();
});

parity!(it_ends_when_as_many_have_resumed, |bed, scribe, reader, owing| {
    let (first, second) = (scribe.control().suspend("first"), scribe.control().suspend("second"));
    scribe.write("a").tell().unwrap();
    first.resume();
    bed.run();
    note(format!("by {:?}", scribe.control().suspended_by()));
    drop(second);
    bed.run();
    let third = scribe.control().suspend("third");
    scribe.write("b").tell().unwrap();
    bed.run();
    note("third");
    drop(third);
});

parity!(the_handler_in_hand_finishes, |bed, scribe, reader, owing| {
    scribe.hold().tell().unwrap();
    bed.run();
    let suspension = scribe.control().suspend("test");
    scribe.write("a").tell().unwrap();
    owing.answer_first().tell().unwrap();
    bed.run();
    note("resumed");
    drop(suspension);
});

parity!(who_waits_for_room_waits_on, |bed, scribe, reader, owing| {
    let suspension = scribe.control().suspend("test");
    for word in ["a", "b", "c", "d"] {
        scribe.write(word).tell().unwrap();
    }
    reader.waits_for_room("e").tell().unwrap();
    bed.run();
    note("resumed");
    drop(suspension);
    bed.run();
    // When whoever waits has its turn is no matter of the actor's.
    let (sent, others): (Vec<_>, Vec<_>) = noted().into_iter().partition(|entry| entry.starts_with("sent"));
    others.into_iter().chain(sent).for_each(note);
});

parity!(a_timer_waits_and_beats_once, |bed, scribe, reader, owing| {
    let suspension = scribe.control().suspend("test");
    bed.advance(3_500);
    note("resumed");
    drop(suspension);
    bed.advance(1_000);
});

parity!(a_stop_ends_it_and_waits_for_nobody, |bed, scribe, reader, owing| {
    let suspension = scribe.control().suspend("test");
    scribe.write("a").tell().unwrap();
    drop(scribe.control().stop());
    bed.run();
    drop(suspension);
    note(format!("{:?}", scribe.control().suspend("late")));
});

parity!(a_drain_waits_for_it, |bed, scribe, reader, owing| {
    let suspension = scribe.control().suspend("test");
    scribe.write("a").tell().unwrap();
    drop(scribe.control().drain());
    bed.run();
    note("resumed");
    drop(suspension);
});

parity!(a_drain_that_has_nothing_to_do_does_not_wait_for_it, |bed, scribe, reader, owing| {
    let suspension = scribe.control().suspend("test");
    drop(scribe.control().drain());
    bed.run();
    note("resumed");
    drop(suspension);
});

parity!(a_restart_ends_it, |bed, scribe, reader, owing| {
    scribe.fails_later().tell().unwrap();
    bed.run();
    let old = scribe.control().suspend("old");
    scribe.write("a").tell().unwrap();
    bed.run();
    owing.answer_first().tell().unwrap();
    bed.run();
    // What an earlier life was told ends nothing of this one.
    let new = scribe.control().suspend("new");
    drop(old);
    scribe.write("b").tell().unwrap();
    bed.run();
    note("resumed");
    drop(new);
});

parity!(one_that_begins_in_the_pause_before_a_restart_waits_for_its_end, |bed, scribe, reader, owing| {
    for _ in 0..2 {
        scribe.fails().tell().unwrap();
        bed.run();
    }
    let suspension = scribe.control().suspend("test");
    scribe.write("a").tell().unwrap();
    bed.advance(20);
    note("resumed");
    drop(suspension);
});

parity!(one_that_begins_while_the_actor_comes_up_is_not_slept_through, |bed, scribe, reader, owing| {
    IS_SLOW.set(true);
    scribe.fails().tell().unwrap();
    bed.run();
    let suspension = scribe.control().suspend("test");
    scribe.write("a").tell().unwrap();
    owing.answer_second().tell().unwrap();
    bed.run();
    note("resumed");
    drop(suspension);
});

parity!(a_stop_in_the_pause_before_a_restart_ends_it, |bed, scribe, reader, owing| {
    for _ in 0..2 {
        scribe.fails().tell().unwrap();
        bed.run();
    }
    let _suspension = scribe.control().suspend("test");
    drop(scribe.control().stop());
    bed.run();
    note(format!("by {:?}", scribe.control().suspended_by()));
});

system! { mod full { OWING: Owing { mailbox = 2 } = Owing::new } }

#[test]
#[should_panic(expected = "at most 8 suspensions are kept")]
fn the_ninth_is_refused_aloud() {
    let _alone = alone();
    full::start(now);
    run(full::step);
    let _kept: Vec<_> = (0..9).map(|_| full::OWING.control().suspend("test")).collect();
}
