//! An actor as the macros expand it, written by hand: the contract without the macros.
#![cfg(feature = "tokio")]
#![allow(missing_docs, unreachable_pub)]

use actor_runtime::actor::{
    Absent, AllHandlersInOneBlock, AnyError, Anywhere, Configured, Handled, MetricsLevel, Movable, Options, Protocol,
    SupervisorStrategy,
};
use actor_runtime::backend::tokio::ActorSystem;
use actor_runtime::beside::{NoValues, Shelf};
use actor_runtime::call::{Ask, Call, Tell};
use actor_runtime::context::{Context, Nursery};
use actor_runtime::error::{AskError, Unanswered};
use actor_runtime::failure::Failure;
use actor_runtime::message::{Message, Mode, UserLane};
use actor_runtime::metrics::Dwell;
use actor_runtime::policy::Overflow;
use actor_runtime::reference::{ActorRef, Control, Ref};
use actor_runtime::reply::Reply;
use actor_runtime::supervision::Supervision;
use std::time::Duration;

pub struct Counter {
    total: u64,
}

pub struct CounterRef(Ref<Counter>);
impl Clone for CounterRef {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
impl PartialEq for CounterRef {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl Eq for CounterRef {}
impl std::hash::Hash for CounterRef {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl std::fmt::Debug for CounterRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
impl ActorRef for CounterRef {
    type Actor = Counter;
    fn from_ref(inner: Ref<Counter>) -> Self {
        Self(inner)
    }
    fn as_ref(&self) -> &Ref<Counter> {
        &self.0
    }
}
impl CounterRef {
    fn control(&self) -> Control<'_> {
        Control::new(&self.0)
    }
}
impl Configured for Counter {
    type Ref = CounterRef;
    type Residence = Anywhere;
    type Errors = AnyError;
    type Timers = Absent;
    type Figures = Absent;

