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
    fn new() -> Self {
        Self { open: false }
    }
}

actor::system! {
    mod plant {
        VALVE_1: Valve = Valve::new,
        VALVE_2: Valve = Valve::new,
        VALVE_3: Valve = Valve::new,
        VALVE_4: Valve = Valve::new,
        VALVE_5: Valve = Valve::new,
        VALVE_6: Valve = Valve::new,
        VALVE_7: Valve = Valve::new,
        VALVE_8: Valve = Valve::new,
        VALVE_9: Valve = Valve::new,
        VALVE_10: Valve = Valve::new,
        VALVE_11: Valve = Valve::new,
        VALVE_12: Valve = Valve::new,
        VALVE_13: Valve = Valve::new,
        VALVE_14: Valve = Valve::new,
        VALVE_15: Valve = Valve::new,
        VALVE_16: Valve = Valve::new,
        VALVE_17: Valve = Valve::new,
        VALVE_18: Valve = Valve::new,
        VALVE_19: Valve = Valve::new,
        VALVE_20: Valve = Valve::new,
        VALVE_21: Valve = Valve::new,
        VALVE_22: Valve = Valve::new,
        VALVE_23: Valve = Valve::new,
        VALVE_24: Valve = Valve::new,
        VALVE_25: Valve = Valve::new,
        VALVE_26: Valve = Valve::new,
        VALVE_27: Valve = Valve::new,
        VALVE_28: Valve = Valve::new,
        VALVE_29: Valve = Valve::new,
        VALVE_30: Valve = Valve::new,
        VALVE_31: Valve = Valve::new,
        VALVE_32: Valve = Valve::new,
        VALVE_33: Valve = Valve::new,
        VALVE_34: Valve = Valve::new,
    }
}

fn main() {}
