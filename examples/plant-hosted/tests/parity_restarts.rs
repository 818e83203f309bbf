//! Restart types of declared children on both backends, step by step under a virtual clock: what was noted must be the same.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use actor::system;
use common::{Bed, note, noted, now, run};

/// Says how its lives begin and end.
#[actor(mailbox = 4)]
struct Hand {
    name: &'static str,
}

#[handlers]
impl Hand {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        note(format!("{} up {}", self.name, ctx.incarnation()));
    }
    fn works(&mut self, piece: u32) {
        note(format!("{} works {piece}", self.name));
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
    fn leaves(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
    #[restarting]
    fn restarting(&mut self) {
        note(format!("{} fails", self.name));
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        note(format!("{} {why}", self.name));
    }
}

/// One whose every life is over before it is up.
#[actor(mailbox = 2)]
struct Guest;

#[handlers]
impl Guest {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}

#[actor(mailbox = 4)]
#[supervise(limit = 2 per 60s, backoff = 10ms..10ms, jitter = none)]
struct Foreman {
    #[child(|| Hand { name: "permanent" }, restart = permanent, scope = child)]
    permanent: Child<Hand>,
    #[child(|| Hand { name: "transient" }, restart = transient, scope = child)]
    transient: Child<Hand>,
    #[child(|| Hand { name: "temporary" }, restart = temporary)]
    temporary: Child<Hand>,
    #[child(|| Hand { name: "default" }, scope = child)]
    default: Child<Hand>,
}

impl Foreman {
    fn new() -> Self {
        Self {
            permanent: Child::default(),
            transient: Child::default(),
            temporary: Child::default(),
            default: Child::default(),
        }
    }
    fn hands(&self) -> [&HandRef; 4] {
        [&self.permanent, &self.transient, &self.temporary, &self.default]
    }
}

#[handlers]
impl Foreman {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        note(format!("foreman up {}", ctx.incarnation()));
    }
    fn all_fail(&mut self) {
        for hand in self.hands() {
            drop(hand.fails().tell());
        }
    }
    fn all_leave(&mut self) {
        for hand in self.hands() {
            drop(hand.leaves().tell());
        }
    }
    fn all_work(&mut self, piece: u32) {
        for hand in self.hands() {
            drop(hand.works(piece).tell());
        }
    }
    fn all_are_told_to_stop(&mut self) {
        for hand in self.hands() {
            drop(hand.control().stop());
        }
    }
    fn all_are_told_to_drain(&mut self) {
        for hand in self.hands() {
            drop(hand.control().drain());
        }
    }
    fn the_permanent_one_leaves(&mut self) {
        self.permanent.leaves().tell().unwrap();
    }
    fn alive(&mut self) {
        note(format!("alive {:?}", self.hands().map(|hand| hand.control().is_alive())));
    }
}

macro_rules! parity {
    ($test:ident, |$bed:ident, $foreman:ident| $body:block) => {
        mod $test {
            use super::*;

            system! { mod system { FOREMAN: Foreman { mailbox = 4 } = Foreman::new } }

            fn scenario($bed: &mut Bed, $foreman: &ForemanRef) {
                $body
                drop($foreman.alive().tell());
                $bed.run();
            }

            /// What each hand saw, and then what the foreman did: between them there is no order.
            fn by_name() -> Vec<String> {
                let mut entries = noted();
                entries.sort_by_key(|entry| entry.split(' ').next().map(str::to_owned));
                entries
            }

            #[test]
            #[cfg_attr(miri, ignore = "takes long, and does nothing that other tests do not")]
            fn $test() {
                let (tokio, mut stepper) = ActorSystem::builder("parity").stepper();
                let foreman = stepper.block_on(tokio.spawn(Foreman::new).into_future()).unwrap();
                scenario(&mut Bed::Tokio(stepper), &foreman);
                let on_tokio = by_name();
                drop((foreman, tokio));
                noted();

                system::start(now);
                run(system::step);
                scenario(&mut Bed::Worker { step: system::step, tick: system::tick }, &system::FOREMAN);
                assert_eq!(on_tokio, by_name(), "tokio on the left, the worker on the right");
            }
        }
    };
}

parity!(after_a_failure, |bed, foreman| {
    foreman.all_fail().tell().unwrap();
    foreman.all_work(1).tell().unwrap();
    bed.advance(1);
});

parity!(after_an_end_of_its_own, |bed, foreman| {
    foreman.all_leave().tell().unwrap();
    foreman.all_work(1).tell().unwrap();
    bed.advance(1);
});

parity!(after_an_end_that_was_asked_for, |bed, foreman| {
    foreman.all_are_told_to_stop().tell().unwrap();
    bed.advance(1);
});

parity!(after_a_drain, |bed, foreman| {
    foreman.all_work(1).tell().unwrap();
    foreman.all_are_told_to_drain().tell().unwrap();
    bed.advance(1);
});

parity!(ends_of_its_own_wait_and_are_counted_as_failures_are, |bed, foreman| {
    for life in 0..4 {
        foreman.the_permanent_one_leaves().tell().unwrap();
        bed.advance(9);
        note(format!("permanent has waited for life {life}"));
        bed.advance(60);
    }
});

parity!(an_end_of_its_own_while_the_parent_ends_is_one, |bed, foreman| {
    foreman.the_permanent_one_leaves().tell().unwrap();
    bed.run();
    foreman.the_permanent_one_leaves().tell().unwrap();
    bed.run();
    note("permanent waits");
    drop(foreman.control().stop());
    bed.run();
});

/// The parent of one that leaves before it is up.
#[actor(mailbox = 2)]
struct Host {
    #[child(|| Guest, restart = permanent)]
    guest: Child<Guest>,
}

impl Host {
    fn new() -> Self {
        note("host made");
        Self { guest: Child::default() }
    }
}

#[handlers]
impl Host {
    fn has_a_guest(&self) -> bool {
        self.guest.control().is_alive()
    }
}

system! { mod inn { HOST: Host { mailbox = 2 } = Host::new } }

#[test]
fn one_that_leaves_before_it_is_up_has_not_started() {
    inn::start(now);
    run(inn::step);
    assert_eq!(noted(), ["host made", "host made"], "its failed start is that of the host, which is tried again");
}
