//! Promise `last_ref`: the last ref that goes drains and stops its actor. What is always due is no reason to live, and a
//! ref in a message that waits is one.
#![allow(missing_docs)]

mod common;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context as TaskContext, Poll};

use actor::prelude::*;
use common::{Gate, Journal, begin, everywhere, in_hand, soon, until, yield_now};
use futures_core::Stream;

/// A stream that always has one more.
struct Endless;

impl Stream for Endless {
    type Item = u32;

    fn poll_next(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<u32>> {
        Poll::Ready(Some(1))
    }
}

#[actor]
struct Leaf {
    journal: Journal,
    gate: Gate,
}

#[handlers]
impl Leaf {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn note(&mut self, number: u32) {
        self.journal.note(format!("{number}"));
    }
    fn keep(&mut self, other: LeafRef) {
        drop(other);
    }
    fn attach(&mut self, ctx: &mut Context<Self>) {
        ctx.attach(Endless, LeafRef::row).errand();
    }
    fn row(&mut self, _row: u32) {}
    fn go_on(&mut self, ctx: &mut Context<Self>) {
        ctx.after(std::time::Duration::ZERO, |me| me.go_on());
    }
    fn ping(&self) -> bool {
        true
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

#[test]
fn the_last_ref_going_drains_and_stops_the_actor() {
    everywhere(|system| async move {
        let (actor, gate, journal) = leaf(&system).await;
        let second = actor.clone();
        actor.hold().tell().unwrap();
        actor.note(1).tell().unwrap();
        let stopped = actor.control().stopped();
        drop(actor);
        second.note(2).tell().unwrap();
        drop(second);
        gate.open();
        soon(stopped).await;
        assert_eq!(journal.entries(), ["1", "2", "Drained"]);
    });
}

#[test]
fn what_was_told_before_the_actor_was_up_is_handled_though_the_last_ref_is_gone() {
    everywhere(|system| async move {
        for is_slow in [false, true] {
            let (gate, journal) = (Gate::default(), Journal::default());
            let (g, j) = (gate.clone(), journal.clone());
            let actor = if is_slow {
                let make = move || {
                    let (gate, journal) = (g.clone(), j.clone());
                    async move {
                        gate.passed().await;
                        Leaf { journal, gate }
                    }
                };
                system.spawn(make).detach()
            } else {
                system.spawn(move || Leaf { journal: j.clone(), gate: g.clone() }).detach()
            };
            let stopped = actor.control().stopped();
            actor.note(1).tell().unwrap();
            drop(actor);
            for _ in 0..3 {
                yield_now().await;
            }
            gate.open();
            soon(stopped).await;
            assert_eq!(journal.entries(), ["1", "Drained"], "with an async factory: {is_slow}");
        }
    });
}

#[test]
fn a_ref_in_a_message_that_waits_keeps_its_actor_until_that_is_handled_or_dropped() {
    everywhere(|system| async move {
        for handled in [true, false] {
            let ((holder, gate, _), (kept, _, journal)) = (leaf(&system).await, leaf(&system).await);
            holder.hold().await.unwrap();
            in_hand(holder.control()).await;
            let (weak, mut stopped) = (kept.downgrade(), kept.control().stopped());
            holder.keep(kept).await.unwrap();
            begin(&mut stopped).await;
            weak.upgrade().expect("a message holds it").note(1).done().await.unwrap();
            begin(&mut stopped).await;
            if handled {
                gate.open();
            } else {
                drop(holder.control().kill());
            }
            soon(stopped).await;
            assert_eq!(journal.entries(), ["1", "Drained"]);
        }
    });
}

/// What keeps its actor busy for ever, once begun.
const ALWAYS_DUE: [fn(&LeafRef); 2] = [|leaf| leaf.attach().tell().unwrap(), |leaf| leaf.go_on().tell().unwrap()];

#[test]
fn what_is_always_due_keeps_no_actor_alive() {
    everywhere(|system| async move {
        for begin_it in ALWAYS_DUE {
            let (actor, _, journal) = leaf(&system).await;
            begin_it(&actor);
            assert_eq!(actor.ping().await, Ok(true));
            drop(actor);
            until(|| journal.entries() == ["Drained"]).await;
        }
    });
}

#[test]
fn a_drain_ends_beside_what_is_always_due() {
    everywhere(|system| async move {
        for begin_it in ALWAYS_DUE {
            let (actor, _, journal) = leaf(&system).await;
            begin_it(&actor);
            assert_eq!(actor.ping().await, Ok(true));
            soon(actor.control().drain()).await;
            assert_eq!(journal.entries(), ["Drained"]);
        }
    });
}

/// The first life is made at once, each later one never.
#[actor]
struct Mayfly {
    gate: Gate,
}

#[handlers]
impl Mayfly {
    async fn fails_behind(&mut self) -> Result<(), &'static str> {
        self.gate.passed().await;
        Err("once")
    }
    fn fails(&mut self) -> Result<(), &'static str> {
        Err("once")
    }
}

#[test]
fn no_next_life_is_made_for_nobody() {
    everywhere(|system| async move {
        for (is_held, is_drained) in [(false, false), (true, false), (false, true), (true, true)] {
            let (gate, made) = (Gate::default(), Arc::new(AtomicBool::new(false)));
            let g = gate.clone();
            let make = move || {
                let (gate, is_first) = (g.clone(), !made.swap(true, Ordering::SeqCst));
                async move {
                    if !is_first {
                        std::future::pending::<()>().await;
                    }
                    Mayfly { gate }
                }
            };
            let actor = system.spawn(make).await.unwrap();
            let stopped = actor.control().stopped();
            if is_held {
                actor.fails_behind().await.unwrap();
            } else {
                actor.fails().await.unwrap();
            }
            if is_drained {
                drop(actor.control().drain());
            }
            let kept = is_drained.then_some(actor);
            gate.open();
            soon(stopped).await;
            drop(kept);
        }
    });
}
