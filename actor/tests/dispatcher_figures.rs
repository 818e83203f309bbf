//! What dispatchers count: activations, ready actors, the delay before one is run, parks, refusals.
#![allow(missing_docs)]

mod common;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actor::prelude::*;
use actor::{DispatcherFigures, DispatcherKind};
use common::{everywhere, until};

const MS: Duration = Duration::from_millis(1);

#[actor(dwell = all, throughput = 2)]
struct Ready;

#[handlers]
impl Ready {
    fn row(&mut self) {}
}

fn of(system: &ActorSystem, dispatcher: &str) -> DispatcherFigures {
    system.dispatchers().into_iter().find(|figures| figures.dispatcher == dispatcher).expect("a dispatcher")
}

#[test]
fn the_delay_is_that_of_the_message_that_made_an_actor_ready() {
    let (system, mut stepper) = ActorSystem::builder("ready").stepper();
    let (one, other) =
        stepper.block_on(async { (system.spawn(|| Ready).await.unwrap(), system.spawn(|| Ready).await.unwrap()) });
    stepper.run();
    let before = of(&system, "stepped");
    assert_eq!((before.ready, before.run_delay.count()), (0, 0));
    one.row().tell().unwrap();
    stepper.pass(MS);
    one.row().tell().unwrap();
    other.row().tell().unwrap();
    assert_eq!(of(&system, "stepped").ready, 2);
    stepper.pass(MS);
    stepper.run();
    let after = of(&system, "stepped");
    assert_eq!((after.run_delay.count(), after.run_delay.sum()), (2, 3_000_000), "the second row found it ready");
    assert_eq!(after.ready, 0);
    assert!(after.activations >= before.activations + 3, "a step is an activation");
}

#[test]
fn each_dispatcher_counts_its_own() {
    everywhere(|system| async move {
        let ready = system.spawn(|| Ready).await.unwrap();
        let before = system.dispatchers();
        for _ in 0..10 {
            ready.row().done().await.unwrap();
        }
        let after = system.dispatchers();
        let sum =
            |all: &[DispatcherFigures], read: fn(&DispatcherFigures) -> u64| -> u64 { all.iter().map(read).sum() };
        assert!(sum(&after, |figures| figures.activations) > sum(&before, |figures| figures.activations));
        // One that finds the actor still busy makes nobody ready.
        assert!(sum(&after, |figures| figures.run_delay.count()) <= 10);
        until(|| system.dispatchers().iter().all(|figures| figures.ready == 0)).await;
    });
}

#[test]
fn yields_are_those_of_the_dispatcher_and_of_the_type() {
    everywhere(|system| async move {
        let ready = system.spawn(|| Ready).await.unwrap();
        ready.tell_many([(); 20], |ready: &ReadyRef, ()| ready.row()).unwrap();
        ready.row().done().await.unwrap();
        let yields: u64 = system.dispatchers().iter().map(|figures| figures.yields.budget).sum();
        assert_eq!(yields, system.counts::<Ready>().yields.budget);
        assert!(yields > 0);
    });
}

#[test]
fn those_beside_the_systems_own_are_listed_while_they_have_actors() {
    let runtime = common::runtime(Some(2));
    runtime.block_on(async {
        let system = ActorSystem::new("many");
        assert_eq!(system.dispatchers().len(), 1);
        let pinned = system.spawn(|| Ready).on(DispatcherKind::Pinned).await.unwrap();
        let single = system.spawn(|| Ready).on(DispatcherKind::SingleWorker).await.unwrap();
        pinned.row().done().await.unwrap();
        single.row().done().await.unwrap();
        for dispatcher in ["shared", "pinned", "single_worker"] {
            let parked = || of(&system, dispatcher).parks > 0;
            until(parked).await;
        }
        assert!(of(&system, "pinned").activations > 0 && of(&system, "shared").activations == 0);
        pinned.control().stop().await;
        until(|| system.dispatchers().len() == 2).await;
    });
}

