//! Promises `no_silent_loss`, `ordering` and `fairness` with much waiting: failures, suspensions and notices beside a backlog.
#![allow(missing_docs)]

mod common;
#[path = "common/fragile.rs"]
mod fragile;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actor::Instant;
use actor::prelude::*;
use common::{Gate, everywhere, handled, in_hand, soon, stepped};
use fragile::{Fragile, FragileRef};

#[actor(mailbox = unbounded)]
struct Worker {
    gate: Gate,
    seen: Vec<u32>,
}

#[handlers]
impl Worker {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn panics(&mut self) {
        panic!("told to");
    }
    fn add(&mut self, number: u32) {
        self.seen.push(number);
    }
    fn seen(&self) -> Vec<u32> {
        self.seen.clone()
    }
}

fn worker(gate: &Gate) -> impl Fn() -> Worker + Send + 'static {
    let gate = gate.clone();
    move || Worker { gate: gate.clone(), seen: Vec::new() }
}

#[test]
fn a_failure_with_any_backlog_loses_the_message_in_hand_alone() {
    everywhere(|system| async move {
        for waiting in [0, 1, 2, 4, 999] {
            let gate = Gate::default();
            let worker = system.spawn(worker(&gate)).await.unwrap();
            worker.hold().tell().unwrap();
            worker.panics().tell().unwrap();
            (0..waiting).for_each(|number| worker.add(number).tell().unwrap());
            gate.open();
            assert_eq!(soon(worker.seen().owned()).await.unwrap(), Vec::from_iter(0..waiting));
            soon(worker.control().stop()).await;
        }
        assert_eq!(system.counts::<Worker>().dead_letters, 0);
    });
}

#[actor(mailbox = 4)]
struct Session {
    messages: u32,
}

