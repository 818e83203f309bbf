//! Promises `one_for_all` and `rest_for_one` under whatever may come between: by its seed, message by message and on the
//! runtimes users have.
#![allow(missing_docs)]

mod common;
#[path = "common/siblings.rs"]
mod siblings;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use actor::Suspension;
use actor::prelude::*;
use common::{Gate, soon, yield_now};
use siblings::{Member, MemberRef, Ward, by_seeds};

/// One that is restarted with its siblings, and restarts its own children together.
#[actor(ask_timeout = off)]
#[supervise(strategy = one_for_all, limit = 2 per 60s, backoff = 1ms..2ms * 2)]
struct Team {
    #[child(|team: &Team| Member::new("lead", team.ward.clone()))]
    lead: Child<Member>,
    #[child(|team: &Team| Member::new("hand", team.ward.clone()))]
    hand: Child<Member>,
    ward: Ward,
    lives: Arc<AtomicU32>,
}

#[handlers]
impl Team {
    #[started]
    fn started(&mut self) {
        self.lives.fetch_add(1, Ordering::Relaxed);
    }
    fn members(&self) -> [MemberRef; 2] {
        [(*self.lead).clone(), (*self.hand).clone()]
    }
    fn panics(&mut self) {
        panic!("broken");
    }
    async fn asks(&mut self, other: MemberRef) -> Result<u32, AskError> {
        other.add(1).await
    }
}

/// Declares what needs what it needs: all types of restart, a group in a group, and one that is started last.
macro_rules! house {
    ($House:ident, $strategy:ident) => {
        #[actor(ask_timeout = off)]
        #[supervise(strategy = $strategy, limit = unlimited, backoff = 1ms..2ms * 2)]
        struct $House {
            #[child(|house: &$House| Member::new("a", house.ward.clone()), restart = permanent)]
            a: Child<Member>,
            #[child(|house: &$House| Member::new("b", house.ward.clone()))]
            b: Child<Member>,
            #[child(|house: &$House| Team {
                lead: Child::default(), hand: Child::default(), ward: house.ward.clone(), lives: house.lives.clone()
            })]
            team: Child<Team>,
            #[child(|house: &$House| Member::new("c", house.ward.clone()), restart = temporary)]
            c: Child<Member>,
            #[child(|house: &$House| Member::new("d", house.ward.clone()))]
            d: Child<Member>,
            ward: Ward,
            lives: Arc<AtomicU32>,
        }

        #[handlers]
        impl $House {
            fn members(&self) -> ([MemberRef; 4], TeamRef) {
                ([(*self.a).clone(), (*self.b).clone(), (*self.c).clone(), (*self.d).clone()], (*self.team).clone())
            }
        }

        impl $House {
            async fn storm(system: ActorSystem, seed: u64) {
                let ward = Ward::default();
                let (shared, lives) = (ward.clone(), Arc::<AtomicU32>::default());
                let factory = move || Self {
                    a: Child::default(),
                    b: Child::default(),
                    team: Child::default(),
                    c: Child::default(),
                    d: Child::default(),
                    ward: shared.clone(),
                    lives: lives.clone(),
                };
                let house = system.spawn(factory).await.unwrap();
                let (members, team) = house.members().await.unwrap();
                let mut storm = Storm::new(seed, ward, members, team).await;
                for _ in 0..storm.pick(24) + 4 {
                    storm.blow().await;
                }
                if storm.pick(2) == 0 {
                    storm.calms_down().await;
                }
                let end = house.control().stopped();
                match storm.pick(4) {
                    0 => drop(house.control().kill()),
                    1 => drop(house.control().drain()),
                    2 => drop(house.control().stop()),
                    _ => drop(house),
                }
                for _ in 0..storm.pick(8) {
                    yield_now().await;
                }
                storm.lets_go();
                soon(end).await;
                storm.ward.assert_in_order(&["a", "b", "c", "d"]);
                storm.ward.assert_in_order(&["lead", "hand"]);
            }
        }
    };
}

house!(Together, one_for_all);
house!(Chain, rest_for_one);

struct Storm {
    random: u64,
    seed: u64,
    ward: Ward,
    members: Vec<MemberRef>,
    team: TeamRef,
    held: Vec<Gate>,
    suspended: Vec<Suspension>,
}

impl Storm {
    async fn new(seed: u64, ward: Ward, members: [MemberRef; 4], team: TeamRef) -> Self {
        let mut members = Vec::from(members);
        members.extend(team.members().await.unwrap());
        let random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bd1_e995;
        Self { random, seed, ward, members, team, held: Vec::new(), suspended: Vec::new() }
    }

    fn pick(&mut self, among: usize) -> usize {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.random >> 33).unwrap() % among
    }

    fn one(&mut self) -> MemberRef {
        let place = self.pick(self.members.len());
        self.members[place].clone()
    }

    async fn blow(&mut self) {
        let (one, other) = (self.one(), self.one());
        match self.pick(17) {
            0 | 1 => drop(one.fails().tell()),
            2 => drop(one.panics().tell()),
            3 | 4 if one != other => drop(one.asks(other).tell()),
            5 => drop(self.team.asks(one).tell()),
            6 => {
                let gate = Gate::default();
                drop(one.fails_after(gate.clone()).tell());
                self.held.push(gate);
            }
            7 => self.suspended.push(one.control().suspend("storm")),
            8 => drop(self.suspended.pop()),
            9 => {
                let name = ["a", "b", "c", "d", "lead", "hand"][self.pick(6)];
                let gate = self.ward.hold_back(name);
                self.held.push(gate);
            }
            10 => {
                let name = ["a", "b", "d", "lead", "hand"][self.pick(5)];
                self.ward.fail_starts(name, 1);
            }
            11 => drop(one.leaves().tell()),
            12 if self.pick(3) == 0 => drop(one.control().stop()),
            12 if self.pick(3) == 0 => drop(one.control().drain()),
            12 if self.pick(3) == 0 => drop(one.control().kill()),
            13 if !self.held.is_empty() => {
                let place = self.pick(self.held.len());
                self.held.swap_remove(place).open();
            }
            14 => drop(self.team.panics().tell()),
            15 => self.suspended.push(self.team.control().suspend("storm")),
            16 if self.pick(3) == 0 => drop(self.team.control().drain()),
            16 if self.pick(3) == 0 => drop(self.team.control().stop()),
            16 if self.pick(3) == 0 => drop(self.team.control().kill()),
            _ => {}
        }
        for _ in 0..self.pick(6) {
            yield_now().await;
        }
    }

    /// Nobody is held back any more.
    fn lets_go(&mut self) {
        self.suspended.clear();
        self.held.drain(..).for_each(|gate| gate.open());
    }

    /// Nobody is held back any more: whoever has not ended answers.
    async fn calms_down(&mut self) {
        self.lets_go();
        for member in &self.members {
            let life = soon(member.incarnation().owned()).await;
            assert!(matches!(life, Ok(_) | Err(AskError::Stopped)), "{}: {life:?}", self.seed);
        }
        let members = soon(self.team.members().owned()).await;
        assert!(matches!(members, Ok(_) | Err(AskError::Stopped)), "{}: {members:?}", self.seed);
        for member in members.iter().flatten() {
            let life = soon(member.incarnation().owned()).await;
            assert!(matches!(life, Ok(_) | Err(AskError::Stopped)), "{}: {life:?}", self.seed);
        }
    }
}

#[test]
fn those_restarted_together_are_there_in_the_end() {
    by_seeds(8, Together::storm);
}

#[test]
fn those_restarted_after_another_are_there_in_the_end() {
    by_seeds(8, Chain::storm);
}
