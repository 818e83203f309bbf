//! `failure_order`, its end: an event is told to the handler and then to whoever listens, in their order; a panic in one is
//! its own.
#![allow(missing_docs)]

mod common;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use actor::prelude::*;
use actor::{ActorSystem, EventListener, SystemEvent};
use common::{Journal, everywhere, everywhere_with, until};

#[actor]
struct Fails {
    journal: Journal,
}

#[handlers]
impl Fails {
    fn fail(&mut self) -> Result<(), &'static str> {
        Err("on purpose")
    }
    #[restarting]
    fn restarting(&mut self) {
        self.journal.note("restarting");
    }
    fn done(&self) -> bool {
        true
    }
}

fn fails(journal: &Journal) -> impl Fn() -> Fails + Send + Clone + use<> {
    let journal = journal.clone();
    move || Fails { journal: journal.clone() }
}

/// Notes failures as `who`.
fn note(who: &'static str, journal: &Journal) -> impl Fn(&SystemEvent<'_>) + Send + Sync + use<> {
    let journal = journal.clone();
    move |event| {
        if let SystemEvent::Failed { failure, .. } = event {
            journal.note(format!("{who}: {}", failure.description));
        }
    }
}

#[test]
fn a_failure_is_told_once_to_each_in_order_before_what_follows() {
    let told = Journal::default();
    let settings = {
        let told = told.clone();
        move |builder: actor::Builder| builder.event_handler(note("handler", &told))
    };
    everywhere_with(settings, move |system| {
        let told = told.clone();
        async move {
            let before = told.entries().len();
            let first = system.listen(note("first", &told));
            let panics = {
                let note = note("panics", &told);
                system.listen(move |event| {
                    note(event);
                    panic!("a listener that panics")
                })
            };
            let _second = system.listen(note("second", &told));
            let actor = system.spawn(fails(&told)).await.unwrap();
            actor.fail().await.unwrap();
            assert_eq!(actor.done().await, Ok(true));
            let all =
                ["handler: on purpose", "first: on purpose", "panics: on purpose", "second: on purpose", "restarting"];
            assert_eq!(told.entries()[before..], all);
            // Whoever ceases hears no more, and the order of the others stays.
            drop((first, panics));
            let before = told.entries().len();
            actor.fail().await.unwrap();
            assert_eq!(actor.done().await, Ok(true));
            assert_eq!(told.entries()[before..], ["handler: on purpose", "second: on purpose", "restarting"]);
        }
    });
}

#[test]
fn a_listener_may_listen_cease_and_cause_events_from_inside() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let actor = system.spawn(fails(&journal)).await.unwrap();
        let other = Arc::new(Mutex::new(Some(system.spawn(fails(&journal)).await.unwrap())));
        let stopped = other.lock().unwrap().as_ref().unwrap().control().stopped();
        let inner: Arc<Mutex<Vec<EventListener>>> = Arc::default();
        let me: Arc<OnceLock<Mutex<Option<EventListener>>>> = Arc::default();
        let listener = {
            let (me, inner, other) = (Arc::clone(&me), Arc::clone(&inner), Arc::clone(&other));
            let (weak, journal) = (system.clone(), journal.clone());
            system.listen(move |event| {
                if let SystemEvent::Failed { .. } = event {
                    // The last ref of another actor, whose end is an event.
                    let last = other.lock().unwrap().take();
                    drop(last);
                    inner.lock().unwrap().push(weak.listen(note("inner", &journal)));
                    let myself = me.get().and_then(|me| me.lock().unwrap().take());
                    drop(myself);
                }
            })
        };
        me.set(Mutex::new(Some(listener))).unwrap();
        actor.fail().await.unwrap();
        assert_eq!(actor.done().await, Ok(true));
        stopped.await;
        assert_eq!(journal.entries(), ["restarting"], "not of the event in which it began to listen");
        actor.fail().await.unwrap();
        until(|| journal.entries() == ["restarting", "inner: on purpose", "restarting"]).await;
        inner.lock().unwrap().clear();
    });
}

