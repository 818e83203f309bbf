use std::marker::PhantomData;
use std::rc::Rc;

use actor::prelude::*;

#[actor]
struct Cache<K> {
    rows: Rc<Vec<K>>,
    kind: PhantomData<*const K>,
}

#[handlers]
impl<K: Clone> Cache<K> {
    async fn load(&mut self, row: K) {
        std::future::ready(()).await;
        Rc::make_mut(&mut self.rows).push(row);
    }

    async fn len(&self) -> usize {
        std::future::ready(()).await;
        self.rows.len()
    }
}

#[allow(dead_code)]
async fn calls(cache: &CacheRef<u64>) -> Result<usize, AskError> {
    let _ = cache.load(1).await;
    cache.len().await
}

fn main() {}
