//! Type parameters, constants, defaults and where clauses.
#![deny(warnings)]

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;

use actor::prelude::*;

/// No more bounds than the code needs.
#[actor]
struct Index<K> {
    rows: HashMap<K, u64>,
}

#[handlers]
impl<K: Hash + Eq> Index<K> {
    fn put(&mut self, key: K, value: u64) {
        self.rows.insert(key, value);
    }

    async fn get(&mut self, key: K) -> Option<u64> {
        self.rows.get(&key).copied()
    }

    fn take(&mut self, key: K, reply: Reply<Option<(K, u64)>>) {
        reply.send(self.rows.remove_entry(&key));
    }
}

/// Bounds on the impl alone.
#[actor]
pub struct Store<K, V = String> {
    rows: HashMap<K, V>,
}

#[handlers]
impl<K: Hash + Eq + Send + 'static, V> Store<K, V>
where
    V: Clone + Send + 'static,
{
    pub fn put(&mut self, key: K, #[into] value: V) {
        self.rows.insert(key, value);
    }

    pub fn get(&self, key: K) -> Option<V> {
        self.rows.get(&key).cloned()
    }

    pub async fn take(&mut self, key: K) -> Result<V, MissingKey> {
        self.rows.remove(&key).ok_or(MissingKey)
    }

    #[every(1h)]
    fn forget(&mut self) {
        self.rows.clear();
    }
}

#[derive(Debug)]
pub struct MissingKey;

impl std::fmt::Display for MissingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("missing key")
    }
}

/// Bounds everywhere, and a constant.
#[actor]
struct Ring<T: Send + 'static, const N: usize>
where
    T: Debug,
{
    slots: [Option<T>; N],
    next: usize,
}

#[handlers]
impl<T: Send + 'static, const N: usize> Ring<T, N>
where
    T: Debug,
{
    fn push(&mut self, value: T) -> Option<T> {
        let old = self.slots[self.next].replace(value);
        self.next = (self.next + 1) % N;
        old
    }

    fn first(&self, _several: [u8; N], reply: Reply<[u8; N]>) {
        reply.send([0; N]);
    }
}

/// One instance of a generic actor.
#[actor]
struct Only<T> {
    value: T,
}

#[handlers]
impl Only<u64> {
    fn value(&self) -> u64 {
        self.value
    }
}

async fn use_them(store: &StoreRef<u64>, ring: &RingRef<String, 4>, only: &OnlyRef<u64>, index: &IndexRef<u8>) {
    let _ = index.put(1, 1).await;
    let _: Result<Option<u64>, AskError> = index.get(1).await;
    let _: Result<Option<(u8, u64)>, AskError> = index.take(1).await;
    let _ = store.put(1, "one").await;
    let _: Result<Option<String>, AskError> = store.get(1).await;
    let _: Result<String, AskError<MissingKey>> = store.take(1).await;
    let _: Result<Option<String>, AskError> = ring.push(String::new()).await;
    let _: Result<[u8; 4], AskError> = ring.first([0; 4]).await;
    let _: Result<u64, AskError> = only.value().await;
    let _ = store.clone() == *store;
}

fn main() {
    let _ = use_them;
    let _ = (Store::<u64> { rows: HashMap::new() }.rows, Only { value: 0 }.value);
    let _ = Index::<u8> { rows: HashMap::new() }.rows;
    let _ = Ring::<u8, 1> { slots: [None], next: 0 };
}
