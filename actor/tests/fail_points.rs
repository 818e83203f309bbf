//! Promise `panics`: every place where code of users is called, numbered, panics in turn, on every kind of system. It costs
//! whoever owns it: the others live, every ask ends, nothing is lost without a word, the system shuts down, memory is free.
#![allow(missing_docs)]

mod common;

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::panic::panic_any;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::time::Duration;

use actor::prelude::*;
use actor::{Builder, Directive, Failure, LiveFailure, SystemEvent, Topic};
use common::{Gate, begin, everywhere_with, in_hand, soon, until};
use futures_core::Stream;

macro_rules! sites {
    ($($site:ident)*) => {
        /// Where code of users is called.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        enum Site { $($site),* }

        const SITES: &[Site] = &[$(Site::$site),*];
    };
}

sites! {
    PlainFactory PlainFactoryAgain AsyncFactoryCalled AsyncFactoryPolled AsyncFactoryAfterItsAwait AsyncFactoryAgain
    Started StartedAfterItsAwait Handler AsyncHandler HandlerAfterItsAwait ToldHandlerAfterItsError
    Every Idle Restarting Stopping StoppingAfterItsAwait Terminated DeadLetterHook Guard
    Decider DisplayOfAnError
    DropOfTheState DropOfAPlainState DropOfAnArgument DropOfAWaitingMessage DropOfAStashedMessage DropOfAnExpiredMessage
    DropOfAReplyNobodyWaitsFor DropOfAnErrorNobodyWaitsFor DropOfAToldError DropOfAPanicPayload DropOfAFutureCutShort
    CloneOfANotice KeyOfAPool ThenMapping AfterMapping Pipe PipeMapping StreamPolled StreamMapping
    WakerOfAnAsker EventHandler Listener
}

/// What every piece of user code here holds: where to panic, and what is alive.
#[derive(Clone)]
struct Kit(Arc<Inner>);

struct Inner {
    armed: Site,
    has_fired: AtomicBool,
    /// How often each site was reached.
    reached: Mutex<BTreeMap<Site, u32>>,
    /// Messages that carry a [`Load`], by what became of them.
    handled: Mutex<u64>,
    lost: Mutex<u64>,
}

impl Kit {
    fn armed(armed: Site) -> Self {
        Self(Arc::new(Inner {
            armed,
            has_fired: AtomicBool::new(false),
            reached: Mutex::default(),
            handled: Mutex::default(),
            lost: Mutex::default(),
        }))
    }

    /// Code of users runs here: the armed one panics, once.
    fn reach(&self, site: Site) {
        *self.0.reached.lock().unwrap().entry(site).or_default() += 1;
        // A second panic while the first unwinds is the one thing that aborts.
        if site == self.0.armed && !std::thread::panicking() && !self.0.has_fired.swap(true, Ordering::SeqCst) {
            panic!("{site:?}");
        }
    }

    fn times(&self, site: Site) -> u32 {
        self.0.reached.lock().unwrap().get(&site).copied().unwrap_or_default()
    }

    fn has_fired(&self) -> bool {
        self.0.has_fired.load(Ordering::SeqCst)
    }

    /// Reaches the second site where it is not the first time.
    fn reach_again(&self, first: Site, again: Site) {
        self.reach(if self.times(first) == 0 { first } else { again });
    }

    fn load(&self, site: Site) -> Load {
        Load { kit: self.clone(), site }
    }
}

/// Something whose `Drop` is a site.
struct Load {
    kit: Kit,
    site: Site,
}

impl Drop for Load {
    fn drop(&mut self) {
        self.kit.reach(self.site);
    }
}

impl Load {
    /// Dropped here: where an argument's `Drop` panics behind the answer, rustc leaks that.
    fn handled(self) {
        *self.kit.0.handled.lock().unwrap() += 1;
    }
}

struct Mistake(Load);

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.kit.reach(Site::DisplayOfAnError);
        f.write_str("a mistake")
    }
}

struct Notice(Kit);

