//! What is counted, on both backends: the same figures by the same names, for the same scene.
#![allow(missing_docs)]

mod common;

use std::collections::BTreeMap;
use std::future::IntoFuture;

use actor::prelude::*;
use actor::{Actor, ActorMetrics, Counts, Histogram, system};
use common::{Bed, note, noted, now, run};

/// Fails, stashes, drops, ends and counts for itself.
#[actor(mailbox(capacity = 4, overflow = drop_oldest), stash = 2, counters(parsed, skipped), histograms(length, depth))]
struct Parser {
    ready: bool,
}

#[handlers]
impl Parser {
    #[started]
    fn started(&mut self) {}
    fn line(&mut self, length: u32, ctx: &mut Context<Self>) -> Result<(), &'static str> {
        ctx.metrics(|m| {
            if length == 0 { m.skipped() } else { m.parsed() }.add(1 + u64::from(length % 3));
            m.length().record(u64::from(length));
        });
        if length == 13 { Err("unlucky") } else { Ok(()) }
    }
    #[handler(stash_unless = self.ready)]
    async fn later(&mut self) {}
    fn open(&mut self, ctx: &mut Context<Self>) {
        self.ready = true;
        ctx.unstash_all();
    }
    #[handler(lane = urgent)]
    fn hurry(&mut self, ctx: &mut Context<Self>) {
        ctx.metrics(|m| m.depth().record(1 << 20));
    }
    #[every(10ms)]
    fn tick(&mut self) {}
    fn again(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}

/// A child of two kinds, one of a pool.
#[actor(mailbox = 4)]
#[supervise(limit = 1 per 60s)]
struct Office {
    #[child(|| Parser { ready: false })]
    parser: Child<Parser>,
    #[child(|| Clerk, pool = 2)]
    clerks: Pool<Clerk>,
}

#[handlers]
impl Office {
    fn line(&mut self, length: u32) {
        let _ = self.parser.line(length).tell();
    }
    fn file(&mut self) {
        let _ = self.clerks.file().tell();
    }
}

#[actor(mailbox = 2, counters(filed))]
struct Clerk;

#[handlers]
impl Clerk {
    fn file(&mut self, ctx: &mut Context<Self>) {
        ctx.metrics(|m| m.filed().add(1));
    }
}

/// Counted nowhere.
#[actor(mailbox = 2, metrics = off)]
struct Silent;

#[handlers]
impl Silent {
    fn hush(&mut self) {}
}

fn office() -> Office {
    Office { parser: Child::default(), clerks: Pool::default() }
}

system! {
    mod hall {
        PARSER: Parser = || Parser { ready: false },
        OFFICE: Office = office,
        SILENT: Silent = || Silent,
    }
    metrics = on
}

/// All figures of the actors of one type.
#[derive(Debug, Default, PartialEq)]
struct Figures {
    counts: Counts,
    handled: BTreeMap<&'static str, u64>,
    counters: BTreeMap<&'static str, u64>,
    /// Count and sum.
    histograms: BTreeMap<&'static str, (u64, u64)>,
}

