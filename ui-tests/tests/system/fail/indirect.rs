use actor::prelude::*;

#[actor(mailbox = 4)]
struct Display {
    last: u64,
}

#[handlers]
impl Display {
    fn show(&mut self, #[indirect] line: [u64; 8]) {
        self.last = line[0];
    }
}

actor::system! {
    mod plant {
        DISPLAY: Display = || Display { last: 0 },
    }
}

fn main() {}
