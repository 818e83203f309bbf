use actor::prelude::*;

struct Result<T>(T);

#[actor]
struct Store {
    rows: Vec<u64>,
}

#[handlers]
impl Store {
    fn row(&self) -> Result<u64> {
        Result(self.rows[0])
    }

    async fn last(&self) -> Result<u64> {
        std::future::ready(()).await;
        Result(self.rows[self.rows.len() - 1])
    }
}

fn main() {}
