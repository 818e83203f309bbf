//! Every hook, without what it may take and with all of it, in a crate that forbids unsafe code.
#![deny(warnings)]
#![forbid(unsafe_code)]

use actor::prelude::*;
use actor::{Context as Ctx, DeadLetter as Letter, Failure};

#[actor(stash = 4)]
struct Plain {
    ready: bool,
}

#[handlers]
impl Plain {
    #[started]
    fn started(&mut self) {
        self.ready = true;
    }
    #[stopping]
    fn stopping(&mut self) {}
    #[restarting]
    fn restarting(&mut self) {}
    #[idle(30s)]
    fn quiet(&mut self) {}
    #[terminated]
    fn gone(&mut self) {}
    #[dead_letter]
    fn lost(&mut self) {}
    #[every(5s)]
    fn tick(&mut self) {}
}

#[actor]
struct Whole;

#[handlers]
impl Whole {
    #[started]
    async fn started(&mut self, _ctx: &mut Ctx<Self>) -> Result<(), String> {
        Ok(())
    }
    #[stopping]
    async fn stopping(&mut self, _why: StopReason, _ctx: &mut Ctx<Self>) -> Result<(), String> {
        Ok(())
    }
    #[restarting]
    async fn restarting(&mut self, _failure: &Failure, _ctx: &mut Ctx<Self>) {}
    #[idle(30s)]
    async fn quiet(&mut self, ctx: &mut Ctx<Self>) {
        ctx.stop();
    }
    #[terminated]
    async fn gone(&mut self, _who: ActorId, _why: StopReason, _ctx: &mut Ctx<Self>) {}
    #[dead_letter]
    async fn lost(&mut self, letter: Letter<Self>, _ctx: &mut Ctx<Self>) {
        drop(letter);
    }
    #[every(100ms)]
    async fn tick(&mut self, _ctx: &mut Ctx<Self>) -> Result<(), String> {
        Ok(())
    }
}

fn main() {
    let _ = (Plain { ready: false }, Whole);
}
