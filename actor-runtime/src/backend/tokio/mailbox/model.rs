//! The mailbox in every order of threads.
#![cfg(all(test, actor_loom))]

use super::*;
use crate::time::Instant;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::task::Wake;
use std::vec;

/// Nobody measures.
impl Measure for () {
    fn is_due(self) -> bool {
        false
    }

    fn now(self) -> Instant {
        Instant::ZERO
    }
}

struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, core::sync::atomic::Ordering::SeqCst);
    }
}

fn idle() -> Arc<Mailbox<u32>> {
    let mailbox = Arc::new(Mailbox::new());
    assert_eq!(mailbox.take(&mut Hand::new(), 8, || false), Taken::Idle);
    mailbox
}

fn push(mailbox: &Mailbox<u32>, message: u32, capacity: u32) -> Pushed {
    let mut place = Some(message);
    let pushed = mailbox.push(&mut place, Deadline::NONE, capacity, Overflow::Wait, ());
    let accepted = matches!(pushed, Pushed::Queued | Pushed::QueuedFirst);
    assert_eq!(place, (!accepted).then_some(message), "a message is in one place");
    pushed
}

/// Runs the turn to its end, as a worker does.
fn run(mailbox: &Mailbox<u32>, capacity: u32, seen: &std::sync::Mutex<Vec<u32>>) {
    let mut hand = Hand::new();
    loop {
        match mailbox.take(&mut hand, capacity, || false) {
            Taken::Messages => {
                while let Some(envelope) = hand.pop() {
                    mailbox.set_in_hand(hand.len());
                    seen.lock().unwrap().push(envelope.message);
                }
            }
            Taken::Signals => {
                if mailbox.take_signals() & signal::SKIP != 0 {
                    mailbox.take_skips(hand.len());
                }
                if mailbox.has(signal::URGENT)
                    && let Some(envelope) = mailbox.take_urgent()
                {
                    seen.lock().unwrap().push(envelope.message);
                }
            }
            Taken::Idle | Taken::Drained => return,
        }
    }
}

