//! The table of those who wait: what a dropped future leaves in it, and what happens when it is full.
#![allow(missing_docs)]

mod common;

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use actor::prelude::*;
use actor::system;
use common::{note, noted, now, run};

#[actor]
struct Low;

#[handlers]
impl Low {
    fn plain(&mut self) {}
}

#[actor]
struct High {
    lows: [LowRef; 9],
}

#[handlers]
impl High {
    /// Looks once whether they have ended, as a `select` with a deadline does, and gives that up.
    async fn look(&mut self) {
        for low in &self.lows[..8] {
            let mut stopped = pin!(low.control().stopped());
            poll_fn(|cx| Poll::Ready(stopped.as_mut().poll(cx).is_pending())).await;
        }
        note("looked");
    }
    async fn send(&mut self) {
        for _ in 0..3 {
            note(format!("{:?}", self.lows[8].plain().await));
        }
    }
    async fn end(&mut self) {
        self.lows[8].control().stop().await;
        note("ended");
    }
}

system! {
    mod system {
        HIGH: High { mailbox = 2 } = || High { lows: [
            system::L0.clone(), system::L1.clone(), system::L2.clone(), system::L3.clone(), system::L4.clone(),
            system::L5.clone(), system::L6.clone(), system::L7.clone(), system::L8.clone(),
        ] },
        L0: Low { mailbox = 2 } = || Low,
        L1: Low { mailbox = 2 } = || Low,
        L2: Low { mailbox = 2 } = || Low,
        L3: Low { mailbox = 2 } = || Low,
        L4: Low { mailbox = 2 } = || Low,
        L5: Low { mailbox = 2 } = || Low,
        L6: Low { mailbox = 2 } = || Low,
        L7: Low { mailbox = 2 } = || Low,
        L8: Low { mailbox = 2 } = || Low,
    }
}

#[test]
fn a_stopped_future_that_is_dropped_leaves_nothing_behind() {
    system::start(now);
    run(system::step);
    system::HIGH.look().tell().unwrap();
    run(system::step);
    assert_eq!(noted(), ["looked"]);
    // The mailbox waits when it is full.
    system::HIGH.send().tell().unwrap();
    run(system::step);
    let sent = noted();
    // Whoever waits for an end with the table full looks again and again, and lets nobody of lower priority end.
    system::HIGH.end().tell().unwrap();
    let mut steps = 0;
    while steps < 10_000 && system::step() {
        steps += 1;
    }
    let ended = noted();
    assert_eq!(
        (&*sent, &*ended),
        (&["Ok(())".into(), "Ok(())".into(), "Ok(())".into()][..], &["ended".into()][..]),
        "{steps} steps"
    );
}