impl Clone for Notice {
    fn clone(&self) -> Self {
        self.0.reach(Site::CloneOfANotice);
        Self(self.0.clone())
    }
}

struct Key(Kit);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.reach(Site::KeyOfAPool);
        1_u32.hash(state);
    }
}

/// A waker that is a site.
struct Alarm(Kit);

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.0.reach(Site::WakerOfAnAsker);
    }
}

/// Two items, then nothing.
struct Items(Kit, u32);

impl Stream for Items {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<u32>> {
        self.0.reach(Site::StreamPolled);
        self.1 += 1;
        Poll::Ready((self.1 <= 2).then_some(self.1))
    }
}

/// The actor whose every piece of user code is a site.
#[actor(stash = 8, ask_timeout = off)]
struct Subject {
    kit: Kit,
    gate: Gate,
    mortal: BystanderRef,
    _state: Load,
}

#[handlers]
impl Subject {
    #[started]
    async fn started(&mut self, ctx: &mut Context<Self>) {
        self.kit.reach(Site::Started);
        common::yield_now().await;
        ctx.watch(&self.mortal);
        self.kit.reach(Site::StartedAfterItsAwait);
    }
    #[every(3ms)]
    fn tick(&mut self) {
        self.kit.reach(Site::Every);
    }
    #[idle(4ms)]
    fn quiet(&mut self) {
        self.kit.reach(Site::Idle);
    }
    #[restarting]
    fn restarting(&mut self, _failure: &Failure) {
        self.kit.reach(Site::Restarting);
    }
    #[stopping]
    async fn stopping(&mut self) {
        self.kit.reach(Site::Stopping);
        common::yield_now().await;
        self.kit.reach(Site::StoppingAfterItsAwait);
    }
    #[terminated]
    fn gone(&mut self, _who: ActorId, _why: StopReason) {
        self.kit.reach(Site::Terminated);
    }
    #[dead_letter]
    fn lost(&mut self, _letter: DeadLetter<Self>) {
        self.kit.reach(Site::DeadLetterHook);
    }
    fn handle(&mut self, load: Load) -> bool {
        load.handled();
        self.kit.reach(Site::Handler);
        true
    }
    async fn wait(&mut self, load: Load) -> bool {
        load.handled();
        self.gate.passed().await;
        true
    }
    async fn handle_slowly(&mut self, load: Load) -> bool {
        load.handled();
        self.kit.reach(Site::AsyncHandler);
        common::yield_now().await;
        self.kit.reach(Site::HandlerAfterItsAwait);
        true
    }
    async fn hold(&mut self, load: Load) -> Load {
        load.handled();
        self.gate.passed().await;
        self.kit.load(Site::DropOfAReplyNobodyWaitsFor)
    }
    async fn hang(&mut self, load: Load) {
        load.handled();
        let _cut = self.kit.load(Site::DropOfAFutureCutShort);
        std::future::pending().await
    }
    fn fail(&mut self, load: Load) -> Result<(), Mistake> {
        load.handled();
        self.kit.reach(Site::ToldHandlerAfterItsError);
        Err(Mistake(self.kit.load(Site::DropOfAToldError)))
    }
    async fn refuse(&mut self, load: Load) -> Result<u32, Mistake> {
        load.handled();
        self.gate.passed().await;
        Err(Mistake(self.kit.load(Site::DropOfAnErrorNobodyWaitsFor)))
    }
    fn explode(&mut self, load: Load) {
        load.handled();
        panic_any(self.kit.load(Site::DropOfAPanicPayload));
    }
    #[handler(stash_unless = self.is_ready())]
    fn later(&mut self, load: Load) {
        load.handled();
    }
    fn begin_errands(&mut self, ctx: &mut Context<Self>, bystander: BystanderRef) {
        let [timer, piped, arrived, items] = [(); 4].map(|()| self.kit.clone());
        let mapped = self.kit.clone();
        let asks = bystander.lend(self.kit.clone()).then(ctx, |me: &SubjectRef, kit| {
            kit.expect("a bystander answers").reach(Site::ThenMapping);
            me.note()
        });
        assert!(asks.is_ok(), "there is room");
        ctx.after(Duration::from_millis(1), move |me| {
            timer.reach(Site::AfterMapping);
            me.note()
        });
        let future = async move {
            common::yield_now().await;
            piped.reach(Site::Pipe);
        };
        ctx.pipe(future, move |me, ()| {
            arrived.reach(Site::PipeMapping);
            me.note()
        });
        ctx.attach(Items(items, 0), move |me, _| {
            mapped.reach(Site::StreamMapping);
            me.note()
        });
    }
    fn note(&mut self) {}
    fn notice(&mut self, _notice: Notice) {}
    fn ping(&self) -> bool {
        true
    }
}

