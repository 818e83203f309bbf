//! Promise `one_for_all`: a child that is restarted takes all declared children along.
#![allow(missing_docs)]

mod common;
#[path = "common/siblings.rs"]
mod siblings;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actor::prelude::*;
use actor::{Decision, SpawnError, SystemEvent};
use common::{Gate, begin, everywhere, everywhere_with, in_hand, soon, stepped, until, yield_now};
use siblings::{Member, MemberRef, Ward, by_seeds, lives};

#[actor(ask_timeout = off)]
#[supervise(strategy = one_for_all, limit = 3 per 60s, backoff = 1ms..2ms * 2)]
struct Trio {
    #[child(|trio: &Trio| Member::new("a", trio.ward.clone()))]
    a: Child<Member>,
    #[child(|trio: &Trio| Member::new("b", trio.ward.clone()))]
    b: Child<Member>,
    #[child(|trio: &Trio| Member::new("c", trio.ward.clone()))]
    c: Child<Member>,
    ward: Ward,
}

#[handlers]
impl Trio {
    fn members(&self) -> [MemberRef; 3] {
        [(*self.a).clone(), (*self.b).clone(), (*self.c).clone()]
    }
    async fn ask_one_that_panics_and_then_the_others(
        &mut self,
    ) -> (bool, Result<u32, AskError>, Result<u32, AskError>) {
        let _ = self.b.panics().tell();
        let asked = self.a.incarnation().await;
        (self.c.incarnation().await.is_ok(), asked, self.b.incarnation().await)
    }
    async fn open(&mut self, ctx: &mut Context<Self>) -> Result<MemberRef, SpawnError> {
        let ward = self.ward.clone();
        ctx.spawn(move || Member::new("d", ward.clone())).await
    }
    fn incarnation(&self, ctx: &mut Context<Self>) -> u32 {
        ctx.incarnation().get()
    }
}

fn trio(ward: &Ward) -> impl Fn() -> Trio + Send + 'static {
    let ward = ward.clone();
    move || Trio { a: Child::default(), b: Child::default(), c: Child::default(), ward: ward.clone() }
}

async fn start(system: &ActorSystem) -> (Ward, TrioRef, [MemberRef; 3]) {
    let ward = Ward::default();
    let trio = system.spawn(trio(&ward)).await.unwrap();
    let members = trio.members().await.unwrap();
    (ward, trio, members)
}

/// What the members were at work on when the first life of each was up.
const UP: [&str; 3] = ["a up 0", "b up 0", "c up 0"];

#[test]
fn all_go_down_the_youngest_first_and_begin_anew_in_the_order_of_their_start() {
    everywhere(|system| async move {
        let (ward, _trio, members) = start(&system).await;
        members[1].fails().await.unwrap();
        ward.comes("c up 1").await;
        assert_eq!(lives(&members).await, [1; 3]);
        let journal = ward.journal.entries();
        assert_eq!(journal[..3], UP);
        assert_eq!(journal[3..5], ["b ends: error", "b gone"]);
        assert_eq!(journal[5..9], ["c ends: error", "c gone", "a ends: error", "a gone"]);
        assert_eq!(journal[9..], ["a up 1", "b up 1", "c up 1"]);
        assert_eq!((system.counts::<Member>().restarts, system.counts::<Trio>().restarts), (3, 0));
    });
}

#[test]
fn a_panic_leaves_its_own_member_no_last_word_and_the_others_theirs() {
    everywhere(|system| async move {
        let (ward, _trio, members) = start(&system).await;
        members[0].panics().await.unwrap();
        ward.comes("c up 1").await;
        assert_eq!(lives(&members).await, [1; 3]);
        let down = ["a gone", "c ends: panic", "c gone", "b ends: panic", "b gone"];
        assert_eq!(ward.journal.entries()[3..8], down);
    });
}

