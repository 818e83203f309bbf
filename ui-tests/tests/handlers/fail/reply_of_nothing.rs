use actor::prelude::*;

#[actor]
struct Store {
    rows: Vec<u64>,
}

#[handlers]
impl Store {
    fn open(&mut self, reply: Reply) {
        reply.send(self.rows[0]);
    }

    fn fallible(&mut self, reply: Reply<u64, String>) {
        reply.send(self.rows[0]);
    }
}

fn main() {}