impl Subject {
    fn is_ready(&self) -> bool {
        self.kit.reach(Site::Guard);
        false
    }
}

#[actor]
struct Bystander;

#[handlers]
impl Bystander {
    fn ping(&self) -> bool {
        true
    }
    fn lend(&self, kit: Kit) -> Kit {
        kit
    }
    fn notice(&mut self, _notice: Notice) {}
}

#[actor]
struct Plain {
    _state: Load,
}

impl Plain {
    fn new(kit: Kit) -> Self {
        Self { _state: kit.load(Site::DropOfAPlainState) }
    }
}

#[handlers]
impl Plain {
    fn fail(&mut self) -> Result<(), &'static str> {
        Err("told to")
    }
    fn ping(&self) -> bool {
        true
    }
}

fn decide(failure: &LiveFailure<'_>) -> Directive {
    if let Some(Mistake(load)) = failure.error::<Mistake>() {
        load.kit.reach(Site::Decider);
    }
    Directive::Restart
}

#[actor(ask_timeout = off)]
#[supervise(limit = unlimited, backoff = 1ms..2ms, decide = decide)]
struct Boss {
    kit: Kit,
    #[child(|boss: &Boss| Plain::new(boss.kit.clone()), pool = 2)]
    pool: Pool<Plain>,
}

#[handlers]
impl Boss {
    async fn hire(&mut self, ctx: &mut Context<Self>, gate: Gate, mortal: BystanderRef) -> Option<SubjectRef> {
        let kit = self.kit.clone();
        let factory = move || {
            let (kit, gate, mortal) = (kit.clone(), gate.clone(), mortal.clone());
            kit.reach(Site::AsyncFactoryCalled);
            async move {
                kit.reach_again(Site::AsyncFactoryPolled, Site::AsyncFactoryAgain);
                common::yield_now().await;
                kit.reach(Site::AsyncFactoryAfterItsAwait);
                Subject { _state: kit.load(Site::DropOfTheState), kit, gate, mortal }
            }
        };
        ctx.spawn(factory).restart(Restart::Permanent).await.ok()
    }
    async fn hire_plainly(&mut self, ctx: &mut Context<Self>) -> Option<PlainRef> {
        let kit = self.kit.clone();
        let factory = move || {
            kit.reach_again(Site::PlainFactory, Site::PlainFactoryAgain);
            Plain::new(kit.clone())
        };
        ctx.spawn(factory).restart(Restart::Permanent).await.ok()
    }
    fn call_by_key(&mut self) {
        drop(self.pool.by(&Key(self.kit.clone())).ping().tell());
    }
    fn publish(&mut self, topic: Topic<Notice>) {
        topic.publish(Notice(self.kit.clone()));
    }
}

/// Loads that are known to have been accepted, and those of asks that came to nothing, which may have been.
#[derive(Default)]
struct Tally {
    sure: u64,
    unsure: u64,
}

impl Tally {
    /// Asks, or tells, and waits for what becomes of it: it ends.
    async fn count<T, E>(&mut self, call: impl IntoFuture<Output = Result<T, E>>) -> Option<T> {
        let outcome = soon(call).await;
        *(if outcome.is_ok() { &mut self.sure } else { &mut self.unsure }) += 1;
        outcome.ok()
    }
}

