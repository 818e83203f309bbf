//! Scenes of chance on both backends, step by step under a virtual clock: what each actor noted must be the same.
//!
//! A parent with children that are restarted together, or each for itself; each child has a stash, timers, an `#[idle]`, an
//! `#[indirect]` message, and asks that wait or come back as messages. What happens to them is drawn.
#![allow(missing_docs)]

mod common;

use std::cell::{Cell, RefCell};
use std::future::IntoFuture;
use std::sync::{Mutex, MutexGuard, PoisonError};

use actor::prelude::*;
use actor::system;
use common::{Bed, later, note, noted, now, run};

thread_local! {
    /// Refs to the members that were up, by number.
    static MEMBERS: RefCell<[Option<MemberRef>; 3]> = const { RefCell::new([const { None }; 3]) };
    static OWING: RefCell<Option<OwingRef>> = const { RefCell::new(None) };
    /// When the scene began, in nanoseconds.
    static BASE: Cell<u64> = const { Cell::new(0) };
    /// Has the parent fail.
    static PARENT: RefCell<Option<Box<dyn Fn()>>> = const { RefCell::new(None) };
    /// Factories that fail, by number of the member.
    static UNLUCKY: Cell<u8> = const { Cell::new(0) };
}

/// The worker's tables are for the whole program.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn owing() -> OwingRef {
    OWING.with_borrow(|owing| owing.clone().unwrap())
}

fn member(number: usize) -> MemberRef {
    MEMBERS.with_borrow(|members| members[number].clone().unwrap())
}

/// Owes answers until it is told to give them, or its life ends.
#[actor(mailbox = 8)]
struct Owing {
    first: Vec<Reply<u32>>,
    second: Vec<Reply<u32>>,
}

impl Owing {
    fn new() -> Self {
        Self { first: Vec::new(), second: Vec::new() }
    }
}

#[handlers]
impl Owing {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        OWING.set(Some(ctx.this()));
    }
    fn first(&mut self, reply: Reply<u32>) {
        self.first.push(reply);
    }
    fn second(&mut self, reply: Reply<u32>) {
        self.second.push(reply);
    }
    fn answer_first(&mut self) {
        if !self.first.is_empty() {
            self.first.remove(0).send(1);
        }
    }
    fn answer_second(&mut self) {
        if !self.second.is_empty() {
            self.second.remove(0).send(2);
        }
    }
}

/// In milliseconds, since the scene began.
fn since(moment: actor::Instant) -> u64 {
    (moment.as_nanos() - BASE.get()) / 1_000_000
}

/// Nothing but numbers, and too large for a message.
#[derive(Clone, Debug)]
struct Row([u32; 12]);

struct Trace(usize);

impl Drop for Trace {
    fn drop(&mut self) {
        note(format!("{} gone", self.0));
    }
}

#[actor(mailbox = 16, stash = 2, indirect = 8)]
struct Member {
    trace: Trace,
    is_open: bool,
}

impl Member {
    fn by_luck(number: usize) -> Result<Self, &'static str> {
        let bit = 1 << number;
        if UNLUCKY.get() & bit != 0 {
            UNLUCKY.set(UNLUCKY.get() & !bit);
            return Err("no luck");
        }
        Ok(Self { trace: Trace(number), is_open: true })
    }

    fn note(&self, what: &str) {
        note(format!("{} {what}", self.trace.0));
    }
}

