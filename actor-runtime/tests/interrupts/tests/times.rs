//! The timer interrupt at the worst moment: what is due is told once, and nothing too early.
#![allow(missing_docs)]

mod common;

use std::time::Duration;

use actor::prelude::*;
use actor::{Errand, system};
use common::{Load, Once, note, noted, now, pass, run};
use interrupts::{interrupted, sweep};

const MESSAGE: u32 = 1;
const QUIET: u32 = 2;

#[actor]
struct Session;

#[handlers]
impl Session {
    fn talk(&mut self) {
        note(MESSAGE);
    }
    async fn wait(&mut self) {
        Once::default().await;
        note(MESSAGE);
    }
    #[idle(30s)]
    fn quiet(&mut self) {
        note(QUIET);
    }
}

system! {
    mod sessions { SESSION: Session { mailbox = 2 } = || Session }
}

#[test]
fn quiet_is_never_told_right_after_a_message() {
    let sends: [fn(); 2] = [|| sessions::SESSION.talk().tell().unwrap(), || sessions::SESSION.wait().tell().unwrap()];
    for send in sends {
        sweep(
            || {
                pass(1);
                sessions::tick();
            },
            || {
                sessions::start(now);
                sessions::SESSION.talk().tell().unwrap();
                run(sessions::step);
                pass(29);
                noted();
                interrupted(|| {
                    send();
                    run(sessions::step);
                });
                let seen = noted();
                assert!([&[MESSAGE][..], &[QUIET, MESSAGE]].contains(&&*seen), "{seen:?}");
                pass(27);
                sessions::tick();
                run(sessions::step);
                assert_eq!(noted(), []);
                pass(3);
                sessions::tick();
                run(sessions::step);
                assert_eq!(noted(), [QUIET]);
                sessions::tick();
                run(sessions::step);
                assert_eq!(noted(), []);
                assert!(sessions::next_deadline().is_some_and(|next| next > now()), "an alarm would ring for nothing");
            },
        );
    }
}

const CANCELLED: u32 = 9;

#[actor(timers = 2)]
struct Alarms {
    ticking: Option<Errand>,
}

#[handlers]
impl Alarms {
    fn hear(&mut self, load: Load) {
        note(load.0);
    }
    fn begin(&mut self, ctx: &mut Context<Self>) {
        let load = Load::new(1);
        ctx.after(Duration::from_secs(1), move |me| me.hear(load));
        self.ticking = Some(ctx.every(Duration::from_secs(1), |me| me.hear(Load::new(2))));
    }
    fn cancel(&mut self, ctx: &mut Context<Self>) {
        self.ticking.take().unwrap().cancel(ctx);
        note(CANCELLED);
    }
    fn has_both(&mut self, ctx: &mut Context<Self>) {
        ctx.after(Duration::from_secs(60), |me| me.hear(Load::new(3)));
        assert!(ctx.has_free_timer());
        ctx.fail("which ends it");
    }
}

system! {
    mod alarms { ALARMS: Alarms { mailbox = 2 } = || Alarms { ticking: None } }
}

#[test]
fn a_timer_fires_once_a_beat_and_never_after_it_was_cancelled() {
    let tick = || {
        pass(1);
        alarms::tick();
    };
    sweep(tick, || {
        alarms::start(now);
        run(alarms::step);
        noted();
        interrupted(|| {
            alarms::ALARMS.begin().tell().unwrap();
            run(alarms::step);
            alarms::ALARMS.cancel().tell().unwrap();
            run(alarms::step);
        });
        for _ in 0..2 {
            tick();
            run(alarms::step);
        }
        let seen = noted();
        let times = |what| seen.iter().filter(|seen| **seen == what).count();
        assert_eq!((times(1), times(CANCELLED)), (1, 1), "{seen:?}");
        let last = seen.iter().rposition(|seen| *seen == 2);
        assert!(last.is_none_or(|last| seen[last..].contains(&CANCELLED)), "{seen:?}");
        // Two interrupts are two beats at most.
        assert!(times(2) <= 2, "{seen:?}");
        assert_eq!(Load::alive(), 0);
        alarms::ALARMS.has_both().tell().unwrap();
        run(alarms::step);
        pass(3600);
        alarms::tick();
        run(alarms::step);
        assert_eq!((noted().len(), Load::alive()), (0, 0));
        assert_eq!(alarms::next_deadline(), None);
    });
}
