//! Promises where several of them meet: what other actor systems got wrong, a sentence each.
#![allow(missing_docs)]

mod common;
#[path = "common/fragile.rs"]
mod fragile;

use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actor::SystemEvent;
use actor::prelude::*;
use common::{Gate, Journal, begin, everywhere, in_hand, soon, stepped, until};
use fragile::Fragile;

#[actor(mailbox(capacity = 1, overflow = drop_oldest), ask_timeout = off)]
struct Narrow {
    gate: Gate,
    journal: Journal,
}

#[handlers]
impl Narrow {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn note(&mut self, text: String) {
        self.journal.note(text);
    }
    fn watch(&mut self, ctx: &mut Context<Self>, who: NarrowRef) {
        ctx.watch(&who);
    }
    fn after(&mut self, ctx: &mut Context<Self>) {
        ctx.after(Duration::from_millis(1), |me| me.note("timer".into()));
    }
    #[terminated]
    fn gone(&mut self, _who: ActorId, why: StopReason) {
        self.journal.note(format!("gone: {why:?}"));
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        self.journal.note(format!("{why:?}"));
    }
    fn panics(&mut self) {
        panic!("told to");
    }
    fn ping(&self) -> bool {
        true
    }
    fn answer_never(&mut self, reply: Reply<u32>) {
        std::mem::forget(reply);
    }
}

fn narrow(gate: &Gate, journal: &Journal) -> impl Fn() -> Narrow + Send + 'static {
    let (gate, journal) = (gate.clone(), journal.clone());
    move || Narrow { gate: gate.clone(), journal: journal.clone() }
}

#[test]
fn notices_timers_and_a_stop_come_to_a_full_mailbox_and_displace_nothing() {
    everywhere(|system| async move {
        let (gate, journal) = (Gate::default(), Journal::default());
        let full = system.spawn(narrow(&gate, &journal)).await.unwrap();
        let watched = system.spawn(narrow(&Gate::default(), &Journal::default())).await.unwrap();
        full.watch(watched.clone()).done().await.unwrap();
        full.after().done().await.unwrap();
        full.hold().await.unwrap();
        in_hand(full.control()).await;
        full.note("message".into()).tell().unwrap();
        soon(watched.control().kill()).await;
        gate.open();
        until(|| journal.entries().len() == 3).await;
        let mut entries = journal.entries();
        entries.sort_unstable();
        assert_eq!(entries, ["gone: Killed", "message", "timer"]);
        assert_eq!(system.counts::<Narrow>().dead_letters, 0);
        soon(full.control().stop()).await;
        assert_eq!(journal.entries().last().unwrap(), "Requested");
    });
}

#[test]
fn who_watches_itself_or_is_watched_by_whom_it_watches_ends_and_hears_once() {
    everywhere(|system| async move {
        let [one, two, three] = [Journal::default(), Journal::default(), Journal::default()];
        let first = system.spawn(narrow(&Gate::default(), &one)).await.unwrap();
        let second = system.spawn(narrow(&Gate::default(), &two)).await.unwrap();
        let third = system.spawn(narrow(&Gate::default(), &three)).await.unwrap();
        let all = [&first, &second, &third];
        for (watcher, who) in [(0, 0), (0, 1), (0, 1), (1, 0), (1, 1), (1, 2), (1, 2), (1, 2), (2, 1), (2, 0)] {
            all[watcher].watch(all[who].clone()).done().await.unwrap();
        }
        soon(first.control().stop()).await;
        until(|| two.entries().len() == 1 && three.entries().len() == 1).await;
        soon(third.control().kill()).await;
        until(|| two.entries().len() == 2).await;
        // What is told more than once has been by now.
        assert_eq!(second.ping().await, Ok(true));
        assert_eq!(one.entries(), ["Requested"]);
        assert_eq!(two.entries(), ["gone: Requested", "gone: Killed"]);
        assert_eq!(three.entries(), ["gone: Requested", "Killed"]);
    });
}

