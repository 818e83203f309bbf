use actor::prelude::*;

#[actor(mailbox = 4)]
struct Valve {
    open: bool,
}

#[handlers]
impl Valve {
    fn set(&mut self, open: bool) {
        self.open = open;
    }
}

impl Valve {
    const SHUT: fn() -> Self = || Self { open: false };
}

#[actor(mailbox = 4)]
struct Plant {
    open: bool,
    #[child(Valve::SHUT)]
    pointed: Child<Valve>,
    #[child(|plant: &Plant| Valve { open: plant.open })]
    captured: Child<Valve>,
}

#[handlers]
impl Plant {
    fn set(&mut self, open: bool) {
        self.open = open;
    }
}

actor::system! {
    mod plant {
        PLANT: Plant = || Plant { open: true, pointed: Child::default(), captured: Child::default() },
    }
}

fn main() {
    plant::step();
}
