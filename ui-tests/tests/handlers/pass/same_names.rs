//! Two actors in a module, with handlers of the same names; a handler named like its argument's type.
#![deny(warnings)]

use actor::prelude::*;

struct Event(u64);

#[actor]
struct First {
    total: u64,
}

#[handlers]
impl First {
    fn get(&self) -> u64 {
        self.total
    }

    fn event(&mut self, event: Event) {
        self.total += event.0;
    }
}

#[actor]
struct Second {
    total: String,
}

#[handlers]
impl Second {
    fn get(&self) -> String {
        self.total.clone()
    }

    fn event(&mut self, event: Event) {
        self.total = event.0.to_string();
    }
}

async fn use_them(first: &FirstRef, second: &SecondRef) {
    let _: Result<u64, AskError> = first.get().await;
    let _: Result<String, AskError> = second.get().await;
    let _ = (first.event(Event(1)).await, second.event(Event(2)).await);
}

fn main() {
    let _ = use_them;
    let _ = (First { total: 0 }, Second { total: String::new() });
}
