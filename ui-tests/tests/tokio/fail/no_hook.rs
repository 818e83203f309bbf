use std::time::Duration;

use actor::prelude::*;

#[actor]
struct Session {
    other: Option<SessionRef>,
}

#[handlers]
impl Session {
    fn quiet_after(&mut self, seconds: u64, ctx: &mut Context<Self>) {
        ctx.set_idle(Duration::from_secs(seconds));
    }

    fn follow(&mut self, other: SessionRef, ctx: &mut Context<Self>) {
        ctx.watch(&other);
        self.other = Some(other);
    }
}

fn main() {}
