//! Refs narrowed to one message, and topics of them.
#![allow(missing_docs)]

mod common;

use std::collections::HashSet;
use std::future::{Future, IntoFuture, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use actor::prelude::*;
use actor::{Published, Recipient, Topic};
use common::{Gate, Journal, everywhere, in_hand};

#[derive(Clone, Debug)]
struct Row(u32);

#[actor(mailbox = 2)]
struct Store {
    gate: Gate,
    journal: Journal,
}

#[handlers]
impl Store {
    fn row(&mut self, row: Row) {
        self.journal.note(format!("row {}", row.0));
    }
    fn other(&mut self, row: Row) -> Result<(), String> {
        self.journal.note(format!("other {}", row.0));
        Ok(())
    }
    fn two(&mut self, row: Row, factor: u32) {
        self.journal.note(format!("two {}", row.0 * factor));
    }
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
}

#[actor]
struct Generic<T> {
    last: Option<T>,
}

#[handlers]
impl<T: Clone> Generic<T> {
    fn set(&mut self, value: T) {
        self.last = Some(value);
    }
    fn last(&self) -> Option<T> {
        self.last.clone()
    }
}

async fn store(system: &ActorSystem) -> (StoreRef, Gate, Journal) {
    let (gate, journal) = (Gate::default(), Journal::default());
    let (g, j) = (gate.clone(), journal.clone());
    (system.spawn(move || Store { gate: g.clone(), journal: j.clone() }).await.unwrap(), gate, journal)
}

/// Fills the mailbox behind a handler that waits.
async fn fill(store: &StoreRef) {
    store.hold().await.unwrap();
    in_hand(store.control()).await;
    store.row(Row(0)).await.unwrap();
    store.row(Row(1)).await.unwrap();
}

#[test]
fn a_recipient_sends_one_message_of_actors_of_any_type() {
    everywhere(|system| async move {
        let (store, _gate, journal) = store(&system).await;
        let generic = system.spawn(|| Generic::<Row> { last: None }).await.unwrap();
        let recipients: Vec<Recipient<Row>> = vec![
            store.recipient(StoreRef::row),
            store.recipient(StoreRef::other),
            store.recipient(|store, row| store.two(row, 10)),
            generic.recipient(GenericRef::set),
        ];
        for recipient in &recipients {
            recipient.send(Row(7)).await.unwrap();
        }
        assert_eq!(generic.last().await.unwrap().unwrap().0, 7);
        recipients[0].send(Row(8)).timeout(std::time::Duration::from_secs(9)).await.unwrap();
        let stopped = store.control().stopped();
        drop((store, recipients));
        stopped.await;
        assert_eq!(journal.entries(), ["row 7", "other 7", "two 70", "row 8"], "and it kept the actor alive");
    });
}

#[test]
fn a_recipient_waits_for_room_or_says_that_there_is_none() {
    everywhere(|system| async move {
        let (store, gate, journal) = store(&system).await;
        let rows = store.recipient(StoreRef::row);
        fill(&store).await;
        assert_eq!(rows.send(Row(2)).tell(), Err(TellError::Full));
        let mut waiting = rows.send(Row(3)).into_future();
        let mut given_up = rows.send(Row(4)).into_future();
        poll_fn(|cx| {
            assert!(Pin::new(&mut waiting).poll(cx).is_pending());
            assert!(Pin::new(&mut given_up).poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        drop(given_up);
        gate.open();
        waiting.await.unwrap();
        store.control().drain().await;
        assert_eq!(journal.entries(), ["row 0", "row 1", "row 3"]);
        assert_eq!(rows.send(Row(5)).await, Err(TellError::Stopped));
        assert_eq!(rows.send(Row(5)).tell(), Err(TellError::Stopped));
        assert!(!rows.is_alive());
    });
}

#[test]
fn recipients_are_equal_by_actor_and_handler() {
    everywhere(|system| async move {
        let ((one, ..), (two, ..)) = (store(&system).await, store(&system).await);
        let all: HashSet<Recipient<Row>> = [
            one.recipient(StoreRef::row),
            one.clone().recipient(StoreRef::row),
            one.recipient(StoreRef::other),
            two.recipient(StoreRef::row),
        ]
        .into();
        assert_eq!(all.len(), 3);
    });
}

// ---- topics --------------------------------------------------------------------------------------------

fn published(delivered: usize, missed: usize, ended: usize) -> Published {
    let mut published = Published::default();
    (published.delivered, published.missed, published.ended) = (delivered, missed, ended);
    published
}

#[test]
fn a_topic_reaches_all_subscribers_and_waits_for_none() {
    everywhere(|system| async move {
        let ((quick, _, heard), (slow, gate, missing)) = (store(&system).await, store(&system).await);
        let topic = Topic::new();
        assert_eq!(topic.publish(Row(0)), published(0, 0, 0));
        assert!(topic.subscribe(quick.recipient(StoreRef::row)));
        assert!(topic.subscribe(slow.recipient(StoreRef::row)));
        assert!(!topic.subscribe(slow.recipient(StoreRef::row)), "it was there already");
        fill(&slow).await;
        assert_eq!(topic.clone().publish(Row(2)), published(1, 1, 0));
        assert_eq!(topic.missed(), 1);
        gate.open();
        in_hand(slow.control()).await;
        assert_eq!(topic.publish(Row(3)), published(2, 0, 0));
        assert!(topic.unsubscribe(&quick.recipient(StoreRef::row)));
        assert!(!topic.unsubscribe(&quick.recipient(StoreRef::row)));
        assert_eq!(topic.publish(Row(4)), published(1, 0, 0));
        quick.control().drain().await;
        slow.control().drain().await;
        assert_eq!(heard.entries(), ["row 2", "row 3"]);
        assert_eq!(missing.entries(), ["row 0", "row 1", "row 3", "row 4"]);
    });
}

#[test]
fn a_subscriber_that_has_ended_is_removed() {
    everywhere(|system| async move {
        let ((one, ..), (two, ..)) = (store(&system).await, store(&system).await);
        let topic = Topic::new();
        topic.subscribe(one.recipient(StoreRef::row));
        topic.subscribe(two.recipient(StoreRef::row));
        one.control().stop().await;
        assert_eq!(topic.publish(Row(1)), published(1, 0, 1));
        assert_eq!(topic.subscribers(), 1);
        let stopped = two.control().stopped();
        drop(two);
        assert_eq!(topic.publish(Row(2)), published(1, 0, 0), "a subscription keeps its actor");
        drop(topic);
        stopped.await;
    });
}
