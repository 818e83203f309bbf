//! An endpoint that is scraped. Whoever connects costs little and not for long, whatever they send or do not.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use actor::metrics::{Metered, OPEN_METRICS, write_open_metrics};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// Where the figures are.
const PATH: &str = "/metrics";

/// The most connections at once. A scrape is over in milliseconds: who is the oldest of so many says nothing.
const AT_ONCE: usize = 16;

/// The time of a connection from its beginning to its end, as each is for one request.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a person is told.
const TEXT: &str = "text/plain; charset=utf-8";

/// How long a listener rests that cannot accept.
const REST: Duration = Duration::from_secs(1);

/// The most that is read of a request before it is too long; the least that the library takes.
const REQUEST_BYTES: usize = 8 * 1024;

/// Answers `GET /metrics` with the figures of `metrics` as OpenMetrics text, written anew for each request.
///
/// `HEAD` is answered likewise, other methods with 405 and other paths with 404.
/// Anybody who can connect may read: names of actors and messages, how many and how long. Listen where only those can
/// who should, as at `127.0.0.1`.
///
/// A connection is for one request and ends 5 seconds after it began, whatever came of it. There are 16 at most: one more takes
/// the place of the oldest, so that clients who say nothing hold up nobody.
///
/// The figures of several systems are one text: `Box::from([one.metrics(), two.metrics()])`. Each needs a name of its own, as
/// nobody could tell their figures apart otherwise, and Prometheus takes no figure twice.
///
/// # Errors
/// None: it never ends by itself. A listener that cannot accept, as the program has no descriptors left, is asked again a
/// second later, and a client that goes away before its answer is forgotten.
///
/// # Panics
/// If it is polled outside a tokio runtime with time and I/O enabled.
///
/// # Cancel safety
/// It ends when its future is dropped: the port is closed, and connections end at their next `.await`. Nothing else is lost,
/// as figures stay where they are counted; whoever serves them next goes on with the same ones.
///
/// # Examples
/// ```
/// use actor::prelude::*;
/// use tokio::io::{AsyncReadExt, AsyncWriteExt};
/// use tokio::net::{TcpListener, TcpStream};
///
/// #[actor]
/// struct Store;
///
/// #[handlers]
/// impl Store {
///     fn put(&mut self, key: u64) {}
/// }
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let system = ActorSystem::new("demo");
///     let listener = TcpListener::bind("127.0.0.1:0").await?;
///     let address = listener.local_addr()?;
///     let exporter = tokio::spawn(actor_exporters::serve(listener, system.metrics()));
///
///     let store = system.spawn(|| Store).await?;
///     store.put(7).done().await?;
///
///     // As Prometheus does.
///     let mut client = TcpStream::connect(address).await?;
///     client.write_all(b"GET /metrics HTTP/1.1\r\nHost: demo\r\n\r\n").await?;
///     let mut answer = String::new();
///     client.read_to_string(&mut answer).await?;
///     assert!(answer.contains(r#"actor_messages_total{system="demo",actor="store",message="put"} 1"#));
///
///     exporter.abort();
///     Ok(())
/// }
/// ```
pub async fn serve(listener: TcpListener, metrics: impl Metered + Send + Sync + 'static) -> Infallible {
    let metrics = Arc::new(metrics);
    let mut open: VecDeque<Connection> = VecDeque::with_capacity(AT_ONCE);
    loop {
        let stream = accept(&listener).await;
        open.retain(|connection| !connection.0.is_finished());
        if open.len() == AT_ONCE {
            open.pop_front();
        }
        open.push_back(Connection::begin(stream, Arc::clone(&metrics)));
    }
}

/// The next connection, however long the listener has to rest before.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            // That was the client, who went away before it was let in.
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => {}
            Err(_) => sleep(REST).await,
        }
    }
}

/// A client, until it is answered, its time is over, or this is dropped.
///
/// A task of its own: figures whose reading panics cost the client its answer, and nobody else theirs.
struct Connection(JoinHandle<()>);

impl Connection {
    fn begin(stream: TcpStream, metrics: Arc<impl Metered + Send + Sync + 'static>) -> Self {
        let service = service_fn(move |request| {
            let response = answer(&request, &*metrics);
            async move { Ok::<_, Infallible>(response) }
        });
        let served = http1::Builder::new()
            .keep_alive(false)
            .max_buf_size(REQUEST_BYTES)
            .serve_connection(TokioIo::new(stream), service);
        Self(tokio::spawn(async move {
            // A client that is slow, goes away or talks nonsense has nobody who could be told.
            let _ = timeout(PATIENCE, served).await;
        }))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn answer<B>(request: &Request<B>, metrics: &impl Metered) -> Response<String> {
    if request.uri().path() != PATH {
        return response(StatusCode::NOT_FOUND, TEXT, format!("the figures are at {PATH}\n"));
    }
    // Of an answer to `HEAD` the library sends the head alone, with the length that the text has.
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let text = format!("{PATH} is there to be read, by GET or HEAD\n");
        let mut refused = response(StatusCode::METHOD_NOT_ALLOWED, TEXT, text);
        refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    let mut text = String::new();
    write_open_metrics(metrics, &mut text).expect("a `String` takes everything");
    response(StatusCode::OK, OPEN_METRICS, text)
}

fn response(status: StatusCode, content_type: &'static str, text: String) -> Response<String> {
    let mut response = Response::new(text);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
