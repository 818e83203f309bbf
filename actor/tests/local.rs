//! Promise `local`: a state that is not `Send` is made, lent to handlers and dropped on one thread.
#![allow(missing_docs)]

mod common;

use std::cell::RefCell;
use std::future::IntoFuture;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ThreadId};
use std::time::Duration;

use actor::prelude::*;
use actor::{Dispatcher, DispatcherKind, PlaceError, ReadyCell, SingleWorker, SpawnError, StopReason, SystemEvent};
use common::{Gate, Journal, begin, everywhere, in_hand, runtime, until, yield_now};

/// Notes where it is made and dropped, and panics where it is touched elsewhere than where it was made.
struct Mine {
    thread: ThreadId,
    /// Not `Send`, and counted without atomics.
    words: Rc<RefCell<Vec<String>>>,
    journal: Journal,
}

impl Mine {
    fn new(journal: &Journal) -> Self {
        journal.note("made");
        Self { thread: thread::current().id(), words: Rc::default(), journal: journal.clone() }
    }

    fn touch(&self) -> Rc<RefCell<Vec<String>>> {
        assert_eq!(self.thread, thread::current().id(), "touched elsewhere");
        Rc::clone(&self.words)
    }
}

impl Drop for Mine {
    fn drop(&mut self) {
        let here = self.thread == thread::current().id();
        self.journal.note(if here { "dropped" } else { "dropped elsewhere" });
    }
}

#[actor(local)]
struct Page {
    mine: Mine,
    gate: Gate,
    replies: Vec<Reply<u32>>,
}

impl Page {
    fn new(journal: &Journal, gate: &Gate) -> Self {
        Self { mine: Mine::new(journal), gate: gate.clone(), replies: Vec::new() }
    }
}

#[handlers]
impl Page {
    fn write(&mut self, word: String) {
        self.mine.touch().borrow_mut().push(word);
    }

    fn words(&self) -> Vec<String> {
        self.mine.touch().borrow().clone()
    }

    fn thread(&self) -> ThreadId {
        self.mine.touch();
        thread::current().id()
    }

    async fn asks(&mut self, reader: ReaderRef) {
        self.mine.touch();
        let _ = reader.pages().await;
    }

    /// Holds what is not `Send` over an await.
    async fn later(&mut self, word: String) -> usize {
        let words = self.mine.touch();
        yield_now().await;
        words.borrow_mut().push(word);
        yield_now().await;
        words.borrow().len()
    }

    /// Waits with what is not `Send` in its future, which touches the state when it is dropped.
    async fn wait(&mut self) -> u32 {
        struct Touching<'a>(&'a Mine);
        impl Drop for Touching<'_> {
            fn drop(&mut self) {
                let here = self.0.thread == thread::current().id();
                self.0.journal.note(if here { "future dropped" } else { "future dropped elsewhere" });
                self.0.words.borrow_mut().push("future dropped".into());
            }
        }
        let touching = Touching(&self.mine);
        self.mine.journal.note("waits");
        self.gate.passed().await;
        drop(touching);
        0
    }

    /// Waits, and begins something when its future is dropped.
    async fn wait_and_begin(&mut self, token: Arc<()>, ctx: &mut Context<Self>) {
        struct Beginning<'a>(&'a mut Context<Page>, Arc<()>);
        impl Drop for Beginning<'_> {
            fn drop(&mut self) {
                let (timer, pipe) = (Arc::clone(&self.1), Arc::clone(&self.1));
                self.0.after(Duration::from_secs(1), move |me| me.write(format!("{timer:?}")));
                self.0.pipe(std::future::pending(), move |me: &PageRef, ()| me.write(format!("{pipe:?}")));
            }
        }
        let beginning = Beginning(ctx, token);
        self.mine.journal.note("waits");
        self.gate.passed().await;
        drop(beginning);
    }

    fn keep(&mut self, reply: Reply<u32>) {
        self.replies.push(reply);
    }

    fn system(&self, ctx: &mut Context<Self>) -> ActorSystem {
        ctx.system()
    }

    fn panic(&mut self) {
        self.mine.touch();
        panic!("as asked");
    }
}

