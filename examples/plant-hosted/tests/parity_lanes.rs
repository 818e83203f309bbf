//! The urgent lane and the overflow policies on both backends, message by message: what was noted must be the same.
#![allow(missing_docs)]

mod common;

use std::time::Duration;

use actor::prelude::*;
use actor::system;
use common::{Bed, note, noted, now, run};

/// Holds those who ask it until it opens.
#[actor(mailbox = 4)]
struct Gate {
    waiting: Vec<Reply<u32>>,
}

#[handlers]
impl Gate {
    fn pass(&mut self, reply: Reply<u32>) {
        self.waiting.push(reply);
    }
    fn open(&mut self) {
        for reply in self.waiting.drain(..) {
            reply.send(1);
        }
    }
}

macro_rules! desk {
    ($desk:ident, $desk_ref:ident, $($overflow:tt)*) => {
        #[actor(mailbox(capacity = 2, $($overflow)*))]
        struct $desk {
            gate: GateRef,
        }

        #[handlers]
        impl $desk {
            async fn hold(&mut self) {
                let _ = self.gate.pass().await;
                note("held");
            }
            fn plain(&mut self, number: u32) {
                note(format!("plain {number}"));
            }
            #[handler(lane = urgent)]
            fn alarm(&mut self, number: u32) {
                note(format!("alarm {number}"));
            }
            #[handler(lane = urgent)]
            fn ask(&mut self, number: u32) -> u32 {
                note(format!("asked {number}"));
                number * 10
            }
            #[handler(lane = urgent)]
            async fn slow(&mut self, number: u32) {
                let _ = self.gate.pass().await;
                note(format!("slow {number}"));
            }
            fn ask_gate(&mut self, ctx: &mut Context<Self>) {
                self.gate.pass().then(ctx, $desk_ref::passed).unwrap();
            }
            #[handler(lane = urgent)]
            fn passed(&mut self, answer: Result<u32, AskError>) {
                note(format!("passed {answer:?}"));
            }
            async fn waits_for_itself(&mut self, ctx: &mut Context<Self>) {
                let me = ctx.this();
                me.alarm(1).tell().unwrap();
                me.alarm(2).tell().unwrap();
                note(format!("itself {:?}", me.alarm(3).await));
            }
            #[handler(lane = urgent)]
            fn fails(&mut self, ctx: &mut Context<Self>) {
                ctx.fail("on purpose");
            }
            #[stopping]
            fn stopping(&mut self, why: StopReason) {
                note(format!("stopping {why}"));
            }
        }
    };
}

desk!(Desk, DeskRef, overflow = wait);
desk!(Strict, StrictRef, overflow = reject);
desk!(Newest, NewestRef, overflow = drop_newest);
desk!(Oldest, OldestRef, overflow = drop_oldest);

macro_rules! clerk {
    ($clerk:ident, $clerk_ref:ident, $desk_ref:ident) => {
        #[actor(mailbox = 4)]
        struct $clerk {
            desk: $desk_ref,
        }

        #[handlers]
        impl $clerk {
            async fn alarm(&mut self, number: u32) {
                let sent = self.desk.alarm(number).await;
                note(format!("sent alarm {number} {sent:?}"));
            }
            async fn alarm_soon(&mut self, number: u32) {
                let sent = self.desk.alarm(number).timeout(Duration::from_millis(5)).await;
                note(format!("sent alarm {number} {sent:?}"));
            }
            async fn plain(&mut self, number: u32) {
                let sent = self.desk.plain(number).await;
                note(format!("sent plain {number} {sent:?}"));
            }
            async fn ask(&mut self, number: u32) {
                let answer = self.desk.ask(number).await;
                note(format!("ask {number} {answer:?}"));
            }
        }
    };
}

clerk!(Clerk, ClerkRef, DeskRef);
clerk!(StrictClerk, StrictClerkRef, StrictRef);
clerk!(NewestClerk, NewestClerkRef, NewestRef);
clerk!(OldestClerk, OldestClerkRef, OldestRef);

/// What both backends note, sorted where the order among different actors is nobody's promise.
fn sorted(mut entries: Vec<String>) {
    entries.sort();
    entries.into_iter().for_each(note);
}

