//! `ask_cycle`, the longer ones: handlers that wait for each other in a circle are told where it closes, and named.
#![allow(missing_docs)]

mod common;

use std::future::{Future, IntoFuture, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use actor::prelude::*;
use actor::{ActorId, Builder, SystemEvent};
use common::{Gate, Journal, begin, everywhere_with, handled, in_hand, on_runtimes, poll_once, soon, until, yield_now};

/// Looks for circles, in a release build too.
fn finding(builder: Builder) -> Builder {
    builder.find_cycles(true)
}

/// A circle was found.
const FOUND: u32 = 100;

/// A reply that somebody else sends.
type Kept = Arc<Mutex<Option<Reply<u32>>>>;

/// One of a ring: each knows the next.
#[actor(mailbox = 1, ask_timeout = off)]
struct Link {
    next: Option<LinkRef>,
    kept: Kept,
    journal: Journal,
}

#[handlers]
impl Link {
    fn join(&mut self, next: LinkRef) {
        self.next = Some(next);
    }
    /// Asks the next one, and so on, so often.
    async fn ask_on(&mut self, left: u32) -> u32 {
        match &self.next {
            Some(next) if left > 0 => match next.ask_on(left - 1).await {
                Ok(sum) => sum + 1,
                Err(AskError::Cycle) => FOUND,
                Err(error) => panic!("{error}"),
            },
            _ => 0,
        }
    }
    /// Sends to the next one, whose mailbox may be full, and asks it to do the same.
    async fn send_on(&mut self, left: u32) {
        let Some(next) = self.next.clone().filter(|_| left > 0) else { return };
        let (first, second) = (next.send_on(left - 1).await, next.send_on(0).await);
        self.journal.note(format!("{first:?} {:?}", second.and(next.send_on(0).await)));
    }
    /// Keeps the reply, for whoever has the answer.
    fn ask_kept(&mut self, reply: Reply<u32>) {
        *self.kept.lock().unwrap() = Some(reply);
    }
    /// Asks for what the next one keeps the reply of.
    async fn wait_for_kept(&mut self) -> u32 {
        match &self.next {
            Some(next) => next.ask_kept().await.unwrap(),
            None => 0,
        }
    }
    /// Asks once and gives that up, then behaves.
    async fn ask_and_forget(&mut self) -> bool {
        let Some(next) = &self.next else { return false };
        next.ask_kept().timeout(Duration::from_millis(1)).await == Err(AskError::Timeout)
            && next.ask_on(0).timeout(Duration::ZERO).await == Err(AskError::Timeout)
    }
}

/// A ring of so many.
async fn ring(system: &ActorSystem, length: usize, journal: &Journal, kept: &Kept) -> Vec<LinkRef> {
    let mut links = Vec::new();
    for _ in 0..length {
        let (journal, kept) = (journal.clone(), kept.clone());
        let link = move || Link { next: None, kept: kept.clone(), journal: journal.clone() };
        links.push(system.spawn(link).await.unwrap());
    }
    for (place, link) in links.iter().enumerate() {
        link.join(links[(place + 1) % length].clone()).await.unwrap();
    }
    links
}

#[test]
fn the_ask_that_closes_a_circle_fails_at_once_and_the_others_are_answered() {
    everywhere_with(finding, |system| async move {
        for length in 2..5 {
            let links = ring(&system, length as usize, &Journal::default(), &Kept::default()).await;
            assert_eq!(soon(links[0].ask_on(length - 1).owned()).await, Ok(length - 1), "no circle");
            assert_eq!(soon(links[0].ask_on(length).owned()).await, Ok(FOUND + length - 1));
            // Nothing of it is left.
            assert_eq!(soon(links[1].ask_on(length - 1).owned()).await, Ok(length - 1));
        }
    });
}

#[test]
fn a_wait_for_room_that_closes_a_circle_fails_at_once() {
    everywhere_with(finding, |system| async move {
        let journal = Journal::default();
        let links = ring(&system, 2, &journal, &Kept::default()).await;
        links[0].send_on(9).await.unwrap();
        until(|| journal.entries().iter().any(|entry| entry.contains("WouldDeadlock"))).await;
        for link in &links {
            assert!(soon(link.ask_on(0).owned()).await.is_ok(), "everybody goes on");
        }
    });
}

#[test]
fn a_reply_that_may_be_handed_on_is_no_circle() {
    everywhere_with(finding, |system| async move {
        let kept = Kept::default();
        let links = ring(&system, 2, &Journal::default(), &kept).await;
        let waits = links[0].wait_for_kept();
        let asks = async {
            until(|| kept.lock().unwrap().is_some()).await;
            // It waits for the first one, which waits for a reply that anybody may send.
            let mut asks = pin!(links[1].ask_on(1).into_future());
            begin(asks.as_mut()).await;
            in_hand(links[1].control()).await;
            kept.lock().unwrap().take().unwrap().send(7);
            asks.await
        };
        assert_eq!(tokio::join!(waits.into_future(), asks), (Ok(7), Ok(1)));
    });
}

#[test]
fn an_ask_that_was_given_up_is_no_part_of_a_circle() {
    everywhere_with(finding, |system| async move {
        let links = ring(&system, 2, &Journal::default(), &Kept::default()).await;
        assert_eq!(links[0].ask_and_forget().await, Ok(true));
        assert_eq!(soon(links[1].ask_on(1).owned()).await, Ok(1));
    });
}

#[test]
fn a_call_that_was_begun_and_kept_is_no_part_of_a_circle() {
    type Kept = Arc<Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>>;

    #[actor(ask_timeout = off)]
    struct Friend {
        other: Option<FriendRef>,
        kept: Kept,
    }

    #[handlers]
    impl Friend {
        fn knows(&mut self, other: FriendRef) {
            self.other = Some(other);
        }
        async fn begins_to_ask(&mut self) {
            let Some(other) = self.other.clone() else { return };
            let mut call: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
                let _ = other.asks().await;
            });
            begin(call.as_mut()).await;
            *self.kept.lock().unwrap() = Some(call);
        }
        async fn asks(&mut self) -> Result<u32, AskError> {
            match &self.other {
                Some(other) => other.answers().await,
                None => Ok(0),
            }
        }
        fn answers(&self) -> u32 {
            7
        }
    }

    everywhere_with(finding, |system| async move {
        let kept = Kept::default();
        let friend = || {
            let kept = kept.clone();
            system.spawn(move || Friend { other: None, kept: kept.clone() })
        };
        let (one, other) = (friend().await.unwrap(), friend().await.unwrap());
        one.knows(other.clone()).await.unwrap();
        other.knows(one.clone()).await.unwrap();
        let asleep = other.control().suspend("until that is kept");
        one.begins_to_ask().await.unwrap();
        until(|| kept.lock().unwrap().is_some()).await;
        assert_eq!(one.answers().await, Ok(7), "its handler has ended");
        asleep.resume();
        assert_eq!(soon(other.asks().owned()).await, Ok(7));
        let call = kept.lock().unwrap().take().unwrap();
        soon(call).await;
    });
}

