//! What is measured of mailboxes: the time messages spend there, how deep they get, why activations end, suspensions.
#![allow(missing_docs)]

mod common;

use std::time::Duration;

use actor::prelude::*;
use actor::{Dwell, MailboxFigures, Stepper};
use common::{Gate, PATIENCE, everywhere, in_hand, until};

const MS: Duration = Duration::from_millis(1);

/// Whose handlers wait until they are let on.
#[actor(dwell = all, mailbox(capacity = 8, overflow = reject), stash = 4)]
struct Measured {
    gate: Gate,
    ready: bool,
}

#[handlers]
impl Measured {
    async fn waits(&mut self) {
        self.gate.passed().await;
    }
    fn quick(&mut self) {}
    fn answers(&self) -> u64 {
        42
    }
    #[handler(lane = urgent)]
    fn urgent(&mut self) {}
    #[handler(stash_unless = self.ready)]
    fn later(&mut self) {}
    fn open(&mut self, ctx: &mut Context<Self>) {
        self.ready = true;
        ctx.unstash_all();
    }
    fn fails(&mut self) {
        panic!("as told");
    }
}

fn measured(gate: &Gate) -> impl Fn() -> Measured + Send + Sync + use<> {
    let gate = gate.clone();
    move || Measured { gate: gate.clone(), ready: false }
}

fn figures(system: &ActorSystem, actor: &str) -> MailboxFigures {
    system.mailboxes().into_iter().find(|figures| figures.actor == actor).expect("a type of actor that was started")
}

/// A stepped system, and one of them whose handler waits.
fn held_up() -> (ActorSystem, Stepper, MeasuredRef, Gate) {
    let (system, mut stepper) = ActorSystem::builder("measured").stepper();
    let gate = Gate::default();
    let measured = stepper.block_on(async { system.spawn(measured(&gate)).await.unwrap() });
    measured.waits().tell().unwrap();
    stepper.run();
    (system, stepper, measured, gate)
}

#[test]
fn the_time_in_each_lane_is_that_of_the_clock_and_read_by_actor_and_by_type() {
    let (system, mut stepper, measured, gate) = held_up();
    measured.quick().tell().unwrap();
    stepper.advance(MS);
    measured.quick().tell().unwrap();
    measured.urgent().tell().unwrap();
    stepper.advance(2 * MS);
    let waiting = measured.control().mailbox();
    assert_eq!((waiting.user.depth, waiting.urgent.depth, waiting.depth), (2, 1, 3));
    gate.open();
    stepper.run();

    let MailboxFigures { dwell, user, urgent, .. } = figures(&system, "measured");
    assert_eq!(dwell, Dwell::All);
    assert_eq!((user.dwell.count(), user.dwell.sum()), (3, 5_000_000), "the first one waited for nobody");
    assert_eq!((urgent.dwell.count(), urgent.dwell.sum()), (1, 2_000_000));
    assert_eq!((user.high_water, urgent.high_water), (2, 1));
    assert_eq!((user.depth, urgent.depth), (0, 0));

    let own = measured.control().mailbox();
    assert_eq!((own.user.dwell.measured, own.urgent.dwell.measured), (3, 1));
    let near =
        |read: Option<Duration>, exact: Duration| read.is_some_and(|read| read >= exact && read <= exact * 17 / 16);
    assert!(near(own.user.dwell.p50, 2 * MS) && near(own.user.dwell.p99, 3 * MS), "{own:?}");
    assert!(near(own.urgent.dwell.p95, 2 * MS), "{own:?}");
    assert_eq!((own.user.high_water, own.urgent.high_water), (2, 1));
}

#[test]
fn whatever_goes_with_a_message_it_is_measured_once_and_keeps_what_goes_with_it() {
    everywhere(|system| async move {
        let gate = Gate::default();
        let measured = system.spawn(measured(&gate)).await.unwrap();
        measured.waits().tell().unwrap();
        in_hand(measured.control()).await;
        let control = measured.control();
        let (plain, limited, done, urgent, ()) = tokio::join!(
            measured.answers().into_future(),
            measured.answers().timeout(PATIENCE).into_future(),
            measured.quick().done().into_future(),
            measured.urgent().done().into_future(),
            async {
                until(|| control.depth() == 4).await;
                gate.open();
            }
        );
        assert_eq!((plain, limited, done, urgent), (Ok(42), Ok(42), Ok(()), Ok(())));
        let figures = figures(&system, "measured");
        assert_eq!((figures.user.dwell.count(), figures.urgent.dwell.count()), (4, 1));
    });
}

