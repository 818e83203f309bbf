use actor::prelude::*;

#[actor(local, mailbox = 4)]
struct Page {
    words: u32,
}

#[handlers]
impl Page {
    fn write(&mut self) {
        self.words += 1;
    }
}

actor::system! {
    mod book {
        PAGE: Page = || Page { words: 0 },
    }
}

fn main() {}
