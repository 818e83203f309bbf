//! Two software tasks, each with a channel. What they do is one function, which is inlined as it is there once.
#![no_std]
#![no_main]

use firmware as _;

#[cfg_attr(target_arch = "arm", rtic::app(device = lm3s6965, dispatchers = [UART0], peripherals = false))]
#[cfg_attr(target_arch = "riscv32", rtic::app(device = riscv, peripherals = false))]
mod app {
    // Where the macro looks for its device.
    #[cfg(target_arch = "riscv32")]
    use riscv;

    use firmware::game;
    use player::{MAILBOX, Message, Player};
    use rtic_sync::{channel, make_channel};

    type Receiver = channel::Receiver<'static, Message, MAILBOX>;
    type Sender = channel::Sender<'static, Message, MAILBOX>;

    #[shared]
    struct Shared {}

    #[local]
    struct Local {}

    #[init]
    fn init(_: init::Context) -> (Shared, Local) {
        let (mut to_ping, of_ping) = make_channel!(Message, MAILBOX);
        let (to_pong, of_pong) = make_channel!(Message, MAILBOX);
        let _ = ping::spawn(of_ping, to_pong);
        let _ = pong::spawn(of_pong, to_ping.clone());
        game::begin();
        let _ = to_ping.try_send(Message::Ball(1));
        (Shared {}, Local {})
    }

    #[task(priority = 1)]
    async fn ping(_: ping::Context, mailbox: Receiver, other: Sender) {
        play(mailbox, other).await;
    }

    #[task(priority = 1)]
    async fn pong(_: pong::Context, mailbox: Receiver, other: Sender) {
        play(mailbox, other).await;
    }

    async fn play(mut mailbox: Receiver, mut other: Sender) {
        let mut player = Player::new();
        while let Ok(message) = mailbox.recv().await {
            player.play(message, |message| other.try_send(message));
        }
    }
}
