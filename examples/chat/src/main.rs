//! `chat [ADDRESS]`: a chat server that is used with `nc`.
//!
//! ```text
//!            lines typed                     asks                 tells
//!   socket ──────────────► session (a task) ──────► hall (one) ─────────► room (several)
//!      ▲                       │   └────────── say ─────────────────────►  │
//!      └────── client ◄────────┴─────────── show ──────────────────────────┘
//! ```
//!
//! What it shows:
//!
//! * **Sockets and actors.** What comes in is read by a task, for reading is waiting; what goes out is an actor, for many
//!   write to it. See `session.rs` and `client.rs`.
//! * **A slow client slows nobody.** The mailbox of a client has `overflow = drop_oldest`: whoever tells it something
//!   never waits. It is told how many lines it missed, and cut off when it takes nothing for too long.
//! * **Whoever talks too fast waits.** A session awaits each line it passes on before it reads the next.
//! * **Asks go down, tells go anywhere.** Sessions ask the hall, the hall tells rooms, rooms tell clients. Nobody asks
//!   upwards, so nobody waits for somebody who waits for him.
//! * **A room that fails is restarted with its members.** What must survive lies in a store that the factory hands to
//!   each new life. See `room.rs`; `--drill` lets everybody try it.
//! * **Actors live as long as somebody has their ref.** The hall drops the ref of a room that is empty, and that is all
//!   there is to closing it.
//! * **An end that is in order.** Ctrl-C and SIGTERM say good-bye to everybody, wait until it is read, and do not wait
//!   for ever. See `server.rs`.

mod arguments;
mod client;
mod command;
mod hall;
mod lines;
mod losses;
mod name;
mod room;
mod server;
mod session;
mod socket;

use std::io::{self, Write};
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

use crate::arguments::{Options, Wish};
use crate::server::Server;

const USAGE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let options = match arguments::parse(std::env::args().skip(1)) {
        Ok(Wish::Help) => {
            say(arguments::HELP);
            return ExitCode::SUCCESS;
        }
        Ok(Wish::Serve(options)) => options,
        Err(mistake) => {
            eprintln!("chat: {mistake}");
            return ExitCode::from(USAGE);
        }
    };
    match serve(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chat: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    // Before anybody can connect: a signal that comes now is waited for below.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let server = Server::start(&options).await?;
    let address = server.address()?;
    say(&format!("chat: listening on {address}; join with `nc {} {}`\n", address.ip(), address.port()));
    let told_to_end = async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    let parting = server.run(told_to_end).await;
    say(&format!("chat: closed, {parting}\n"));
    Ok(())
}

/// Writes to standard output. The server serves those who are connected, whether anybody reads this or not.
fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
