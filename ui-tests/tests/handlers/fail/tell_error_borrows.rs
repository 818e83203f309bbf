use actor::prelude::*;

#[actor]
struct Store {
    reason: String,
}

#[handlers]
impl Store {
    fn put(&mut self, row: u64) -> Result<(), &str> {
        if row == 0 { Err(&self.reason) } else { Ok(()) }
    }
}

fn main() {}
