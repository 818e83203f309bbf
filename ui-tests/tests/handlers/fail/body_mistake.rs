use actor::prelude::*;

#[actor]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    fn add(&mut self, by: u64) {
        self.totl += by;
    }

    fn total(&self) -> u64 {
        "none"
    }

    async fn slow(&self, by: u64) -> u32 {
        by
    }
}

fn main() {}
