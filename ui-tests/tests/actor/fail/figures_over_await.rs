use actor::prelude::*;

#[actor(counters(parsed))]
struct Parser;

#[handlers]
impl Parser {
    async fn line(&mut self, ctx: &mut Context<Self>) {
        let parsed = ctx.metrics(|m| m.parsed());
        std::future::ready(()).await;
        parsed.add(1);
    }
}

fn main() {}
