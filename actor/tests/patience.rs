//! Promise `stop`, in time: a child that hangs on its way to its end is killed when its time is over, and named.
#![allow(missing_docs)]

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actor::prelude::*;
use actor::{Builder, SystemEvent};
use common::{Gate, Journal, at_once, in_hand, on_runtime, soon, stepped, until};

/// What every child here has, unless its parent says otherwise.
const TIME: Duration = Duration::from_millis(150);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Hangs {
    Never,
    InItsHandler,
    InItsLastHook,
}

/// A child that hangs where it is told to, and has one of its own that may.
#[actor(ask_timeout = off)]
struct Leaf {
    name: &'static str,
    hangs: Hangs,
    journal: Journal,
}

impl Drop for Leaf {
    fn drop(&mut self) {
        self.journal.note(format!("{} dropped", self.name));
    }
}

#[handlers]
impl Leaf {
    #[stopping]
    async fn stopping(&mut self, why: StopReason) {
        self.journal.note(format!("{} {why:?}", self.name));
        self.last_word().await;
    }
    #[restarting]
    async fn restarting(&mut self) {
        self.last_word().await;
    }
    async fn work(&mut self) -> bool {
        if self.hangs == Hangs::InItsHandler { std::future::pending().await } else { true }
    }
    fn fail(&mut self) -> Result<(), &'static str> {
        Err("told to")
    }
    fn incarnation(&self, ctx: &mut Context<Self>) -> u32 {
        ctx.incarnation().get()
    }
}

impl Leaf {
    fn new(name: &'static str, hangs: Hangs, journal: Journal) -> Self {
        Self { name, hangs, journal }
    }

    async fn last_word(&self) {
        if self.hangs == Hangs::InItsLastHook {
            std::future::pending().await
        }
    }
}

fn leaf(name: &'static str, hangs: Hangs, journal: &Journal) -> impl Fn() -> Leaf + Send + 'static {
    let journal = journal.clone();
    move || Leaf::new(name, hangs, journal.clone())
}

#[actor]
#[supervise(shutdown = 150ms)]
struct Parent;

#[handlers]
impl Parent {
    fn start(&mut self, ctx: &mut Context<Self>, name: &'static str, hangs: Hangs, journal: Journal) -> LeafRef {
        ctx.spawn(leaf(name, hangs, &journal)).restart(Restart::Permanent).detach()
    }
    fn fail(&mut self) {
        panic!("told to");
    }
}

/// Who was killed because its time was over, in order, in the system that runs.
#[derive(Clone, Default)]
struct Late(Arc<Mutex<Entries>>);

type Entries = Arc<Mutex<Vec<&'static str>>>;

impl Late {
    fn settings(&self) -> impl Fn(Builder) -> Builder + use<> {
        let late = self.clone();
        move |builder| {
            // Each has its own: the one before it may still be on its way to its end.
            let entries = Entries::default();
            *late.0.lock().unwrap() = Arc::clone(&entries);
            builder.event_handler(move |event| {
                if let SystemEvent::Stuck { actor, .. } = event {
                    entries.lock().unwrap().push(actor);
                }
            })
        }
    }

    /// How many since this was taken last.
    fn count(&self) -> usize {
        self.entries().lock().unwrap().len()
    }

    /// Since this was asked last.
    fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.entries().lock().unwrap())
    }

    fn entries(&self) -> Entries {
        Arc::clone(&self.0.lock().unwrap())
    }
}

/// Runs `promise` on every kind of system, with who was late: on those of real time all at once, as most of it is waited.
fn everywhere_late<F: Future<Output = ()> + Send + 'static>(promise: impl Fn(ActorSystem, Late) -> F + Sync) {
    let late = Late::default();
    stepped(late.settings(), |system| promise(system, late.clone()));
    at_once(|(threads, dispatcher)| {
        let late = Late::default();
        on_runtime(threads, dispatcher, late.settings(), |system| promise(system, late.clone()));
    });
}

/// A leaf that hangs already, where it hangs in its handler.
async fn busy_leaf(parent: &ParentRef, hangs: Hangs, journal: &Journal) -> LeafRef {
    let leaf = parent.start("leaf", hangs, journal.clone()).await.unwrap();
    leaf.work().tell().unwrap();
    in_hand(leaf.control()).await;
    leaf
}

#[test]
fn a_child_that_hangs_is_killed_when_its_time_is_over_and_told_once() {
    everywhere_late(|system, late| async move {
        for hangs in [Hangs::InItsHandler, Hangs::InItsLastHook] {
            let journal = Journal::default();
            let parent = system.spawn(|| Parent).await.unwrap();
            let leaf = busy_leaf(&parent, hangs, &journal).await;
            let begun = system.now();
            soon(parent.control().stop()).await;
            assert!(system.now().saturating_since(begun) >= TIME, "it had its time");
            assert!(!leaf.control().is_alive());
            assert_eq!(journal.entries(), ["leaf ParentStopped", "leaf dropped"]);
            assert_eq!(late.take(), ["leaf"]);
        }
    });
}

