//! `on(..)` on the worker: what a supervisor wishes for a failure, by the error itself, as on tokio.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use actor::{Call, Tell, system};
use common::{advance, note, noted, now, run};

#[derive(Debug)]
enum SensorError {
    Noise,
    Stuck,
    Burnt(u8),
}

impl core::fmt::Display for SensorError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("sensor")
    }
}

#[actor(mailbox = 2)]
struct Sensor {
    reads: u32,
}

#[handlers]
impl Sensor {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        note(format!("sensor {}", ctx.incarnation()));
    }
    fn read(&mut self, failure: u8) -> Result<(), SensorError> {
        self.reads += 1;
        note(format!("read {}", self.reads));
        Err(match failure {
            0 => SensorError::Noise,
            1 => SensorError::Stuck,
            part => SensorError::Burnt(part),
        })
    }
    async fn read_later(&mut self, failure: u8) -> Result<(), SensorError> {
        self.read(failure)
    }
    fn ask(&mut self) -> Result<u32, SensorError> {
        Err(SensorError::Stuck)
    }
    fn otherwise(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("no rule names this");
    }
}

#[actor(mailbox = 4)]
#[supervise(
    on(SensorError { Noise => resume, Stuck => restart, Burnt(2) => escalate, Burnt(_) => stop }, unasked => stop, other => resume)
)]
struct Board {
    #[child(|| Sensor { reads: 0 })]
    sensor: Child<Sensor>,
}

#[handlers]
impl Board {
    #[started]
    fn started(&mut self) {
        note("board");
    }
    fn read(&mut self, failure: u8) {
        self.sensor.read(failure).tell().unwrap();
    }
    fn read_later(&mut self, failure: u8) {
        self.sensor.read_later(failure).tell().unwrap();
    }
    fn ask_in_vain(&mut self) {
        self.sensor.ask().tell().unwrap();
    }
    fn otherwise(&mut self) {
        self.sensor.otherwise().tell().unwrap();
    }
    fn is_alive(&mut self) {
        note(format!("alive {}", self.sensor.control().is_alive()));
    }
}

system! {
    mod boards {
        FIRST: Board = || Board { sensor: Child::default() },
        SECOND: Board = || Board { sensor: Child::default() },
    }
}

#[test]
fn a_failure_is_treated_by_its_variant() {
    boards::start(now);
    run(boards::step);
    noted();
    let after = |call: Call<'_, Board, Tell>, expected: &[&str]| {
        call.tell().unwrap();
        run(boards::step);
        advance(200, boards::tick, boards::step);
        assert_eq!(noted(), expected);
    };
    after(boards::FIRST.read(0), &["read 1"]);
    after(boards::FIRST.read_later(0), &["read 2"]);
    after(boards::FIRST.otherwise(), &[]);
    after(boards::FIRST.read(1), &["read 3", "sensor 1"]);
    after(boards::FIRST.read_later(1), &["read 1", "sensor 2"]);
    after(boards::FIRST.read(2), &["read 1", "sensor 0", "board"]);
    after(boards::FIRST.read(3), &["read 1"]);
    after(boards::FIRST.is_alive(), &["alive false"]);
    after(boards::SECOND.ask_in_vain(), &[]);
    after(boards::SECOND.is_alive(), &["alive false"]);
}
