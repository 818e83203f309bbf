use actor::prelude::*;

#[actor]
struct Store {
    rows: Vec<u64>,
}

#[handlers]
impl Store {
    fn both(&mut self, first: Reply<u64>, last: Reply<u64>) {
        first.send(self.rows[0]);
        last.send(self.rows[0]);
    }

    fn inferred(&mut self, reply: Reply<_>) {
        reply.send(self.rows[0]);
    }
}

fn main() {}