#[test]
fn a_restart_and_a_shutdown_of_the_parent_wait_no_longer_either() {
    everywhere_late(|system, late| async move {
        let journal = Journal::default();
        let parent = system.spawn(|| Parent).await.unwrap();
        let leaf = busy_leaf(&parent, Hangs::InItsHandler, &journal).await;
        parent.fail().await.unwrap();
        until(|| system.counts::<Parent>().restarts == 1).await;
        assert!(!leaf.control().is_alive());
        assert_eq!(late.take(), ["leaf"]);
        let leaf = busy_leaf(&parent, Hangs::InItsHandler, &journal).await;
        assert_eq!(system.shutdown().await, Ok(()), "the parent did end in time");
        assert!(!leaf.control().is_alive());
        assert_eq!(late.take(), ["leaf"]);
    });
}

#[test]
fn each_child_has_its_time_for_itself_and_a_timely_one_leaves_no_timer() {
    let late = Late::default();
    for seed in 0..16 {
        let (system, mut stepper) = late.settings()(ActorSystem::builder("stepped").seed(seed)).stepper();
        let (journal, parent) = (Journal::default(), stepper.block_on(system.spawn(|| Parent).into_future()).unwrap());
        let parent = stepper.block_on(async move {
            for _ in 0..3 {
                drop(parent.start("leaf", Hangs::InItsHandler, journal.clone()).await.unwrap().work().tell());
            }
            parent
        });
        stepper.run();
        let begun = stepper.now();
        stepper.block_on(parent.control().stop().into_future());
        assert_eq!(stepper.now().saturating_since(begun), 3 * TIME, "one after the other");
        assert_eq!(late.take(), ["leaf"; 3]);

        let parent = stepper.block_on(system.spawn(|| Parent).into_future()).unwrap();
        stepper.block_on(async { parent.start("leaf", Hangs::Never, Journal::default()).await.unwrap() });
        stepper.block_on(parent.control().stop().into_future());
        let ended = stepper.now();
        assert_eq!(late.take(), [""; 0]);
        let for_ever = std::panic::AssertUnwindSafe(|| stepper.block_on(std::future::pending::<()>()));
        assert!(std::panic::catch_unwind(for_ever).is_err());
        assert_eq!(stepper.now(), ended, "time leapt to a timer that was left");
    }
}

#[actor]
#[supervise(shutdown = 150ms)]
struct Grandparent {
    #[child(|| Parent)]
    parent: Child<Parent>,
}

#[handlers]
impl Grandparent {
    fn parent(&self) -> ParentRef {
        (*self.parent).clone()
    }
}

#[test]
fn where_a_parent_is_late_because_of_its_child_that_is_told_as_well() {
    everywhere_late(|system, late| async move {
        let grandparent = system.spawn(|| Grandparent { parent: Child::default() }).await.unwrap();
        let parent = grandparent.parent().await.unwrap();
        let leaf = busy_leaf(&parent, Hangs::InItsHandler, &Journal::default()).await;
        soon(grandparent.control().stop()).await;
        assert!(!leaf.control().is_alive() && !parent.control().is_alive());
        let late = late.take();
        assert!(late.contains(&"leaf") && late.len() <= 2, "who is to blame, whoever else: {late:?}");
    });
}

#[actor]
#[supervise(shutdown = off)]
struct Endless {
    #[child(|| Parent)]
    parent: Child<Parent>,
}

#[handlers]
impl Endless {
    fn start(&mut self, ctx: &mut Context<Self>, journal: Journal) -> LeafRef {
        ctx.spawn(leaf("leaf", Hangs::InItsLastHook, &journal)).restart(Restart::Permanent).detach()
    }
    fn parent(&self) -> ParentRef {
        (*self.parent).clone()
    }
}

#[test]
fn a_parent_that_sets_no_limit_leaves_it_to_the_children() {
    everywhere_late(|system, late| async move {
        let endless = system.spawn(|| Endless { parent: Child::default() }).await.unwrap();
        let parent = endless.parent().await.unwrap();
        let _leaf = busy_leaf(&parent, Hangs::InItsHandler, &Journal::default()).await;
        soon(endless.control().stop()).await;
        assert_eq!(late.take(), ["leaf"], "who has no limit is not late for its children");
    });
}

/// Whose child waits at a gate, once for each message.
#[actor]
struct Slow {
    gate: Gate,
    journal: Journal,
}

#[handlers]
impl Slow {
    async fn work(&mut self) {
        self.gate.passed().await;
        self.journal.note("worked");
    }
}

#[actor]
#[supervise(shutdown = 150ms)]
struct Foreman;

#[handlers]
impl Foreman {
    fn start(&mut self, ctx: &mut Context<Self>, gate: Gate, journal: Journal) -> SlowRef {
        ctx.spawn(move || Slow { gate: gate.clone(), journal: journal.clone() }).detach()
    }
}