/// Goes by every site, whichever panics on the way.
async fn scenario(system: ActorSystem, kit: Kit) {
    let mut tally = Tally::default();
    let (bystander, mortal) = (system.spawn(|| Bystander).await.unwrap(), system.spawn(|| Bystander).await.unwrap());
    let gate = Gate::default();
    let factory_kit = kit.clone();
    let boss = system.spawn(move || Boss { kit: factory_kit.clone(), pool: Pool::default() }).await.unwrap();
    let plain = loop {
        if let Ok(Some(plain)) = soon(boss.hire_plainly().owned()).await {
            break plain;
        }
    };
    plain.fail().await.unwrap();
    until(|| kit.times(Site::PlainFactoryAgain) > 0).await;
    let subject = loop {
        if let Ok(Some(subject)) = soon(boss.hire(gate.clone(), mortal.clone()).owned()).await {
            break subject;
        }
    };

    // Messages, asks and failures.
    for site in [Site::Handler, Site::AsyncHandler] {
        let load = || kit.load(Site::DropOfAnArgument);
        if site == Site::Handler {
            tally.count(subject.handle(load()).owned()).await;
        } else {
            tally.count(subject.handle_slowly(load()).owned()).await;
        }
    }
    // Twice, as the armed one may take the error's place.
    for _ in 0..2 {
        tally.count(subject.fail(kit.load(Site::DropOfAnArgument)).owned()).await;
        until(|| kit.times(Site::Restarting) > 0 || kit.has_fired()).await;
    }
    until(|| kit.times(Site::Restarting) > 0).await;
    tally.count(subject.explode(kit.load(Site::DropOfAnArgument)).done().owned()).await;
    tally.count(subject.later(kit.load(Site::DropOfAStashedMessage)).owned()).await;
    until(|| kit.times(Site::Every) > 0 && kit.times(Site::Idle) > 0 && kit.times(Site::Guard) > 0).await;

    // What a life has going beside its messages: twice, as the one that panics ends the first life.
    let mappings = [Site::ThenMapping, Site::AfterMapping, Site::PipeMapping, Site::StreamMapping];
    let all_reached = || mappings.iter().all(|site| kit.times(*site) > 0);
    let _ = soon(subject.begin_errands(bystander.clone()).owned()).await;
    until(|| all_reached() || kit.has_fired()).await;
    let _ = soon(subject.begin_errands(bystander.clone()).owned()).await;
    until(all_reached).await;
    soon(mortal.control().stop()).await;
    until(|| kit.times(Site::Terminated) > 0).await;

    // Code of users on the way of somebody else's.
    let topic = Topic::new();
    topic.subscribe(subject.recipient(SubjectRef::notice));
    topic.subscribe(bystander.recipient(BystanderRef::notice));
    let mut loud = Box::pin(subject.wait(kit.load(Site::DropOfAnArgument)).owned().into_future());
    in_hand(subject.control()).await;
    let waker = Waker::from(Arc::new(Alarm(kit.clone())));
    if Pin::new(&mut loud).poll(&mut TaskContext::from_waker(&waker)).is_pending() {
        gate.open();
        until(|| kit.times(Site::WakerOfAnAsker) > 0).await;
    }
    tally.count(loud).await;

    // Answers that nobody waits for, a message that is late, and those that wait at the end.
    let gate = Gate::default();
    let subject = {
        drop(subject);
        loop {
            if let Ok(Some(subject)) = soon(boss.hire(gate.clone(), bystander.clone()).owned()).await {
                break subject;
            }
        }
    };
    let mut dropped = Box::pin(subject.hold(kit.load(Site::DropOfAnArgument)).owned().into_future());
    begin(&mut dropped).await;
    let mut refused = Box::pin(subject.refuse(kit.load(Site::DropOfAnArgument)).owned().into_future());
    begin(&mut refused).await;
    let late = subject.handle(kit.load(Site::DropOfAnExpiredMessage)).timeout(Duration::from_millis(1)).tell();
    tally.sure += 2 + u64::from(late.is_ok());
    drop(late);
    let begun = system.now();
    until(|| system.now().saturating_since(begun) >= Duration::from_millis(2)).await;
    drop((dropped, refused));
    gate.open();
    until(|| kit.times(Site::DeadLetterHook) > 0).await;
    until(|| kit.times(Site::DropOfAReplyNobodyWaitsFor) > 0 && kit.times(Site::DropOfAnErrorNobodyWaitsFor) > 0).await;
    tally.count(subject.later(kit.load(Site::DropOfAStashedMessage)).owned()).await;

    // A future that is cut short, with messages behind it.
    let cut = loop {
        if let Ok(Some(subject)) = soon(boss.hire(Gate::default(), bystander.clone()).owned()).await {
            break subject;
        }
    };
    let handled = || *kit.0.handled.lock().unwrap();
    let before = handled();
    if cut.hang(kit.load(Site::DropOfAnArgument)).tell().is_ok() {
        tally.sure += 1;
        // One that is in hand may not have been polled: a kill would cut it short before it has begun.
        until(|| handled() > before).await;
    }
    for _ in 0..3 {
        tally.sure += u64::from(cut.handle_slowly(kit.load(Site::DropOfAWaitingMessage)).tell().is_ok());
    }
    soon(cut.control().kill()).await;

    // The owner of a panic in what it does for others is the one who does it.
    let _ = soon(boss.publish(topic).done().owned()).await;
    let _ = soon(boss.call_by_key().done().owned()).await;
    assert_eq!(soon(bystander.ping().owned()).await, Ok(true), "the others live");
    drop((subject, cut, boss, plain));
    assert_eq!(soon(system.shutdown()).await, Ok(()), "it shuts down in time");
    assert!(kit.has_fired(), "the site was reached: {:?}", kit.0.reached.lock().unwrap());
    let ended = handled() + *kit.0.lost.lock().unwrap();
    assert!((tally.sure..=tally.sure + tally.unsure).contains(&ended), "{} + {}: {ended}", tally.sure, tally.unsure);
}

