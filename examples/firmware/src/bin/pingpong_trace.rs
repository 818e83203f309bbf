//! As `pingpong`, where what they do is traced.
#![no_std]
#![no_main]

use actor::TraceRing;
use actor::prelude::*;
use firmware::entry;
use firmware::game::{self, Score};

static TRACE: TraceRing<16> = TraceRing::new();

actor::system! {
    mod table {
        PING: Ping { mailbox = 4 } = Ping::new,
        PONG: Pong { mailbox = 4 } = Pong::new,
    }
    trace = &TRACE,
    ram <= 512
}

/// Plays the odd numbers.
#[actor]
struct Ping {
    score: Score,
}

impl Ping {
    fn new() -> Self {
        Self { score: Score::new() }
    }
}

#[handlers]
impl Ping {
    fn ball(&mut self, number: u32) {
        self.score.hit(number, STORAGE);
        if table::PONG.ball(number + 1).tell().is_err() {
            self.score.miss();
        }
    }

    fn practise(&mut self, balls: u32) {
        self.score.practise(balls);
    }

    fn forget(&mut self) {
        self.score.forget();
    }
}

/// Plays the even numbers.
#[actor]
struct Pong {
    score: Score,
}

impl Pong {
    fn new() -> Self {
        Self { score: Score::new() }
    }
}

#[handlers]
impl Pong {
    fn ball(&mut self, number: u32) {
        self.score.hit(number, STORAGE);
        if table::PING.ball(number + 1).tell().is_err() {
            self.score.miss();
        }
    }

    fn practise(&mut self, balls: u32) {
        self.score.practise(balls);
    }

    fn forget(&mut self) {
        self.score.forget();
    }
}

const STORAGE: usize = game::storage::<Ping>(4) + game::storage::<Pong>(4);

#[entry]
fn main() -> ! {
    table::start(game::now);
    game::begin();
    let _ = table::PING.ball(1).tell();
    table::run()
}
