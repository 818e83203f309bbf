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
struct Pump {
    row: std::rc::Rc<u8>,
}

#[handlers]
impl Pump {
    fn row(&self) -> u8 {
        *self.row
    }
}

actor::system! {
    mod plant {
        PUMP: Pump = || Pump { row: std::rc::Rc::new(1) },
    }
}

fn main() {}
