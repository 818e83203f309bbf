use actor::prelude::*;

#[actor]
struct Store {
    rows: Vec<u64>,
}

#[handlers]
impl Store {
    #[handler(lane = urgent)]
    fn flush(&mut self) {
        self.rows.clear();
    }
}

fn main() {}
