//! `.then(..)`: an ask from a handler that does not wait. It ends as every ask does: with the answer, or with why
//! there is none.
#![allow(missing_docs)]

mod common;

use std::time::Duration;

use actor::prelude::*;
use common::{Gate, Journal, everywhere, in_hand, yield_now};

#[actor]
struct Store {
    gate: Gate,
}

#[handlers]
impl Store {
    fn get(&self, key: u32) -> u32 {
        key * 10
    }
    fn find(&self, key: u32) -> Result<u32, String> {
        Err(format!("no {key}"))
    }
    async fn slow(&mut self) -> u32 {
        self.gate.passed().await;
        1
    }
    fn panics(&self) -> u32 {
        panic!("no answer")
    }
}

#[actor]
struct Cache {
    store: StoreRef,
    journal: Journal,
}

#[handlers]
impl Cache {
    fn warm(&mut self, key: u32, ctx: &mut Context<Self>) {
        self.store.get(key).then(ctx, CacheRef::got).unwrap();
    }
    fn look(&mut self, key: u32, ctx: &mut Context<Self>) {
        self.store.find(key).then(ctx, CacheRef::found).unwrap();
    }
    fn wait(&mut self, ctx: &mut Context<Self>) {
        self.store.slow().then(ctx, CacheRef::got).unwrap();
    }
    fn hope(&mut self, ctx: &mut Context<Self>) {
        self.store.panics().then(ctx, CacheRef::got).unwrap();
    }
    fn got(&mut self, answer: Result<u32, AskError>) {
        self.journal.note(format!("got {answer:?}"));
    }
    fn found(&mut self, answer: Result<u32, AskError<String>>) {
        self.journal.note(format!("found {answer:?}"));
    }
    fn panics(&mut self) {
        panic!("restart");
    }
    fn ready(&self) -> bool {
        true
    }
}

#[test]
fn the_answer_comes_back_as_what_await_would_have_returned() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let store = system.spawn(|| Store { gate: Gate::default() }).await.unwrap();
        let cache = {
            let (store, journal) = (store.clone(), journal.clone());
            system.spawn(move || Cache { store: store.clone(), journal: journal.clone() }).await.unwrap()
        };
        cache.warm(4).await.unwrap();
        cache.look(5).await.unwrap();
        cache.hope().await.unwrap();
        while journal.entries().len() < 3 {
            yield_now().await;
        }
        assert_eq!(
            journal.entries(),
            ["got Ok(40)", "found Err(Handler(\"no 5\"))", "got Err(Failed)"],
            "and in the order asked, of one actor"
        );
    });
}

#[test]
fn an_answer_to_an_earlier_life_is_discarded() {
    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let store = {
            let gate = gate.clone();
            system.spawn(move || Store { gate: gate.clone() }).await.unwrap()
        };
        let cache = {
            let (store, journal) = (store.clone(), journal.clone());
            system.spawn(move || Cache { store: store.clone(), journal: journal.clone() }).await.unwrap()
        };
        cache.wait().await.unwrap();
        cache.panics().await.unwrap();
        assert_eq!(cache.ready().await, Ok(true));
        gate.open();
        assert_eq!(store.get(1).await, Ok(10));
        assert_eq!(cache.ready().await, Ok(true));
        assert_eq!(journal.entries(), Vec::<String>::new());
    });
}

#[test]
fn a_call_that_is_handed_back_answers_nobody() {
    #[actor(mailbox(capacity = 1, overflow = reject))]
    struct Narrow {
        gate: Gate,
    }

    #[handlers]
    impl Narrow {
        async fn hold(&mut self) {
            self.gate.passed().await;
        }
        fn get(&self) -> u32 {
            1
        }
        fn note(&mut self) {}
    }

    #[actor]
    struct Hasty {
        narrow: NarrowRef,
        journal: Journal,
    }

    #[handlers]
    impl Hasty {
        fn ask(&mut self, ctx: &mut Context<Self>) {
            let asked = self.narrow.get().then(ctx, HastyRef::got).is_ok();
            let told = self.narrow.note().then(ctx, HastyRef::sent).is_ok();
            self.journal.note(format!("{asked} {told}"));
        }
        fn got(&mut self, answer: Result<u32, AskError>) {
            self.journal.note(format!("got {answer:?}"));
        }
        fn sent(&mut self, sent: Result<(), TellError>) {
            self.journal.note(format!("sent {sent:?}"));
        }
        fn ready(&self) -> bool {
            true
        }
    }

    everywhere(|system| async move {
        let (journal, gate) = (Journal::default(), Gate::default());
        let narrow = {
            let gate = gate.clone();
            system.spawn(move || Narrow { gate: gate.clone() }).await.unwrap()
        };
        let hasty = {
            let (narrow, journal) = (narrow.clone(), journal.clone());
            system.spawn(move || Hasty { narrow: narrow.clone(), journal: journal.clone() }).await.unwrap()
        };
        narrow.hold().await.unwrap();
        in_hand(narrow.control()).await;
        narrow.note().await.unwrap();
        hasty.ask().await.unwrap();
        assert_eq!(hasty.ready().await, Ok(true));
        assert_eq!(journal.entries(), ["false false"], "the caller knows already");
        gate.open();
        in_hand(narrow.control()).await;
        hasty.ask().await.unwrap();
        assert_eq!(hasty.ready().await, Ok(true));
        while journal.entries().len() < 4 {
            if journal.entries().len() == 3 && journal.entries()[1] == "true false" {
                break;
            }
            yield_now().await;
        }
        assert!(journal.entries().contains(&"got Ok(1)".to_string()), "{:?}", journal.entries());
    });
}

