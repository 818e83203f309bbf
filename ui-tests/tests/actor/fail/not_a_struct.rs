use actor::prelude::*;

#[actor]
enum Light {
    Red,
    Green,
}

#[handlers]
impl Light {
    fn switch(&mut self) {
        *self = match self {
            Self::Red => Self::Green,
            Self::Green => Self::Red,
        };
    }
}

fn main() {}
