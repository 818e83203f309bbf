//! Promise `no_silent_loss`, for the actor itself: what it had accepted and lost while it lives is given to its
//! `#[dead_letter]`, whole, in the order in which it was lost.
#![allow(missing_docs)]

mod common;

use std::future::{Future, IntoFuture, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use actor::prelude::*;
use actor::{DeadLetterReason, Instant};
use common::{Gate, Journal, everywhere, until, yield_now};

#[actor(mailbox(capacity = 2, overflow = drop_oldest))]
struct Display {
    gate: Gate,
    journal: Journal,
}

#[handlers]
impl Display {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    async fn hold_and_fail(&mut self) -> Result<(), String> {
        self.gate.passed().await;
        Err("failed".to_owned())
    }
    fn show(&mut self, line: u32) {
        self.journal.note(format!("show {line}"));
    }
    fn keep(&mut self, token: Arc<()>) {
        drop(token);
    }
    fn shown(&self) -> usize {
        self.journal.entries().len()
    }
    #[dead_letter]
    fn lost(&mut self, letter: DeadLetter<Self>, ctx: &mut Context<Self>) {
        self.journal.note(format!("{} {} in life {}", letter.handler(), letter.reason(), ctx.incarnation().get()));
    }
}

async fn display(system: &ActorSystem) -> (DisplayRef, Gate, Journal) {
    let (gate, journal) = (Gate::default(), Journal::default());
    let (g, j) = (gate.clone(), journal.clone());
    (system.spawn(move || Display { gate: g.clone(), journal: j.clone() }).await.unwrap(), gate, journal)
}

/// Waits until the messages sent so far are in hand.
async fn is_held(display: &DisplayRef) {
    while display.control().depth() > 0 {
        yield_now().await;
    }
}

async fn has(journal: &Journal, entries: usize) -> Vec<String> {
    while journal.entries().len() < entries {
        yield_now().await;
    }
    journal.entries()
}

#[test]
fn what_an_overflow_drops_is_given_to_the_actor() {
    everywhere(|system| async move {
        let (display, gate, journal) = display(&system).await;
        display.hold().await.unwrap();
        is_held(&display).await;
        for line in 1..=4 {
            display.show(line).await.unwrap();
        }
        assert_eq!(journal.entries(), Vec::<String>::new(), "not while a message is in hand");
        gate.open();
        let mut entries = has(&journal, 4).await;
        entries.sort();
        assert_eq!(entries, ["show 3", "show 4", "show dropped in life 0", "show dropped in life 0"]);
        // The last hook may be running still. It is no message.
        until(|| {
            let counts = system.counts::<Display>();
            (counts.dead_letters, counts.handled) == (2, 3)
        })
        .await;
        system.shutdown().await.unwrap();
    });
}

#[test]
fn who_asked_hears_of_the_loss_before_the_actor() {
    everywhere(|system| async move {
        let (display, gate, journal) = display(&system).await;
        display.hold().await.unwrap();
        is_held(&display).await;
        let mut asker = Box::pin(display.shown().into_future());
        assert!(poll_once(asker.as_mut()).await.is_none(), "it waits");
        display.show(1).await.unwrap();
        display.show(2).await.unwrap();
        assert_eq!(asker.await, Err(AskError::Dropped));
        assert_eq!(journal.entries(), Vec::<String>::new(), "the actor is busy still");
        gate.open();
        assert!(has(&journal, 3).await.contains(&"shown dropped in life 0".to_owned()));
        system.shutdown().await.unwrap();
    });
}

async fn poll_once<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
    poll_fn(|cx| match Pin::new(&mut future).poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

#[test]
fn what_expires_is_given_to_the_actor() {
    everywhere(|system| async move {
        let (display, _, journal) = display(&system).await;
        display.show(1).deadline(Instant::ZERO).tell().unwrap();
        assert_eq!(has(&journal, 1).await, ["show expired in life 0"]);
        system.shutdown().await.unwrap();
    });
}

#[test]
fn a_letter_outlives_a_restart() {
    everywhere(|system| async move {
        let (display, gate, journal) = display(&system).await;
        display.hold_and_fail().await.unwrap();
        is_held(&display).await;
        for line in 1..=3 {
            display.show(line).await.unwrap();
        }
        gate.open();
        let mut entries = has(&journal, 3).await;
        entries.sort();
        assert_eq!(entries, ["show 2", "show 3", "show dropped in life 1"]);
        system.shutdown().await.unwrap();
    });
}

#[test]
fn as_many_letters_wait_as_messages_and_all_are_counted() {
    everywhere(|system| async move {
        let (display, gate, journal) = display(&system).await;
        display.hold().await.unwrap();
        is_held(&display).await;
        for line in 1..=7 {
            display.show(line).await.unwrap();
        }
        gate.open();
        has(&journal, 4).await;
        // Behind whatever might still come.
        assert_eq!(display.shown().await, Ok(4));
        assert_eq!(system.counts::<Display>().dead_letters, 5);
        system.shutdown().await.unwrap();
    });
}

#[test]
fn an_actor_that_ends_hears_of_nothing_and_its_letters_go_with_it() {
    everywhere(|system| async move {
        let (display, gate, journal) = display(&system).await;
        let token = Arc::new(());
        display.hold().await.unwrap();
        is_held(&display).await;
        for _ in 0..3 {
            display.keep(Arc::clone(&token)).await.unwrap();
        }
        let ending = display.control().stop();
        gate.open();
        ending.await;
        assert_eq!(journal.entries(), Vec::<String>::new());
        assert_eq!(Arc::strong_count(&token), 1);
        assert_eq!(system.counts::<Display>().dead_letters, 3);
        system.shutdown().await.unwrap();
    });
}

#[actor(stash = 1)]
struct Shop {
    open: bool,
    journal: Journal,
}

#[handlers]
impl Shop {
    #[handler(stash_unless = self.open)]
    fn buy(&mut self, what: String) {
        self.journal.note(format!("bought {what}"));
    }
    #[dead_letter]
    async fn lost(&mut self, letter: DeadLetter<Self>) -> Result<(), String> {
        std::future::ready(()).await;
        self.journal.note(format!("{letter:?}"));
        if letter.reason() == DeadLetterReason::Dropped { Err("the shop is too small".to_owned()) } else { Ok(()) }
    }
}

#[test]
fn the_error_of_the_hook_is_a_failure_of_the_actor() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let shop = {
            let journal = journal.clone();
            system.spawn(move || Shop { open: false, journal: journal.clone() }).await.unwrap()
        };
        shop.buy("tea".to_owned()).await.unwrap();
        shop.buy("jam".to_owned()).await.unwrap();
        let letter = "DeadLetter { handler: \"buy\", reason: Dropped }";
        assert_eq!(has(&journal, 1).await, [letter]);
        while system.counts::<Shop>().restarts == 0 {
            yield_now().await;
        }
        assert_eq!(system.counts::<Shop>().failures, 1);
        system.shutdown().await.unwrap();
    });
}