#[test]
fn what_a_dispatcher_has_counted_stays_in_what_is_exported() {
    let runtime = common::runtime(Some(2));
    runtime.block_on(async {
        let system = ActorSystem::new("kept");
        let activations = |dispatcher: &str| {
            let series = format!(r#"dispatcher_activations_total{{system="kept",dispatcher="{dispatcher}"}} "#);
            let text = system.metrics().to_open_metrics();
            text.lines().find_map(|line| line.strip_prefix(&series)?.parse::<u64>().ok()).expect("it has run")
        };
        let on = |kind| system.spawn(|| Ready).on(kind);
        let kinds = [DispatcherKind::Shared, DispatcherKind::Pinned, DispatcherKind::SingleWorker];
        let [shared, pinned, single] = kinds.map(on);
        let actors = [shared.await.unwrap(), pinned.await.unwrap(), single.await.unwrap()];
        let names = ["shared", "pinned", "single_worker"];
        for actor in &actors {
            actor.row().done().await.unwrap();
        }
        let before = names.map(activations);
        let is_all_there = || names.map(activations).iter().zip(before).all(|(now, before)| *now >= before);
        // Their refs are kept, and with them where they lived.
        for actor in &actors {
            actor.control().stop().await;
        }
        until(|| system.dispatchers().len() == 1).await;
        assert!(is_all_there());
        system.shutdown().await.unwrap();
        assert!(is_all_there());
    });
}

#[test]
fn who_is_refused_is_counted_where_that_was() {
    /// Takes nothing.
    struct Shut;
    impl actor::Dispatcher for Shut {
        fn schedule(&self, cell: actor::ReadyCell) {
            drop(cell);
        }
        fn label(&self) -> &'static str {
            "shut"
        }
    }
    common::runtime(None).block_on(async {
        let system = ActorSystem::builder("shut").dispatcher(std::sync::Arc::new(Shut)).start();
        assert!(system.spawn(|| Ready).await.is_err());
        assert_eq!(system.refused(), 1);
    });
}

/// Runs each actor where it is made ready, on a thread of its own; counts its sleeps, and lets somebody look meanwhile.
#[derive(Default)]
struct Watched {
    parks: AtomicU64,
    look: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl actor::Dispatcher for Watched {
    fn schedule(&self, cell: actor::ReadyCell) {
        self.parks.fetch_add(1, Ordering::Relaxed);
        std::thread::spawn(move || {
            let mut next = Some(cell);
            while let Some(cell) = next {
                next = cell.run();
            }
        });
    }

    fn label(&self) -> &'static str {
        "watched"
    }

    fn parks(&self) -> u64 {
        let look = self.look.lock().unwrap().take();
        if let Some(look) = look {
            look();
        }
        self.parks.load(Ordering::Relaxed)
    }
}

/// What is exported of the dispatcher `watched`, but for what is ready.
fn sums(metrics: &actor::metrics::Metrics) -> Vec<(String, u64)> {
    let text = metrics.to_open_metrics();
    let of_it = text.lines().filter(|line| line.contains(r#"dispatcher="watched""#) && !line.contains("ready_depth"));
    of_it
        .filter_map(|line| line.rsplit_once(' '))
        .filter_map(|(name, value)| Some((name.into(), value.parse().ok()?)))
        .collect()
}

#[test]
fn no_sum_goes_back_while_a_dispatcher_goes() {
    common::runtime(None).block_on(async {
        let system = ActorSystem::new("going");
        let dispatcher = Arc::new(Watched::default());
        let actor = system.spawn(|| Ready).on(Arc::clone(&dispatcher)).await.unwrap();
        actor.row().done().await.unwrap();
        actor.control().stop().await;
        let metrics = system.metrics();
        let before = sums(&metrics);
        assert!(before.len() >= 4 && before.iter().any(|(_, value)| *value > 0), "{before:?}");
        // It is asked a last time where it goes.
        let (sender, seen) = std::sync::mpsc::channel();
        let meanwhile = metrics.clone();
        *dispatcher.look.lock().unwrap() = Some(Box::new(move || sender.send(sums(&meanwhile)).unwrap()));
        drop(actor);
        let meanwhile = seen.recv().unwrap();
        for (when, now) in [("while it goes", meanwhile), ("afterwards", sums(&metrics))] {
            for (name, value) in &before {
                let now = now.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
                assert!(now >= Some(*value), "{when}, {name} is {now:?} after {value}");
            }
        }
        drop(system);
    });
}

#[test]
fn what_one_counted_before_it_came_is_not_the_systems() {
    common::runtime(None).block_on(async {
        let system = ActorSystem::new("again");
        let dispatcher = Arc::new(Watched::default());
        dispatcher.parks.store(1_000_000, Ordering::Relaxed);
        for _ in 0..3 {
            let actor = system.spawn(|| Ready).on(Arc::clone(&dispatcher)).await.unwrap();
            actor.control().stop().await;
            drop(actor);
            until(|| system.dispatchers().len() == 1).await;
        }
        let parks = dispatcher.parks.load(Ordering::Relaxed) - 1_000_000;
        let told = || {
            let all = sums(&system.metrics());
            all.iter().find(|(name, _)| name.starts_with("dispatcher_parks_total")).map(|(_, parks)| *parks)
        };
        until(|| told() == Some(parks)).await;
    });
}
