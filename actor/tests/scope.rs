//! Promise `scope`: the restarts of declared children are counted and delayed together, also where each is restarted
//! alone; those of a child with `scope = child` by themselves, and so are those of children that were started by hand.
#![allow(missing_docs)]

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actor::prelude::*;
use actor::{Builder, Decision, SpawnError, SystemEvent};
use common::{Gate, Journal, everywhere, everywhere_with, in_hand, soon, stepped, until};

/// Notes that it was made.
#[actor]
struct Hand {
    name: &'static str,
    journal: Journal,
}

impl Hand {
    fn new(name: &'static str, journal: &Journal) -> Self {
        journal.note(name);
        Self { name, journal: journal.clone() }
    }
}

#[handlers]
impl Hand {
    fn fails(&mut self) -> Result<(), &'static str> {
        Err("on purpose")
    }
    async fn fails_when(&mut self, gate: Gate) -> Result<(), &'static str> {
        gate.passed().await;
        Err("on purpose")
    }
    fn leaves(&mut self, ctx: &mut Context<Self>) {
        self.journal.note(format!("{} leaves", self.name));
        ctx.stop();
    }
    fn ping(&self) -> bool {
        true
    }
}

/// A parent of four hands, of which the last two are told apart by their options.
macro_rules! parent {
    ($parent:ident($($policy:tt)*), $c:tt, $d:tt) => {
        #[actor]
        #[supervise($($policy)*)]
        struct $parent {
            #[child(|parent: &$parent| Hand::new("a", &parent.journal))]
            a: Child<Hand>,
            #[child(|parent: &$parent| Hand::new("b", &parent.journal), restart = permanent)]
            b: Child<Hand>,
            #[child(|parent: &$parent| Hand::new("c", &parent.journal), scope = $c)]
            c: Child<Hand>,
            #[child(|parent: &$parent| Hand::new("d", &parent.journal), scope = $d, pool = 2)]
            d: Pool<Hand>,
            journal: Journal,
        }

        impl $parent {
            fn new(journal: &Journal) -> impl Fn() -> Self + Send + 'static {
                let journal = journal.clone();
                move || Self {
                    a: Child::default(),
                    b: Child::default(),
                    c: Child::default(),
                    d: Pool::default(),
                    journal: journal.clone(),
                }
            }
        }

        #[handlers]
        impl $parent {
            fn hands(&self) -> [HandRef; 5] {
                let members: Vec<&HandRef> = self.d.members().iter().collect();
                [&*self.a, &*self.b, &*self.c, members[0], members[1]].map(HandRef::clone)
            }
            async fn hires(&mut self, ctx: &mut Context<Self>) -> Result<HandRef, SpawnError> {
                let journal = self.journal.clone();
                ctx.spawn(move || Hand::new("hired", &journal)).restart(Restart::Permanent).await
            }
            fn incarnation(&self, ctx: &mut Context<Self>) -> u32 {
                ctx.incarnation().get()
            }
        }
    };
}

parent!(Together(limit = 3 per 60s, backoff = 1ms..2ms), group, group);
parent!(Apart(limit = 3 per 60s, backoff = 1ms..2ms), child, child);
parent!(AllApart(strategy = one_for_all, limit = 3 per 60s, backoff = 1ms..2ms), child, child);
parent!(RestApart(strategy = rest_for_one, limit = 3 per 60s, backoff = 1ms..2ms), child, child);
parent!(Patient(limit = 3 per 60s, backoff = 3s, jitter = none), group, child);
parent!(Strict(limit = 3 per 60s, backoff = 1ms..2ms, exhausted = stop_child), group, child);

/// Has it fail, and waits until it is up again.
async fn fails_and_comes_back(hand: &HandRef) {
    hand.fails().await.unwrap();
    assert_eq!(hand.ping().await, Ok(true));
}

#[test]
fn failures_of_declared_children_add_up() {
    everywhere(|system| async move {
        let parent = system.spawn(Together::new(&Journal::default())).await.unwrap();
        let [a, b, c, member, _] = parent.hands().await.unwrap();
        fails_and_comes_back(&a).await;
        b.leaves().await.unwrap();
        assert_eq!(b.ping().await, Ok(true));
        fails_and_comes_back(&c).await;
        assert_eq!(parent.incarnation().await, Ok(0), "three are allowed");
        member.fails().await.unwrap();
        until(|| system.counts::<Together>().restarts == 1).await;
        assert_eq!(system.counts::<Hand>().restarts, 3);
    });
}

#[test]
fn two_that_exceed_the_limit_at_once_are_one_failure_of_their_parent() {
    everywhere(|system| async move {
        let told = Journal::default();
        let theirs = told.clone();
        let _listener = system.listen(move |event| {
            if let SystemEvent::Failed { actor: "together", .. } = event {
                theirs.note("failed");
            }
        });
        let parent = system.spawn(Together::new(&Journal::default())).await.unwrap();
        for life in 1..5 {
            let [a, b, c, ..] = parent.hands().await.unwrap();
            for hand in [&a, &b, &c] {
                fails_and_comes_back(hand).await;
            }
            let (gate, hands) = (Gate::default(), [a, b, c]);
            for hand in &hands {
                hand.fails_when(gate.clone()).await.unwrap();
                in_hand(hand.control()).await;
            }
            let ends = hands.each_ref().map(|hand| hand.control().stopped());
            gate.open();
            for end in ends {
                soon(end).await;
            }
            assert_eq!(parent.incarnation().await, Ok(life));
            assert_eq!(system.counts::<Together>().restarts, u64::from(life));
            assert_eq!(told.take(), ["failed"]);
        }
    });
}

