use critical_section as _;

use actor::prelude::*;

#[actor(mailbox = 4)]
struct Valve;

#[handlers]
impl Valve {
    fn open(&mut self) {}
}

struct Board;
static BOARD: Board = Board;

actor::system! {
    mod plant { VALVE: Valve = || Valve }
    telemetry = &BOARD
}

fn main() {}
