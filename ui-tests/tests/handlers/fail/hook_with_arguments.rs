use actor::prelude::*;

#[actor]
struct Store {
    rows: Vec<u64>,
}

#[handlers]
impl Store {
    #[started]
    fn begin(&mut self, rows: Vec<u64>) {
        self.rows = rows;
    }

    #[started]
    fn begin_again(&mut self) {}

    #[stopping]
    fn end(&mut self) -> usize {
        self.rows.len()
    }
}

fn main() {}
