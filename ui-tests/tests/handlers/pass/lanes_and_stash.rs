#![deny(warnings)]

use actor::prelude::*;

#[actor(stash = 8, mailbox(capacity = 4, overflow = drop_oldest))]
struct Store<K: Ord + Clone + Send + 'static> {
    ready: bool,
    rows: Vec<K>,
}

#[handlers]
impl<K: Ord + Clone + Send + 'static> Store<K> {
    #[handler(stash_unless = self.ready && !self.rows.is_empty())]
    fn first(&self) -> Option<K> {
        self.rows.first().cloned()
    }
    #[handler(lane = urgent, stash_unless = self.ready)]
    async fn flush(&mut self) -> usize {
        self.rows.len()
    }
    #[handler(lane = user)]
    fn put(&mut self, row: K) {
        self.rows.push(row);
    }
    #[cfg(any())]
    #[handler(stash_unless = self.missing)]
    fn never(&self) {}
    fn open(&mut self, ctx: &mut Context<Self>) {
        self.ready = true;
        ctx.unstash_all();
    }
}

#[actor(mailbox = unbounded)]
struct Log {
    lines: usize,
}

#[handlers]
impl Log {
    #[handler(lane = urgent)]
    fn line(&mut self) {
        self.lines += 1;
    }
}

fn main() {}
