use actor::prelude::*;

#[supervise(limit = 3 per 1m)]
enum State {
    Open,
}

fn main() {}
