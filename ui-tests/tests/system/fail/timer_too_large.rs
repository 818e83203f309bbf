use std::time::Duration;

use actor::prelude::*;

#[actor(mailbox = 4, timers = 1)]
struct Valve {
    opening: u8,
}

#[handlers]
impl Valve {
    fn turn(&mut self, opening: u8) {
        self.opening = opening;
    }
    fn turn_later(&mut self, ctx: &mut Context<Self>) {
        let curve = [self.opening; 64];
        ctx.after(Duration::from_secs(1), move |me| me.turn(curve[7]));
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
