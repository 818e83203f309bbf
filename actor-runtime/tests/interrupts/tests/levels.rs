//! Levels: actors that preempt the others at every point, are run by the interrupt that a message pends, and by that alone.
#![allow(missing_docs)]

mod common;

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use actor::prelude::*;
use actor::system;
use common::{Load, Task, note, noted, now, pass, run};
use interrupts::{interrupted, sweep};

static PENDED: AtomicBool = AtomicBool::new(false);

fn pend() {
    PENDED.store(true, Relaxed);
}

/// The interrupt of the level, if it is pended.
fn serve(level: &actor::Level) -> bool {
    let is_pended = PENDED.swap(false, Relaxed);
    if is_pended {
        level.run();
    }
    is_pended
}

/// Runs both until neither has anything to do. The level runs where it was pended, and nowhere else.
fn settle(step: fn() -> bool, level: &actor::Level) {
    let mut rounds = 0;
    while serve(level) || step() {
        rounds += 1;
        assert!(rounds < 1_000, "they spin");
    }
}

// ---- messages in both directions ---------------------------------------------------------------------

#[actor(mailbox = 4)]
struct Pump;

#[handlers]
impl Pump {
    fn sample(&mut self, load: Load) {
        note(load.0);
        plant::ALARM.rise(Load::new(load.0 + 10)).tell().unwrap();
        note(load.0 + 1);
    }

    fn calm(&mut self, load: Load) {
        note(load.0);
    }

    async fn ask(&mut self) -> u32 {
        plant::ALARM.count().await.unwrap()
    }

    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
}

#[actor(mailbox = 4)]
struct Alarm {
    count: u32,
}

#[handlers]
impl Alarm {
    fn rise(&mut self, load: Load) {
        self.count += 1;
        note(load.0);
        plant::PUMP.calm(Load::new(load.0 + 10)).tell().unwrap();
    }

    fn count(&self) -> u32 {
        self.count
    }

    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
}

system! {
    mod plant {
        PUMP: Pump { mailbox = 4 } = || Pump,
        /// Preempts.
        level SSI0 { pend = pend, ALARM: Alarm { mailbox = 4 } = || Alarm { count: 0 } },
    }
}

fn serve_plant() {
    serve(&plant::SSI0);
}

fn start() {
    plant::start(now);
    settle(plant::step, &plant::SSI0);
}

#[test]
fn a_level_preempts_at_every_point_and_its_messages_are_handled_once() {
    sweep(serve_plant, || {
        start();
        plant::PUMP.sample(Load::new(100)).tell().unwrap();
        interrupted(|| run(plant::step));
        settle(plant::step, &plant::SSI0);
        let seen = noted();
        // The alarm comes within the handler, or after it.
        assert!(matches!(seen[..], [100, 110, 101, 120] | [100, 101, 110, 120]), "{seen:?}");
        assert_eq!(Load::alive(), 0);
    });
}

#[test]
fn an_interrupt_that_tells_a_level_and_runs_it_within_another_handler_is_whole() {
    sweep(
        || {
            let _ = plant::ALARM.rise(Load::new(210)).tell();
            serve(&plant::SSI0);
        },
        || {
            start();
            plant::PUMP.sample(Load::new(100)).tell().unwrap();
            plant::PUMP.calm(Load::new(50)).tell().unwrap();
            interrupted(|| run(plant::step));
            settle(plant::step, &plant::SSI0);
            let seen = noted();
            let times = |number| seen.iter().filter(|it| **it == number).count();
            assert_eq!((times(100), times(101), times(110), times(120), times(50)), (1, 1, 1, 1, 1), "{seen:?}");
            assert_eq!(times(210), times(220), "{seen:?}");
            assert_eq!(Load::alive(), 0);
        },
    );
}

#[test]
fn a_message_to_a_level_that_is_running_is_handled_though_nobody_else_pends_it() {
    sweep(
        || drop(plant::ALARM.rise(Load::new(210)).tell()),
        || {
            start();
            plant::ALARM.rise(Load::new(110)).tell().unwrap();
            interrupted(|| serve(&plant::SSI0));
            settle(plant::step, &plant::SSI0);
            let seen = noted();
            let times = |number| seen.iter().filter(|it| **it == number).count();
            assert_eq!((times(110), times(120)), (1, 1), "{seen:?}");
            assert_eq!(times(210), times(220), "a message was lost: {seen:?}");
            assert_eq!(Load::alive(), 0);
        },
    );
}

