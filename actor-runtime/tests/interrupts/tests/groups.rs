//! Children that are restarted together while interrupts send to them, fail them and stop them: nobody is left behind, and
//! what comes meanwhile waits.
#![allow(missing_docs)]

mod common;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use actor::prelude::*;
use actor::system;
use common::{Load, Once, note, noted, now, pass, run};
use interrupts::{interrupted, sweep};

/// The lives of each member that were up.
static LIVES: [AtomicU32; 3] = [const { AtomicU32::new(0) }; 3];
static MEMBERS: [OnceLock<MemberRef>; 3] = [const { OnceLock::new() }; 3];

fn member(place: usize) -> &'static MemberRef {
    MEMBERS[place].get().unwrap()
}

#[actor(mailbox = 4)]
struct Member(usize);

#[handlers]
impl Member {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        LIVES[self.0].fetch_add(1, Relaxed);
        MEMBERS[self.0].get_or_init(|| ctx.this());
    }
    fn item(&mut self, load: Load) {
        note(load.0);
    }
    async fn slow(&mut self) {
        Once::default().await;
    }
    fn fails(&mut self) -> Result<(), &'static str> {
        Err("on purpose")
    }
}

#[actor(mailbox = 2)]
#[supervise(strategy = one_for_all, limit = unlimited, backoff = 1ms..1ms)]
struct Parent {
    #[child(|| Member(0))]
    first: Child<Member>,
    #[child(|| Member(1))]
    second: Child<Member>,
    #[child(|| Member(2))]
    third: Child<Member>,
}

#[handlers]
impl Parent {
    fn again(&mut self, ctx: &mut Context<Self>) {
        let _ = (&self.first, &self.second, &self.third);
        ctx.fail("again");
    }
}

system! {
    mod family {
        PARENT: Parent { mailbox = 2 } =
            || Parent { first: Child::default(), second: Child::default(), third: Child::default() },
    }
}

fn settle() {
    run(family::step);
    pass(3600);
    family::tick();
    run(family::step);
}

/// Whether an interrupt has stopped a member.
static STOPPED: AtomicBool = AtomicBool::new(false);

fn stop(place: usize) {
    STOPPED.store(true, Relaxed);
    drop(member(place).control().stop());
}

/// One round: the second fails while the third is at work, and an interrupt does something to `touched`.
fn round(touched: usize) {
    family::start(now);
    settle();
    let before = LIVES.each_ref().map(|lives| lives.load(Relaxed));
    member(2).slow().tell().unwrap();
    member(1).fails().tell().unwrap();
    interrupted(settle);
    settle();
    let is_stopped = STOPPED.swap(false, Relaxed);
    for place in 0..3 {
        let lives = LIVES[place].load(Relaxed) - before[place];
        let is_gone = is_stopped && place == touched;
        assert_eq!(member(place).control().is_alive(), !is_gone, "{place}");
        assert!(is_gone || (1..4).contains(&lives), "{place} was up {lives} times");
        assert_eq!(member(place).item(Load::new(9)).tell().is_err(), is_gone);
    }
    run(family::step);
    let handled = noted();
    assert_eq!(handled.len() + usize::from(is_stopped), Load::made(), "{handled:?}");
    assert_eq!(Load::alive(), 0);
    family::PARENT.again().tell().unwrap();
    settle();
}

#[test]
fn what_is_sent_meanwhile_waits() {
    sweep(|| member(0).item(Load::new(1)).tell().unwrap(), || round(0));
}

#[test]
fn a_failure_meanwhile_leaves_nobody_behind() {
    sweep(|| member(2).fails().tell().unwrap(), || round(2));
}

#[test]
fn a_stop_meanwhile_leaves_nobody_behind() {
    sweep(|| stop(2), || round(2));
}
