//! The hall: knows everybody and every room, and sees to it that names are taken once. It passes no speech on, so it
//! has little to do and little to fail at.

use std::collections::{HashMap, HashSet};
use std::fmt;

use actor::prelude::*;
use actor::{ActorId, SpawnError};

use crate::client::ClientRef;
use crate::name::Name;
use crate::room::{Room, RoomRef, Roster};

/// The most rooms at a time.
const MOST_ROOMS: usize = 20;

/// The one hall. The rooms are its children: one that fails is restarted, and closed when that happens too often.
#[actor]
#[supervise(limit = 3 per 10s, backoff = 10ms..1s * 2, exhausted = stop_child)]
#[derive(Default)]
pub(crate) struct Hall {
    guests: HashMap<ClientRef, Guest>,
    rooms: HashMap<Name, RoomRef>,
    /// How many have come so far.
    came: u64,
    closing: bool,
}

struct Guest {
    nick: Name,
    room: Name,
}

/// Where somebody is.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) nick: Name,
    pub(crate) room: Name,
    pub(crate) door: RoomRef,
}

/// Why something cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    NameTaken(Name),
    TooManyRooms,
    RoomBroken(String),
    Closing,
    /// The hall lost its memory in a restart.
    Unknown,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameTaken(name) => write!(f, "somebody is called {name} already; choose another name"),
            Self::TooManyRooms => write!(f, "there are {MOST_ROOMS} rooms already; join one of them, see `/rooms`"),
            Self::RoomBroken(why) => write!(f, "the room cannot be opened ({why}); try another"),
            Self::Closing => f.write_str("the server is going down; good-bye"),
            Self::Unknown => f.write_str("the hall does not know you any more; connect again"),
        }
    }
}

#[handlers]
impl Hall {
    /// Lets somebody in, and into the lobby.
    pub(crate) async fn enter(&mut self, client: ClientRef, ctx: &mut Context<Self>) -> Result<Seat, Refusal> {
        if self.closing {
            return Err(Refusal::Closing);
        }
        let nick = self.free_nick();
        let (room, door) = (Name::lobby(), self.open(Name::lobby(), ctx).await?);
        Self::into_room(&door, &client, &nick).await?;
        self.guests.insert(client, Guest { nick: nick.clone(), room: room.clone() });
        Ok(Seat { nick, room, door })
    }

    /// Takes somebody to another room.
    pub(crate) async fn join(
        &mut self,
        client: ClientRef,
        room: Name,
        ctx: &mut Context<Self>,
    ) -> Result<Seat, Refusal> {
        let nick = self.guests.get(&client).ok_or(Refusal::Unknown)?.nick.clone();
        let door = self.open(room.clone(), ctx).await?;
        self.out_of_room(&client).await;
        Self::into_room(&door, &client, &nick).await?;
        self.guests.insert(client, Guest { nick: nick.clone(), room: room.clone() });
        self.close_empty_rooms();
        Ok(Seat { nick, room, door })
    }

    /// Gives somebody another name.
    pub(crate) async fn rename(&mut self, client: ClientRef, nick: Name) -> Result<Name, Refusal> {
        if self.guests.iter().any(|(other, guest)| *other != client && guest.nick == nick) {
            return Err(Refusal::NameTaken(nick));
        }
        let guest = self.guests.get_mut(&client).ok_or(Refusal::Unknown)?;
        guest.nick = nick.clone();
        if let Some(door) = self.rooms.get(&guest.room) {
            // Where it has ended there is nobody to be told.
            let _ = door.rename(client, nick.clone()).await;
        }
        Ok(nick)
    }

    /// Somebody has gone.
    pub(crate) async fn leave(&mut self, client: ClientRef) {
        self.out_of_room(&client).await;
        self.guests.remove(&client);
        self.close_empty_rooms();
    }

    /// Which rooms there are, and how many are in each.
    pub(crate) fn rooms(&self) -> Vec<(Name, usize)> {
        let guests_in = |room: &Name| self.guests.values().filter(|guest| guest.room == *room).count();
        let mut rooms: Vec<_> = self.rooms.keys().map(|room| (room.clone(), guests_in(room))).collect();
        rooms.sort();
        rooms
    }

    /// A room has ended: it was empty, or failed too often.
    #[terminated]
    fn closed(&mut self, room: ActorId, why: StopReason) {
        let known = self.rooms.iter().find(|(_, door)| door.control().id() == Some(room));
        let Some(name) = known.map(|(name, _)| name.clone()) else { return };
        self.rooms.remove(&name);
        for (client, _) in self.guests.iter().filter(|(_, guest)| guest.room == name) {
            tell(client, format!("* {name} is closed: {why}; `/join {name}` opens it again"));
        }
    }

    /// Says good-bye to everybody. Each client ends when it has shown what it was told.
    pub(crate) fn farewell(&mut self) {
        self.closing = true;
        for client in self.guests.keys() {
            tell(client, format!("* {}", Refusal::Closing));
            // Acts at once. What it returns would wait for the end, which the sessions do.
            drop(client.control().drain());
        }
    }
}

impl Hall {
    fn free_nick(&mut self) -> Name {
        loop {
            self.came += 1;
            let nick = Name::guest(self.came);
            if self.guests.values().all(|guest| guest.nick != nick) {
                return nick;
            }
        }
    }

    /// The room of this name. One that is not there, or that failed too often and has ended, is opened.
    async fn open(&mut self, room: Name, ctx: &mut Context<Self>) -> Result<RoomRef, Refusal> {
        self.rooms.retain(|_, door| door.control().is_alive());
        if let Some(door) = self.rooms.get(&room) {
            return Ok(door.clone());
        }
        if self.rooms.len() >= MOST_ROOMS {
            return Err(Refusal::TooManyRooms);
        }
        let (name, roster) = (room.clone(), Roster::default());
        let spawned = ctx.spawn(move || Room::new(name.clone(), roster.clone())).await;
        let door = spawned.map_err(|error: SpawnError| Refusal::RoomBroken(error.to_string()))?;
        ctx.watch(&door);
        self.rooms.insert(room, door.clone());
        Ok(door)
    }

    async fn into_room(door: &RoomRef, client: &ClientRef, nick: &Name) -> Result<(), Refusal> {
        let entered = door.enter(client.clone(), nick.clone()).await;
        entered.map_err(|error| Refusal::RoomBroken(error.to_string()))
    }

    async fn out_of_room(&self, client: &ClientRef) {
        let door = self.guests.get(client).and_then(|guest| self.rooms.get(&guest.room));
        if let Some(door) = door {
            let _ = door.leave(client.clone()).await;
        }
    }

    /// Drops the refs of rooms nobody is in. No session has one either: so these rooms end.
    fn close_empty_rooms(&mut self) {
        let used: HashSet<_> = self.guests.values().map(|guest| &guest.room).collect();
        self.rooms.retain(|room, _| used.contains(room));
    }
}

/// Who has gone misses nothing.
fn tell(client: &ClientRef, line: String) {
    let _ = client.show(line.into()).tell();
}
