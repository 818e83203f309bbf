//! Promise `custom`: a failed child takes those along that a function of the user names, which was asked when the parent was
//! compiled.
#![allow(missing_docs)]

mod common;
#[path = "common/siblings.rs"]
mod siblings;

use actor::prelude::*;
use actor::{Strategy, SystemEvent};
use common::{everywhere, everywhere_with, soon, until};
use siblings::{Member, MemberRef, Ward, lives};

/// `a` takes `c` along, `b` nobody, `c` the members of the pool; each of these the other.
const fn takes_along(failed: usize, sibling: usize) -> bool {
    matches!((failed, sibling), (0, 2) | (2, 3 | 4) | (3, 4) | (4, 3))
}

#[actor(ask_timeout = off)]
#[supervise(strategy = custom(takes_along), limit = 3 per 60s, backoff = 1ms..2ms * 2)]
struct Parent {
    #[child(|parent: &Parent| Member::new("a", parent.ward.clone()))]
    a: Child<Member>,
    #[child(|parent: &Parent| Member::new("b", parent.ward.clone()))]
    b: Child<Member>,
    #[child(|parent: &Parent| Member::new("c", parent.ward.clone()))]
    c: Child<Member>,
    #[child(|parent: &Parent| Member::new("d", parent.ward.clone()), pool = 2)]
    d: Pool<Member>,
    ward: Ward,
}

#[handlers]
impl Parent {
    fn members(&self) -> [MemberRef; 5] {
        let pool = self.d.members();
        [&*self.a, &*self.b, &*self.c, &pool[0], &pool[1]].map(MemberRef::clone)
    }
}

async fn start(system: &ActorSystem) -> (Ward, ParentRef, [MemberRef; 5]) {
    let ward = Ward::default();
    let shared = ward.clone();
    let parent = move || Parent {
        a: Child::default(),
        b: Child::default(),
        c: Child::default(),
        d: Pool::default(),
        ward: shared.clone(),
    };
    let parent = system.spawn(parent).await.unwrap();
    let members = parent.members().await.unwrap();
    (ward, parent, members)
}

#[test]
fn those_that_are_named_go_down_the_youngest_first_and_the_others_live_on() {
    everywhere(|system| async move {
        let (ward, _parent, members) = start(&system).await;
        members[0].fails().await.unwrap();
        ward.comes("c up 1").await;
        assert_eq!(lives(&members).await, [1, 0, 1, 0, 0], "`c` did not fail, and takes nobody along");
        let restart = ["a ends: error", "a gone", "c ends: error", "c gone", "a up 1", "c up 1"];
        assert_eq!(ward.journal.entries()[5..], restart);
    });
}

#[test]
fn each_takes_its_own_along_and_one_may_take_nobody() {
    everywhere(|system| async move {
        let (_ward, _parent, members) = start(&system).await;
        for (failing, expected) in [(1, [0, 1, 0, 0, 0]), (2, [0, 1, 1, 1, 1]), (4, [0, 1, 1, 2, 2])] {
            members[failing].fails().await.unwrap();
            until(|| system.counts::<Member>().restarts == expected.iter().sum::<u32>().into()).await;
            assert_eq!(lives(&members).await, expected);
        }
    });
}

/// Each takes all others along, as far as they are there.
const fn takes_all(_failed: usize, _sibling: usize) -> bool {
    true
}

#[actor(ask_timeout = off)]
#[supervise(strategy = custom(takes_all), limit = unlimited, backoff = 1ms..2ms * 2)]
struct Fleeting {
    #[child(|parent: &Fleeting| Member::new("a", parent.ward.clone()), restart = temporary)]
    a: Child<Member>,
    #[child(|parent: &Fleeting| Member::new("b", parent.ward.clone()))]
    b: Child<Member>,
    #[child(|parent: &Fleeting| Member::new("c", parent.ward.clone()), restart = temporary)]
    c: Child<Member>,
    #[child(|parent: &Fleeting| Member::new("d", parent.ward.clone()), restart = permanent)]
    d: Child<Member>,
    ward: Ward,
}

#[handlers]
impl Fleeting {
    fn members(&self) -> [MemberRef; 4] {
        [&*self.a, &*self.b, &*self.c, &*self.d].map(MemberRef::clone)
    }
}

#[test]
fn one_that_is_gone_is_waited_for_by_nobody() {
    everywhere(|system| async move {
        let ward = Ward::default();
        let shared = ward.clone();
        let parent = move || Fleeting {
            a: Child::default(),
            b: Child::default(),
            c: Child::default(),
            d: Child::default(),
            ward: shared.clone(),
        };
        let parent = system.spawn(parent).await.unwrap();
        let [a, b, c, d] = parent.members().await.unwrap();
        a.fails().await.unwrap();
        soon(a.control().stopped()).await;
        assert_eq!(lives(&[b.clone(), c.clone(), d.clone()]).await, [0; 3], "it takes nobody along");
        b.fails().await.unwrap();
        ward.comes("d up 1").await;
        soon(c.control().stopped()).await;
        for life in 2..5 {
            d.leaves().await.unwrap();
            until(|| system.counts::<Member>().restarts == 2 * life).await;
            assert_eq!(lives(&[b.clone(), d.clone()]).await, [u32::try_from(life).unwrap(); 2]);
        }
        ward.assert_in_order(&["a", "b", "c", "d"]);
        soon(parent.control().stop()).await;
        assert_eq!(system.counts::<Member>().stopped, 4);
    });
}

#[test]
fn the_limit_is_that_of_the_group() {
    everywhere(|system| async move {
        let (_ward, _parent, members) = start(&system).await;
        for failing in [1, 0, 1] {
            members[failing].fails().await.unwrap();
            lives(&members).await;
        }
        members[3].fails().await.unwrap();
        until(|| system.counts::<Parent>().restarts == 1).await;
    });
}

#[test]
fn it_is_told_as_such() {
    let settings = |builder: actor::Builder| {
        builder.event_handler(|event| {
            if let SystemEvent::Failed { actor: "member", snapshot, .. } = event {
                assert_eq!((snapshot.strategy(), snapshot.strategy().as_str()), (Strategy::Custom, "custom"));
            }
        })
    };
    everywhere_with(settings, |system| async move {
        let (ward, _parent, members) = start(&system).await;
        members[1].fails().await.unwrap();
        ward.comes("b up 1").await;
    });
}
