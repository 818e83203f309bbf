use actor::prelude::*;

#[actor(stash = 0, mailbox = endless)]
struct Store {
    ready: bool,
}

#[handlers]
impl Store {
    #[handler(lane = fast)]
    fn flush(&mut self) {
        self.ready = true;
    }
    #[handler(lane)]
    fn sync(&mut self) {}
    #[handler(stash_unles = self.ready)]
    fn get(&self) -> bool {
        self.ready
    }
    #[handler(stash_unless)]
    fn look(&self) -> bool {
        self.ready
    }
    #[handler(plain = yes)]
    fn put(&mut self) -> Result<(), String> {
        Ok(())
    }
}

fn main() {}
