//! Talks to the real program over loopback. Nothing sleeps: each test waits for lines, and gives up after a while.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// How long a line may take. Only a test that fails waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The limits, as the program says them.
const LONGEST_LINE: usize = 400;
const MOST_CLIENTS: usize = 100;
const MOST_ROOMS: usize = 20;

/// A server that is killed when the test ends, however it ends.
struct Server {
    process: Child,
    out: BufReader<ChildStdout>,
    port: u16,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_chat"))
            .args(arguments)
            .arg("127.0.0.1:0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let port = line.trim_end().trim_end_matches('`').rsplit(' ').next().unwrap().parse().unwrap();
        Self { process, out, port }
    }

    fn connect(&self) -> Person {
        let socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Person { lines: BufReader::new(socket.try_clone().unwrap()), socket }
    }

    /// Somebody who is in, under this name.
    fn person(&self, nick: &str) -> Person {
        let mut person = self.connect();
        person.wait_for("* in lobby");
        person.types(&format!("/nick {nick}"));
        person.wait_for(&format!("is now {nick}"));
        person
    }

    fn signal(&self, signal: &str) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// What it says at its end, and how it ends.
    fn end(mut self) -> (String, Option<i32>) {
        let mut said = String::new();
        self.out.read_to_string(&mut said).unwrap();
        (said, self.process.wait().unwrap().code())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Person {
    socket: TcpStream,
    lines: BufReader<TcpStream>,
}

impl Person {
    #[track_caller]
    fn types(&mut self, line: &str) {
        self.sends(format!("{line}\n").as_bytes());
    }

    #[track_caller]
    fn sends(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).unwrap();
    }

    /// The next line, or `None` at the end.
    #[track_caller]
    fn line(&mut self) -> Option<String> {
        self.try_line().unwrap_or_else(|error| panic!("no line: {error}"))
    }

    fn try_line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        match self.lines.read_line(&mut line) {
            Ok(0) => Ok(None),
            Ok(_) => Ok(Some(line.trim_end().to_owned())),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads up to a line with `text` in it, which it returns.
    #[track_caller]
    fn wait_for(&mut self, text: &str) -> String {
        let mut before = Vec::new();
        loop {
            match self.try_line() {
                Ok(Some(line)) if line.contains(text) => return line,
                Ok(Some(line)) => before.push(line),
                end => panic!("no `{text}`, but {end:?} after {before:#?}"),
            }
        }
    }

    /// Types a line, and returns the next one that arrives.
    #[track_caller]
    fn asks(&mut self, line: &str) -> String {
        self.types(line);
        self.line().unwrap()
    }
}

#[test]
fn what_one_says_the_others_hear() {
    let server = Server::start(&[]);
    let (mut ann, mut bob) = (server.person("ann"), server.person("bob"));
    ann.wait_for("is now bob");
    ann.types("hello, bob");
    assert_eq!(bob.line().unwrap(), "<ann> hello, bob");
    bob.types("hello, ann");
    assert_eq!(ann.line().unwrap(), "<bob> hello, ann", "and nobody hears himself");
    assert_eq!(ann.asks("/who"), "* in lobby: ann, bob");
    assert!(ann.asks("/help").starts_with("* what does not begin with `/`"));
}

#[test]
fn rooms_are_apart_and_close_when_they_are_empty() {
    let server = Server::start(&[]);
    let (mut ann, mut bob) = (server.person("ann"), server.person("bob"));
    ann.wait_for("is now bob");
    bob.types("/join den");
    assert_eq!(ann.line().unwrap(), "* bob left lobby");
    assert_eq!(bob.line().unwrap(), "* in den: bob");
    bob.types("nobody hears this");
    assert_eq!(bob.asks("/rooms"), "* den: 1");
    assert_eq!(bob.line().unwrap(), "* lobby: 1");
    assert_eq!(bob.asks("/join den"), "* you are in den already");
    ann.types("/join den");
    assert_eq!(bob.line().unwrap(), "* ann joined den");
    assert_eq!(ann.line().unwrap(), "* in den: ann, bob");
    assert_eq!(ann.asks("/rooms"), "* den: 2", "the lobby is gone");
    ann.types("/who");
    assert_eq!(ann.line().unwrap(), "* in den: ann, bob", "there was no second room");
    ann.types("/join lobby");
    assert_eq!(bob.line().unwrap(), "* ann left den");
    assert_eq!(ann.line().unwrap(), "* in lobby: ann", "and back again");
}

#[test]
fn whoever_leaves_is_missed_however_he_leaves() {
    let server = Server::start(&[]);
    let mut ann = server.person("ann");
    let mut polite = server.person("polite");
    ann.wait_for("is now polite");
    assert_eq!(polite.asks("/quit"), "* good-bye");
    assert_eq!(polite.line(), None);
    assert_eq!(ann.line().unwrap(), "* polite left lobby");

    let mut silent = server.person("silent");
    ann.wait_for("is now silent");
    silent.sends(b"said\nnever said");
    silent.socket.shutdown(Shutdown::Write).unwrap();
    assert_eq!(ann.line().unwrap(), "<silent> said");
    assert_eq!(ann.line().unwrap(), "* silent left lobby", "half a line was not meant to be said");

    let mut abrupt = server.person("abrupt");
    ann.wait_for("is now abrupt");
    // What is there unread makes the close a reset.
    ann.types("read this");
    let mut one = [0];
    assert_eq!(abrupt.socket.peek(&mut one).unwrap(), 1);
    abrupt.sends(b"half a l");
    drop(abrupt);
    assert_eq!(ann.line().unwrap(), "* abrupt left lobby");
}

#[test]
fn garbage_and_pieces_of_lines_do_no_harm() {
    let server = Server::start(&[]);
    let (mut ann, mut bob) = (server.person("ann"), server.person("bob"));
    ann.wait_for("is now bob");
    bob.sends(b"gr\xc3");
    assert_eq!(ann.asks("/who"), "* in lobby: ann, bob", "half a line is waited for");
    bob.sends(b"\xbc\xc3\x9f dich\r\n");
    assert_eq!(ann.line().unwrap(), "<bob> grüß dich");
    bob.sends(b"\xff\xfe\x00\x1b[2J\x07red\n");
    assert_eq!(ann.line().unwrap(), "<bob> \u{fffd}\u{fffd}[2Jred");
    let garbage: Vec<u8> = (0..100_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    bob.sends(&garbage);
    bob.types("\nstill here");
    ann.wait_for("<bob> still here");
}

#[test]
fn a_line_that_is_too_long_is_refused_alone() {
    let server = Server::start(&[]);
    let (mut ann, mut bob) = (server.person("ann"), server.person("bob"));
    ann.wait_for("is now bob");
    let answer = bob.asks(&"x".repeat(LONGEST_LINE + 1));
    assert_eq!(answer, format!("* a line has at most {LONGEST_LINE} bytes; this one was not sent"));
    let longest = "y".repeat(LONGEST_LINE);
    bob.types(&longest);
    assert_eq!(ann.line().unwrap(), format!("<bob> {longest}"));
}

#[test]
fn mistakes_are_answered() {
    let server = Server::start(&[]);
    let (mut ann, _bob) = (server.person("ann"), server.person("bob"));
    ann.wait_for("is now bob");
    assert_eq!(ann.asks("/nick bob"), "* somebody is called bob already; choose another name");
    assert_eq!(ann.asks("/nick a b"), "* a name is 1 to 20 letters, digits, `-` and `_`");
    assert_eq!(ann.asks("/join"), "* a name is 1 to 20 letters, digits, `-` and `_`");
    assert_eq!(ann.asks("/dance"), "* there is no `/dance`; `/help` lists what there is");
    assert_eq!(ann.asks("/crash"), "* this is no drill; start the server with `--drill` for that");
}

#[test]
fn there_are_so_many_clients_and_no_more() {
    let server = Server::start(&[]);
    let mut people = Vec::new();
    for _ in 0..MOST_CLIENTS {
        // One after the other: of a hundred notices at once some would be dropped.
        let mut person = server.connect();
        person.wait_for("* in lobby");
        people.push(person);
    }
    let mut late = server.connect();
    assert!(late.line().unwrap().starts_with("* 100 are here already"));
    assert_eq!(late.line(), None);
    // Somebody goes, and when he has, there is room.
    let mut one = people.pop().unwrap();
    one.types("/quit");
    while one.line().is_some() {}
    while server.connect().line().is_none_or(|line| !line.contains("welcome")) {}
}

#[test]
fn there_are_so_many_rooms_and_no_more() {
    let server = Server::start(&[]);
    let mut people = Vec::new();
    for number in 1..MOST_ROOMS {
        let mut person = server.connect();
        person.wait_for("* in lobby");
        person.types(&format!("/join room-{number}"));
        person.wait_for(&format!("* in room-{number}"));
        people.push(person);
    }
    let mut ann = server.person("ann");
    assert!(ann.asks("/join one-more").starts_with("* there are 20 rooms already"));
    assert_eq!(ann.line().unwrap(), "* in lobby: ann");
}

#[test]
fn a_slow_client_slows_nobody_and_is_told_what_it_missed() {
    const LINES: usize = 4000;
    let server = Server::start(&["--patience", "600"]);
    let (mut slow, mut ann, mut bob) = (server.person("slow"), server.person("ann"), server.person("bob"));
    ann.wait_for("is now bob");
    // `slow` reads nothing. What is said to it fills the kernel's buffers first, then its mailbox.
    let long = "x".repeat(LONGEST_LINE - 10);
    for number in 0..LINES {
        ann.types(&format!("{number:04} {long}"));
        // Bob keeps up, so he misses none.
        assert!(bob.line().unwrap().starts_with(&format!("<ann> {number:04}")));
    }
    // The room is done with the last line.
    assert_eq!(ann.asks("/who"), "* in lobby: ann, bob, slow");
    // Now it reads. What it sees and what it missed is all there was.
    let (mut seen, mut missed) = (0, 0);
    let mut last = String::new();
    while !last.starts_with(&format!("<ann> {:04}", LINES - 1)) {
        last = slow.line().unwrap();
        seen += usize::from(last.starts_with("<ann>"));
        missed += told_missed(&last);
    }
    assert!(missed > 0, "it took {} bytes without reading", LINES * long.len());
    assert_eq!(seen + missed, LINES);
}

/// The figure in "* you missed 12 lines".
fn told_missed(line: &str) -> usize {
    let figure = line.strip_prefix("* you missed ").and_then(|rest| rest.split(' ').next());
    figure.map_or(0, |figure| figure.parse().unwrap())
}

#[test]
fn a_client_that_takes_nothing_is_cut_off() {
    let server = Server::start(&["--patience", "1"]);
    let (_deaf, mut ann) = (server.person("deaf"), server.person("ann"));
    let mut bob = server.person("bob");
    ann.wait_for("is now bob");
    // Its buffers fill up, and when they are full it has a second.
    let long = "x".repeat(LONGEST_LINE);
    loop {
        ann.types(&long);
        let line = bob.line().unwrap();
        if line == "* deaf left lobby" {
            break;
        }
        assert!(line.starts_with("<ann>"), "{line}");
    }
}

#[test]
fn a_room_that_fails_keeps_its_members() {
    let server = Server::start(&["--drill"]);
    let (mut ann, mut bob) = (server.person("ann"), server.person("bob"));
    ann.wait_for("is now bob");
    ann.types("/crash");
    for person in [&mut ann, &mut bob] {
        assert_eq!(person.line().unwrap(), "* lobby stumbled and is up again; you are still in it");
    }
    bob.types("what was that?");
    assert_eq!(ann.line().unwrap(), "<bob> what was that?");
}

#[test]
fn a_room_that_fails_too_often_is_closed_and_can_be_opened_again() {
    let server = Server::start(&["--drill"]);
    let (mut ann, mut bob) = (server.person("ann"), server.person("bob"));
    ann.wait_for("is now bob");
    // Three restarts are allowed.
    for _ in 0..4 {
        ann.types("/crash");
    }
    for person in [&mut ann, &mut bob] {
        for _ in 0..3 {
            assert!(person.line().unwrap().starts_with("* lobby stumbled"));
        }
        assert!(person.line().unwrap().starts_with("* lobby is closed: "));
    }
    assert_eq!(ann.asks("hello?"), "* lobby is closed; `/join lobby` opens it again");
    assert_eq!(ann.asks("/join lobby"), "* in lobby: ann");
    bob.types("/join lobby");
    assert_eq!(ann.line().unwrap(), "* bob joined lobby");
}

#[test]
fn a_signal_says_good_bye_to_everybody() {
    for signal in ["-INT", "-TERM"] {
        let server = Server::start(&[]);
        let mut people = [server.person("ann"), server.person("bob"), server.person("cat")];
        server.signal(signal);
        for person in &mut people {
            person.wait_for("* the server is going down; good-bye");
            assert_eq!(person.line(), None);
        }
        assert_eq!(server.end(), ("chat: closed, 3 of 3 clients took their good-bye\n".into(), Some(0)));
    }
}

#[test]
fn an_end_does_not_wait_for_those_who_do_not_read() {
    let server = Server::start(&["--patience", "600"]);
    let (_deaf, mut ann, mut bob) = (server.person("deaf"), server.person("ann"), server.person("bob"));
    ann.wait_for("is now bob");
    let long = "x".repeat(LONGEST_LINE);
    for _ in 0..3000 {
        ann.types(&long);
        bob.wait_for("<ann>");
    }
    server.signal("-TERM");
    bob.wait_for("good-bye");
    assert_eq!(server.end(), ("chat: closed, 2 of 3 clients took their good-bye\n".into(), Some(0)));
}

#[test]
fn an_address_that_is_taken_is_a_mistake() {
    let server = Server::start(&[]);
    let taken = format!("127.0.0.1:{}", server.port);
    let run = Command::new(env!("CARGO_BIN_EXE_chat")).arg(&taken).output().unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(said.starts_with(&format!("chat: cannot listen on {taken}: ")), "{said}");
    assert_eq!(run.status.code(), Some(1));
    let wrong = Command::new(env!("CARGO_BIN_EXE_chat")).arg("--port").output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
}
