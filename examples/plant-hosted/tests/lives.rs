//! What one life of an actor leaves to the next: answers, places, and messages that come at the last moment.
#![allow(missing_docs)]

mod common;

use std::task::Poll;

use actor::prelude::*;
use actor::system;
use common::{Owing, OwingRef, advance, later, note, noted, now, run};

#[actor]
struct Parent {
    #[child(Owing::new)]
    keeper: Child<Owing>,
    asked: bool,
}

#[handlers]
impl Parent {
    fn ask(&mut self, ctx: &mut Context<Self>) {
        self.asked = true;
        self.keeper.first().then(ctx, ParentRef::got).unwrap();
    }
    fn got(&mut self, answer: Result<u32, AskError>, ctx: &mut Context<Self>) {
        note(format!("life {} asked {} got {answer:?}", ctx.incarnation(), self.asked));
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
}

mod kept {
    use super::*;

    system! {
        mod system { PARENT: Parent { mailbox = 3 } = || Parent { keeper: Child::default(), asked: false } }
    }

    #[test]
    fn an_answer_made_by_the_end_of_a_child_does_not_reach_the_next_life() {
        system::start(now);
        run(system::step);
        system::PARENT.ask().tell().unwrap();
        run(system::step);
        system::PARENT.fails().tell().unwrap();
        run(system::step);
        assert_eq!(noted(), [""; 0], "the life that asked is over");
    }
}

mod last_word {
    use super::*;

    /// Asks in its last word, which waits; and that is one life that ends, not two.
    #[actor]
    struct Curious {
        store: OwingRef,
    }

