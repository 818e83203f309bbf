//! Senders: who waits for room comes in, once and in turn, or hears that nobody comes in any more.
#![allow(missing_docs)]

mod common;

use std::sync::OnceLock;
use std::time::Duration;

use actor::prelude::*;
use actor::system;
use common::{Load, Shared, Task, note, noted, now, pass, run, settle};
use interrupts::{alone, interrupted, sweep};

#[actor(mailbox(capacity = 1, overflow = wait))]
struct Narrow;

#[handlers]
impl Narrow {
    fn item(&mut self, load: Load) {
        note(load.0);
    }
}

system! {
    mod narrow { NARROW: Narrow { mailbox = 1 } = || Narrow }
}

#[test]
fn a_sender_that_waits_comes_in_once() {
    sweep(
        || run(narrow::step),
        || {
            narrow::start(now);
            run(narrow::step);
            narrow::NARROW.item(Load::new(1)).tell().unwrap();
            let mut sender = Task::new(async { narrow::NARROW.item(Load::new(2)).await });
            interrupted(|| sender.go_on());
            assert!(settle(narrow::step, &mut sender), "it hangs");
            assert_eq!(sender.output(), Ok(()));
            narrow::NARROW.item(Load::new(3)).tell().unwrap();
            run(narrow::step);
            assert_eq!((noted(), Load::alive()), (vec![1, 2, 3], 0));
        },
    );
}

#[test]
fn a_sender_that_waits_no_more_leaves_its_room_to_others() {
    sweep(
        || run(narrow::step),
        || {
            narrow::start(now);
            run(narrow::step);
            narrow::NARROW.item(Load::new(1)).tell().unwrap();
            let mut sender = Task::new(async { narrow::NARROW.item(Load::new(2)).await });
            let mut next = Task::new(async { narrow::NARROW.item(Load::new(3)).await });
            let is_in = interrupted(|| {
                let is_in = sender.go_on();
                next.go_on();
                drop(sender);
                is_in
            });
            assert!(settle(narrow::step, &mut next), "it hangs");
            let seen = if is_in { vec![1, 2, 3] } else { vec![1, 3] };
            assert_eq!((noted(), Load::alive()), (seen, 0));
        },
    );
}

#[actor(mailbox(capacity = 3, overflow = wait))]
struct Wide;

#[handlers]
impl Wide {
    fn item(&mut self, number: u32) {
        note(number);
    }
}

system! {
    mod wide { WIDE: Wide { mailbox = 3 } = || Wide }
}

static OTHER: Shared<Task<Result<(), TellError>>> = Shared::new();

/// The other sender gets on, and so does the worker.
fn other_and_worker() {
    OTHER.with(Task::go_on);
    for _ in 0..3 {
        wide::step();
    }
}

#[test]
fn room_is_kept_for_as_many_as_wait() {
    sweep(other_and_worker, || {
        wide::start(now);
        run(wide::step);
        for number in 0..3 {
            wide::WIDE.item(number).tell().unwrap();
        }
        OTHER.set(Task::new(async { wide::WIDE.item(11).await }));
        let mut sender = Task::new(async { wide::WIDE.item(10).await });
        interrupted(|| sender.go_on());
        let mut other = OTHER.take().unwrap();
        settle(wide::step, &mut other);
        assert!(settle(wide::step, &mut sender) && settle(wide::step, &mut other), "one hangs");
        let mut seen = noted();
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2, 10, 11]);
        // All room is there again.
        for number in 0..3 {
            wide::WIDE.item(number).tell().unwrap();
        }
        run(wide::step);
        assert_eq!(noted(), [0, 1, 2]);
    });
}

// ---- the newest in the place of the oldest -----------------------------------------------------------

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
fn where_room_has_come_meanwhile_no_message_is_dropped() {
    sweep(
        || _ = gauge::step(),
        || {
            gauge::start(now);
            run(gauge::step);
            let tell = |number| gauge::GAUGE.read(Load::new(number)).tell().unwrap();
            tell(1);
            tell(2);
            interrupted(|| tell(3));
            run(gauge::step);
            let seen = noted();
            assert!(matches!(seen[..], [1, 2, 3] | [2, 3]), "{seen:?}");
            assert_eq!(Load::alive(), 0);
        },
    );
}

// ---- actors that end, and are there again in the next round ------------------------------------------

#[actor(mailbox(capacity = 1, overflow = drop_oldest))]
struct Latest;

#[handlers]
impl Latest {
    fn item(&mut self, load: Load) {
        note(load.0);
    }
}

#[actor(mailbox(capacity = 1, overflow = wait))]
struct Patient;

#[handlers]
impl Patient {
    fn item(&mut self, load: Load) {
        note(load.0);
    }
}

#[actor(mailbox = 1)]
struct Parent {
    #[child(|| Latest)]
    latest: Child<Latest>,
    #[child(|| Patient)]
    patient: Child<Patient>,
}

