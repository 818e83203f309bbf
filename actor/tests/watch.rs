//! `stop_order` for those who watch: an end is told once, also when the watch begins after it.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use common::{Gate, Journal, everywhere, on_runtimes, until, yield_now};

#[actor]
struct Mortal;

#[handlers]
impl Mortal {
    fn ping(&self) -> bool {
        true
    }
    fn panics(&mut self) {
        panic!("restart");
    }
}

#[actor]
struct Watcher {
    journal: Journal,
    gate: Gate,
}

#[handlers]
impl Watcher {
    fn watch(&mut self, who: MortalRef, ctx: &mut Context<Self>) {
        ctx.watch(&who);
        ctx.watch(&who);
    }
    fn watch_itself(&mut self, ctx: &mut Context<Self>) {
        let me = ctx.this();
        ctx.watch(&me);
        ctx.watch(&*Child::<Mortal>::default());
    }
    fn unwatch(&mut self, who: MortalRef, ctx: &mut Context<Self>) {
        ctx.unwatch(&who);
    }
    fn panics(&mut self) {
        panic!("restart");
    }
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    #[terminated]
    fn gone(&mut self, who: ActorId, why: StopReason) {
        self.journal.note(format!("{who} {why}"));
    }
    fn ping(&self) -> bool {
        true
    }
}

fn watcher(journal: &Journal, gate: &Gate) -> impl Fn() -> Watcher + Send + 'static {
    let (journal, gate) = (journal.clone(), gate.clone());
    move || Watcher { journal: journal.clone(), gate: gate.clone() }
}

fn told(who: &MortalRef, why: &str) -> String {
    format!("{} {why}", who.control().id().unwrap())
}

async fn hears(journal: &Journal, watcher: &WatcherRef, expected: &[String]) {
    while journal.entries().len() < expected.len() {
        yield_now().await;
    }
    assert_eq!(watcher.ping().await, Ok(true));
    assert_eq!(journal.entries(), expected);
}

#[test]
fn an_end_is_told_once_however_often_it_was_asked_for() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let watcher = system.spawn(watcher(&journal, &Gate::default())).await.unwrap();
        let mortal = system.spawn(|| Mortal).await.unwrap();
        watcher.watch(mortal.clone()).await.unwrap();
        watcher.watch(mortal.clone()).await.unwrap();
        mortal.panics().await.unwrap();
        assert_eq!(mortal.ping().await, Ok(true));
        assert_eq!(watcher.ping().await, Ok(true));
        assert_eq!(journal.entries().len(), 0, "a restart is no end");
        mortal.control().stop().await;
        hears(&journal, &watcher, &[told(&mortal, "requested")]).await;
    });
}

#[test]
fn an_end_before_the_watch_is_told_with_its_reason() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let watcher = system.spawn(watcher(&journal, &Gate::default())).await.unwrap();
        let mortal = system.spawn(|| Mortal).await.unwrap();
        mortal.control().drain().await;
        watcher.watch(mortal.clone()).await.unwrap();
        hears(&journal, &watcher, &[told(&mortal, "drained")]).await;
        // A new watch is told again.
        watcher.watch(mortal.clone()).await.unwrap();
        hears(&journal, &watcher, &[told(&mortal, "drained"), told(&mortal, "drained")]).await;
    });
}

#[test]
fn who_watches_again_before_it_is_told_hears_once() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let watcher = system.spawn(watcher(&journal, &gate)).await.unwrap();
        let mortal = system.spawn(|| Mortal).await.unwrap();
        mortal.control().stop().await;
        watcher.hold().await.unwrap();
        // Handled in a row, as users go before notices: the first has the end told, the others find that it will be.
        for _ in 0..3 {
            watcher.watch(mortal.clone()).await.unwrap();
        }
        gate.open();
        hears(&journal, &watcher, &[told(&mortal, "requested")]).await;
    });
}

#[test]
fn the_end_of_an_actor_whose_last_ref_went_is_told() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let watcher = system.spawn(watcher(&journal, &Gate::default())).await.unwrap();
        let mortal = system.spawn(|| Mortal).await.unwrap();
        let expected = told(&mortal, "drained");
        watcher.watch(mortal).await.unwrap();
        hears(&journal, &watcher, &[expected]).await;
    });
}

#[test]
fn who_watches_no_more_hears_nothing_even_of_an_end_that_was() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let watcher = system.spawn(watcher(&journal, &gate)).await.unwrap();
        let mortal = system.spawn(|| Mortal).await.unwrap();
        watcher.watch(mortal.clone()).await.unwrap();
        watcher.unwatch(mortal.clone()).await.unwrap();
        assert_eq!(watcher.ping().await, Ok(true));
        mortal.control().stop().await;
        watcher.watch_itself().await.unwrap();
        assert_eq!(watcher.ping().await, Ok(true));
        assert_eq!(journal.entries().len(), 0);
        watcher.control().stop().await;
        assert_eq!(journal.entries().len(), 0);
    });
}