#[test]
fn asks_are_answered_across_levels() {
    sweep(serve_plant, || {
        start();
        let mut task = Task::new(async { plant::PUMP.ask().await });
        interrupted(|| {
            task.go_on();
            run(plant::step);
        });
        for _ in 0..4 {
            settle(plant::step, &plant::SSI0);
            task.go_on();
        }
        assert!(task.go_on(), "it hangs");
        assert!(task.output().is_ok());
    });
}

#[test]
fn each_may_fail_within_the_other() {
    for fail in [
        || drop(plant::ALARM.fails().tell()),
        || {
            let _ = plant::PUMP.fails().tell();
            let _ = plant::ALARM.fails().tell();
        },
    ] {
        sweep(serve_plant, || {
            start();
            fail();
            plant::PUMP.sample(Load::new(100)).tell().unwrap();
            interrupted(|| run(plant::step));
            settle(plant::step, &plant::SSI0);
            // The pauses before restarts are over.
            for _ in 0..3 {
                pass(3600);
                plant::tick();
                settle(plant::step, &plant::SSI0);
            }
            let seen = noted();
            let times = |number| seen.iter().filter(|it| **it == number).count();
            assert_eq!((times(100), times(110), times(120)), (1, 1, 1), "{seen:?}");
            assert_eq!(Load::alive(), 0);
        });
    }
}

// ---- time --------------------------------------------------------------------------------------------

#[actor(mailbox = 2)]
struct Slow;

#[handlers]
impl Slow {
    #[every(10s)]
    fn beat(&mut self) {
        note(1);
    }
}

#[actor(mailbox = 2, timers = 2)]
struct Quick;

#[handlers]
impl Quick {
    fn soon(&mut self, ctx: &mut Context<Self>) {
        ctx.after(core::time::Duration::from_secs(1), |me| me.now());
    }

    fn now(&mut self) {
        note(2);
    }
}

system! {
    mod timed {
        SLOW: Slow { mailbox = 2 } = || Slow,
        level SSI1 { pend = pend, QUICK: Quick { mailbox = 2 } = || Quick },
    }
}

fn start_timed() {
    timed::start(now);
    // Others have moved the clock.
    timed::tick();
    settle(timed::step, &timed::SSI1);
    noted();
}

#[test]
fn what_comes_next_is_of_all_levels() {
    sweep(
        || _ = serve(&timed::SSI1),
        || {
            start_timed();
            timed::QUICK.soon().tell().unwrap();
            // The timer is begun before the level is asked for it, or after.
            assert!(interrupted(timed::next_deadline).is_some_and(|next| next > now()));
            settle(timed::step, &timed::SSI1);
            let next = timed::next_deadline().unwrap();
            assert!(next.saturating_since(now()).as_secs() <= 1, "the level is not asked");
            pass(10);
            timed::tick();
            settle(timed::step, &timed::SSI1);
            noted();
        },
    );
}

#[test]
fn a_tick_pends_the_levels_it_is_for() {
    sweep(
        || _ = serve(&timed::SSI1),
        || {
            start_timed();
            timed::QUICK.soon().tell().unwrap();
            settle(timed::step, &timed::SSI1);
            pass(1);
            interrupted(timed::tick);
            settle(timed::step, &timed::SSI1);
            assert!(noted().contains(&2));
            pass(9);
            timed::tick();
            settle(timed::step, &timed::SSI1);
            noted();
        },
    );
}

// ---- replies that are dropped ------------------------------------------------------------------------

/// Keeps what it is asked for, until its life ends.
#[actor(mailbox = 2)]
struct Keeper {
    kept: Option<Reply<u32>>,
}

#[handlers]
impl Keeper {
    fn keeps(&mut self, reply: Reply<u32>) {
        self.kept = Some(reply);
    }

    fn drops_and_fails(&mut self, reply: Reply<u32>, ctx: &mut Context<Self>) {
        drop(reply);
        ctx.fail("on purpose");
    }

    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
}

#[actor(mailbox = 2)]
struct Mate;

#[handlers]
impl Mate {
    fn drops(&mut self, reply: Reply<u32>) {
        drop(reply);
    }

    fn drops_what_is_lent(&mut self, reply: Reply<u32>, _ctx: &mut Context<Self>) {
        drop(reply);
    }

    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
}

