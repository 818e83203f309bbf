use actor::prelude::*;

macro_rules! handler {
    ($name:ident) => {
        fn $name(&mut self) {}
    };
}

#[actor]
struct Counter;

#[handlers]
impl Counter {
    handler!(reset);
}

#[handlers]
impl (u8, u8) {
    fn swap(&mut self) {}
}

fn main() {}