static LATEST: OnceLock<LatestRef> = OnceLock::new();
static PATIENT: OnceLock<PatientRef> = OnceLock::new();

fn latest() -> &'static LatestRef {
    LATEST.get().unwrap()
}

fn patient() -> &'static PatientRef {
    PATIENT.get().unwrap()
}

#[handlers]
impl Parent {
    #[started]
    fn started(&mut self) {
        LATEST.get_or_init(|| (*self.latest).clone());
        PATIENT.get_or_init(|| (*self.patient).clone());
    }

    fn again(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("again");
    }
}

system! {
    mod family { PARENT: Parent { mailbox = 1 } = || Parent { latest: Child::default(), patient: Child::default() } }
}

/// A round with children that have just been started.
fn with_family(round: impl Fn()) -> impl Fn() {
    move || {
        family::start(now);
        run(family::step);
        round();
        family::PARENT.again().tell().unwrap();
        run(family::step);
        pass(3600);
        family::tick();
        run(family::step);
        assert!(family::PARENT.control().is_alive());
    }
}

#[test]
fn the_newest_message_takes_the_place_of_the_oldest_or_nobodys() {
    let interrupts: [fn(); 4] = [
        || run(family::step),
        || drop(latest().control().drain()),
        || {
            drop(latest().control().drain());
            run(family::step);
        },
        || {
            drop(latest().control().stop());
            run(family::step);
        },
    ];
    for interrupt in interrupts {
        sweep(
            interrupt,
            with_family(|| {
                latest().item(Load::new(1)).tell().unwrap();
                let told = interrupted(|| latest().item(Load::new(2)).tell());
                let is_told = told.is_ok();
                drop(told);
                let goes_on = latest().control().is_alive();
                run(family::step);
                assert_eq!(Load::alive(), 0);
                let seen = noted();
                match seen[..] {
                    [1, 2] | [2] => assert!(is_told),
                    [1] => assert!(!is_told, "accepted and lost: {seen:?}"),
                    // It was stopped, which drops what waits.
                    [] => assert!(!goes_on),
                    _ => panic!("{seen:?}"),
                }
            }),
        );
    }
}

#[test]
fn a_sender_that_waits_hears_of_the_end() {
    let interrupts: [fn(); 3] = [
        || {
            drop(patient().control().stop());
            run(family::step);
        },
        || {
            drop(patient().control().drain());
            run(family::step);
        },
        || drop(patient().control().stop()),
    ];
    for interrupt in interrupts {
        sweep(
            interrupt,
            with_family(|| {
                patient().item(Load::new(1)).tell().unwrap();
                let mut sender = Task::new(async { patient().item(Load::new(2)).await });
                interrupted(|| sender.go_on());
                assert!(settle(family::step, &mut sender), "it hangs");
                let _ = sender.output();
                // Where the interrupt came first of all, nothing was wrong.
                drop(patient().control().stop());
                run(family::step);
                assert_eq!(Load::alive(), 0);
                noted();
            }),
        );
    }
}

// ---- an end, and a new beginning ---------------------------------------------------------------------

#[actor(mailbox(capacity = 1, overflow = wait))]
struct Till;

#[handlers]
impl Till {
    fn item(&mut self, number: u32) {
        note(number);
    }
    #[handler(lane = urgent)]
    fn rush(&mut self, number: u32) {
        note(number);
    }
    fn count(&mut self, number: u32) -> u32 {
        note(number);
        number
    }
}

#[actor(mailbox = 1)]
struct Shop {
    #[child(|| Till)]
    till: Child<Till>,
}

static TILL: OnceLock<TillRef> = OnceLock::new();

fn till() -> &'static TillRef {
    TILL.get().unwrap()
}

#[handlers]
impl Shop {
    #[started]
    fn started(&mut self) {
        TILL.get_or_init(|| (*self.till).clone());
    }

    fn again(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("again");
    }
}

system! {
    mod shop { SHOP: Shop { mailbox = 1 } = || Shop { till: Child::default() } }
}

type Sent = Result<(), TellError>;

/// Of the life that the interrupt begins.
static NEXT: Shared<Task<Sent>> = Shared::new();

/// A sender, for whom there is room by now.
fn with_room(send: fn(u32) -> Task<Sent>) -> Task<Sent> {
    let (mut first, mut second) = (send(1), send(2));
    first.go_on();
    second.go_on();
    run(shop::step);
    assert_eq!((noted(), first.output()), (vec![1], Ok(())));
    second
}

/// The till ends, and begins anew.
fn begin_anew() {
    shop::SHOP.again().tell().unwrap();
    run(shop::step);
    pass(3600);
    shop::tick();
    run(shop::step);
    assert!(till().control().is_alive());
}

