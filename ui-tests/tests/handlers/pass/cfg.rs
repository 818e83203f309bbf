//! Handlers that come and go.
#![deny(warnings)]

use actor::prelude::*;

#[actor]
struct Store {
    #[cfg(any())]
    missing: Missing,
    #[cfg(all())]
    rows: u64,
}

#[handlers]
impl Store {
    #[cfg(any())]
    fn gone(&mut self, missing: Missing) -> Missing {
        missing
    }

    #[cfg(all())]
    fn here(&mut self, by: u64) {
        self.rows += by;
    }

    #[cfg(any())]
    async fn gone_async(&mut self) -> Result<Missing, Missing> {
        Err(Missing)
    }

    #[cfg(any())]
    #[every(5s)]
    fn gone_tick(&mut self) {}

    #[every(6s)]
    fn tick(&mut self) {}

    #[cfg(any())]
    #[started]
    fn begin(&mut self) {}

    #[cfg(all())]
    #[started]
    fn begin_here(&mut self) {}

    #[cfg_attr(all(), doc = "The rows.")]
    fn rows(&self) -> u64 {
        self.rows
    }
}

async fn use_it(store: &StoreRef) {
    let _ = store.here(1).await;
    let _ = store.rows().await;
}

fn main() {
    use actor::__private::{AllHandlersInOneBlock, Message};
    let _ = use_it;
    let _ = Store { rows: 0 };
    assert_eq!(Store::PROTOCOL.messages, ["here", "tick", "begin_here", "rows"]);
    assert_eq!(Store::PROTOCOL.timers.len(), 1);
    assert_eq!(<Store as AllHandlersInOneBlock>::tick(0).map(|message| message.index()), Some(1));
    assert_eq!(<Store as AllHandlersInOneBlock>::started().map(|message| message.index()), Some(2));
}
