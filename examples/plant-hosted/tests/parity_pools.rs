//! Pools on both backends: the same call goes to the same member, whatever runs it.
#![allow(missing_docs)]

mod common;

use std::cell::Cell;

use actor::prelude::*;
use actor::system;
use common::{Bed, Owing, OwingRef, note, noted, now, run};

thread_local!(static WORKERS: Cell<u32> = const { Cell::new(0) });

/// Knows which one it is, of all that were made.
#[actor(mailbox = 4)]
struct Worker {
    number: u32,
}

impl Worker {
    fn new() -> Self {
        WORKERS.set(WORKERS.get() + 1);
        Self { number: WORKERS.get() }
    }
}

#[handlers]
impl Worker {
    fn item(&mut self, item: u32) {
        note(format!("worker {} item {item}", self.number));
    }
    async fn hold(&mut self, owing: OwingRef) {
        let _ = owing.first().await;
        note(format!("worker {} goes on", self.number));
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
    fn leaves(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        note(format!("worker {} {why}", self.number));
    }
}

#[actor(mailbox = 8)]
#[supervise(limit = 2 per 60s, backoff = 5ms..20ms * 2, jitter = none)]
struct Boss {
    #[child(Worker::new, pool = 3)]
    in_turn: Pool<Worker>,
    #[child(Owing::new)]
    owing: Child<Owing>,
    #[child(Worker::new, pool = 3, route = least_loaded)]
    by_load: Pool<Worker>,
    none: Crew,
}

/// A pool that nobody starts, by another name.
type Crew = Pool<Worker>;

impl Boss {
    fn new() -> Self {
        Self { in_turn: Pool::default(), owing: Child::default(), by_load: Pool::default(), none: Pool::default() }
    }
}

#[handlers]
impl Boss {
    #[started]
    fn started(&mut self) {
        note(format!("{} and {} members", self.in_turn.members().len(), self.by_load.members().len()));
    }
    fn next(&mut self, item: u32) {
        self.in_turn.item(item).tell().unwrap();
    }
    /// Sends so many at once.
    fn least(&mut self, items: u32) {
        for item in 0..items {
            note(format!("sent {item} {:?}", self.by_load.item(item).tell().map_err(|rejected| rejected.reason)));
        }
    }
    fn keyed(&mut self, key: u32) {
        self.in_turn.by(&key).item(key).tell().unwrap();
    }
    fn named(&mut self, key: u32) {
        self.by_load.by(&format!("key {key}")).item(key).tell().unwrap();
    }
    /// Keeps the member of that number from all else.
    fn hold(&mut self, member: usize) {
        self.by_load.members()[member].hold(self.owing.clone()).tell().unwrap();
    }
    fn go_on(&mut self) {
        self.owing.answer_first().tell().unwrap();
    }
    fn member_fails(&mut self, member: usize) {
        // One that rests before its next life may have no room.
        let _ = self.in_turn.members()[member].fails().tell();
    }
    fn member_leaves(&mut self, member: usize) {
        self.in_turn.members()[member].leaves().tell().unwrap();
    }
    async fn nobody(&mut self) {
        note(format!("{:?} {:?}", self.none.item(1).await, self.none.by(&1).item(1).await));
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
}

/// Goes on in the order of what was noted, where that is up to who runs the members.
fn sorted(bed: &mut Bed) {
    bed.run();
    let mut entries = noted();
    entries.sort();
    entries.into_iter().for_each(note);
}

/// A scenario on both backends.
macro_rules! pools {
    ($test:ident, |$bed:ident, $boss:ident| $body:block) => {
        mod $test {
            use super::*;

            system! { mod system { BOSS: Boss = Boss::new } }

            fn scenario($bed: &mut Bed, $boss: &BossRef) {
                $body
            }

            #[test]
            #[cfg_attr(miri, ignore = "takes long, and does nothing that other tests do not")]
            fn $test() {
                let (tokio, mut stepper) = ActorSystem::builder("pools").stepper();
                let boss = stepper.block_on(tokio.spawn(Boss::new).into_future()).unwrap();
                scenario(&mut Bed::Tokio(stepper), &boss);
                let on_tokio = noted();
                drop((boss, tokio));
                noted();

                WORKERS.set(0);
                system::start(now);
                run(system::step);
                scenario(&mut Bed::Worker { step: system::step, tick: system::tick }, &system::BOSS);
                assert_eq!(on_tokio, noted(), "tokio on the left, the worker on the right");
                assert!(on_tokio.len() > 2, "{on_tokio:?}");
            }
        }
    };
}

pools!(each_call_goes_to_the_next_member, |bed, boss| {
    for item in 0..7 {
        boss.next(item).tell().unwrap();
        bed.run();
    }
});

pools!(a_key_has_one_member, |bed, boss| {
    for key in 0..20 {
        boss.keyed(key % 10).tell().unwrap();
        bed.run();
        boss.named(key % 10).tell().unwrap();
        bed.run();
    }
});

pools!(who_has_least_to_do_is_next, |bed, boss| {
    boss.least(4).tell().unwrap();
    sorted(bed);
    boss.hold(1).tell().unwrap();
    bed.run();
    boss.least(3).tell().unwrap();
    sorted(bed);
    // More than all have room for.
    boss.least(14).tell().unwrap();
    sorted(bed);
    boss.go_on().tell().unwrap();
    bed.run();
    boss.least(2).tell().unwrap();
    sorted(bed);
});

pools!(a_member_fails_alone, |bed, boss| {
    boss.member_fails(1).tell().unwrap();
    bed.run();
    for item in 0..4 {
        boss.next(item).tell().unwrap();
        bed.run();
    }
});

pools!(who_has_ended_is_passed_over, |bed, boss| {
    boss.member_leaves(1).tell().unwrap();
    bed.run();
    for item in 0..4 {
        boss.next(item).tell().unwrap();
        bed.run();
    }
});

pools!(a_pool_begins_anew_with_its_parent, |bed, boss| {
    boss.next(1).tell().unwrap();
    boss.fails().tell().unwrap();
    bed.run();
    for item in 2..6 {
        boss.next(item).tell().unwrap();
        bed.run();
    }
});

pools!(a_member_that_fails_too_often_fails_its_parent, |bed, boss| {
    for _ in 0..3 {
        boss.member_fails(0).tell().unwrap();
        bed.advance(100);
    }
    boss.next(1).tell().unwrap();
    bed.run();
});

pools!(members_stop_the_youngest_first, |bed, boss| {
    drop(boss.control().stop());
    bed.run();
});

pools!(members_drain_before_their_parent_ends, |bed, boss| {
    for item in 0..4 {
        boss.next(item).tell().unwrap();
    }
    drop(boss.control().drain());
    bed.run();
    let (ends, mut items): (Vec<_>, Vec<_>) = noted().into_iter().partition(|entry| entry.ends_with("drained"));
    items.sort();
    ends.into_iter().chain(items).for_each(note);
});

pools!(a_pool_without_members_answers, |bed, boss| {
    boss.nobody().tell().unwrap();
    bed.run();
    boss.next(1).tell().unwrap();
    bed.run();
});
