//! Promise `overflow`: what happens to a message for which there is no room.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use common::{Gate, everywhere, yield_now};

#[actor(mailbox(capacity = 2, overflow = reject))]
struct Rejecting {
    gate: Gate,
    seen: Vec<u32>,
}

#[handlers]
impl Rejecting {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn note(&mut self, number: u32) {
        self.seen.push(number);
    }
    fn seen(&self) -> Vec<u32> {
        self.seen.clone()
    }
}

#[actor(mailbox = 2)]
struct Waiting {
    gate: Gate,
    seen: Vec<u32>,
}

#[handlers]
impl Waiting {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn note(&mut self, number: u32) {
        self.seen.push(number);
    }
    fn seen(&self) -> Vec<u32> {
        self.seen.clone()
    }
    async fn note_self(&mut self, ctx: &mut Context<Self>) -> Result<(), TellError> {
        let me = ctx.this();
        me.note(1).await?;
        me.note(2).await?;
        me.note(3).await
    }
}

#[test]
fn a_rejecting_mailbox_hands_the_message_back_at_exactly_its_capacity() {
    everywhere(|system| async move {
        let gate = Gate::default();
        let actor = {
            let gate = gate.clone();
            system.spawn(move || Rejecting { gate: gate.clone(), seen: Vec::new() }).await.unwrap()
        };
        actor.hold().await.unwrap();
        while actor.control().depth() > 0 {
            yield_now().await;
        }
        actor.note(1).await.unwrap();
        actor.note(2).tell().unwrap();
        assert_eq!(actor.note(3).await, Err(TellError::Full));
        let rejected = actor.note(4).tell().unwrap_err();
        assert_eq!(rejected.reason, Reason::Full);
        assert_eq!(actor.seen().await, Err(AskError::Full));
        gate.open();
        // The call came back whole: it can be sent again.
        let mut call = rejected.call;
        loop {
            match call.tell() {
                Ok(()) => break,
                Err(rejected) => call = rejected.call,
            }
            yield_now().await;
        }
        let seen = loop {
            match actor.seen().await {
                Err(AskError::Full) => yield_now().await,
                seen => break seen,
            }
        };
        assert_eq!(seen, Ok(vec![1, 2, 4]));
    });
}

#[test]
fn senders_wait_in_the_order_they_came() {
    everywhere(|system| async move {
        let gate = Gate::default();
        let actor = {
            let gate = gate.clone();
            system.spawn(move || Waiting { gate: gate.clone(), seen: Vec::new() }).await.unwrap()
        };
        actor.hold().await.unwrap();
        while actor.control().depth() > 0 {
            yield_now().await;
        }
        actor.note(1).await.unwrap();
        actor.note(2).await.unwrap();
        assert!(actor.note(9).tell().is_err(), "full");
        // Four senders in line; the second gives up and leaves nothing behind.
        let mut calls: Vec<_> = (3..7).map(|number| Box::pin(actor.note(number).into_future())).collect();
        for call in &mut calls {
            assert!(poll_once(call.as_mut()).await.is_none());
        }
        drop(calls.remove(1));
        gate.open();
        for call in calls {
            assert_eq!(call.await, Ok(()));
        }
        assert_eq!(actor.seen().await, Ok(vec![1, 2, 3, 5, 6]));
    });
}

#[test]
fn a_newcomer_does_not_overtake_a_sender_that_waits() {
    everywhere(|system| async move {
        let gate = Gate::default();
        let actor = {
            let gate = gate.clone();
            system.spawn(move || Waiting { gate: gate.clone(), seen: Vec::new() }).await.unwrap()
        };
        actor.hold().await.unwrap();
        while actor.control().depth() > 0 {
            yield_now().await;
        }
        actor.note(1).await.unwrap();
        actor.note(2).await.unwrap();
        let mut waiting = Box::pin(actor.note(3).into_future());
        assert!(poll_once(waiting.as_mut()).await.is_none());
        gate.open();
        let mut newcomer = Box::pin(actor.note(4).into_future());
        let _ = poll_once(newcomer.as_mut()).await;
        assert_eq!(waiting.await, Ok(()));
        drop(newcomer);
        let seen = actor.seen().await.unwrap();
        assert!(seen.starts_with(&[1, 2, 3]), "{seen:?}");
    });
}

#[test]
fn a_sender_that_waits_hears_of_the_end_and_of_its_deadline() {
    everywhere(|system| async move {
        let gate = Gate::default();
        let actor = {
            let gate = gate.clone();
            system.spawn(move || Waiting { gate: gate.clone(), seen: Vec::new() }).await.unwrap()
        };
        actor.hold().await.unwrap();
        while actor.control().depth() > 0 {
            yield_now().await;
        }
        actor.note(1).await.unwrap();
        actor.note(2).await.unwrap();
        let late = actor.note(3).timeout(std::time::Duration::from_millis(5)).await;
        assert_eq!(late, Err(TellError::Timeout));
        let mut waiting = Box::pin(actor.note(4).into_future());
        assert!(poll_once(waiting.as_mut()).await.is_none());
        let stopped = actor.control().stop();
        gate.open();
        assert_eq!(waiting.await, Err(TellError::Stopped));
        stopped.await;
        assert_eq!(actor.note(5).await, Err(TellError::Stopped));
        assert_eq!(actor.note(5).tell().unwrap_err().reason, Reason::Stopped);
    });
}

#[test]
fn waiting_for_room_in_ones_own_full_mailbox_fails_at_once() {
    everywhere(|system| async move {
        let actor = system.spawn(|| Waiting { gate: Gate::default(), seen: Vec::new() }).await.unwrap();
        actor.note_self().await.unwrap();
        // `note_self` fails with `WouldDeadlock`, and the two messages it sent are kept over the restart.
        while system.counts::<Waiting>().restarts == 0 {
            yield_now().await;
        }
        assert_eq!(actor.seen().await, Ok(vec![1, 2]));
    });
}

async fn poll_once<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
    std::future::poll_fn(|cx| match std::pin::Pin::new(&mut future).poll(cx) {
        std::task::Poll::Ready(output) => std::task::Poll::Ready(Some(output)),
        std::task::Poll::Pending => std::task::Poll::Ready(None),
    })
    .await
}