/// A scenario on both backends: a desk that is held, its gate, and three clerks.
macro_rules! parity {
    ($test:ident, $desk:ident $clerk:ident, |$bed:ident, $d:ident, $gate:ident, $clerks:ident| $body:block) => {
        mod $test {
            use super::*;

            system! {
                mod system {
                    ONE: $clerk = || $clerk { desk: system::DESK.clone() },
                    TWO: $clerk = || $clerk { desk: system::DESK.clone() },
                    THREE: $clerk = || $clerk { desk: system::DESK.clone() },
                    DESK: $desk = || $desk { gate: system::GATE.clone() },
                    GATE: Gate = || Gate { waiting: Vec::new() },
                }
            }

            type DeskRef = <$desk as actor::__private::Configured>::Ref;
            type ClerkRef = <$clerk as actor::__private::Configured>::Ref;

            #[allow(unused_variables)]
            fn scenario($bed: &mut Bed, $d: &DeskRef, $gate: &GateRef, $clerks: [&ClerkRef; 3]) {
                $body
            }

            fn on_tokio() -> Vec<String> {
                let (tokio, mut stepper) = ActorSystem::builder("parity").stepper();
                let (gate, desk, one, two, three) = stepper.block_on(async {
                    let gate = tokio.spawn(|| Gate { waiting: Vec::new() }).await.unwrap();
                    let g = gate.clone();
                    let desk = tokio.spawn(move || $desk { gate: g.clone() }).await.unwrap();
                    let [d, e, f] = [desk.clone(), desk.clone(), desk.clone()];
                    let one = tokio.spawn(move || $clerk { desk: d.clone() }).await.unwrap();
                    let two = tokio.spawn(move || $clerk { desk: e.clone() }).await.unwrap();
                    let three = tokio.spawn(move || $clerk { desk: f.clone() }).await.unwrap();
                    (gate, desk, one, two, three)
                });
                scenario(&mut Bed::Tokio(stepper), &desk, &gate, [&one, &two, &three]);
                let noted_there = noted();
                drop((gate, desk, one, two, three, tokio));
                noted();
                noted_there
            }

            #[test]
            fn $test() {
                // Under miri the worker alone: the other backend takes long there, and has tests of its own.
                let on_tokio = if cfg!(miri) { None } else { Some(on_tokio()) };
                system::start(now);
                run(system::step);
                let mut bed = Bed::Worker { step: system::step, tick: system::tick };
                scenario(&mut bed, &system::DESK, &system::GATE, [&system::ONE, &system::TWO, &system::THREE]);
                let on_worker = noted();
                assert!(!on_worker.is_empty(), "nothing happened");
                assert_eq!(
                    on_tokio.unwrap_or_else(|| on_worker.clone()),
                    on_worker,
                    "tokio on the left, the worker on the right"
                );
            }
        }
    };
}

parity!(urgent_messages_go_first_in_their_own_order, Desk Clerk, |bed, desk, gate, clerks| {
    desk.plain(1).tell().unwrap();
    desk.alarm(1).tell().unwrap();
    desk.plain(2).tell().unwrap();
    desk.alarm(2).tell().unwrap();
    // Each lane by itself is measured on tokio alone.
    let mailbox = desk.control().mailbox();
    note(format!("depth {} of {:?}", mailbox.depth, mailbox.capacity));
    bed.run();
    note(format!("depth {}", desk.control().depth()));
});

parity!(urgent_messages_wait_for_the_handler_in_hand_and_no_other, Desk Clerk, |bed, desk, gate, clerks| {
    desk.hold().tell().unwrap();
    bed.run();
    desk.plain(1).tell().unwrap();
    desk.slow(1).tell().unwrap();
    desk.alarm(2).tell().unwrap();
    bed.run();
    gate.open().tell().unwrap();
    bed.run();
    note("slow is in hand");
    gate.open().tell().unwrap();
    bed.run();
});

parity!(a_ring_of_urgent_messages_goes_round, Desk Clerk, |bed, desk, gate, clerks| {
    for number in 0..7 {
        desk.alarm(number).tell().unwrap();
        if number % 3 == 0 {
            desk.alarm(number + 100).tell().unwrap();
            desk.plain(number).tell().unwrap();
        }
        bed.run();
    }
});

