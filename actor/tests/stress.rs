//! The races of a mailbox, run many times on several workers: whatever meets, every ask ends and no message is lost.
//!
//! `ACTOR_STRESS_ROUNDS` sets how often; the default fits a test run.
#![allow(missing_docs)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actor::prelude::*;
use common::{PATIENCE, poll_once, runtime, soon, until, yield_now};

#[actor(mailbox = 4, ask_timeout = 30s)]
struct Target {
    handled: Arc<AtomicU64>,
}

#[handlers]
impl Target {
    fn tell(&mut self) {
        self.handled.fetch_add(1, Ordering::Relaxed);
    }
    fn ask(&self) -> u64 {
        self.handled.fetch_add(1, Ordering::Relaxed);
        1
    }
    async fn wait(&mut self) -> u64 {
        self.handled.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        1
    }
    fn fail_quietly(&mut self) -> Result<(), &'static str> {
        Err("on purpose")
    }
}

fn rounds() -> u64 {
    std::env::var("ACTOR_STRESS_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(3_000)
}

/// Runs `round` many times on two workers; a round that takes more than its time has hung.
fn race<F: Future<Output = ()> + Send>(round: impl Fn(ActorSystem, Arc<AtomicU64>) -> F) {
    runtime(Some(2)).block_on(async {
        let system = ActorSystem::new("stress");
        let handled = Arc::new(AtomicU64::new(0));
        for number in 0..rounds() {
            let round = round(system.clone(), Arc::clone(&handled));
            if tokio::time::timeout(PATIENCE, round).await.is_err() {
                panic!("round {number} hangs");
            }
        }
        let counts = system.counts::<Target>();
        assert_eq!(counts.spawned, counts.stopped, "{counts:?}");
    });
}

async fn target(system: &ActorSystem, handled: &Arc<AtomicU64>) -> TargetRef {
    let handled = Arc::clone(handled);
    system.spawn(move || Target { handled: Arc::clone(&handled) }).await.unwrap()
}

#[test]
fn an_ask_that_meets_a_stop_ends() {
    race(|system, handled| async move {
        let target = target(&system, &handled).await;
        let askers: Vec<_> = (0..3)
            .map(|asker| {
                let target = target.clone();
                tokio::spawn(async move { if asker == 0 { target.wait().await } else { target.ask().await } })
            })
            .collect();
        let stopped = target.control().stop();
        for asker in askers {
            let answer = asker.await.unwrap();
            assert!(matches!(answer, Ok(1) | Err(AskError::Stopped)), "{answer:?}");
        }
        stopped.await;
    });
}

#[test]
fn what_is_accepted_is_handled_or_a_dead_letter() {
    race(|system, handled| async move {
        let (before, counts) = (handled.load(Ordering::Relaxed), system.counts::<Target>());
        let target = target(&system, &handled).await;
        let senders: Vec<_> = (0..3)
            .map(|_| {
                let target = target.clone();
                tokio::spawn(async move {
                    let mut accepted = 0;
                    for _ in 0..6 {
                        accepted += u64::from(target.tell().await.is_ok());
                    }
                    accepted
                })
            })
            .collect();
        let stopped = target.control().stop();
        let mut accepted = 0;
        for sender in senders {
            accepted += sender.await.unwrap();
        }
        stopped.await;
        let handled = handled.load(Ordering::Relaxed) - before;
        let lost = system.counts::<Target>().dead_letters - counts.dead_letters;
        assert_eq!(accepted, handled + lost);
    });
}

#[test]
fn what_a_mailbox_that_drops_accepts_is_handled_or_a_dead_letter() {
    #[actor(mailbox(capacity = 4, overflow = drop_oldest))]
    struct Dropping {
        handled: Arc<AtomicU64>,
    }

    #[handlers]
    impl Dropping {
        fn hit(&mut self) {
            self.handled.fetch_add(1, Ordering::Relaxed);
        }
        async fn later(&mut self) {
            tokio::task::yield_now().await;
            self.handled.fetch_add(1, Ordering::Relaxed);
        }
    }

    runtime(Some(2)).block_on(async {
        let system = ActorSystem::new("dropping");
        let handled = Arc::new(AtomicU64::new(0));
        let theirs = Arc::clone(&handled);
        let actor = system.spawn(move || Dropping { handled: Arc::clone(&theirs) }).await.unwrap();
        let each = rounds() * 10;
        let senders: Vec<_> = (0..3)
            .map(|sender| {
                let actor = actor.clone();
                tokio::task::spawn_blocking(move || {
                    for number in 0..each {
                        let call = if (number + sender) % 7 == 0 { actor.later() } else { actor.hit() };
                        call.tell().unwrap();
                    }
                })
            })
            .collect();
        for sender in senders {
            sender.await.unwrap();
        }
        actor.control().drain().await;
        let counts = system.counts::<Dropping>();
        assert_eq!(counts.handled, handled.load(Ordering::Relaxed));
        assert_eq!(counts.handled + counts.dead_letters, 3 * each, "{counts:?}");
    });
}

#[test]
fn the_last_ref_that_meets_a_tell_drains_it() {
    race(|system, handled| async move {
        let before = handled.load(Ordering::Relaxed);
        let target = target(&system, &handled).await;
        let stopped = target.control().stopped();
        let second = target.clone();
        let sender = tokio::spawn(async move { second.tell().await.is_ok() });
        drop(target);
        assert!(sender.await.unwrap(), "a ref is as good as any other");
        stopped.await;
        assert_eq!(handled.load(Ordering::Relaxed) - before, 1);
    });
}

#[test]
fn what_an_upgraded_ref_was_told_is_handled() {
    race(|system, handled| async move {
        let before = handled.load(Ordering::Relaxed);
        let target = target(&system, &handled).await;
        let (weak, stopped) = (target.downgrade(), target.control().stopped());
        let racer = std::thread::spawn(move || {
            let upgraded = (0..50).map_while(|_| weak.upgrade());
            upgraded.map(|target| u64::from(target.tell().tell().is_ok())).sum::<u64>()
        });
        drop(target);
        stopped.await;
        let told = tokio::task::spawn_blocking(|| racer.join().unwrap()).await.unwrap();
        assert_eq!(handled.load(Ordering::Relaxed) - before, told);
    });
}

#[test]
fn an_ask_that_is_dropped_disturbs_nobody() {
    race(|system, handled| async move {
        let target = target(&system, &handled).await;
        let (first, second) = (target.clone(), target.clone());
        let dropped = tokio::spawn(async move {
            let _ = poll_once(&mut first.wait().into_future()).await;
        });
        let asked = tokio::spawn(async move { second.ask().await });
        dropped.await.unwrap();
        assert_eq!(asked.await.unwrap(), Ok(1));
        target.control().stop().await;
    });
}

#[test]
fn a_restart_that_meets_senders_keeps_their_messages() {
    race(|system, handled| async move {
        let before = handled.load(Ordering::Relaxed);
        let target = target(&system, &handled).await;
        let (first, second) = (target.clone(), target.clone());
        let failing = tokio::spawn(async move { first.fail_quietly().await });
        let telling = tokio::spawn(async move {
            for _ in 0..8 {
                second.tell().await.unwrap();
            }
        });
        failing.await.unwrap().unwrap();
        telling.await.unwrap();
        target.control().drain().await;
        assert_eq!(handled.load(Ordering::Relaxed) - before, 8);
    });
}

#[test]
fn actors_that_tell_each_other_across_workers_get_everything() {
    #[actor(mailbox = 1000)]
    struct Node {
        next: Option<NodeRef>,
        seen: u64,
    }

    #[handlers]
    impl Node {
        fn link(&mut self, next: NodeRef) {
            self.next = Some(next);
        }
        fn pass(&mut self, hops: u64) -> Result<(), &'static str> {
            self.seen += 1;
            if hops > 0 {
                let next = self.next.as_ref().ok_or("no next")?;
                next.pass(hops - 1).tell().map_err(|_| "no room")?;
            }
            Ok(())
        }
        fn seen(&self) -> u64 {
            self.seen
        }
    }

    runtime(Some(2)).block_on(async {
        let system = ActorSystem::new("ring");
        let mut nodes = Vec::new();
        for _ in 0..8 {
            nodes.push(system.spawn(|| Node { next: None, seen: 0 }).await.unwrap());
        }
        for (place, node) in nodes.iter().enumerate() {
            node.link(nodes[(place + 1) % nodes.len()].clone()).await.unwrap();
        }
        let hops = rounds();
        for node in &nodes {
            node.pass(hops).await.unwrap();
        }
        let expected = (hops + 1) * nodes.len() as u64;
        let counted = async {
            loop {
                let mut seen = 0;
                for node in &nodes {
                    seen += node.seen().await.unwrap();
                }
                if seen == expected {
                    break;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, counted).await.expect("a message was lost");
        assert_eq!(system.counts::<Node>().failures, 0);
    });
}

#[test]
fn a_handler_that_blocks_holds_nobody_but_its_own_actor() {
    #[actor]
    struct Blocking {
        next: TargetRef,
        release: std::sync::mpsc::Receiver<()>,
    }

    #[handlers]
    impl Blocking {
        fn block(&mut self) {
            // Ready behind this handler, in the worker's own next place.
            let _ = self.next.tell().tell();
            let _ = self.release.recv_timeout(PATIENCE);
        }
    }

    runtime(Some(2)).block_on(async {
        let system = ActorSystem::new("blocking");
        let handled = Arc::new(AtomicU64::new(0));
        let target = target(&system, &handled).await;
        let (send, receive) = std::sync::mpsc::channel();
        let receive = std::sync::Mutex::new(Some(receive));
        let blocking = system
            .spawn(move || Blocking { next: target.clone(), release: receive.lock().unwrap().take().unwrap() })
            .await
            .unwrap();
        blocking.block().await.unwrap();
        // The neighbour is not held.
        until(|| handled.load(Ordering::Relaxed) > 0).await;
        send.send(()).unwrap();
    });
}

#[test]
fn every_done_ends_whatever_happens_to_its_actor() {
    #[actor(mailbox = 2, ask_timeout = off)]
    struct Narrow;

    #[handlers]
    impl Narrow {
        fn set(&mut self, value: u64) -> Result<(), u64> {
            if value.is_multiple_of(5) { Err(value) } else { Ok(()) }
        }
        async fn later(&mut self, value: u64) {
            if value.is_multiple_of(2) {
                tokio::task::yield_now().await;
            }
        }
        fn boom(&mut self) {
            panic!("boom");
        }
        fn get(&self, value: u64) -> u64 {
            value
        }
    }

    async fn calls(actor: NarrowRef, number: u64) {
        match number % 6 {
            0 => drop(actor.set(number).done().await),
            1 => drop(actor.later(number).done().await),
            // Given up after a while, and at once.
            2 => {
                let mut call = actor.later(number).done().into_future();
                for _ in 0..number % 4 {
                    if poll_once(&mut call).await.is_some() {
                        break;
                    }
                    yield_now().await;
                }
            }
            3 => drop(actor.get(number).await),
            4 if number.is_multiple_of(4) => drop(actor.boom().done().await),
            _ => drop(poll_once(&mut actor.later(number).done().owned()).await),
        }
    }

    runtime(Some(3)).block_on(async {
        for round in 0..rounds() / 20 {
            let system = ActorSystem::new("narrow");
            let actor = system.spawn(|| Narrow).await.unwrap();
            let tasks: Vec<_> = (0..6)
                .map(|task| {
                    let actor = actor.clone();
                    tokio::spawn(async move {
                        for value in 0..30 {
                            calls(actor.clone(), value * 7 + task).await;
                        }
                    })
                })
                .collect();
            let weak = actor.downgrade();
            drop(actor);
            for _ in 0..round {
                yield_now().await;
            }
            if let Some(actor) = weak.upgrade() {
                match round % 4 {
                    0 => drop(actor.control().stop()),
                    1 => drop(actor.control().drain()),
                    2 => drop(actor.control().kill()),
                    _ => drop(system.shutdown().await),
                }
            }
            for task in tasks {
                soon(task).await.unwrap();
            }
        }
    });
}