fn nobody_takes_the_room_of_the_next_life(interrupt: fn(), send: fn(u32) -> Task<Sent>) {
    sweep(interrupt, || {
        shop::start(now);
        run(shop::step);
        let mut sender = with_room(send);
        interrupted(|| sender.go_on());
        if let Some(mut next) = NEXT.take() {
            assert!(settle(shop::step, &mut next) && settle(shop::step, &mut sender), "one hangs");
            assert_eq!((noted(), next.output()), (vec![2], Ok(())), "the other: {:?}", sender.output());
        }
        run(shop::step);
        noted();
    });
}

fn item(number: u32) -> Task<Sent> {
    Task::new(async move { till().item(number).await })
}

fn rush(number: u32) -> Task<Sent> {
    Task::new(async move { till().rush(number).await })
}

#[test]
fn a_sender_that_waited_for_an_earlier_life_takes_nobodys_room() {
    fn interrupt(send: fn(u32) -> Task<Sent>) {
        begin_anew();
        noted();
        NEXT.set(with_room(send));
    }
    nobody_takes_the_room_of_the_next_life(|| interrupt(item), item);
    nobody_takes_the_room_of_the_next_life(|| interrupt(rush), rush);
}

/// The lane counts nobody who has gone: else it would be full for good.
fn assert_nobody_stands_in_line() {
    run(shop::step);
    noted();
    till().rush(9).tell().unwrap();
    run(shop::step);
    assert_eq!(noted(), [9]);
}

#[test]
fn an_urgent_sender_that_waits_no_more_leaves_its_turn_to_others() {
    fn step_and_send() {
        shop::step();
        if NEXT.with(Task::go_on).is_none() {
            NEXT.set(rush(4));
        }
    }
    let interrupts: [fn(); 3] = [|| run(shop::step), begin_anew, step_and_send];
    for interrupt in interrupts {
        sweep(interrupt, || {
            shop::start(now);
            run(shop::step);
            let mut first = rush(1);
            first.go_on();
            let (mut sender, mut next) = (rush(2), rush(3));
            interrupted(|| {
                sender.go_on();
                next.go_on();
                drop(sender);
            });
            let mut last = NEXT.take();
            while let Some(task) = &mut last
                && !settle(shop::step, task)
                && settle(shop::step, &mut next)
            {}
            assert!(settle(shop::step, &mut next), "it hangs");
            assert!(last.is_none_or(|mut task| settle(shop::step, &mut task)), "the other hangs");
            assert_nobody_stands_in_line();
        });
    }
}

#[cfg(not(miri))]
#[test]
fn urgent_senders_of_all_levels_have_their_turns_or_hear_of_the_end() {
    use interrupts::{Interrupt, model};
    const SENDS: Interrupt = Interrupt {
        level: 1,
        act: || {
            let mut next = rush(4);
            next.go_on();
            NEXT.set(next);
        },
    };
    fn round() {
        shop::start(now);
        run(shop::step);
        let mut first = rush(1);
        first.go_on();
        let (mut sender, mut dropped) = (rush(2), rush(3));
        interrupted(|| {
            dropped.go_on();
            sender.go_on();
            drop(dropped);
        });
        let mut next = NEXT.take().unwrap();
        for _ in 0..3 {
            settle(shop::step, &mut sender);
            settle(shop::step, &mut next);
        }
        assert!(sender.go_on() && next.go_on(), "one hangs");
        assert_nobody_stands_in_line();
    }
    model(const { &[SENDS, Interrupt { level: 2, act: || run(shop::step) }] }, round);
    model(const { &[SENDS, Interrupt { level: 2, act: begin_anew }] }, round);
}

// ---- who gave up -------------------------------------------------------------------------------------

const MOMENT: Duration = Duration::from_secs(1);

fn who_gave_up_is_passed_over<T>(send: fn(u32) -> Task<Sent>, late: fn(u32) -> Task<T>) {
    let _alone = alone();
    shop::start(now);
    run(shop::step);
    let mut first = send(1);
    assert!(first.go_on());
    let (mut late, mut next) = (late(2), send(3));
    late.go_on();
    next.go_on();
    pass(3600);
    shop::tick();
    assert!(late.go_on(), "it has time");
    assert!(settle(shop::step, &mut next), "it waits for one who has gone");
    // The future of the other one was there until now.
    drop(late);
    assert_eq!((noted(), next.output()), (vec![1, 3], Ok(())));
}

#[test]
fn a_sender_that_gave_up_is_passed_over_though_its_future_is_kept() {
    who_gave_up_is_passed_over(item, |number| Task::new(till().item(number).timeout(MOMENT).into_future()));
    who_gave_up_is_passed_over(rush, |number| Task::new(till().rush(number).timeout(MOMENT).into_future()));
    who_gave_up_is_passed_over(item, |number| Task::new(till().count(number).timeout(MOMENT).into_future()));
}
