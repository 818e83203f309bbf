use actor::prelude::*;

#[actor]
struct Session {
    pings: u64,
}

#[handlers]
impl Session {
    #[handler(passive)]
    fn ping(&mut self) {
        self.pings += 1;
    }
}

fn main() {}