#[test]
fn a_ref_of_an_earlier_life_acts_on_the_one_that_is() {
    everywhere(|system| async move {
        let (gate, journal) = (Gate::default(), Journal::default());
        let actor = system.spawn(narrow(&gate, &journal)).await.unwrap();
        let (weak, mut stopped) = (actor.downgrade(), actor.control().stopped());
        actor.panics().await.unwrap();
        // Not before: what comes to a full mailbox would take its place.
        until(|| system.counts::<Narrow>().restarts == 1).await;
        assert_eq!(actor.ping().await, Ok(true));
        begin(&mut stopped).await;
        let again = weak.upgrade().expect("it lives");
        assert_eq!(again, actor);
        again.hold().await.unwrap();
        in_hand(actor.control()).await;
        soon(actor.control().kill()).await;
        soon(stopped).await;
        assert_eq!(journal.entries(), ["Killed"]);
    });
}

#[test]
fn a_reply_that_is_forgotten_is_missed_at_the_deadline() {
    everywhere(|system| async move {
        let actor = system.spawn(narrow(&Gate::default(), &Journal::default())).await.unwrap();
        let asked = actor.answer_never().timeout(Duration::from_millis(5)).await;
        assert_eq!(asked, Err(AskError::Timeout));
    });
}

#[test]
fn a_reply_that_is_forgotten_is_missed_at_the_end_of_the_system_too() {
    everywhere(|system| async move {
        let actor = system.spawn(narrow(&Gate::default(), &Journal::default())).await.unwrap();
        let asked = actor.answer_never().timeout(Duration::from_secs(3_600)).owned();
        let mut asked = Box::pin(asked.into_future());
        begin(&mut asked).await;
        in_hand(actor.control()).await;
        system.shutdown().await.unwrap();
        assert_eq!(soon(asked).await, Err(AskError::Stopped));
    });
}

/// A child that asks its parent, which may be waiting for the child's end.
#[actor(ask_timeout = off)]
struct Reporter {
    parent: ParentRef,
    asked: Journal,
}

#[handlers]
impl Reporter {
    async fn ask_the_parent(&mut self) {
        self.asked.note("asks");
        let answer = self.parent.answer().await;
        self.asked.note(format!("{answer:?}"));
    }
}

#[actor]
#[supervise(shutdown = 50ms)]
struct Parent {
    gate: Gate,
}

#[handlers]
impl Parent {
    fn start(&mut self, ctx: &mut Context<Self>, asked: Journal) -> ReporterRef {
        let me = ctx.this();
        ctx.spawn(move || Reporter { parent: me.clone(), asked: asked.clone() }).detach()
    }
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn answer(&self) -> u32 {
        1
    }
}

#[test]
fn a_child_that_asks_its_parent_which_waits_for_it_holds_up_no_stop() {
    everywhere(|system| async move {
        let (gate, asked) = (Gate::default(), Journal::default());
        let held = gate.clone();
        let parent = system.spawn(move || Parent { gate: held.clone() }).await.unwrap();
        let child = parent.start(asked.clone()).await.unwrap();
        parent.hold().tell().unwrap();
        in_hand(parent.control()).await;
        child.ask_the_parent().tell().unwrap();
        until(|| asked.entries() == ["asks"]).await;
        let stopped = parent.control().stop();
        gate.open();
        soon(stopped).await;
        assert!(!child.control().is_alive());
    });
}

/// Whose start takes as long as it is held, and whose state stops it when it is dropped.
#[actor]
struct Slow {
    gate: Gate,
    journal: Journal,
    me: Arc<Mutex<Option<SlowRef>>>,
}

#[handlers]
impl Slow {
    #[started]
    async fn started(&mut self) {
        self.journal.note("starts");
        self.gate.passed().await;
        self.journal.note("started");
    }
    fn message(&mut self) {
        self.journal.note("message");
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.journal.note("dropped");
        if let Some(me) = self.me.lock().unwrap().take() {
            drop(me.control().stop());
            drop(me.control().kill());
        }
    }
}

#[test]
fn a_stop_while_it_starts_lets_the_hook_finish_and_no_message_in() {
    everywhere(|system| async move {
        let (gate, journal) = (Gate::default(), Journal::default());
        let (held, noted) = (gate.clone(), journal.clone());
        let me = Arc::default();
        let slow =
            system.spawn(move || Slow { gate: held.clone(), journal: noted.clone(), me: Arc::clone(&me) }).detach();
        slow.message().tell().unwrap();
        until(|| journal.entries() == ["starts"]).await;
        let stopped = slow.control().stop();
        gate.open();
        soon(stopped).await;
        assert_eq!(journal.entries(), ["starts", "started", "dropped"]);
        assert_eq!(system.counts::<Slow>().dead_letters, 1);
    });
}

