//! A socket that is shared: its session reads, its client writes, and the client's factory keeps it for a restart.
//! Tokio's own `split` gives halves away, and a factory that is called again has nothing to give a second time.

use std::io;

use tokio::net::TcpStream;

/// Reads what there is, and waits where there is nothing. Zero is the end.
///
/// # Cancel safety
/// Nothing is lost where the future is dropped.
pub(crate) async fn read(socket: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        socket.readable().await?;
        match socket.try_read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            result => return result,
        }
    }
}

/// Writes all of `bytes`, and waits where there is no room.
pub(crate) async fn write_all(socket: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        socket.writable().await?;
        match socket.try_write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