#[test]
fn messages_and_the_stash_of_each_wait_for_its_next_life() {
    everywhere(|system| async move {
        let (ward, _trio, members) = start(&system).await;
        let [a, b, c] = &members;
        assert_eq!(a.add(100).await, Ok(100));
        c.close().await.unwrap();
        let mut stashed = [1, 2].map(|by| Box::pin(c.add_when_open(by).owned().into_future()));
        for call in &mut stashed {
            begin(call).await;
        }
        assert_eq!(c.incarnation().await, Ok(0), "those before this one are stashed now");
        let held = ward.hold_back("c");
        b.fails().await.unwrap();
        ward.comes("c ends: error").await;
        let mut waiting = [4, 8].map(|by| Box::pin(c.add(by).owned().into_future()));
        for call in &mut waiting {
            begin(call).await;
        }
        held.open();
        let [first, second] = stashed;
        assert_eq!((first.await, second.await), (Ok(1), Ok(3)), "the stash comes first, in order");
        let [third, fourth] = waiting;
        assert_eq!((third.await, fourth.await), (Ok(7), Ok(15)));
        assert_eq!(a.add(1).await, Ok(1), "the state is a new one");
        assert_eq!(lives(&members).await, [1; 3]);
        assert_eq!(system.counts::<Member>().dead_letters, 0);
    });
}

#[test]
fn it_needs_no_turn_of_the_parent_which_may_wait_for_the_children() {
    everywhere(|system| async move {
        let (ward, trio, members) = start(&system).await;
        let (c_answers, a, b) = soon(trio.ask_one_that_panics_and_then_the_others().owned()).await.unwrap();
        // `a` and `c` may have answered before it was their turn to go down.
        assert!(c_answers && a.is_ok(), "{a:?}");
        assert_eq!(b, Ok(1));
        ward.comes("c up 1").await;
        assert_eq!(lives(&members).await, [1; 3]);
    });
}

#[test]
fn those_that_fail_before_it_is_their_turn_belong_to_the_restart() {
    everywhere(|system| async move {
        let (ward, trio, members) = start(&system).await;
        let held = ward.hold_back("b");
        members[1].fails().await.unwrap();
        ward.comes("b ends: error").await;
        members[0].fails().await.unwrap();
        ward.comes("a gone").await;
        members[2].panics().await.unwrap();
        ward.comes("c gone").await;
        held.open();
        ward.comes("c up 1").await;
        assert_eq!(lives(&members).await, [1; 3], "{:?}", ward.journal.entries());
        assert_eq!(system.counts::<Member>().failures, 3);
        // They count as one: the limit allows two more.
        for up in ["c up 2", "c up 3"] {
            members[0].fails().await.unwrap();
            ward.comes(up).await;
        }
        assert_eq!((lives(&members).await, trio.incarnation().await), ([3; 3], Ok(0)));
    });
}

#[test]
fn the_limit_is_that_of_the_group() {
    everywhere(|system| async move {
        let (ward, trio, members) = start(&system).await;
        for (member, up) in members.iter().zip(["c up 1", "c up 2", "c up 3"]) {
            member.fails().await.unwrap();
            ward.comes(up).await;
        }
        assert_eq!(trio.incarnation().await, Ok(0), "as many as the limit allows");
        members[0].fails().await.unwrap();
        members[0].control().stopped().await;
        until(|| system.counts::<Trio>().restarts == 1).await;
        let members = trio.members().await.unwrap();
        assert_eq!(lives(&members).await, [0; 3], "the parent has new children");
        let begun = ward.journal.entries().len();
        members[2].fails().await.unwrap();
        until(|| ward.journal.entries()[begun..].iter().any(|entry| entry == "c up 1")).await;
        assert_eq!((lives(&members).await, trio.incarnation().await), ([1; 3], Ok(1)), "and a new count");
    });
}

#[test]
fn one_that_fails_to_start_again_is_tried_again_with_all_and_counted() {
    everywhere(|system| async move {
        let (ward, trio, members) = start(&system).await;
        ward.fail_starts("b", 2);
        members[2].fails().await.unwrap();
        ward.comes("c up 1").await;
        let lives = lives(&members).await;
        assert_eq!(lives, [3, 3, 1], "`c` was not up meanwhile, so that its next life is its second");
        let journal = ward.journal.entries();
        let attempt = ["a up 1", "b gone", "a ends: error", "a gone", "a up 2", "b gone"];
        assert_eq!(journal[9..15], attempt);
        assert_eq!(journal[15..], ["a ends: error", "a gone", "a up 3", "b up 3", "c up 1"]);
        assert_eq!(trio.incarnation().await, Ok(0));
        // That were three restarts: one more is one too many.
        members[0].fails().await.unwrap();
        until(|| system.counts::<Trio>().restarts == 1).await;
    });
}