#[handlers]
impl Member {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        self.note(&format!("up {}", ctx.incarnation()));
        MEMBERS.with_borrow_mut(|members| members[self.trace.0] = Some(ctx.this()));
    }
    fn write(&mut self, number: u32) {
        self.note(&format!("write {number}"));
    }
    #[handler(lane = urgent)]
    fn shout(&mut self, number: u32) {
        self.note(&format!("shout {number}"));
    }
    fn put(&mut self, #[indirect] row: Row) {
        self.note(&format!("put {:?}", row.0[3]));
    }
    #[handler(stash_unless = self.is_open)]
    fn keep(&mut self, number: u32) {
        self.note(&format!("keep {number}"));
    }
    #[handler(stash_unless = self.is_open)]
    fn keep_row(&mut self, #[indirect] row: Row) {
        self.note(&format!("keep row {:?}", row.0[3]));
    }
    fn close(&mut self) {
        self.is_open = false;
    }
    fn open(&mut self, ctx: &mut Context<Self>) {
        self.is_open = true;
        ctx.unstash_all();
    }
    fn fails(&mut self) -> Result<(), &'static str> {
        self.note("fails");
        Err("on purpose")
    }
    fn leaves(&mut self, ctx: &mut Context<Self>) {
        self.note("leaves");
        ctx.stop();
    }
    fn asks(&mut self, ctx: &mut Context<Self>) {
        let begun = owing().first().then(ctx, MemberRef::heard);
        self.note(&format!("asks {}", begun.is_ok()));
    }
    fn asks_again(&mut self, ctx: &mut Context<Self>) {
        let begun = owing().second().then(ctx, MemberRef::heard);
        self.note(&format!("asks again {}", begun.is_ok()));
    }
    fn heard(&mut self, answer: Result<u32, AskError>) {
        self.note(&format!("heard {answer:?}"));
    }
    async fn waits(&mut self) {
        self.note("waits");
        let answer = owing().first().await;
        self.note(&format!("waited {answer:?}"));
    }
    async fn waits_and_fails(&mut self) -> Result<(), &'static str> {
        self.note("waits to fail");
        let answer = owing().second().await;
        self.note(&format!("waited to fail {answer:?}"));
        Err("on purpose")
    }
    async fn waits_and_leaves(&mut self, ctx: &mut Context<Self>) {
        self.note("waits to leave");
        let answer = owing().second().await;
        self.note(&format!("waited to leave {answer:?}"));
        ctx.stop();
    }
    async fn asks_sibling(&mut self, number: usize) {
        let answer = member(number).answers().await;
        self.note(&format!("{number} says {answer:?}"));
    }
    async fn answers(&mut self) -> u32 {
        self.note("answers");
        7
    }
    #[restarting]
    fn restarting(&mut self) {
        self.note("ends");
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        self.note(&format!("ends: {why}"));
    }
    #[every(70ms)]
    fn beats(&mut self, ctx: &mut Context<Self>) {
        self.note(&format!("beats at {}", since(ctx.now())));
    }
    #[idle(110ms)]
    fn rests(&mut self, ctx: &mut Context<Self>) {
        self.note(&format!("rests at {}", since(ctx.now())));
    }
}

macro_rules! family {
    ($root:ident, $parent:ident, $strategy:ident) => {
        /// Begins all anew, as a system does once.
        #[actor(mailbox = 2)]
        #[supervise(limit = 10 per 1s, backoff = 15ms..30ms * 2, jitter = none)]
        struct $root {
            #[child(Owing::new)]
            owing: Child<Owing>,
            #[child($parent::new)]
            parent: Child<$parent>,
        }

        #[handlers]
        impl $root {
            #[started]
            fn started(&mut self) {
                note("r up");
            }
            fn fails(&mut self) -> Result<(), &'static str> {
                Err("anew")
            }
        }

        impl $root {
            fn new() -> Self {
                Self { owing: Child::default(), parent: Child::default() }
            }
        }

        #[actor(mailbox = 4)]
        #[supervise(strategy = $strategy, limit = 10 per 1s, backoff = 15ms..30ms * 2, jitter = none)]
        struct $parent {
            #[child(|| Member::by_luck(0))]
            first: Child<Member>,
            #[child(|| Member::by_luck(1), restart = permanent)]
            second: Child<Member>,
            #[child(|| Member::by_luck(2), restart = temporary)]
            third: Child<Member>,
        }

        #[handlers]
        impl $parent {
            #[started]
            fn started(&mut self, ctx: &mut Context<Self>) {
                note(format!("p up {}", ctx.incarnation()));
                let me = ctx.this();
                PARENT.set(Some(Box::new(move || drop(me.fails().tell()))));
            }
            fn fails(&mut self) -> Result<(), &'static str> {
                Err("on purpose")
            }
            #[stopping]
            fn stopping(&mut self, why: StopReason) {
                note(format!("p ends: {why}"));
            }
        }

        impl $parent {
            fn new() -> Self {
                Self { first: Child::default(), second: Child::default(), third: Child::default() }
            }
        }
    };
}

family!(TogetherRoot, Together, one_for_all);
family!(RestRoot, Rest, rest_for_one);
family!(ApartRoot, Apart, one_for_one);

/// Numbers by chance, the same for each seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) % end
    }
}

