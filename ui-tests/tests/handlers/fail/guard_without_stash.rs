use actor::prelude::*;

#[actor]
struct Store {
    ready: bool,
}

#[handlers]
impl Store {
    #[handler(stash_unless = self.ready)]
    fn get(&self, key: u32) -> u32 {
        key
    }
    fn open(&mut self) {
        self.ready = true;
    }
}

fn main() {}