#[test]
fn a_start_that_fails_too_often_is_the_parents_own_failure_once() {
    everywhere(|system| async move {
        let (ward, trio, members) = start(&system).await;
        ward.fail_starts("c", 3);
        members[0].fails().await.unwrap();
        until(|| system.counts::<Trio>().restarts == 1).await;
        let members = trio.members().await.unwrap();
        assert_eq!((lives(&members).await, trio.incarnation().await), ([0; 3], Ok(1)));
    });
}

#[test]
fn a_stop_of_one_ends_it_and_the_others_go_on() {
    everywhere(|system| async move {
        for stopped in 0..3 {
            let (ward, trio, members) = start(&system).await;
            let held = ward.hold_back("b");
            members[1].fails().await.unwrap();
            until(|| ward.journal.entries().len() == 4).await;
            let end = members[stopped].control().stop();
            held.open();
            end.await;
            for (place, member) in members.iter().enumerate() {
                if place != stopped {
                    until(|| ward.has_begun_anew(["a", "b", "c"][place])).await;
                }
                let expected = if place == stopped { Err(AskError::Stopped) } else { Ok(1) };
                assert_eq!(soon(member.incarnation().owned()).await, expected, "{stopped} was stopped");
            }
            trio.control().stop().await;
        }
    });
}

#[test]
fn an_end_of_the_parent_ends_it() {
    everywhere(|system| async move {
        for way in ["stop", "kill", "drain", "last ref"] {
            let (ward, trio, members) = start(&system).await;
            let held = ward.hold_back("b");
            members[1].fails().await.unwrap();
            until(|| ward.journal.entries().len() == 4).await;
            match way {
                "stop" => drop(trio.control().stop()),
                "kill" => drop(trio.control().kill()),
                "drain" => drop(trio.control().drain()),
                _ => drop(trio),
            }
            yield_now().await;
            held.open();
            for member in &members {
                soon(member.control().stopped()).await;
            }
            let journal = ward.journal.entries();
            assert_eq!(
                journal.iter().filter(|entry| entry.ends_with("gone")).count(),
                journal.iter().filter(|entry| entry.contains(" up ")).count(),
                "{way}: {journal:?}"
            );
        }
    });
}

#[test]
fn a_drain_of_the_parent_lets_those_that_have_messages_handle_them_in_their_next_lives() {
    everywhere(|system| async move {
        let (ward, trio, members) = start(&system).await;
        let held = ward.hold_back("c");
        members[0].fails().await.unwrap();
        ward.comes("c ends: error").await;
        let mut waiting = [&members[0], &members[2]].map(|member| Box::pin(member.add(1).owned().into_future()));
        for call in &mut waiting {
            begin(call).await;
        }
        let end = trio.control().drain();
        held.open();
        for call in waiting {
            assert_eq!(soon(call).await, Ok(1));
        }
        soon(end).await;
    });
}

#[test]
fn a_shutdown_ends_it() {
    everywhere(|system| async move {
        let (ward, _trio, members) = start(&system).await;
        let held = ward.hold_back("b");
        members[1].fails().await.unwrap();
        until(|| ward.journal.entries().len() == 4).await;
        held.open();
        system.shutdown().await.unwrap();
        assert!(members.iter().all(|member| !member.control().is_alive()));
    });
}

#[actor(ask_timeout = off)]
#[supervise(strategy = one_for_all, backoff = 1ms..2ms * 2)]
struct Mixed {
    #[child(|mixed: &Mixed| Member::new("permanent", mixed.ward.clone()), restart = permanent)]
    permanent: Child<Member>,
    #[child(|mixed: &Mixed| Member::new("transient", mixed.ward.clone()), restart = transient)]
    transient: Child<Member>,
    #[child(|mixed: &Mixed| Member::new("temporary", mixed.ward.clone()), restart = temporary)]
    temporary: Child<Member>,
    ward: Ward,
}

#[handlers]
impl Mixed {
    fn members(&self) -> [MemberRef; 3] {
        [(*self.permanent).clone(), (*self.transient).clone(), (*self.temporary).clone()]
    }
}

async fn mixed(system: &ActorSystem) -> (Ward, MixedRef, [MemberRef; 3]) {
    let ward = Ward::default();
    let shared = ward.clone();
    let factory = move || Mixed {
        permanent: Child::default(),
        transient: Child::default(),
        temporary: Child::default(),
        ward: shared.clone(),
    };
    let mixed = system.spawn(factory).await.unwrap();
    let members = mixed.members().await.unwrap();
    (ward, mixed, members)
}

