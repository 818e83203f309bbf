use critical_section as _;

use actor::prelude::*;

#[actor(mailbox = 4)]
struct Valve;

#[handlers]
impl Valve {
    fn open(&mut self) {}
}

#[allow(dead_code)]
fn other(_: u32) {}

actor::system! {
    mod plant { VALVE: Valve = || Valve }
    event_handler, ram <= 512
}

fn main() {}
