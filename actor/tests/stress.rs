//! The races of a mailbox, run many times on several workers: whatever meets, every ask ends and no message is lost.
//!
//! `ACTOR_STRESS_ROUNDS` sets how often; the default fits a test run.
#![allow(missing_docs)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actor::prelude::*;

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
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    runtime.block_on(async {
        let system = ActorSystem::new("stress");
        let handled = Arc::new(AtomicU64::new(0));
        for number in 0..rounds() {
            let round = round(system.clone(), Arc::clone(&handled));
            if tokio::time::timeout(Duration::from_secs(20), round).await.is_err() {
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
fn an_ask_that_is_dropped_disturbs_nobody() {
    race(|system, handled| async move {
        let target = target(&system, &handled).await;
        let (first, second) = (target.clone(), target.clone());
        let dropped = tokio::spawn(async move {
            let _ = tokio::time::timeout(Duration::ZERO, first.wait().into_future()).await;
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

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    runtime.block_on(async {
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
        tokio::time::timeout(Duration::from_secs(60), counted).await.expect("a message was lost");
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
            let _ = self.release.recv_timeout(Duration::from_secs(20));
        }
    }

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    runtime.block_on(async {
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
        let got_through = async {
            while handled.load(Ordering::Relaxed) == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), got_through).await.expect("the neighbour is held");
        send.send(()).unwrap();
    });
}
