use actor::prelude::*;

#[actor(mailbox = unbounded)]
struct Unbounded;

#[handlers]
impl Unbounded {
    fn put(&mut self) {}
}

#[repr(align(16))]
pub struct Line(u8);

#[actor(mailbox = 4)]
struct Display {
    last: u8,
}

#[handlers]
impl Display {
    fn show(&mut self, line: Line) {
        self.last = line.0;
    }
}

#[actor(mailbox = 4)]
struct Screen {
    line: Line,
}

#[handlers]
impl Screen {
    fn show(&mut self, line: u8) {
        self.line = Line(line);
    }
}

#[actor(mailbox = 4)]
struct Clock {
    ticks: u8,
}

#[handlers]
impl Clock {
    #[every(1s)]
    fn first(&mut self) {}
    #[every(1s)]
    fn second(&mut self) {}
    #[every(1s)]
    fn third(&mut self) {}
    #[every(1s)]
    fn fourth(&mut self) {}
    #[every(1s)]
    fn fifth(&mut self) {}
    #[every(1s)]
    fn sixth(&mut self) {}
    #[every(1s)]
    fn seventh(&mut self) {}
    #[every(1s)]
    fn eighth(&mut self) {}
    #[every(1s)]
    fn ninth(&mut self) {
        self.ticks += 1;
    }
}

#[actor(mailbox = 4)]
#[supervise(limit = 11 per 60s)]
struct Patient;

#[handlers]
impl Patient {
    fn put(&mut self) {}
}

#[actor(mailbox = 4)]
struct Watcher {
    seen: u32,
}

#[handlers]
impl Watcher {
    #[terminated]
    fn gone(&mut self, _who: ActorId) {
        self.seen += 1;
    }
}

actor::system! {
    mod plant {
        WATCHER: Watcher = || Watcher { seen: 0 },
        UNBOUNDED: Unbounded = || Unbounded,
        DISPLAY: Display = || Display { last: 0 },
        SCREEN: Screen = || Screen { line: Line(0) },
        CLOCK: Clock = || Clock { ticks: 0 },
        PATIENT: Patient = || Patient,
    }
}

fn main() {}
