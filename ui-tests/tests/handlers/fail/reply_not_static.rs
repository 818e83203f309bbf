use actor::prelude::*;

#[actor]
struct Store {
    rows: Vec<String>,
}

#[handlers]
impl Store {
    fn first(&self) -> &str {
        &self.rows[0]
    }

    fn last(&self) -> Option<&String> {
        self.rows.last()
    }

    fn all(&self) -> impl Iterator<Item = String> {
        self.rows.clone().into_iter()
    }
}

fn main() {}