/// One of some that know each other, and do not wait for the end of what they ask.
#[actor(mailbox = 2, ask_timeout = off)]
struct Hasty {
    others: Vec<HastyRef>,
}

#[handlers]
impl Hasty {
    fn meet(&mut self, others: Vec<HastyRef>) {
        self.others = others;
    }
    async fn hold(&mut self, gate: Gate) -> u32 {
        gate.passed().await;
        1
    }
    async fn gives_up(&mut self, asked: usize, gate: Gate) {
        let _ = self.others[asked].hold(gate).timeout(Duration::from_millis(1)).await;
    }
    async fn gives_up_and_goes_on(&mut self, asked: usize, gate: Gate, given_up: Gate, end: Gate) {
        let _ = self.others[asked].hold(gate).timeout(Duration::from_millis(1)).await;
        given_up.open();
        end.passed().await;
    }
    async fn takes_the_first(&mut self, one: usize, other: usize, gate: Gate) {
        tokio::select! {
            _ = self.others[one].hold(gate.clone()).into_future() => {}
            _ = self.others[other].hold(gate).into_future() => {}
            () = yield_now() => {}
        }
    }
    async fn waits_for_room(&mut self, asked: usize, gate: Gate) {
        for _ in 0..4 {
            let full = self.others[asked].gives_up(asked, gate.clone()).into_future();
            tokio::select! { _ = full => {} () = yield_now() => {} }
        }
    }
    async fn panics(&mut self, asked: usize, gate: Gate) {
        begin(pin!(self.others[asked].hold(gate).into_future())).await;
        panic!("in the middle");
    }
    /// Asks along the way, and says how far it came.
    async fn passes_on(&mut self, way: Vec<usize>) -> Result<usize, AskError> {
        match way.split_first() {
            Some((next, way)) => {
                Ok(self.others[*next].passes_on(way.to_vec()).await.map_err(|_| AskError::Failed)? + 1)
            }
            None => Ok(0),
        }
    }
}