parity!(each_lane_has_room_of_its_own, Desk Clerk, |bed, desk, gate, clerks| {
    for number in 0..3 {
        note(format!("{:?}", desk.plain(number).tell().map_err(|rejected| rejected.reason)));
        note(format!("{:?}", desk.alarm(number).tell().map_err(|rejected| rejected.reason)));
    }
    bed.run();
});

parity!(senders_that_wait_for_urgent_room_are_let_in_in_order, Desk Clerk, |bed, desk, gate, clerks| {
    desk.hold().tell().unwrap();
    bed.run();
    desk.plain(0).tell().unwrap();
    desk.alarm(1).tell().unwrap();
    desk.alarm(2).tell().unwrap();
    for (number, clerk) in (3..).zip(clerks) {
        clerk.alarm(number).tell().unwrap();
        bed.run();
    }
    note(format!("{:?}", desk.alarm(9).tell().map_err(|rejected| rejected.reason)));
    gate.open().tell().unwrap();
    bed.run();
    sorted(noted().into_iter().filter(|entry| entry.starts_with("sent")).collect());
    desk.alarm(10).tell().unwrap();
    bed.run();
});

parity!(the_order_of_those_who_waited, Desk Clerk, |bed, desk, gate, clerks| {
    desk.hold().tell().unwrap();
    bed.run();
    desk.alarm(1).tell().unwrap();
    desk.alarm(2).tell().unwrap();
    for (number, clerk) in (3..).zip(clerks) {
        clerk.alarm(number).tell().unwrap();
        bed.run();
    }
    gate.open().tell().unwrap();
    bed.run();
    noted().into_iter().filter(|entry| entry.starts_with("alarm")).for_each(note);
});

parity!(a_sender_that_gives_up_leaves_its_turn_to_the_next, Desk Clerk, |bed, desk, gate, clerks| {
    desk.hold().tell().unwrap();
    bed.run();
    desk.alarm(1).tell().unwrap();
    desk.alarm(2).tell().unwrap();
    clerks[0].alarm_soon(3).tell().unwrap();
    bed.run();
    clerks[1].alarm(4).tell().unwrap();
    bed.run();
    clerks[2].ask(5).tell().unwrap();
    bed.advance(10);
    gate.open().tell().unwrap();
    bed.run();
    sorted(noted());
});

parity!(an_ask_waits_for_urgent_room_and_is_answered, Desk Clerk, |bed, desk, gate, clerks| {
    desk.hold().tell().unwrap();
    bed.run();
    desk.plain(0).tell().unwrap();
    desk.alarm(1).tell().unwrap();
    desk.alarm(2).tell().unwrap();
    clerks[0].ask(3).tell().unwrap();
    bed.run();
    gate.open().tell().unwrap();
    bed.run();
    sorted(noted());
});

parity!(nobody_waits_for_urgent_room_of_its_own, Desk Clerk, |bed, desk, gate, clerks| {
    desk.waits_for_itself().tell().unwrap();
    bed.run();
});

parity!(a_stop_overtakes_both_lanes_and_leaves_nobody_waiting, Desk Clerk, |bed, desk, gate, clerks| {
    desk.hold().tell().unwrap();
    bed.run();
    for number in 0..2 {
        desk.plain(number).tell().unwrap();
        desk.alarm(number).tell().unwrap();
    }
    clerks[0].alarm(4).tell().unwrap();
    clerks[1].ask(5).tell().unwrap();
    clerks[2].plain(6).tell().unwrap();
    bed.run();
    drop(desk.control().stop());
    gate.open().tell().unwrap();
    bed.run();
    sorted(noted());
    note(format!("{:?}", desk.alarm(9).tell().map_err(|rejected| rejected.reason)));
    note(format!("depth {}", desk.control().depth()));
});

parity!(an_urgent_ask_that_waits_at_the_end_is_refused, Desk Clerk, |bed, desk, gate, clerks| {
    desk.hold().tell().unwrap();
    bed.run();
    clerks[0].ask(1).tell().unwrap();
    bed.run();
    drop(desk.control().stop());
    gate.open().tell().unwrap();
    bed.run();
    sorted(noted());
});

parity!(a_drain_handles_both_lanes_first, Desk Clerk, |bed, desk, gate, clerks| {
    desk.hold().tell().unwrap();
    bed.run();
    desk.plain(1).tell().unwrap();
    desk.alarm(1).tell().unwrap();
    drop(desk.control().drain());
    note(format!("depth {}", desk.control().depth()));
    gate.open().tell().unwrap();
    bed.run();
    note(format!("alive {}", desk.control().is_alive()));
});

