//! A firmware that does nothing: what the others are compared with.
#![no_std]
#![no_main]

use firmware::{entry, game};

#[entry]
fn main() -> ! {
    game::begin();
    game::end(0, 0)
}
