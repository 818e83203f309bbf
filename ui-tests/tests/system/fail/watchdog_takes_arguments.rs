use critical_section as _;

use actor::prelude::*;

#[actor(mailbox = 4)]
struct Valve;

#[handlers]
impl Valve {
    fn open(&mut self) {}
}

fn feed(_: u32) {}

actor::system! {
    mod plant { VALVE: Valve = || Valve }
    watchdog = feed
}

fn main() {}
