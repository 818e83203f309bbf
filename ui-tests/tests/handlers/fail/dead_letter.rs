use actor::prelude::*;

#[actor]
struct Store;

#[handlers]
impl Store {
    fn put(&mut self, _row: u8) {}

    #[dead_letter(put)]
    fn lost(&mut self, letter: DeadLetter<Self>, _again: bool) -> u8 {
        drop(letter);
        0
    }

    #[dead_letter]
    fn lost_too(&mut self) {}
}

fn main() {}
