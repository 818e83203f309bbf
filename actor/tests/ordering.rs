//! Promise `ordering`: messages from one sender to one actor are handled in the order sent.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use common::everywhere;

#[actor(mailbox = 8)]
struct Log {
    seen: Vec<(u32, u32)>,
}

#[handlers]
impl Log {
    fn note(&mut self, sender: u32, number: u32) {
        self.seen.push((sender, number));
    }

    fn seen(&self) -> Vec<(u32, u32)> {
        self.seen.clone()
    }
}

#[test]
fn messages_of_one_sender_are_handled_in_the_order_sent() {
    everywhere(|system| async move {
        let log = system.spawn(|| Log { seen: Vec::new() }).await.unwrap();
        for number in 0..1000 {
            log.note(0, number).await.unwrap();
        }
        let seen = log.seen().await.unwrap();
        assert_eq!(seen, (0..1000).map(|number| (0, number)).collect::<Vec<_>>());
    });
}

#[actor]
struct Sender {
    log: LogRef,
    name: u32,
}

#[handlers]
impl Sender {
    async fn send(&mut self, numbers: u32) {
        for number in 0..numbers {
            self.log.note(self.name, number).await.unwrap();
        }
    }
}

#[test]
fn order_holds_for_each_of_many_senders_that_wait_for_room() {
    everywhere(|system| async move {
        let log = system.spawn(|| Log { seen: Vec::new() }).await.unwrap();
        let mut senders = Vec::new();
        for name in 0..8 {
            let log = log.clone();
            let sender = system.spawn(move || Sender { log: log.clone(), name }).await.unwrap();
            sender.send(500).tell().unwrap();
            senders.push(sender);
        }
        for sender in senders {
            sender.control().drain().await;
        }
        let seen = log.seen().await.unwrap();
        assert_eq!(seen.len(), 8 * 500);
        for sender in 0..8 {
            let numbers = seen.iter().filter(|(from, _)| *from == sender).map(|(_, number)| *number);
            assert!(numbers.eq(0..500), "messages of sender {sender} out of order");
        }
    });
}

#[test]
fn a_restart_keeps_the_order_of_what_waits() {
    #[actor]
    struct Fragile {
        log: LogRef,
    }

    #[handlers]
    impl Fragile {
        fn pass(&mut self, number: u32) {
            assert!(number != 3, "three is too much");
            let _ = self.log.note(0, number).tell();
        }
        fn flush(&self) -> bool {
            true
        }
    }

    everywhere(|system| async move {
        let log = system.spawn(|| Log { seen: Vec::new() }).await.unwrap();
        let fragile = {
            let log = log.clone();
            system.spawn(move || Fragile { log: log.clone() }).await.unwrap()
        };
        for number in 0..8 {
            fragile.pass(number).tell().unwrap();
        }
        assert_eq!(fragile.flush().await, Ok(true));
        let seen = log.seen().await.unwrap();
        assert!(seen.iter().map(|(_, number)| *number).eq([0, 1, 2, 4, 5, 6, 7]), "{seen:?}");
    });
}
