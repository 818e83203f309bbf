use actor::prelude::*;

#[actor(mailbox = 4)]
struct Log {
    lines: [u64; 5],
}

#[handlers]
impl Log {
    fn lines(&self) -> [u64; 5] {
        self.lines
    }
}

#[actor(mailbox = 4)]
struct Display {
    last: u64,
}

#[handlers]
impl Display {
    async fn refresh(&mut self) {
        self.last = logs::LOG.lines().await.map_or(0, |lines| lines[0]);
    }
}

actor::system! {
    mod logs {
        LOG: Log = || Log { lines: [0; 5] },
        DISPLAY: Display = || Display { last: 0 },
    }
}

fn main() {
    logs::step();
}
