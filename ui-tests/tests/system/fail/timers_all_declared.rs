use std::time::Duration;

use actor::prelude::*;

#[actor(mailbox = 4, timers = 1)]
struct Valve {
    opening: u8,
}

#[handlers]
impl Valve {
    #[every(1s)]
    fn look(&mut self, ctx: &mut Context<Self>) {
        ctx.after(Duration::from_millis(100), |me| me.turn(0));
    }
    fn turn(&mut self, opening: u8) {
        self.opening = opening;
    }
}

actor::system! {
    mod plant {
        VALVE: Valve = || Valve { opening: 0 },
    }
}

fn main() {
    plant::step();
}
