//! A client: what somebody sees. Everybody tells it lines, and nobody waits for it: what its socket does not take in
//! time makes its mailbox full, and a full mailbox drops the oldest line for the newest.

use std::sync::Arc;
use std::time::Duration;

use actor::prelude::*;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::losses::Losses;
use crate::socket::write_all;

/// Shows lines to one person. It ends when they cannot be shown any more.
#[actor(mailbox(capacity = 128, overflow = drop_oldest))]
pub(crate) struct Client {
    socket: Arc<TcpStream>,
    losses: Losses,
    patience: Duration,
}

#[handlers]
impl Client {
    /// Shows a line, after the number of those that were lost before it.
    pub(crate) async fn show(&mut self, line: Arc<str>, ctx: &mut Context<Self>) {
        let text = match self.losses.take(ctx.id()) {
            0 => format!("{line}\n"),
            1 => format!("* you missed 1 line\n{line}\n"),
            missed => format!("* you missed {missed} lines\n{line}\n"),
        };
        match timeout(self.patience, write_all(&self.socket, text.as_bytes())).await {
            Ok(Ok(())) => {}
            // Gone, or as good as gone. No failure: a restart would not bring it back.
            Ok(Err(_)) | Err(_) => ctx.stop(),
        }
    }
}

impl Client {
    pub(crate) fn new(socket: Arc<TcpStream>, losses: Losses, patience: Duration) -> Self {
        Self { socket, losses, patience }
    }
}
