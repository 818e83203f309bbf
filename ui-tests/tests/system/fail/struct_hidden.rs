use actor::prelude::*;

#[actor(mailbox = 4)]
struct Valve;

#[handlers]
impl Valve {
    fn set(&mut self, open: bool) {
        let _ = open;
    }
}

#[actor(mailbox = 4)]
struct P(bool);

#[handlers]
impl P {
    fn set(&mut self, open: bool) {
        self.0 = open;
    }
}

actor::system! {
    mod plant {
        Valve: Valve = || Valve,
        P: P = || P(false),
    }
}

fn main() {}
