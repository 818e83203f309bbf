use actor::prelude::*;

#[supervise(limit = 5 per 10s)]
struct Parent {
    rows: Vec<u64>,
}

fn main() {
    let _ = Parent { rows: Vec::new() };
}
