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
struct Display {
    last: u64,
}

#[handlers]
impl Display {
    fn show(&mut self, line: [u64; 8]) {
        self.last = line[0];
    }
}

actor::system! {
    mod plant {
        DISPLAY: Display = || Display { last: 0 },
    }
}

fn main() {}
