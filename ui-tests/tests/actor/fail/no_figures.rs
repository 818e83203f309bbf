use actor::prelude::*;

#[actor]
struct Parser;

#[handlers]
impl Parser {
    fn line(&mut self, ctx: &mut Context<Self>) {
        ctx.metrics(|m| m.parsed().add(1));
    }
}

fn main() {}
