//! The server: lets connections in, and sees them out.
//!
//! The end goes in the direction of the messages, those who send before those who receive, and has a deadline:
//!
//! 1. nobody is let in any more;
//! 2. the hall says good-bye to everybody, and drains the clients: each shows what it was told, and ends;
//! 3. a session whose client has ended leaves the hall, and ends;
//! 4. when all have ended, or time is up, the system is shut down, and with it whoever does not read.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actor::prelude::*;
use actor::{SpawnError, SystemEvent};
use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::arguments::Options;
use crate::client::{Client, ClientRef};
use crate::hall::{Hall, HallRef};
use crate::losses::Losses;
use crate::session::Session;

/// The most clients at a time.
const MOST_CLIENTS: usize = 100;

/// How long good-byes may take.
const GRACE: Duration = Duration::from_secs(3);

/// What the kernel keeps for a client that does not read. Small, so that lines wait in a mailbox, where the newest
/// win, and not in a buffer, where the oldest do.
const SEND_BUFFER: u32 = 16 * 1024;

/// How many connections the kernel keeps until they are let in.
const BACKLOG: u32 = 128;

/// A server that listens.
pub(crate) struct Server {
    listener: TcpListener,
    system: ActorSystem,
    hall: HallRef,
    losses: Losses,
    patience: Duration,
    drill: bool,
}

impl Server {
    /// Listens, and starts the hall.
    ///
    /// # Errors
    /// Says why it cannot listen.
    pub(crate) async fn start(options: &Options) -> Result<Self, Box<dyn std::error::Error>> {
        let listener =
            listen(&options.address).await.map_err(|error| format!("cannot listen on {}: {error}", options.address))?;
        let losses = Losses::default();
        let noted = losses.clone();
        let system = ActorSystem::builder("chat")
            .shutdown_timeout(Duration::from_secs(1))
            .event_handler(move |event| {
                noted.note(event);
                report(event);
            })
            .start();
        let hall = system.spawn(Hall::default).await?;
        Ok(Self { listener, system, hall, losses, patience: options.patience, drill: options.drill })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `told_to_end`, then ends.
    pub(crate) async fn run(self, told_to_end: impl Future<Output = ()>) -> Parting {
        let mut sessions = JoinSet::new();
        tokio::pin!(told_to_end);
        loop {
            tokio::select! {
                () = &mut told_to_end => break,
                Some(_) = sessions.join_next() => {}
                connected = self.listener.accept() => match connected {
                    Ok((socket, _)) => self.admit(socket, &mut sessions).await,
                    Err(error) => {
                        // Out of file handles, most likely: some come free when somebody leaves.
                        eprintln!("chat: cannot let a client in: {error}");
                        sleep(Duration::from_millis(100)).await;
                    }
                },
            }
        }
        self.close(sessions).await
    }

    async fn admit(&self, socket: TcpStream, sessions: &mut JoinSet<()>) {
        if sessions.len() >= MOST_CLIENTS {
            let full = format!("* {MOST_CLIENTS} are here already, and no more fit in; try again later\n");
            // A new socket has room for a line; and if not, who is refused is not waited for.
            let _ = socket.try_write(full.as_bytes());
            return;
        }
        let socket = Arc::new(socket);
        match self.client(&socket).await {
            Ok(client) => {
                sessions.spawn(Session::serve(socket, client, self.hall.clone(), self.drill));
            }
            Err(error) => eprintln!("chat: cannot let a client in: {error}"),
        }
    }

    async fn client(&self, socket: &Arc<TcpStream>) -> Result<ClientRef, SpawnError> {
        let (socket, losses, patience) = (Arc::clone(socket), self.losses.clone(), self.patience);
        self.system.spawn(move || Client::new(Arc::clone(&socket), losses.clone(), patience)).await
    }

    async fn close(self, mut sessions: JoinSet<()>) -> Parting {
        drop(self.listener);
        let clients = sessions.len();
        // Where the hall has ended, the shutdown closes the connections.
        let _ = self.hall.farewell().await;
        let all_gone = async { while sessions.join_next().await.is_some() {} };
        let _ = timeout(GRACE, all_gone).await;
        let unread = sessions.len();
        // Whoever is left is named here, and that is why there is nothing to add.
        let _ = self.system.shutdown().await;
        Parting { clients, unread }
    }
}

/// How it ended.
pub(crate) struct Parting {
    clients: usize,
    /// Those who did not read their good-bye.
    unread: usize,
}

impl fmt::Display for Parting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.clients == 0 {
            return f.write_str("nobody was left to take a good-bye");
        }
        write!(f, "{} of {} clients took their good-bye", self.clients - self.unread, self.clients)
    }
}

async fn listen(address: &str) -> io::Result<TcpListener> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "there is no such address");
    for address in lookup_host(address).await? {
        match bind(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    // Connections inherit it.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Says what went wrong. That a line was dropped, or a client ended, is no news.
fn report(event: &SystemEvent<'_>) {
    match event {
        SystemEvent::Failed { actor, failure, decision, .. } => eprintln!("chat: {actor}: {failure}; {decision:?}"),
        SystemEvent::Restarted { actor, .. } => eprintln!("chat: {actor}: is up again"),
        _ => {}
    }
}
