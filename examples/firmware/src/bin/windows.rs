//! The longest stretch with interrupts off, where an actor has all the timers it may have, eight actors wait for room, and
//! asks find most places taken: `.ci/firmware` measures it.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use actor::Instant;
use actor::prelude::*;
use firmware::entry;
use firmware::exit::{WELL, exit};

static MILLIS: AtomicU32 = AtomicU32::new(0);

/// Has eight timers, all due at once.
#[actor(mailbox = 4)]
pub struct Timers {
    beats: u32,
}

macro_rules! timers {
    ($($name:ident)*) => {
        #[handlers]
        impl Timers {
            $(
                #[every(10ms)]
                fn $name(&mut self) {
                    self.beats += 1;
                }
            )*
        }
    };
}

timers!(one two three four five six seven eight);

/// Keeps the replies of those who ask it.
#[actor(mailbox = 1)]
pub struct Keeper {
    kept: [Option<Reply<u32>>; 8],
    sum: u32,
}

#[handlers]
impl Keeper {
    fn keep(&mut self, reply: Reply<u32>) {
        if let Some(place) = self.kept.iter_mut().find(|place| place.is_none()) {
            *place = Some(reply);
        }
    }
    fn put(&mut self, value: u32) {
        self.sum += value;
    }
    fn forget(&mut self) {
        self.kept = [const { None }; 8];
    }
}

/// Asks, and sends to a full mailbox.
#[actor(mailbox = 4)]
pub struct Asker {
    keeper: KeeperRef,
}

#[handlers]
impl Asker {
    async fn ask(&mut self) {
        let _ = self.keeper.keep().await;
    }
    async fn put(&mut self) {
        let _ = self.keeper.put(0).await;
        let _ = self.keeper.put(0).await;
    }
    fn ask_then(&mut self, ctx: &mut Context<Self>) {
        let _ = self.keeper.keep().then(ctx, AskerRef::got);
    }
    fn got(&mut self, answer: Result<u32, AskError>) {
        let _ = answer;
    }
}

actor::system! {
    mod windows {
        TIMERS: Timers = || Timers { beats: 0 },
        A0: Asker = || Asker { keeper: windows::KEEPER.clone() },
        A1: Asker = || Asker { keeper: windows::KEEPER.clone() },
        A2: Asker = || Asker { keeper: windows::KEEPER.clone() },
        A3: Asker = || Asker { keeper: windows::KEEPER.clone() },
        A4: Asker = || Asker { keeper: windows::KEEPER.clone() },
        A5: Asker = || Asker { keeper: windows::KEEPER.clone() },
        A6: Asker = || Asker { keeper: windows::KEEPER.clone() },
        A7: Asker = || Asker { keeper: windows::KEEPER.clone() },
        KEEPER: Keeper = || Keeper { kept: [const { None }; 8], sum: 0 },
    }
}

fn now() -> Instant {
    Instant::from_nanos(u64::from(MILLIS.load(Ordering::Relaxed)) * 1_000_000)
}

fn run() {
    while windows::step() {}
}

#[entry]
fn main() -> ! {
    windows::start(now);
    run();
    let askers = [
        &windows::A0,
        &windows::A1,
        &windows::A2,
        &windows::A3,
        &windows::A4,
        &windows::A5,
        &windows::A6,
        &windows::A7,
    ];
    // All timers at once.
    MILLIS.store(10, Ordering::Relaxed);
    windows::tick();
    run();
    // All places for answers that are awaited.
    for asker in askers {
        let _ = asker.ask().tell();
    }
    run();
    let _ = windows::KEEPER.forget().tell();
    run();
    // All places of those who wait for room.
    for asker in askers {
        let _ = asker.put().tell();
    }
    run();
    // All places for answers that are messages.
    for asker in askers {
        let _ = asker.ask_then().tell();
    }
    run();
    let _ = windows::KEEPER.forget().tell();
    run();
    exit(WELL)
}
