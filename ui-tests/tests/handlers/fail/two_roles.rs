use actor::prelude::*;

#[actor]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    #[started]
    #[every(5s)]
    fn reset(&mut self) {
        self.total = 0;
    }

    #[handler(plain)]
    unsafe fn raw(&mut self, reply: Reply<u64>) -> u64 {
        reply.send(self.total);
        self.total
    }
}

fn main() {}