#[test]
fn an_actor_of_another_system_is_no_neighbour_whatever_its_id() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let watcher = system.spawn(watcher(&journal, &Gate::default())).await.unwrap();
        let mortal = system.spawn(|| Mortal).await.unwrap();
        let (other, _stepper) = ActorSystem::builder("other").stepper();
        let strangers: Vec<_> = (0..8).map(|_| other.spawn(|| Mortal).detach()).collect();
        let stranger = strangers.iter().find(|stranger| stranger.control().id() == mortal.control().id()).unwrap();
        watcher.watch(stranger.clone()).await.unwrap();
        assert_eq!(watcher.ping().await, Ok(true));
        assert_eq!(system.counts::<Watcher>().failures, 1, "it would wait for an end that is never told");
        watcher.watch(mortal.clone()).await.unwrap();
        watcher.unwatch(stranger.clone()).await.unwrap();
        mortal.control().stop().await;
        hears(&journal, &watcher, &[told(&mortal, "requested")]).await;
    });
}

#[test]
fn a_watch_ends_with_the_life_that_began_it() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let watcher = system.spawn(watcher(&journal, &gate)).await.unwrap();
        let mortals = [system.spawn(|| Mortal).await.unwrap(), system.spawn(|| Mortal).await.unwrap()];
        for mortal in &mortals {
            watcher.watch(mortal.clone()).await.unwrap();
        }
        watcher.hold().await.unwrap();
        watcher.panics().await.unwrap();
        // Handled behind the panic, or before it: in the first case nothing is heard of it.
        mortals[0].control().stop().await;
        gate.open();
        assert_eq!(watcher.ping().await, Ok(true));
        let heard = journal.entries().len();
        mortals[1].control().stop().await;
        assert_eq!(watcher.ping().await, Ok(true));
        assert_eq!(journal.entries().len(), heard, "the second was watched by the earlier life alone");
    });
}

#[test]
fn many_watch_many() {
    everywhere(|system| async move {
        let journals: Vec<Journal> = (0..10).map(|_| Journal::default()).collect();
        let mut watchers = Vec::new();
        for journal in &journals {
            watchers.push(system.spawn(watcher(journal, &Gate::default())).await.unwrap());
        }
        let mut mortals = Vec::new();
        for _ in 0..30 {
            mortals.push(system.spawn(|| Mortal).await.unwrap());
        }
        for watcher in &watchers {
            for mortal in &mortals {
                watcher.watch(mortal.clone()).await.unwrap();
            }
        }
        // Each watch races the end of whom it is for.
        let mut ends: Vec<String> = mortals.iter().map(|mortal| told(mortal, "drained")).collect();
        drop(mortals);
        ends.sort();
        for (watcher, journal) in watchers.iter().zip(&journals) {
            while journal.entries().len() < ends.len() {
                yield_now().await;
            }
            assert_eq!(watcher.ping().await, Ok(true));
            let mut heard = journal.entries();
            heard.sort();
            assert_eq!(heard, ends);
        }
    });
}

#[test]
fn each_end_of_one_name_is_told_once_and_the_name_is_free_again() {
    on_runtimes(
        |builder| builder,
        |system| async move {
            let journals: Vec<Journal> = (0..3).map(|_| Journal::default()).collect();
            let mut watchers = Vec::new();
            for journal in &journals {
                watchers.push(system.spawn(watcher(journal, &Gate::default())).await.unwrap());
            }
            let mut ends = Vec::new();
            for round in 0..if cfg!(miri) { 10 } else { 300 } {
                let mortal = system.spawn(|| Mortal).named("mortal").await.unwrap();
                for watcher in &watchers {
                    watcher.watch(mortal.clone()).await.unwrap();
                }
                let stopped = mortal.control().stopped();
                if round % 2 == 0 {
                    ends.push(told(&mortal, "drained"));
                } else {
                    ends.push(told(&mortal, "requested"));
                    drop(mortal.control().stop());
                }
                drop(mortal);
                stopped.await;
            }
            ends.sort();
            for (watcher, journal) in watchers.iter().zip(&journals) {
                until(|| journal.entries().len() >= ends.len()).await;
                assert_eq!(watcher.ping().await, Ok(true));
                let mut heard = journal.entries();
                heard.sort();
                assert_eq!(heard, ends);
            }
        },
    );
}