#[test]
fn a_listener_that_causes_an_event_by_each_event_comes_to_an_end() {
    #[actor(mailbox(capacity = 1, overflow = drop_newest))]
    struct Log;

    #[handlers]
    impl Log {
        fn line(&mut self) {}
    }

    everywhere(|system| async move {
        let log = system.spawn(|| Log).await.unwrap();
        let asleep = log.control().suspend("full");
        log.line().tell().unwrap();
        let told = Arc::new(AtomicU32::new(0));
        let listener = {
            let (log, told) = (log.clone(), Arc::clone(&told));
            // One line for each that is lost, which is lost as well.
            system.listen(move |event| {
                if let SystemEvent::DeadLetter { .. } = event {
                    told.fetch_add(1, Ordering::Relaxed);
                    let _ = log.line().tell();
                }
            })
        };
        log.line().tell().unwrap();
        let inside = told.swap(0, Ordering::Relaxed);
        assert!(inside > 1, "events of listeners are events");
        log.line().tell().unwrap();
        assert_eq!(told.load(Ordering::Relaxed), inside, "and so with each");
        assert_eq!(system.counts::<Log>().dead_letters, 2 * u64::from(inside) + 2, "the last of them was not told");
        drop((listener, asleep));
    });
}

#[test]
fn listeners_that_are_exchanged_while_events_are_told_go_whole_and_keep_none_from_hearing() {
    const THREADS: u64 = 4;
    const EVENTS: u64 = if cfg!(miri) { 20 } else { 5_000 };

    #[actor(mailbox(capacity = 1, overflow = drop_newest))]
    struct Full;

    #[handlers]
    impl Full {
        fn line(&mut self) {}
    }

    /// Counts its drops, of which some panic.
    struct Dropped(Arc<AtomicU32>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            let before = self.0.fetch_add(1, Ordering::Relaxed);
            assert!(!before.is_multiple_of(100), "a listener that panics when it is dropped");
        }
    }

    let (system, mut stepper) = ActorSystem::builder("exchanged").stepper();
    let full = stepper.block_on(async { system.spawn(|| Full).await.unwrap() });
    let asleep = full.control().suspend("full");
    full.line().tell().unwrap();
    let (told, dropped) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let stays = {
        let told = Arc::clone(&told);
        system.listen(move |_| {
            told.fetch_add(1, Ordering::Relaxed);
        })
    };
    let mut exchanged = 0;
    std::thread::scope(|scope| {
        let tellers: Vec<_> =
            (0..THREADS).map(|_| scope.spawn(|| (0..EVENTS).for_each(|_| full.line().tell().unwrap()))).collect();
        let mut last = None;
        while exchanged < 300 || tellers.iter().any(|teller| !teller.is_finished()) {
            let here = Dropped(Arc::clone(&dropped));
            // The next one listens before this one ceases.
            last = Some(system.listen(move |_| {
                let _ = &here;
            }));
            exchanged += 1;
        }
        drop(last);
    });
    assert_eq!(u64::from(told.load(Ordering::Relaxed)), THREADS * EVENTS, "each event once");
    assert_eq!(dropped.load(Ordering::Relaxed), exchanged, "each listener once");
    drop((stays, asleep));
}

#[test]
fn listeners_that_panic_when_dropped_panic_one_by_one() {
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    let (system, stepper) = ActorSystem::builder("bombs").stepper();
    let bomb = || {
        let bomb = Bomb;
        system.listen(move |_| {
            let _ = &bomb;
        })
    };
    let listeners = [bomb(), bomb()];
    drop((system, stepper));
    drop(listeners);
}

#[test]
fn a_listener_may_outlive_its_system() {
    let (system, stepper) = ActorSystem::builder("gone").stepper();
    let held = Arc::new(());
    let listener = {
        let held = Arc::clone(&held);
        system.listen(move |_| drop(Arc::clone(&held)))
    };
    drop((system, stepper));
    drop(listener);
    assert_eq!(Arc::strong_count(&held), 1);
}
