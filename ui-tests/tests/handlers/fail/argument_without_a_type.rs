use std::borrow::Cow;
use std::fmt::Display;

use actor::prelude::*;

#[actor]
struct Store {
    rows: Vec<String>,
}

#[handlers]
impl Store {
    fn put(&mut self, row: _) {
        self.rows.push(row);
    }

    fn fill(&mut self, row: Cow<'_, str>) {
        self.rows.push(row.into_owned());
    }

    fn show(&mut self, row: &dyn Display) {
        self.rows.push(row.to_string());
    }

    fn never(&mut self, row: !) {
        let _ = row;
    }

    fn leave(&mut self) -> ! {
        std::process::exit(self.rows.len() as i32)
    }

    fn sometimes(&mut self, #[cfg(all())] row: String) {
        self.rows.push(row);
    }

    fn turned(&mut self, #[into(String)] row: String) {
        self.rows.push(row);
    }
}

fn main() {}
