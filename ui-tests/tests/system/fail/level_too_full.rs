use critical_section as _;

use actor::prelude::*;

#[actor(mailbox = 1)]
struct Valve;

#[handlers]
impl Valve {
    fn set(&mut self) {}
}

fn pend() {}

#[actor(mailbox = 1)]
struct House {
    #[child(|| Valve, pool = 32)]
    valves: Pool<Valve>,
}

#[handlers]
impl House {
    fn close(&mut self) {
        let _ = self.valves.set().tell();
    }
}

actor::system! {
    mod plant {
        VALVE: Valve = || Valve,
        level SSI0 { pend = pend, HOUSE: House = || House { valves: Pool::default() } },
    }
}

fn main() {}
