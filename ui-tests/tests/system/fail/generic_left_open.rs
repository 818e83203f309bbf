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

#[actor(mailbox = 4)]
struct Pump<T> {
    of: T,
}

#[handlers]
impl<T> Pump<T> {
    fn set(&mut self, of: T) {
        self.of = of;
    }
}

actor::system! {
    mod plant {
        PUMP: Pump = || Pump { of: 5_u8 },
    }
}

fn main() {}
