use actor::prelude::*;

#[actor(mailbox = 4)]
struct Valve;

#[handlers]
impl Valve {
    fn set(&mut self) {}
}

fn pend() {}

actor::system! {
    mod nobody_runs_it {
        VALVE: Valve = || Valve,
        level SSI0 { ALARM: Valve = || Valve },
    }
}

actor::system! {
    mod no_block {
        VALVE: Valve = || Valve,
        level SSI0: Valve = || Valve,
    }
}

actor::system! {
    mod another_word {
        VALVE: Valve = || Valve,
        priority SSI0 { pend = pend, ALARM: Valve = || Valve },
    }
}

actor::system! {
    mod pended_twice {
        VALVE: Valve = || Valve,
        level SSI0 { pend = pend, pend = pend, ALARM: Valve = || Valve },
    }
}

actor::system! {
    mod another_option {
        VALVE: Valve = || Valve,
        level SSI0 { interrupt = pend, ALARM: Valve = || Valve },
    }
}

actor::system! {
    mod one_in_another {
        VALVE: Valve = || Valve,
        level SSI0 { pend = pend, level SSI1 { pend = pend, ALARM: Valve = || Valve } },
    }
}

actor::system! {
    mod nothing_preempted {
        level SSI0 { pend = pend, ALARM: Valve = || Valve },
    }
}

actor::system! {
    mod nobody_in_it {
        VALVE: Valve = || Valve,
        level SSI0 { pend = pend },
    }
}

actor::system! {
    mod names_of_others {
        VALVE: Valve = || Valve,
        level VALVE { pend = pend, ALARM: Valve = || Valve },
        level SYSTEM_1 { pend = pend, VALVE: Valve = || Valve },
    }
}

fn main() {}