#[handlers]
impl Session {
    fn message(&mut self) {
        self.messages += 1;
    }
    #[idle(20ms)]
    fn quiet(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}

#[test]
fn quick_messages_under_a_receive_timeout_are_handled_and_it_comes_once() {
    everywhere(|system| async move {
        let session = system.spawn(|| Session { messages: 0 }).await.unwrap();
        // At once, as a machine that is busy may be quiet between two.
        (0..4).for_each(|_| session.message().tell().unwrap());
        session.control().stopped().await;
        assert_eq!((handled::<Session>(&system, "message"), handled::<Session>(&system, "quiet")), (4, 1));
    });
}

#[test]
fn an_end_comes_though_every_thread_is_idle() {
    everywhere(|system| async move {
        for _ in 0..20 {
            let worker = system.spawn(worker(&Gate::default())).await.unwrap();
            assert_eq!(worker.seen().await, Ok(vec![]));
            let stopped = worker.control().stopped();
            drop(worker);
            soon(stopped).await;
        }
    });
}

/// Watches many, and counts.
#[actor(mailbox = unbounded)]
struct Registrar {
    ends: u32,
    users: u32,
}

#[handlers]
impl Registrar {
    fn watch(&mut self, ctx: &mut Context<Self>, who: WorkerRef) {
        ctx.watch(&who);
    }
    #[terminated]
    fn gone(&mut self, _who: ActorId, _why: StopReason) {
        self.ends += 1;
    }
    fn user(&mut self) {
        self.users += 1;
    }
    fn both(&self) -> (u32, u32) {
        (self.ends, self.users)
    }
}

#[test]
fn a_flood_of_notices_and_one_of_users_leave_each_other_their_share() {
    everywhere(|system| async move {
        for (watched, users) in [(200, 20), (20, 2_000)] {
            let registrar = system.spawn(|| Registrar { ends: 0, users: 0 }).await.unwrap();
            let mut workers = Vec::new();
            for _ in 0..watched {
                let worker = system.spawn(worker(&Gate::default())).await.unwrap();
                registrar.watch(worker.clone()).await.unwrap();
                workers.push(worker);
            }
            (0..users).for_each(|_| registrar.user().tell().unwrap());
            drop(workers);
            loop {
                let (ends, handled) = soon(registrar.both().owned()).await.unwrap();
                assert_eq!(handled, users, "those before the ask are handled before it");
                if ends == watched {
                    break;
                }
                common::yield_now().await;
            }
        }
    });
}

#[test]
fn a_thousand_suspensions_under_load_lose_nothing_and_leave_nobody_asleep() {
    everywhere(|system| async move {
        let worker = system.spawn(worker(&Gate::default())).await.unwrap();
        let mut kept = Vec::new();
        for number in 0..1_000 {
            worker.add(number).tell().unwrap();
            kept.push(worker.control().suspend("storm"));
            if number % 3 == 0 {
                kept.clear();
            }
        }
        drop(kept);
        assert_eq!(soon(worker.seen().owned()).await.unwrap(), Vec::from_iter(0..1_000));
    });
}

#[test]
fn a_long_queue_is_dropped_at_once_and_each_of_it_is_a_dead_letter() {
    everywhere(|system| async move {
        const LONG: u32 = 100_000;
        let worker = system.spawn(worker(&Gate::default())).await.unwrap();
        worker.hold().tell().unwrap();
        in_hand(worker.control()).await;
        (0..LONG).for_each(|number| worker.add(number).tell().unwrap());
        soon(worker.control().kill()).await;
        assert_eq!(system.counts::<Worker>().dead_letters, u64::from(LONG));
    });
}

#[actor]
#[supervise(limit = unlimited, backoff = 1ms..2ms)]
struct Supervisor;

#[handlers]
impl Supervisor {
    fn hire(&mut self, ctx: &mut Context<Self>, many: u32) -> Vec<FragileRef> {
        (0..many).map(|_| ctx.spawn(|| Fragile).restart(Restart::Permanent).detach()).collect()
    }
    fn ping(&self) -> bool {
        true
    }
}

#[test]
fn ten_thousand_children_that_fail_together_begin_anew_and_their_parent_answers() {
    common::on_runtime(
        Some(2),
        |builder| builder,
        |builder| builder,
        |system| async move {
            const MANY: u32 = 10_000;
            let supervisor = system.spawn(|| Supervisor).await.unwrap();
            let children = supervisor.hire(MANY).timeout(Duration::from_secs(30)).await.unwrap();
            for _ in 0..2 {
                children.iter().for_each(|child| child.fail().tell().unwrap());
                assert_eq!(supervisor.ping().await, Ok(true));
            }
            for child in &children {
                assert_eq!(child.ping().await, Ok(true));
            }
            assert_eq!(system.counts::<Fragile>().restarts, u64::from(2 * MANY));
            assert_eq!(system.counts::<Supervisor>().failures, 0);
        },
    );
}

/// Notes when its lives begin.
#[actor]
struct Punctual {
    begun: Arc<Mutex<BTreeSet<Instant>>>,
}

#[handlers]
impl Punctual {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        self.begun.lock().unwrap().insert(ctx.now());
    }
    fn fail(&mut self) -> Result<(), &'static str> {
        Err("told to")
    }
    fn ping(&self) -> bool {
        true
    }
}

/// On a virtual clock: what happens together happens at one moment.
#[test]
fn those_that_fail_together_do_not_come_back_together() {
    stepped(
        |builder| builder,
        |system| async move {
            const MANY: usize = 200;
            let begun = Arc::<Mutex<BTreeSet<Instant>>>::default();
            let mut all = Vec::new();
            for _ in 0..MANY {
                let begun = Arc::clone(&begun);
                all.push(system.spawn(move || Punctual { begun: Arc::clone(&begun) }).await.unwrap());
            }
            // The first restart is at once, and the second after a pause of which half is left to chance.
            for (restart, least) in [(1, 1), (2, MANY / 2)] {
                begun.lock().unwrap().clear();
                all.iter().for_each(|one| one.fail().tell().unwrap());
                for one in &all {
                    assert_eq!(one.ping().await, Ok(true));
                }
                assert_eq!(system.counts::<Punctual>().restarts, (restart * MANY) as u64);
                let moments = begun.lock().unwrap().len();
                assert!(moments >= least, "restart {restart} of {MANY} at {moments} moments");
            }
        },
    );
}
