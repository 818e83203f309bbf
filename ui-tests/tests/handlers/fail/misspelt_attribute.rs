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

    #[startd]
    fn begin(&mut self) {}
}

fn main() {}
