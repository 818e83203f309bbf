//! The stash: messages wait until their actor is ready for them, with reply and deadline, in order.
#![allow(missing_docs)]

mod common;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use actor::Errand;
use actor::prelude::*;
use common::{Journal, begin, everywhere, handled, stepped, until, yield_now};
use futures_core::Stream;

#[actor(stash = 3)]
struct Store {
    ready: bool,
    journal: Journal,
}

#[handlers]
impl Store {
    #[handler(stash_unless = self.ready)]
    fn put(&mut self, number: u32) {
        self.journal.note(format!("put {number}"));
    }
    #[handler(stash_unless = self.ready)]
    fn get(&self, key: u32) -> u32 {
        key * 10
    }
    #[handler(stash_unless = self.ready)]
    async fn slow_get(&mut self, key: u32) -> u32 {
        yield_now().await;
        key * 100
    }
    fn open(&mut self, ctx: &mut Context<Self>) {
        self.ready = true;
        ctx.unstash_all();
    }
    /// Looks again though nothing has changed.
    fn look(&mut self, ctx: &mut Context<Self>) {
        ctx.unstash_all();
    }
    fn note(&mut self, number: u32) {
        self.journal.note(format!("note {number}"));
    }
    #[handler(lane = urgent)]
    fn open_now(&mut self, ctx: &mut Context<Self>) {
        self.open(ctx);
    }
    #[handler(lane = urgent)]
    fn fails_now(&mut self) {
        panic!("on purpose");
    }
    fn fails(&mut self) {
        panic!("on purpose");
    }
    fn up(&self) -> bool {
        true
    }
}

async fn store(system: &ActorSystem) -> (StoreRef, Journal) {
    let journal = Journal::default();
    let store = {
        let journal = journal.clone();
        system.spawn(move || Store { ready: false, journal: journal.clone() }).await.unwrap()
    };
    (store, journal)
}

#[test]
fn stashed_messages_come_before_the_mailbox_in_the_order_they_came() {
    everywhere(|system| async move {
        let (store, journal) = store(&system).await;
        for number in 0..3 {
            store.put(number).await.unwrap();
            store.note(number).await.unwrap();
        }
        assert_eq!(store.up().await, Ok(true));
        assert_eq!(journal.entries(), ["note 0", "note 1", "note 2"]);
        store.look().await.unwrap();
        assert_eq!(store.up().await, Ok(true));
        assert_eq!(journal.entries().len(), 3, "those that have to wait still go back");
        store.open().await.unwrap();
        store.note(3).await.unwrap();
        assert_eq!(store.up().await, Ok(true));
        assert_eq!(journal.entries()[3..], ["put 0", "put 1", "put 2", "note 3"]);
        store.put(4).await.unwrap();
        assert_eq!(store.up().await, Ok(true));
        assert_eq!(journal.entries()[7..], ["put 4"], "ready from now on");
    });
}

