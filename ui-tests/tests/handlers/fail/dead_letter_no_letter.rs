use actor::prelude::*;

#[actor]
struct Store;

#[handlers]
impl Store {
    #[dead_letter]
    fn lost(&mut self, _letter: String) {}
}

fn main() {}
