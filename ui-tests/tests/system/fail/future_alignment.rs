use actor::prelude::*;

#[repr(align(16))]
struct Line(u8);

#[actor(mailbox = 4)]
struct Display {
    last: u8,
}

#[handlers]
impl Display {
    async fn show(&mut self, line: u8) {
        let line = Line(line);
        std::future::ready(()).await;
        self.last = line.0;
    }
}

actor::system! {
    mod plant {
        DISPLAY: Display = || Display { last: 0 },
    }
}

fn main() {
    plant::step();
}
