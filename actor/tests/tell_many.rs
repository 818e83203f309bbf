//! Many messages at once.
#![allow(missing_docs)]

mod common;

use std::time::Duration;

use actor::prelude::*;
use common::{Gate, Journal, everywhere, in_hand};

macro_rules! sink {
    ($name:ident, $($option:tt)*) => {
        #[actor($($option)*)]
        struct $name {
            gate: Gate,
            journal: Journal,
        }

        #[handlers]
        impl $name {
            async fn hold(&mut self) {
                self.gate.passed().await;
            }
            fn row(&mut self, row: u32) {
                self.journal.note(format!("{row}"));
            }
            fn other(&mut self, row: u32) {
                self.journal.note(format!("other {row}"));
            }
            #[handler(lane = urgent)]
            fn now(&mut self, row: u32) {
                self.journal.note(format!("now {row}"));
            }
        }
    };
}

sink!(Store, mailbox = 40);
sink!(Dropping, mailbox(capacity = 2, overflow = drop_oldest));

/// A store with its first message in hand, which waits.
macro_rules! held {
    ($system:ident, $actor:ident) => {{
        let (gate, journal) = (Gate::default(), Journal::default());
        let (g, j) = (gate.clone(), journal.clone());
        let store = $system.spawn(move || $actor { gate: g.clone(), journal: j.clone() }).await.unwrap();
        store.hold().await.unwrap();
        in_hand(store.control()).await;
        (store, gate, journal)
    }};
}

fn numbers(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

#[test]
fn all_are_let_in_in_order_where_there_is_room() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let theirs = journal.clone();
        let store = system.spawn(move || Store { gate: Gate::default(), journal: theirs.clone() }).await.unwrap();
        assert_eq!(store.tell_many(0..0, StoreRef::row).unwrap(), 0);
        assert_eq!(store.tell_many(0..35, StoreRef::row).unwrap(), 35);
        store.control().drain().await;
        assert_eq!(journal.entries(), numbers(0..35));
        let rejected = store.tell_many(0..3, StoreRef::row).unwrap_err();
        assert_eq!((rejected.let_in, rejected.reason), (0, Reason::Stopped));
        assert_eq!(rejected.to_string(), "after 0 messages: actor stopped; spawn it again or drop the ref");
        assert_eq!(rejected.rest.count(), 3);
    });
}

#[test]
fn what_finds_no_room_comes_back_in_order() {
    everywhere(|system| async move {
        let (store, gate, journal) = held!(system, Store);
        let rejected = store.tell_many(0..100, |store, row| store.row(row)).unwrap_err();
        assert_eq!((rejected.let_in, rejected.reason), (40, Reason::Full));
        // Each lane has its own room.
        assert_eq!(store.tell_many(0..2, StoreRef::now).unwrap(), 2);
        gate.open();
        for call in rejected.rest {
            call.await.unwrap();
        }
        store.control().drain().await;
        let mut entries = journal.entries();
        entries.retain(|entry| !entry.starts_with("now"));
        assert_eq!(entries, numbers(0..100));
    });
}

#[test]
fn a_mailbox_that_drops_lets_all_in_and_keeps_the_law() {
    everywhere(|system| async move {
        let (store, gate, journal) = held!(system, Dropping);
        assert_eq!(store.tell_many(0..50, DroppingRef::row).unwrap(), 50);
        gate.open();
        store.control().drain().await;
        assert_eq!(journal.entries(), numbers(48..50));
        assert_eq!(system.counts::<Dropping>().dead_letters, 48);
    });
}

#[test]
fn the_calls_may_be_of_several_handlers_and_lanes() {
    everywhere(|system| async move {
        let (store, gate, journal) = held!(system, Store);
        let sent = store.tell_many(0..4, |store, row| match row {
            1 => store.other(row),
            3 => store.now(row),
            _ => store.row(row),
        });
        assert_eq!(sent.unwrap(), 4);
        let full = store.tell_many(0..60, |store, row| if row < 37 { store.row(row) } else { store.other(row) });
        // What comes back is whole, whichever handler it is for.
        let back: Vec<_> = full.unwrap_err().rest.collect();
        gate.open();
        for call in back {
            call.await.unwrap();
        }
        store.control().drain().await;
        let entries = journal.entries();
        assert_eq!(entries[..4], ["now 3", "0", "other 1", "2"]);
        assert_eq!(entries[4..41], numbers(0..37));
        assert_eq!(entries[41..], (37..60).map(|row| format!("other {row}")).collect::<Vec<_>>());
    });
}

#[test]
fn a_call_keeps_its_own_limit() {
    everywhere(|system| async move {
        let (store, gate, journal) = held!(system, Store);
        store.row(9).timeout(Duration::ZERO).tell().unwrap();
        store.tell_many(0..3, |store, row| store.row(row).timeout(Duration::from_secs(60) * row)).unwrap();
        gate.open();
        store.control().drain().await;
        assert_eq!(journal.entries(), ["1", "2"], "work whose time is over is skipped");
        assert_eq!(system.counts::<Store>().dead_letters, 2);
    });
}
