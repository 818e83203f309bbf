use actor::prelude::*;

#[actor]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    fn add(&mut self, ctx: &mut Context<Self>, total: &mut u64) {
        self.total += *total;
        ctx.stop();
    }
}

fn main() {}
