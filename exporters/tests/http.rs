//! What clients get from the endpoint, as bytes on a socket: answers, and never each other's time.
#![allow(missing_docs)]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actor::metrics::{Family, Figure, Label, Metered, Metrics, OPEN_METRICS};
use actor::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Duration, Instant};

/// What the documentation says.
const AT_ONCE: usize = 16;
const PATIENCE: Duration = Duration::from_secs(5);

const GET: &str = "GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n";

#[actor]
struct Store;

#[handlers]
impl Store {
    fn put(&mut self) {}
}

/// More bytes than any socket takes without being read.
const ENDLESS: usize = 32 << 20;

/// More than one write takes, and little enough for a machine with much else to do.
const LONG: usize = 2 << 20;

/// Figures with a text of so many bytes.
struct Text(usize);

impl Metered for Text {
    fn figures(&self, family: Family, take: &mut dyn FnMut(&[Label<'_>], Figure<'_>)) {
        if family == Family::Live {
            let name = "x".repeat(self.0 / 32);
            (0..32).for_each(|number| take(&[("actor", &name)], Figure::Number(number)));
        }
    }
}

struct Exporter {
    address: SocketAddr,
    task: JoinHandle<Infallible>,
}

impl Exporter {
    async fn of(metrics: impl Metered + Send + Sync + 'static) -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0)), metrics).await
    }

    async fn at(address: SocketAddr, metrics: impl Metered + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        Self { address, task: tokio::spawn(actor_exporters::serve(listener, metrics)) }
    }

    /// A client that has said this much.
    async fn client(&self, said: &str) -> TcpStream {
        let mut client = TcpStream::connect(self.address).await.unwrap();
        client.write_all(said.as_bytes()).await.unwrap();
        client
    }

    async fn answer(&self, request: &str) -> Answer {
        Answer::to(self.client(request).await).await
    }