fn page(journal: &Journal, gate: &Gate) -> impl Fn() -> Page + Send + use<> {
    let (journal, gate) = (journal.clone(), gate.clone());
    move || Page::new(&journal, &gate)
}

#[test]
fn a_state_that_is_not_send_lives_on_one_thread_through_messages_restarts_and_the_end() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let page = system.spawn(page(&journal, &Gate::default())).await.unwrap();
        page.write("a".into()).await.unwrap();
        assert_eq!(page.later("b".into()).await, Ok(2));
        assert_eq!(page.words().await.unwrap(), ["a", "b"]);
        page.panic().await.unwrap();
        page.write("c".into()).await.unwrap();
        assert_eq!(page.words().await.unwrap(), ["c"]);
        page.control().stop();
        page.control().stopped().await;
        assert_eq!(journal.entries(), ["made", "dropped", "made", "dropped"]);
    });
}

#[test]
fn it_ends_on_its_thread_whoever_ends_it() {
    type End = fn(&ActorSystem, PageRef);
    let ends: [End; 4] = [
        |_, page| drop(page.control().kill()),
        |_, page| drop(page.control().drain()),
        |_, page| drop(page),
        |_, page| thread::spawn(move || drop(page)).join().unwrap(),
    ];
    for end in ends {
        everywhere(move |system| async move {
            let journal = Journal::default();
            let page = system.spawn(page(&journal, &Gate::default())).await.unwrap();
            let watched = page.control().stopped();
            page.write("a".into()).await.unwrap();
            end(&system, page.clone());
            drop(page);
            watched.await;
            assert_eq!(journal.entries(), ["made", "dropped"]);
        });
    }
}

#[test]
fn a_kill_drops_the_future_in_hand_on_its_thread() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let page = system.spawn(page(&journal, &Gate::default())).await.unwrap();
        page.wait().tell().unwrap();
        page.later("never".into()).tell().unwrap();
        while journal.entries().len() < 2 {
            yield_now().await;
        }
        page.control().kill();
        page.control().stopped().await;
        assert_eq!(journal.entries(), ["made", "waits", "future dropped", "dropped"]);
    });
}

#[test]
fn a_shutdown_ends_it_on_its_thread() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let page = system.spawn(page(&journal, &Gate::default())).await.unwrap();
        system.shutdown().await.unwrap();
        assert_eq!(page.words().await, Err(AskError::Stopped));
        assert_eq!(journal.entries(), ["made", "dropped"]);
    });
}

#[test]
fn it_runs_where_nothing_moves_it() {
    runtime(None).block_on(async {
        let system = ActorSystem::new("here");
        let page = system.spawn(page(&Journal::default(), &Gate::default())).await.unwrap();
        assert_eq!(page.thread().await, Ok(thread::current().id()), "the thread that spawned it");
        system.shutdown().await.unwrap();
    });
    runtime(Some(3)).block_on(async {
        let system = ActorSystem::new("many");
        let first = system.spawn(page(&Journal::default(), &Gate::default())).await.unwrap();
        let second = system.spawn(page(&Journal::default(), &Gate::default())).await.unwrap();
        let thread = first.thread().await.unwrap();
        assert_eq!(second.thread().await, Ok(thread), "one thread for all of them");
        // An ask never runs on the stack of its asker.
        for _ in 0..20 {
            let (first, asked) = (first.clone(), thread);
            tokio::spawn(async move {
                assert_ne!(thread::current().id(), asked);
                assert_eq!(first.thread().await, Ok(asked));
            })
            .await
            .unwrap();
        }
        let pinned = system.spawn(page(&Journal::default(), &Gate::default())).on(DispatcherKind::Pinned);
        assert_ne!(pinned.await.unwrap().thread().await, Ok(thread));
        let own = SingleWorker::new("own").unwrap();
        let owned = system.spawn(page(&Journal::default(), &Gate::default())).on(own.clone()).await.unwrap();
        assert_eq!(
            owned.thread().await.unwrap(),
            system.spawn(page(&Journal::default(), &Gate::default())).on(own).await.unwrap().thread().await.unwrap()
        );
        system.shutdown().await.unwrap();
    });
}