#[test]
fn an_ask_that_was_given_up_is_no_part_of_a_circle_though_its_handler_goes_on() {
    everywhere_with(finding, |system| async move {
        let one = system.spawn(|| Hasty { others: Vec::new() }).await.unwrap();
        let other = system.spawn(|| Hasty { others: Vec::new() }).await.unwrap();
        for each in [&one, &other] {
            each.meet(vec![one.clone(), other.clone()]).await.unwrap();
        }
        let [gate, given_up, end] = [(); 3].map(|()| Gate::default());
        one.gives_up_and_goes_on(1, gate.clone(), given_up.clone(), end.clone()).await.unwrap();
        given_up.passed().await;
        gate.open();
        let mut asks = pin!(other.passes_on(vec![0]).into_future());
        begin(asks.as_mut()).await;
        until(|| one.control().depth() == 1).await;
        end.open();
        assert_eq!(asks.await.ok(), Some(1));
        for each in [&one, &other] {
            each.meet(Vec::new()).await.unwrap();
        }
    });
}

/// Calls that are cut short in every way, and then some that close no circle.
async fn haste(system: ActorSystem, seed: u64) {
    let mut random = seed;
    let mut pick = move |among: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap() % among
    };
    let mut all = Vec::new();
    for _ in 0..3 {
        all.push(system.spawn(|| Hasty { others: Vec::new() }).await.unwrap());
    }
    let gates: Vec<_> = (0..12).map(|_| Gate::default()).collect();
    for gate in &gates {
        for one in &all {
            let _ = one.meet(all.clone()).tell();
        }
        let passing = system.spawn(|| Hasty { others: Vec::new() }).await.unwrap();
        passing.meet(all.clone()).await.unwrap();
        let by = if pick(3) == 0 { &passing } else { &all[pick(3)] };
        let (one, other, gate) = (pick(3), pick(3), gate.clone());
        match pick(5) {
            0 => drop(by.gives_up(one, gate).tell()),
            1 => drop(by.takes_the_first(one, other, gate).tell()),
            2 => drop(by.waits_for_room(one, gate).tell()),
            3 => drop(by.panics(one, gate).tell()),
            _ => drop(poll_once(Box::pin(by.passes_on(vec![one, other]).owned().into_future())).await),
        }
        for _ in 0..pick(4) {
            yield_now().await;
        }
        soon(passing.control().kill()).await;
    }
    gates.iter().for_each(Gate::open);
    for one in &all {
        soon(one.meet(all.clone()).owned()).await.unwrap();
        soon(one.passes_on(Vec::new()).owned()).await.unwrap();
    }
    for way in [[0, 1, 2], [1, 2, 0], [2, 1, 0], [0, 2, 1]] {
        let [first, rest @ ..] = way;
        assert_eq!(soon(all[first].passes_on(rest.to_vec()).owned()).await.ok(), Some(2), "{seed}: {way:?}");
    }
    for one in &all {
        one.meet(Vec::new()).await.unwrap();
    }
}

#[test]
fn calls_that_are_cut_short_leave_nothing_behind() {
    for seed in 0..if cfg!(miri) { 1 } else { 150 } {
        let (system, mut stepper) = finding(ActorSystem::builder("haste")).seed(seed).stepper();
        stepper.block_on(haste(system, seed));
    }
    on_runtimes(finding, |system| async move {
        for seed in 0..6 {
            haste(system.clone(), seed).await;
        }
    });
}

/// Who is in each circle that is told.
type Told = Arc<Mutex<Vec<Vec<(&'static str, ActorId)>>>>;

/// Notes each circle that is told.
fn noting(builder: Builder) -> (Builder, Told) {
    let told = Told::default();
    let noted = Arc::clone(&told);
    let handler = move |event: &SystemEvent<'_>| {
        if let SystemEvent::AskCycle { actors } = event {
            noted.lock().unwrap().push(actors.to_vec());
        }
    };
    (builder.event_handler(handler), told)
}

#[test]
fn a_circle_is_told_by_the_names_of_all_in_it() {
    let (builder, told) = noting(finding(ActorSystem::builder("told")));
    let (system, mut stepper) = builder.stepper();
    stepper.block_on(async {
        let links = ring(&system, 3, &Journal::default(), &Kept::default()).await;
        assert_eq!(links[0].ask_on(5).await, Ok(FOUND + 2));
        // The last one closed it: it is the first.
        let ids = [2, 0, 1].map(|place: usize| ("link", links[place].control().id().unwrap()));
        assert_eq!(*told.lock().unwrap(), [ids]);
    });
}