#[actor(mailbox(capacity = 1, overflow = drop_newest))]
struct Inbox {
    gate: Gate,
    rows: Vec<String>,
}

#[handlers(pub enum InboxMessage)]
impl Inbox {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn put(&mut self, row: String, #[indirect] more: [u8; 256]) {
        self.rows.push(format!("{row} {}", more[255]));
    }
    fn rows(&self) -> Vec<String> {
        self.rows.clone()
    }
    #[dead_letter]
    fn lost(&mut self, letter: DeadLetter<Self>) {
        if let InboxMessage::Put { row, more } = letter.into_message() {
            self.rows.push(format!("late: {row} {}", more.into_inner()[255]));
        }
    }
}

#[test]
fn a_letter_is_whole_and_can_be_taken_apart() {
    everywhere(|system| async move {
        let gate = Gate::default();
        let inbox = {
            let gate = gate.clone();
            system.spawn(move || Inbox { gate: gate.clone(), rows: Vec::new() }).await.unwrap()
        };
        inbox.hold().await.unwrap();
        while inbox.control().depth() > 0 {
            yield_now().await;
        }
        for row in ["one", "two"] {
            inbox.put(row.to_owned(), [7; 256]).await.unwrap();
        }
        gate.open();
        let mut rows = loop {
            match inbox.rows().await {
                Ok(rows) if rows.len() == 2 => break rows,
                _ => yield_now().await,
            }
        };
        rows.sort();
        assert_eq!(rows, ["late: two 7", "one 7"]);
        system.shutdown().await.unwrap();
    });
}