#[test]
fn a_temporary_one_is_stopped_along_and_stays_so() {
    everywhere(|system| async move {
        let (ward, _mixed, [permanent, transient, temporary]) = mixed(&system).await;
        transient.fails().await.unwrap();
        ward.comes("transient up 1").await;
        assert_eq!((permanent.incarnation().await, transient.incarnation().await), (Ok(1), Ok(1)));
        assert_eq!(temporary.incarnation().await, Err(AskError::Stopped));
        assert_eq!(ward.journal.entries()[5..7], ["temporary ends: requested", "temporary gone"]);
    });
}

#[test]
fn a_temporary_one_that_is_not_up_yet_begins_anew() {
    /// Fails the one before it, and then comes up when that is up again.
    #[actor(ask_timeout = off)]
    struct Pusher {
        before: MemberRef,
        ward: Ward,
    }

    #[handlers]
    impl Pusher {
        #[started]
        async fn started(&mut self, ctx: &mut Context<Self>) {
            if ctx.incarnation().get() == 0 {
                let _ = self.before.fails().tell();
            }
            self.ward.comes("first up 1").await;
        }
        fn incarnation(&self, ctx: &mut Context<Self>) -> u32 {
            ctx.incarnation().get()
        }
    }

    #[actor]
    #[supervise(strategy = one_for_all)]
    struct Parent {
        #[child(|parent: &Parent| Member::new("first", parent.ward.clone()))]
        first: Child<Member>,
        #[child(
            |parent: &Parent| Pusher { before: parent.first.clone(), ward: parent.ward.clone() },
            restart = temporary
        )]
        second: Child<Pusher>,
        ward: Ward,
    }

    #[handlers]
    impl Parent {
        fn second(&self) -> PusherRef {
            let _ = &self.first;
            (*self.second).clone()
        }
    }

    everywhere(|system| async move {
        let ward = Ward::default();
        let parent = move || Parent { first: Child::default(), second: Child::default(), ward: ward.clone() };
        let parent = soon(system.spawn(parent)).await.expect("it waits for the next life of its child");
        let second = parent.second().await.unwrap();
        assert_eq!(second.incarnation().await, Ok(1));
    });
}

#[test]
fn a_temporary_one_that_fails_takes_nobody_along() {
    everywhere(|system| async move {
        let (_ward, _mixed, [permanent, transient, temporary]) = mixed(&system).await;
        temporary.fails().await.unwrap();
        temporary.control().stopped().await;
        assert_eq!((permanent.incarnation().await, transient.incarnation().await), (Ok(0), Ok(0)));
    });
}

#[test]
fn one_that_had_ended_by_itself_is_not_started_again() {
    everywhere(|system| async move {
        let (_ward, _mixed, [permanent, transient, _temporary]) = mixed(&system).await;
        transient.leaves().await.unwrap();
        transient.control().stopped().await;
        assert_eq!(permanent.incarnation().await, Ok(0));
        permanent.fails().await.unwrap();
        assert_eq!(permanent.incarnation().await, Ok(1));
        assert!(!transient.control().is_alive());
    });
}

#[test]
fn a_permanent_one_that_ends_by_itself_takes_the_others_along() {
    everywhere(|system| async move {
        let (ward, _mixed, [permanent, transient, _temporary]) = mixed(&system).await;
        permanent.leaves().await.unwrap();
        assert_eq!((permanent.incarnation().await, transient.incarnation().await), (Ok(1), Ok(1)));
        assert_eq!(ward.journal.entries()[3], "permanent ends: requested");
    });
}

#[test]
fn children_that_the_parent_started_itself_are_restarted_alone() {
    everywhere(|system| async move {
        let (ward, trio, members) = start(&system).await;
        let own = trio.open().await.unwrap();
        own.fails().await.unwrap();
        assert_eq!((own.incarnation().await, lives(&members).await), (Ok(1), [0; 3]));
        members[0].fails().await.unwrap();
        ward.comes("c up 1").await;
        assert_eq!((lives(&members).await, own.incarnation().await), ([1; 3], Ok(1)));
    });
}

