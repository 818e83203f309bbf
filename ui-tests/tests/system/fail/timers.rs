use std::time::Duration;

use actor::prelude::*;

#[actor(mailbox = 4, timers = 1)]
struct Clock;

#[handlers]
impl Clock {
    #[every(1s)]
    fn tick(&mut self) {}
    #[idle(5s)]
    fn quiet(&mut self) {}
}

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

#[actor(mailbox = 4, timers = 2)]
struct Pump {
    strokes: u32,
}

#[handlers]
impl Pump {
    #[every(1s)]
    fn stroke(&mut self) {
        self.strokes += 1;
    }
    fn later(&mut self, ctx: &mut Context<Self>) {
        ctx.after(Duration::from_secs(1), |me| me.stroke());
    }
}

actor::system! {
    mod plant {
        CLOCK: Clock = || Clock,
        VALVE: Valve { timers = 2 } = || Valve { open: false },
        FEW: Pump { timers = 1 } = || Pump { strokes: 0 },
        MANY: Pump { timers = 9 } = || Pump { strokes: 0 },
    }
}

fn main() {}
