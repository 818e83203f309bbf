//! Children that an actor starts while it runs: `scope`, `stop_order` and the restart types of `one_for_one`.
#![allow(missing_docs)]

mod common;

use actor::SpawnError;
use actor::prelude::*;
use common::{Journal, everywhere, everywhere_with, yield_now};

#[actor]
struct Session {
    name: u32,
    journal: Journal,
}

#[handlers]
impl Session {
    #[started]
    async fn started(&mut self) -> Result<(), &'static str> {
        yield_now().await;
        self.journal.note(format!("{} started", self.name));
        if self.name == 13 { Err("no luck") } else { Ok(()) }
    }
    #[stopping]
    fn stopping(&mut self) {
        self.journal.note(format!("{} stopping", self.name));
    }
    fn panics(&mut self) {
        panic!("session");
    }
    fn leaves(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
    fn parent(&self, ctx: &mut Context<Self>) -> Option<ActorId> {
        ctx.parent()
    }
    fn ping(&self) -> bool {
        true
    }
}

#[actor]
#[supervise(limit = 2 per 60s, backoff = 1ms..2ms * 2)]
struct Server {
    journal: Journal,
    sessions: Vec<SessionRef>,
    spawns_at_the_end: bool,
}

#[handlers]
impl Server {
    async fn open(&mut self, name: u32, restart: Restart, ctx: &mut Context<Self>) -> Result<SessionRef, SpawnError> {
        let journal = self.journal.clone();
        let session = ctx.spawn(move || Session { name, journal: journal.clone() }).restart(restart).await?;
        self.sessions.push(session.clone());
        Ok(session)
    }
    fn detach(&mut self, name: u32, ctx: &mut Context<Self>) -> SessionRef {
        let journal = self.journal.clone();
        ctx.spawn(move || Session { name, journal: journal.clone() }).detach()
    }
    fn children(&self, ctx: &mut Context<Self>) -> Vec<ActorId> {
        ctx.children()
    }
    fn forget(&mut self) {
        self.sessions.clear();
    }
    fn fails(&mut self) -> Result<(), &'static str> {
        Err("server")
    }
    fn name(&self, ctx: &mut Context<Self>) -> String {
        ctx.system().name().to_string()
    }
    #[stopping]
    async fn stopping(&mut self, ctx: &mut Context<Self>) {
        self.journal.note("server stopping");
        if self.spawns_at_the_end {
            let journal = self.journal.clone();
            let late = ctx.spawn(move || Session { name: 99, journal: journal.clone() }).await;
            self.journal.note(late.unwrap_err().to_string());
        }
    }
}

fn server(journal: &Journal) -> impl Fn() -> Server + Send + 'static {
    let journal = journal.clone();
    move || Server { journal: journal.clone(), sessions: Vec::new(), spawns_at_the_end: false }
}

#[test]
fn a_child_is_up_when_it_was_awaited_and_knows_its_parent() {
    everywhere(|system| async move {
        let server = system.spawn(server(&Journal::default())).await.unwrap();
        let session = server.open(1, Restart::Transient).await.unwrap();
        assert_eq!(session.parent().await.unwrap(), server.control().id());
        assert_eq!(server.children().await.unwrap(), [session.control().id().unwrap()]);
        assert_eq!(server.name().await.unwrap(), system.name());
        let detached = server.detach(2).await.unwrap();
        assert_eq!(detached.ping().await, Ok(true));
        assert_eq!(server.children().await.unwrap().len(), 2);
        session.control().stop().await;
        assert_eq!(server.children().await.unwrap(), [detached.control().id().unwrap()]);
    });
}

#[test]
fn children_stop_before_their_parent_in_reverse_order_of_their_start() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let server = system.spawn(server(&journal)).await.unwrap();
        for name in 1..4 {
            server.open(name, Restart::Permanent).await.unwrap();
        }
        server.control().stop().await;
        let expected = ["3 stopping", "2 stopping", "1 stopping", "server stopping"];
        assert_eq!(journal.entries()[3..], expected);
    });
}

#[test]
fn a_first_start_that_fails_is_an_error_to_the_parent_who_lives_on() {
    everywhere(|system| async move {
        let server = system.spawn(server(&Journal::default())).await.unwrap();
        let error = server.open(13, Restart::Permanent).await.unwrap_err();
        assert!(matches!(&error, AskError::Handler(SpawnError::Failed(_))), "{error:?}");
        let detached = server.detach(13).await.unwrap();
        detached.control().stopped().await;
        assert_eq!(detached.ping().await, Err(AskError::Stopped));
        assert_eq!(server.children().await.unwrap(), []);
        assert_eq!(system.counts::<Session>().restarts, 0);
    });
}

/// What becomes of a child of this type after a panic, after its own stop, and after one from outside.
async fn ends(system: ActorSystem, restart: Restart, after_a_panic: bool, after_its_own_stop: bool) {
    let journal = Journal::default();
    let server = system.spawn(server(&journal)).await.unwrap();
    for (lives_on, end) in [(after_a_panic, 0), (after_its_own_stop, 1), (false, 2)] {
        let session = server.open(1, restart).await.unwrap();
        match end {
            0 => session.panics().await.unwrap(),
            1 => session.leaves().await.unwrap(),
            _ => session.control().stop().await,
        }
        let expected = if lives_on { Ok(true) } else { Err(AskError::Stopped) };
        assert_eq!(session.ping().await, expected, "{restart:?} after {end}");
        if !lives_on {
            // Who asks hears of it first, and the parent when it is over.
            session.control().stopped().await;
        }
    }
    let lives = usize::from(after_a_panic) + usize::from(after_its_own_stop);
    assert_eq!(system.counts::<Session>().restarts, lives as u64);
    assert_eq!(server.children().await.unwrap().len(), lives);
    let hooks = journal.entries().iter().filter(|entry| *entry == "1 stopping").count();
    assert_eq!(hooks, 2, "its own stop and one from outside have a last word, in whatever life: {restart:?}");
}

