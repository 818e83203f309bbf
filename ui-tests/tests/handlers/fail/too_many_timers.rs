use actor::prelude::*;

#[actor]
struct Clock;

#[handlers]
impl Clock {
    #[every(1s)]
    fn tick_1(&mut self) {}
    #[every(1s)]
    fn tick_2(&mut self) {}
    #[every(1s)]
    fn tick_3(&mut self) {}
    #[every(1s)]
    fn tick_4(&mut self) {}
    #[every(1s)]
    fn tick_5(&mut self) {}
    #[every(1s)]
    fn tick_6(&mut self) {}
    #[every(1s)]
    fn tick_7(&mut self) {}
    #[every(1s)]
    fn tick_8(&mut self) {}
    #[every(1s)]
    fn tick_9(&mut self) {}
    #[every(1s)]
    fn tick_10(&mut self) {}
    #[every(1s)]
    fn tick_11(&mut self) {}
    #[every(1s)]
    fn tick_12(&mut self) {}
    #[every(1s)]
    fn tick_13(&mut self) {}
    #[every(1s)]
    fn tick_14(&mut self) {}
    #[every(1s)]
    fn tick_15(&mut self) {}
    #[every(1s)]
    fn tick_16(&mut self) {}
    #[every(1s)]
    fn tick_17(&mut self) {}
}

fn main() {}
