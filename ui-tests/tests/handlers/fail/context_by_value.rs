use actor::prelude::*;

#[actor]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    fn add(&mut self, by: u64, ctx: Context<Self>) {
        let _ = ctx;
        self.total += by;
    }
}

fn main() {}
