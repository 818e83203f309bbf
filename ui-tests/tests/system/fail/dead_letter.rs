use actor::prelude::*;

#[actor(mailbox = 4)]
struct Display {
    lost: u8,
}

#[handlers]
impl Display {
    fn show(&mut self, _line: u8) {}

    #[dead_letter]
    fn lost(&mut self, letter: DeadLetter<Self>) {
        drop(letter);
        self.lost += 1;
    }
}

actor::system! {
    mod plant {
        DISPLAY: Display = || Display { lost: 0 },
    }
}

fn main() {}
