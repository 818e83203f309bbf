//! Promise `overflow`: what happens to a message for which there is no room.
#![allow(missing_docs)]

mod common;

use std::pin::pin;

use actor::prelude::*;
use common::{Gate, begin, everywhere, everywhere_with, in_hand, poll_once, soon, yield_now};

/// An actor that can be held, and what it has seen.
macro_rules! seeing {
    ($name:ident, $($option:tt)*) => {
        #[actor($($option)*)]
        struct $name {
            gate: Gate,
            seen: Vec<u32>,
        }

        #[handlers]
        impl $name {
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
    };
}

seeing!(Rejecting, mailbox(capacity = 2, overflow = reject));
seeing!(Waiting, mailbox = 2);
seeing!(Settled, mailbox(capacity = 3, overflow = drop_newest));
seeing!(Latest, mailbox(capacity = 3, overflow = drop_oldest));
seeing!(Open, mailbox = unbounded);

/// Sends `hold`, and waits until it is in hand.
macro_rules! held {
    ($system:ident, $actor:ident) => {{
        let gate = Gate::default();
        let actor = {
            let gate = gate.clone();
            $system.spawn(move || $actor { gate: gate.clone(), seen: Vec::new() }).await.unwrap()
        };
        actor.hold().await.unwrap();
        in_hand(actor.control()).await;
        (actor, gate)
    }};
}

#[test]
fn a_rejecting_mailbox_hands_the_message_back_at_exactly_its_capacity() {
    everywhere(|system| async move {
        let (actor, gate) = held!(system, Rejecting);
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
        let (actor, gate) = held!(system, Waiting);
        actor.note(1).await.unwrap();
        actor.note(2).await.unwrap();
        assert!(actor.note(9).tell().is_err(), "full");
        // Four senders in line; the second gives up and leaves nothing behind.
        let mut calls: Vec<_> = (3..7).map(|number| Box::pin(actor.note(number).into_future())).collect();
        for call in &mut calls {
            begin(call.as_mut()).await;
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
        let (actor, gate) = held!(system, Waiting);
        actor.note(1).await.unwrap();
        actor.note(2).await.unwrap();
        let mut line: Vec<_> = (3..7).map(|number| Box::pin(actor.note(number).into_future())).collect();
        for waiting in &mut line {
            begin(waiting.as_mut()).await;
        }
        gate.open();
        // Newcomers try at every turn, also where the first of the line have been let in and the last have not.
        let mut newcomers = Vec::new();
        for number in 7..27 {
            newcomers.push(Box::pin(actor.note(number).into_future()));
            let _ = poll_once(newcomers.last_mut().unwrap().as_mut()).await;
            yield_now().await;
        }
        drop(newcomers);
        for waiting in line {
            assert_eq!(waiting.await, Ok(()));
        }
        let seen = actor.seen().await.unwrap();
        assert!(seen.starts_with(&[1, 2, 3, 4, 5, 6]), "{seen:?}");
    });
}

#[test]
fn a_sender_that_waits_hears_of_the_end_and_of_its_deadline() {
    everywhere(|system| async move {
        let (actor, gate) = held!(system, Waiting);
        actor.note(1).await.unwrap();
        actor.note(2).await.unwrap();
        let late = actor.note(3).timeout(std::time::Duration::from_millis(5)).await;
        assert_eq!(late, Err(TellError::Timeout));
        let mut waiting = Box::pin(actor.note(4).into_future());
        begin(waiting.as_mut()).await;
        let stopped = actor.control().stop();
        gate.open();
        assert_eq!(waiting.await, Err(TellError::Stopped));
        stopped.await;
        assert_eq!(actor.note(5).await, Err(TellError::Stopped));
        assert_eq!(actor.note(5).tell().unwrap_err().reason, Reason::Stopped);
    });
}

#[test]
fn a_sender_that_waits_hears_of_a_drain_at_once() {
    everywhere(|system| async move {
        let (actor, gate) = held!(system, Waiting);
        actor.note(1).await.unwrap();
        actor.note(2).await.unwrap();
        let (told, done) = (actor.note(3), actor.note(4).done());
        let (mut told, mut done) = (pin!(told.into_future()), pin!(done.into_future()));
        begin(told.as_mut()).await;
        begin(done.as_mut()).await;
        let drained = actor.control().drain();
        // The handler is held still.
        assert_eq!(soon(told).await, Err(TellError::Stopped));
        assert_eq!(soon(done).await, Err(AskError::Stopped));
        gate.open();
        drained.await;
    });
}

#[test]
fn waiting_for_room_in_ones_own_full_mailbox_fails_at_once() {
    // Also where nobody looks for circles.
    for looks in [true, false] {
        everywhere_with(
            |builder| builder.find_cycles(looks),
            |system| async move {
                let actor = system.spawn(|| Waiting { gate: Gate::default(), seen: Vec::new() }).await.unwrap();
                actor.note_self().await.unwrap();
                // `note_self` fails with `WouldDeadlock`, and the two messages it sent are kept over the restart.
                while system.counts::<Waiting>().restarts == 0 {
                    yield_now().await;
                }
                assert_eq!(actor.seen().await, Ok(vec![1, 2]));
            },
        );
    }
}

#[test]
fn what_a_full_mailbox_drops_is_the_newest() {
    everywhere(|system| async move {
        let (actor, gate) = held!(system, Settled);
        for number in 0..10 {
            actor.note(number).tell().unwrap();
            assert!(actor.control().depth() <= 3);
        }
        assert_eq!(actor.note(10).done().await, Err(AskError::Dropped), "an ask that is dropped hears of it");
        gate.open();
        in_hand(actor.control()).await;
        assert_eq!(actor.seen().await, Ok(vec![0, 1, 2]));
        assert_eq!(system.counts::<Settled>().dead_letters, 8);
    });
}

#[test]
fn what_a_full_mailbox_drops_is_the_oldest() {
    everywhere(|system| async move {
        let (actor, gate) = held!(system, Latest);
        let oldest = actor.note(100).done();
        let mut oldest = pin!(oldest.into_future());
        begin(oldest.as_mut()).await;
        for number in 0..10 {
            actor.note(number).tell().unwrap();
            assert!(actor.control().depth() <= 3);
        }
        assert_eq!(oldest.await, Err(AskError::Dropped), "an ask that is dropped hears of it");
        gate.open();
        in_hand(actor.control()).await;
        assert_eq!(actor.seen().await, Ok(vec![7, 8, 9]));
        assert_eq!(system.counts::<Latest>().dead_letters, 8);
    });
}

#[test]
fn the_oldest_is_dropped_also_where_the_actor_has_taken_it_out_already() {
    #[actor(mailbox(capacity = 4, overflow = drop_oldest))]
    struct Window {
        gates: Vec<Gate>,
        seen: Vec<u32>,
    }

    #[handlers]
    impl Window {
        async fn note(&mut self, number: u32) {
            self.seen.push(number);
            if let Some(gate) = self.gates.pop() {
                gate.passed().await;
            }
        }
        fn seen(&self) -> Vec<u32> {
            self.seen.clone()
        }
    }

    everywhere(|system| async move {
        let (first, second) = (Gate::default(), Gate::default());
        let actor = {
            let gates = [second.clone(), first.clone()];
            system.spawn(move || Window { gates: gates.to_vec(), seen: Vec::new() }).await.unwrap()
        };
        actor.note(0).await.unwrap();
        in_hand(actor.control()).await;
        // Four messages wait; the actor takes all of them out at once, and handles the first of them.
        for number in 1..=4 {
            actor.note(number).tell().unwrap();
        }
        first.open();
        while actor.control().depth() > 3 {
            yield_now().await;
        }
        // 2, 3 and 4 are in its hand. There is room for one more; the next two displace 2 and 3.
        for number in 5..=7 {
            actor.note(number).tell().unwrap();
            assert!(actor.control().depth() <= 4);
        }
        second.open();
        in_hand(actor.control()).await;
        assert_eq!(actor.seen().await, Ok(vec![0, 1, 4, 5, 6, 7]));
        assert_eq!(system.counts::<Window>().dead_letters, 2);
    });
}

#[test]
fn an_unbounded_mailbox_is_never_full() {
    everywhere(|system| async move {
        let (actor, gate) = held!(system, Open);
        for number in 0..5_000 {
            actor.note(number).tell().unwrap();
        }
        gate.open();
        assert_eq!(actor.seen().await, Ok((0..5_000).collect()));
    });
}
