//! Ends and restarts that interrupts ask for: each has its hooks once, and leaves nothing to the next life.
#![allow(missing_docs)]

mod common;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use actor::prelude::*;
use actor::{Failure, system};
use common::{Load, Once, note, noted, now, pass, run};
use interrupts::{interrupted, sweep};

#[actor(mailbox = 2)]
struct Worker;

#[handlers]
impl Worker {
    async fn work(&mut self, load: Load) {
        Once::default().await;
        note(load.0);
    }

    #[stopping]
    async fn stopping(&mut self) {
        note(90);
        Once::default().await;
        note(91);
    }
}

#[actor(mailbox = 1)]
struct Parent {
    #[child(|| Worker)]
    worker: Child<Worker>,
}

static WORKER: OnceLock<WorkerRef> = OnceLock::new();

fn worker() -> &'static WorkerRef {
    WORKER.get().unwrap()
}

#[handlers]
impl Parent {
    #[started]
    fn started(&mut self) {
        WORKER.get_or_init(|| (*self.worker).clone());
    }

    fn again(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("again");
    }
}

system! {
    mod family { PARENT: Parent { mailbox = 1 } = || Parent { worker: Child::default() } }
}

#[test]
fn an_actor_ends_once_whenever_that_is_asked_for() {
    let interrupts: [fn(); 4] = [
        || drop(worker().control().stop()),
        || drop(worker().control().drain()),
        || drop(worker().control().kill()),
        || {
            drop(worker().control().drain());
            drop(worker().control().stop());
        },
    ];
    for interrupt in interrupts {
        sweep(interrupt, || {
            family::start(now);
            run(family::step);
            interrupted(|| {
                worker().work(Load::new(1)).tell().ok();
                worker().work(Load::new(2)).tell().ok();
                run(family::step);
            });
            drop(worker().control().stop());
            run(family::step);
            assert!(!worker().control().is_alive());
            let seen = noted();
            assert!(seen.ends_with(&[90, 91]) && seen.iter().filter(|number| **number == 90).count() == 1, "{seen:?}");
            assert!([&[][..], &[1], &[1, 2]].contains(&&seen[..seen.len() - 2]), "{seen:?}");
            assert_eq!((Load::alive(), worker().control().depth()), (0, 0));
            Load::made();
            family::PARENT.again().tell().unwrap();
            run(family::step);
            pass(3600);
            family::tick();
            run(family::step);
            assert!(worker().control().is_alive());
        });
    }
}

/// Which life the actor below is in.
static LIFE: AtomicU32 = AtomicU32::new(0);

#[actor(mailbox = 4)]
struct Fails;

#[handlers]
impl Fails {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        LIFE.store(ctx.incarnation().get(), Relaxed);
    }

    fn fail(&mut self) -> Result<(), &'static str> {
        Err("on purpose")
    }

    fn item(&mut self, load: Load) {
        note(load.0);
    }

    #[restarting]
    async fn restarting(&mut self, _why: &Failure) {
        Once::default().await;
    }
}

system! {
    mod fails { FAILS: Fails { mailbox = 4 } = || Fails }
}

#[test]
fn a_restart_counts_one_life_and_keeps_what_comes_meanwhile() {
    sweep(
        || fails::FAILS.item(Load::new(1)).tell().unwrap(),
        || {
            fails::start(now);
            run(fails::step);
            let last = LIFE.load(Relaxed);
            fails::FAILS.fail().tell().unwrap();
            interrupted(|| {
                run(fails::step);
                pass(3600);
                fails::tick();
                run(fails::step);
            });
            run(fails::step);
            assert_eq!(LIFE.load(Relaxed), last + 1);
            assert_eq!((noted().len(), Load::alive()), (Load::made(), 0));
        },
    );
}
