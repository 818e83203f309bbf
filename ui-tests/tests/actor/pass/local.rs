//! A local actor may hold what is not `Send`, in its state and over the awaits of its handlers.
use std::cell::RefCell;
use std::rc::Rc;

use actor::prelude::*;

#[actor(local)]
struct Page {
    words: Rc<RefCell<Vec<String>>>,
}

#[handlers]
impl Page {
    fn write(&mut self, word: String) {
        self.words.borrow_mut().push(word);
    }

    async fn later(&self) -> usize {
        let words = Rc::clone(&self.words);
        std::future::ready(()).await;
        words.borrow().len()
    }
}

/// Generic, with a state that could move, and a future that could not.
#[actor(local, dispatcher = pinned)]
struct Keeps<T> {
    kept: Vec<T>,
}

#[handlers]
impl<T: Send + 'static> Keeps<T> {
    async fn keep(&mut self, value: T) {
        let held = Rc::new(());
        std::future::ready(()).await;
        self.kept.push(value);
        drop(held);
    }
}

fn calls(page: PageRef, keeps: KeepsRef<u8>) {
    drop((page.write("a".into()), page.later(), keeps.keep(1)));
    fn is_send<T: Send + Sync>() {}
    is_send::<PageRef>();
}

fn main() {
    let _ = calls;
}
