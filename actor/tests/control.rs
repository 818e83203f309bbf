//! What can be done to an actor besides sending it messages: `control()` and weak refs.
#![allow(missing_docs)]

mod common;

use std::collections::HashSet;
use std::future::pending;

use actor::Path;
use actor::prelude::*;
use actor::{MailboxStatus, Weak};
use common::{Gate, Journal, everywhere, in_hand, on_runtimes, stepped, yield_now};

#[actor(mailbox = 8)]
struct Leaf {
    journal: Journal,
    gate: Gate,
}

impl Leaf {
    fn open() -> Self {
        Self { journal: Journal::default(), gate: Gate::default() }
    }
}

#[handlers]
impl Leaf {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    async fn hold_and_note(&mut self) {
        self.gate.passed().await;
        self.journal.note("went on");
    }
    async fn hang(&mut self) {
        pending::<()>().await;
    }
    fn note(&mut self, number: u32) {
        self.journal.note(format!("{number}"));
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        self.journal.note(format!("{why:?}"));
    }
}

async fn leaf(system: &ActorSystem) -> (LeafRef, Gate, Journal) {
    let (gate, journal) = (Gate::default(), Journal::default());
    let (g, j) = (gate.clone(), journal.clone());
    (system.spawn(move || Leaf { journal: j.clone(), gate: g.clone() }).await.unwrap(), gate, journal)
}

async fn begun(leaf: &LeafRef) {
    in_hand(leaf.control()).await;
}

#[actor(mailbox = unbounded, name = "trunk")]
struct Tree {
    #[child(Leaf::open)]
    leaf: Child<Leaf>,
}

#[handlers]
impl Tree {
    fn leaf(&self) -> LeafRef {
        self.leaf.clone()
    }
    fn path(&self, ctx: &mut Context<Self>) -> Path {
        ctx.path()
    }
}

#[test]
fn a_kill_does_not_wait_for_a_handler_past_its_await() {
    everywhere(|system| async move {
        let (leaf, _gate, journal) = leaf(&system).await;
        leaf.hang().await.unwrap();
        leaf.note(1).await.unwrap();
        while leaf.control().depth() > 1 {
            yield_now().await;
        }
        leaf.control().kill().await;
        assert_eq!(journal.entries(), ["Killed"]);
        assert!(!leaf.control().is_alive());
    });
}

#[test]
fn a_kill_ends_a_handler_at_the_await_where_it_stands() {
    stepped(
        |builder| builder,
        |system| async move {
            let (leaf, gate, journal) = leaf(&system).await;
            leaf.hold_and_note().await.unwrap();
            begun(&leaf).await;
            // It could go on.
            gate.open();
            leaf.control().kill().await;
            assert_eq!(journal.entries(), ["Killed"]);
        },
    );
}

#[test]
fn an_end_that_nobody_waits_for_comes_all_the_same() {
    everywhere(|system| async move {
        let (leaf, _gate, journal) = leaf(&system).await;
        let stopped = leaf.control().stopped();
        let _ = leaf.control().stop();
        leaf.control().stop();
        stopped.await;
        assert_eq!(journal.entries(), ["Requested"]);
    });
}

#[test]
fn a_path_names_the_labels_from_the_root_down() {
    everywhere(|system| async move {
        let tree = system.spawn(|| Tree { leaf: Child::default() }).await.unwrap();
        let leaf = tree.leaf().await.unwrap();
        assert_eq!(leaf.control().path().to_string(), "trunk/leaf");
        assert_eq!(format!("{:?}", tree.control().path()), "trunk");
        let path = tree.path().await.unwrap();
        assert_eq!(path.to_string(), "trunk");
        let stopped = tree.control().stopped();
        drop((tree, leaf));
        stopped.await;
        assert_eq!(path.to_string(), "trunk", "and keeps nobody");
    });
}

#[test]
fn a_mailbox_says_how_full_it_is() {
    everywhere(|system| async move {
        let (leaf, gate, _) = leaf(&system).await;
        leaf.hold().await.unwrap();
        begun(&leaf).await;
        leaf.note(1).await.unwrap();
        let MailboxStatus { depth, capacity, .. } = leaf.control().mailbox();
        assert_eq!((depth, capacity), (1, Some(8)));
        gate.open();
        let tree = system.spawn(|| Tree { leaf: Child::default() }).await.unwrap();
        assert_eq!(tree.control().mailbox().capacity, None);
    });
}

// ---- weak refs -----------------------------------------------------------------------------------------

#[test]
fn a_weak_ref_keeps_nobody_alive() {
    everywhere(|system| async move {
        let (leaf, _gate, journal) = leaf(&system).await;
        let weak = leaf.downgrade();
        weak.upgrade().unwrap().note(1).await.unwrap();
        let stopped = leaf.control().stopped();
        drop(leaf);
        stopped.await;
        assert_eq!(weak.upgrade(), None);
        assert_eq!(journal.entries(), ["1", "Drained"]);
    });
}

#[test]
fn an_upgraded_ref_keeps_the_actor() {
    everywhere(|system| async move {
        let (leaf, gate, journal) = leaf(&system).await;
        leaf.hold().await.unwrap();
        let weak = leaf.downgrade();
        // The last ref goes while a handler runs; the next one comes before that is looked at.
        drop(leaf);
        let again = weak.upgrade().unwrap();
        gate.open();
        again.note(2).done().await.unwrap();
        assert_eq!(journal.entries(), ["2"]);
        again.control().drain().await;
        assert_eq!(weak.upgrade(), None, "an actor that has ended takes nothing more");
    });
}

#[test]
fn weak_refs_are_equal_by_identity() {
    everywhere(|system| async move {
        let ((one, ..), (two, ..)) = (leaf(&system).await, leaf(&system).await);
        let weak: HashSet<Weak<LeafRef>> = [one.downgrade(), one.clone().downgrade(), two.downgrade()].into();
        assert_eq!(weak.len(), 2);
        assert_eq!(format!("{:?}", one.downgrade()), format!("weak {one:?}"));
        assert_eq!(one.downgrade().upgrade(), Some(one));
    });
}

#[test]
fn an_upgrade_and_the_last_ref_agree_on_who_came_first() {
    on_runtimes(
        |builder| builder,
        |system| async move {
            for _ in 0..if cfg!(miri) { 20 } else { 500 } {
                let (leaf, _gate, journal) = leaf(&system).await;
                let weak = leaf.downgrade();
                let stopped = leaf.control().stopped();
                let upgrade = std::thread::spawn(move || weak.upgrade());
                drop(leaf);
                let upgraded = tokio::task::spawn_blocking(|| upgrade.join().unwrap()).await.unwrap();
                if let Some(leaf) = upgraded {
                    leaf.note(1).done().await.expect("an upgraded ref keeps the actor");
                    drop(leaf);
                    stopped.await;
                    assert_eq!(journal.entries(), ["1", "Drained"]);
                } else {
                    stopped.await;
                    assert_eq!(journal.entries(), ["Drained"]);
                }
            }
        },
    );
}
