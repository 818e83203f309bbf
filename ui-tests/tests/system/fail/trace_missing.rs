use critical_section as _;

use actor::prelude::*;

#[actor(mailbox = 4)]
struct Valve;

#[handlers]
impl Valve {
    fn open(&mut self) {}
}

actor::system! {
    mod plant { VALVE: Valve = || Valve }
    trace, ram <= 512
}

fn main() {}