#[test]
fn a_state_that_stops_its_actor_when_it_is_dropped_ends_once() {
    everywhere(|system| async move {
        let told = Journal::default();
        let noted = told.clone();
        let _listening = system.listen(move |event| {
            if let SystemEvent::Stopped { reason, .. } = event {
                noted.note(format!("{reason:?}"));
            }
        });
        for reason in ["Requested", "Killed"] {
            let (gate, journal, me) = (Gate::default(), Journal::default(), Arc::new(Mutex::new(None)));
            gate.open();
            let (noted, kept) = (journal.clone(), Arc::clone(&me));
            let factory = move || Slow { gate: gate.clone(), journal: noted.clone(), me: Arc::clone(&kept) };
            let slow = system.spawn(factory).await.unwrap();
            *me.lock().unwrap() = Some(slow.clone());
            let control = slow.control();
            soon(if reason == "Killed" { control.kill() } else { control.stop() }).await;
            assert_eq!(journal.entries(), ["starts", "started", "dropped"]);
            assert_eq!(told.take(), [reason], "the first reason stays");
        }
    });
}

#[derive(Debug, PartialEq)]
#[repr(align(64))]
struct Aligned(u8);

/// Aligned to more than a message may take.
#[derive(Debug, PartialEq)]
#[repr(align(256))]
struct Wide(u8);

#[derive(Debug, PartialEq)]
struct Nothing;

#[actor]
struct Shapes;

#[handlers]
impl Shapes {
    async fn hold(&self, gate: Gate) {
        gate.passed().await;
    }
    fn aligned(&self, value: Aligned) -> (usize, Aligned) {
        (std::ptr::from_ref(&value).addr() % 64, value)
    }
    fn wide(&self, #[indirect] value: Wide) -> (usize, Wide) {
        (std::ptr::from_ref(&value).addr() % 256, value)
    }
    fn nothing(&self, nothing: Nothing) -> Nothing {
        nothing
    }
    fn page(&self, #[indirect] page: [u8; 5_000]) -> (u8, u8) {
        (page[0], page[4_999])
    }
}

/// Begun while the actor is held: an ask of an idle one goes past the mailbox.
#[test]
fn messages_of_every_layout_arrive_whole() {
    everywhere(|system| async move {
        let shapes = system.spawn(|| Shapes).await.unwrap();
        for number in 0..20 {
            let gate = Gate::default();
            shapes.hold(gate.clone()).tell().unwrap();
            in_hand(shapes.control()).await;
            let mut aligned = Box::pin(shapes.aligned(Aligned(number)).into_future());
            let mut wide = Box::pin(shapes.wide(Wide(number)).into_future());
            let mut nothing = Box::pin(shapes.nothing(Nothing).into_future());
            let mut page = Box::pin(shapes.page([number; 5_000]).into_future());
            begin(&mut aligned).await;
            begin(&mut wide).await;
            begin(&mut nothing).await;
            begin(&mut page).await;
            gate.open();
            assert_eq!(aligned.await, Ok((0, Aligned(number))));
            assert_eq!(wide.await, Ok((0, Wide(number))));
            assert_eq!(nothing.await, Ok(Nothing));
            assert_eq!(page.await, Ok((number, number)));
        }
    });
}

/// Fails as soon as it may.
#[actor]
struct Frail;

#[handlers]
impl Frail {
    async fn fail_when(&mut self, gate: Gate) -> Result<(), &'static str> {
        gate.passed().await;
        Err("told to")
    }
    fn ping(&self) -> bool {
        true
    }
}

#[actor]
#[supervise(strategy = one_for_all, limit = 1 per 60s)]
struct Crowd {
    #[child(|| Frail, pool = 100)]
    all: Pool<Frail>,
}

#[handlers]
impl Crowd {
    fn all(&self) -> Pool<Frail> {
        self.all.clone()
    }
}