/// Runs each cell on a thread of its own, and says what it is told to say about that.
struct Scattering {
    says: bool,
    threads: AtomicUsize,
}

impl Dispatcher for Scattering {
    fn schedule(&self, cell: ReadyCell) {
        self.threads.fetch_add(1, Ordering::Relaxed);
        thread::spawn(move || {
            let mut cell = Some(cell);
            while let Some(ready) = cell.take() {
                cell = ready.run();
            }
        });
    }

    fn stays_on_one_thread(&self) -> bool {
        self.says
    }
}

#[test]
fn it_is_refused_where_actors_are_moved() {
    runtime(Some(2)).block_on(async {
        let moving = Arc::new(Scattering { says: false, threads: AtomicUsize::new(0) });
        let system = ActorSystem::builder("moving").dispatcher(moving.clone()).start();
        let journal = Journal::default();
        for refused in [
            system.spawn(page(&journal, &Gate::default())).on(DispatcherKind::Shared).await,
            system.spawn(page(&journal, &Gate::default())).on(moving.clone()).await,
        ] {
            let refused = refused.unwrap_err();
            assert!(matches!(refused, SpawnError::NoPlace(PlaceError::Moves)), "{refused}");
        }
        assert_eq!(journal.entries(), [""; 0]);
        // What is nobody's wish is put right: the system's dispatcher moves actors, so another one takes it.
        let page = system.spawn(page(&journal, &Gate::default())).await.unwrap();
        page.write("a".into()).await.unwrap();
        system.shutdown().await.unwrap();
        assert_eq!(moving.threads.load(Ordering::Relaxed), 0);
        assert_eq!(journal.entries(), ["made", "dropped"]);
    });
}

#[test]
fn a_dispatcher_that_moves_it_nevertheless_ends_it_and_never_touches_its_state() {
    let journal = Journal::default();
    runtime(Some(2)).block_on(async {
        let events = Journal::default();
        let told = events.clone();
        let system = ActorSystem::builder("lies")
            .event_handler(move |event| match event {
                SystemEvent::Failed { failure, .. } => told.note(failure.to_string()),
                SystemEvent::Stopped { reason, .. } => told.note(format!("{reason:?}")),
                _ => {}
            })
            .start();
        let lying = Arc::new(Scattering { says: true, threads: AtomicUsize::new(0) });
        let page = system.spawn(page(&journal, &Gate::default())).on(lying).await.unwrap();
        // Handled in the turn that made the state, if it comes early enough; not in the next one.
        while page.words().await == Ok(Vec::new()) {}
        assert_eq!(page.words().await, Err(AskError::Stopped));
        page.control().stopped().await;
        let events = events.entries();
        assert!(events[0].contains("run by another thread"), "{events:?}");
        assert_eq!(events[1], format!("{:?}", StopReason::Failed));
        system.shutdown().await.unwrap();
    });
    // The thread that made it has ended, and drops it then, or it had ended before, and nobody does.
    assert!(!journal.entries().contains(&"dropped elsewhere".to_owned()));
}

/// A runtime, on whose thread of the moment a local actor runs `begin`; the thread waits for `leave` before it ends.
fn begun(
    journal: &Journal,
    begin: impl AsyncFnOnce(&ActorSystem, &PageRef) + Send + 'static,
) -> (tokio::runtime::Runtime, PageRef, std::sync::mpsc::Sender<()>, thread::JoinHandle<()>) {
    let (leave, left) = std::sync::mpsc::channel::<()>();
    let (hand_over, taken) = std::sync::mpsc::channel();
    let page = page(journal, &Gate::default());
    let thread = thread::spawn(move || {
        let runtime = runtime(None);
        let page = runtime.block_on(async {
            let system = ActorSystem::builder("moved").find_cycles(true).start();
            let page = system.spawn(page).await.unwrap();
            begin(&system, &page).await;
            // It goes on until the runtime is gone.
            std::mem::forget(system);
            page
        });
        hand_over.send((runtime, page)).unwrap();
        let _ = left.recv();
    });
    let (runtime, page) = taken.recv().unwrap();
    (runtime, page, leave, thread)
}

