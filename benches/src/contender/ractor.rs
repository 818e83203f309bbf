//! ractor 0.16: unbounded mailboxes, `send_message` and `call`. Actors are started with `spawn_instant`, which does
//! not wait for `pre_start`. A supervisor hears of a panic and starts a new actor, whose ref the caller must fetch.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use ractor::rpc::CallResult;
use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef, ActorRuntime, RpcReplyPort, SupervisionEvent};

use tokio::sync::watch;

use super::{Contender, Farewell, Flavor, Latch, Role, Supervised, collapse, labour, run_on_tokio};

/// ractor's actors need nothing to be started from.
pub(crate) struct Ractor;

struct Counter;

pub(crate) enum Count {
    Add(u64),
    Total(RpcReplyPort<u64>),
    Work(u64),
    Solve(u64, RpcReplyPort<u64>),
    Crash,
}

impl Actor for Counter {
    type Msg = Count;
    type State = u64;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Count>, (): ()) -> Result<u64, ActorProcessingErr> {
        Ok(0)
    }

    async fn handle(&self, _: ActorRef<Count>, message: Count, total: &mut u64) -> Result<(), ActorProcessingErr> {
        match message {
            Count::Add(by) => *total += by,
            Count::Total(reply) => reply.send(*total)?,
            Count::Work(rounds) => *total = labour(*total, rounds),
            Count::Solve(rounds, reply) => reply.send(labour(*total, rounds))?,
            Count::Crash => collapse(),
        }
        Ok(())
    }
}

struct Node;

pub(crate) enum Step {
    Link(ActorRef<Step>),
    Hop(u64),
}

struct Place {
    next: Option<ActorRef<Step>>,
    latch: Farewell,
}

impl Actor for Node {
    type Msg = Step;
    type State = Place;
    type Arguments = Arc<Latch>;

    async fn pre_start(&self, _: ActorRef<Step>, latch: Arc<Latch>) -> Result<Place, ActorProcessingErr> {
        Ok(Place { next: None, latch: Farewell(latch) })
    }

    async fn handle(&self, _: ActorRef<Step>, message: Step, place: &mut Place) -> Result<(), ActorProcessingErr> {
        match message {
            Step::Link(next) => place.next = Some(next),
            Step::Hop(0) => place.latch.0.arrive(),
            Step::Hop(left) => place.next.as_ref().expect("the ring is closed").send_message(Step::Hop(left - 1))?,
        }
        Ok(())
    }
}

impl Contender for Ractor {
    const NAME: &'static str = "ractor";
    const ROLE: Role = Role::Peer;
    type Counter = ActorRef<Count>;
    type Node = ActorRef<Step>;

    fn run<T, D>(flavor: Flavor, drive: impl FnOnce(Arc<Self>) -> D + Send + 'static) -> T
    where
        T: Send + 'static,
        D: Future<Output = T> + Send + 'static,
    {
        run_on_tokio(flavor, || drive(Arc::new(Self)))
    }

    async fn counter(&self) -> Self::Counter {
        ActorRuntime::spawn_instant(None, Counter, ()).expect("a nameless actor can be started").0
    }

    async fn add(counter: &Self::Counter, by: u64) {
        counter.send_message(Count::Add(by)).expect("the counter is alive");
    }

    async fn total(counter: &Self::Counter) -> u64 {
        answer(counter, Count::Total).await.expect("the counter answers")
    }

    async fn work(counter: &Self::Counter, rounds: u64) {
        counter.send_message(Count::Work(rounds)).expect("the counter is alive");
    }

    async fn solve(counter: &Self::Counter, rounds: u64) -> u64 {
        answer(counter, |reply| Count::Solve(rounds, reply)).await.expect("the counter answers")
    }

    async fn node(&self, latch: &Arc<Latch>) -> Self::Node {
        ActorRuntime::spawn_instant(None, Node, latch.clone()).expect("a nameless actor can be started").0
    }

    async fn link(node: &Self::Node, next: Self::Node) {
        node.send_message(Step::Link(next)).expect("the node is alive");
    }

    async fn hop(node: &Self::Node, left: u64) {
        node.send_message(Step::Hop(left)).expect("the node is alive");
    }

    async fn stop(node: Self::Node) {
        node.stop(None);
    }
}

async fn answer(counter: &ActorRef<Count>, message: impl FnOnce(RpcReplyPort<u64>) -> Count) -> Option<u64> {
    match counter.call(message, None).await {
        Ok(CallResult::Success(total)) => Some(total),
        Ok(CallResult::Timeout | CallResult::SenderError) | Err(_) => None,
    }
}

/// Where the ref of a supervised actor is found, whichever incarnation is alive.
pub(crate) struct Bed(watch::Receiver<ActorRef<Count>>);

struct Ward;

enum Admission {
    Admit(u64, RpcReplyPort<Vec<Bed>>),
}

impl Actor for Ward {
    type Msg = Admission;
    type State = HashMap<ActorId, watch::Sender<ActorRef<Count>>>;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Admission>, (): ()) -> Result<Self::State, ActorProcessingErr> {
        Ok(HashMap::new())
    }

    async fn handle(
        &self,
        myself: ActorRef<Admission>,
        Admission::Admit(count, reply): Admission,
        beds: &mut Self::State,
    ) -> Result<(), ActorProcessingErr> {
        let mut admitted = Vec::new();
        for _ in 0..count {
            let (patient, _) = Actor::spawn_linked(None, Counter, (), myself.get_cell()).await?;
            let id = patient.get_id();
            let (bed, seen) = watch::channel(patient);
            beds.insert(id, bed);
            admitted.push(Bed(seen));
        }
        reply.send(admitted)?;
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        myself: ActorRef<Admission>,
        event: SupervisionEvent,
        beds: &mut Self::State,
    ) -> Result<(), ActorProcessingErr> {
        if let SupervisionEvent::ActorFailed(who, _) = event {
            let bed = beds.remove(&who.get_id()).expect("only patients are linked");
            let (patient, _) = Actor::spawn_linked(None, Counter, (), myself.get_cell()).await?;
            bed.send_replace(patient.clone());
            beds.insert(patient.get_id(), bed);
        }
        Ok(())
    }
}

impl Supervised for Ractor {
    type Patient = Bed;

    async fn patients(&self, count: u64) -> Vec<Self::Patient> {
        let (ward, _) = Actor::spawn(None, Ward, ()).await.expect("the supervisor starts");
        match ward.call(|reply| Admission::Admit(count, reply), None).await {
            Ok(CallResult::Success(beds)) => beds,
            Ok(CallResult::Timeout | CallResult::SenderError) | Err(_) => panic!("the supervisor answers"),
        }
    }

    async fn nurse(patient: &Self::Patient) {
        let counter = patient.0.borrow().clone();
        Self::add(&counter, 1).await;
    }

    async fn crash(patient: &Self::Patient) {
        patient.0.borrow().send_message(Count::Crash).expect("the patient is alive");
    }

    async fn answer(patient: &Self::Patient) -> Option<u64> {
        let mut bed = patient.0.clone();
        let counter = bed.borrow_and_update().clone();
        let count = answer(&counter, Count::Total).await;
        if count.is_none() {
            bed.changed().await.expect("the supervisor is alive");
        }
        count
    }
}