#[test]
fn an_ask_keeps_its_reply_in_the_stash() {
    everywhere(|system| async move {
        let (store, _) = store(&system).await;
        let (get, slow_get) = (store.get(1), store.slow_get(2));
        let (mut get, mut slow_get) = (Box::pin(get.into_future()), Box::pin(slow_get.into_future()));
        let pending = std::future::poll_fn(|cx| {
            let both = (get.as_mut().poll(cx).is_pending(), slow_get.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(both)
        });
        assert_eq!(pending.await, (true, true));
        assert_eq!(store.up().await, Ok(true));
        store.open().await.unwrap();
        assert_eq!(get.await, Ok(10));
        assert_eq!(slow_get.await, Ok(200));
    });
}

#[test]
fn a_deadline_goes_on_in_the_stash() {
    everywhere(|system| async move {
        let (store, _) = store(&system).await;
        assert_eq!(store.get(1).timeout(Duration::from_millis(5)).await, Err(AskError::Timeout));
        store.open().await.unwrap();
        assert_eq!(store.get(2).await, Ok(20));
        assert_eq!(system.counts::<Store>().dead_letters, 1, "skipped, not answered to nobody");
    });
}

#[test]
fn a_full_stash_drops_what_comes() {
    everywhere(|system| async move {
        let (store, journal) = store(&system).await;
        for number in 0..5 {
            store.put(number).await.unwrap();
        }
        assert_eq!(store.get(1).await, Err(AskError::Dropped));
        assert_eq!(system.counts::<Store>().dead_letters, 3);
        store.open().await.unwrap();
        assert_eq!(store.up().await, Ok(true));
        assert_eq!(journal.entries(), ["put 0", "put 1", "put 2"]);
    });
}

#[test]
fn the_stash_survives_a_restart_and_comes_before_the_mailbox() {
    everywhere(|system| async move {
        let (store, journal) = store(&system).await;
        store.put(0).await.unwrap();
        store.put(1).await.unwrap();
        store.fails().await.unwrap();
        store.note(2).await.unwrap();
        store.open().await.unwrap();
        assert_eq!(store.up().await, Ok(true));
        assert_eq!(journal.entries(), ["note 2", "put 0", "put 1"], "offered to the new state, which was not ready");
    });
}

/// Puts 1, 2 and 3 into the stash, takes them out in vain, and sends `then` when `back` of them have gone back. Says
/// what has been put in the end.
fn order(then: fn(&StoreRef), back: usize, ready_from: u32) -> Vec<String> {
    let (system, mut stepper) = ActorSystem::builder("order").stepper();
    let journal = Journal::default();
    let (kept, lives) = (journal.clone(), AtomicU32::new(0));
    let factory = move || Store { ready: lives.fetch_add(1, Ordering::SeqCst) >= ready_from, journal: kept.clone() };
    let store = stepper.block_on(async { system.spawn(factory).await.unwrap() });
    for number in 1..4 {
        store.put(number).tell().unwrap();
    }
    stepper.run();
    store.look().tell().unwrap();
    while handled::<Store>(&system, "look") == 0 {
        stepper.step();
    }
    for _ in 0..back {
        stepper.step();
    }
    then(&store);
    stepper.run();
    journal.entries()
}

#[test]
fn what_goes_back_into_the_stash_keeps_its_order_over_restarts_too() {
    for back in 0..4 {
        let handled = order(|store| store.open_now().tell().unwrap(), back, 9);
        assert_eq!(handled, ["put 1", "put 2", "put 3"], "opened after {back} steps");
        let handled = order(|store| store.fails_now().tell().unwrap(), back, 1);
        assert_eq!(handled, ["put 1", "put 2", "put 3"], "failed after {back} steps");
    }
}

#[test]
fn a_stop_makes_dead_letters_of_the_stash() {
    everywhere(|system| async move {
        let (store, _) = store(&system).await;
        store.put(0).await.unwrap();
        let get = store.get(1);
        let mut get = std::pin::pin!(get.into_future());
        begin(get.as_mut()).await;
        assert_eq!(store.up().await, Ok(true));
        store.control().stop().await;
        assert_eq!(get.await, Err(AskError::Stopped));
        assert_eq!(system.counts::<Store>().dead_letters, 2);
    });
}

#[test]
fn an_urgent_message_overtakes_what_comes_out_of_the_stash() {
    #[actor(stash = 3)]
    struct Gatekeeper {
        ready: bool,
        journal: Journal,
    }

    #[handlers]
    impl Gatekeeper {
        #[handler(stash_unless = self.ready)]
        fn pass(&mut self, number: u32, ctx: &mut Context<Self>) {
            self.journal.note(format!("pass {number}"));
            if number == 0 {
                ctx.this().alarm().tell().unwrap();
            }
        }
        #[handler(lane = urgent)]
        fn alarm(&mut self) {
            self.journal.note("alarm");
        }
        fn open(&mut self, ctx: &mut Context<Self>) {
            self.ready = true;
            ctx.unstash_all();
        }
        fn up(&self) -> bool {
            true
        }
    }

    everywhere(|system| async move {
        let journal = Journal::default();
        let gatekeeper = {
            let journal = journal.clone();
            system.spawn(move || Gatekeeper { ready: false, journal: journal.clone() }).await.unwrap()
        };
        for number in 0..3 {
            gatekeeper.pass(number).await.unwrap();
        }
        gatekeeper.open().await.unwrap();
        assert_eq!(gatekeeper.up().await, Ok(true));
        assert_eq!(journal.entries(), ["pass 0", "alarm", "pass 1", "pass 2"]);
    });
}

#[test]
fn a_guard_that_panics_is_a_failure_and_its_ask_hears_of_it() {
    #[actor(stash = 3)]
    struct Touchy {
        keys: Vec<u32>,
    }

    #[handlers]
    impl Touchy {
        #[handler(stash_unless = self.keys[0] > 0)]
        fn get(&self) -> u32 {
            self.keys[0]
        }
        fn fill(&mut self) {
            self.keys.push(3);
        }
    }

    everywhere(|system| async move {
        let touchy = system.spawn(|| Touchy { keys: Vec::new() }).await.unwrap();
        assert_eq!(touchy.get().await, Err(AskError::Failed));
        while system.counts::<Touchy>().failures == 0 {
            yield_now().await;
        }
        touchy.fill().await.unwrap();
        assert_eq!(touchy.get().await, Ok(3));
    });
}

#[test]
fn what_has_expired_takes_no_room_in_the_stash() {
    everywhere(|system| async move {
        let (store, _) = store(&system).await;
        for key in 0..3 {
            assert_eq!(store.get(key).timeout(Duration::from_millis(5)).await, Err(AskError::Timeout));
        }
        let get = store.get(7);
        let mut get = std::pin::pin!(get.into_future());
        begin(get.as_mut()).await;
        store.open().await.unwrap();
        assert_eq!(get.await, Ok(70));
    });
}

/// Ten, eleven, and so on, counted as they are taken.
struct Rows(Arc<AtomicU32>);

impl Stream for Rows {
    type Item = u32;

    fn poll_next(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<u32>> {
        let taken = self.0.fetch_add(1, Ordering::SeqCst);
        Poll::Ready((taken < 3).then_some(10 + taken))
    }
}

#[actor(stash = 1)]
struct Loader {
    ready: bool,
    journal: Journal,
    taken: Arc<AtomicU32>,
    errands: Vec<Errand>,
}

#[handlers]
impl Loader {
    #[handler(stash_unless = self.ready)]
    fn put(&mut self, number: u32) {
        self.journal.note(format!("put {number}"));
    }
    #[handler(stash_unless = self.ready)]
    async fn slow_put(&mut self, number: u32) {
        yield_now().await;
        self.journal.note(format!("put {number}"));
    }
    fn begin(&mut self, ctx: &mut Context<Self>) {
        let taken = Arc::clone(&self.taken);
        self.errands = vec![
            ctx.after(Duration::ZERO, |me| me.put(1)),
            ctx.pipe(async { 2 }, LoaderRef::slow_put),
            ctx.attach(Rows(taken), LoaderRef::put).at_end(|me| me.put(20)),
            ctx.every(Duration::from_millis(1), |me| me.put(30)),
        ];
    }
    fn cancel(&mut self, ctx: &mut Context<Self>) {
        self.errands.drain(..).for_each(|errand| errand.cancel(ctx));
    }
    fn open(&mut self, ctx: &mut Context<Self>) {
        self.ready = true;
        ctx.unstash_all();
    }
    fn look(&mut self, ctx: &mut Context<Self>) {
        ctx.unstash_all();
    }
    fn fails(&mut self) {
        panic!("on purpose");
    }
    fn up(&self) -> bool {
        true
    }
    fn later(&mut self, reply: Reply<()>, ctx: &mut Context<Self>) {
        ctx.pipe(async move { reply.send(()) }, |me: &LoaderRef, ()| me.look());
    }
}

/// A loader whose errands have all had their turn, twice.
async fn loader(system: &ActorSystem) -> (LoaderRef, Journal, Arc<AtomicU32>) {
    let (journal, taken) = (Journal::default(), Arc::default());
    let loader = {
        let (journal, taken) = (journal.clone(), Arc::clone(&taken));
        let loader =
            move || Loader { ready: false, journal: journal.clone(), taken: Arc::clone(&taken), errands: Vec::new() };
        system.spawn(loader).await.unwrap()
    };
    loader.begin().await.unwrap();
    pass(system, Duration::from_millis(3)).await;
    for _ in 0..8 {
        assert_eq!(loader.later().await, Ok(()));
        assert_eq!(loader.up().await, Ok(true));
    }
    (loader, journal, taken)
}

/// Lets time pass by the clock of the system.
async fn pass(system: &ActorSystem, time: Duration) {
    let never = system.spawn(|| Never).await.unwrap();
    assert_eq!(never.answer().timeout(time).await, Err(AskError::Timeout));
}

#[actor]
struct Never;

#[handlers]
impl Never {
    async fn answer(&mut self) -> u32 {
        std::future::pending().await
    }
}

#[test]
fn what_timers_pipes_and_streams_bring_waits_for_the_actor_as_well() {
    everywhere(|system| async move {
        let (loader, journal, taken) = loader(&system).await;
        assert_eq!(journal.entries(), [""; 0], "none runs before the actor is ready");
        assert_eq!(taken.load(Ordering::SeqCst), 1, "the stream waits with its first row");
        loader.open().await.unwrap();
        while !journal.entries().contains(&"put 20".to_owned()) {
            assert_eq!(loader.up().await, Ok(true));
        }
        let entries = journal.entries();
        let rows = entries.iter().filter(|entry| entry.starts_with("put 1") && entry.len() > 5);
        assert!(rows.eq(&["put 10", "put 11", "put 12"]), "in order: {entries:?}");
        for once in ["put 1", "put 2"] {
            assert_eq!(entries.iter().filter(|entry| *entry == once).count(), 1, "{once} of {entries:?}");
        }
        while !journal.entries().contains(&"put 30".to_owned()) {
            pass(&system, Duration::from_millis(1)).await;
        }
        assert_eq!(system.counts::<Loader>().dead_letters, 0, "they take no room in the stash");
    });
}

#[test]
fn what_waits_ends_with_its_errand_and_with_its_life() {
    everywhere(|system| async move {
        for end in [LoaderRef::cancel, LoaderRef::fails] {
            let (loader, journal, _) = loader(&system).await;
            end(&loader).await.unwrap();
            loader.open().await.unwrap();
            assert_eq!(loader.later().await, Ok(()));
            assert_eq!(loader.up().await, Ok(true));
            assert_eq!(journal.entries(), [""; 0]);
        }
    });
}

#[test]
fn a_drain_in_the_pause_before_a_restart_waits_for_the_life_that_is_ready() {
    let promise = async |system: ActorSystem| {
        let (journal, lives) = (Journal::default(), Arc::new(AtomicU32::new(0)));
        let factory = {
            let journal = journal.clone();
            move || Store { ready: lives.fetch_add(1, Ordering::SeqCst) == 2, journal: journal.clone() }
        };
        let store = system.spawn(factory).await.unwrap();
        store.put(1).tell().unwrap();
        for _ in 0..2 {
            store.fails().tell().unwrap();
        }
        until(|| system.counts::<Store>().failures == 2).await;
        store.control().drain().await;
        assert_eq!(journal.entries(), ["put 1"], "in the third life");
    };
    stepped(|builder| builder, promise);
}
