//! Promise `fairness`: neither a storm of ticks nor a flood of users starves the other, activations are bounded, and
//! an empty mailbox never yields.
#![allow(missing_docs)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use actor::prelude::*;
use actor::{Dispatcher, ReadyCell, Stepper};
use common::{Journal, in_hand};

const SECOND: Duration = Duration::from_secs(1);

/// Ticks three times a second, and more often than that never.
#[actor(fairness(system = 1, user = 3), throughput = 8, mailbox = 1000)]
struct Busy {
    journal: Journal,
}

#[handlers]
impl Busy {
    #[every(1s)]
    fn first(&mut self) {
        self.journal.note("tick");
    }
    #[every(1s)]
    fn second(&mut self) {
        self.journal.note("tick");
    }
    #[every(1s)]
    fn third(&mut self) {
        self.journal.note("tick");
    }
    fn user(&mut self) {
        self.journal.note("user");
    }
}

fn busy() -> (ActorSystem, Stepper, BusyRef, Journal) {
    let (system, mut stepper) = ActorSystem::builder("fair").stepper();
    let journal = Journal::default();
    let theirs = journal.clone();
    let actor = stepper.block_on(async { system.spawn(move || Busy { journal: theirs.clone() }).await.unwrap() });
    (system, stepper, actor, journal)
}

#[test]
fn ticks_that_are_due_at_once_all_come() {
    let (_system, mut stepper, _actor, journal) = busy();
    stepper.advance(SECOND);
    assert_eq!(journal.entries(), ["tick"; 3]);
    stepper.advance(SECOND);
    assert_eq!(journal.entries(), ["tick"; 6]);
}

#[test]
fn a_tick_waits_for_its_share_of_a_flood_and_no_longer() {
    let (_system, mut stepper, actor, journal) = busy();
    (0..100).for_each(|_| actor.user().tell().unwrap());
    stepper.advance(SECOND);
    let entries = journal.entries();
    // All of them were there before the ticks were due, and were handled before time passed.
    assert_eq!(entries[..100], ["user"; 100].map(String::from));
    // From here on both wait.
    let (_system, mut stepper, actor, journal) = busy();
    while stepper.step() {}
    stepper.advance(SECOND - Duration::from_nanos(1));
    (0..100).for_each(|_| actor.user().tell().unwrap());
    assert!(stepper.step(), "begins with the first message");
    stepper.pass(Duration::from_nanos(1));
    stepper.run();
    let entries = journal.entries();
    let ticks: Vec<usize> = (0..entries.len()).filter(|at| entries[*at] == "tick").collect();
    assert_eq!(ticks.len(), 3);
    // One for every three users, counted from the moment it was due.
    assert_eq!(ticks, [4, 8, 12], "{entries:?}");
}

#[test]
fn a_user_waits_for_one_tick_of_a_storm() {
    let (_system, mut stepper, actor, journal) = busy();
    stepper.pass(SECOND);
    actor.user().tell().unwrap();
    stepper.run();
    let user = journal.entries().iter().position(|entry| entry == "user").unwrap();
    assert!(user <= 1, "{:?}", journal.entries());
}

#[actor(throughput = 8, mailbox = 1000)]
struct Plain;

#[handlers]
impl Plain {
    fn add(&mut self) {}
    /// Brings more than it takes.
    fn breed(&mut self, ctx: &mut Context<Self>) {
        for _ in 0..16 {
            ctx.this().add().tell().unwrap();
        }
    }
}

/// Runs actors as tasks, and never looks at the time: nobody's activations are shorter for that.
struct Tasks;

impl Dispatcher for Tasks {
    fn schedule(&self, cell: ReadyCell) {
        tokio::spawn(async move {
            let mut ready = Some(cell);
            while let Some(cell) = ready {
                ready = cell.run();
                common::yield_now().await;
            }
        });
    }
}