/// Handlers whose messages carry a load.
const LOADED: [&str; 8] = ["handle", "handle_slowly", "wait", "hold", "hang", "fail", "refuse", "later"];

fn everywhere_at(sites: &[Site]) {
    for &site in sites {
        let kit: Arc<Mutex<Weak<Inner>>> = Arc::default();
        let told = kit.clone();
        let settings = move |builder: Builder| {
            let told = told.clone();
            builder.event_handler(move |_| {
                let inner = told.lock().unwrap().upgrade();
                if let Some(inner) = inner {
                    Kit(inner).reach(Site::EventHandler);
                }
            })
        };
        everywhere_with(settings, move |system| {
            let mine = Kit::armed(site);
            *kit.lock().unwrap() = Arc::downgrade(&mine.0);
            let kept = Arc::downgrade(&mine.0);
            async move {
                let (first, second) = (kept.clone(), kept.clone());
                let listens = system.listen(move |_| {
                    if let Some(inner) = first.upgrade() {
                        Kit(inner).reach(Site::Listener);
                    }
                });
                let counts = system.listen(move |event| {
                    if let SystemEvent::DeadLetter { message, .. } = event
                        && LOADED.contains(message)
                        && let Some(inner) = second.upgrade()
                    {
                        *inner.lost.lock().unwrap() += 1;
                    }
                });
                scenario(system, mine).await;
                until(|| kept.strong_count() == 0).await;
                drop((listens, counts));
            }
        });
    }
}

#[test]
fn it_costs_its_owner_and_nobody_else_in_factories_hooks_and_handlers() {
    everywhere_at(&SITES[..20]);
}

#[test]
fn it_costs_its_owner_and_nobody_else_in_what_is_dropped() {
    everywhere_at(&SITES[20..33]);
}

#[test]
fn it_costs_its_owner_and_nobody_else_in_what_the_runtime_calls_back() {
    everywhere_at(&SITES[33..]);
}
