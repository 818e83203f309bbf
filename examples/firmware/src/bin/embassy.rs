//! Actors inside embassy: its executor runs them as a task, beside one that asks them. Ends well if messages of that task and
//! of the timer interrupt arrive, and the ask is answered.
//!
//! `cargo run --release --features embassy --bin embassy`
#![no_std]
#![no_main]

use actor::prelude::*;
use embassy_executor::Spawner;
use firmware::clock;
use firmware::exit::{WELL, exit};

/// A message was refused, or an ask came to nothing.
const REFUSED: i32 = 10;
/// The sum is another one.
const DIFFERENT: i32 = 11;

/// Adds up.
#[actor(mailbox = 4)]
struct Meter {
    sum: u32,
    waiting: Option<Reply<u32>>,
}

#[handlers]
impl Meter {
    fn add(&mut self, number: u32) {
        self.sum += number;
        if self.sum >= 100
            && let Some(reply) = self.waiting.take()
        {
            reply.send(self.sum);
        }
    }

    /// The sum, once it is a hundred.
    fn hundred(&mut self, reply: Reply<u32>) {
        self.waiting = Some(reply);
    }

    #[every(5ms)]
    fn beat(&mut self) {
        self.add(10);
    }
}

actor::system! {
    mod station { METER: Meter = || Meter { sum: 0, waiting: None } }
    ram <= 256
}

/// The timer interrupt.
fn tick() {
    station::tick();
    // Seven of them, between two beats of the meter each.
    if clock::millis() % 5 == 2 && clock::millis() < 35 && station::METER.add(7).tell().is_err() {
        exit(REFUSED);
    }
}

#[embassy_executor::task]
async fn actors() -> ! {
    station::run_async().await
}

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    station::start(clock::now);
    clock::start(tick);
    match actors() {
        Ok(task) => spawner.spawn(task),
        Err(_) => exit(REFUSED),
    }
    if station::METER.add(1).await.is_err() {
        exit(REFUSED);
    }
    match station::METER.hundred().await {
        // Six beats, six of the interrupt, and one: the seventh of those.
        Ok(sum) => exit(if sum == 1 + 6 * 10 + 6 * 7 { WELL } else { DIFFERENT }),
        Err(_) => exit(REFUSED),
    }
}
