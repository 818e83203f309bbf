//! The longest stretch with interrupts off, where eight messages are watched to their end, and make room for the next eight:
//! `.ci/firmware` measures it.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use actor::Instant;
use actor::prelude::*;
use firmware::entry;
use firmware::exit::{WELL, exit};

/// Not all were told, or not the truth.
const UNTOLD: i32 = 10;

/// Its oldest message makes room for the next.
#[actor(mailbox(capacity = 4, overflow = drop_oldest), stash = 4)]
pub struct Desk {
    is_open: bool,
}

#[handlers]
impl Desk {
    fn put(&mut self) {}
    #[handler(lane = urgent)]
    fn hurry(&mut self) {}
    #[handler(stash_unless = self.is_open)]
    fn wait(&mut self) {}
    fn open(&mut self, ctx: &mut Context<Self>) {
        self.is_open = true;
        ctx.unstash_all();
    }
}

/// What those who waited heard.
static DONE: AtomicU32 = AtomicU32::new(0);
static DROPPED: AtomicU32 = AtomicU32::new(0);

fn note(heard: Result<(), AskError>) {
    let count = match heard {
        Ok(()) => &DONE,
        Err(AskError::Dropped) => &DROPPED,
        Err(_) => exit(UNTOLD),
    };
    count.store(count.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

/// Waits for what the desk does.
#[actor(mailbox = 4)]
pub struct Clerk {
    desk: DeskRef,
}

#[handlers]
impl Clerk {
    async fn put(&mut self) {
        note(self.desk.put().done().await);
    }
    async fn hurry(&mut self) {
        note(self.desk.hurry().done().await);
    }
    async fn wait(&mut self) {
        note(self.desk.wait().done().await);
    }
}

actor::system! {
    mod office {
        C0: Clerk = || Clerk { desk: office::DESK.clone() },
        C1: Clerk = || Clerk { desk: office::DESK.clone() },
        C2: Clerk = || Clerk { desk: office::DESK.clone() },
        C3: Clerk = || Clerk { desk: office::DESK.clone() },
        C4: Clerk = || Clerk { desk: office::DESK.clone() },
        C5: Clerk = || Clerk { desk: office::DESK.clone() },
        C6: Clerk = || Clerk { desk: office::DESK.clone() },
        C7: Clerk = || Clerk { desk: office::DESK.clone() },
        DESK: Desk = || Desk { is_open: false },
    }
}

#[entry]
fn main() -> ! {
    office::start(|| Instant::ZERO);
    let clerks =
        [&office::C0, &office::C1, &office::C2, &office::C3, &office::C4, &office::C5, &office::C6, &office::C7];
    let asks: [fn(&ClerkRef); 3] =
        [|clerk| drop(clerk.put().tell()), |clerk| drop(clerk.hurry().tell()), |clerk| drop(clerk.wait().tell())];
    for ask in asks {
        clerks.into_iter().for_each(ask);
        while office::step() {}
    }
    let _ = office::DESK.open().tell();
    while office::step() {}
    // The mailbox has room for half of them, whichever way they go.
    let told = (DONE.load(Ordering::Relaxed), DROPPED.load(Ordering::Relaxed));
    exit(if told == (12, 12) { WELL } else { UNTOLD + 1 })
}
