use actor::Failure;
use actor::prelude::*;

#[actor]
struct Store {
    rows: Vec<u64>,
}

#[handlers]
impl Store {
    fn put(&mut self, #[into] #[into] row: u64) {
        self.rows.push(row);
    }

    #[into]
    fn put_small(&mut self, row: u8) {
        self.rows.push(row.into());
    }

    #[handler(plain)]
    fn flush(&mut self) {
        self.rows.clear();
    }

    #[handler(plain)]
    fn count(&self, reply: Reply<usize>) {
        reply.send(self.rows.len());
    }

    #[restarting]
    fn restarting(&mut self, failure: &Failure, again: &Failure) {
        let _ = (failure, again);
    }
}

fn main() {}