    async fn remove(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

struct Answer {
    status: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    async fn to(mut client: TcpStream) -> Self {
        let mut bytes = String::new();
        client.read_to_string(&mut bytes).await.unwrap();
        let (head, body) = bytes.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {bytes:?}"));
        let (status, headers) = head.split_once("\r\n").unwrap();
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_lowercase(), value.to_owned())
        };
        Self {
            status: status.split(' ').nth(1).unwrap().into(),
            headers: headers.lines().map(header).collect(),
            body: body.into(),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// How many messages the actors of a system called `system` had.
    fn messages(&self, system: &str) -> u64 {
        let sample = format!(r#"actor_messages_total{{system="{system}",actor="store",message="put"}} "#);
        let line = self.body.lines().find_map(|line| line.strip_prefix(&sample));
        line.unwrap_or_else(|| panic!("no {sample}in {}", self.body)).parse().unwrap()
    }
}

/// Waits until the other side has closed, whether or not it had read everything; says how much came before.
async fn closed(client: &mut TcpStream) -> usize {
    let mut rest = Vec::new();
    let _ = client.read_to_end(&mut rest).await;
    rest.len()
}

async fn store(system: &ActorSystem) -> StoreRef {
    let store = system.spawn(|| Store).await.unwrap();
    store.put().done().await.unwrap();
    store
}

#[tokio::test]
async fn get_is_answered_with_the_text_of_now() {
    let system = ActorSystem::new("demo");
    let store = store(&system).await;
    let exporter = Exporter::of(system.metrics()).await;
    for messages in 1..4 {
        let answer = exporter.answer(GET).await;
        assert_eq!((answer.status.as_str(), answer.header("content-type")), ("200", Some(OPEN_METRICS)));
        assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()));
        assert!(answer.body.ends_with("# EOF\n"));
        assert_eq!(answer.messages("demo"), messages);
        store.put().done().await.unwrap();
    }
}

#[tokio::test]
async fn head_is_answered_with_the_head_of_get() {
    // Of a system the figures, and so their length, may change in between.
    let exporter = Exporter::of(Box::<[Metrics]>::default()).await;
    let (get, head) = (exporter.answer(GET).await, exporter.answer(&GET.replace("GET", "HEAD")).await);
    assert_eq!((head.status.as_str(), head.body.as_str()), ("200", ""));
    for name in ["content-type", "content-length"] {
        assert!(get.header(name).is_some());
        assert_eq!(head.header(name), get.header(name));
    }
}

#[tokio::test]
async fn what_is_not_there_is_refused() {
    let exporter = Exporter::of(ActorSystem::new("demo").metrics()).await;
    let long = format!("GET /metrics HTTP/1.1\r\nLong: {}\r\n\r\n", "x".repeat(1 << 14));
    let rows = [
        ("GET /metrics?from=here HTTP/1.0\r\n\r\n", "200"),
        ("GET / HTTP/1.1\r\nHost: here\r\n\r\n", "404"),
        ("GET /metrics/ HTTP/1.1\r\nHost: here\r\n\r\n", "404"),
        ("POST /other HTTP/1.1\r\nHost: here\r\n\r\n", "404"),
        ("POST /metrics HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n", "405"),
        ("OPTIONS /metrics HTTP/1.1\r\nHost: here\r\n\r\n", "405"),
        ("what is this?\r\n\r\n", "400"),
        (&long, "431"),
    ];
    for (request, status) in rows {
        let answer = exporter.answer(request).await;
        assert_eq!(answer.status, status, "{request:.60}");
        assert_eq!(answer.header("allow"), (status == "405").then_some("GET, HEAD"));
    }
}

#[tokio::test]
async fn two_at_once_are_both_answered() {
    let system = ActorSystem::new("demo");
    store(&system).await;
    let exporter = Exporter::of(system.metrics()).await;
    let (begin, end) = GET.split_at(10);
    let (mut first, mut second) = (exporter.client(begin).await, exporter.client(begin).await);
    second.write_all(end.as_bytes()).await.unwrap();
    assert_eq!(Answer::to(second).await.messages("demo"), 1);
    first.write_all(end.as_bytes()).await.unwrap();
    assert_eq!(Answer::to(first).await.messages("demo"), 1);
}

#[tokio::test]
async fn silent_clients_hold_up_nobody_and_the_oldest_makes_room() {
    let exporter = Exporter::of(ActorSystem::new("demo").metrics()).await;
    let mut silent = Vec::new();
    for _ in 0..AT_ONCE {
        silent.push(exporter.client("GET /metrics").await);
    }
    assert_eq!(exporter.answer(GET).await.status, "200");
    closed(&mut silent[0]).await;
    let mut second = silent.swap_remove(1);
    second.write_all(b" HTTP/1.1\r\n\r\n").await.unwrap();
    assert_eq!(Answer::to(second).await.status, "200", "there was room");
}

#[tokio::test]
async fn a_client_that_has_said_all_is_answered() {
    let exporter = Exporter::of(Text(LONG)).await;
    let mut client = exporter.client(GET).await;
    client.shutdown().await.unwrap();
    let answer = Answer::to(client).await;
    assert!(answer.status == "200" && answer.body.ends_with("# EOF\n"), "as `nc -N` asks");
}

#[tokio::test]
async fn a_thousand_clients_who_go_away_hold_up_nobody() {
    let system = ActorSystem::new("demo");
    store(&system).await;
    let exporter = Exporter::of(system.metrics()).await;
    let mut silent = std::collections::VecDeque::new();
    for number in 0..1_000 {
        // Some say a little, some say all and do not read, and each tenth stays for a while.
        let said = ["", "GET /metrics HTTP/1.1\r\nHost:", GET][number % 3];
        let client = exporter.client(said).await;
        if number % 10 == 0 {
            silent.push_back(client);
            silent.truncate(20);
        }
        if number % 100 == 99 {
            assert_eq!(exporter.answer(GET).await.messages("demo"), 1, "after {number}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_its_time_is_given_up() {
    // One that says nothing, one that stops in the middle, one that does not read.
    for said in ["", "GET /metrics HTTP/1.1\r\nHost:", GET] {
        let exporter = Exporter::of(Text(ENDLESS)).await;
        let begun = Instant::now();
        let mut client = exporter.client(said).await;
        if said == GET {
            tokio::time::sleep(PATIENCE * 2).await;
        }
        assert!(closed(&mut client).await < ENDLESS, "{said:?}: its answer is whole");
        let took = begun.elapsed();
        assert!(took >= PATIENCE && took < PATIENCE * 3, "{said:?}: {took:?}");
    }
}

#[tokio::test]
async fn an_answer_may_be_long() {
    let exporter = Exporter::of(Text(LONG)).await;
    let answer = exporter.answer(GET).await;
    assert!(answer.body.len() > LONG && answer.body.ends_with("# EOF\n"));
    assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()));
}

#[tokio::test]
async fn several_systems_are_one_text() {
    let systems = ["one", "two"].map(ActorSystem::new);
    for system in &systems {
        store(system).await;
    }
    let all: Box<[_]> = systems.iter().map(ActorSystem::metrics).collect();
    let answer = Exporter::of(all).await.answer(GET).await;
    assert_eq!((answer.messages("one"), answer.messages("two")), (1, 1));
    assert_eq!(answer.body.matches("# TYPE actor_messages counter").count(), 1);
}

#[tokio::test]
async fn figures_that_panic_cost_one_answer() {
    struct Broken(AtomicBool);
    impl Metered for Broken {
        fn figures(&self, _: Family, _: &mut dyn FnMut(&[Label<'_>], Figure<'_>)) {
            assert!(self.0.swap(true, Ordering::Relaxed), "the first look fails");
        }
    }
    let exporter = Exporter::of(Broken(AtomicBool::new(false))).await;
    closed(&mut exporter.client(GET).await).await;
    assert_eq!(exporter.answer(GET).await.body, "# EOF\n");
}

#[tokio::test(start_paused = true)]
async fn removed_it_leaves_no_client_behind() {
    let exporter = Exporter::of(ActorSystem::new("demo").metrics()).await;
    let mut waiting = exporter.client("").await;
    // Those who come later are answered when this one has been let in.
    exporter.answer(GET).await;
    let begun = Instant::now();
    exporter.remove().await;
    closed(&mut waiting).await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn removed_and_installed_again_while_messages_flow() {
    let system = ActorSystem::new("demo");
    let store = store(&system).await;
    let enough = Arc::new(AtomicBool::new(false));
    let sender = tokio::spawn({
        let (store, enough) = (store.clone(), Arc::clone(&enough));
        async move {
            let mut sent = 0;
            while !enough.load(Ordering::Relaxed) {
                store.put().await.unwrap();
                sent += 1;
            }
            sent
        }
    });
    let (mut address, mut seen) = (SocketAddr::from(([127, 0, 0, 1], 0)), 0);
    for _ in 0..8 {
        let exporter = Exporter::at(address, system.metrics()).await;
        address = exporter.address;
        store.put().done().await.unwrap();
        let now = exporter.answer(GET).await.messages("demo");
        assert!(now > seen, "{now} after {seen}");
        seen = now;
        exporter.remove().await;
        assert!(TcpStream::connect(address).await.is_err(), "the port is closed");
    }
    enough.store(true, Ordering::Relaxed);
    let sent: u64 = sender.await.unwrap();
    store.put().done().await.unwrap();
    let exporter = Exporter::at(address, system.metrics()).await;
    assert_eq!(exporter.answer(GET).await.messages("demo"), sent + 10, "nothing was lost");
}
