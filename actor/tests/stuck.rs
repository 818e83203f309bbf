//! Promise `shutdown`, who is in the way: an actor that does not end is named with the handler that it has begun, and with
//! none where it waits for somebody else.
#![allow(missing_docs)]

mod common;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use actor::prelude::*;
use actor::{Builder, Dispatcher, ReadyCell, SystemEvent};
use common::{Channel, Gate, everywhere_with, in_hand, on_runtime, soon, until};

#[actor]
struct Busy {
    gate: Gate,
    begun: Arc<AtomicBool>,
}

#[handlers]
impl Busy {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn block(&mut self, until: mpsc::Receiver<()>) {
        self.begun.store(true, Ordering::SeqCst);
        let _ = until.recv();
    }
    fn ping(&self) -> bool {
        true
    }
    #[stopping]
    async fn last_word(&mut self) {
        self.gate.passed().await;
    }
}

fn busy(gate: &Gate) -> impl Fn() -> Busy + Send + 'static {
    let gate = gate.clone();
    move || Busy { gate: gate.clone(), begun: Arc::default() }
}

/// What a shutdown that runs out of time says of the one that is in the way.
async fn in_the_way(system: &ActorSystem) -> (&'static str, Option<&'static str>) {
    let error = system.shutdown().await.unwrap_err();
    assert_eq!(error.stuck().len(), 1, "{error}");
    (error.stuck()[0].actor, error.stuck()[0].handler)
}

fn impatient(builder: Builder) -> Builder {
    builder.shutdown_timeout(Duration::from_millis(20))
}

#[test]
fn a_handler_that_waits_is_named() {
    everywhere_with(impatient, |system| async move {
        let actor = system.spawn(busy(&Gate::default())).await.unwrap();
        assert_eq!(actor.ping().await, Ok(true));
        actor.hold().tell().unwrap();
        in_hand(actor.control()).await;
        assert_eq!(in_the_way(&system).await, ("busy", Some("hold")));
    });
}

#[test]
fn a_last_word_that_waits_is_named() {
    everywhere_with(impatient, |system| async move {
        let actor = system.spawn(busy(&Gate::default())).await.unwrap();
        assert_eq!(actor.ping().await, Ok(true));
        assert_eq!(in_the_way(&system).await, ("busy", Some("last_word")));
    });
}

#[test]
fn a_handler_that_blocks_its_thread_is_named() {
    let dispatchers = [|builder| builder, |builder: Builder| builder.dispatcher(Channel::start())];
    for (dispatcher, by_itself) in dispatchers.into_iter().flat_map(|it| [(it, false), (it, true)]) {
        on_runtime(Some(3), dispatcher, impatient, |system| async move {
            let (gate, begun) = (Gate::default(), Arc::new(AtomicBool::new(false)));
            gate.open();
            let (open, until_told) = mpsc::channel();
            let theirs = Arc::clone(&begun);
            let actor = system.spawn(move || Busy { gate: gate.clone(), begun: theirs.clone() }).await.unwrap();
            assert_eq!(actor.ping().await, Ok(true));
            // In a row with others, or by itself as it has a deadline.
            let block = actor.block(until_told);
            if by_itself { block.timeout(Duration::from_secs(60)).tell() } else { block.tell() }.unwrap();
            until(|| begun.load(Ordering::SeqCst)).await;
            assert_eq!(in_the_way(&system).await, ("busy", Some("block")));
            open.send(()).unwrap();
            soon(actor.control().stopped()).await;
        });
    }
}

/// Waits for a child that is not told to hurry.
#[actor]
struct Parent {
    #[child(|| Busy { gate: Gate::default(), begun: Arc::default() })]
    busy: Child<Busy>,
}

#[handlers]
impl Parent {
    fn child(&self) -> BusyRef {
        (*self.busy).clone()
    }
    fn leaves(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}

#[test]
fn who_waits_for_its_child_has_no_handler_in_hand() {
    everywhere_with(impatient, |system| async move {
        let parent = system.spawn(|| Parent { busy: Child::default() }).await.unwrap();
        let child = parent.child().await.unwrap();
        child.hold().tell().unwrap();
        in_hand(child.control()).await;
        parent.leaves().tell().unwrap();
        in_hand(parent.control()).await;
        assert_eq!(in_the_way(&system).await, ("parent", None));
    });
}

/// Keeps what it is given from a moment on.
struct Lazy {
    works: Arc<Channel>,
    is_idle: AtomicBool,
    kept: Mutex<Vec<ReadyCell>>,
}

impl Dispatcher for Lazy {
    fn schedule(&self, cell: ReadyCell) {
        if self.is_idle.load(Ordering::SeqCst) {
            self.kept.lock().unwrap().push(cell);
        } else {
            self.works.schedule(cell);
        }
    }
}

#[test]
fn who_is_not_run_has_no_handler_in_hand() {
    on_runtime(
        Some(1),
        |builder| builder,
        impatient,
        |system| async move {
            let (works, kept) = (Channel::start(), Mutex::default());
            let lazy = Arc::new(Lazy { works, is_idle: AtomicBool::new(false), kept });
            let actor =
                system.spawn(busy(&Gate::default())).on(Arc::clone(&lazy) as Arc<dyn Dispatcher>).await.unwrap();
            assert_eq!(actor.ping().await, Ok(true));
            lazy.is_idle.store(true, Ordering::SeqCst);
            // The turn in which it has answered may go on for a while, and have so much before it that there is no room.
            until(|| {
                let _ = actor.ping().tell();
                !lazy.kept.lock().unwrap().is_empty()
            })
            .await;
            assert_eq!(in_the_way(&system).await, ("busy", None));
            lazy.is_idle.store(false, Ordering::SeqCst);
            let kept = std::mem::take(&mut *lazy.kept.lock().unwrap());
            drop(kept);
        },
    );
}

#[actor]
#[supervise(shutdown = 20ms)]
struct Short {
    #[child(|| Busy { gate: Gate::default(), begun: Arc::default() })]
    busy: Child<Busy>,
}

#[handlers]
impl Short {
    fn child(&self) -> BusyRef {
        (*self.busy).clone()
    }
}

#[test]
fn a_child_that_is_killed_for_being_late_is_told_with_its_handler() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&told);
    let settings = move |builder: Builder| {
        let told = Arc::clone(&kept);
        builder.event_handler(move |event| {
            if let SystemEvent::Stuck { actor, handler, .. } = event {
                told.lock().unwrap().push((*actor, *handler));
            }
        })
    };
    everywhere_with(settings, |system| {
        let told = Arc::clone(&told);
        async move {
            let short = system.spawn(|| Short { busy: Child::default() }).await.unwrap();
            let child = short.child().await.unwrap();
            child.hold().tell().unwrap();
            in_hand(child.control()).await;
            soon(short.control().stop()).await;
            assert_eq!(std::mem::take(&mut *told.lock().unwrap()), [("busy", Some("hold"))]);
        }
    });
}
