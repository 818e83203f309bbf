//! Every form of a pool, and of the order of children.
#![deny(warnings)]
#![forbid(unsafe_code)]

use actor::prelude::*;

#[actor]
struct Worker {
    number: u64,
}

#[handlers]
impl Worker {
    fn work(&mut self, by: u64) -> u64 {
        self.number += by;
        self.number
    }
}

#[actor]
struct Boss {
    #[child(|boss: &Boss| Worker { number: boss.first }, pool = 4, route = least_loaded, restart = permanent, scope = group)]
    by_load: Pool<Worker>,
    #[child(|| Worker { number: 0 }, pool = 2, route = round_robin, after = by_load, scope = child)]
    in_turn: Pool<Worker>,
    #[child(|| Worker { number: 0 }, pool = 1, after(by_load, in_turn), restart = temporary)]
    alone: Pool<Worker>,
    first: u64,
}

#[handlers]
impl Boss {
    fn spread(&mut self, key: u64) {
        let _ = self.by_load.work(key).tell();
        let _ = self.in_turn.by(&key).work(key).tell();
        let _ = self.alone.work(key).tell();
    }
}

fn main() {
    let _ = Boss { by_load: Pool::default(), in_turn: Pool::default(), alone: Pool::default(), first: 1 };
}
