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
        FIRST: Valve { mailbox = 0 } = Valve::new,
        SECOND: Valve { mailbox = 129 } = Valve::new,
        THIRD: Valve { mailbox = "8" } = Valve::new,
        FOURTH: Valve { timers = 0 } = Valve::new,
        THIRD: Valve { mailbox = 8, mailbox = 9 } = Valve::new,
    }
}

fn main() {}
