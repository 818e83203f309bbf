//! Interrupts that interrupt each other, in every order: loom has each come at every point of the worker and of those below it.
#![allow(missing_docs)]
#![cfg(not(miri))]

mod common;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use actor::prelude::*;
use actor::system;
use common::{Load, Shared, Task, note, noted, now, pass, run};
use interrupts::{Interrupt, interrupted, model};

// ---- messages ----------------------------------------------------------------------------------------

#[actor(mailbox(capacity = 2, overflow = drop_oldest))]
struct Gauge;

#[handlers]
impl Gauge {
    fn read(&mut self, load: Load) {
        note(load.0);
    }
}

system! {
    mod gauge { GAUGE: Gauge { mailbox = 2 } = || Gauge }
}

#[test]
fn the_newest_messages_are_handled_in_order_whoever_sends_them() {
    const INTERRUPTS: &[Interrupt] = &[
        Interrupt { level: 1, act: || gauge::GAUGE.read(Load::new(10)).tell().unwrap() },
        Interrupt { level: 2, act: || gauge::GAUGE.read(Load::new(20)).tell().unwrap() },
        Interrupt { level: 2, act: || run(gauge::step) },
    ];
    model(INTERRUPTS, || {
        gauge::start(now);
        run(gauge::step);
        interrupted(|| {
            gauge::GAUGE.read(Load::new(1)).tell().unwrap();
            gauge::GAUGE.read(Load::new(2)).tell().unwrap();
            gauge::step();
        });
        run(gauge::step);
        let seen = noted();
        let own: Vec<_> = seen.iter().filter(|number| **number < 10).collect();
        assert!(matches!(own[..], [1, 2] | [1] | [2] | []), "{seen:?}");
        // The two that came last are there, whoever they are.
        assert!(seen.len() >= 2 && Load::alive() == 0, "{seen:?}");
    });
}

// ---- an ask that is given up -------------------------------------------------------------------------

#[actor(mailbox = 4)]
struct Echo;

#[handlers]
impl Echo {
    fn say(&mut self, word: u32) -> u32 {
        word
    }
}

system! {
    mod echo { ECHO: Echo { mailbox = 4 } = || Echo }
}

type Asked = Task<Result<u32, AskError>>;

static OTHER: Shared<Asked> = Shared::new();

fn ask(word: u32) -> Asked {
    Task::new(async move { echo::ECHO.say(word).await })
}

#[test]
fn an_ask_that_is_dropped_takes_nobodys_answer_along() {
    const INTERRUPTS: &[Interrupt] = &[
        Interrupt {
            level: 1,
            act: || {
                let mut other = ask(20);
                other.go_on();
                OTHER.set(other);
            },
        },
        Interrupt { level: 2, act: || run(echo::step) },
    ];
    model(INTERRUPTS, || {
        echo::start(now);
        run(echo::step);
        let mut kept = ask(2);
        interrupted(|| {
            let mut dropped = ask(1);
            dropped.go_on();
            kept.go_on();
            drop(dropped);
            echo::step();
        });
        run(echo::step);
        let mut other = OTHER.take().unwrap();
        assert!(kept.go_on() && other.go_on(), "one hangs");
        assert_eq!((kept.output(), other.output()), (Ok(2), Ok(20)));
        // Places are free again.
        let mut all: Vec<_> = (0..4).map(ask).collect();
        all.iter_mut().for_each(|asked| assert!(!asked.go_on()));
        run(echo::step);
        assert!(all.iter_mut().all(Task::go_on), "a place is not free");
    });
}

// ---- a restart and a stop ----------------------------------------------------------------------------

#[actor(mailbox = 3)]
struct Worker;

