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
struct Lamp;

#[handlers]
impl Lamp {
    fn blink(&mut self) {}
}

#[actor(mailbox = 4, indirect = 2)]
struct Plain;

#[handlers]
impl Plain {
    fn blink(&mut self) {}
}

#[actor(mailbox = 4, timers = 1, indirect = 2)]
struct Timed {
    last: u64,
}

#[handlers]
impl Timed {
    fn show(&mut self, #[indirect] line: [u64; 8]) {
        self.last = line[0];
    }
}

actor::system! {
    mod plant {
        DISPLAY: Display = || Display { last: 0 },
        MANY: Display { indirect = 33 } = || Display { last: 0 },
        LAMP: Lamp { mailbox = 4, indirect = 2 } = || Lamp,
        PLAIN: Plain = || Plain,
        TIMED: Timed = || Timed { last: 0 },
    }
}

actor::system! {
    mod none {
        DISPLAY: Display { indirect = 0 } = || Display { last: 0 },
    }
}

fn main() {}
