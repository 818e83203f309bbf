use actor::prelude::*;

#[actor(mailbox = 4)]
struct Worker;

#[handlers]
impl Worker {
    fn work(&mut self) {}
}

#[actor(mailbox = 4)]
#[derive(Default)]
struct Boss {
    #[child(|| Worker, pool = 32)]
    workers: Pool<Worker>,
}

#[handlers]
impl Boss {
    fn work(&mut self) {
        let _ = self.workers.work().tell();
    }
}

actor::system! {
    mod factory {
        BOSS: Boss = Boss::default,
    }
}

fn main() {}