#[test]
fn the_next_child_is_not_started_while_those_before_it_are_restarted() {
    /// Its coming up fails the one before it.
    #[actor]
    struct Pusher {
        before: MemberRef,
        times: Arc<AtomicU32>,
    }

    #[handlers]
    impl Pusher {
        #[started]
        fn started(&mut self) {
            if self.times.fetch_add(1, Ordering::Relaxed) == 0 {
                let _ = self.before.fails().tell();
            }
        }
    }

    #[actor]
    #[supervise(strategy = one_for_all)]
    struct Parent {
        #[child(|parent: &Parent| Member::new("first", parent.ward.clone()))]
        first: Child<Member>,
        #[child(|parent: &Parent| Pusher { before: parent.first.clone(), times: parent.times.clone() })]
        second: Child<Pusher>,
        #[child(|parent: &Parent| Member::new("third", parent.ward.declaring("third")))]
        third: Child<Member>,
        ward: Ward,
        times: Arc<AtomicU32>,
    }

    #[handlers]
    impl Parent {
        fn members(&self) -> [MemberRef; 2] {
            let _ = &self.second;
            [(*self.first).clone(), (*self.third).clone()]
        }
    }

    for seed in 0..if cfg!(miri) { 2 } else { 400 } {
        let (system, mut stepper) = ActorSystem::builder("race").seed(seed).stepper();
        stepper.block_on(async {
            let ward = Ward::default();
            let shared = ward.clone();
            let factory = move || Parent {
                first: Child::default(),
                second: Child::default(),
                third: Child::default(),
                ward: shared.clone(),
                times: Arc::default(),
            };
            let parent = system.spawn(factory).await.unwrap();
            let [first, third] = parent.members().await.unwrap();
            ward.comes("first up 1").await;
            assert!(first.incarnation().await.is_ok() && third.incarnation().await.is_ok());
            let journal = ward.journal.entries();
            let before = journal.iter().take_while(|entry| *entry != "third declared");
            let last = before.filter(|entry| entry.starts_with("first")).last().unwrap();
            assert!(last.starts_with("first up"), "{seed}: {journal:?}");
        });
    }
}

#[test]
fn an_escalation_during_it_ends_it() {
    #[actor(ask_timeout = off)]
    #[supervise(strategy = one_for_all, on(panic => escalate, other => restart))]
    struct Strict {
        #[child(|strict: &Strict| Member::new("a", strict.ward.clone()))]
        a: Child<Member>,
        #[child(|strict: &Strict| Member::new("b", strict.ward.clone()))]
        b: Child<Member>,
        ward: Ward,
    }

    #[handlers]
    impl Strict {
        fn members(&self) -> [MemberRef; 2] {
            [(*self.a).clone(), (*self.b).clone()]
        }
        fn incarnation(&self, ctx: &mut Context<Self>) -> u32 {
            ctx.incarnation().get()
        }
    }

    #[actor]
    struct Root {
        #[child(|root: &Root| Strict { a: Child::default(), b: Child::default(), ward: root.ward.clone() })]
        strict: Child<Strict>,
        ward: Ward,
    }

    #[handlers]
    impl Root {
        fn strict(&self) -> StrictRef {
            (*self.strict).clone()
        }
    }

    everywhere(|system| async move {
        let ward = Ward::default();
        let shared = ward.clone();
        let root = system.spawn(move || Root { strict: Child::default(), ward: shared.clone() }).await.unwrap();
        let strict = root.strict().await.unwrap();
        let [a, b] = strict.members().await.unwrap();
        let held = ward.hold_back("a");
        a.fails().await.unwrap();
        ward.comes("a ends: error").await;
        b.panics().await.unwrap();
        b.control().stopped().await;
        held.open();
        a.control().stopped().await;
        until(|| system.counts::<Strict>().restarts == 1).await;
        let [a, b] = strict.members().await.unwrap();
        assert_eq!((a.incarnation().await, b.incarnation().await), (Ok(0), Ok(0)), "new ones");
        assert_eq!(strict.incarnation().await, Ok(1));
    });
}

#[test]
fn it_ends_the_suspension_of_whoever_it_takes_along() {
    everywhere(|system| async move {
        let (ward, _trio, members) = start(&system).await;
        let suspended = members[2].control().suspend("test");
        members[0].fails().await.unwrap();
        ward.comes("c up 1").await;
        assert_eq!(lives(&members).await, [1; 3]);
        drop(suspended);
    });
}

