use actor::prelude::*;

#[actor]
struct Counter {
    total: u64,
}

#[handlers(crte = actor)]
impl Counter {
    #[handler(plan)]
    fn add(&mut self, by: u64) {
        self.total += by;
    }

    #[strated]
    fn begin(&mut self) {}

    #[evry(1s)]
    fn beat(&mut self) {}

    #[stop]
    fn end(&mut self, why: StopReason) {
        drop(why);
    }

    #[inlin]
    fn foreign(&mut self) {}
}

fn main() {}
