//! A session: reads what somebody types, line by line, and has it done. A task and no actor: nobody sends it anything,
//! and all it does is wait, for the socket or for an answer.

use std::ops::ControlFlow;
use std::sync::Arc;

use actor::prelude::*;
use tokio::net::TcpStream;

use crate::client::ClientRef;
use crate::command::{self, Command};
use crate::hall::{HallRef, Refusal, Seat};
use crate::lines::{LONGEST, Line, Lines};
use crate::name::Name;
use crate::socket::read;

/// What to do after a line. To break is to leave.
type Next = ControlFlow<()>;
const GO_ON: Next = ControlFlow::Continue(());
const LEAVE: Next = ControlFlow::Break(());

/// One connection, as long as it lasts.
pub(crate) struct Session {
    client: ClientRef,
    hall: HallRef,
    seat: Seat,
    drill: bool,
}

impl Session {
    /// Serves a connection until it ends. The client has shown everything, or has given up, when this returns.
    pub(crate) async fn serve(socket: Arc<TcpStream>, client: ClientRef, hall: HallRef, drill: bool) {
        match hall.enter(client.clone()).await {
            Ok(seat) => {
                let mut session = Self { client: client.clone(), hall: hall.clone(), seat, drill };
                session.welcome().await;
                session.listen(&socket).await;
            }
            Err(error) => show(&client, format!("* {error}")),
        }
        // Told, not asked: who leaves waits for nobody's answer.
        let _ = hall.leave(client.clone()).await;
        client.control().drain().await;
    }

    async fn welcome(&self) {
        self.show(format!("* welcome, {}; `/help` lists what can be done", self.seat.nick));
        self.who().await;
    }

    async fn listen(&mut self, socket: &TcpStream) {
        let (mut lines, mut buffer) = (Lines::default(), [0; 4096]);
        let mut ended = self.client.control().stopped();
        loop {
            let count = tokio::select! {
                count = read(socket, &mut buffer) => count,
                // It was cut off, or the server is going down.
                () = &mut ended => return,
            };
            // A connection that breaks is one that ends.
            let Ok(count @ 1..) = count else { return };
            let mut bytes = &buffer[..count];
            while let Some(line) = lines.take(&mut bytes) {
                if self.line(line).await.is_break() {
                    return;
                }
            }
        }
    }

    async fn line(&mut self, line: Line) -> Next {
        let Line::Text(text) = line else {
            self.show(format!("* a line has at most {LONGEST} bytes; this one was not sent"));
            return GO_ON;
        };
        match command::parse(&text) {
            Ok(command) => self.run(command).await,
            Err(mistake) => {
                self.show(format!("* {mistake}"));
                GO_ON
            }
        }
    }

    async fn run(&mut self, command: Command<'_>) -> Next {
        match command {
            Command::Nothing => {}
            Command::Say(text) => self.say(text).await,
            Command::Nick(nick) => {
                let answer = self.hall.rename(self.client.clone(), nick).await;
                return self.answered(answer, |session, nick| session.seat.nick = nick);
            }
            Command::Join(room) => return self.join(room).await,
            Command::Rooms => {
                for (room, guests) in self.hall.rooms().await.unwrap_or_default() {
                    self.show(format!("* {room}: {guests}"));
                }
            }
            Command::Who => self.who().await,
            Command::Help => command::HELP.iter().for_each(|line| self.show((*line).into())),
            Command::Quit => {
                self.show("* good-bye".into());
                return LEAVE;
            }
            Command::Crash if self.drill => {
                let _ = self.seat.door.crash().await;
            }
            Command::Crash => self.show("* this is no drill; start the server with `--drill` for that".into()),
        }
        GO_ON
    }

    /// Says something to the room, and waits until it is said: who types faster than that is read no faster.
    async fn say(&self, text: &str) {
        match self.seat.door.say(self.client.clone(), text.into()).await {
            Ok(Some(_)) => {}
            Err(AskError::Failed) => self.show("* your line was lost; say it again".into()),
            // Between two lives of a room there is a pause, longer after each failure.
            Err(AskError::Timeout) => self.show(format!("* {} takes too long; say it again later", self.seat.room)),
            // It failed too often, and the hall has said so.
            Ok(None) | Err(_) => {
                self.show(format!("* {0} is closed; `/join {0}` opens it again", self.seat.room));
            }
        }
    }

    async fn join(&mut self, room: Name) -> Next {
        if room == self.seat.room && self.seat.door.control().is_alive() {
            self.show(format!("* you are in {room} already"));
            return GO_ON;
        }
        let answer = self.hall.join(self.client.clone(), room).await;
        let next = self.answered(answer, |session, seat| session.seat = seat);
        self.who().await;
        next
    }

    async fn who(&self) {
        if let Ok(names) = self.seat.door.who().await {
            let names: Vec<_> = names.iter().map(ToString::to_string).collect();
            self.show(format!("* in {}: {}", self.seat.room, names.join(", ")));
        }
    }

    /// Takes an answer of the hall. A refusal is passed on; without a hall there is nothing to stay for.
    fn answered<T>(&mut self, answer: Result<T, AskError<Refusal>>, take: impl FnOnce(&mut Self, T)) -> Next {
        match answer {
            Ok(value) => take(self, value),
            Err(AskError::Handler(Refusal::Unknown) | AskError::Stopped) => return LEAVE,
            Err(error) => self.show(format!("* {error}")),
        }
        GO_ON
    }

    fn show(&self, line: String) {
        show(&self.client, line);
    }
}

fn show(client: &ClientRef, line: String) {
    // Where the client has ended, the session is about to notice.
    let _ = client.show(line.into()).tell();
}
