use actor::prelude::*;

#[actor(mailbox = 4)]
struct Valve {
    open: bool,
}

#[handlers]
impl Valve {
    fn set(&mut self, open: bool) {
        self.open = open;
    }
}

impl Valve {
    fn new() -> Self {
        Self { open: false }
    }
}

struct Pump;

impl Pump {
    fn new() -> Self {
        Self
    }
}

actor::system! {
    mod plant {
        VALVE: Valve = Valve::new,
        PUMP: Pump { mailbox = 8 } = Pump::new,
    }
}

fn main() {}
