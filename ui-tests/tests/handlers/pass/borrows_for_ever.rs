//! Values and errors that borrow from the program, in calls that an async handler waits for.
#![deny(warnings)]

use actor::prelude::*;

#[actor]
struct Door;

#[handlers]
impl Door {
    fn open(&mut self) -> Result<(), &'static str> {
        Err("locked")
    }

    fn key(&self) -> &'static str {
        "under the mat"
    }

    fn turn(&mut self, key: &'static str) -> Result<usize, &'static str> {
        if key.is_empty() { Err("no key") } else { Ok(key.len()) }
    }
}

#[actor]
struct Guest {
    door: DoorRef,
}

#[handlers]
impl Guest {
    async fn enters(&mut self) -> bool {
        let _ = self.door.open().await;
        let Ok(key) = self.door.key().await else { return false };
        self.door.turn(key).await.is_ok()
    }
}

fn main() {
    let _ = (GuestRef::enters, DoorRef::open);
}
