use actor::prelude::*;

#[actor(counters(parsed))]
struct Parser;

#[handlers]
impl Parser {
    fn line(&mut self, ctx: &mut Context<Self>) {
        ctx.metrics(|m| m.skipped().add(1));
    }
}

fn main() {}
