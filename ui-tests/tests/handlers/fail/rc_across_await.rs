use std::rc::Rc;

use actor::prelude::*;

#[actor]
struct Loader {
    loaded: u64,
}

#[handlers]
impl Loader {
    async fn load(&mut self, by: u64) {
        let shared = Rc::new(by);
        std::future::ready(()).await;
        self.loaded += *shared;
    }

    async fn loaded(&self) -> u64 {
        self.loaded
    }
}

fn main() {}
