use actor::prelude::*;
use critical_section as _;

#[actor(mailbox = 4)]
struct Valve;

#[handlers]
impl Valve {
    fn set(&mut self) {}
}

fn pend(number: u8) {
    let _ = number;
}

actor::system! {
    mod with_an_argument {
        VALVE: Valve = || Valve,
        level SSI0 { pend = pend, ALARM: Valve = || Valve },
    }
}

fn main() {}