#[test]
fn a_yield_has_a_reason_and_an_empty_mailbox_never_yields() {
    common::on_runtime(
        None,
        |builder| builder.dispatcher(Arc::new(Tasks)),
        |builder| builder,
        |system| async move {
            let actor = system.spawn(|| Plain).await.unwrap();
            let yields = || system.counts::<Plain>().yields;
            let settled = async || {
                in_hand(actor.control()).await;
            };
            for _ in 0..100 {
                actor.add().tell().unwrap();
                settled().await;
            }
            // Exactly a budget's worth, and then nothing: no yield.
            (0..8).for_each(|_| actor.add().tell().unwrap());
            settled().await;
            assert_eq!(yields(), actor::Yields::default());
            (0..20).for_each(|_| actor.add().tell().unwrap());
            settled().await;
            assert_eq!(yields(), actor::Yields { budget: 2, ..Default::default() });
            // The backlog of one grows to sixteen: after four of them others have their turn.
            actor.breed().tell().unwrap();
            settled().await;
            assert_eq!(yields().backlog, 1, "{:?}", yields());
        },
    );
}

#[actor(throughput = 4, mailbox = 1000)]
struct Slow;

#[handlers]
impl Slow {
    fn work(&mut self, ctx: &mut Context<Self>) {
        let until = ctx.now().saturating_add(Duration::from_millis(3));
        while ctx.now() < until {
            std::hint::spin_loop();
        }
    }
}

#[test]
fn a_dispatcher_that_others_wait_for_makes_activations_shorter() {
    type Settings = fn(actor::Builder) -> actor::Builder;
    let single_worker: Settings = |builder| builder.dispatcher(actor::DispatcherKind::SingleWorker);
    let current_thread: Settings = |builder| builder.dispatcher(actor::DispatcherKind::CurrentThread);
    for (threads, dispatcher) in [
        (None, (|builder| builder) as Settings),
        (Some(1), |builder| builder),
        (None, single_worker),
        (None, current_thread),
    ] {
        common::on_runtime(
            threads,
            dispatcher,
            |builder| builder,
            |system| async move {
                let actors = [system.spawn(|| Slow).await.unwrap(), system.spawn(|| Slow).await.unwrap()];
                for _ in 0..12 {
                    actors.iter().for_each(|actor| actor.work().tell().unwrap());
                }
                for actor in &actors {
                    in_hand(actor.control()).await;
                }
                let yields = system.counts::<Slow>().yields;
                assert!(yields.hint > 0, "the other waits for 12 ms: {yields:?}");
            },
        );
    }
}

/// Urgent messages that bring the next one.
#[actor(fairness(system = 1, user = 3))]
struct Alarmed {
    journal: Journal,
    over: bool,
}

#[handlers]
impl Alarmed {
    #[every(1ms)]
    fn tick(&mut self) {
        self.over = true;
        self.journal.note("tick");
    }
    #[handler(lane = urgent)]
    fn again(&mut self, ctx: &mut Context<Self>) {
        self.journal.note("urgent");
        if !self.over {
            ctx.this().again().tell().unwrap();
        }
    }
}

#[test]
fn a_flood_of_urgent_messages_leaves_ticks_their_share() {
    let alarmed = |journal: &Journal| {
        let journal = journal.clone();
        move || Alarmed { journal: journal.clone(), over: false }
    };
    common::on_runtimes(
        |builder| builder,
        move |system| async move {
            let journal = Journal::default();
            let actor = system.spawn(alarmed(&journal)).await.unwrap();
            actor.again().tell().unwrap();
            common::until(|| journal.entries().iter().any(|entry| entry == "tick")).await;
        },
    );
    let (system, mut stepper) = ActorSystem::builder("alarmed").stepper();
    let journal = Journal::default();
    let actor = stepper.block_on(async { system.spawn(alarmed(&journal)).await.unwrap() });
    actor.again().tell().unwrap();
    stepper.pass(Duration::from_millis(1));
    stepper.run();
    let tick = journal.entries().iter().position(|entry| entry == "tick").unwrap();
    assert!(tick <= 3, "three for one: {:?}", journal.entries());
}
