//! Promises `one_for_all` and `rest_for_one`, where handlers wait: nobody is waited for who waits for the restart itself.
#![allow(missing_docs)]

mod common;
#[path = "common/siblings.rs"]
mod siblings;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use actor::prelude::*;
use actor::{Builder, SystemEvent};
use common::{Gate, everywhere, everywhere_with, in_hand, soon, until};
use siblings::{Member, MemberRef, Ward};

/// A member with a child of its own.
#[actor(ask_timeout = off)]
#[supervise(on(panic => escalate, other => restart))]
struct Team {
    #[child(|team: &Team| Member::new("worker", team.ward.clone()))]
    worker: Child<Member>,
    ward: Ward,
}

#[handlers]
impl Team {
    fn worker(&self) -> MemberRef {
        (*self.worker).clone()
    }
    async fn asks(&mut self, other: MemberRef) -> Result<u32, AskError> {
        other.add(1).await
    }
    fn incarnation(&self, ctx: &mut Context<Self>) -> u32 {
        ctx.incarnation().get()
    }
}

/// In the order of their start: a store, a team that needs it, a clerk who needs both.
#[actor(ask_timeout = off)]
#[supervise(strategy = rest_for_one, backoff = 1ms..2ms * 2)]
struct Office {
    #[child(|office: &Office| Member::new("store", office.ward.clone()))]
    store: Child<Member>,
    #[child(|office: &Office| Team { worker: Child::default(), ward: office.ward.clone() })]
    team: Child<Team>,
    #[child(|office: &Office| Member::new("clerk", office.ward.clone()))]
    clerk: Child<Member>,
    ward: Ward,
}

#[handlers]
impl Office {
    fn members(&self) -> (MemberRef, TeamRef, MemberRef) {
        ((*self.store).clone(), (*self.team).clone(), (*self.clerk).clone())
    }
}

struct Opened {
    ward: Ward,
    office: OfficeRef,
    store: MemberRef,
    team: TeamRef,
    clerk: MemberRef,
    worker: MemberRef,
}

async fn open(system: &ActorSystem) -> Opened {
    let ward = Ward::default();
    let shared = ward.clone();
    let factory = move || Office {
        store: Child::default(),
        team: Child::default(),
        clerk: Child::default(),
        ward: shared.clone(),
    };
    let office = system.spawn(factory).await.unwrap();
    let (store, team, clerk) = office.members().await.unwrap();
    let worker = team.worker().await.unwrap();
    Opened { ward, office, store, team, clerk, worker }
}

impl Opened {
    /// The store fails, and is on its way down until the gate opens.
    async fn store_fails(&self) -> Gate {
        let held = self.ward.hold_back("store");
        self.store.fails().await.unwrap();
        self.ward.comes("store ends: error").await;
        held
    }

    /// So many wait for the store.
    async fn store_is_asked(&self, times: usize) {
        until(|| self.store.control().depth() == times).await;
    }
}

#[test]
fn a_handler_that_waits_for_a_sibling_is_dropped_though_its_member_stops() {
    everywhere(|system| async move {
        let o = open(&system).await;
        let held = o.store_fails().await;
        o.clerk.asks(o.store.clone()).tell().unwrap();
        o.store_is_asked(1).await;
        let end = o.clerk.control().stop();
        held.open();
        assert_eq!(soon(o.store.incarnation().owned()).await, Ok(1));
        soon(end).await;
        assert_eq!(soon(o.team.incarnation().owned()).await, Ok(1));
    });
}

#[test]
fn a_handler_that_waits_for_a_sibling_is_dropped_though_a_child_of_its_member_has_failed() {
    everywhere(|system| async move {
        let o = open(&system).await;
        o.clerk.control().stop().await;
        let held = o.store_fails().await;
        o.team.asks(o.store.clone()).tell().unwrap();
        o.store_is_asked(1).await;
        o.worker.panics().await.unwrap();
        soon(o.worker.control().stopped()).await;
        held.open();
        assert_eq!(soon(o.store.incarnation().owned()).await, Ok(1));
        assert_eq!(soon(o.team.incarnation().owned()).await, Ok(1));
    });
}

#[test]
fn a_handler_in_hand_when_a_child_of_its_member_fails_finishes_where_nobody_waits_for_it() {
    everywhere(|system| async move {
        let o = open(&system).await;
        let gate = Gate::default();
        o.store.waits(gate.clone()).await.unwrap();
        in_hand(o.store.control()).await;
        let asked = o.team.asks(o.store.clone()).owned();
        let asked = tokio::join!(soon(asked), async {
            o.store_is_asked(1).await;
            o.worker.panics().await.unwrap();
            soon(o.worker.control().stopped()).await;
            gate.open();
        })
        .0;
        assert_eq!(asked.ok(), Some(1));
        assert_eq!(soon(o.team.incarnation().owned()).await, Ok(1));
    });
}

