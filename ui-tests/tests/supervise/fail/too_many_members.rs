use actor::prelude::*;

#[actor]
struct Worker;

#[handlers]
impl Worker {}

impl Worker {
    fn new() -> Self {
        Self
    }
}

#[actor]
struct Store {
    #[child(Worker::new)]
    first: Child<Worker>,
    #[child(Worker::new, pool = 255)]
    others: Pool<Worker>,
}

#[handlers]
impl Store {}

fn main() {}
