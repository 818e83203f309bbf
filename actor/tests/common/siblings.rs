//! Children that say what becomes of them, for the tests of group restarts.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex};

use actor::prelude::*;
use actor::{Failure, StopReason};

use super::common::{Gate, Journal, on_runtimes, until, yield_now};

/// What the members of one test share.
#[derive(Clone, Default)]
pub struct Ward {
    pub journal: Journal,
    /// How many of the starts to come fail, by the member.
    failing: Arc<Mutex<BTreeMap<&'static str, u32>>>,
    /// What the last word of a member waits for.
    gates: Arc<Mutex<BTreeMap<&'static str, Gate>>>,
}

impl Ward {
    /// Has the next `times` starts of `name` fail.
    pub fn fail_starts(&self, name: &'static str, times: u32) {
        self.failing.lock().unwrap().insert(name, times);
    }

    /// Has the last words of `name` wait for a gate.
    pub fn hold_back(&self, name: &'static str) -> Gate {
        let gate = Gate::default();
        self.gates.lock().unwrap().insert(name, gate.clone());
        gate
    }

    /// Waits until this was noted.
    #[track_caller]
    pub fn comes(&self, entry: &'static str) -> impl Future<Output = ()> {
        let journal = self.journal.clone();
        until(move || journal.entries().iter().any(|noted| noted == entry))
    }

    /// Whether a later life of `name` than its first was up.
    pub fn has_begun_anew(&self, name: &str) -> bool {
        let is_next = |entry: &String| entry.starts_with(&format!("{name} up")) && !entry.ends_with(" 0");
        self.journal.entries().iter().any(is_next)
    }

    /// Whoever began anew did so while it was down, and those that start after it; `order` is that of the start.
    #[track_caller]
    pub fn assert_in_order(&self, order: &[&str]) {
        let journal = self.journal.entries();
        let mut is_up = vec![false; order.len()];
        for entry in &journal {
            let (name, what) = entry.split_once(' ').unwrap();
            let Some(place) = order.iter().position(|known| *known == name) else { continue };
            if what == "gone" {
                is_up[place] = false;
            } else if what.starts_with("up") {
                assert!(!is_up[place..].contains(&true), "`{entry}` too early: {journal:?}");
                is_up[place] = true;
            }
        }
    }

    /// For a factory that is lent the parent: what it takes is taken when the parent starts the child.
    pub fn declaring(&self, name: &'static str) -> Self {
        self.journal.note(format!("{name} declared"));
        self.clone()
    }

    fn start(&self, name: &'static str) -> Result<(), &'static str> {
        match self.failing.lock().unwrap().get_mut(name) {
            Some(left @ 1..) => {
                *left -= 1;
                Err("no luck")
            }
            _ => Ok(()),
        }
    }

    fn gate(&self, name: &'static str) -> Option<Gate> {
        self.gates.lock().unwrap().get(name).cloned()
    }
}

/// Notes when the state it lies in is made and dropped.
struct Trace {
    name: &'static str,
    journal: Journal,
}

impl Drop for Trace {
    fn drop(&mut self) {
        self.journal.note(format!("{} gone", self.name));
    }
}

#[actor(stash = 8, ask_timeout = off)]
pub struct Member {
    trace: Trace,
    ward: Ward,
    added: u32,
    is_open: bool,
}

impl Member {
    pub fn new(name: &'static str, ward: Ward) -> Self {
        Self { trace: Trace { name, journal: ward.journal.clone() }, ward, added: 0, is_open: true }
    }
}

#[handlers]
impl Member {
    #[started]
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), &'static str> {
        yield_now().await;
        self.ward.start(self.trace.name)?;
        self.ward.journal.note(format!("{} up {}", self.trace.name, ctx.incarnation()));
        Ok(())
    }
    #[restarting]
    async fn restarting(&mut self, failure: &Failure) {
        self.ward.journal.note(format!("{} ends: {}", self.trace.name, failure.kind));
        if let Some(gate) = self.ward.gate(self.trace.name) {
            gate.passed().await;
        }
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        self.ward.journal.note(format!("{} ends: {why}", self.trace.name));
    }
    pub fn add(&mut self, by: u32) -> u32 {
        self.added += by;
        self.added
    }
    #[handler(stash_unless = self.is_open)]
    pub fn add_when_open(&mut self, by: u32) -> u32 {
        self.added += by;
        self.added
    }
    pub fn close(&mut self) {
        self.is_open = false;
    }
    pub fn incarnation(&self, ctx: &mut Context<Self>) -> u32 {
        ctx.incarnation().get()
    }
    pub fn fails(&mut self) -> Result<(), &'static str> {
        Err("failed")
    }
    pub fn panics(&mut self) {
        panic!("broken");
    }
    pub fn leaves(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
    pub async fn waits(&mut self, gate: Gate) {
        gate.passed().await;
    }
    pub async fn asks(&mut self, other: MemberRef) -> Result<u32, AskError> {
        other.add(1).await
    }
    pub async fn fails_after(&mut self, gate: Gate) -> Result<(), &'static str> {
        gate.passed().await;
        Err("failed late")
    }
}

/// The incarnation of each.
pub async fn lives<const N: usize>(members: &[MemberRef; N]) -> [u32; N] {
    let mut lives = [0; N];
    for (life, member) in lives.iter_mut().zip(members) {
        *life = member.incarnation().await.unwrap();
    }
    lives
}

/// Runs what goes differently by its seed: message by message, and so many `times` on each of the runtimes users have.
pub fn by_seeds<F>(times: u64, race: impl Fn(ActorSystem, u64) -> F + Copy + Send + 'static)
where
    F: Future<Output = ()> + Send + 'static,
{
    for seed in 0..if cfg!(miri) { 2 } else { 400 } {
        let (system, mut stepper) = ActorSystem::builder("race").seed(seed).stepper();
        stepper.block_on(race(system, seed));
    }
    on_runtimes(
        |builder| builder,
        |system| async move {
            for seed in 0..times {
                race(system.clone(), seed).await;
            }
        },
    );
}