#[test]
fn the_pause_is_that_of_the_group_and_begins_when_all_are_down() {
    #[actor(ask_timeout = off)]
    #[supervise(strategy = one_for_all, backoff = 10s..10s, jitter = none)]
    struct Slow {
        #[child(|slow: &Slow| Member::new("a", slow.ward.clone()))]
        a: Child<Member>,
        #[child(|slow: &Slow| Member::new("b", slow.ward.clone()))]
        b: Child<Member>,
        ward: Ward,
    }

    #[handlers]
    impl Slow {
        fn members(&self) -> [MemberRef; 2] {
            [(*self.a).clone(), (*self.b).clone()]
        }
    }

    stepped(
        |builder| builder,
        |system| async move {
            let ward = Ward::default();
            let shared = ward.clone();
            let slow = system
                .spawn(move || Slow { a: Child::default(), b: Child::default(), ward: shared.clone() })
                .await
                .unwrap();
            let [a, b] = slow.members().await.unwrap();
            a.fails().await.unwrap();
            assert_eq!((a.incarnation().await, b.incarnation().await), (Ok(1), Ok(1)), "the first comes at once");
            let begun = system.now();
            b.fails().await.unwrap();
            until(|| ward.journal.entries().len() == 12).await;
            assert_eq!(ward.journal.entries()[8..], ["b ends: error", "b gone", "a ends: error", "a gone"]);
            assert_eq!((a.incarnation().await, b.incarnation().await), (Ok(2), Ok(2)));
            let waited = system.now().saturating_since(begun);
            assert!((Duration::from_secs(10)..Duration::from_secs(11)).contains(&waited), "{waited:?}");
            // A stop of whoever waits for the end of the pause leaves the other to do so.
            b.fails().await.unwrap();
            until(|| ward.journal.entries().len() == 18).await;
            a.control().stop().await;
            assert_eq!((a.incarnation().await, b.incarnation().await), (Err(AskError::Stopped), Ok(3)));
            slow.control().stop().await;
        },
    );
}

#[test]
fn each_failure_is_told_once_with_what_was_decided() {
    let told = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&told);
    everywhere_with(
        move |builder| {
            let count = Arc::clone(&count);
            builder.event_handler(move |event| {
                if let SystemEvent::Failed { decision: Decision::Restart { .. }, .. } = event {
                    count.fetch_add(1, Ordering::Relaxed);
                }
            })
        },
        |system| {
            let told = Arc::clone(&told);
            async move {
                let before = told.load(Ordering::Relaxed);
                let (ward, _trio, members) = start(&system).await;
                members[1].fails().await.unwrap();
                ward.comes("c up 1").await;
                assert_eq!(told.load(Ordering::Relaxed), before + 1);
            }
        },
    );
}

#[test]
fn two_that_fail_at_once_are_one_restart() {
    everywhere(|system| async move {
        let (ward, _trio, members) = start(&system).await;
        let gate = Gate::default();
        for member in &members {
            member.fails_after(gate.clone()).await.unwrap();
        }
        for member in &members {
            in_hand(member.control()).await;
        }
        gate.open();
        ward.comes("c up 1").await;
        assert_eq!(lives(&members).await, [1; 3], "{:?}", ward.journal.entries());
        assert_eq!(system.counts::<Member>().restarts, 3);
    });
}

/// Failures of two, one of which may have no luck when it begins anew, and a stop of one.
async fn race(system: ActorSystem, seed: u64) {
    let (ward, trio, members) = start(&system).await;
    let pick = |among: u64| usize::try_from(seed % among).unwrap();
    if seed.is_multiple_of(3) {
        ward.fail_starts("b", 1);
    }
    let _ = members[pick(2)].fails().tell();
    let _ = members[2].panics().tell();
    for _ in 0..seed % 11 {
        yield_now().await;
    }
    let stopped = pick(5);
    let end = members.get(stopped).map(|member| member.control().stop());
    for (member, name) in members.iter().zip(["a", "b", "c"]) {
        let is_stopped = members.get(stopped) == Some(member);
        until(|| is_stopped || ward.has_begun_anew(name)).await;
    }
    for (place, member) in members.iter().enumerate() {
        let life = soon(member.incarnation().owned()).await;
        assert!(place == stopped || life.is_ok_and(|life| life > 0), "{seed}: {place} of {:?}", ward.journal.entries());
    }
    if let Some(end) = end {
        soon(end).await;
    }
    assert_eq!(trio.incarnation().await, Ok(0));
    soon(trio.control().stop()).await;
    ward.assert_in_order(&["a", "b", "c"]);
}

#[test]
fn no_race_leaves_a_member_behind_or_lets_it_begin_too_early() {
    by_seeds(30, race);
}
