//! The last words of a life: `#[restarting]` after an error, `#[stopping]` at the end, neither after a panic, and none
//! of a life that was never up.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use actor::{Failure, FailureKind, StopReason};
use common::{Journal, everywhere, yield_now};

#[actor]
struct Worn {
    journal: Journal,
    lives: Journal,
}

#[handlers]
impl Worn {
    #[started]
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), &'static str> {
        yield_now().await;
        self.lives.note("life");
        self.journal.note(format!("started {}", ctx.incarnation()));
        if self.lives.entries().len() == 3 { Err("no third life") } else { Ok(()) }
    }
    #[restarting]
    fn restarting(&mut self, failure: &Failure, ctx: &mut Context<Self>) {
        self.journal.note(format!("restarting {}: {failure}", ctx.incarnation()));
        // Who asks once more hears the same.
        assert_eq!(ctx.last_failure().to_string(), failure.to_string());
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        self.journal.note(format!("stopping: {why}"));
    }
    fn fails(&mut self) -> Result<(), &'static str> {
        Err("out of oil")
    }
    fn panics(&mut self) {
        panic!("broken");
    }
    fn ping(&self) -> bool {
        true
    }
}

/// Asks in its last word, and must not hear the answer in the next life.
#[actor]
struct Curious {
    other: WornRef,
    heard: u32,
}

#[handlers]
impl Curious {
    #[restarting]
    fn restarting(&mut self, ctx: &mut Context<Self>) {
        let _ = self.other.ping().then(ctx, CuriousRef::heard);
    }
    fn fails(&mut self) -> Result<(), &'static str> {
        Err("once")
    }
    fn heard(&mut self, _answer: Result<bool, AskError>) {
        self.heard += 1;
    }
    fn times_heard(&self) -> u32 {
        self.heard
    }
}

#[test]
fn an_answer_to_the_last_word_does_not_reach_the_next_life() {
    everywhere(|system| async move {
        let other = system.spawn(worn(&Journal::default())).await.unwrap();
        let asked = other.clone();
        let curious = system.spawn(move || Curious { other: asked.clone(), heard: 0 }).await.unwrap();
        curious.fails().await.unwrap();
        assert_eq!(curious.times_heard().await, Ok(0));
        assert_eq!(other.ping().await, Ok(true), "the first question was before this one");
        assert_eq!(curious.times_heard().await, Ok(0));
    });
}

fn worn(journal: &Journal) -> impl Fn() -> Worn + Send + 'static {
    let (journal, lives) = (journal.clone(), Journal::default());
    move || Worn { journal: journal.clone(), lives: lives.clone() }
}

#[test]
fn an_error_has_a_last_word_and_a_panic_has_none() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let worn = system.spawn(worn(&journal)).await.unwrap();
        worn.fails().await.unwrap();
        assert_eq!(worn.ping().await, Ok(true));
        assert_eq!(journal.entries(), ["started 0", "restarting 0: error in `fails`: out of oil", "started 1"]);
        worn.panics().await.unwrap();
        assert_eq!(worn.ping().await, Ok(true));
        // The third life fails before it is up, which leaves nothing to say; the fourth is up.
        assert_eq!(journal.entries()[3..], ["started 2", "started 3"]);
        worn.control().stop().await;
        assert_eq!(journal.entries()[5..], ["stopping: requested"]);
    });
}

#[test]
fn an_actor_that_never_came_up_is_not_told_of_its_end() {
    #[actor]
    struct Stillborn {
        journal: Journal,
        stops: bool,
    }

    #[handlers]
    impl Stillborn {
        #[started]
        fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), &'static str> {
            if self.stops {
                ctx.stop();
                return Ok(());
            }
            Err("no socket")
        }
        #[stopping]
        fn stopping(&mut self) {
            self.journal.note("stopping");
        }
    }

    everywhere(|system| async move {
        for stops in [false, true] {
            let journal = Journal::default();
            let kept = journal.clone();
            system.spawn(move || Stillborn { journal: kept.clone(), stops }).await.unwrap_err();
            assert_eq!(journal.entries(), [""; 0], "stopped by itself: {stops}");
        }
    });
}

#[test]
fn a_stop_on_the_way_to_the_next_life_is_told_to_the_one_in_hand() {
    #[actor]
    struct Torn {
        journal: Journal,
    }

    #[handlers]
    impl Torn {
        fn fails_and_is_stopped(&mut self, ctx: &mut Context<Self>) -> Result<(), &'static str> {
            ctx.this().control().stop();
            Err("once")
        }
        #[stopping]
        fn stopping(&mut self, why: StopReason, ctx: &mut Context<Self>) {
            self.journal.note(format!("{why} in life {}", ctx.incarnation()));
        }
    }

    everywhere(|system| async move {
        let journal = Journal::default();
        let kept = journal.clone();
        let torn = system.spawn(move || Torn { journal: kept.clone() }).await.unwrap();
        torn.fails_and_is_stopped().await.unwrap();
        torn.control().stopped().await;
        assert_eq!(journal.entries(), ["requested in life 0"]);
    });
}

#[test]
fn a_last_word_that_fails_changes_nothing_of_what_was_decided() {
    #[actor]
    struct Stutter {
        journal: Journal,
        panics: bool,
    }

    #[handlers]
    impl Stutter {
        #[restarting]
        async fn restarting(&mut self, failure: &Failure) -> Result<(), &'static str> {
            self.journal.note(format!("restarting after {}", failure.kind));
            yield_now().await;
            assert!(!self.panics, "in the last word");
            Err("the last word")
        }
        #[stopping]
        fn stopping(&mut self) {
            self.journal.note("stopping");
        }
        fn fails(&mut self, ctx: &mut Context<Self>) {
            ctx.fail("once");
        }
        fn incarnation(&self, ctx: &mut Context<Self>) -> u32 {
            ctx.incarnation().get()
        }
    }

    everywhere(|system| async move {
        for panics in [false, true] {
            let journal = Journal::default();
            let kept = journal.clone();
            let stutter = system.spawn(move || Stutter { journal: kept.clone(), panics }).await.unwrap();
            stutter.fails().await.unwrap();
            assert_eq!(stutter.incarnation().await, Ok(1), "one restart");
            assert_eq!(journal.entries(), [format!("restarting after {}", FailureKind::Error)]);
        }
        assert_eq!(system.counts::<Stutter>().restarts, 2);
    });
}
