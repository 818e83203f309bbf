use actor::prelude::*;

#[actor(mailbox = 4)]
struct Valve {
    samples: [u32; 64],
}

#[handlers]
impl Valve {
    fn take(&mut self, sample: u32) {
        self.samples[0] = sample;
    }
}

actor::system! {
    mod plant {
        VALVE: Valve = || Valve { samples: [0; 64] },
    }
    ram <= 128
}

fn main() {}
