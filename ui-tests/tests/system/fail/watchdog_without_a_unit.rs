use critical_section as _;

use actor::prelude::*;

#[actor(mailbox = 4)]
struct Valve;

#[handlers]
impl Valve {
    fn open(&mut self) {}
}

#[allow(dead_code)]
fn feed() {}

actor::system! {
    mod plant { VALVE: Valve = || Valve }
    watchdog = feed within 4
}

fn main() {}