fn on_tokio<A: Actor>(system: &ActorSystem) -> Figures {
    let spread = |(name, histogram): (&'static str, Histogram)| (name, (histogram.count(), histogram.sum()));
    Figures {
        // Nobody yields on the worker.
        counts: Counts { yields: Default::default(), ..system.counts::<A>() },
        handled: system.handled::<A>().into_iter().collect(),
        counters: system.counters::<A>().into_iter().collect(),
        histograms: system.histograms::<A>().into_iter().map(spread).collect(),
    }
}

fn add(all: &mut Figures, actor: &ActorMetrics) {
    let (mine, counts) = (&mut all.counts, actor.counts());
    mine.spawned += counts.spawned;
    mine.restarts += counts.restarts;
    mine.failures += counts.failures;
    mine.stopped += counts.stopped;
    mine.dead_letters += counts.dead_letters;
    mine.handled += counts.handled;
    actor.handled().for_each(|(name, times)| *all.handled.entry(name).or_default() += times);
    actor.counters().for_each(|(name, times)| *all.counters.entry(name).or_default() += times);
    for (name, histogram) in actor.histograms() {
        let (count, sum) = all.histograms.entry(name).or_default();
        (*count, *sum) = (*count + histogram.count(), *sum + histogram.sum());
    }
}

fn on_worker(label: &str) -> Figures {
    let mut all = Figures::default();
    hall::metrics(|actor| {
        if actor.actor() == label {
            add(&mut all, actor);
        }
    });
    all
}

fn scene(bed: &mut Bed, parser: &ParserRef, office: &OfficeRef, silent: &SilentRef) {
    // Six in a mailbox for four, which drops the oldest.
    (0..6).for_each(|length| parser.line(length * 100).tell().unwrap());
    parser.hurry().tell().unwrap();
    bed.run();
    // Three in a stash for two.
    (0..3).for_each(|_| parser.later().tell().unwrap());
    bed.run();
    parser.open().tell().unwrap();
    bed.run();
    // A failure, with something behind it.
    parser.line(13).tell().unwrap();
    parser.line(8).tell().unwrap();
    bed.run();
    bed.advance(35);
    silent.hush().tell().unwrap();
    // The child fails twice: the second failure is its parent's, and all begin anew.
    for _ in 0..2 {
        // One after the other, as the worker has priorities.
        office.file().tell().unwrap();
        bed.run();
        office.line(13).tell().unwrap();
        bed.run();
        bed.advance(5);
    }
    bed.advance(200);
    office.file().tell().unwrap();
    bed.run();
    // An end, with two that wait.
    parser.again().tell().unwrap();
    parser.line(1).tell().unwrap();
    parser.line(2).tell().unwrap();
    bed.run();
    note("over");
}

#[test]
fn the_same_is_counted_by_the_same_names() {
    let (tokio, mut stepper) = ActorSystem::builder("parity").stepper();
    let parser = stepper.block_on(tokio.spawn(|| Parser { ready: false }).into_future()).unwrap();
    let office = stepper.block_on(tokio.spawn(office).into_future()).unwrap();
    let silent = stepper.block_on(tokio.spawn(|| Silent).into_future()).unwrap();
    let mut bed = Bed::Tokio(stepper);
    scene(&mut bed, &parser, &office, &silent);

    hall::start(now);
    run(hall::step);
    scene(&mut Bed::Worker { step: hall::step, tick: hall::tick }, &hall::PARSER, &hall::OFFICE, &hall::SILENT);
    assert_eq!(noted(), ["over", "over"]);

    let parsers = on_worker("parser");
    assert_eq!(on_tokio::<Parser>(&tokio), parsers, "tokio on the left, the worker on the right");
    assert_eq!(on_tokio::<Office>(&tokio), on_worker("office"));
    assert_eq!(on_tokio::<Clerk>(&tokio), on_worker("clerk"));
    assert_eq!(on_worker("silent"), Figures::default());

    // And it is what happened: of two parsers, one ended for good and one with each life of its parent.
    let counts = parsers.counts;
    assert_eq!((counts.spawned, counts.restarts, counts.failures, counts.dead_letters), (3, 2, 3, 5), "{counts:?}");
    assert_eq!(parsers.histograms["depth"], (1, 1 << 20));
    let quantiles: Vec<_> = tokio.histograms::<Parser>().into_iter().map(|(_, it)| it.quantile(0.9).unwrap()).collect();
    hall::metrics(|actor| {
        if actor.id() == hall::PARSER.control().id().unwrap() {
            for ((name, coarse), fine) in actor.histograms().zip(&quantiles) {
                let read = coarse.quantile(0.9).unwrap();
                assert!(read.abs_diff(*fine) <= fine / 4, "{name}: {read} for {fine}");
                assert_eq!(coarse.buckets().map(|(_, times)| times).sum::<u64>(), coarse.count());
            }
            let (letters, ends): (Vec<_>, Vec<_>) = (actor.dead_letters().collect(), actor.stopped().collect());
            assert_eq!(letters.iter().map(|(_, times)| *times).collect::<Vec<_>>(), [2, 3], "{letters:?}");
            assert_eq!(ends.iter().map(|(_, times)| *times).collect::<Vec<_>>(), [1, 0, 0, 0], "{ends:?}");
            assert_eq!((actor.mailbox_high_water(), actor.mailbox_depth(), actor.stash_depth()), (5, 0, 0));
        }
    });
}

/// A stash and a mailbox, looked at while something is in them.
#[test]
fn depths_are_those_of_now_and_high_water_of_ever() {
    system! {
        mod pool { PARSER: Parser { mailbox = 3 } = || Parser { ready: false } }
        metrics = on
    }
    pool::start(now);
    run(pool::step);
    let depths = || {
        let mut depths = (0, 0, 0);
        pool::metrics(|it| depths = (it.mailbox_depth(), it.mailbox_high_water(), it.stash_depth()));
        depths
    };
    assert_eq!(depths(), (0, 0, 0));
    pool::PARSER.later().tell().unwrap();
    pool::PARSER.line(1).tell().unwrap();
    assert_eq!(depths(), (2, 2, 0));
    run(pool::step);
    assert_eq!(depths(), (0, 2, 1));
    pool::PARSER.open().tell().unwrap();
    run(pool::step);
    assert_eq!(depths(), (0, 2, 0));
    (0..3).for_each(|_| pool::PARSER.line(1).tell().unwrap());
    assert_eq!(depths(), (3, 3, 0));
}

/// One that waits alone is handled, or goes into the stash; what nobody sent has not waited.
#[test]
fn a_message_that_waited_alone_is_the_most_that_ever_did() {
    system! {
        mod desk {
            CLERK: Clerk = || Clerk,
            PARSER: Parser = || Parser { ready: false },
        }
        metrics = on
    }
    desk::start(now);
    run(desk::step);
    let high_waters = || {
        let mut high_waters = Vec::new();
        desk::metrics(|actor| high_waters.push(actor.mailbox_high_water()));
        high_waters
    };
    assert_eq!(high_waters(), [0, 0], "nothing but hooks");
    desk::CLERK.file().tell().unwrap();
    desk::PARSER.later().tell().unwrap();
    run(desk::step);
    assert_eq!(high_waters(), [1, 1]);
}

/// Where it is said that nothing is counted, nothing is, and recording does nothing.
#[test]
fn nothing_is_recorded_where_it_is_off() {
    system! {
        mod quiet { PARSER: Parser = || Parser { ready: false } }
        metrics = off
    }
    system! {
        mod loud { PARSER: Parser = || Parser { ready: false } }
        metrics = on
    }
    // Two histograms, and the rest.
    const { assert!(quiet::RAM + 1008 < loud::RAM) };
    quiet::start(now);
    loud::start(now);
    for parser in [&quiet::PARSER, &loud::PARSER] {
        (0..5).for_each(|length| parser.line(length).tell().unwrap());
    }
    run(quiet::step);
    run(loud::step);
    let mut handled = 0;
    loud::metrics(|actor| handled = actor.counts().handled);
    assert_eq!(handled, 4);
}
