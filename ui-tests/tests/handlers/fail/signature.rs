use actor::prelude::*;

#[actor]
struct Store {
    rows: Vec<u64>,
}

#[handlers]
impl Store {
    fn first(&'static self) -> u64 {
        self.rows[0]
    }

    fn last(self: Box<Self>) -> u64 {
        self.rows[0]
    }

    extern "C" fn clear(&mut self) {
        self.rows.clear();
    }

    fn sort(&mut self)
    where
        u64: Ord,
    {
        self.rows.sort();
    }
}

fn main() {}