#[test]
fn a_limit_holds_for_a_message_that_is_measured_and_the_one_it_ends_has_waited_too() {
    let (system, mut stepper, measured, gate) = held_up();
    let quick = |limit| measured.quick().timeout(limit).tell().unwrap();
    quick(MS);
    quick(5 * MS);
    stepper.advance(3 * MS);
    gate.open();
    stepper.run();
    assert_eq!(system.counts::<Measured>().dead_letters, 1);
    let user = figures(&system, "measured").user;
    assert_eq!((user.dwell.count(), user.dwell.sum()), (3, 6_000_000));
}

#[test]
fn the_time_in_the_stash_is_none_in_the_queue() {
    let (system, mut stepper, measured, gate) = held_up();
    measured.later().tell().unwrap();
    measured.later().timeout(PATIENCE).tell().unwrap();
    stepper.advance(MS);
    gate.open();
    stepper.run();
    stepper.advance(10 * MS);
    measured.open().tell().unwrap();
    stepper.run();
    assert_eq!(common::handled::<Measured>(&system, "later"), 2);
    let user = figures(&system, "measured").user;
    assert_eq!((user.dwell.count(), user.dwell.sum()), (4, 2_000_000));
}

#[test]
fn time_goes_on_over_a_restart() {
    let (system, mut stepper, measured, gate) = held_up();
    measured.fails().tell().unwrap();
    measured.quick().tell().unwrap();
    stepper.advance(MS);
    gate.open();
    stepper.run();
    assert_eq!(system.counts::<Measured>().restarts, 1);
    let user = figures(&system, "measured").user;
    assert_eq!((user.dwell.count(), user.dwell.sum()), (3, 2_000_000));
}

#[test]
fn what_never_leaves_its_lane_by_its_turn_is_not_measured() {
    #[actor(dwell = all, mailbox(capacity = 2, overflow = drop_oldest))]
    struct Newest(Gate);
    #[handlers]
    impl Newest {
        async fn waits(&mut self) {
            self.0.passed().await;
        }
        fn row(&mut self, _row: u64) {}
    }
    let (system, mut stepper) = ActorSystem::builder("dropping").stepper();
    let gate = Gate::default();
    let theirs = gate.clone();
    let newest = stepper.block_on(async { system.spawn(move || Newest(theirs.clone())).await.unwrap() });
    newest.waits().tell().unwrap();
    stepper.run();
    for row in 0..6 {
        // Those with a limit, and those without.
        let call = newest.row(row);
        let call = if row % 2 == 0 { call.timeout(PATIENCE) } else { call };
        call.tell().unwrap();
        stepper.advance(MS);
    }
    gate.open();
    stepper.run();
    assert_eq!(system.counts::<Newest>().dead_letters, 4);
    let user = figures(&system, "newest").user;
    assert_eq!((user.dwell.count(), user.dwell.sum()), (3, 3_000_000), "the last two waited for two and for one");
    assert_eq!(user.high_water, 2);

    let (system, mut stepper, measured, _gate) = held_up();
    measured.quick().tell().unwrap();
    measured.quick().timeout(PATIENCE).tell().unwrap();
    drop(measured.control().kill());
    stepper.run();
    assert_eq!(figures(&system, "measured").user.dwell.count(), 1, "an end is no turn");
}

#[test]
fn what_is_refused_is_not_measured_and_shows_how_deep_the_lane_was() {
    let (system, mut stepper, measured, gate) = held_up();
    let sent = (0..12).filter(|_| measured.quick().tell().is_ok()).count();
    assert_eq!(sent, 8);
    assert_eq!(measured.control().mailbox().user.high_water, 8, "before any of them is taken");
    gate.open();
    stepper.run();
    let user = figures(&system, "measured").user;
    assert_eq!((user.dwell.count(), user.high_water), (9, 8));
}

#[actor(dwell = all, mailbox = 1)]
struct Narrow(Gate);

#[handlers]
impl Narrow {
    async fn waits(&mut self) {
        self.0.passed().await;
    }
    fn row(&mut self) {}
}

#[test]
fn the_wait_for_room_is_part_of_it() {
    let (system, mut stepper) = ActorSystem::builder("narrow").stepper();
    let gate = Gate::default();
    let theirs = gate.clone();
    let narrow = stepper.block_on(async { system.spawn(move || Narrow(theirs.clone())).await.unwrap() });
    narrow.waits().tell().unwrap();
    stepper.run();
    narrow.row().tell().unwrap();
    let (mut waits, mut given_up) = (Box::pin(narrow.row().into_future()), Box::pin(narrow.row().into_future()));
    stepper.block_on(async { (common::begin(waits.as_mut()).await, common::begin(given_up.as_mut()).await) });
    stepper.advance(3 * MS);
    drop(given_up);
    gate.open();
    stepper.block_on(async { waits.await.unwrap() });
    stepper.run();
    let user = figures(&system, "narrow").user;
    assert_eq!((user.dwell.count(), user.dwell.sum()), (3, 6_000_000));
}

