//! Two actors, whose mailboxes interrupts may send to as well.
#![no_std]
#![no_main]

use ector::{Actor, ActorAddress, ActorContext, Address, DynamicAddress, Inbox, spawn_context};
use embassy_executor::Executor;
use firmware::{entry, game};
use player::{MAILBOX, Message, Player};
use static_cell::StaticCell;

/// That of the crate does without locks, and takes no message from an interrupt.
type Mutex = ector::mutex::CriticalSectionRawMutex;

static PING: ActorContext<Playing, Mutex, MAILBOX> = ActorContext::new();
static PONG: ActorContext<Playing, Mutex, MAILBOX> = ActorContext::new();

struct Playing {
    player: Player,
    other: Address<Message, Mutex, MAILBOX>,
}

impl Actor for Playing {
    type Message = Message;

    async fn on_mount<M: Inbox<Message>>(&mut self, _: DynamicAddress<Message>, mut inbox: M) -> ! {
        loop {
            let message = inbox.next().await;
            self.player.play(message, |message| self.other.try_notify(message));
        }
    }
}

#[entry]
fn main() -> ! {
    static EXECUTOR: StaticCell<Executor> = StaticCell::new();
    EXECUTOR.init(Executor::new()).run(|spawner| {
        let (ping, pong) = (PING.address(), PONG.address());
        spawn_context!(PING, spawner, ping, Playing, Playing { player: Player::new(), other: pong }, Mutex, MAILBOX);
        spawn_context!(PONG, spawner, pong, Playing, Playing { player: Player::new(), other: ping }, Mutex, MAILBOX);
        game::begin();
        let _ = ping.try_notify(Message::Ball(1));
    })
}
