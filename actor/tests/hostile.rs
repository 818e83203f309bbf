//! Code of users that panics where nobody expects it: it costs whoever owns it, and nobody else.
#![allow(missing_docs)]

mod common;

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context as TaskContext, Wake, Waker};
use std::time::Duration;

use actor::prelude::*;
use actor::{Dispatcher, ReadyCell};
use common::{Channel, Gate, everywhere, everywhere_with, in_hand, on_runtimes, yield_now};

/// The payload of a panic, which panics itself when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("a payload was dropped");
        }
    }
}

/// A capture of a factory that panics when it is dropped.
struct Capture;

impl Drop for Capture {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            std::panic::panic_any(Bomb);
        }
    }
}

/// A waker that panics when it is woken.
#[derive(Default)]
struct Angry {
    woken: AtomicBool,
}

impl Angry {
    fn woken(&self) -> bool {
        self.woken.load(Ordering::SeqCst)
    }

    /// Polls `future` once, so that it wakes this waker when it is ready.
    fn wait_for<F: Future + Unpin>(self: &Arc<Self>, future: &mut F) {
        let waker = Waker::from(Arc::clone(self));
        assert!(Pin::new(future).poll(&mut TaskContext::from_waker(&waker)).is_pending());
    }
}

impl Wake for Angry {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        panic!("an angry waker");
    }
}

#[actor(mailbox = 1)]
struct Server {
    gate: Gate,
    kept: Vec<Reply<u32>>,
}

#[handlers]
impl Server {
    fn boom(&mut self) {
        std::panic::panic_any(Bomb);
    }
    fn add(&mut self) {
        assert!(self.kept.is_empty());
    }
    fn keep(&mut self, reply: Reply<u32>) {
        self.kept.push(reply);
    }
    fn get(&self) -> u32 {
        1
    }
    async fn hold(&mut self) -> u32 {
        self.gate.passed().await;
        2
    }
    async fn ready(&mut self) -> bool {
        yield_now().await;
        true
    }
}

fn server(gate: &Gate) -> impl Fn() -> Server + Send + 'static {
    let gate = gate.clone();
    move || Server { gate: gate.clone(), kept: Vec::new() }
}

#[actor]
struct Asker {
    server: ServerRef,
}

#[handlers]
impl Asker {
    fn ask(&mut self, ctx: &mut Context<Self>) {
        self.server
            .get()
            .then(ctx, |me: &AskerRef, answer| {
                if answer.is_ok() {
                    panic!("a bug of the asker");
                }
                me.got(answer)
            })
            .unwrap();
    }
    fn got(&mut self, answer: Result<u32, AskError>) {
        assert!(answer.is_err(), "the closure lets no other answer through");
    }
    fn ready(&self) -> bool {
        true
    }
}

#[test]
fn a_panic_payload_that_panics_when_dropped_is_one_failure() {
    everywhere(|system| async move {
        let actor = system.spawn(server(&Gate::default())).await.unwrap();
        actor.boom().await.unwrap();
        assert_eq!(actor.ready().await, Ok(true));
        assert_eq!(system.counts::<Server>().failures, 1);
    });
}

#[test]
fn a_factory_that_panics_when_dropped_harms_nobody() {
    everywhere_with(
        |builder| builder.workers(1),
        |system| async move {
            for _ in 0..4 {
                let capture = Capture;
                let factory = move || {
                    let _ = &capture;
                    Server { gate: Gate::default(), kept: Vec::new() }
                };
                let hostile = system.spawn(factory).await.unwrap();
                let stopped = hostile.control().stopped();
                drop(hostile);
                stopped.await;
                let other = system.spawn(server(&Gate::default())).await.unwrap();
                assert_eq!(other.ready().await, Ok(true));
            }
        },
    );
}

/// A dispatcher that panics when it is dropped.
struct Fragile(Arc<Channel>);

impl Dispatcher for Fragile {
    fn schedule(&self, cell: ReadyCell) {
        self.0.schedule(cell);
    }
}

impl Drop for Fragile {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "a dispatcher was dropped");
    }
}

#[actor]
struct Holder {
    held: Vec<ServerRef>,
}

#[handlers]
impl Holder {
    fn hold(&mut self, server: ServerRef) {
        self.held.push(server);
    }
    fn let_go(&mut self) -> usize {
        self.held.drain(..).count()
    }
}

