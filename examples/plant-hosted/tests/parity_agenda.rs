//! The timers of a context on both backends, step by step under a virtual clock: what was noted must be the same.
#![allow(missing_docs)]

#[macro_use]
mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actor::Errand;
use actor::prelude::*;
use common::note;

#[actor(mailbox = 8, stash = 2, timers = 6)]
struct Alarms {
    last: Option<Errand>,
    ready: bool,
    left: u32,
}

impl Alarms {
    fn new() -> Self {
        Self { last: None, ready: true, left: 3 }
    }
}

fn millis(millis: u16) -> Duration {
    Duration::from_millis(u64::from(millis))
}

#[handlers]
impl Alarms {
    #[idle(70ms)]
    fn quiet(&mut self) {
        note("quiet");
    }
    #[every(50ms)]
    fn beat(&mut self) {
        note("beat");
    }
    fn hear(&mut self, what: u16, ctx: &mut Context<Self>) {
        note(format!("{what} at {}", ctx.now().as_nanos() / 1_000_000));
    }
    fn after(&mut self, delay: u16, what: u16, ctx: &mut Context<Self>) {
        self.last = Some(ctx.after(millis(delay), move |me| me.hear(what)));
    }
    fn every(&mut self, period: u16, what: u16, ctx: &mut Context<Self>) {
        self.last = Some(ctx.every(millis(period), move |me| me.hear(what)));
    }
    /// Each is made of what the one before has left.
    fn counting(&mut self, period: u16, ctx: &mut Context<Self>) {
        let mut count = 0;
        self.last = Some(ctx.every(millis(period), move |me| {
            count += 1;
            me.hear(count)
        }));
    }
    fn cancel(&mut self, ctx: &mut Context<Self>) {
        if let Some(last) = self.last {
            last.cancel(ctx);
        }
    }
    fn cancel_another(&mut self, ctx: &mut Context<Self>) {
        let first = ctx.after(millis(5), |me| me.hear(1));
        first.cancel(ctx);
        // Has the place of the first, whose handle says nothing of it.
        ctx.after(millis(5), |me| me.hear(2));
        first.cancel(ctx);
    }
    fn again(&mut self, ctx: &mut Context<Self>) {
        note(format!("again {}", self.left));
        self.left -= 1;
        if self.left > 0 {
            ctx.after(millis(3), |me| me.again());
        }
    }
    fn later(&mut self, ctx: &mut Context<Self>) {
        note("now");
        ctx.after(Duration::ZERO, |me| me.hear(0));
    }
    async fn begins_and_waits(&mut self, ctx: &mut Context<Self>) {
        ctx.after(millis(5), |me| me.hear(1));
        self.last = Some(ctx.after(millis(6), |me| me.hear(2)));
        std::future::ready(()).await;
        ctx.after(millis(4), |me| me.cancel());
    }
    #[handler(stash_unless = self.ready)]
    fn wait(&mut self, what: u16) {
        note(format!("waited {what}"));
    }
    fn wait_after(&mut self, delay: u16, what: u16, ctx: &mut Context<Self>) {
        self.last = Some(ctx.after(millis(delay), move |me| me.wait(what)));
    }
    fn wait_every(&mut self, period: u16, what: u16, ctx: &mut Context<Self>) {
        self.last = Some(ctx.every(millis(period), move |me| me.wait(what)));
    }
    fn set_ready(&mut self, ready: bool, ctx: &mut Context<Self>) {
        self.ready = ready;
        if ready {
            ctx.unstash_all();
        }
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason, ctx: &mut Context<Self>) {
        note(format!("{why}"));
        ctx.after(Duration::ZERO, |me| me.hear(9));
    }
}

parity!(timers_fire_at_their_time_in_order, Alarms, Alarms::new(), |bed, me| {
    me.after(20, 1).tell().unwrap();
    me.after(10, 2).tell().unwrap();
    me.every(8, 3).tell().unwrap();
    me.after(u16::MAX, 4).tell().unwrap();
    bed.advance(25);
    me.counting(8).tell().unwrap();
    bed.advance(10);
    note("and the declared ones");
    bed.advance(100);
});

parity!(a_timer_may_be_begun_by_what_it_brings, Alarms, Alarms::new(), |bed, me| {
    me.again().tell().unwrap();
    bed.advance(20);
});

parity!(an_async_handler_begins_timers_as_well, Alarms, Alarms::new(), |bed, me| {
    me.begins_and_waits().tell().unwrap();
    bed.advance(20);
});

/// Has timers beside children that have some.
#[actor(mailbox = 4, timers = 2)]
struct Family {
    #[child(Alarms::new)]
    one: Child<Alarms>,
    #[child(Alarms::new, pool = 2)]
    many: Pool<Alarms>,
}