#[test]
fn an_answer_that_does_not_come_in_time_is_a_timeout() {
    #[actor(ask_timeout = 100ms)]
    struct Keeper {
        kept: Vec<Reply<u32>>,
    }

    #[handlers]
    impl Keeper {
        fn later(&mut self, reply: Reply<u32>) {
            self.kept.push(reply);
        }
        fn answer(&mut self) -> usize {
            let kept = self.kept.len();
            self.kept.drain(..).for_each(|reply| reply.send(9));
            kept
        }
    }

    #[actor]
    struct Patient {
        keeper: KeeperRef,
        journal: Journal,
    }

    #[handlers]
    impl Patient {
        fn ask(&mut self, soon: Duration, ctx: &mut Context<Self>) {
            self.keeper.later().then(ctx, PatientRef::by_default).unwrap();
            self.keeper.later().timeout(2 * soon).then(ctx, PatientRef::soon).unwrap();
            let until = ctx.now().saturating_add(soon);
            self.keeper.later().deadline(until).then(ctx, PatientRef::sooner).unwrap();
        }
        fn by_default(&mut self, answer: Result<u32, AskError>) {
            self.journal.note(format!("default {answer:?}"));
        }
        fn soon(&mut self, answer: Result<u32, AskError>) {
            self.journal.note(format!("soon {answer:?}"));
        }
        fn sooner(&mut self, answer: Result<u32, AskError>) {
            self.journal.note(format!("sooner {answer:?}"));
        }
        fn ready(&self) -> bool {
            true
        }
    }

    everywhere(|system| async move {
        let journal = Journal::default();
        let keeper = system.spawn(|| Keeper { kept: Vec::new() }).await.unwrap();
        let patient = {
            let (keeper, journal) = (keeper.clone(), journal.clone());
            system.spawn(move || Patient { keeper: keeper.clone(), journal: journal.clone() }).await.unwrap()
        };
        patient.ask(Duration::from_millis(10)).await.unwrap();
        while journal.entries().len() < 3 {
            yield_now().await;
        }
        let mut entries = journal.entries();
        let mut timeouts = ["sooner Err(Timeout)", "soon Err(Timeout)", "default Err(Timeout)"];
        if system.name() != "stepped" {
            // A machine that stood still between the asks may find them late at once.
            entries.sort_unstable();
            timeouts.sort_unstable();
        }
        assert_eq!(entries, timeouts);
        // Late on their way as well, on such a machine.
        let kept = keeper.answer().await.unwrap();
        assert!(kept == 3 || system.name() != "stepped", "kept all the while: {kept}");
        assert_eq!(patient.ready().await, Ok(true));
        assert_eq!(journal.entries().len(), 3, "what comes late is discarded");
        patient.ask(Duration::from_secs(10)).await.unwrap();
        let mut answered = 0;
        while answered < 3 {
            answered += keeper.answer().await.unwrap();
            yield_now().await;
        }
        while journal.entries().len() < 6 {
            yield_now().await;
        }
        // Not the one by default, which a machine that stands still may end.
        assert_eq!(journal.entries()[4..], ["soon Ok(9)", "sooner Ok(9)"], "the same asks, answered in time");
    });
}

#[test]
fn an_answer_that_waits_in_the_mailbox_at_a_restart_is_discarded() {
    #[actor]
    struct Echo;

    #[handlers]
    impl Echo {
        fn echo(&self, number: u32) -> u32 {
            number
        }
    }

    #[actor]
    struct Asker {
        echo: EchoRef,
        heard: Vec<u32>,
    }

    #[handlers]
    impl Asker {
        fn ask(&mut self, number: u32, ctx: &mut Context<Self>) {
            self.echo.echo(number).then(ctx, AskerRef::got).unwrap();
        }
        fn fails(&mut self) {
            panic!("on purpose");
        }
        fn got(&mut self, answer: Result<u32, AskError>) {
            self.heard.push(answer.unwrap());
        }
        fn heard(&self) -> Vec<u32> {
            self.heard.clone()
        }
    }

    everywhere(|system| async move {
        let echo = system.spawn(|| Echo).await.unwrap();
        let asker = system.spawn(move || Asker { echo: echo.clone(), heard: Vec::new() }).await.unwrap();
        asker.ask(1).tell().unwrap();
        for _ in 0..3 {
            asker.heard().tell().unwrap();
        }
        asker.fails().tell().unwrap();
        for _ in 0..3 {
            assert_eq!(asker.heard().await, Ok(Vec::new()), "the next life knows of nothing");
        }
    });
}
