//! A task that is spawned twice, each with a channel that interrupts may send to as well. As two tasks that name each other's
//! channels they would take more instructions and more flash: what polls them is there once, and inlined.
#![no_std]
#![no_main]

use embassy_executor::Executor;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::channel::Channel;
use firmware::exit::{PANICKED, exit};
use firmware::{entry, game};
use player::{MAILBOX, Message, Player};
use static_cell::StaticCell;

type Mailbox = Channel<CriticalSectionRawMutex, Message, MAILBOX>;

static PING: Mailbox = Channel::new();
static PONG: Mailbox = Channel::new();

#[embassy_executor::task(pool_size = 2)]
async fn play(mailbox: &'static Mailbox, other: &'static Mailbox) -> ! {
    let mut player = Player::new();
    loop {
        let message = mailbox.receive().await;
        player.play(message, |message| other.try_send(message));
    }
}

#[entry]
fn main() -> ! {
    static EXECUTOR: StaticCell<Executor> = StaticCell::new();
    EXECUTOR.init(Executor::new()).run(|spawner| {
        for (mailbox, other) in [(&PING, &PONG), (&PONG, &PING)] {
            let Ok(task) = play(mailbox, other) else { exit(PANICKED) };
            spawner.spawn(task);
        }
        game::begin();
        let _ = PING.try_send(Message::Ball(1));
    })
}