system! {
    mod keeping {
        KEEPER: Keeper { mailbox = 2 } = || Keeper { kept: None },
        level SSI2 { pend = pend, MATE: Mate { mailbox = 2 } = || Mate },
    }
}

type Answer = Result<u32, AskError>;

/// What two askers are told: one of a keeper that fails, and one of a mate that comes within that.
fn dropped(mate: fn() -> Task<Answer>) -> (Answer, Answer) {
    keeping::start(now);
    settle(keeping::step, &keeping::SSI2);
    let mut of_keeper = Task::new(async { keeping::KEEPER.keeps().await });
    of_keeper.go_on();
    settle(keeping::step, &keeping::SSI2);
    let mut of_mate = mate();
    of_mate.go_on();
    keeping::KEEPER.fails().tell().unwrap();
    interrupted(|| run(keeping::step));
    for _ in 0..3 {
        settle(keeping::step, &keeping::SSI2);
        pass(3600);
        keeping::tick();
    }
    settle(keeping::step, &keeping::SSI2);
    assert!(of_keeper.go_on() && of_mate.go_on(), "one of them hangs");
    (of_keeper.output(), of_mate.output())
}

#[test]
fn each_asker_is_told_what_became_of_its_own_reply() {
    let mates: [fn() -> Task<Answer>; 2] = [
        || Task::new(async { keeping::MATE.drops().await }),
        || {
            // Its life ends as well, within that of the keeper.
            let mut task = Task::new(async { keeping::MATE.drops().await });
            task.go_on();
            keeping::MATE.fails().tell().unwrap();
            task
        },
    ];
    for mate in mates {
        sweep(
            || _ = serve(&keeping::SSI2),
            || {
                let (keeper, mate) = dropped(mate);
                assert!(matches!(keeper, Err(AskError::Failed)), "{keeper:?}");
                assert!(matches!(mate, Err(AskError::NoReply { .. })), "{mate:?}");
            },
        );
    }
}

#[test]
fn a_handler_that_dropped_its_reply_and_fails_is_told_as_failed_though_another_came_within() {
    sweep(
        || _ = serve(&keeping::SSI2),
        || {
            keeping::start(now);
            settle(keeping::step, &keeping::SSI2);
            let mut of_keeper = Task::new(async { keeping::KEEPER.drops_and_fails().await });
            let mut of_mate = Task::new(async { keeping::MATE.drops_what_is_lent().await });
            assert!(!of_keeper.go_on() && !of_mate.go_on());
            interrupted(|| run(keeping::step));
            for _ in 0..3 {
                settle(keeping::step, &keeping::SSI2);
                pass(3600);
                keeping::tick();
            }
            settle(keeping::step, &keeping::SSI2);
            assert!(of_keeper.go_on() && of_mate.go_on(), "one of them hangs");
            let (keeper, mate) = (of_keeper.output(), of_mate.output());
            assert!(matches!(keeper, Err(AskError::Failed)), "{keeper:?}");
            assert!(matches!(mate, Err(AskError::NoReply { .. })), "{mate:?}");
        },
    );
}

// ---- who looks on ------------------------------------------------------------------------------------

#[actor(mailbox(capacity = 1, overflow = drop_newest))]
struct Loud;

#[handlers]
impl Loud {
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }

    /// Is at it for so many ticks; notes at how many of them the watchdog was fed.
    fn hangs(&mut self, ticks: u32) {
        FED.set(0);
        (0..ticks).for_each(|_| observed::tick());
        note(FED.get());
    }
}

static FAILURES: actor::RingBufferFailureTelemetry<2> = actor::RingBufferFailureTelemetry::new();

thread_local! {
    static FED: Cell<u32> = const { Cell::new(0) };
    static EVENTS: Cell<Vec<String>> = const { Cell::new(Vec::new()) };
}

fn on_event(event: &actor::SystemEvent<'_>) {
    let mut events = EVENTS.take();
    events.push(match event {
        actor::SystemEvent::Failed { actor, .. } => format!("{actor} failed"),
        actor::SystemEvent::Restarted { actor, .. } => format!("{actor} restarted"),
        actor::SystemEvent::DeadLetter { actor, message, .. } => format!("{actor} lost {message}"),
        _ => String::from("another"),
    });
    EVENTS.set(events);
}

fn feed() {
    FED.set(FED.get() + 1);
}