#[test]
fn a_runtime_dropped_on_another_thread_leaves_the_state_to_its_own() {
    let journal = Journal::default();
    let (moved, page, leave, thread) = begun(&journal, async |_, page| page.write("a".into()).await.unwrap());
    drop(moved);
    assert!(!page.control().is_alive());
    runtime(None).block_on(async {
        assert_eq!(page.words().await, Err(AskError::Stopped));
        page.control().stopped().await;
    });
    assert_eq!(journal.entries(), ["made"], "nobody here may drop it");
    drop(leave);
    thread.join().unwrap();
    assert_eq!(journal.entries(), ["made", "dropped"]);
}

#[test]
fn a_runtime_dropped_on_another_thread_leaves_the_future_in_hand_to_its_own() {
    let journal = Journal::default();
    let noted = journal.clone();
    let (moved, page, leave, thread) = begun(&journal, async move |_, page| {
        page.wait().tell().unwrap();
        page.write("never".into()).tell().unwrap();
        while noted.entries().len() < 2 {
            yield_now().await;
        }
    });
    drop(moved);
    assert!(!page.control().is_alive());
    assert_eq!(journal.entries(), ["made", "waits"]);
    drop((leave, page));
    thread.join().unwrap();
    assert_eq!(journal.entries(), ["made", "waits", "future dropped", "dropped"], "in order, while there is a state");
}

#[test]
fn a_handler_whose_future_is_left_to_its_thread_is_counted_and_begins_nothing_there() {
    let (journal, token) = (Journal::default(), Arc::new(()));
    let (noted, given) = (journal.clone(), Arc::clone(&token));
    let (hand_over, taken) = std::sync::mpsc::channel();
    let (moved, page, leave, thread) = begun(&journal, async move |_, page| {
        hand_over.send(page.system().await.unwrap()).unwrap();
        page.wait_and_begin(given).tell().unwrap();
        page.write("never".into()).tell().unwrap();
        while noted.entries().len() < 2 {
            yield_now().await;
        }
    });
    let system = taken.recv().unwrap();
    drop(moved);
    let counts = system.counts::<Page>();
    assert_eq!((counts.handled, counts.dead_letters), (2, 1), "of three that were accepted");
    drop(leave);
    thread.join().unwrap();
    assert_eq!(journal.entries(), ["made", "waits", "dropped"]);
    assert_eq!(Arc::strong_count(&token), 1, "nothing it has begun is left");
    assert!(!page.control().is_alive());
}

#[test]
fn what_is_left_on_a_thread_that_is_gone_is_never_touched() {
    let journal = Journal::default();
    let (moved, page, leave, thread) = begun(&journal, async |_, page| page.write("a".into()).await.unwrap());
    drop(leave);
    thread.join().unwrap();
    drop(moved);
    assert!(!page.control().is_alive());
    assert_eq!(page.write("b".into()).tell().unwrap_err().reason, actor::Reason::Stopped);
    assert_eq!(journal.entries(), ["made"]);
}

#[test]
fn a_runtime_driven_by_another_thread_ends_it() {
    let journal = Journal::default();
    let (moved, page, leave, thread) = begun(&journal, async |_, page| page.write("a".into()).await.unwrap());
    moved.block_on(async {
        assert_eq!(page.words().await, Err(AskError::Stopped));
        page.control().stopped().await;
    });
    assert_eq!(journal.entries(), ["made"]);
    drop(leave);
    thread.join().unwrap();
    assert_eq!(journal.entries(), ["made", "dropped"]);
}