#[test]
fn a_hundred_siblings_of_which_some_fail_at_once_are_restarted_together() {
    everywhere(|system| async move {
        let crowd = system.spawn(|| Crowd { all: Pool::default() }).await.unwrap();
        let (all, gate) = (crowd.all().await.unwrap(), Gate::default());
        for member in [3, 41, 97].map(|member| &all.members()[member]) {
            member.fail_when(gate.clone()).await.unwrap();
            in_hand(member.control()).await;
        }
        gate.open();
        // Whoever did not fail before it was its turn to go down had its handler dropped.
        until(|| system.counts::<Frail>().restarts == 100).await;
        for member in all.members() {
            assert_eq!(soon(member.ping().owned()).await, Ok(true));
        }
        assert_eq!(system.counts::<Frail>().restarts, 100);
        assert_eq!(system.counts::<Crowd>().restarts, 0, "it counts once");
        soon(crowd.control().stop()).await;
        assert_eq!((system.counts::<Frail>().spawned, system.counts::<Frail>().stopped), (100, 100));
    });
}

#[test]
fn what_one_sends_itself_and_has_another_send_arrives_in_no_order_that_was_promised_and_all_of_it() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let receiver = system.spawn(narrow_enough(&journal)).await.unwrap();
        let second = system.spawn(narrow_enough(&Journal::default())).await.unwrap();
        receiver.note("mine".into()).await.unwrap();
        second.pass_on(receiver.clone()).await.unwrap();
        until(|| journal.entries().len() == 2).await;
    });
}

#[actor]
struct Roomy {
    journal: Journal,
}

#[handlers]
impl Roomy {
    fn note(&mut self, text: String) {
        self.journal.note(text);
    }
    fn pass_on(&mut self, to: RoomyRef) {
        drop(to.note("theirs".into()).tell());
    }
}

fn narrow_enough(journal: &Journal) -> impl Fn() -> Roomy + Send + 'static {
    let journal = journal.clone();
    move || Roomy { journal: journal.clone() }
}

/// What happens under a seed, and the moment it is over: failures of one actor, which wait a while before they are mended, and
/// messages to others, of which each is ready as soon as it has one.
fn run(seed: u64) -> (Vec<String>, Vec<String>, actor::Instant) {
    let events = Journal::default();
    let told = events.clone();
    let builder = ActorSystem::builder("seeded").seed(seed).event_handler(move |event| told.note(format!("{event:?}")));
    let (system, mut stepper) = builder.stepper();
    let order = Journal::default();
    stepper.block_on(async {
        let mut roomy = Vec::new();
        for _ in 0..8 {
            roomy.push(system.spawn(narrow_enough(&order)).await.unwrap());
        }
        for (number, one) in roomy.iter().enumerate() {
            one.note(format!("{number}")).tell().unwrap();
        }
        until(|| order.entries().len() == roomy.len()).await;
        let fragile = system.spawn(|| Fragile).await.unwrap();
        for _ in 0..4 {
            fragile.fail().await.unwrap();
        }
        assert_eq!(fragile.ping().await, Ok(true));
        system.shutdown().await.unwrap();
    });
    (order.entries(), events.entries(), stepper.now())
}

#[test]
fn a_seed_repeats_its_run_to_the_event_and_another_gives_another() {
    let runs = [7, 8, 9].map(run);
    assert_eq!(run(7), runs[0]);
    let differ = |runs: [String; 3]| runs[0] != runs[1] || runs[0] != runs[2];
    assert!(differ(runs.each_ref().map(|(order, ..)| format!("{order:?}"))), "who comes first: {runs:?}");
    assert!(differ(runs.each_ref().map(|(.., over)| format!("{over:?}"))), "how long it takes: {runs:?}");
}

#[actor]
struct Link {
    _next: Option<LinkRef>,
}

#[handlers]
impl Link {}

#[test]
fn a_long_chain_of_refs_ends_one_after_the_other() {
    stepped(
        |builder| builder,
        |system| async move {
            let mut last = system.spawn_once(Link { _next: None }).await.unwrap();
            let first = last.control().stopped();
            for _ in 0..10_000 {
                last = system.spawn_once(Link { _next: Some(last) }).await.unwrap();
            }
            drop(last);
            soon(first).await;
            until(|| system.counts::<Link>().stopped == 10_001).await;
        },
    );
}