/// What is drawn, and what came of that.
struct Scene {
    chance: Chance,
    suspended: Vec<actor::Suspension>,
    /// Asks by `.then`: the worker's table has room for eight at a time.
    asked: u8,
    seen: Vec<String>,
}

impl Scene {
    fn say(&mut self, what: &str) {
        self.seen.push(format!("[{what}]"));
    }

    /// Takes over what was noted, each for itself: whose turn comes first is not the same, nor whether a beat or a message.
    fn look(&mut self) {
        let mut noted = noted();
        noted.sort_by_key(|entry| (entry.as_bytes()[0], entry.contains("beats")));
        self.seen.extend(noted);
    }

    /// Writes to one of the members, and may do more to it than write.
    fn act(&mut self, number: u32, may_do_more: bool) {
        let of = self.chance.below(3) as usize;
        let it = member(of);
        // Which of two failures comes first depends on whose turn it is.
        let is_calm = (0..3).all(|number| member(number).control().depth() == 0);
        let has_room = it.control().depth() <= 5;
        let what = self.chance.below(26);
        match what {
            10.. if !may_do_more => return,
            10 | 11 | 16..=18 if !is_calm => return,
            12..=14 if self.asked == 6 => return,
            0..=18 if !has_room => return,
            _ => {}
        }
        let what = match what {
            0 | 1 => (it.write(number).tell().is_ok(), "write"),
            2 => (it.shout(number).tell().is_ok(), "shout"),
            3 => (it.put(Row([number; 12])).tell().is_ok(), "put"),
            4 | 5 => (it.keep(number).tell().is_ok(), "keep"),
            6 => (it.keep_row(Row([number; 12])).tell().is_ok(), "keep row"),
            7 | 8 => (it.close().tell().is_ok(), "close"),
            9 => (it.open().tell().is_ok(), "open"),
            10 => (it.fails().tell().is_ok(), "fails"),
            11 => (it.leaves().tell().is_ok(), "leaves"),
            12 | 13 => (self.may_ask() && it.asks().tell().is_ok(), "asks"),
            14 => (self.may_ask() && it.asks_again().tell().is_ok(), "asks again"),
            15 => (it.waits().tell().is_ok(), "waits"),
            16 => (it.waits_and_fails().tell().is_ok(), "waits and fails"),
            17 => (it.waits_and_leaves().tell().is_ok(), "waits and leaves"),
            18 => (it.asks_sibling((of + 1) % 3).tell().is_ok(), "asks its sibling"),
            19 => (owing().answer_first().tell().is_ok(), "answer the first of"),
            20 => (owing().answer_second().tell().is_ok(), "answer the second of"),
            21 => (self.suspends(&it), "suspend"),
            22 => (self.resumes(), "resume one of"),
            23 => (self.chance.below(3) == 0 && stops(&it), "stop"),
            24 => (true, "no luck for"),
            _ => (self.chance.below(4) == 0 && drains(&it), "drain"),
        };
        if what.1 == "no luck for" {
            UNLUCKY.set(UNLUCKY.get() | 1 << of);
        }
        self.say(&format!("{} {of}: {}", what.1, what.0));
    }

    fn may_ask(&mut self) -> bool {
        self.asked += 1;
        true
    }

    fn suspends(&mut self, it: &MemberRef) -> bool {
        let can = it.control().is_alive() && self.suspended.len() < 3;
        if can {
            self.suspended.push(it.control().suspend("chance"));
        }
        can
    }

    fn resumes(&mut self) -> bool {
        let can = !self.suspended.is_empty();
        if can {
            drop(self.suspended.remove(self.chance.below(self.suspended.len() as u64) as usize));
        }
        can
    }
}

fn stops(it: &MemberRef) -> bool {
    drop(it.control().stop());
    true
}

fn drains(it: &MemberRef) -> bool {
    drop(it.control().drain());
    true
}

/// Plays the scene of `seed`. Returns what happened in it.
fn play(bed: &mut Bed, seed: u64) -> Vec<String> {
    let chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut scene = Scene { chance, suspended: Vec::new(), asked: 0, seen: Vec::new() };
    UNLUCKY.set(0);
    for number in 0..25 {
        match scene.chance.below(8) {
            0 => {
                let millis = 1 + scene.chance.below(40);
                scene.say(&format!("{millis} ms"));
                bed.advance(millis);
            }
            1 if scene.chance.below(12) == 0 => {
                scene.say("the parent fails");
                PARENT.with_borrow(|fails| fails.as_ref().unwrap()());
            }
            1 => {
                scene.act(number, false);
                scene.act(100 + number, false);
            }
            _ => scene.act(number, true),
        }
        bed.run();
        scene.look();
    }
    UNLUCKY.set(0);
    scene.suspended.clear();
    bed.advance(200);
    bed.run();
    scene.look();
    let alive = (0..3).map(|number| member(number).control().is_alive()).collect::<Vec<_>>();
    scene.say(&format!("{alive:?}"));
    alike(scene.seen)
}

