use actor::prelude::*;

#[actor]
struct Store;

#[handlers]
impl Store {
    fn put(&mut self, #[indirect] ctx: &mut Context<Self>) {
        ctx.stop();
    }

    fn get(&self, #[into] reply: Reply<u8>) {
        reply.send(1);
    }

    fn set(&self, #[indirect = "box"] _row: [u8; 8]) {}
}

fn main() {}
