//! The endpoint: serves the figures of the actors while they work, to whoever scrapes them.

use std::io::{self, ErrorKind};
use std::net::{self, SocketAddr};

use actor::metrics::Metrics;
use tokio::net::TcpListener;

/// A port that was free, and is this program's now.
pub(crate) struct Endpoint {
    listener: TcpListener,
    address: SocketAddr,
}

impl Endpoint {
    /// Listens at `address`.
    ///
    /// # Errors
    /// Says why it cannot, and what to do about it.
    pub(crate) fn open(address: SocketAddr) -> Result<Self, String> {
        listen(address).map_err(|error| {
            let remedy = match error.kind() {
                ErrorKind::AddrInUse => "that port is taken; name another, or port 0 for one that is free",
                ErrorKind::AddrNotAvailable => "that is no address of this machine; 127.0.0.1 is one",
                ErrorKind::PermissionDenied => "that port is not for everybody; name one above 1023",
                _ => "name another address",
            };
            format!("figures cannot be served at {address}: {remedy} ({error})")
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves these until the program ends.
    pub(crate) fn serve(self, metrics: Metrics) {
        tokio::spawn(actor_exporters::serve(self.listener, metrics));
    }
}

fn listen(address: SocketAddr) -> io::Result<Endpoint> {
    let listener = net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok(Endpoint { listener: TcpListener::from_std(listener)?, address })
}
