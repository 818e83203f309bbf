use actor::prelude::*;

#[actor(stash = 8)]
struct Store {
    rows: Option<u32>,
}

#[handlers]
impl Store {
    #[handler(stash_unless = self.rows)]
    fn get(&self, key: u32) -> u32 {
        key
    }
}

fn main() {}