#[handlers]
impl Family {
    fn begin(&mut self, ctx: &mut Context<Self>) {
        ctx.after(millis(5), |me| me.hear(1));
        ctx.after(millis(9), |me| me.hear(2));
        for (delay, what) in [(6, 3), (10, 4)] {
            self.one.after(delay, what).tell().unwrap();
        }
        for (delay, what) in [(7, 5), (8, 6), (11, 7), (12, 8)] {
            self.many.after(delay, what).tell().unwrap();
        }
    }
    fn hear(&mut self, what: u16) {
        note(format!("{what}"));
    }
}

parity!(
    each_of_a_family_has_timers_of_its_own,
    Family,
    Family { one: Child::default(), many: Pool::default() },
    |bed, me| {
        me.begin().tell().unwrap();
        bed.advance(80);
    }
);

/// An answer that is owed, as an argument.
struct Owed(Reply<u32>);

/// Owes an answer, and leaves it to a timer.
#[actor(mailbox = 4, timers = 1)]
struct Slow;

#[handlers]
impl Slow {
    fn answer(&mut self, reply: Reply<u32>, ctx: &mut Context<Self>) {
        ctx.after(millis(5), move |me| me.finish(Owed(reply)));
    }
    fn finish(&mut self, owed: Owed) {
        owed.0.send(7);
    }
    fn fails(&mut self) -> Result<(), AskError> {
        Err(AskError::Stopped)
    }
}

#[actor(mailbox = 4)]
struct Asker {
    #[child(|| Slow)]
    slow: Child<Slow>,
}

#[handlers]
impl Asker {
    fn ask(&mut self, ctx: &mut Context<Self>) {
        note(format!("{}", self.slow.answer().then(ctx, AskerRef::got).is_ok()));
    }
    fn got(&mut self, answer: Result<u32, AskError>) {
        note(format!("{answer:?}"));
    }
    fn fail(&mut self) {
        self.slow.fails().tell().unwrap();
    }
    fn stop(&mut self) {
        drop(self.slow.control().stop());
    }
}

parity!(an_answer_that_a_timer_owes_is_given_or_says_why_not, Asker, Asker { slow: Child::default() }, |bed, me| {
    me.ask().tell().unwrap();
    bed.advance(10);
    me.ask().tell().unwrap();
    bed.run();
    me.fail().tell().unwrap();
    bed.advance(10);
    me.ask().tell().unwrap();
    bed.run();
    me.stop().tell().unwrap();
    bed.advance(10);
});

parity!(with_no_delay_it_goes_on_behind_the_messages_that_wait, Alarms, Alarms::new(), |bed, me| {
    me.later().tell().unwrap();
    me.hear(1).tell().unwrap();
    me.hear(2).tell().unwrap();
    bed.run();
});

parity!(a_cancelled_timer_fires_no_more, Alarms, Alarms::new(), |bed, me| {
    me.every(10, 1).tell().unwrap();
    bed.advance(25);
    me.cancel().tell().unwrap();
    bed.advance(20);
    me.after(10, 2).tell().unwrap();
    bed.advance(9);
    me.cancel().tell().unwrap();
    bed.advance(20);
    me.cancel_another().tell().unwrap();
    bed.advance(20);
});

parity!(a_timer_ends_with_its_life, Alarms, Alarms::new(), |bed, me| {
    me.every(10, 1).tell().unwrap();
    me.after(15, 2).tell().unwrap();
    bed.advance(12);
    me.fails().tell().unwrap();
    bed.advance(40);
    me.after(5, 3).tell().unwrap();
    bed.run();
    drop(me.control().stop());
    bed.advance(20);
    note(format!("{}", me.control().is_alive()));
});

parity!(timers_keep_no_actor_that_drains, Alarms, Alarms::new(), |bed, me| {
    me.every(10, 1).tell().unwrap();
    me.after(5, 2).tell().unwrap();
    drop(me.control().drain());
    bed.advance(20);
    note(format!("{}", me.control().is_alive()));
});

parity!(what_the_actor_is_not_ready_for_is_held_with_its_timer, Alarms, Alarms::new(), |bed, me| {
    me.set_ready(false).tell().unwrap();
    me.wait_after(5, 1).tell().unwrap();
    me.wait_every(7, 2).tell().unwrap();
    me.wait(3).tell().unwrap();
    bed.advance(30);
    me.set_ready(true).tell().unwrap();
    bed.advance(20);
    me.cancel().tell().unwrap();
    me.set_ready(false).tell().unwrap();
    me.wait_after(5, 4).tell().unwrap();
    bed.advance(10);
    me.cancel().tell().unwrap();
    me.set_ready(true).tell().unwrap();
    bed.advance(10);
});

