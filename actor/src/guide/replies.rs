//! Answers that come later, and work that takes its time.
//!
//! A handler with a parameter [`reply: Reply<T>`](crate::Reply) is an ask for a `T`. It may answer at once, or keep the
//! reply and answer in a later message. Answering twice does not compile, and a reply that is dropped is an answer too:
//! [`AskError::NoReply`](crate::AskError::NoReply), or [`AskError::Failed`](crate::AskError::Failed) where the handler that
//! drops it fails.
//!
//! ```
//! use actor::prelude::*;
//!
//! /// Lets callers pass when it is opened.
//! #[actor]
//! #[derive(Default)]
//! struct Barrier {
//!     waiting: Vec<Reply<u32>>,
//! }
//!
//! #[handlers]
//! impl Barrier {
//!     fn pass(&mut self, reply: Reply<u32>) {
//!         self.waiting.push(reply);
//!     }
//!
//!     fn open(&mut self) {
//!         for (place, reply) in (1..).zip(self.waiting.drain(..)) {
//!             reply.send(place);
//!         }
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let system = ActorSystem::new("demo");
//!     let barrier = system.spawn(Barrier::default).await?;
//!     let (first, second, opened) = tokio::join!(barrier.pass(), barrier.pass(), barrier.open());
//!     opened?;
//!     assert_eq!((first?, second?), (1, 2));
//!     Ok(())
//! }
//! ```
//!
//! # Slow work
//!
//! While an `async` handler waits, its actor handles nothing else: not the next message, not a stop, not a timer. And a
//! caller whose ask has timed out does **not** cancel the handler that works on it. So an actor that waits for something
//! slow, and has other things to do, lets a [pipe](crate::Context::pipe) wait for it. What its future ends in comes back as
//! a message:
//!
//! ```
//! use std::collections::HashMap;
//!
//! use actor::prelude::*;
//!
//! /// Loads each page once, however many ask for it meanwhile.
//! #[actor]
//! #[derive(Default)]
//! struct Cache {
//!     pages: HashMap<String, String>,
//!     waiting: HashMap<String, Vec<Reply<String>>>,
//! }
//!
//! #[handlers]
//! impl Cache {
//!     fn page(&mut self, #[into] url: String, reply: Reply<String>, ctx: &mut Context<Self>) {
//!         if let Some(page) = self.pages.get(&url) {
//!             return reply.send(page.clone());
//!         }
//!         let waiting = self.waiting.entry(url.clone()).or_default();
//!         waiting.push(reply);
//!         if waiting.len() == 1 {
//!             ctx.pipe(load(url), |me, (url, page)| me.loaded(url, page));
//!         }
//!     }
//!
//!     fn loaded(&mut self, url: String, page: String) {
//!         for reply in self.waiting.remove(&url).unwrap_or_default() {
//!             reply.send(page.clone());
//!         }
//!         self.pages.insert(url, page);
//!     }
//!
//!     fn len(&self) -> usize {
//!         self.pages.len()
//!     }
//! }
//!
//! async fn load(url: String) -> (String, String) {
//!     // Stands for the network.
//!     tokio::task::yield_now().await;
//!     let page = format!("<h1>{url}</h1>");
//!     (url, page)
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let system = ActorSystem::new("demo");
//!     let cache = system.spawn(Cache::default).await?;
//!     let (one, two) = tokio::join!(cache.page("a"), cache.page("a"));
//!     assert_eq!((one?.as_str(), two?.as_str()), ("<h1>a</h1>", "<h1>a</h1>"));
//!     assert_eq!(cache.len().await?, 1);
//!     Ok(())
//! }
//! ```
//!
//! A pipe belongs to the life that began it: it is dropped when the actor ends or restarts, keeps no actor alive, and is
//! stepped by a [stepper](super::testing). It waits as long as its future does; a deadline is for the future to have.
//!
//! **What must outlive a restart is a task of its own**, `tokio::spawn`, with `ctx.this()` to tell the actor what came of it.
//! The ref keeps the actor alive until the task ends. Its message may reach the next incarnation, whose `waiting` is empty;
//! those who waited have heard [`Failed`](crate::AskError::Failed). And it needs a real runtime.