#[test]
fn a_drain_has_all_the_time_it_needs_until_a_stop_cuts_it_short() {
    everywhere_late(|system, late| async move {
        for is_cut in [false, true] {
            let (gate, journal) = (Gate::default(), Journal::default());
            let foreman = system.spawn(|| Foreman).await.unwrap();
            let slow = foreman.start(gate.clone(), journal.clone()).await.unwrap();
            for _ in 0..3 {
                slow.work().tell().unwrap();
            }
            let drained = foreman.control().drain();
            let hung = system.spawn(leaf("hung", Hangs::InItsHandler, &journal)).await.unwrap();
            assert_eq!(hung.work().timeout(3 * TIME).await, Err(AskError::Timeout), "time passes");
            assert!(slow.control().is_alive() && late.take().is_empty(), "what it has accepted is not to be lost");
            if is_cut {
                drop(foreman.control().stop());
            } else {
                gate.open();
            }
            soon(drained).await;
            hung.control().kill().await;
            let worked = journal.entries().iter().filter(|entry| *entry == "worked").count();
            assert_eq!(worked, if is_cut { 0 } else { 3 });
            assert_eq!(late.take(), if is_cut { vec!["slow"] } else { vec![] });
        }
    });
}

#[actor]
#[supervise(strategy = one_for_all, shutdown = 150ms)]
struct Siblings {
    #[child(|all: &Siblings| Leaf::new("a", all.hanging("a"), all.journal.clone()))]
    a: Child<Leaf>,
    #[child(|all: &Siblings| Leaf::new("b", all.hanging("b"), all.journal.clone()))]
    b: Child<Leaf>,
    #[child(|all: &Siblings| Leaf::new("c", all.hanging("c"), all.journal.clone()), restart = temporary)]
    c: Child<Leaf>,
    hanging: &'static str,
    journal: Journal,
}

impl Siblings {
    fn hanging(&self, name: &str) -> Hangs {
        if self.hanging == name { Hangs::InItsLastHook } else { Hangs::Never }
    }
}

#[handlers]
impl Siblings {
    fn all(&self) -> [LeafRef; 3] {
        [(*self.a).clone(), (*self.b).clone(), (*self.c).clone()]
    }
}

#[test]
fn siblings_wait_no_longer_for_one_that_hangs_on_its_way_down() {
    everywhere_late(|system, late| async move {
        for hanging in ["a", "b", "c"] {
            let journal = Journal::default();
            let factory = move || Siblings {
                a: Child::default(),
                b: Child::default(),
                c: Child::default(),
                hanging,
                journal: journal.clone(),
            };
            let siblings = system.spawn(factory).await.unwrap();
            let [a, b, c] = siblings.all().await.unwrap();
            a.fail().await.unwrap();
            soon(c.control().stopped()).await;
            until(|| a.control().is_alive() && late.count() == 1).await;
            assert_eq!((a.incarnation().await, b.incarnation().await), (Ok(1), Ok(1)));
            assert_eq!(late.take(), ["leaf"]);
            soon(siblings.control().stop()).await;
            let again = if hanging == "c" { 0 } else { 1 };
            assert_eq!(late.take().len(), again, "its next life has its time as well");
        }
    });
}

#[test]
fn siblings_wait_no_longer_for_one_that_was_stopping_before_they_were_restarted() {
    everywhere_late(|system, late| async move {
        let journal = Journal::default();
        let noted = journal.clone();
        let factory = move || Siblings {
            a: Child::default(),
            b: Child::default(),
            c: Child::default(),
            hanging: "b",
            journal: noted.clone(),
        };
        let siblings = system.spawn(factory).await.unwrap();
        let [a, b, _] = siblings.all().await.unwrap();
        let stopped = b.control().stop();
        until(|| journal.entries() == ["b Requested"]).await;
        a.fail().await.unwrap();
        soon(stopped).await;
        assert_eq!(a.incarnation().await, Ok(1));
        assert_eq!(late.take(), ["leaf"]);
    });
}

#[actor]
#[supervise(strategy = one_for_all, shutdown = 150ms)]
struct Pair {
    #[child(|| Endless { parent: Child::default() })]
    endless: Child<Endless>,
    #[child(|pair: &Pair| Leaf::new("other", Hangs::Never, pair.journal.clone()))]
    other: Child<Leaf>,
    journal: Journal,
}

#[handlers]
impl Pair {
    fn both(&self) -> (EndlessRef, LeafRef) {
        ((*self.endless).clone(), (*self.other).clone())
    }
}

#[test]
fn a_sibling_that_is_late_does_not_wait_for_its_children_either() {
    everywhere_late(|system, late| async move {
        let journal = Journal::default();
        let factory = move || Pair { endless: Child::default(), other: Child::default(), journal: journal.clone() };
        let pair = system.spawn(factory).await.unwrap();
        let (endless, other) = pair.both().await.unwrap();
        let child = endless.start(Journal::default()).await.unwrap();
        assert_eq!(child.work().await, Ok(true));
        other.fail().await.unwrap();
        soon(child.control().stopped()).await;
        assert_eq!(other.incarnation().await, Ok(1));
        assert!(endless.parent().await.is_ok(), "it has its next life");
        assert_eq!(late.take(), ["endless", "leaf"]);
    });
}
