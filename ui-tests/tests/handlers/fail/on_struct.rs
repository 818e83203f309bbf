use actor::prelude::*;

#[handlers]
struct Counter {
    total: u64,
}

fn main() {}
