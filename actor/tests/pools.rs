//! Declared children beyond one of a kind: pools, restart types, order, and what they take from their parent.
#![allow(missing_docs)]

mod common;

use std::collections::BTreeSet;

use actor::prelude::*;
use common::{Gate, Journal, everywhere};

#[actor]
struct Worker {
    gate: Gate,
}

#[handlers]
impl Worker {
    fn who(&self, ctx: &mut Context<Self>) -> ActorId {
        ctx.id()
    }
    fn panics(&mut self) {
        panic!("worker");
    }
    fn leaves(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
}

#[actor]
struct Boss {
    #[child(|boss: &Boss| Worker { gate: boss.gate.clone() }, pool = 3)]
    in_turn: Pool<Worker>,
    #[child(|boss: &Self| Worker { gate: boss.gate.clone() }, pool = 3, route = least_loaded, restart = permanent)]
    by_load: Pool<Worker>,
    gate: Gate,
}

#[handlers]
impl Boss {
    fn in_turn(&self) -> Pool<Worker> {
        self.in_turn.clone()
    }
    fn by_load(&self) -> Pool<Worker> {
        self.by_load.clone()
    }
    fn children(&self, ctx: &mut Context<Self>) -> usize {
        ctx.children().len()
    }
}

fn boss(gate: &Gate) -> impl Fn() -> Boss + Send + 'static {
    let gate = gate.clone();
    move || Boss { in_turn: Pool::default(), by_load: Pool::default(), gate: gate.clone() }
}

#[test]
fn each_call_goes_to_the_next_member() {
    everywhere(|system| async move {
        let boss = system.spawn(boss(&Gate::default())).await.unwrap();
        assert_eq!(boss.children().await, Ok(6));
        let pool = boss.in_turn().await.unwrap();
        let mut seen = Vec::new();
        for _ in 0..6 {
            seen.push(pool.who().await.unwrap());
        }
        assert_eq!(seen[..3], seen[3..]);
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 3);
        let one = &*pool;
        assert_eq!(one.who().await, one.who().await, "a ref that was taken stays with its member");
    });
}

#[test]
fn a_key_has_one_member() {
    everywhere(|system| async move {
        let boss = system.spawn(boss(&Gate::default())).await.unwrap();
        let pool = boss.in_turn().await.unwrap();
        let mut members = BTreeSet::new();
        for key in 0..50 {
            let member = pool.by(&key).who().await.unwrap();
            assert_eq!(pool.by(&key).who().await, Ok(member));
            members.insert(member);
        }
        assert_eq!(members.len(), 3);
    });
}

#[test]
fn who_has_least_to_do_is_next() {
    everywhere(|system| async move {
        let gate = Gate::default();
        let boss = system.spawn(boss(&gate)).await.unwrap();
        let pool = boss.by_load().await.unwrap();
        let [first, second, third] = pool.members() else { panic!("three members") };
        for _ in 0..3 {
            first.hold().await.unwrap();
            second.hold().await.unwrap();
        }
        for _ in 0..5 {
            assert_eq!(pool.who().await, third.who().await);
        }
        gate.open();
    });
}

#[test]
fn a_member_fails_alone_and_who_has_ended_is_passed_over() {
    everywhere(|system| async move {
        let boss = system.spawn(boss(&Gate::default())).await.unwrap();
        let pool = boss.in_turn().await.unwrap();
        pool.members()[0].panics().await.unwrap();
        assert!(pool.members()[0].who().await.is_ok());
        assert_eq!(system.counts::<Worker>().restarts, 1);
        pool.members()[1].control().stop().await;
        for _ in 0..6 {
            assert!(pool.who().await.is_ok());
        }
        assert!(Pool::<Worker>::default().who().await.is_err(), "one that is not started answers");
        boss.control().stop().await;
        assert_eq!(pool.who().await, Err(AskError::Stopped));
    });
}

#[test]
fn a_declared_child_that_is_permanent_comes_back_after_its_own_end() {
    everywhere(|system| async move {
        let boss = system.spawn(boss(&Gate::default())).await.unwrap();
        let (transient, permanent) = (boss.in_turn().await.unwrap(), boss.by_load().await.unwrap());
        permanent.members()[0].leaves().await.unwrap();
        assert!(permanent.members()[0].who().await.is_ok());
        transient.members()[0].leaves().await.unwrap();
        assert_eq!(transient.members()[0].who().await, Err(AskError::Stopped));
    });
}

#[actor]
struct Named {
    name: String,
    journal: Journal,
}

#[handlers]
impl Named {
    #[started]
    fn started(&mut self) {
        self.journal.note(self.name.clone());
    }
    fn panics(&mut self) {
        panic!("named");
    }
    fn name(&self) -> String {
        self.name.clone()
    }
}

#[actor]
struct House {
    #[child(|house: &House| Named { name: format!("{} roof", house.name), journal: house.journal.clone() }, after = wall)]
    roof: Child<Named>,
    #[child(|house: &House| Named { name: house.name.clone() + " wall", journal: house.journal.clone() }, after(ground))]
    wall: Child<Named>,
    #[child(|house| Named { name: house.ground_name(), journal: house.journal.clone() })]
    ground: Child<Named>,
    name: String,
    journal: Journal,
}

impl House {
    fn ground_name(&self) -> String {
        format!("{} ground", self.name)
    }
}

#[handlers]
impl House {
    fn rename(&mut self) {
        self.name.push_str("er");
    }
    fn roof(&self) -> NamedRef {
        self.roof.clone()
    }
}

#[test]
fn children_start_after_those_they_come_after_with_what_they_took_from_their_parent() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let kept = journal.clone();
        let house = system
            .spawn(move || House {
                roof: Child::default(),
                wall: Child::default(),
                ground: Child::default(),
                name: "red".to_string(),
                journal: kept.clone(),
            })
            .await
            .unwrap();
        assert_eq!(journal.entries(), ["red ground", "red wall", "red roof"]);
        let roof = house.roof().await.unwrap();
        house.rename().await.unwrap();
        roof.panics().await.unwrap();
        assert_eq!(roof.name().await.unwrap(), "red roof", "a restart needs no turn of the parent");
    });
}

#[test]
fn who_is_busy_has_more_to_do_than_who_is_idle() {
    #[actor]
    struct Slow;

    #[handlers]
    impl Slow {
        async fn work(&mut self, waits: bool) {
            if waits {
                std::future::pending::<()>().await;
            }
        }
        fn is_idle(&self) -> bool {
            true
        }
    }

    #[actor]
    struct Boss {
        #[child(|| Slow, pool = 2, route = least_loaded)]
        workers: Pool<Slow>,
    }

    #[handlers]
    impl Boss {
        fn pool(&self) -> Pool<Slow> {
            self.workers.clone()
        }
    }

    let (system, mut stepper) = ActorSystem::builder("busy").stepper();
    let answers = stepper.block_on(async {
        let boss = system.spawn(|| Boss { workers: Pool::default() }).await.unwrap();
        let pool = boss.pool().await.unwrap();
        pool.members()[0].work(true).await.unwrap();
        while pool.members()[0].control().depth() > 0 {
            assert_eq!(pool.members()[1].is_idle().await, Ok(true));
        }
        let mut answers = Vec::new();
        for _ in 0..4 {
            answers.push(pool.is_idle().timeout(std::time::Duration::from_millis(10)).await);
        }
        answers
    });
    assert_eq!(answers, [Ok(true); 4]);
}
