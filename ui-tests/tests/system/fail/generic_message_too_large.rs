use actor::prelude::*;

#[actor(mailbox = 4)]
struct Display<T> {
    last: Option<T>,
}

#[handlers]
impl<T> Display<T> {
    fn show(&mut self, line: T) {
        self.last = Some(line);
    }
}

impl<T> Display<T> {
    fn new() -> Self {
        Self { last: None }
    }
}

actor::system! {
    mod plant {
        DISPLAY: Display<[u64; 8]> = Display::new,
    }
}

fn main() {}
