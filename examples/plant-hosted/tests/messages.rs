//! Two sync actors on the worker, step by step.
#![allow(missing_docs)]

use actor::prelude::*;
use actor::{Instant, system};

#[actor]
struct Ping {
    pong: PongRef,
    seen: u32,
}

#[actor]
struct Pong {
    seen: u32,
}

#[handlers]
impl Ping {
    #[started]
    fn started(&mut self) {
        self.seen = 100;
    }
    fn ping(&mut self, n: u32) {
        self.seen += n;
        let _ = self.pong.pong(n + 1).tell();
    }
}

#[handlers]
impl Pong {
    fn pong(&mut self, n: u32) {
        self.seen += n;
        if n < 10 {
            let _ = game::PING.ping(n + 1).tell();
        }
    }
}

system! {
    pub mod game {
        PING: Ping { mailbox = 2 } = || Ping { pong: game::PONG.clone(), seen: 0 },
        PONG: Pong { mailbox = 2 } = || Pong { seen: 0 },
    }
    ram <= 512
}

#[test]
fn two_actors_tell_each_other() {
    assert_eq!(game::PING.ping(1).tell().unwrap_err().reason, Reason::Stopped);
    assert!(!game::step());
    game::start(|| Instant::ZERO);
    game::PING.ping(1).tell().unwrap();
    game::PING.ping(1).tell().unwrap();
    assert_eq!(game::PING.ping(1).tell().unwrap_err().reason, Reason::Full);
    assert_eq!(game::PING.control().depth(), 2);
    let mut steps = 0;
    while game::step() {
        steps += 1;
    }
    assert_eq!(game::PING.control().depth(), 0);
    assert!(steps >= 20, "{steps}");
    const { assert!(game::RAM < 1024) };
}
