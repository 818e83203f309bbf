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

actor::system! {
    mod plant {
        VALVE: Valve = Valve::new,
    }
    ram <= "1 kB"
}

fn main() {}
