use std::time::Duration;

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
    fn close_later(&mut self, ctx: &mut Context<Self>) {
        ctx.after(Duration::from_secs(1), |me| me.set(false));
    }
}

actor::system! {
    mod plant {
        VALVE: Valve = || Valve { open: false },
    }
}

fn main() {}
