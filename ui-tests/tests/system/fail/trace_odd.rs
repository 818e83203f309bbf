use critical_section as _;

use actor::prelude::*;

#[actor(mailbox = 4)]
struct Valve;

#[handlers]
impl Valve {
    fn open(&mut self) {}
}

static TRACE: actor::TraceRing<100> = actor::TraceRing::new();

actor::system! {
    mod plant { VALVE: Valve = || Valve }
    trace = &TRACE
}

fn main() {}