    #[handlers]
    impl Curious {
        #[started]
        fn started(&mut self, ctx: &mut Context<Self>) {
            note(format!("life {}", ctx.incarnation()));
        }
        #[restarting]
        async fn restarting(&mut self, ctx: &mut Context<Self>) {
            let _ = self.store.first().then(ctx, CuriousRef::got);
            let mut polled = false;
            std::future::poll_fn(|cx| {
                cx.waker().wake_by_ref();
                if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
        fn fails(&mut self, ctx: &mut Context<Self>) {
            ctx.fail("on purpose");
        }
        fn got(&mut self, answer: Result<u32, AskError>) {
            note(format!("got {answer:?}"));
        }
    }

    system! {
        mod system {
            CURIOUS: Curious { mailbox = 3 } = || Curious { store: system::STORE.clone() },
            STORE: Owing { mailbox = 3 } = Owing::new,
        }
    }

    #[test]
    fn an_answer_to_the_last_word_does_not_reach_the_next_life() {
        system::start(now);
        run(system::step);
        system::CURIOUS.fails().tell().unwrap();
        run(system::step);
        advance(100, system::tick, system::step);
        system::STORE.answer_first().tell().unwrap();
        run(system::step);
        assert_eq!(noted(), ["life 0", "life 1"]);
    }
}

mod room {
    use super::*;

    #[actor]
    struct Asker {
        store: OwingRef,
    }

    #[handlers]
    impl Asker {
        async fn ask_and_fail(&mut self, ctx: &mut Context<Self>) {
            // The mailbox has one place, which is kept for this answer.
            self.store.first().then(ctx, AskerRef::got).unwrap();
            let _ = self.store.second().await;
            ctx.fail("on purpose");
        }
        fn got(&mut self, _answer: Result<u32, AskError>) {}
        fn plain(&mut self) {
            note("plain");
        }
    }

    #[actor]
    struct Sender {
        asker: AskerRef,
    }

    #[handlers]
    impl Sender {
        async fn send(&mut self) {
            note(format!("sent {:?}", self.asker.plain().await));
        }
    }

    system! {
        mod system {
            SENDER: Sender { mailbox = 1 } = || Sender { asker: system::ASKER.clone() },
            ASKER: Asker { mailbox = 1 } = || Asker { store: system::STORE.clone() },
            STORE: Owing { mailbox = 2 } = Owing::new,
        }
    }

    /// A sender waits for room in a mailbox whose places are kept for answers; a restart gives them back. There is no
    /// timer interrupt that would wake everybody.
    #[test]
    fn places_that_a_restart_gives_back_let_a_sender_in() {
        system::start(now);
        run(system::step);
        system::ASKER.ask_and_fail().tell().unwrap();
        run(system::step);
        system::SENDER.send().tell().unwrap();
        run(system::step);
        assert_eq!(noted(), [""; 0], "the only place is kept");
        system::STORE.answer_second().tell().unwrap();
        run(system::step);
        assert_eq!(noted(), ["sent Ok(())", "plain"], "the asker has a new life, with room");
    }
}

mod itself {
    use super::*;

    #[actor]
    struct Selfish {
        kept: Option<Reply<u32>>,
    }

    #[handlers]
    impl Selfish {
        fn ask(&mut self, ctx: &mut Context<Self>) {
            ctx.this().later().then(ctx, SelfishRef::got).unwrap();
        }
        fn later(&mut self, reply: Reply<u32>) {
            self.kept = Some(reply);
        }
        fn got(&mut self, answer: Result<u32, AskError>, ctx: &mut Context<Self>) {
            note(format!("life {} got {answer:?}", ctx.incarnation()));
        }
        fn fails(&mut self, ctx: &mut Context<Self>) {
            ctx.fail("on purpose");
        }
    }

    system! {
        mod system { SELFISH: Selfish { mailbox = 3 } = || Selfish { kept: None } }
    }

    #[test]
    fn an_answer_made_by_the_drop_of_the_state_does_not_reach_the_next_life() {
        system::start(now);
        run(system::step);
        system::SELFISH.ask().tell().unwrap();
        run(system::step);
        system::SELFISH.fails().tell().unwrap();
        run(system::step);
        assert_eq!(noted(), [""; 0], "the life that asked is over");
    }
}

mod drained {
    use super::*;

    #[actor]
    struct Drained {
        keeper: OwingRef,
    }

    #[handlers]
    impl Drained {
        fn ask(&mut self, ctx: &mut Context<Self>) {
            match self.keeper.first().then(ctx, DrainedRef::got) {
                Ok(()) => note("asked"),
                Err(rejected) => note(format!("{:?}", rejected.reason)),
            }
        }
        fn got(&mut self, answer: Result<u32, AskError>) {
            note(format!("got {answer:?}"));
        }
    }

    system! {
        mod system {
            DRAINED: Drained { mailbox = 3 } = || Drained { keeper: system::KEEPER.clone() },
            KEEPER: Owing { mailbox = 2 } = Owing::new,
        }
    }

    /// What is queued before the drain asks somebody who has room: the reason is not that the mailbox is full.
    #[test]
    fn a_message_handled_by_a_drain_may_ask() {
        system::start(now);
        run(system::step);
        system::DRAINED.ask().tell().unwrap();
        drop(system::DRAINED.control().drain());
        run(system::step);
        assert_ne!(noted(), ["Full"]);
        advance(1, system::tick, system::step);
    }
}

mod places {
    use super::*;

    /// Keeps all replies, as one does that waits for a bus.
    #[actor(mailbox = 4, ask_timeout = off)]
    struct Keeper {
        kept: Vec<Reply<u32>>,
    }

    #[handlers]
    impl Keeper {
        fn later(&mut self, reply: Reply<u32>) {
            self.kept.push(reply);
        }
        fn get(&self) -> u32 {
            7
        }
    }

    #[actor(mailbox = 4)]
    struct Asker {
        keeper: KeeperRef,
    }

    #[handlers]
    impl Asker {
        fn ask(&mut self, ctx: &mut Context<Self>) {
            self.keeper.later().then(ctx, AskerRef::got).unwrap();
            // The life that asked is over: its asks are too.
            ctx.fail("on purpose");
        }
        fn got(&mut self, answer: Result<u32, AskError>) {
            note(format!("{answer:?}"));
        }
    }

    #[actor(mailbox = 4)]
    struct Bystander {
        keeper: KeeperRef,
    }

    #[handlers]
    impl Bystander {
        fn ask(&mut self, ctx: &mut Context<Self>) {
            if let Err(rejected) = self.keeper.get().then(ctx, BystanderRef::got) {
                note(format!("{:?}", rejected.reason));
            }
        }
        fn got(&mut self, answer: Result<u32, AskError>) {
            note(format!("{answer:?}"));
        }
    }

    system! {
        mod system {
            KEEPER: Keeper = || Keeper { kept: Vec::new() },
            ASKER: Asker = || Asker { keeper: system::KEEPER.clone() },
            BYSTANDER: Bystander = || Bystander { keeper: system::KEEPER.clone() },
        }
    }

    #[test]
    fn asks_of_lives_that_are_over_take_no_place_from_others() {
        system::start(now);
        run(system::step);
        for _ in 0..8 {
            later(100_000);
            system::ASKER.ask().tell().unwrap();
            run(system::step);
        }
        system::BYSTANDER.ask().tell().unwrap();
        run(system::step);
        assert_eq!(noted(), ["Ok(7)"], "two mailboxes with room, and one ask");
    }
}

mod many {
    use super::*;

    #[actor]
    struct Asker {
        store: OwingRef,
    }

    #[handlers]
    impl Asker {
        fn ask_first(&mut self, ctx: &mut Context<Self>) {
            self.store.first().then(ctx, AskerRef::got).unwrap();
        }
        fn ask_second(&mut self, ctx: &mut Context<Self>) {
            note(format!("{}", ctx.incarnation()));
            self.store.second().then(ctx, AskerRef::got).unwrap();
        }
        fn got(&mut self, answer: Result<u32, AskError>) {
            note(format!("got {answer:?}"));
        }
        fn fails(&mut self, ctx: &mut Context<Self>) {
            ctx.fail("on purpose");
        }
    }

    system! {
        mod system {
            STORE: Owing { mailbox = 2 } = Owing::new,
            ASKER: Asker { mailbox = 3 } = || Asker { store: system::STORE.clone() },
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "takes long")]
    fn an_answer_finds_its_life_after_65536_others() {
        system::start(now);
        run(system::step);
        system::ASKER.ask_first().tell().unwrap();
        run(system::step);
        for _ in 0..=u16::MAX {
            later(100_000);
            system::ASKER.fails().tell().unwrap();
            run(system::step);
        }
        system::ASKER.ask_second().tell().unwrap();
        run(system::step);
        system::STORE.answer_first().tell().unwrap();
        run(system::step);
        assert_eq!(noted(), [u16::MAX.to_string()], "the answer is not for this life, whatever its number");
    }
}

mod heir {
    use super::*;
    use std::cell::RefCell;

    thread_local!(static OLD: RefCell<Option<HeirRef>> = const { RefCell::new(None) });

    #[actor(mailbox = 2)]
    struct Heir;

    #[handlers]
    impl Heir {
        fn put(&mut self, value: u32) {
            note(format!("put {value}"));
        }
        #[stopping]
        fn stopping(&mut self) {
            let old = OLD.with_borrow(Clone::clone).unwrap();
            // Its own mailbox takes it, and its end gives it up.
            note(format!("stopping {:?}", old.put(1).tell().map_err(|rejected| rejected.reason)));
        }
    }

    #[actor(mailbox = 2)]
    struct Owner {
        #[child(|| Heir)]
        heir: Child<Heir>,
    }

    #[handlers]
    impl Owner {
        #[started]
        fn started(&mut self) {
            OLD.with_borrow_mut(|old| {
                old.get_or_insert_with(|| (*self.heir).clone());
            });
        }
        fn fails(&mut self, ctx: &mut Context<Self>) {
            ctx.fail("on purpose");
        }
    }

    system! {
        mod system { OWNER: Owner { mailbox = 2 } = || Owner { heir: Child::default() } }
    }

    /// The next child is another actor, and on tokio the ref to the last one answers `Stopped` for ever. Here a ref is the
    /// address of a static: what was sent to the last life does not reach the next one, what is sent after it does.
    #[test]
    fn a_ref_to_a_child_is_that_of_the_next_one_where_its_parent_begins_anew() {
        system::start(now);
        run(system::step);
        let old = OLD.with_borrow(Clone::clone).unwrap();
        // The second failure has a pause, in which there is no child.
        for _ in 0..2 {
            system::OWNER.fails().tell().unwrap();
            run(system::step);
        }
        assert_eq!(noted(), ["stopping Ok(())", "stopping Ok(())"]);
        assert_eq!(old.put(2).tell().unwrap_err().reason, Reason::Stopped);
        advance(1_000, system::tick, system::step);
        old.put(3).tell().unwrap();
        run(system::step);
        assert_eq!(noted(), ["put 3"]);
    }
}