system! {
    mod observed {
        SLOW: Slow { mailbox = 2 } = || Slow,
        level SSI3 { pend = pend, LOUD: Loud = || Loud },
    }
    event_handler = on_event,
    telemetry = &FAILURES,
    metrics = on,
    watchdog = feed within 2 ticks,
}

#[test]
fn what_happens_in_a_level_is_told_by_its_name_and_counted() {
    let _alone = interrupts::alone();
    observed::start(now);
    settle(observed::step, &observed::SSI3);
    EVENTS.take();
    observed::LOUD.fails().tell().unwrap();
    observed::LOUD.fails().tell().unwrap();
    settle(observed::step, &observed::SSI3);
    assert_eq!(EVENTS.take(), ["loud lost fails", "loud failed", "loud restarted"]);
    let mut paths = Vec::new();
    FAILURES.dump_to(|failure| paths.push(failure.path().to_string()));
    // The telemetry is that of the program, and others have failed.
    assert_eq!(paths.last().map(String::as_str), Some("LOUD"));
    let mut counted = Vec::new();
    observed::metrics(|actor| counted.push((actor.actor(), actor.counts().failures, actor.counts().dead_letters)));
    assert_eq!(counted, [("slow", 0, 0), ("loud", 1, 1)]);
}

#[test]
fn a_level_that_hangs_is_not_fed_for() {
    let _alone = interrupts::alone();
    observed::start(now);
    settle(observed::step, &observed::SSI3);
    noted();
    observed::LOUD.hangs(6).tell().unwrap();
    settle(observed::step, &observed::SSI3);
    // At the tick before which it was begun, and for as long as an actor may wait.
    assert_eq!(noted(), [3]);
    FED.set(0);
    observed::tick();
    assert_eq!(FED.get(), 1, "it goes on");
}

// ---- another clock -----------------------------------------------------------------------------------

/// Tells the time.
#[actor]
struct Timepiece;

#[handlers]
impl Timepiece {
    fn look(&mut self, ctx: &mut Context<Self>) {
        note(ctx.now().as_nanos() as u32);
    }
}

system! {
    mod clocked {
        BELOW: Timepiece { mailbox = 1 } = || Timepiece,
        level SSI4 { pend = pend, ABOVE: Timepiece { mailbox = 1 } = || Timepiece },
    }
}

#[test]
fn a_second_start_gives_levels_the_other_clock_as_well() {
    let _alone = interrupts::alone();
    let clocks: [fn() -> actor::Instant; 2] = [|| actor::Instant::from_nanos(7), || actor::Instant::from_nanos(8)];
    for clock in clocks {
        clocked::start(clock);
        clocked::BELOW.look().tell().unwrap();
        clocked::ABOVE.look().tell().unwrap();
        settle(clocked::step, &clocked::SSI4);
    }
    assert_eq!(noted(), [7, 7, 8, 8]);
}

// ---- answers that do not come ------------------------------------------------------------------------

#[actor(mailbox = 2)]
struct Silent;

#[handlers]
impl Silent {
    fn keeps(&mut self, reply: Reply<u32>) {
        core::mem::forget(reply);
    }
}

#[actor(mailbox = 2)]
struct Curious;

#[handlers]
impl Curious {
    fn asks(&mut self, ctx: &mut Context<Self>) {
        let call = awaiting::SILENT.keeps().timeout(core::time::Duration::from_secs(7));
        call.then(ctx, CuriousRef::hears).unwrap();
    }

    fn hears(&mut self, answer: Result<u32, AskError>) {
        note(u32::from(answer == Err(AskError::Timeout)));
    }
}

system! {
    mod awaiting {
        SILENT: Silent { mailbox = 2 } = || Silent,
        level SSI4 { pend = pend, CURIOUS: Curious { mailbox = 2 } = || Curious },
    }
}

#[test]
fn a_level_hears_that_its_answer_is_late() {
    let _alone = interrupts::alone();
    awaiting::start(now);
    awaiting::tick();
    settle(awaiting::step, &awaiting::SSI4);
    awaiting::CURIOUS.asks().tell().unwrap();
    settle(awaiting::step, &awaiting::SSI4);
    let next = awaiting::next_deadline().expect("a deadline of the level");
    assert_eq!(next.saturating_since(now()).as_secs(), 7);
    pass(7);
    awaiting::tick();
    settle(awaiting::step, &awaiting::SSI4);
    assert_eq!(noted(), [1]);
}
