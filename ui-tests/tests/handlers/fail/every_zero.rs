use actor::prelude::*;

#[actor]
struct Cache {
    rows: Vec<u64>,
}

#[handlers]
impl Cache {
    #[every(0s)]
    fn trim(&mut self) {
        self.rows.clear();
    }

    #[every]
    fn grow(&mut self) {
        self.rows.push(0);
    }

    #[every(5)]
    fn shrink(&mut self) {
        self.rows.pop();
    }
}

fn main() {}
