//! A lamp that blinks: the least that a firmware with an actor can be. Ends well when it has blinked ten times.
#![no_std]
#![no_main]

use actor::prelude::*;
use firmware::exit::{WELL, exit};
use firmware::{clock, entry};

#[actor(mailbox = 1)]
#[derive(Default)]
struct Lamp {
    is_on: bool,
    switched: u32,
}

#[handlers]
impl Lamp {
    #[every(500ms)]
    fn switch(&mut self) {
        self.is_on = !self.is_on; // on a board: a pin
        self.switched += 1;
        if self.switched == 20 {
            exit(WELL);
        }
    }
}

actor::system! {
    mod board { LAMP: Lamp = Lamp::default }
}

#[entry]
fn main() -> ! {
    board::start(clock::now);
    clock::start(board::tick);
    board::run()
}