#[test]
fn every_message_is_run_by_exactly_one_owner_of_the_turn() {
    loom::model(|| {
        let mailbox = idle();
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        let threads: Vec<_> = [1, 2]
            .into_iter()
            .map(|message| {
                let (mailbox, seen) = (Arc::clone(&mailbox), Arc::clone(&seen));
                loom::thread::spawn(move || match push(&mailbox, message, 8) {
                    Pushed::QueuedFirst => run(&mailbox, 8, &seen),
                    Pushed::Queued => {}
                    _ => panic!("there was room"),
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        let mut seen = seen.lock().unwrap().clone();
        seen.sort_unstable();
        assert_eq!(seen, vec![1, 2], "a message was left behind, or run twice");
        assert!(mailbox.claim_idle(), "the turn was given up");
    });
}

#[test]
fn an_urgent_message_is_run_by_exactly_one_owner_of_the_turn() {
    loom::model(|| {
        let mailbox = idle();
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        let sender = {
            let (mailbox, seen) = (Arc::clone(&mailbox), Arc::clone(&seen));
            loom::thread::spawn(move || {
                match mailbox.push_urgent(&mut Some(1), Deadline::NONE, 8, Overflow::Wait, ()) {
                    Pushed::QueuedFirst => run(&mailbox, 8, &seen),
                    Pushed::Queued => {}
                    _ => panic!("there was room"),
                }
            })
        };
        if push(&mailbox, 2, 8) == Pushed::QueuedFirst {
            run(&mailbox, 8, &seen);
        }
        sender.join().unwrap();
        let mut seen = seen.lock().unwrap().clone();
        seen.sort_unstable();
        assert_eq!(seen, vec![1, 2], "a message was left behind, or run twice");
        assert!(mailbox.claim_idle(), "the turn and the signal were given up");
    });
}

#[test]
fn dropping_the_oldest_loses_one_message_or_none() {
    loom::model(|| {
        let mailbox = idle();
        assert_eq!(push(&mailbox, 1, 1), Pushed::QueuedFirst);
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        let sender = {
            let mailbox = Arc::clone(&mailbox);
            let seen = Arc::clone(&seen);
            loom::thread::spawn(move || {
                let mut place = Some(2);
                let pushed = mailbox.push(&mut place, Deadline::NONE, 1, Overflow::DropOldest, ());
                match pushed {
                    Pushed::QueuedFirst => run(&mailbox, 1, &seen),
                    Pushed::Queued => {}
                    Pushed::DroppedOldest => assert_eq!(place.take(), Some(1), "the victim is the oldest"),
                    _ => panic!("the policy is to drop"),
                }
                assert_eq!(place, None, "a message is in one place");
            })
        };
        run(&mailbox, 1, &seen);
        sender.join().unwrap();
        let seen = seen.lock().unwrap().clone();
        assert!(seen == [2] || seen == [1, 2], "the newest is never lost: {seen:?}");
        assert!(mailbox.claim_idle());
    });
}

#[test]
fn dropping_the_oldest_makes_room_for_one_and_no_more() {
    loom::model(|| {
        let mailbox = idle();
        assert_eq!(push(&mailbox, 1, 2), Pushed::QueuedFirst);
        assert_eq!(push(&mailbox, 2, 2), Pushed::Queued);
        let mut hand = Hand::new();
        assert_eq!(mailbox.take(&mut hand, 2, || false), Taken::Messages);
        let sender = {
            let mailbox = Arc::clone(&mailbox);
            loom::thread::spawn(move || {
                let pushed = mailbox.push(&mut Some(3), Deadline::NONE, 2, Overflow::DropOldest, ());
                assert_eq!(pushed, Pushed::Queued, "the victim is in the hand, or there is room");
            })
        };
        // As the loop over a hand: a message is out before that is said, and signals are looked at after it.
        let (mut seen, mut dropped) = (Vec::new(), Vec::new());
        loop {
            if mailbox.take_signals() & signal::SKIP != 0 {
                for _ in 0..mailbox.take_skips(hand.len()) {
                    dropped.extend(hand.pop().map(|envelope| envelope.message));
                }
            }
            let Some(envelope) = hand.pop() else { break };
            mailbox.set_in_hand(hand.len());
            seen.push(envelope.message);
        }
        sender.join().unwrap();
        match mailbox.take(&mut hand, 2, || false) {
            Taken::Signals => {
                assert_eq!(mailbox.take_signals() & signal::LIFE, signal::SKIP);
                assert_eq!(mailbox.take_skips(0), 0);
                assert_eq!(mailbox.take(&mut hand, 2, || false), Taken::Messages);
            }
            Taken::Messages => {}
            Taken::Idle | Taken::Drained => panic!("a message waits"),
        }
        assert_eq!(mailbox.depth(), 1, "one that was dropped is counted");
        seen.extend(hand.pop().map(|envelope| envelope.message));
        assert!(
            (seen == [1, 2, 3] && dropped.is_empty()) || (seen == [2, 3] && dropped == [1]),
            "handled {seen:?}, dropped {dropped:?}: a message that was begun had made room"
        );
    });
}

#[test]
fn a_close_leaves_no_message_behind() {
    loom::model(|| {
        let mailbox = idle();
        assert!(mailbox.claim_idle());
        let sender = {
            let mailbox = Arc::clone(&mailbox);
            loom::thread::spawn(move || match push(&mailbox, 1, 8) {
                Pushed::Queued => true,
                Pushed::Closed => false,
                _ => panic!("the turn is not free"),
            })
        };
        let mut remains = mailbox.close();
        assert!(remains.next_waiting().is_none(), "nobody waited");
        let given_up = remains.next_accepted().is_some();
        assert!(remains.next_accepted().is_none(), "one was sent");
        let accepted = sender.join().unwrap();
        assert_eq!(given_up, accepted, "accepted and not given up, or the reverse");
    });
}

#[test]
fn a_signal_finds_a_parked_actor_or_an_owner() {
    loom::model(|| {
        let mailbox = idle();
        assert!(mailbox.claim_idle());
        let waker = {
            let mailbox = Arc::clone(&mailbox);
            loom::thread::spawn(move || mailbox.signal(signal::WAKE))
        };
        let parked = mailbox.park();
        let handed_over = waker.join().unwrap();
        assert_eq!(parked, handed_over, "the turn is lost, or owned twice");
        assert!(mailbox.has_signals());
    });
}

#[test]
fn an_inlined_ask_and_a_push_do_not_both_own_the_turn() {
    loom::model(|| {
        let mailbox = idle();
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        let sender = {
            let (mailbox, seen) = (Arc::clone(&mailbox), Arc::clone(&seen));
            loom::thread::spawn(move || {
                if let Pushed::QueuedFirst = push(&mailbox, 1, 8) {
                    run(&mailbox, 8, &seen);
                }
            })
        };
        if mailbox.claim_idle() {
            run(&mailbox, 8, &seen);
        }
        sender.join().unwrap();
        assert_eq!(*seen.lock().unwrap(), vec![1]);
    });
}

#[test]
fn an_ask_that_gives_its_turn_up_leaves_no_message_and_no_signal_behind() {
    loom::model(|| {
        let mailbox = idle();
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        let sender = {
            let (mailbox, seen) = (Arc::clone(&mailbox), Arc::clone(&seen));
            loom::thread::spawn(move || {
                if push(&mailbox, 1, 8) == Pushed::QueuedFirst {
                    run(&mailbox, 8, &seen);
                }
                if mailbox.signal(signal::WAKE) {
                    run(&mailbox, 8, &seen);
                }
            })
        };
        if mailbox.claim_idle() && !mailbox.release_idle(|| false) {
            run(&mailbox, 8, &seen);
        }
        sender.join().unwrap();
        assert_eq!(*seen.lock().unwrap(), vec![1], "a message was left behind, or run twice");
        assert!(mailbox.claim_idle(), "a signal was left behind, or the turn was lost");
    });
}

#[test]
fn a_sender_that_waits_is_let_in_or_refused() {
    loom::model(|| {
        let mailbox = idle();
        assert!(matches!(push(&mailbox, 1, 1), Pushed::QueuedFirst));
        let woken = Arc::new(Woken(AtomicUsize::new(0)));
        let sender = {
            let (mailbox, woken) = (Arc::clone(&mailbox), Arc::clone(&woken));
            loom::thread::spawn(move || {
                let waker = Waker::from(woken);
                match push(&mailbox, 2, 1) {
                    Pushed::MustWait => {
                        let envelope = Envelope { message: 2, deadline: Deadline::NONE };
                        match mailbox.wait(envelope, Lane::User, waker.clone(), 1, ()) {
                            Ok(ticket) => Some((ticket, mailbox.poll_wait(ticket, Lane::User, &waker))),
                            Err(_) => None,
                        }
                    }
                    Pushed::Queued | Pushed::QueuedFirst => None,
                    _ => panic!("the policy is to wait"),
                }
            })
        };
        let seen = std::sync::Mutex::new(Vec::new());
        run(&mailbox, 1, &seen);
        let waited = sender.join().unwrap();
        if let Some((ticket, Waited::Waiting)) = waited {
            // The turn may have been given up before the sender began to wait: then its own push would have
            // found room. It waited, so the owner must have seen it.
            let waker = Waker::from(Arc::clone(&woken));
            assert_eq!(
                mailbox.poll_wait(ticket, Lane::User, &waker),
                Waited::Admitted,
                "a sender waits beside free room"
            );
            assert!(woken.0.load(core::sync::atomic::Ordering::SeqCst) >= 1);
        }
    });
}

#[test]
fn a_weak_ref_that_is_upgraded_keeps_the_actor() {
    loom::model(|| {
        let mailbox = idle();
        let refs = Arc::new(loom::sync::atomic::AtomicUsize::new(1));
        let last = {
            let (mailbox, refs) = (Arc::clone(&mailbox), Arc::clone(&refs));
            loom::thread::spawn(move || {
                refs.fetch_sub(1, Ordering::AcqRel);
                mailbox.signal(signal::LAST_REF) && drains(&mailbox, &refs)
            })
        };
        let upgraded = mailbox.unless_closed(|| refs.fetch_add(1, Ordering::Relaxed)).is_some();
        let drained = last.join().unwrap();
        assert!(upgraded ^ drained, "upgraded: {upgraded}, drained: {drained}");
    });
}

/// Runs the turn to its end: whether that is the end of the actor.
fn drains(mailbox: &Mailbox<u32>, refs: &loom::sync::atomic::AtomicUsize) -> bool {
    let mut hand = Hand::new();
    loop {
        match mailbox.take(&mut hand, 8, || refs.load(Ordering::Acquire) == 0) {
            Taken::Signals => drop(mailbox.take_signals()),
            Taken::Messages => panic!("nothing was sent"),
            Taken::Idle => return false,
            Taken::Drained => return true,
        }
    }
}

#[test]
fn whoever_waits_for_the_end_hears_of_it() {
    loom::model(|| {
        let mailbox = idle();
        assert!(mailbox.claim_idle());
        let woken = Arc::new(Woken(AtomicUsize::new(0)));
        let waiter = {
            let (mailbox, woken) = (Arc::clone(&mailbox), Arc::clone(&woken));
            loom::thread::spawn(move || mailbox.wait_for_end(None, &Waker::from(woken)))
        };
        drop(mailbox.close());
        for (_, waker) in mailbox.finish() {
            waker.wake();
        }
        let ticket = waiter.join().unwrap();
        assert_eq!(usize::from(ticket.is_some()), woken.0.load(core::sync::atomic::Ordering::SeqCst));
    });
}

/// What was done before the wake is seen by the poll that follows it: a future of anybody's may rely on that.
#[test]
fn who_polls_after_a_wake_sees_what_came_before_it() {
    use loom::sync::atomic::{AtomicBool, Ordering};

    loom::model(|| {
        let (mailbox, is_there) = (idle(), Arc::new(AtomicBool::new(false)));
        assert!(mailbox.claim_idle());
        let waker = {
            let (mailbox, is_there) = (Arc::clone(&mailbox), Arc::clone(&is_there));
            loom::thread::spawn(move || {
                is_there.store(true, Ordering::Relaxed);
                assert!(!mailbox.signal(signal::WAKE), "the turn is taken");
            })
        };
        if mailbox.has_signals() && mailbox.take_signals() & signal::WAKE != 0 {
            assert!(is_there.load(Ordering::Relaxed));
        }
        waker.join().unwrap();
    });
}
