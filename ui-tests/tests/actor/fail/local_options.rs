use actor::prelude::*;

#[actor(local, dispatcher = shared)]
struct Moved;

#[handlers]
impl Moved {
    fn work(&mut self) {}
}

#[actor(local = true)]
struct Valued;

#[handlers]
impl Valued {
    fn work(&mut self) {}
}

fn main() {}