#[test]
fn who_asks_itself_is_told_by_its_name() {
    #[actor]
    #[derive(Default)]
    struct Lonely;

    #[handlers]
    impl Lonely {
        async fn asks_itself(&mut self, ctx: &mut actor::Context<Self>) -> Result<u32, AskError> {
            ctx.this().answer().await
        }
        fn answer(&self) -> u32 {
            7
        }
    }

    for looks in [true, false] {
        let (builder, told) = noting(ActorSystem::builder("told").find_cycles(looks));
        let (system, mut stepper) = builder.stepper();
        stepper.block_on(async {
            let lonely = system.spawn(Lonely::default).await.unwrap();
            assert_eq!(lonely.asks_itself().await, Err(AskError::Handler(AskError::Cycle)));
            let named = vec![("lonely", lonely.control().id().unwrap())];
            assert_eq!(*told.lock().unwrap(), if looks { vec![named] } else { vec![] });
        });
    }
}

#[test]
fn who_does_not_look_for_circles_is_helped_by_the_deadline() {
    let (system, mut stepper) = ActorSystem::builder("off").find_cycles(false).stepper();
    stepper.block_on(async {
        let links = ring(&system, 2, &Journal::default(), &Kept::default()).await;
        assert_eq!(links[0].ask_on(2).timeout(Duration::from_secs(1)).await, Err(AskError::Timeout));
    });
}

/// Asks the other, and answers.
#[actor(inline_ask = off, ask_timeout = off)]
struct Peer {
    other: Option<PeerRef>,
    gate: Gate,
}

#[handlers]
impl Peer {
    fn meet(&mut self, other: PeerRef) {
        self.other = Some(other);
    }
    fn answer(&self) -> u32 {
        7
    }
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    async fn ask(&mut self) -> Result<u32, AskError> {
        match &self.other {
            Some(other) => other.answer().await,
            None => Ok(0),
        }
    }
}

#[test]
fn who_was_answered_and_has_not_gone_on_yet_is_no_part_of_a_circle() {
    everywhere_with(finding, |system| async move {
        let gate = Gate::default();
        let peer = || {
            let gate = gate.clone();
            move || Peer { other: None, gate: gate.clone() }
        };
        let (a, b) = (system.spawn(peer()).await.unwrap(), system.spawn(peer()).await.unwrap());
        a.meet(b.clone()).await.unwrap();
        b.meet(a.clone()).await.unwrap();
        // The answer to the one and the question to it in one go.
        b.hold().tell().unwrap();
        in_hand(b.control()).await;
        let mut asks = pin!(a.ask().into_future());
        begin(asks.as_mut()).await;
        until(|| b.control().depth() == 1).await;
        let mut asks_back = pin!(b.ask().into_future());
        begin(asks_back.as_mut()).await;
        gate.open();
        assert_eq!(soon(asks).await, Ok(7));
        assert_eq!(soon(asks_back).await, Ok(7));
    });
}

/// Asks the other again and again, while neither has room.
#[actor(mailbox(capacity = 1, overflow = reject), inline_ask = off, ask_timeout = off)]
struct Narrow {
    other: Option<NarrowRef>,
}

#[handlers]
impl Narrow {
    fn meet(&mut self, other: NarrowRef) {
        self.other = Some(other);
    }
    fn answer(&self) -> u32 {
        7
    }
    /// Returns how often that would have closed a circle.
    async fn insist(&mut self, gate: Gate) -> usize {
        gate.passed().await;
        let mut circles = 0;
        for _ in 0..if cfg!(miri) { 20 } else { 2_000 } {
            let Some(other) = &self.other else { break };
            circles += usize::from(other.answer().await == Err(AskError::Cycle));
        }
        circles
    }
}

/// Keeps what it is asked, and asks.
#[actor(mailbox = 1, ask_timeout = off)]
struct Keeper {
    other: Option<KeeperRef>,
}

#[handlers]
impl Keeper {
    fn meet(&mut self, other: Option<KeeperRef>) {
        self.other = other;
    }
    fn answer(&self, reply: Reply<u32>) {
        reply.send(7);
    }
    async fn ask(&mut self, gate: Gate) -> Result<u32, AskError> {
        gate.passed().await;
        match &self.other {
            Some(other) => other.answer().await,
            None => Ok(0),
        }
    }
}

