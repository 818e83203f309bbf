use actor::prelude::*;

#[actor]
struct Store {
    ready: bool,
}

#[handlers]
impl Store {
    fn open(&mut self, ctx: &mut Context<Self>) {
        self.ready = true;
        ctx.unstash_all();
    }
}

fn main() {}