#[test]
fn a_permanent_child_is_restarted_after_any_end_nobody_asked_for() {
    everywhere(|system| ends(system, Restart::Permanent, true, true));
}

#[test]
fn a_transient_child_is_restarted_after_a_failure() {
    everywhere(|system| ends(system, Restart::Transient, true, false));
}

#[test]
fn a_temporary_child_is_never_restarted() {
    everywhere(|system| ends(system, Restart::Temporary, false, false));
}

#[test]
fn who_drops_the_last_ref_ends_a_child_unless_it_is_permanent() {
    everywhere(|system| async move {
        let server = system.spawn(server(&Journal::default())).await.unwrap();
        let ended = server.open(1, Restart::Transient).await.unwrap().control().stopped();
        let permanent = server.open(2, Restart::Permanent).await.unwrap().control().id().unwrap();
        server.forget().await.unwrap();
        ended.await;
        assert_eq!(server.children().await.unwrap(), [permanent]);
    });
}

#[test]
fn the_limit_of_each_child_is_its_own() {
    everywhere(|system| async move {
        let server = system.spawn(server(&Journal::default())).await.unwrap();
        let mut sessions = Vec::new();
        for name in 1..4 {
            sessions.push(server.open(name, Restart::Transient).await.unwrap());
        }
        // Two each: six within the window of two.
        for _ in 0..2 {
            for session in &sessions {
                session.panics().await.unwrap();
                assert_eq!(session.ping().await, Ok(true));
            }
        }
        assert_eq!(system.counts::<Server>().restarts, 0);
        sessions[1].panics().await.unwrap();
        while system.counts::<Server>().restarts == 0 {
            yield_now().await;
        }
        assert_eq!(server.children().await.unwrap(), [], "a new life has no children of the old one");
        assert_eq!(sessions[0].ping().await, Err(AskError::Stopped));
    });
}

#[test]
fn a_permanent_child_that_stops_itself_too_often_fails_its_parent() {
    everywhere(|system| async move {
        let server = system.spawn(server(&Journal::default())).await.unwrap();
        let session = server.open(1, Restart::Permanent).await.unwrap();
        for _ in 0..3 {
            session.leaves().await.unwrap();
        }
        session.control().stopped().await;
        while system.counts::<Server>().restarts == 0 {
            yield_now().await;
        }
        assert_eq!(system.counts::<Session>().restarts, 2);
    });
}

#[test]
fn a_failure_of_the_parent_stops_its_children_first() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let server = system.spawn(server(&journal)).await.unwrap();
        let session = server.open(1, Restart::Permanent).await.unwrap();
        server.fails().await.unwrap();
        assert_eq!(server.children().await.unwrap(), []);
        assert!(!session.control().is_alive());
        assert_eq!(journal.entries(), ["1 started", "1 stopping"]);
    });
}

#[test]
fn nobody_is_born_while_its_parent_stops() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let kept = journal.clone();
        let factory = move || Server { journal: kept.clone(), sessions: Vec::new(), spawns_at_the_end: true };
        let server = system.spawn(factory).await.unwrap();
        server.control().stop().await;
        let expected = ["server stopping", "the parent stops; start children before that, or in `#[started]`"];
        assert_eq!(journal.entries(), expected);
    });
}

#[test]
fn a_handle_from_a_context_keeps_the_system_no_longer_than_it_is_kept() {
    #[actor]
    struct Holder {
        journal: Journal,
    }

    #[handlers]
    impl Holder {
        #[stopping]
        fn stopping(&mut self, ctx: &mut Context<Self>) {
            self.journal.note(ctx.system().name());
        }
        fn ping(&self) -> bool {
            true
        }
    }

    everywhere_with(
        |builder| builder,
        |system| async move {
            let (journal, name) = (Journal::default(), system.name().to_string());
            let kept = journal.clone();
            let holder = system.spawn(move || Holder { journal: kept.clone() }).await.unwrap();
            assert_eq!(holder.ping().await, Ok(true));
            drop(system);
            holder.control().stopped().await;
            // A stepped system ends at once, without hooks.
            assert!(journal.entries().is_empty() || journal.entries() == [name]);
        },
    );
}

#[test]
fn many_children_come_and_go() {
    everywhere(|system| async move {
        let server = system.spawn(server(&Journal::default())).await.unwrap();
        let mut ends = Vec::new();
        for name in 100..400 {
            ends.push(server.open(name, Restart::Transient).await.unwrap());
        }
        assert_eq!(server.children().await.unwrap().len(), 300);
        server.forget().await.unwrap();
        let ends: Vec<_> = ends.into_iter().map(|session| session.control().stopped()).collect();
        for end in ends {
            end.await;
        }
        assert_eq!(server.children().await.unwrap(), []);
        assert_eq!(system.counts::<Session>().stopped, 300);
    });
}
