use actor::prelude::*;

#[actor(mailbox = 4)]
struct Worker;

#[handlers]
impl Worker {
    fn work(&mut self, _item: u32) {}
}

#[actor(mailbox = 4)]
struct Store {
    worker: WorkerRef,
}

#[handlers]
impl Store {
    fn loads(&mut self, ctx: &mut Context<Self>) {
        ctx.pipe(async { 7 }, StoreRef::loaded);
    }
    fn loaded(&mut self, _row: u32) {}
    fn feeds(&mut self, ctx: &mut Context<Self>) {
        ctx.attach([1, 2, 3], StoreRef::loaded);
    }
    fn grows(&mut self, ctx: &mut Context<Self>) {
        ctx.spawn(|| Worker);
    }
    fn looks_around(&mut self, ctx: &mut Context<Self>) {
        let _ = ctx.children();
        let _ = ctx.parent();
        let _ = ctx.system();
    }
    fn watches(&mut self, ctx: &mut Context<Self>) {
        ctx.watch(&self.worker);
        ctx.unwatch(&self.worker);
    }
    #[terminated]
    fn gone(&mut self, _who: ActorId) {}
}

fn main() {}