    const OPTIONS: Options = Options {
        name: "counter",
        capacity: 4,
        overflow: Overflow::Wait,
        stash: 0,
        timers: 0,
        // Miri takes its time over a panic.
        ask_timeout: if cfg!(miri) { None } else { Some(Duration::from_secs(5)) },
        inline_ask: true,
        throughput: 64,
        fairness: 8,
        dispatcher: None,
        metrics: MetricsLevel::Counts,
        dwell: Dwell::All,
        counters: &[],
        histograms: &[],
        tags: &[],
    };
}
impl SupervisorStrategy for Counter {
    const CHILDREN: usize = 0;
    const SUPERVISION: Supervision = Supervision::DEFAULT;
    fn start_child(&mut self, _: usize, _: &mut Nursery<'_, Self>) -> Result<(), Failure> {
        Ok(())
    }
}
impl Counter {
    fn add(&mut self, by: u64) {
        self.total += by;
    }
    fn total(&self) -> u64 {
        self.total
    }
    fn boom(&mut self) {
        panic!("boom");
    }
    async fn slow(&mut self) -> u64 {
        tokio::task::yield_now().await;
        self.total
    }
}
const _: () = {
    #[allow(unreachable_pub)]
    pub enum CounterMessage {
        Add { by: u64 },
        Total { reply: Reply<u64> },
        Boom {},
        Slow { reply: Reply<u64> },
    }
    impl Message for CounterMessage {
        type Lanes = UserLane;
        type Packed = Self;
        type Values = NoValues;
        fn pack(self, _: impl Shelf) -> Result<Self, Self> {
            Ok(self)
        }
        fn unpack(packed: Self, _: impl Shelf) -> Self {
            packed
        }
        fn index(&self) -> usize {
            match self {
                Self::Add { .. } => 0,
                Self::Total { .. } => 1,
                Self::Boom {} => 2,
                Self::Slow { .. } => 3,
            }
        }
        fn mode(&self) -> Mode {
            match self {
                Self::Add { .. } | Self::Total { .. } | Self::Boom {} => Mode::Sync,
                Self::Slow { .. } => Mode::Async,
            }
        }
        fn refuse(self, why: Unanswered) {
            match self {
                Self::Add { .. } | Self::Boom {} => {}
                Self::Total { reply } | Self::Slow { reply } => reply.refuse(why),
            }
        }
    }
    impl AllHandlersInOneBlock for Counter {
        type Message = CounterMessage;
        type Idling = Absent;
        const MOVABLE: Option<Movable<Self>> = Some(Movable::PROOF);
        const PROTOCOL: Protocol = Protocol {
            type_name: "Counter",
            indirect: false,
            messages: &["add", "total", "boom", "slow"],
            sizes: &[8, 16, 0, 16],
            timers: &[],
        };
        fn handle(&mut self, message: CounterMessage, _: &mut Context<Self>) -> Handled {
            match message {
                CounterMessage::Add { by } => self.add(by),
                CounterMessage::Total { reply } => {
                    let value = self.total();
                    reply.send(value);
                }
                CounterMessage::Boom {} => self.boom(),
                other => other.refuse(Unanswered::NoReply),
            }
            Handled::Done
        }
        async fn handle_async<'a>(&'a mut self, message: CounterMessage, _: &'a mut Context<Self>) -> Handled {
            match message {
                CounterMessage::Slow { reply } => {
                    let value = self.slow().await;
                    reply.send(value);
                }
                other => other.refuse(Unanswered::NoReply),
            }
            Handled::Done
        }
    }
    impl CounterRef {
        pub fn add(&self, by: u64) -> Call<'_, Counter, Tell> {
            Call::told(&self.0, CounterMessage::Add { by })
        }
        pub fn total(&self) -> Call<'_, Counter, Ask<u64>> {
            let attach: fn(&mut CounterMessage, Reply<u64>) -> Reply<u64> = |message, reply| {
                if let CounterMessage::Total { reply: place } = message { place.swap(reply) } else { reply }
            };
            Call::asked(&self.0, CounterMessage::Total { reply: Reply::discarded() }, attach)
        }
        pub fn boom(&self) -> Call<'_, Counter, Tell> {
            Call::told(&self.0, CounterMessage::Boom {})
        }
        pub fn slow(&self) -> Call<'_, Counter, Ask<u64>> {
            let attach: fn(&mut CounterMessage, Reply<u64>) -> Reply<u64> = |message, reply| {
                if let CounterMessage::Slow { reply: place } = message { place.swap(reply) } else { reply }
            };
            Call::asked(&self.0, CounterMessage::Slow { reply: Reply::discarded() }, attach)
        }
    }
};

async fn run_counter() {
    let system = ActorSystem::new("test");
    let counter = system.spawn(|| Counter { total: 0 }).await.unwrap();
    for _ in 0..100 {
        counter.add(2).await.unwrap();
    }
    assert_eq!(counter.total().await, Ok(200));
    assert_eq!(counter.slow().await, Ok(200));
    counter.boom().await.unwrap();
    counter.add(1).await.unwrap();
    assert_eq!(counter.total().await, Ok(1), "restarted with its mailbox kept");
    assert_eq!(system.counts::<Counter>().restarts, 1);
    counter.control().stop().await;
    assert_eq!(counter.total().await, Err(AskError::Stopped));
    assert!(!counter.control().is_alive());
    system.shutdown().await.unwrap();
}

#[tokio::test]
async fn works_on_a_current_thread_runtime() {
    run_counter().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn works_on_a_multi_thread_runtime() {
    run_counter().await;
}

#[test]
fn works_message_by_message() {
    let (system, mut stepper) = ActorSystem::builder("test").seed(7).stepper();
    let counter = stepper.block_on(async { system.spawn(|| Counter { total: 0 }).await.unwrap() });
    counter.add(2).tell().unwrap();
    counter.add(3).tell().unwrap();
    assert_eq!(stepper.run(), 2);
    assert_eq!(stepper.block_on(async { counter.total().await }), Ok(5));
    stepper.block_on(async { system.shutdown().await }).unwrap();
}
