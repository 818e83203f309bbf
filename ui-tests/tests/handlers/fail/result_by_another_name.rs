use actor::prelude::*;

type Written = Result<(), String>;
type Outcome<T> = Result<T, String>;

#[actor]
struct Store {
    rows: Vec<u64>,
}

#[handlers]
impl Store {
    fn put(&mut self, row: u64) -> Written {
        self.rows.push(row);
        Ok(())
    }

    async fn row(&self, at: usize) -> Outcome<u64> {
        self.rows.get(at).copied().ok_or_else(|| "no such row".to_owned())
    }

    #[handler(plain)]
    fn flush(&mut self) -> Written {
        Ok(())
    }
}

fn main() {}
