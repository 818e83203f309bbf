//! Declared children that are restarted together, on both backends, step by step under a virtual clock: what was noted must
//! be the same.
#![allow(missing_docs)]

mod common;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use actor::prelude::*;
use actor::system;
use common::{Bed, Owing, OwingRef, note, noted, now, run};

thread_local! {
    /// Refs to the members that were up, by name.
    static MEMBERS: RefCell<BTreeMap<&'static str, MemberRef>> = const { RefCell::new(BTreeMap::new()) };
    /// Who owes the answers that handlers and last words wait for.
    static OWING: RefCell<Option<OwingRef>> = const { RefCell::new(None) };
    /// Whose last words wait.
    static HELD: Cell<&'static str> = const { Cell::new("") };
    /// Who has no luck, and how often.
    static UNLUCKY: Cell<(&'static str, u32)> = const { Cell::new(("", 0)) };
}

fn member(name: &'static str) -> MemberRef {
    MEMBERS.with_borrow(|members| members[name].clone())
}

fn owing() -> OwingRef {
    OWING.with_borrow(|owing| owing.clone().unwrap())
}

fn is_unlucky(name: &str) -> bool {
    let (unlucky, times) = UNLUCKY.get();
    let is_it = name == unlucky && times > 0;
    if is_it {
        UNLUCKY.set((unlucky, times - 1));
    }
    is_it
}

/// Notes when the state it lies in is dropped.
struct Trace(&'static str);

impl Drop for Trace {
    fn drop(&mut self) {
        note(format!("{} gone", self.0));
    }
}

#[actor(mailbox = 4, stash = 2)]
struct Member {
    trace: Trace,
    added: u32,
    is_open: bool,
}

impl Member {
    fn new(name: &'static str) -> Self {
        Self { trace: Trace(name), added: 0, is_open: true }
    }
    async fn is_held(&self) {
        if HELD.get() == self.trace.0 {
            let _ = owing().first().await;
        } else if HELD.get().strip_suffix(" asks a") == Some(self.trace.0) {
            note(format!("{} heard {:?}", self.trace.0, member("a").adds(1).await));
        }
    }
    fn by_luck(name: &'static str) -> Result<Self, &'static str> {
        if is_unlucky(name) { Err("no luck") } else { Ok(Self::new(name)) }
    }
}

#[handlers]
impl Member {
    #[started]
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), &'static str> {
        if is_unlucky(&format!("{} when it is made", self.trace.0)) {
            return Err("no luck");
        }
        note(format!("{} up {}", self.trace.0, ctx.incarnation()));
        MEMBERS.with_borrow_mut(|members| members.insert(self.trace.0, ctx.this()));
        Ok(())
    }
    fn fails(&mut self) -> Result<(), &'static str> {
        Err("on purpose")
    }
    fn leaves(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
    async fn adds(&mut self, by: u32) -> u32 {
        self.added += by;
        note(format!("{} has {}", self.trace.0, self.added));
        self.added
    }
    #[handler(stash_unless = self.is_open)]
    fn adds_when_open(&mut self, by: u32) {
        self.added += by;
        note(format!("{} has {}", self.trace.0, self.added));
    }
    fn closes(&mut self) {
        self.is_open = false;
    }
    async fn asks(&mut self, other: MemberRef) -> u32 {
        let answer = other.adds(1).await;
        note(format!("{} heard {answer:?}", self.trace.0));
        1
    }
    async fn waits(&mut self) {
        note(format!("{} waited for {:?}", self.trace.0, owing().second().await));
    }
    #[restarting]
    async fn restarting(&mut self) {
        note(format!("{} ends", self.trace.0));
        self.is_held().await;
    }
    #[stopping]
    async fn stopping(&mut self, why: StopReason) {
        note(format!("{} ends: {why}", self.trace.0));
        self.is_held().await;
    }
}

/// Asks a member on behalf of nobody.
#[actor(mailbox = 4)]
struct Asker;

#[handlers]
impl Asker {
    async fn has_one_ask(&mut self, one: &'static str, other: &'static str) {
        note(format!("asked: {:?}", member(one).asks(member(other)).await));
    }
}

macro_rules! parent {
    ($name:ident, ($($strategy:tt)+), [$($child:ident $restart:ident),*]) => {
        #[actor(mailbox = 4)]
        #[supervise(strategy = $($strategy)+, limit = 3 per 60s, backoff = 10ms..10ms, jitter = none)]
        struct $name {
            $(
                #[child(|| Member::by_luck(stringify!($child)), restart = $restart)]
                $child: Child<Member>,
            )*
        }

        impl $name {
            fn new() -> Self {
                Self { $($child: Child::default(),)* }
            }
        }

        #[handlers]
        impl $name {
            #[started]
            fn started(&mut self, ctx: &mut Context<Self>) {
                note(format!("parent up {}", ctx.incarnation()));
            }
            async fn asks_one_that_fails_and_then_the_others(&mut self) {
                let _ = member("b").fails().tell();
                note(format!("parent heard {:?}", member("b").adds(1).await));
                note(format!("parent heard {:?}", member("a").adds(1).await));
                note(format!("parent heard {:?}", member("c").adds(1).await));
            }
        }
    };
}

parent!(All, (one_for_all), [a transient, b transient, c transient]);
parent!(Rest, (rest_for_one), [a transient, b transient, c transient]);
parent!(Mixed, (one_for_all), [a permanent, b transient, c temporary]);

/// The first takes the last along, and the last the one in between.
const fn takes_along(failed: usize, sibling: usize) -> bool {
    matches!((failed, sibling), (0, 2) | (2, 1))
}

parent!(Named, (custom(takes_along)), [a transient, b transient, c transient]);

macro_rules! parity {
    ($test:ident, $parent:ident $reference:ident, |$bed:ident, $top:ident, $asker:ident, $owing:ident| $body:block) => {
        mod $test {
            use super::*;

            system! {
                mod system {
                    TOP: $parent { mailbox = 4 } = $parent::new,
                    OWING: Owing { mailbox = 2 } = Owing::new,
                    ASKER: Asker { mailbox = 4 } = || Asker,
                }
            }

            #[allow(unused_variables)]
            fn scenario($bed: &mut Bed, $top: &$reference, $asker: &AskerRef, $owing: &OwingRef) {
                OWING.set(Some($owing.clone()));
                HELD.set("");
                UNLUCKY.set(("", 0));
                $bed.run();
                $body
                let is_alive = |member: &MemberRef| member.control().is_alive();
                note(format!("alive {:?}", MEMBERS.with_borrow(|all| all.values().map(is_alive).collect::<Vec<_>>())));
                MEMBERS.take();
                OWING.take();
            }

            #[test]
            #[cfg_attr(miri, ignore = "takes long, and does nothing that other tests do not")]
            fn $test() {
                let (tokio, mut stepper) = ActorSystem::builder("parity").stepper();
                let (owing, asker, top) = stepper.block_on(async {
                    let owing = tokio.spawn(Owing::new).await.unwrap();
                    let asker = tokio.spawn(|| Asker).await.unwrap();
                    (owing, asker, tokio.spawn($parent::new).await.unwrap())
                });
                let mut bed = Bed::Tokio(stepper);
                scenario(&mut bed, &top, &asker, &owing);
                let on_tokio = noted();
                drop((top, asker, owing, tokio, bed));
                noted();

                system::start(now);
                let mut bed = Bed::Worker { step: system::step, tick: system::tick };
                scenario(&mut bed, &system::TOP, &system::ASKER, &system::OWING);
                assert_eq!(on_tokio, noted(), "tokio on the left, the worker on the right");
            }
        }
    };
}

fn fails(member: &'static str) {
    self::member(member).fails().tell().unwrap();
}

/// Each fails once, after a while.
fn one_after_the_other(bed: &mut Bed) {
    for member in ["a", "b", "c"] {
        note(format!("{member} fails"));
        fails(member);
        bed.advance(9);
        note("nine milliseconds");
        bed.advance(9);
    }
}

parity!(all_go_down_and_begin_anew, All AllRef, |bed, top, asker, owing| {
    one_after_the_other(bed);
    // That was the limit.
    fails("a");
    bed.advance(20);
    one_after_the_other(bed);
});

parity!(those_after_it_go_down_and_begin_anew, Rest RestRef, |bed, top, asker, owing| {
    one_after_the_other(bed);
    fails("a");
    bed.advance(20);
    one_after_the_other(bed);
});

parity!(those_that_are_named_go_down_and_begin_anew, Named NamedRef, |bed, top, asker, owing| {
    one_after_the_other(bed);
    fails("c");
    fails("a");
    bed.advance(50);
});

parity!(messages_and_the_stash_wait, All AllRef, |bed, top, asker, owing| {
    member("c").closes().tell().unwrap();
    (1..3).for_each(|by| member("c").adds_when_open(by).tell().unwrap());
    bed.run();
    HELD.set("c");
    fails("b");
    bed.run();
    (3..5).for_each(|by| member("c").adds(by).tell().unwrap());
    member("b").adds(10).tell().unwrap();
    bed.run();
    owing.answer_first().tell().unwrap();
    bed.run();
});

parity!(the_parent_may_wait_for_them_meanwhile, Rest RestRef, |bed, top, asker, owing| {
    top.asks_one_that_fails_and_then_the_others().tell().unwrap();
    bed.run();
    // Between its questions and what others do there is no order.
    let mut entries = noted();
    entries.sort_by_key(|entry| entry.split(' ').next().map(str::to_owned));
    entries.into_iter().for_each(note);
});

parity!(failures_before_it_is_their_turn_belong_to_it, All AllRef, |bed, top, asker, owing| {
    HELD.set("b");
    fails("b");
    bed.run();
    fails("a");
    bed.run();
    fails("c");
    bed.run();
    owing.answer_first().tell().unwrap();
    bed.run();
    // It counts once: the limit allows two more.
    HELD.set("");
    for _ in 0..2 {
        fails("a");
        bed.advance(20);
    }
});

parity!(a_failure_of_an_older_one_takes_it_along, Rest RestRef, |bed, top, asker, owing| {
    HELD.set("b");
    fails("b");
    bed.run();
    fails("a");
    bed.advance(20);
    owing.answer_first().tell().unwrap();
    bed.advance(20);
});

parity!(a_factory_without_luck_is_tried_again_with_all, All AllRef, |bed, top, asker, owing| {
    UNLUCKY.set(("b", 2));
    fails("c");
    bed.advance(100);
    // Those were three.
    fails("a");
    bed.advance(100);
});

parity!(a_hook_without_luck_is_tried_again_with_all, All AllRef, |bed, top, asker, owing| {
    UNLUCKY.set(("b when it is made", 2));
    fails("c");
    bed.advance(100);
    fails("a");
    bed.advance(100);
});

parity!(a_start_without_luck_leaves_older_ones_alone, Rest RestRef, |bed, top, asker, owing| {
    UNLUCKY.set(("b", 2));
    fails("a");
    bed.advance(100);
});

parity!(starts_without_luck_beyond_the_limit_are_a_failure_of_the_parent, All AllRef, |bed, top, asker, owing| {
    UNLUCKY.set(("c", 3));
    fails("a");
    bed.advance(100);
});

parity!(a_temporary_one_is_stopped_along, Mixed MixedRef, |bed, top, asker, owing| {
    fails("b");
    bed.run();
});

parity!(a_temporary_one_takes_nobody_along, Mixed MixedRef, |bed, top, asker, owing| {
    fails("c");
    bed.run();
});

parity!(one_that_had_ended_is_not_started_again, Mixed MixedRef, |bed, top, asker, owing| {
    member("b").leaves().tell().unwrap();
    bed.run();
    fails("a");
    bed.run();
});

parity!(a_permanent_one_that_leaves_takes_the_others_along, Mixed MixedRef, |bed, top, asker, owing| {
    member("a").leaves().tell().unwrap();
    bed.run();
});

/// Stops one while the last words of `b` wait.
fn stop_meanwhile(bed: &mut Bed, owing: &OwingRef, stopped: &'static str) {
    HELD.set("b");
    fails("b");
    bed.run();
    drop(member(stopped).control().stop());
    bed.run();
    owing.answer_first().tell().unwrap();
    bed.run();
}

parity!(a_stop_of_the_first_meanwhile, All AllRef, |bed, top, asker, owing| { stop_meanwhile(bed, owing, "a"); });
parity!(a_stop_of_the_failed_one_meanwhile, All AllRef, |bed, top, asker, owing| { stop_meanwhile(bed, owing, "b"); });
parity!(a_stop_of_the_last_meanwhile, Rest RestRef, |bed, top, asker, owing| { stop_meanwhile(bed, owing, "c"); });

parity!(an_end_of_the_parent_meanwhile, All AllRef, |bed, top, asker, owing| {
    HELD.set("b");
    fails("b");
    bed.run();
    drop(top.control().stop());
    bed.run();
    owing.answer_first().tell().unwrap();
    bed.run();
    note(format!("parent {}", top.control().is_alive()));
});

parity!(an_end_of_the_parent_waits_for_nobody_who_waits_for_one_that_is_down, All AllRef, |bed, top, asker, owing| {
    HELD.set("c asks a");
    fails("a");
    bed.run();
    note("c waits");
    drop(top.control().stop());
    bed.run();
    note(format!("parent {}", top.control().is_alive()));
});

parity!(a_failure_while_the_parent_ends, All AllRef, |bed, top, asker, owing| {
    HELD.set("c");
    drop(top.control().stop());
    bed.run();
    fails("b");
    bed.run();
    owing.answer_first().tell().unwrap();
    bed.run();
    note(format!("parent {}", top.control().is_alive()));
});

parity!(a_drain_of_the_parent_meanwhile, All AllRef, |bed, top, asker, owing| {
    HELD.set("c");
    fails("a");
    bed.run();
    member("a").adds(1).tell().unwrap();
    member("c").adds(1).tell().unwrap();
    drop(top.control().drain());
    bed.run();
    owing.answer_first().tell().unwrap();
    bed.run();
    note(format!("parent {}", top.control().is_alive()));
});

parity!(the_pause_begins_when_all_are_down, All AllRef, |bed, top, asker, owing| {
    fails("a");
    bed.run();
    HELD.set("a");
    fails("b");
    bed.advance(30);
    note("thirty milliseconds");
    owing.answer_first().tell().unwrap();
    bed.advance(9);
    note("and nine");
    bed.advance(2);
});

parity!(a_stop_of_whoever_is_first_in_the_pause, All AllRef, |bed, top, asker, owing| {
    fails("a");
    bed.run();
    fails("b");
    bed.advance(5);
    drop(member("a").control().stop());
    bed.advance(4);
    note("nine milliseconds");
    bed.advance(2);
});

parity!(a_handler_that_waits_for_a_sibling_is_not_waited_for, Rest RestRef, |bed, top, asker, owing| {
    HELD.set("a");
    fails("a");
    bed.run();
    asker.has_one_ask("b", "a").tell().unwrap();
    bed.run();
    note(format!("{} waits", member("a").control().depth()));
    owing.answer_first().tell().unwrap();
    bed.run();
    // When the asker has its turn is no matter of the group's.
    let (asked, others): (Vec<_>, Vec<_>) = noted().into_iter().partition(|entry| entry.starts_with("asked"));
    others.into_iter().chain(asked).for_each(note);
});

parity!(what_a_handler_waited_for_that_was_cut_short_does_not_come, All AllRef, |bed, top, asker, owing| {
    member("c").waits().tell().unwrap();
    bed.run();
    fails("a");
    bed.run();
    owing.answer_second().tell().unwrap();
    bed.run();
    member("c").waits().tell().unwrap();
    bed.run();
    owing.answer_second().tell().unwrap();
    bed.run();
});

parity!(one_that_ends_meanwhile_is_not_waited_for_either, All AllRef, |bed, top, asker, owing| {
    member("b").waits().tell().unwrap();
    bed.run();
    drop(member("b").control().stop());
    bed.run();
    fails("a");
    bed.run();
});

/// Has a child, and two of a kind.
#[actor(mailbox = 4)]
#[supervise(strategy = rest_for_one)]
struct Office {
    #[child(|| Member::new("archive"))]
    archive: Child<Member>,
    #[child(|| Member::new("clerk"), pool = 2)]
    clerks: Pool<Member>,
    #[child(|| Member::new("lamp"))]
    lamp: Child<Member>,
}

impl Office {
    fn new() -> Self {
        Self { archive: Child::default(), clerks: Pool::default(), lamp: Child::default() }
    }
}

#[handlers]
impl Office {
    #[started]
    fn started(&mut self) {
        let _ = (&self.archive, &self.clerks, &self.lamp);
        note("office up");
    }
}

parity!(members_of_a_pool_go_along, Office OfficeRef, |bed, top, asker, owing| {
    fails("archive");
    bed.run();
    // The second of the two.
    fails("clerk");
    bed.advance(100);
    fails("lamp");
    bed.advance(200);
});

/// Fails the one before it while it comes up, once.
#[actor(mailbox = 2)]
struct Pusher;

#[handlers]
impl Pusher {
    #[started]
    async fn started(&mut self, ctx: &mut Context<Self>) {
        if ctx.incarnation().get() == 0 {
            fails("first");
            let _ = owing().second().await;
        }
        note(format!("pusher up {}", ctx.incarnation()));
    }
}

#[actor(mailbox = 4)]
#[supervise(strategy = one_for_all)]
struct Pushed {
    #[child(|| Member::new("first"))]
    first: Child<Member>,
    #[child(|| Pusher)]
    pusher: Child<Pusher>,
    #[child(|| Member::new("last"))]
    last: Child<Member>,
}

#[handlers]
impl Pushed {
    #[started]
    fn started(&mut self) {
        let _ = (&self.first, &self.pusher, &self.last);
        note("all up");
    }
}

system! {
    mod pushed {
        PUSHED: Pushed { mailbox = 2 } =
            || Pushed { first: Child::default(), pusher: Child::default(), last: Child::default() },
        OWING: Owing { mailbox = 2 } = Owing::new,
    }
}

/// On tokio a start is waited for, so that the order of all this is left to chance: see `one_for_all`.
#[test]
fn the_next_is_not_started_meanwhile() {
    OWING.set(Some(pushed::OWING.clone()));
    HELD.set("first");
    pushed::start(now);
    run(pushed::step);
    pushed::OWING.answer_second().tell().unwrap();
    run(pushed::step);
    assert_eq!(noted(), ["first up 0", "first ends", "pusher up 0"], "the last is not there yet");
    pushed::OWING.answer_first().tell().unwrap();
    run(pushed::step);
    assert_eq!(noted(), ["first gone", "first up 1", "pusher up 1", "last up 0", "all up"]);
}

#[actor(mailbox = 4)]
#[supervise(strategy = one_for_all)]
struct Hasty {
    #[child(|| Member::new("first"))]
    first: Child<Member>,
    #[child(|| Pusher, restart = temporary)]
    pusher: Child<Pusher>,
}

#[handlers]
impl Hasty {
    #[started]
    fn started(&mut self) {
        let _ = (&self.first, &self.pusher);
        note("all up");
    }
}

system! {
    mod hasty {
        HASTY: Hasty { mailbox = 2 } = || Hasty { first: Child::default(), pusher: Child::default() },
        OWING: Owing { mailbox = 2 } = Owing::new,
    }
}

#[test]
fn a_temporary_one_that_is_not_up_yet_begins_anew() {
    OWING.set(Some(hasty::OWING.clone()));
    hasty::start(now);
    run(hasty::step);
    assert_eq!(noted(), ["first up 0", "first ends", "first gone", "first up 1", "pusher up 1", "all up"]);
}

#[actor(mailbox = 4)]
#[supervise(strategy = one_for_all, on(other => escalate))]
struct Strict {
    #[child(|| Member::new("a"))]
    a: Child<Member>,
    #[child(|| Member::new("b"))]
    b: Child<Member>,
}

#[handlers]
impl Strict {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        let _ = (&self.a, &self.b);
        note(format!("strict up {}", ctx.incarnation()));
    }
}

/// Has children that have children.
#[actor(mailbox = 4)]
#[supervise(strategy = rest_for_one)]
struct Root {
    #[child(|| Member::new("lamp"))]
    lamp: Child<Member>,
    #[child(|| Strict { a: Child::default(), b: Child::default() })]
    strict: Child<Strict>,
}

impl Root {
    fn new() -> Self {
        Self { lamp: Child::default(), strict: Child::default() }
    }
}

#[handlers]
impl Root {
    #[started]
    fn started(&mut self) {
        let _ = (&self.lamp, &self.strict);
        note("root up");
    }
}

parity!(an_escalated_failure_is_the_parents_own, Root RootRef, |bed, top, asker, owing| {
    fails("b");
    bed.run();
});

parity!(children_of_a_child_go_with_it, Root RootRef, |bed, top, asker, owing| {
    fails("lamp");
    bed.run();
});