#[test]
fn a_new_life_of_the_parent_counts_anew() {
    everywhere(|system| async move {
        let parent = system.spawn(Together::new(&Journal::default())).await.unwrap();
        for life in 0..3 {
            assert_eq!(parent.incarnation().await, Ok(life));
            let hands = parent.hands().await.unwrap();
            for hand in &hands[..3] {
                fails_and_comes_back(hand).await;
            }
            hands[3].fails().await.unwrap();
            until(|| system.counts::<Together>().restarts == u64::from(life) + 1).await;
        }
    });
}

#[test]
fn those_of_a_child_with_a_scope_of_its_own_do_not() {
    everywhere(|system| async move {
        let parent = system.spawn(Apart::new(&Journal::default())).await.unwrap();
        let hands = parent.hands().await.unwrap();
        // Three of `a` and `b` together, three of `c`, and three of each member.
        for hand in [0, 1, 0, 2, 2, 2, 3, 3, 3, 4, 4, 4] {
            fails_and_comes_back(&hands[hand]).await;
        }
        assert_eq!(parent.incarnation().await, Ok(0));
        hands[4].fails().await.unwrap();
        until(|| system.counts::<Apart>().restarts == 1).await;
        let hands = parent.hands().await.unwrap();
        for hand in [2, 0, 1, 0, 2] {
            fails_and_comes_back(&hands[hand]).await;
        }
        hands[1].fails().await.unwrap();
        until(|| system.counts::<Apart>().restarts == 2).await;
    });
}

/// One more failure than the limit allows, of children that take others along and count by themselves and together.
macro_rules! counts_for_whoever_failed {
    ($system:ident, $parent:ident) => {
        let parent = $system.spawn($parent::new(&Journal::default())).await.unwrap();
        let hands = parent.hands().await.unwrap();
        for hand in [2, 0, 1, 0, 2, 3, 4, 3, 3] {
            hands[hand].fails().await.unwrap();
            // The youngest is up last.
            for hand in &hands {
                assert_eq!(hand.ping().await, Ok(true));
            }
        }
        assert_eq!(parent.incarnation().await, Ok(0));
        hands[3].fails().await.unwrap();
        until(|| $system.counts::<$parent>().restarts == 1).await;
    };
}

#[test]
fn one_for_all_counts_for_whoever_failed() {
    everywhere(|system| async move {
        counts_for_whoever_failed!(system, AllApart);
    });
}

#[test]
fn rest_for_one_counts_for_whoever_failed() {
    everywhere(|system| async move {
        counts_for_whoever_failed!(system, RestApart);
    });
}

#[test]
fn children_started_by_hand_count_by_themselves() {
    everywhere(|system| async move {
        let parent = system.spawn(Together::new(&Journal::default())).await.unwrap();
        let [a, ..] = parent.hands().await.unwrap();
        let (one, other) = (parent.hires().await.unwrap(), parent.hires().await.unwrap());
        for hand in [&one, &a, &other, &a, &one, &a, &other, &one, &other] {
            fails_and_comes_back(hand).await;
        }
        assert_eq!(parent.incarnation().await, Ok(0));
        one.fails().await.unwrap();
        until(|| system.counts::<Together>().restarts == 1).await;
    });
}

#[test]
fn beyond_the_limit_of_the_group_a_child_may_end_and_the_others_live_on() {
    everywhere(|system| async move {
        let parent = system.spawn(Strict::new(&Journal::default())).await.unwrap();
        let [a, b, c, member, _] = parent.hands().await.unwrap();
        for _ in 0..3 {
            fails_and_comes_back(&a).await;
        }
        b.fails().await.unwrap();
        b.control().stopped().await;
        assert_eq!((a.ping().await, c.ping().await), (Ok(true), Ok(true)));
        fails_and_comes_back(&member).await;
        c.fails().await.unwrap();
        c.control().stopped().await;
        assert_eq!((a.ping().await, parent.incarnation().await), (Ok(true), Ok(0)));
    });
}

#[test]
fn the_pause_follows_the_scope() {
    stepped(
        |builder| builder,
        |system| async move {
            let journal = Journal::default();
            let parent = system.spawn(Patient::new(&journal)).await.unwrap();
            let [a, b, _, member, _] = parent.hands().await.unwrap();
            let begun = system.now();
            let since = || system.now().saturating_since(begun);
            fails_and_comes_back(&a).await;
            assert_eq!(since(), Duration::ZERO, "the first is at once");
            fails_and_comes_back(&member).await;
            assert_eq!(since(), Duration::ZERO, "and so is that of one that counts by itself");
            fails_and_comes_back(&b).await;
            assert_eq!(since(), Duration::from_secs(3), "the second of the group waits, whoever fails");
        },
    );
}

#[test]
fn a_failure_is_told_with_the_restarts_of_whom_it_is_counted_with() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let kept = told.clone();
    let settings = move |builder: Builder| {
        let told = kept.clone();
        builder.event_handler(move |event| {
            if let SystemEvent::Failed { actor: "hand", decision: Decision::Restart { .. }, snapshot, .. } = event {
                told.lock().unwrap().push(snapshot.restarts());
            }
        })
    };
    everywhere_with(settings, |system| {
        let told = told.clone();
        async move {
            let parent = system.spawn(Apart::new(&Journal::default())).await.unwrap();
            let [a, b, c, ..] = parent.hands().await.unwrap();
            for hand in [&a, &c, &b, &a, &c] {
                fails_and_comes_back(hand).await;
            }
            assert_eq!(std::mem::take(&mut *told.lock().unwrap()), [1, 1, 2, 3, 2]);
        }
    });
}