#[test]
fn a_member_that_is_going_down_for_its_child_is_told_when_another_comes_to_wait_for_it() {
    everywhere(|system| async move {
        let o = open(&system).await;
        o.clerk.control().stop().await;
        let gate = Gate::default();
        o.store.fails_after(gate.clone()).await.unwrap();
        in_hand(o.store.control()).await;
        o.team.asks(o.store.clone()).tell().unwrap();
        o.store_is_asked(1).await;
        o.worker.panics().await.unwrap();
        soon(o.worker.control().stopped()).await;
        gate.open();
        assert_eq!(soon(o.store.incarnation().owned()).await, Ok(1));
        assert_eq!(soon(o.team.incarnation().owned()).await, Ok(1));
    });
}

#[test]
fn a_handler_of_a_grandchild_that_waits_for_a_sibling_of_its_parent_is_dropped() {
    everywhere(|system| async move {
        let o = open(&system).await;
        let held = o.store_fails().await;
        o.worker.asks(o.store.clone()).tell().unwrap();
        o.store_is_asked(1).await;
        held.open();
        assert_eq!(soon(o.store.incarnation().owned()).await, Ok(1));
        assert_eq!(soon(o.team.incarnation().owned()).await, Ok(1));
    });
}

#[test]
fn a_member_that_drains_its_children_does_not_wait_for_one_that_waits_for_a_sibling() {
    everywhere(|system| async move {
        let o = open(&system).await;
        let held = o.store_fails().await;
        o.worker.asks(o.store.clone()).tell().unwrap();
        o.store_is_asked(1).await;
        let end = o.team.control().drain();
        held.open();
        assert_eq!(soon(o.store.incarnation().owned()).await, Ok(1));
        soon(end).await;
    });
}

#[test]
fn an_end_of_the_parent_waits_for_nobody_who_waits_for_one_that_is_down() {
    everywhere(|system| async move {
        for asker in ["clerk", "team", "worker"] {
            let o = open(&system).await;
            let held = o.store_fails().await;
            match asker {
                "clerk" => o.clerk.asks(o.store.clone()).tell().unwrap(),
                "team" => o.team.asks(o.store.clone()).tell().unwrap(),
                _ => o.worker.asks(o.store.clone()).tell().unwrap(),
            }
            o.store_is_asked(1).await;
            let end = o.office.control().stop();
            until(|| !o.clerk.control().is_alive() || o.clerk.control().depth() == 0).await;
            held.open();
            soon(end).await;
        }
    });
}

/// Whose last word before a restart waits for one that is down already.
#[actor(ask_timeout = off)]
struct Poet {
    store: Option<MemberRef>,
    ward: Ward,
}

#[handlers]
impl Poet {
    #[restarting]
    async fn restarting(&mut self) {
        let Some(store) = &self.store else { return };
        let answer = store.add(1).await;
        self.ward.journal.note(format!("poet {answer:?}"));
    }
    fn meets(&mut self, store: MemberRef) {
        self.store = Some(store);
    }
}

#[actor(ask_timeout = off)]
#[supervise(strategy = rest_for_one)]
struct Library {
    #[child(|library: &Library| Member::new("store", library.ward.clone()))]
    store: Child<Member>,
    #[child(|library: &Library| Poet { store: None, ward: library.ward.clone() })]
    poet: Child<Poet>,
    ward: Ward,
}

#[handlers]
impl Library {
    async fn store(&self) -> MemberRef {
        self.poet.meets((*self.store).clone()).done().await.unwrap();
        (*self.store).clone()
    }
}

#[test]
fn an_end_of_the_parent_ends_who_is_down_before_its_turn() {
    let late = Arc::new(AtomicU32::new(0));
    let settings = {
        let late = Arc::clone(&late);
        move |builder: Builder| {
            let late = Arc::clone(&late);
            builder.event_handler(move |event| {
                if let SystemEvent::Stuck { .. } = event {
                    late.fetch_add(1, Ordering::Relaxed);
                }
            })
        }
    };
    everywhere_with(settings, |system| async move {
        let ward = Ward::default();
        let shared = ward.clone();
        let factory = move || Library { store: Child::default(), poet: Child::default(), ward: shared.clone() };
        let library = system.spawn(factory).await.unwrap();
        let store = library.store().await.unwrap();
        store.fails().await.unwrap();
        ward.comes("store gone").await;
        until(|| store.control().depth() == 1).await;
        soon(library.control().stop()).await;
        ward.comes("poet Err(Stopped)").await;
    });
    assert_eq!(late.load(Ordering::Relaxed), 0, "nobody was waited for to the end of its time");
}
