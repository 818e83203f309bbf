use actor::prelude::*;

#[actor(mailbox = 4)]
struct Valve;

#[handlers]
impl Valve {
    fn open(&mut self) {}
}

#[actor(mailbox = 4)]
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
    #[child(|| Valve)]
    valve_9: Child<Valve>,
}

#[handlers]
impl Plant {
    fn open(&mut self) {}
}

actor::system! {
    mod plant {
        PLANT: Plant = || Plant {
            valve_1: Child::default(),
            valve_2: Child::default(),
            valve_3: Child::default(),
            valve_4: Child::default(),
            valve_5: Child::default(),
            valve_6: Child::default(),
            valve_7: Child::default(),
            valve_8: Child::default(),
            valve_9: Child::default(),
        },
    }
}

fn main() {}
