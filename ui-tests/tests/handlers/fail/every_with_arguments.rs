use actor::prelude::*;

#[actor]
struct Cache {
    rows: Vec<u64>,
}

#[handlers]
impl Cache {
    #[every(5s)]
    fn trim(&mut self, keep: usize) {
        self.rows.truncate(keep);
    }

    #[every(5s)]
    fn count(&self) -> usize {
        self.rows.len()
    }
}

fn main() {}
