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

actor::system! {
    mod plant {
        FIRST: Valve = {
            let open = true;
            move || Valve { open }
        },
        SECOND: Valve = || async { Valve { open: false } },
    }
}

fn main() {}
