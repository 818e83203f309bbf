use actor::prelude::*;

#[actor(mailbox = 4, stash = 1000)]
struct Valve {
    ready: bool,
}

#[handlers]
impl Valve {
    #[handler(stash_unless = self.ready)]
    fn set(&mut self, open: bool) {
        self.ready = open;
    }
}

actor::system! {
    mod plant {
        VALVE: Valve = || Valve { ready: false },
    }
}

fn main() {}