/// Leaves out what is not the same on both,.
fn alike(mut seen: Vec<String>) -> Vec<String> {
    let was_suspended = seen.iter().any(|entry| entry.starts_with("[suspend"));
    // An answer that waits in the mailbox at a restart reaches the next life on the worker; and the time of an `#[idle]` that was
    // late begins when it was told there, and when it was due on tokio.
    seen.retain(|entry| !(entry.contains(" heard ") || was_suspended && entry.contains(" rests ")));
    seen
}

macro_rules! random {
    ($test:ident, $root:ident) => {
        mod $test {
            use super::*;

            system! { mod system { ROOT: $root = $root::new } }
            system! { mod tickless { ROOT: $root = $root::new } }

            fn on_tokio(seed: u64) -> Vec<String> {
                let (tokio, mut stepper) = ActorSystem::builder("parity").stepper();
                let root = stepper.block_on(tokio.spawn($root::new).into_future()).unwrap();
                BASE.set(tokio.now().as_nanos());
                noted();
                let mut bed = Bed::Tokio(stepper);
                let seen = play(&mut bed, seed);
                drop((root, bed, tokio));
                seen
            }

            #[test]
            #[cfg_attr(miri, ignore = "takes long, and does nothing that other tests do not")]
            fn $test() {
                let _alone = alone();
                let ticking = Worker {
                    bed: || Bed::Worker { step: system::step, tick: system::tick },
                    begin: || {
                        system::start(now);
                    },
                    anew: || system::ROOT.fails().tell().unwrap(),
                    step: system::step,
                    tick: system::tick,
                };
                let tickless = Worker {
                    bed: || Bed::Tickless { step: tickless::step, tick: tickless::tick, next: tickless::next_deadline },
                    begin: || {
                        tickless::start(now);
                    },
                    anew: || tickless::ROOT.fails().tell().unwrap(),
                    step: tickless::step,
                    tick: tickless::tick,
                };
                for seed in seeds() {
                    let expected = on_tokio(seed);
                    for worker in [&ticking, &tickless] {
                        compare(seed, &expected, &worker.play(seed));
                    }
                }
            }
        }
    };
}

/// A system on the worker.
struct Worker {
    bed: fn() -> Bed,
    begin: fn(),
    anew: fn(),
    step: fn() -> bool,
    tick: fn(),
}

impl Worker {
    fn play(&self, seed: u64) -> Vec<String> {
        (self.begin)();
        self.begin_anew();
        BASE.set(now().as_nanos());
        let seen = play(&mut (self.bed)(), seed);
        // The tables are for the whole program: nothing of this scene is left in them.
        self.begin_anew();
        seen
    }

    fn begin_anew(&self) {
        later(3_600_000);
        (self.tick)();
        run(self.step);
        (self.anew)();
        run(self.step);
        noted();
    }
}

/// Those of `SEEDS=100..200`, or some.
fn seeds() -> std::ops::Range<u64> {
    let said = std::env::var("SEEDS").ok();
    let said = said.as_deref().and_then(|seeds| seeds.split_once(".."));
    said.map_or(0..60, |(first, end)| first.parse().unwrap()..end.parse().unwrap())
}

fn compare(seed: u64, on_tokio: &[String], on_worker: &[String]) {
    if on_tokio != on_worker {
        let same = on_tokio.iter().zip(on_worker).take_while(|(left, right)| left == right).count();
        let rest = |all: &[String]| all[same..].iter().take(6).cloned().collect::<Vec<_>>();
        println!("{:#?}", &on_tokio[..same]);
        panic!("seed {seed}: tokio goes on with {:#?}, the worker with {:#?}", rest(on_tokio), rest(on_worker));
    }
}

random!(one_for_all, TogetherRoot);
random!(rest_for_one, RestRoot);
random!(one_for_one, ApartRoot);
