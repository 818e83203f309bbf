//! Promise `rest_for_one`: a child that is restarted takes those along that were started after it.
#![allow(missing_docs)]

mod common;
#[path = "common/siblings.rs"]
mod siblings;

use actor::prelude::*;
use common::{begin, everywhere, soon, until, yield_now};
use siblings::{Member, MemberRef, Ward, by_seeds, lives};

/// Declared in another order than that of their start, which is `a`, `b`, `c`.
#[actor(ask_timeout = off)]
#[supervise(strategy = rest_for_one, limit = 3 per 60s, backoff = 1ms..2ms * 2)]
struct Chain {
    #[child(|chain: &Chain| Member::new("c", chain.ward.clone()), after(a, b))]
    c: Child<Member>,
    #[child(|chain: &Chain| Member::new("a", chain.ward.clone()))]
    a: Child<Member>,
    #[child(|chain: &Chain| Member::new("b", chain.ward.clone()), after = a)]
    b: Child<Member>,
    ward: Ward,
}

#[handlers]
impl Chain {
    fn members(&self) -> [MemberRef; 3] {
        [(*self.a).clone(), (*self.b).clone(), (*self.c).clone()]
    }
    fn incarnation(&self, ctx: &mut Context<Self>) -> u32 {
        ctx.incarnation().get()
    }
}

async fn start(system: &ActorSystem) -> (Ward, ChainRef, [MemberRef; 3]) {
    let ward = Ward::default();
    let shared = ward.clone();
    let chain = move || Chain { a: Child::default(), b: Child::default(), c: Child::default(), ward: shared.clone() };
    let chain = system.spawn(chain).await.unwrap();
    let members = chain.members().await.unwrap();
    (ward, chain, members)
}

#[test]
fn those_started_after_it_go_down_the_youngest_first_and_the_others_live_on() {
    everywhere(|system| async move {
        let (ward, _chain, members) = start(&system).await;
        members[1].fails().await.unwrap();
        ward.comes("c up 1").await;
        assert_eq!(lives(&members).await, [0, 1, 1]);
        let restart = ["b ends: error", "b gone", "c ends: error", "c gone", "b up 1", "c up 1"];
        assert_eq!(ward.journal.entries()[3..], restart);
    });
}

#[test]
fn the_first_takes_all_along_and_the_last_nobody() {
    everywhere(|system| async move {
        let (ward, _chain, members) = start(&system).await;
        members[2].fails().await.unwrap();
        ward.comes("c up 1").await;
        assert_eq!(lives(&members).await, [0, 0, 1]);
        members[0].fails().await.unwrap();
        ward.comes("c up 2").await;
        assert_eq!(lives(&members).await, [1, 1, 2]);
        let down = ["a ends: error", "a gone", "c ends: error", "c gone", "b ends: error", "b gone"];
        assert_eq!(ward.journal.entries()[6..12], down);
    });
}

#[test]
fn one_that_fails_to_start_again_is_tried_again_with_those_after_it() {
    everywhere(|system| async move {
        let (ward, chain, members) = start(&system).await;
        ward.fail_starts("b", 2);
        members[0].fails().await.unwrap();
        ward.comes("c up 1").await;
        assert_eq!(lives(&members).await, [1, 3, 1], "`a` was up, and stays so");
        assert_eq!(ward.journal.entries()[9..], ["a up 1", "b gone", "b gone", "b up 3", "c up 1"]);
        assert_eq!(chain.incarnation().await, Ok(0));
        members[2].fails().await.unwrap();
        until(|| system.counts::<Chain>().restarts == 1).await;
    });
}

#[test]
fn a_failure_of_an_older_one_meanwhile_takes_it_along_before_any_begins_anew() {
    everywhere(|system| async move {
        let (ward, _chain, members) = start(&system).await;
        let held = ward.hold_back("b");
        members[1].fails().await.unwrap();
        ward.comes("b ends: error").await;
        members[0].fails().await.unwrap();
        ward.comes("a gone").await;
        held.open();
        ward.comes("c up 1").await;
        assert_eq!(lives(&members).await, [1; 3]);
        let journal = ward.journal.entries();
        assert_eq!(journal[journal.len() - 3..], ["a up 1", "b up 1", "c up 1"]);
        assert_eq!(journal.iter().filter(|entry| entry.ends_with("gone")).count(), 3, "each went down once");
    });
}

#[test]
fn the_limit_is_that_of_the_group() {
    everywhere(|system| async move {
        let (ward, chain, members) = start(&system).await;
        for (member, up) in members.iter().zip(["c up 1", "c up 2", "c up 3"]) {
            member.fails().await.unwrap();
            ward.comes(up).await;
        }
        assert_eq!(lives(&members).await, [1, 2, 3]);
        members[0].fails().await.unwrap();
        until(|| system.counts::<Chain>().restarts == 1).await;
        assert_eq!(chain.incarnation().await, Ok(1));
    });
}

#[test]
fn an_end_of_one_or_of_the_parent_during_it_leaves_nobody_waiting() {
    everywhere(|system| async move {
        for stopped in 0..3 {
            let (ward, chain, members) = start(&system).await;
            let held = ward.hold_back("b");
            members[1].fails().await.unwrap();
            ward.comes("b ends: error").await;
            let end = members[stopped].control().stop();
            held.open();
            end.await;
            for (place, member) in members.iter().enumerate().filter(|(place, _)| *place != stopped) {
                let expected = u32::from(place > 0);
                until(|| ward.journal.entries().contains(&format!("{} up {expected}", ["a", "b", "c"][place]))).await;
                assert_eq!(soon(member.incarnation().owned()).await, Ok(expected), "{stopped} was stopped");
            }
            soon(chain.control().stop()).await;
        }
    });
}

