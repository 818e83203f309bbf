//! Topics on both backends: actors that are given one do the same with it, whatever they run on.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use actor::{Subscribers, Topic, system};
use common::{Bed, note, noted, now, run};

/// A reading, which is cloned for each subscriber.
#[derive(Clone, Debug)]
struct Reading(u32);

#[actor(mailbox(capacity = 2, overflow = reject))]
struct Chart {
    name: &'static str,
    readings: Topic<Reading>,
}

#[handlers]
impl Chart {
    fn listen(&mut self, ctx: &mut Context<Self>) {
        let this = ctx.this();
        let (first, second) = (this.recipient(ChartRef::reading), this.recipient(ChartRef::other));
        let listens = (self.readings.subscribe(first.clone()), self.readings.subscribe(first));
        let both = self.readings.subscribe(second.clone());
        note(format!("{} {listens:?} {both} {}", self.name, self.readings.unsubscribe(&second)));
    }
    fn cease(&mut self, ctx: &mut Context<Self>) {
        let recipient = ctx.this().recipient(ChartRef::reading);
        let left = (self.readings.unsubscribe(&recipient), self.readings.unsubscribe(&recipient));
        note(format!("{} left {left:?}", self.name));
    }
    fn reading(&mut self, reading: Reading) {
        note(format!("{} reading {}", self.name, reading.0));
    }
    fn other(&mut self, _reading: Reading) {}
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
    #[stopping]
    fn stopping(&mut self) {
        note(format!("{} ends", self.name));
    }
}

#[actor(mailbox = 8)]
struct Gauge {
    readings: Topic<Reading>,
}

#[handlers]
impl Gauge {
    /// Reads so often in a row.
    fn read(&mut self, times: u32) {
        for number in 0..times {
            let published = self.readings.publish(Reading(number));
            note(format!("{published:?} {} {}", self.readings.subscribers(), self.readings.missed()));
        }
    }
}

/// A scenario on both backends: a topic, two who may listen to it, and one who publishes.
macro_rules! topics {
    ($test:ident, |$bed:ident, $first:ident, $second:ident, $gauge:ident, $topic:ident| $body:block) => {
        mod $test {
            use super::*;

            static READINGS: Subscribers<Reading, 3> = Subscribers::new();

            system! {
                mod system {
                    FIRST: Chart { mailbox = 2 } = || Chart { name: "first", readings: READINGS.topic() },
                    SECOND: Chart { mailbox = 2 } = || Chart { name: "second", readings: READINGS.topic() },
                    GAUGE: Gauge = || Gauge { readings: READINGS.topic() },
                }
            }

            #[allow(unused_variables)]
            fn scenario(
                $bed: &mut Bed,
                $first: &ChartRef,
                $second: &ChartRef,
                $gauge: &GaugeRef,
                $topic: &Topic<Reading>,
            ) {
                $body
            }

            #[test]
            fn $test() {
                let (tokio, mut stepper) = ActorSystem::builder("topics").stepper();
                let topic = Topic::new();
                let (first, second, gauge) = stepper.block_on(async {
                    let chart = |name| {
                        let topic = topic.clone();
                        tokio.spawn(move || Chart { name, readings: topic.clone() })
                    };
                    let (first, second) = (chart("first").await.unwrap(), chart("second").await.unwrap());
                    let topic = topic.clone();
                    (first, second, tokio.spawn(move || Gauge { readings: topic.clone() }).await.unwrap())
                });
                scenario(&mut Bed::Tokio(stepper), &first, &second, &gauge, &topic);
                let on_tokio = noted();
                drop((first, second, gauge, topic, tokio));
                noted();

                system::start(now);
                run(system::step);
                let mut bed = Bed::Worker { step: system::step, tick: system::tick };
                scenario(&mut bed, &system::FIRST, &system::SECOND, &system::GAUGE, &READINGS.topic());
                let on_worker = noted();
                // Whatever ends with the scene on tokio lives for ever in statics.
                let cut = on_tokio.iter().position(|entry| entry == "the end").unwrap();
                assert_eq!(on_tokio[..=cut], on_worker, "tokio on the left, the worker on the right");
            }
        }
    };
}

topics!(those_who_listen_hear_what_is_published, |bed, first, second, gauge, topic| {
    gauge.read(1).tell().unwrap();
    bed.run();
    first.listen().tell().unwrap();
    bed.run();
    second.listen().tell().unwrap();
    bed.run();
    for number in 0..3 {
        // From outside of all actors, as an interrupt does.
        note(format!("{:?}", topic.publish(Reading(number))));
        let mut heard = {
            let before = noted();
            bed.run();
            let heard = noted();
            before.into_iter().for_each(note);
            heard
        };
        heard.sort();
        heard.into_iter().for_each(note);
    }
    first.cease().tell().unwrap();
    bed.run();
    gauge.read(1).tell().unwrap();
    bed.run();
    note(format!("{}", topic.subscribers()));
    note("the end");
});

topics!(who_is_full_misses_it_and_holds_up_nobody, |bed, first, second, gauge, topic| {
    first.listen().tell().unwrap();
    bed.run();
    gauge.read(4).tell().unwrap();
    bed.run();
    note(format!("{}", topic.missed()));
    note("the end");
});

topics!(who_has_ended_is_removed, |bed, first, second, gauge, topic| {
    first.listen().tell().unwrap();
    bed.run();
    second.listen().tell().unwrap();
    bed.run();
    drop(first.control().stop());
    bed.run();
    note(format!("{}", topic.subscribers()));
    gauge.read(1).tell().unwrap();
    bed.run();
    gauge.read(1).tell().unwrap();
    bed.run();
    note("the end");
});

topics!(a_restart_keeps_the_subscription, |bed, first, second, gauge, topic| {
    first.listen().tell().unwrap();
    first.fails().tell().unwrap();
    bed.run();
    gauge.read(1).tell().unwrap();
    bed.run();
    note("the end");
});
