use actor::prelude::*;

#[actor(mailbox = 4)]
struct Valve;

#[handlers]
impl Valve {
    fn open(&mut self) {}
}

#[actor(mailbox = 4)]
#[derive(Default)]
struct Plant {
    #[child(|| Valve)]
    valve_1: Child<Valve>,
    #[child(|| Valve)]
    valve_2: Child<Valve>,
    #[child(|| Valve)]
    valve_3: Child<Valve>,
    #[child(|| Valve)]
    valve_4: Child<Valve>,
    #[child(|| Valve)]
    valve_5: Child<Valve>,
    #[child(|| Valve)]
    valve_6: Child<Valve>,
    #[child(|| Valve)]
    valve_7: Child<Valve>,
    #[child(|| Valve)]
    valve_8: Child<Valve>,
}

#[handlers]
impl Plant {
    fn open(&mut self) {}
}

actor::system! {
    mod plants {
        FIRST: Plant = Plant::default,
        SECOND: Plant = Plant::default,
        THIRD: Plant = Plant::default,
        FOURTH: Plant = Plant::default,
    }
}

fn main() {}