#[handlers]
impl Worker {
    fn item(&mut self, load: Load) {
        note(load.0);
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
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

fn later() {
    run(family::step);
    pass(3600);
    family::tick();
    run(family::step);
}

static ACCEPTED: AtomicU32 = AtomicU32::new(0);

fn send(number: u32) {
    let is_accepted = worker().item(Load::new(number)).tell().is_ok();
    ACCEPTED.fetch_add(is_accepted.into(), Relaxed);
}

static DONE: Shared<Task<Result<(), AskError>>> = Shared::new();

#[test]
fn what_is_accepted_while_its_actor_is_restarted_is_handled() {
    const INTERRUPTS: &[Interrupt] =
        &[Interrupt { level: 1, act: || send(10) }, Interrupt { level: 2, act: || send(20) }];
    model(INTERRUPTS, || {
        family::start(now);
        later();
        worker().fails().tell().unwrap();
        send(1);
        interrupted(later);
        later();
        assert_eq!((noted().len(), Load::alive()), (ACCEPTED.swap(0, Relaxed) as usize, 0));
    });
}

#[test]
fn whoever_waits_for_the_end_of_a_message_hears_of_it_though_its_actor_is_stopped() {
    const INTERRUPTS: &[Interrupt] = &[
        Interrupt {
            level: 1,
            act: || {
                let mut done = Task::new(async { worker().item(Load::new(10)).done().await });
                done.go_on();
                DONE.set(done);
            },
        },
        Interrupt { level: 2, act: || drop(worker().control().stop()) },
    ];
    model(INTERRUPTS, || {
        family::start(now);
        later();
        interrupted(|| {
            send(1);
            run(family::step);
        });
        run(family::step);
        let mut done = DONE.take().unwrap();
        assert!(done.go_on(), "it hangs");
        let (is_done, seen) = (done.output().is_ok(), noted());
        assert_eq!((seen.contains(&10), Load::alive()), (is_done, 0));
        assert!(!worker().control().is_alive());
        ACCEPTED.store(0, Relaxed);
        family::PARENT.again().tell().unwrap();
        later();
        assert!(worker().control().is_alive());
    });
}

// ---- three levels ------------------------------------------------------------------------------------

static PENDED: [AtomicBool; 2] = [const { AtomicBool::new(false) }; 2];

fn serve(level: usize) -> bool {
    let is_pended = PENDED[level].swap(false, Relaxed);
    if is_pended {
        [&plant::SSI0, &plant::SSI1][level].run();
    }
    is_pended
}

fn settle() {
    let mut rounds = 0;
    while serve(1) || serve(0) || plant::step() {
        rounds += 1;
        assert!(rounds < 1_000, "they spin");
    }
}

#[actor(mailbox = 4)]
struct Low;

#[handlers]
impl Low {
    async fn asks(&mut self) {
        note(plant::MIDDLE.doubled(1).await.unwrap());
    }
    fn told(&mut self, load: Load) {
        note(load.0);
    }
}

#[actor(mailbox = 4)]
struct Middle;

#[handlers]
impl Middle {
    fn doubled(&mut self, number: u32) -> u32 {
        2 * number
    }
    async fn asks(&mut self) {
        note(plant::HIGH.tripled(1).await.unwrap());
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
}

#[actor(mailbox = 4)]
struct High;

#[handlers]
impl High {
    fn tripled(&mut self, number: u32) -> u32 {
        plant::LOW.told(Load::new(9)).tell().unwrap();
        3 * number
    }
}

system! {
    mod plant {
        LOW: Low { mailbox = 4 } = || Low,
        level SSI0 { pend = || PENDED[0].store(true, Relaxed), MIDDLE: Middle { mailbox = 4 } = || Middle },
        level SSI1 { pend = || PENDED[1].store(true, Relaxed), HIGH: High { mailbox = 4 } = || High },
    }
}

#[test]
fn levels_that_ask_each_other_are_all_answered() {
    const INTERRUPTS: &[Interrupt] =
        &[Interrupt { level: 1, act: || _ = serve(0) }, Interrupt { level: 2, act: || _ = serve(1) }];
    model(INTERRUPTS, || {
        plant::start(now);
        settle();
        plant::MIDDLE.asks().tell().unwrap();
        plant::LOW.asks().tell().unwrap();
        interrupted(|| run(plant::step));
        settle();
        let mut seen = noted();
        seen.sort_unstable();
        assert_eq!((&seen[..], Load::alive()), (&[2, 3, 9][..], 0));
    });
}

#[test]
fn a_level_that_is_restarted_answers_whoever_asked_it() {
    const INTERRUPTS: &[Interrupt] = &[
        Interrupt { level: 1, act: || _ = serve(0) },
        Interrupt {
            level: 2,
            act: || {
                plant::MIDDLE.fails().tell().unwrap();
                serve(1);
            },
        },
    ];
    model(INTERRUPTS, || {
        plant::start(now);
        settle();
        let mut asked = Task::new(async { plant::MIDDLE.doubled(4).await });
        interrupted(|| {
            asked.go_on();
            run(plant::step);
        });
        for _ in 0..3 {
            settle();
            pass(3600);
            plant::tick();
        }
        settle();
        assert!(asked.go_on(), "it hangs");
        assert_eq!(asked.output(), Ok(8));
    });
}
