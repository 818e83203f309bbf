//! What actors did, traced and written out: the wire is that of the emulator, the host shows it by `actor-trace`. Ends well if
//! all of it was written.
#![no_std]
#![no_main]

#[path = "../scene.rs"]
mod scene;

use core::fmt::{self, Write};

use firmware::entry;
use firmware::exit::{WELL, exit};
use semihosting::sys::arm_compat::sys_writec;

/// Nothing is refused by the wire.
const UNWRITTEN: i32 = 10;

struct Wire;

impl Write for Wire {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.bytes().for_each(sys_writec);
        Ok(())
    }
}

#[entry]
fn main() -> ! {
    scene::play();
    exit(if scene::write(&mut Wire).is_ok() { WELL } else { UNWRITTEN })
}