#[test]
fn a_dispatcher_that_panics_when_dropped_does_not_fail_who_lets_its_last_actor_go() {
    on_runtimes(
        |builder| builder,
        |system| async move {
            let holder = system.spawn(|| Holder { held: Vec::new() }).await.unwrap();
            let held = system.spawn(server(&Gate::default())).on(Arc::new(Fragile(Channel::start()))).await.unwrap();
            held.control().stop().await;
            holder.hold(held).await.unwrap();
            assert_eq!(holder.let_go().await, Ok(1));
            assert_eq!(system.counts::<Holder>().failures, 0);
        },
    );
}

#[test]
fn a_waker_of_an_asker_that_panics_does_not_fail_the_actor_asked() {
    everywhere(|system| async move {
        let (angry, gate) = (Arc::new(Angry::default()), Gate::default());
        let actor = system.spawn(server(&gate)).await.unwrap();
        let mut ask = actor.hold().into_future();
        angry.wait_for(&mut ask);
        in_hand(actor.control()).await;
        gate.open();
        assert_eq!(actor.ready().await, Ok(true));
        assert!(angry.woken());
        assert_eq!(ask.await, Ok(2), "the answer is there all the same");
        assert_eq!(system.counts::<Server>().failures, 0);
    });
}

#[test]
fn a_waker_of_a_sender_that_panics_loses_no_turn() {
    everywhere(|system| async move {
        let (angry, gate) = (Arc::new(Angry::default()), Gate::default());
        let actor = system.spawn(server(&gate)).await.unwrap();
        actor.hold().tell().unwrap();
        in_hand(actor.control()).await;
        actor.add().await.unwrap();
        let mut sending = actor.add().into_future();
        angry.wait_for(&mut sending);
        gate.open();
        assert_eq!(actor.ready().await, Ok(true));
        assert!(angry.woken());
        assert_eq!(system.counts::<Server>().failures, 0);
        actor.control().stop().await;
    });
}

#[test]
fn a_waker_of_a_deadline_that_panics_does_not_stop_time() {
    everywhere(|system| async move {
        let angry = Arc::new(Angry::default());
        let actor = system.spawn(server(&Gate::default())).await.unwrap();
        let mut ask = actor.keep().timeout(Duration::from_millis(10)).into_future();
        angry.wait_for(&mut ask);
        assert_eq!(actor.keep().timeout(Duration::from_millis(30)).await, Err(AskError::Timeout));
        assert!(angry.woken());
        assert_eq!(ask.await, Err(AskError::Timeout));
    });
}

#[test]
fn a_then_closure_that_panics_does_not_fail_who_answers() {
    everywhere(|system| async move {
        let replier = system.spawn(server(&Gate::default())).await.unwrap();
        let asker = {
            let server = replier.clone();
            system.spawn(move || Asker { server: server.clone() }).await.unwrap()
        };
        asker.ask().await.unwrap();
        assert_eq!(asker.ready().await, Ok(true), "it has asked");
        assert_eq!(replier.get().await, Ok(1), "behind the call of the asker, so the closure has run");
        assert_eq!(asker.ready().await, Ok(true));
        assert_eq!(system.counts::<Server>().failures, 0);
    });
}

#[test]
fn an_ask_given_up_with_a_waker_that_panics_leaves_nothing_behind() {
    /// Panics when the last of its wakers is dropped.
    struct Last;

    impl Wake for Last {
        fn wake(self: Arc<Self>) {}
    }

    impl Drop for Last {
        fn drop(&mut self) {
            assert!(std::thread::panicking(), "the last waker");
        }
    }

    #[actor(ask_timeout = off)]
    struct Late {
        kept: Vec<Reply<Arc<()>>>,
    }

    #[handlers]
    impl Late {
        fn value(&mut self, reply: Reply<Arc<()>>) {
            self.kept.push(reply);
        }
        fn send(&mut self, value: Arc<()>) -> bool {
            self.kept.drain(..).for_each(|reply| reply.send(Arc::clone(&value)));
            true
        }
    }

    everywhere(|system| async move {
        let late = system.spawn(|| Late { kept: Vec::new() }).await.unwrap();
        let mut ask = late.value().into_future();
        let waker = Waker::from(Arc::new(Last));
        assert!(Pin::new(&mut ask).poll(&mut TaskContext::from_waker(&waker)).is_pending());
        drop(waker);
        drop(ask);
        let value = Arc::new(());
        assert_eq!(late.send(Arc::clone(&value)).await, Ok(true));
        assert_eq!(Arc::strong_count(&value), 1, "a value that nobody waits for is dropped");
    });
}