#[test]
fn one_in_so_many_is_measured_where_that_is_asked_for_and_none_where_none_is() {
    #[actor(dwell = sampled(16), mailbox = unbounded)]
    struct Sampled;
    #[handlers]
    impl Sampled {
        fn row(&mut self) {}
        fn other(&mut self) {}
    }
    #[actor(dwell = off, mailbox = unbounded)]
    struct Unmeasured;
    #[handlers]
    impl Unmeasured {
        fn row(&mut self) {}
    }
    let (system, mut stepper) = ActorSystem::builder("sampled").stepper();
    let (sampled, unmeasured) = stepper
        .block_on(async { (system.spawn(|| Sampled).await.unwrap(), system.spawn(|| Unmeasured).await.unwrap()) });
    for _ in 0..8_000 {
        sampled.row().tell().unwrap();
        sampled.other().tell().unwrap();
        unmeasured.row().tell().unwrap();
    }
    stepper.run();
    let (seen, unseen) = (figures(&system, "sampled"), figures(&system, "unmeasured"));
    let count = seen.user.dwell.count();
    assert!((1000 - 220..1000 + 220).contains(&count), "{count} of 16000, seven standard deviations from 1000");
    assert_eq!((seen.dwell.one_in(), unseen.dwell.one_in()), (Some(16), None));
    assert_eq!(unseen.user, Default::default());
}

#[test]
fn many_sent_at_once_and_answers_that_come_as_messages_are_measured_as_well() {
    #[actor(dwell = all)]
    struct Asker(Option<MeasuredRef>, Vec<u64>);
    #[handlers]
    impl Asker {
        fn ask(&mut self, ctx: &mut Context<Self>) {
            let Some(measured) = &self.0 else { return };
            measured.answers().then(ctx, AskerRef::answered).unwrap();
        }
        fn answered(&mut self, answer: Result<u64, AskError>) {
            self.1.push(answer.unwrap());
        }
        fn row(&mut self, row: u64) {
            self.1.push(row);
        }
        fn seen(&self) -> Vec<u64> {
            self.1.clone()
        }
    }
    everywhere(|system| async move {
        let gate = Gate::default();
        let measured = system.spawn(measured(&gate)).await.unwrap();
        let asker = system.spawn(move || Asker(Some(measured.clone()), Vec::new())).await.unwrap();
        asker.ask().done().await.unwrap();
        until(|| common::handled::<Asker>(&system, "answered") == 1).await;
        asker.tell_many([1, 2, 3], AskerRef::row).unwrap();
        until(|| common::handled::<Asker>(&system, "row") == 3).await;
        assert_eq!(asker.seen().await.unwrap(), [42, 1, 2, 3]);
        let count = figures(&system, "asker").user.dwell.count();
        // The last ask may have run on the stack of its asker, and was in no queue then.
        assert!((5..=6).contains(&count), "{count}");
    });
}

#[test]
fn yields_are_counted_for_the_actor_and_its_type() {
    #[actor(throughput = 2)]
    struct Greedy;
    #[handlers]
    impl Greedy {
        fn row(&mut self) {}
    }
    let (system, mut stepper) = ActorSystem::builder("yields").stepper();
    let greedy = stepper.block_on(async { system.spawn(|| Greedy).await.unwrap() });
    for _ in 0..6 {
        greedy.row().tell().unwrap();
    }
    stepper.run();
    let (own, all) = (greedy.control().mailbox().yields, figures(&system, "greedy").yields);
    assert!(own.budget >= 2, "{own:?}");
    assert_eq!(own, all);
    assert_eq!(all, system.counts::<Greedy>().yields);
}

#[test]
fn suspensions_are_those_of_all_since_the_beginning_the_open_ones_included() {
    let (system, mut stepper, measured, _gate) = held_up();
    measured.control().suspend("first").resume();
    let _open = measured.control().suspend("second");
    stepper.advance(7 * MS);
    let own = measured.control().mailbox();
    assert_eq!((own.suspensions, own.suspended), (2, 7 * MS));
    let all = figures(&system, "measured");
    assert_eq!((all.suspensions, all.suspended), (2, 7 * MS));
    stepper.block_on(async { measured.control().kill().await });
    let all = figures(&system, "measured");
    assert_eq!((all.suspensions, all.suspended), (2, 7 * MS), "its end takes nothing away");
}
