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

#[actor]
struct Pump;

#[handlers]
impl Pump {
    fn start(&mut self) {}
}

actor::system! {
    mod plant {
        PUMP: Pump = || Pump,
    }
}

fn main() {}