#[test]
fn who_is_asked_by_a_state_that_was_left_hears_of_the_end() {
    let journal = Journal::default();
    let (moved, page, leave, thread) = begun(&journal, async |_, page| page.write("a".into()).await.unwrap());
    let asking = page.clone();
    let asker = thread::spawn(move || runtime(None).block_on(async move { asking.keep().await }));
    // The asker waits in the mailbox, or in the state.
    moved.block_on(async {
        while page.control().is_alive() && page.control().depth() == 0 {
            yield_now().await;
        }
    });
    drop(moved);
    assert_eq!(asker.join().unwrap(), Err(AskError::Stopped));
    drop(leave);
    thread.join().unwrap();
}

/// Is asked by a page, and asks it.
#[actor]
struct Reader {
    page: PageRef,
    gate: Gate,
}

#[handlers]
impl Reader {
    fn pages(&self) -> u32 {
        1
    }
    async fn read(&mut self) -> Result<Vec<String>, AskError> {
        self.gate.passed().await;
        self.page.words().await
    }
}

#[test]
fn whose_handler_was_left_to_its_thread_waits_for_nobody() {
    let (journal, gate) = (Journal::default(), Gate::default());
    let opened = gate.clone();
    let (hand_over, taken) = std::sync::mpsc::channel();
    let (moved, page, leave, thread) = begun(&journal, async move |system, page| {
        let read = page.clone();
        let reader = system.spawn(move || Reader { page: read.clone(), gate: gate.clone() }).await.unwrap();
        let mut reads = Box::pin(reader.read().owned().into_future());
        begin(reads.as_mut()).await;
        in_hand(reader.control()).await;
        let asks = reader.clone();
        page.asks(asks).tell().unwrap();
        until(|| reader.control().depth() == 1).await;
        hand_over.send((reader, reads)).unwrap();
    });
    let (reader, reads) = taken.recv().unwrap();
    moved.block_on(async {
        // It is run here, and ends.
        page.write("a".into()).tell().unwrap();
        page.control().kill();
        page.control().stopped().await;
        opened.open();
        assert_eq!(reads.await, Err(AskError::Handler(AskError::Stopped)));
    });
    drop((reader, leave));
    thread.join().unwrap();
}

#[actor(local)]
struct Made {
    thread: ThreadId,
    _not_send: Rc<()>,
}

#[handlers]
impl Made {
    fn is_here(&self) -> bool {
        self.thread == thread::current().id()
    }
}

async fn make() -> Made {
    yield_now().await;
    Made { thread: thread::current().id(), _not_send: Rc::new(()) }
}

#[test]
fn an_async_factory_makes_it_where_it_runs() {
    everywhere(|system| async move {
        let made = system.spawn(make).await.unwrap();
        assert_eq!(made.is_here().await, Ok(true));
        made.control().stop();
        made.control().stopped().await;
    });
}

/// Its state could move; its handlers' futures could not.
#[actor(local)]
struct Busy;

#[handlers]
impl Busy {
    async fn count(&self) -> usize {
        let counted = Rc::new(1);
        yield_now().await;
        *counted
    }
}

#[actor(local)]
struct Family {
    #[child(|| Busy)]
    busy: Child<Busy>,
    not_send: Rc<()>,
}

#[handlers]
impl Family {
    async fn ask(&self) -> usize {
        let held = Rc::clone(&self.not_send);
        let answer = self.busy.count().await.unwrap_or(0);
        drop(held);
        answer
    }

    async fn start(&mut self, ctx: &mut Context<Self>) -> usize {
        let child = ctx.spawn(|| Busy).await.expect("it starts");
        child.count().await.unwrap_or(0)
    }
}

#[test]
fn a_local_actor_has_local_children() {
    everywhere(|system| async move {
        let family = system.spawn(|| Family { busy: Child::default(), not_send: Rc::default() }).await.unwrap();
        assert_eq!(family.ask().timeout(Duration::from_secs(60)).await, Ok(1));
        assert_eq!(family.start().await, Ok(1));
        system.shutdown().await.unwrap();
    });
}