#[test]
fn who_waits_for_room_is_part_of_a_circle_though_the_reply_may_be_handed_on() {
    everywhere_with(finding, |system| async move {
        let keeper = || system.spawn(|| Keeper { other: None });
        let (a, b) = (keeper().await.unwrap(), keeper().await.unwrap());
        soon(a.meet(Some(b.clone())).done().owned()).await.unwrap();
        soon(b.meet(Some(a.clone())).done().owned()).await.unwrap();
        let gate = Gate::default();
        let (mut one, mut other) = (pin!(a.ask(gate.clone()).into_future()), pin!(b.ask(gate.clone()).into_future()));
        for each in [(&a, one.as_mut()), (&b, other.as_mut())] {
            begin(each.1).await;
            in_hand(each.0.control()).await;
            each.0.answer().tell().unwrap();
        }
        gate.open();
        // Each waits for room in the mailbox of the other.
        let told = (soon(one).await, soon(other).await);
        let cycle = Err(AskError::Handler(AskError::Cycle));
        assert!(told == (cycle, Ok(7)) || told == (Ok(7), cycle), "{told:?}");
        for each in [&a, &b] {
            soon(each.meet(None).owned()).await.unwrap();
        }
    });
}

#[test]
fn who_is_refused_at_once_has_waited_for_nobody() {
    everywhere_with(finding, |system| async move {
        let narrow = || system.spawn(|| Narrow { other: None });
        let (a, b) = (narrow().await.unwrap(), narrow().await.unwrap());
        soon(a.meet(b.clone()).done().owned()).await.unwrap();
        soon(b.meet(a.clone()).done().owned()).await.unwrap();
        let gate = Gate::default();
        let (mut one, mut other) =
            (pin!(a.insist(gate.clone()).into_future()), pin!(b.insist(gate.clone()).into_future()));
        for each in [(&a, one.as_mut()), (&b, other.as_mut())] {
            begin(each.1).await;
            in_hand(each.0.control()).await;
            each.0.answer().tell().unwrap();
        }
        gate.open();
        assert_eq!((soon(one).await, soon(other).await), (Ok(0), Ok(0)));
    });
}

/// Asks the other, and does not wait for it alone.
#[actor(inline_ask = off, ask_timeout = off)]
struct Idler {
    other: Option<IdlerRef>,
    begun: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    waker: Option<Waker>,
}