/// Keeps what its timers capture.
#[actor(mailbox = 4, timers = 2)]
struct Holder {
    kept: Arc<()>,
}

#[handlers]
impl Holder {
    fn hear(&mut self, what: Arc<()>) {
        note(format!("heard {}", Arc::strong_count(&what)));
    }
    fn after(&mut self, delay: u16, ctx: &mut Context<Self>) {
        let kept = Arc::clone(&self.kept);
        ctx.after(millis(delay), move |me| me.hear(kept));
    }
    fn count(&mut self) {
        note(format!("{}", Arc::strong_count(&self.kept)));
    }
    fn cancel(&mut self, ctx: &mut Context<Self>) {
        let kept = Arc::clone(&self.kept);
        let timer = ctx.every(millis(1), move |me| me.hear(Arc::clone(&kept)));
        timer.cancel(ctx);
    }
}

parity!(what_a_timer_captures_is_dropped_with_it, Holder, Holder { kept: Arc::default() }, |bed, me| {
    me.after(5).tell().unwrap();
    me.after(500).tell().unwrap();
    me.count().tell().unwrap();
    bed.advance(10);
    me.cancel().tell().unwrap();
    me.count().tell().unwrap();
    bed.run();
});

static KEPT: Mutex<Option<Arc<()>>> = Mutex::new(None);

actor::system! { mod holders { HOLDER: Holder = || Holder { kept: KEPT.lock().unwrap().clone().unwrap() } } }

#[test]
fn what_a_timer_captures_is_dropped_at_the_end_of_its_actor() {
    let kept = Arc::new(());
    *KEPT.lock().unwrap() = Some(Arc::clone(&kept));
    holders::start(common::now);
    common::run(holders::step);
    holders::HOLDER.after(5).tell().unwrap();
    common::run(holders::step);
    assert_eq!(Arc::strong_count(&kept), 4, "this one, the static, the state, the timer");
    drop(holders::HOLDER.control().stop());
    common::run(holders::step);
    assert_eq!(Arc::strong_count(&kept), 2);
}

/// Tells what becomes of timers that find no place.
#[actor(mailbox = 8, timers = 3)]
struct Full {
    begun: u16,
}

#[handlers]
impl Full {
    #[every(100ms)]
    fn beat(&mut self) {}
    fn hear(&mut self, what: u16) {
        note(format!("{what}"));
    }
    fn after(&mut self, delay: u16, ctx: &mut Context<Self>) {
        self.begun += 1;
        let what = self.begun;
        note(format!("{what} {}", if ctx.has_free_timer() { "runs" } else { "is too many" }));
        ctx.after(millis(delay), move |me| me.hear(what));
    }
}

/// Goes on as it was where a child has no place for a timer.
#[actor(mailbox = 8)]
#[supervise(on(actor::TimersFull { _ => resume }))]
struct Calm {
    #[child(|| Full { begun: 0 })]
    full: Child<Full>,
}

#[handlers]
impl Calm {
    fn after(&mut self, delay: u16) {
        self.full.after(delay).tell().unwrap();
    }
}

mod full {
    use super::*;

    actor::system! {
        mod few {
            CALM: Calm { mailbox = 8 } = || Calm { full: Child::default() },
            FULL: Full { timers = 2 } = || Full { begun: 0 },
            MORE: Full { mailbox = 8, timers = 5 } = || Full { begun: 0 },
        }
    }

    #[test]
    fn a_handler_that_finds_no_place_for_a_timer_fails_and_the_others_run() {
        few::start(common::now);
        common::run(few::step);
        for delay in [10, 20, 30] {
            few::CALM.after(delay).tell().unwrap();
        }
        common::advance(40, few::tick, few::step);
        assert_eq!(common::noted(), ["1 runs", "2 runs", "3 is too many", "1", "2"]);
        // By default it is restarted, as after any failure.
        for delay in [10, 20] {
            few::FULL.after(delay).tell().unwrap();
        }
        common::advance(40, few::tick, few::step);
        assert_eq!(common::noted(), ["1 runs", "2 is too many"]);
        few::FULL.after(10).tell().unwrap();
        common::run(few::step);
        common::advance(10, few::tick, few::step);
        assert_eq!(common::noted(), ["1 runs", "1"]);
        for delay in [1, 2, 3, 4, 5] {
            few::MORE.after(delay).tell().unwrap();
        }
        common::run(few::step);
        assert_eq!(common::noted(), ["1 runs", "2 runs", "3 runs", "4 runs", "5 is too many"]);
    }
}
