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

#[actor(mailbox = 4)]
struct Desk {
    #[child(|| Display { last: 0 })]
    display: Child<Display>,
}

#[handlers]
impl Desk {
    fn show(&mut self) {
        let _ = self.display.show([0; 8]).tell();
    }
}

actor::system! {
    mod plant {
        DESK: Desk = || Desk { display: Child::default() },
    }
}

fn main() {}