#[handlers]
impl Idler {
    fn meet(&mut self, other: Option<IdlerRef>) {
        (self.other, self.begun, self.waker) = (other, None, None);
    }
    fn answer(&self) -> u32 {
        7
    }
    async fn ask(&mut self) -> Result<u32, AskError> {
        match &self.other {
            Some(other) => other.answer().await,
            None => Ok(0),
        }
    }
    async fn asks_later(&mut self, gate: Gate) -> Result<u32, AskError> {
        gate.passed().await;
        self.ask().await
    }
    /// Is woken before it asks, and takes that.
    async fn takes_what_is_there(&mut self) {
        let Some(other) = &self.other else { return };
        tokio::select! { biased; () = yield_now() => {} _ = other.answer().into_future() => {} }
    }
    /// No handler that could wait.
    fn begins_to_ask(&mut self) {
        let Some(other) = self.other.clone() else { return };
        let call = self.begun.insert(Box::pin(async move {
            let _ = other.answer().await;
        }));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    /// Asks, and keeps that with its waker.
    async fn begins_to_ask_and_keeps_it(&mut self) {
        let Some(other) = self.other.clone() else { return };
        let call = self.begun.insert(Box::pin(async move {
            let _ = other.answer().await;
        }));
        let waker = poll_fn(|cx| {
            assert!(call.as_mut().poll(cx).is_pending());
            Poll::Ready(cx.waker().clone())
        });
        self.waker = Some(waker.await);
    }
    /// No handler that could wait, though it has the waker of one that could.
    fn asks_on(&mut self) {
        let (Some(call), Some(waker)) = (&mut self.begun, &self.waker) else { return };
        assert!(call.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
    }
    /// Asks, and is polled again and again meanwhile.
    async fn asks_without_rest(&mut self) -> Result<u32, AskError> {
        let Some(other) = self.other.clone() else { return Ok(0) };
        let mut call = pin!(other.ask().into_future());
        let answer = poll_fn(|cx| {
            let polled = call.as_mut().poll(cx);
            cx.waker().wake_by_ref();
            polled
        });
        answer.await.map_err(|error| match error {
            AskError::Handler(error) => error,
            _ => AskError::Failed,
        })
    }
    /// Asks with a waker that is not its own, and goes on later, whenever the answer comes.
    async fn asks_and_looks_later(&mut self, asked: Gate, gate: Gate) -> Result<u32, AskError> {
        let Some(other) = self.other.clone() else { return Ok(0) };
        let mut call = pin!(other.answer().into_future());
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        asked.open();
        gate.passed().await;
        call.await
    }
}

/// Two that know each other, until they are told to forget that.
async fn idlers(system: &ActorSystem) -> [IdlerRef; 2] {
    let idler = || system.spawn(|| Idler { other: None, begun: None, waker: None });
    let both = [idler().await.unwrap(), idler().await.unwrap()];
    for (one, other) in [(0, 1), (1, 0)] {
        soon(both[one].meet(Some(both[other].clone())).done().owned()).await.unwrap();
    }
    both
}

async fn part(idlers: [&IdlerRef; 2]) {
    for idler in idlers {
        soon(idler.meet(None).owned()).await.unwrap();
    }
}

#[test]
fn who_is_woken_before_it_asks_is_no_part_of_a_circle() {
    everywhere_with(finding, |system| async move {
        let [one, other] = idlers(&system).await;
        for _ in 0..8 {
            let takes = one.takes_what_is_there().into_future();
            let (_, asked) = soon(async { tokio::join!(takes, other.ask().into_future()) }).await;
            assert_eq!(asked, Ok(7));
        }
        part([&one, &other]).await;
    });
}

#[test]
fn a_call_that_was_begun_in_a_handler_that_cannot_wait_is_no_part_of_a_circle() {
    everywhere_with(finding, |system| async move {
        let [one, other] = idlers(&system).await;
        let asleep = other.control().suspend("until that is begun");
        one.begins_to_ask().await.unwrap();
        assert_eq!(one.answer().await, Ok(7), "its handler has ended");
        asleep.resume();
        assert_eq!(soon(other.ask().owned()).await, Ok(7));
        part([&one, &other]).await;
    });
}

#[test]
fn a_call_that_goes_on_in_a_handler_that_cannot_wait_is_no_part_of_a_circle() {
    everywhere_with(finding, |system| async move {
        let ([one, other], gate) = (idlers(&system).await, Gate::default());
        let mut asks = pin!(other.asks_later(gate.clone()).into_future());
        begin(asks.as_mut()).await;
        in_hand(other.control()).await;
        one.begins_to_ask_and_keeps_it().await.unwrap();
        one.asks_on().await.unwrap();
        assert_eq!(one.answer().await, Ok(7), "its handler has ended");
        gate.open();
        assert_eq!(soon(asks).await, Ok(7));
        part([&one, &other]).await;
    });
}

#[test]
fn a_circle_is_found_where_one_is_woken_at_every_poll() {
    everywhere_with(finding, |system| async move {
        let [one, other] = idlers(&system).await;
        for _ in 0..8 {
            // It asks back, and one of them hears of it.
            assert_eq!(soon(one.asks_without_rest().owned()).await, Err(AskError::Handler(AskError::Cycle)));
        }
        part([&one, &other]).await;
    });
}

#[test]
fn who_waits_with_another_waker_is_no_part_of_a_circle() {
    everywhere_with(finding, |system| async move {
        let ([one, other], asked, gate) = (idlers(&system).await, Gate::default(), Gate::default());
        let asleep = other.control().suspend("until it has asked");
        let mut looks = pin!(one.asks_and_looks_later(asked.clone(), gate.clone()).into_future());
        begin(looks.as_mut()).await;
        asked.passed().await;
        asleep.resume();
        until(|| handled::<Idler>(&system, "answer") == 1).await;
        let mut asks = pin!(other.ask().into_future());
        begin(asks.as_mut()).await;
        until(|| one.control().depth() == 1).await;
        gate.open();
        assert_eq!((soon(looks).await, soon(asks).await), (Ok(7), Ok(7)));
        part([&one, &other]).await;
    });
}

#[test]
fn circles_that_close_at_once_are_found() {
    on_runtimes(finding, |system| async move {
        for round in 0..if cfg!(miri) { 2 } else { 30 } {
            let links = ring(&system, 2 + round % 3, &Journal::default(), &Kept::default()).await;
            let all = links.iter().map(|link| tokio::spawn(link.ask_on(10).owned().into_future()));
            for asked in all.collect::<Vec<_>>() {
                soon(asked).await.unwrap().unwrap();
            }
        }
    });
}