parity!(urgent_messages_survive_a_restart, Desk Clerk, |bed, desk, gate, clerks| {
    desk.plain(0).tell().unwrap();
    desk.fails().tell().unwrap();
    desk.alarm(1).tell().unwrap();
    bed.run();
});

parity!(an_answer_may_be_urgent, Desk Clerk, |bed, desk, gate, clerks| {
    desk.ask_gate().tell().unwrap();
    bed.run();
    desk.hold().tell().unwrap();
    bed.run();
    desk.plain(1).tell().unwrap();
    gate.open().tell().unwrap();
    bed.run();
    desk.plain(2).tell().unwrap();
    desk.plain(3).tell().unwrap();
    note(format!("{:?}", desk.plain(4).tell().map_err(|rejected| rejected.reason)));
    bed.run();
});

/// Both lanes beyond their room, by a policy that turns the newest away.
macro_rules! full_lanes {
    ($test:ident, $desk:ident $clerk:ident) => {
        parity!($test, $desk $clerk, |bed, desk, gate, clerks| {
            desk.hold().tell().unwrap();
            bed.run();
            for number in 0..3 {
                note(format!("{:?}", desk.plain(number).tell().map_err(|rejected| rejected.reason)));
                note(format!("{:?}", desk.alarm(number).tell().map_err(|rejected| rejected.reason)));
            }
            clerks[0].alarm(4).tell().unwrap();
            bed.run();
            clerks[0].plain(5).tell().unwrap();
            bed.run();
            clerks[0].ask(6).tell().unwrap();
            bed.run();
            gate.open().tell().unwrap();
            bed.run();
        });
    };
}

full_lanes!(a_full_lane_that_rejects, Strict StrictClerk);
full_lanes!(a_full_lane_that_drops_the_newest, Newest NewestClerk);

parity!(a_full_lane_that_drops_the_oldest, Oldest OldestClerk, |bed, desk, gate, clerks| {
    desk.hold().tell().unwrap();
    bed.run();
    clerks[1].ask(7).tell().unwrap();
    bed.run();
    for number in 0..3 {
        note(format!("{:?}", desk.plain(number).tell().map_err(|rejected| rejected.reason)));
        note(format!("{:?}", desk.alarm(number).tell().map_err(|rejected| rejected.reason)));
    }
    bed.run();
    clerks[0].alarm(4).tell().unwrap();
    bed.run();
    clerks[0].plain(5).tell().unwrap();
    bed.run();
    gate.open().tell().unwrap();
    bed.run();
});

/// Has a timer, and a flood of messages.
#[actor(mailbox = 16, fairness(system = 1, user = 3))]
struct Flooded {
    gate: GateRef,
}

#[handlers]
impl Flooded {
    #[every(10ms)]
    fn beat(&mut self) {
        note("beat");
    }
    #[every(10ms)]
    fn other_beat(&mut self) {
        note("other beat");
    }
    async fn hold(&mut self) {
        let _ = self.gate.pass().await;
        note("held");
    }
    fn plain(&mut self, number: u32) {
        note(format!("plain {number}"));
    }
    #[handler(lane = urgent)]
    fn alarm(&mut self, number: u32) {
        note(format!("alarm {number}"));
    }
}

/// A clerk of none.
#[actor(mailbox = 4)]
struct Idler {
    #[allow(dead_code)]
    desk: FloodedRef,
}

#[handlers]
impl Idler {
    fn rest(&mut self) {}
}

parity!(timers_have_their_share_beside_both_lanes, Flooded Idler, |bed, flooded, gate, clerks| {
    for (alarms, plains) in [(8, 8), (2, 8), (8, 0), (0, 8), (1, 1)] {
        flooded.hold().tell().unwrap();
        bed.advance(10);
        for number in 0..alarms {
            flooded.alarm(number).tell().unwrap();
        }
        for number in 0..plains {
            flooded.plain(number).tell().unwrap();
        }
        gate.open().tell().unwrap();
        bed.run();
    }
    let entries = noted();
    let first = entries.iter().position(|entry| entry.ends_with("beat"));
    assert!(first.is_some_and(|first| first <= 4), "a share of three: {entries:?}");
    entries.into_iter().for_each(note);
});
