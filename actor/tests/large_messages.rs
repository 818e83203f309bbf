//! A large argument lies beside its message: the message stays small, and the value is moved or dropped with it.
#![allow(missing_docs)]

mod common;

use std::sync::Arc;

use actor::prelude::*;
use actor::{AllHandlersInOneBlock, Reason};
use common::everywhere;

const ROW: usize = 4096;

#[actor]
struct Table {
    sum: u64,
    kept: Vec<Arc<()>>,
}

#[handlers]
impl Table {
    fn add(&mut self, #[indirect] row: [u8; ROW]) {
        self.sum += row.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    }
    async fn last(&mut self, #[indirect] row: [u8; ROW], index: usize) -> Result<u8, String> {
        row.get(index).copied().ok_or_else(|| format!("no byte {index}"))
    }
    fn keep(
        &mut self,
        #[into]
        #[indirect]
        token: Option<Arc<()>>,
    ) {
        self.kept.extend(token);
    }
    fn sum(&self) -> u64 {
        self.sum
    }
}

#[actor]
struct Generic<T> {
    last: Option<T>,
}

#[handlers]
impl<T> Generic<T> {
    fn set(&mut self, #[indirect] value: T) {
        self.last = Some(value);
    }
    fn is_set(&self) -> bool {
        self.last.is_some()
    }
}

async fn table(system: &ActorSystem) -> TableRef {
    system.spawn(|| Table { sum: 0, kept: Vec::new() }).await.unwrap()
}

#[test]
fn a_message_stays_small_whatever_its_arguments_take() {
    assert!(size_of::<<Table as AllHandlersInOneBlock>::Message>() <= 40);
    assert!(size_of::<<Generic<[u8; ROW]> as AllHandlersInOneBlock>::Message>() <= 24);
}

#[test]
fn an_indirect_argument_arrives_whole() {
    everywhere(|system| async move {
        let table = table(&system).await;
        table.add([2; ROW]).await.unwrap();
        assert_eq!(table.sum().await.unwrap(), 2 * ROW as u64);
        let mut row = [0; ROW];
        row[ROW - 1] = 7;
        assert_eq!(table.last(row, ROW - 1).await.unwrap(), 7);
        let generic = system.spawn(|| Generic::<[u8; ROW]> { last: None }).await.unwrap();
        generic.set(row).done().await.unwrap();
        assert!(generic.is_set().await.unwrap());
        system.shutdown().await.unwrap();
    });
}

#[test]
fn an_indirect_argument_is_dropped_with_its_message() {
    everywhere(|system| async move {
        let token = Arc::new(());
        let table = table(&system).await;
        drop(table.keep(Arc::clone(&token)));
        assert_eq!(Arc::strong_count(&token), 1, "a call that was never sent keeps nothing");
        table.keep(Arc::clone(&token)).done().await.unwrap();
        assert_eq!(Arc::strong_count(&token), 2, "the handler has it");
        table.control().stop().await;
        let rejected = table.keep(Arc::clone(&token)).tell().unwrap_err();
        assert_eq!(rejected.reason, Reason::Stopped);
        assert_eq!(Arc::strong_count(&token), 2, "the call that came back has it");
        drop(rejected);
        assert_eq!(Arc::strong_count(&token), 1, "gone with the call");
        system.shutdown().await.unwrap();
    });
}
