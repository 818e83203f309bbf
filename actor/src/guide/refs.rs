//! How actors come to know each other, and how long they live.
//!
//! `#[actor] struct Store` has a ref, `StoreRef`: an address that is cloned freely, compared by identity, sent in messages
//! and kept in fields. It stays valid over restarts.
//!
//! # A factory keeps refs, and clones them
//!
//! An actor is made by a factory that is called again at every restart. So it cannot give away what it captured; it clones:
//!
//! ```
//! use actor::prelude::*;
//!
//! #[actor]
//! struct Store {
//!     rows: Vec<String>,
//! }
//!
//! #[handlers]
//! impl Store {
//!     fn put(&mut self, #[into] row: String) {
//!         self.rows.push(row);
//!     }
//!     fn len(&self) -> usize {
//!         self.rows.len()
//!     }
//! }
//!
//! #[actor]
//! struct Importer {
//!     store: StoreRef,
//! }
//!
//! #[handlers]
//! impl Importer {
//!     async fn import(&mut self, #[into] text: String) -> Result<usize, AskError> {
//!         for line in text.lines() {
//!             self.store.put(line).await?; // a `TellError` is an `AskError` as well
//!         }
//!         self.store.len().await
//!     }
//! }
//!
//! impl Importer {
//!     fn new(store: StoreRef) -> Self {
//!         Self { store }
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let system = ActorSystem::new("demo");
//!     let store = system.spawn(|| Store { rows: Vec::new() }).await?;
//!     let importer = {
//!         let store = store.clone();
//!         system.spawn(move || Importer::new(store.clone())).await?
//!     };
//!     assert_eq!(importer.import("a\nb").await?, 2);
//!     Ok(())
//! }
//! ```
//!
//! A factory is any `Fn() -> A`, or `Fn() -> Result<A, E>` whose `Err` is a failed start, or an async one of either, whose
//! future runs before the first message of each life. What must not be made twice, such as a listening socket, goes into an
//! `Arc`, or the actor is spawned from one state and a failure stops it. A name makes it known to those who have no ref, and
//! keeps it from nothing: an actor nobody has a ref of ends, and its name is free again.
//!
//! ```
//! # use actor::prelude::*;
//! # #[actor] struct Db { rows: u64 }
//! # #[handlers] impl Db { fn rows(&self) -> u64 { self.rows } }
//! impl Db {
//!     async fn connect() -> Result<Self, std::io::Error> {
//!         Ok(Self { rows: 7 })
//!     }
//! }
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let system = ActorSystem::new("demo");
//! let db = system.spawn(Db::connect).named("db").await?;
//! assert_eq!(system.find::<DbRef>("db")?, db);
//!
//! let given = system.spawn_once(Db { rows: 3 }).await?;
//! assert_eq!(given.rows().await?, 3);
//! # Ok(())
//! # }
//! ```
//!
//! # How long an actor lives
//!
//! An actor that the system spawned ends when it is stopped, when it failed too often, or **when its last ref is dropped**:
//! it then handles what waits, and stops. A timer keeps no actor alive, so one that only ticks needs somebody who holds its
//! ref:
//!
//! ```
//! # use actor::prelude::*;
//! # #[actor] struct Ticker;
//! # #[handlers] impl Ticker { #[every(1s)] fn tick(&mut self) {} }
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let system = ActorSystem::new("demo");
//! let ticker = system.spawn(|| Ticker).await?; // `let _ = ..` would end it at once
//! let control = ticker.control();
//! assert!(control.is_alive());
//! let ended = control.stopped();
//! drop(ticker);
//! ended.await;
//! # Ok(())
//! # }
//! ```
//!
//! A ref in a message counts until the message is handled, one in a field as long as its actor. Two actors that hold each
//! other's refs keep each other alive until one of them is stopped; where one holds a weak ref they do not:
//!
//! ```
//! # use actor::prelude::*;
//! # use actor::Weak;
//! # #[actor] struct Ticker;
//! # #[handlers] impl Ticker { fn tick(&mut self) {} }
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let system = ActorSystem::new("demo");
//! # let ticker = system.spawn(|| Ticker).await?;
//! let weak: Weak<TickerRef> = ticker.downgrade();
//! if let Some(ticker) = weak.upgrade() {
//!     ticker.tick().await?; // kept alive as long as this ref is there
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # A ref of whoever takes the message
//!
//! [`Recipient<T>`](crate::Recipient) is a ref narrowed to one handler that is told a `T`, so actors of any type can be kept
//! together. A [`Topic<T>`](crate::Topic) tells all of them what is published, and waits for none.
//!
//! ```
//! use actor::prelude::*;
//! use actor::{Recipient, Topic};
//!
//! #[actor]
//! #[derive(Default)]
//! struct Chart {
//!     prices: Vec<u64>,
//! }
//! #[handlers]
//! impl Chart {
//!     fn price(&mut self, price: u64) {
//!         self.prices.push(price);
//!     }
//!     fn prices(&self) -> Vec<u64> {
//!         self.prices.clone()
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let system = ActorSystem::new("demo");
//!     let chart = system.spawn(Chart::default).await?;
//!     let prices: Recipient<u64> = chart.recipient(ChartRef::price);
//!     prices.send(7).await?;
//!
//!     let topic = Topic::new();
//!     topic.subscribe(prices);
//!     assert_eq!(topic.publish(8).delivered, 1);
//!     assert_eq!(chart.prices().await?, [7, 8]);
//!     Ok(())
//! }
//! ```
//!
//! Both are refs, and keep their actors alive. On bare metal a topic is that of a static, `static PRICES: Subscribers<u64, 4> =
//! Subscribers::new();`: an actor whose factory is given `PRICES.topic()` does with it what it does with `Topic::new()`.
//!
//! # Somebody who was not there at the start
//!
//! Two actors that need each other are spawned one after the other, and the first is told of the second: a handler
//! `fn meet(&mut self, peer: PeerRef)`, and a field `Option<PeerRef>`. After a restart of the first, its factory does not
//! know the second; where that can happen, let a third actor, which owns both, tell it again.
//!
//! `ctx.this()` is the actor's own ref.
