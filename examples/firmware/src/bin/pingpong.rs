//! Each player names the other: the cheapest send there is.
#![no_std]
#![no_main]

use actor::prelude::*;
use cortex_m_rt::entry;
use firmware::game::{self, LAST};

actor::system! {
    mod table {
        PING: Ping { mailbox = 4 } = Ping::new,
        PONG: Pong { mailbox = 4 } = Pong::new,
    }
    ram <= 512
}

/// Plays the odd numbers.
#[actor]
struct Ping {
    played: u32,
    missed: u32,
}

impl Ping {
    fn new() -> Self {
        Self { played: 0, missed: 0 }
    }
}

#[handlers]
impl Ping {
    fn ball(&mut self, number: u32) {
        self.played += 1;
        if number == LAST {
            game::end(number, STORAGE);
        }
        if table::PONG.ball(number + 1).tell().is_err() {
            self.missed += 1;
        }
    }

    fn practise(&mut self, balls: u32) {
        self.played += balls;
    }

    fn forget(&mut self) {
        self.missed = 0;
    }
}

/// Plays the even numbers.
#[actor]
struct Pong {
    played: u32,
    missed: u32,
}

impl Pong {
    fn new() -> Self {
        Self { played: 0, missed: 0 }
    }
}

#[handlers]
impl Pong {
    fn ball(&mut self, number: u32) {
        self.played += 1;
        if number == LAST {
            game::end(number, STORAGE);
        }
        if table::PING.ball(number + 1).tell().is_err() {
            self.missed += 1;
        }
    }

    fn practise(&mut self, balls: u32) {
        self.played += balls;
    }

    fn forget(&mut self) {
        self.missed = 0;
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