#[test]
fn an_older_one_goes_on_meanwhile() {
    everywhere(|system| async move {
        let (ward, _chain, members) = start(&system).await;
        let held = ward.hold_back("b");
        members[1].fails().await.unwrap();
        ward.comes("b ends: error").await;
        assert_eq!((members[0].add(1).await, members[0].add(1).await), (Ok(1), Ok(2)));
        held.open();
        ward.comes("c up 1").await;
        assert_eq!(members[0].add(1).await, Ok(3));
    });
}

#[test]
fn a_handler_that_waits_for_a_sibling_is_not_waited_for() {
    everywhere(|system| async move {
        let (ward, _chain, members) = start(&system).await;
        let [a, b, c] = &members;
        let held = ward.hold_back("a");
        a.fails().await.unwrap();
        ward.comes("a ends: error").await;
        // Each has its question in the mailbox of `a`, whose next life waits for them to be down.
        let mut asked = [b, c].map(|member| Box::pin(member.asks(a.clone()).owned().into_future()));
        for call in &mut asked {
            begin(call).await;
        }
        until(|| a.control().depth() == 2).await;
        held.open();
        for call in asked {
            assert_eq!(soon(call).await, Err(AskError::Failed));
        }
        ward.comes("c up 1").await;
        assert_eq!(lives(&members).await, [1; 3]);
        assert_eq!(a.add(1).await, Ok(3), "what they asked for was done");
    });
}

#[test]
fn members_of_a_pool_go_along_and_children_of_a_child_with_it() {
    #[actor]
    struct Desk {
        #[child(|desk: &Desk| Member::new("lamp", desk.ward.clone()))]
        lamp: Child<Member>,
        ward: Ward,
    }

    #[handlers]
    impl Desk {
        #[started]
        async fn started(&mut self) -> Result<(), AskError> {
            self.lamp.add(1).await?;
            Ok(())
        }
    }

    #[actor]
    #[supervise(strategy = rest_for_one)]
    struct Office {
        #[child(|office: &Office| Member::new("archive", office.ward.clone()))]
        archive: Child<Member>,
        #[child(|office: &Office| Desk { lamp: Child::default(), ward: office.ward.clone() })]
        desk: Child<Desk>,
        #[child(|office: &Office| Member::new("clerk", office.ward.clone()), pool = 2)]
        clerks: Pool<Member>,
        ward: Ward,
    }

    #[handlers]
    impl Office {
        fn close(&mut self) {
            let _ = (self.archive.fails().tell(), &self.desk, &self.clerks);
        }
    }

    everywhere(|system| async move {
        let ward = Ward::default();
        let shared = ward.clone();
        let factory = move || Office {
            archive: Child::default(),
            desk: Child::default(),
            clerks: Pool::default(),
            ward: shared.clone(),
        };
        let office = system.spawn(factory).await.unwrap();
        office.close().await.unwrap();
        until(|| ward.journal.entries().len() == 16).await;
        let journal = ward.journal.entries();
        assert_eq!(journal[..4], ["archive up 0", "lamp up 0", "clerk up 0", "clerk up 0"]);
        assert_eq!(journal[4..6], ["archive ends: error", "archive gone"]);
        assert_eq!(journal[6..10], ["clerk ends: error", "clerk gone", "clerk ends: error", "clerk gone"]);
        assert_eq!(journal[10..12], ["lamp ends: parent stopped", "lamp gone"]);
        assert_eq!(journal[12..], ["archive up 1", "lamp up 0", "clerk up 1", "clerk up 1"]);
    });
}

/// Failures of up to three, one of which may have no luck when it begins anew, and a stop of one.
async fn race(system: ActorSystem, seed: u64) {
    let (ward, chain, members) = start(&system).await;
    let pick = |by: u64, among: u64| usize::try_from(seed / by % among).unwrap();
    if seed.is_multiple_of(2) {
        ward.fail_starts(["a", "b", "c"][pick(2, 3)], 1);
    }
    let failed = [pick(1, 3), pick(3, 3)];
    let _ = members[failed[0]].fails().tell();
    for _ in 0..seed % 13 {
        yield_now().await;
    }
    let _ = members[failed[1]].panics().tell();
    let stopped = pick(5, 6);
    let end = members.get(stopped).map(|member| member.control().stop());
    for (place, member) in members.iter().enumerate().filter(|(place, _)| *place != stopped) {
        // The first to fail may be the one that is stopped, and stops first.
        let concerns = |failed: usize| failed <= place && failed != stopped;
        let name = ["a", "b", "c"][place];
        until(|| !failed.iter().any(|failed| concerns(*failed)) || ward.has_begun_anew(name)).await;
        let life = soon(member.incarnation().owned()).await;
        assert!(life.is_ok(), "{seed}: {place} of {:?}", ward.journal.entries());
    }
    if let Some(end) = end {
        soon(end).await;
    }
    assert_eq!(chain.incarnation().await, Ok(0));
    soon(chain.control().stop()).await;
    ward.assert_in_order(&["a", "b", "c"]);
}

#[test]
fn no_race_leaves_a_member_behind_or_lets_it_begin_too_early() {
    by_seeds(30, race);
}
